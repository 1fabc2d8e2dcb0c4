// Tenants: who may be served. Owns what each holds of its own, its state and how it proves who it is. What it was delegated is in
// delegations.ts; nothing a graph or a request says changes either.
//   N1  A namespace is derived from the tenant's name alone, so no tenant can choose another's.
import { toHex } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Sha256 } from "../../../kernel-abi/ports.ts";
import { isCap, sortedCaps } from "./caps.ts";
import { readRecord } from "./saved.ts";

export interface Tenant {
  readonly id: string;
  /** "ns_" and the first 16 hex digits of SHA-256 of the name. */
  readonly namespace: string;
  readonly state: "active" | "suspended";
  /** Its own, sorted. */
  readonly caps: readonly string[];
  /** `open`: its name is enough. `token`: a session needs a valid token of this tenant. */
  readonly entry: "open" | "token";
}

/** No space, bar, comma or control character: names stand in signed texts and keys between such. */
const NAME = /^[A-Za-z0-9_.:@-]{1,128}$/;
const TENANTS_MAX = 100_000;
const NAMESPACE_DIGITS = 16;
const utf8 = new TextEncoder();

export const namespaceOf = (tenant: string, sha256: Sha256): string => `ns_${toHex(sha256(utf8.encode(tenant))).slice(0, NAMESPACE_DIGITS)}`;

export const isTenantName = (name: string): boolean => NAME.test(name);

export class Tenants {
  readonly #tenants = new Map<string, Tenant>();
  readonly #sha256: Sha256;
  constructor(sha256: Sha256) { this.#sha256 = sha256; }

  /** @throws Fault AUTH_FAILED for a name that cannot be one or is taken; INSUFFICIENT_CAPS for an unknown capability. */
  register(id: string, caps: Iterable<string>, entry: Tenant["entry"] = "open"): Tenant {
    if (!isTenantName(id)) throw new Fault("AUTH_FAILED", { reason: "tenant-name" });
    if (this.#tenants.has(id)) throw new Fault("AUTH_FAILED", { reason: "tenant-exists", tenant: id });
    if (this.#tenants.size >= TENANTS_MAX) throw new Fault("QUOTA_EXCEEDED", { resource: "tenants", limit: TENANTS_MAX });
    return this.#put({ id, namespace: namespaceOf(id, this.#sha256), state: "active", caps: knownCaps(caps), entry });
  }

  find(id: string): Tenant | undefined { return this.#tenants.get(id); }
  /** @throws Fault AUTH_FAILED when there is none of that name. */
  get(id: string): Tenant {
    const tenant = this.#tenants.get(id);
    if (tenant === undefined) throw new Fault("AUTH_FAILED", { reason: "tenant-unknown" });
    return tenant;
  }
  /** @throws Fault AUTH_FAILED | TENANT_SUSPENDED */
  active(id: string): Tenant {
    const tenant = this.get(id);
    if (tenant.state === "suspended") throw new Fault("TENANT_SUSPENDED", { tenant_id: id });
    return tenant;
  }
  get size(): number { return this.#tenants.size; }

  suspend(id: string): Tenant { return this.#put({ ...this.get(id), state: "suspended" }); }
  resume(id: string): Tenant { return this.#put({ ...this.get(id), state: "active" }); }
  /** How it enters from now on; sessions it has stay. */
  setEntry(id: string, entry: Tenant["entry"]): Tenant { return this.#put({ ...this.get(id), entry }); }
  get all(): readonly Tenant[] { return [...this.#tenants.values()]; }
  /** Its own from now on; live sessions and delegations lose at once what it loses. */
  setCaps(id: string, caps: Iterable<string>): Tenant { return this.#put({ ...this.get(id), caps: knownCaps(caps) }); }

  saved(): unknown { return { tenants: [...this.#tenants.values()] }; }
  /** Into an empty one. @throws Fault TENANCY_UNREADABLE */
  restore(data: unknown): void {
    for (const row of readRecord(data, "tenants").rows("tenants")) {
      const id = row.text("id");
      if (!isTenantName(id) || this.#tenants.has(id)) row.refuse("id");
      if (row.text("namespace") !== namespaceOf(id, this.#sha256)) row.refuse("namespace");
      const caps = row.texts("caps");
      if (!caps.every(isCap)) row.refuse("caps");
      this.#put({ id, namespace: row.text("namespace"), state: row.word("state", ["active", "suspended"]), caps: sortedCaps(caps), entry: row.word("entry", ["open", "token"]) });
    }
  }

  #put(tenant: Tenant): Tenant {
    const kept = Object.freeze({ ...tenant, caps: Object.freeze([...tenant.caps]) });
    this.#tenants.set(tenant.id, kept);
    return kept;
  }
}

/** Sorted, each once. @throws Fault INSUFFICIENT_CAPS for one that does not exist */
export function knownCaps(caps: Iterable<string>): readonly string[] {
  const sorted = sortedCaps(caps);
  const unknown = sorted.filter((cap) => !isCap(cap));
  if (unknown.length > 0) throw new Fault("INSUFFICIENT_CAPS", { required: sorted.join(","), missing: unknown.join(",") });
  return sorted;
}
