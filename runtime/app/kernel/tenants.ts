// The tenants a kernel serves, as its operator says: registered with the authority it asks, and changed while it serves. Owns which terms
// are in force.
//   K26 Said anew, terms replace those before as a whole: who is not named any more is suspended, a token whose serial is not named any more is
//       revoked, caps and quotas are those of now. Terms that cannot be are refused before anything of them holds.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Sha256 } from "../../../kernel-abi/ports.ts";
import { Authority } from "../../kernel/tenancy/authority.ts";
import type { TenancyPorts } from "../../kernel/tenancy/ports.ts";
import { tenantToken } from "../../kernel/tenancy/tenant-token.ts";
import type { Token } from "../../kernel/tenancy/tokens.ts";
import { DEFAULT_TENANTS, DEFAULTS, type KernelOptions, type TenantSpec, type TenantTerms } from "./options.ts";

const FIRST_SERIAL = "1";

/** The token of a tenant's present serial. */
export const tokenOf = ({ name, serial = FIRST_SERIAL }: Pick<TenantSpec, "name" | "serial">, sha256: Sha256): Token => tenantToken(name, serial, sha256);

export class ServedTenants {
  readonly authority: Authority;
  readonly #sha256: Sha256;
  #terms: TenantTerms;

  constructor({ sessionTtlMs, ...terms }: KernelOptions, ports: TenancyPorts) {
    this.#sha256 = ports.sha256;
    this.#terms = terms;
    this.authority = new Authority(ports, { fullHouse: "end-idle", ...(sessionTtlMs === undefined ? {} : { sessionTtlMs }) });
    this.#apply();
  }

  /** K26. @throws Fault ABI_MALFORMED for a serial that was revoked; INSUFFICIENT_CAPS | AUTH_FAILED for caps and names that are none */
  change(terms: TenantTerms): void {
    const revoked = (terms.tenants ?? []).find((spec) => this.authority.tokens.isRevoked(tokenOf(spec, this.#sha256).id) && spec.entry === "token");
    if (revoked !== undefined) throw new Fault("ABI_MALFORMED", { argument: "tenants", what: `the token of ${revoked.name} with this serial was revoked`, allowed: "a serial that was never used" });
    this.#terms = terms;
    this.#apply();
    this.admitTokens();
  }

  /** First tokens are those of the serials that are named now, and no others. */
  admitTokens(): void {
    const { tokens } = this.authority;
    const named = this.#specs.filter(({ entry }) => entry === "token").map((spec) => tokenOf(spec, this.#sha256));
    for (const token of named) tokens.admit(token);
    for (const id of tokens.roots) if (!named.some((token) => token.id === id) && !tokens.isRevoked(id)) tokens.revoke(id);
  }

  get #specs(): readonly TenantSpec[] { return this.#terms.tenants ?? DEFAULT_TENANTS; }

  #apply(): void {
    const { tenants, quotas, broker } = this.authority;
    const { tenantQuota = DEFAULTS.tenantQuota, sessionQuota = DEFAULTS.sessionQuota, strangers = null, channels = null } = this.#terms;
    quotas.setDefaults(tenantQuota, sessionQuota);
    broker.permit(channels);
    for (const spec of this.#specs) this.#put(spec, tenantQuota);
    for (const { id, state } of tenants.all) {
      if (this.#specs.some(({ name }) => name === id)) continue;
      const stays = this.authority.isStranger(id) && strangers !== null;
      if (stays) tenants.setCaps(id, strangers);
      if (stays === (state === "suspended")) this.#set(id, stays ? "active" : "suspended");
    }
    this.authority.setStrangers(strangers);
  }

  #put({ name, caps, entry = "open", state = "active", quota }: TenantSpec, otherwise: NonNullable<TenantTerms["tenantQuota"]>): void {
    const { tenants, quotas } = this.authority;
    const known = tenants.find(name);
    if (known === undefined) tenants.register(name, caps, entry);
    else {
      tenants.setCaps(name, caps);
      tenants.setEntry(name, entry);
      this.authority.adopt(name);
    }
    quotas.setTenant(name, quota ?? otherwise);
    if (tenants.get(name).state !== state) this.#set(name, state);
  }

  #set(id: string, state: "active" | "suspended"): void {
    if (state === "suspended") this.authority.suspend(id);
    else this.authority.resume(id);
  }
}
