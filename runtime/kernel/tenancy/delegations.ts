// Delegations: what one tenant lends another. Owns the tree of loans; what a tenant holds of its own is in tenants.ts and never touched.
//   K10 Strict: a delegation carries a subset of what its source gives, ends no later and lies one deeper, three at most.
//   K11 What it gives is computed when asked: its capabilities as far as its source still gives them. So an end, a revocation or a loss
//       anywhere above reaches everything below at once, and nothing but what came from above.
import { toHex } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { missingCaps } from "./caps.ts";
import type { TenancyPorts } from "./ports.ts";
import { readRecord } from "./saved.ts";
import { knownCaps, type Tenants } from "./tenants.ts";

export interface Delegation {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly caps: readonly string[];
  /** The first millisecond at which it is no more; null: when its source ends. */
  readonly expires: number | null;
  /** The delegation it lends on; null: what `from` holds of its own. */
  readonly source: string | null;
  readonly depth: number;
}

export const DELEGATION_DEPTH_MAX = 3;
const DELEGATIONS_MAX = 100_000;
/** Of one lender: nobody uses up what there is for all. */
const LENT_MAX = 1_000;
const ID_BYTES = 8;
const NONE: ReadonlySet<string> = new Set();

export interface DelegationWish {
  readonly from: string;
  readonly to: string;
  readonly caps: Iterable<string>;
  /** Milliseconds; as long as its source when left out. */
  readonly ttlMs?: number;
  readonly source?: string;
}

export class Delegations {
  readonly #live = new Map<string, Delegation>();
  readonly #byReceiver = new Map<string, Set<string>>();
  readonly #byLender = new Map<string, Set<string>>();
  readonly #tenants: Tenants;
  readonly #ports: TenancyPorts;
  constructor(tenants: Tenants, ports: TenancyPorts) {
    this.#tenants = tenants;
    this.#ports = ports;
  }

  /** @throws Fault AUTH_FAILED | TENANT_SUSPENDED | INSUFFICIENT_CAPS | QUOTA_EXCEEDED | DELEGATION_REFUSED {reason: self | receiver | source | depth} */
  delegate(wish: DelegationWish): Delegation {
    const from = this.#tenants.active(wish.from);
    if (wish.from === wish.to) throw new Fault("DELEGATION_REFUSED", { reason: "self" });
    if (this.#tenants.find(wish.to)?.state !== "active") throw new Fault("DELEGATION_REFUSED", { reason: "receiver" }); // unknown or suspended: the lender is not told which
    const source = wish.source === undefined ? undefined : this.#source(wish.source, wish.from);
    const caps = knownCaps(wish.caps);
    const missing = missingCaps(caps, source === undefined ? new Set(from.caps) : this.gives(source.id));
    if (missing.length > 0 || caps.length === 0) throw new Fault("INSUFFICIENT_CAPS", { required: caps.join(","), missing: missing.join(",") });
    const depth = (source?.depth ?? 0) + 1;
    if (depth > DELEGATION_DEPTH_MAX) throw new Fault("DELEGATION_REFUSED", { reason: "depth", most: DELEGATION_DEPTH_MAX });
    if (this.#live.size >= DELEGATIONS_MAX) throw new Fault("QUOTA_EXCEEDED", { resource: "delegations", limit: DELEGATIONS_MAX });
    if ((this.#byLender.get(wish.from)?.size ?? 0) >= LENT_MAX) throw new Fault("QUOTA_EXCEEDED", { resource: "delegations", limit: LENT_MAX });
    const asked = wish.ttlMs === undefined ? null : this.#ports.now() + Math.max(0, wish.ttlMs);
    const limit = source?.expires ?? null;
    const expires = asked === null ? limit : limit === null ? asked : Math.min(asked, limit);
    const made = this.#put({ id: `dlg_${toHex(this.#ports.fresh(ID_BYTES))}`, from: wish.from, to: wish.to, caps, expires, source: source?.id ?? null, depth });
    this.#ports.kept?.("delegations", made.id, made);
    return made;
  }

  find(id: string): Delegation | undefined { return this.#live.get(id); }
  /** What a tenant lent, oldest first. */
  given(tenant: string): readonly Delegation[] { return this.#listed(this.#byLender.get(tenant)); }
  /** What was lent to it. */
  received(tenant: string): readonly Delegation[] { return this.#listed(this.#byReceiver.get(tenant)); }

  /** What it gives now (K11). */
  gives(id: string): ReadonlySet<string> {
    const held = this.#live.get(id);
    if (held === undefined || (held.expires !== null && this.#ports.now() >= held.expires)) return NONE;
    const above = held.source === null ? this.#own(held.from) : this.gives(held.source);
    return new Set(held.caps.filter((cap) => above.has(cap)));
  }

  /** All a tenant holds now: its own and what is lent to it. Nothing when it is not active. */
  holds(tenant: string): ReadonlySet<string> {
    const own = this.#own(tenant);
    const lent = this.#byReceiver.get(tenant);
    if (lent === undefined || this.#tenants.find(tenant)?.state !== "active") return own;
    const all = new Set(own);
    for (const id of lent) for (const cap of this.gives(id)) all.add(cap);
    return all;
  }

  /** Ends it and everything lent on from it, by whoever lent it (or a source above). @throws Fault DELEGATION_REFUSED {reason: unknown | owner} */
  revoke(id: string, by: string): readonly string[] {
    const held = this.#live.get(id);
    if (held === undefined) throw new Fault("DELEGATION_REFUSED", { reason: "unknown" });
    if (!this.#lenders(held).includes(by)) throw new Fault("DELEGATION_REFUSED", { reason: "owner" });
    const ended = new Set([id]);
    for (const one of this.#live.values()) if (one.source !== null && ended.has(one.source)) ended.add(one.id); // a source is older than what is lent on from it
    for (const one of ended) this.#drop(one);
    return [...ended];
  }

  /** Forgets what has expired; what was lent on from it expired no later. */
  sweep(): void {
    const now = this.#ports.now();
    for (const { id, expires } of [...this.#live.values()]) if (expires !== null && now >= expires) this.#drop(id);
  }
  get size(): number { return this.#live.size; }

  saved(): unknown { return { delegations: [...this.#live.values()] }; }
  /** Into an empty one, after the tenants. @throws Fault TENANCY_UNREADABLE */
  restore(data: unknown): void {
    for (const row of readRecord(data, "delegations").rows("delegations")) {
      const id = row.text("id");
      const source = row.textOrNull("source");
      const above = source === null ? undefined : this.#live.get(source);
      const depth = row.count("depth");
      if (this.#live.has(id) || depth > DELEGATION_DEPTH_MAX) row.refuse("id");
      if (source === null ? depth !== 1 : above?.depth !== depth - 1 || above.to !== row.text("from")) row.refuse("source");
      this.#put({ id, from: row.text("from"), to: row.text("to"), caps: row.texts("caps"), expires: row.countOrNull("expires"), source, depth });
    }
  }

  #listed(ids: ReadonlySet<string> = new Set()): readonly Delegation[] { return [...ids].flatMap((id) => this.#live.get(id) ?? []); }

  #own(tenant: string): ReadonlySet<string> {
    const found = this.#tenants.find(tenant);
    return found?.state === "active" ? new Set(found.caps) : NONE;
  }

  #source(id: string, from: string): Delegation {
    const source = this.#live.get(id);
    if (source === undefined || source.to !== from || this.gives(id).size === 0) throw new Fault("DELEGATION_REFUSED", { reason: "source" });
    return source;
  }

  /** Who lent it, and who lent what it was lent from. */
  #lenders(held: Delegation): readonly string[] {
    const above = held.source === null ? undefined : this.#live.get(held.source);
    return above === undefined ? [held.from] : [held.from, ...this.#lenders(above)];
  }

  #put(delegation: Delegation): Delegation {
    const kept = Object.freeze({ ...delegation, caps: Object.freeze([...delegation.caps]) });
    this.#live.set(kept.id, kept);
    for (const [table, tenant] of this.#sides(kept)) table.set(tenant, (table.get(tenant) ?? new Set()).add(kept.id));
    return kept;
  }

  #drop(id: string): void {
    const held = this.#live.get(id);
    if (held === undefined) return;
    this.#live.delete(id);
    this.#ports.kept?.("delegations", id, null);
    for (const [table, tenant] of this.#sides(held)) {
      const mates = table.get(tenant);
      mates?.delete(id);
      if (mates?.size === 0) table.delete(tenant);
    }
  }

  #sides({ from, to }: Delegation): readonly (readonly [Map<string, Set<string>>, string])[] { return [[this.#byLender, from], [this.#byReceiver, to]]; }
}
