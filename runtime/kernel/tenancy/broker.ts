// Brokered channels: the only way that entanglement may cross from one tenant to another. Owns who agreed to what, until when, how often used.
//   B1  A channel names exactly two different tenants, and is active only while both consent; either ends it for good.
//   B2  A use names both tenants, in either order; uses never exceed the channel's most.
//   B3  An operator may say which pairs may have one; a channel of any other pair carries nothing, whoever agreed to it.
import { toHex } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { TenancyPorts } from "./ports.ts";
import { readRecord } from "./saved.ts";
import type { Tenants } from "./tenants.ts";

export interface BrokeredChannel {
  readonly id: string;
  /** Who proposed it, and with whom. */
  readonly tenants: readonly [string, string];
  readonly state: "proposed" | "active" | "revoked";
  readonly expires: number | null;
  readonly uses: number;
  readonly most: number;
}

/** Why a channel does not carry an entanglement. */
export type ChannelLack = "missing_channel" | "invalid_channel" | "channel_quota_exceeded";

export const CHANNEL_USES_MAX = 1_000;
const CHANNELS_MAX = 100_000;
/** Of one proposer: nobody uses up what there is for all. */
const OFFERED_MAX = 1_000;
const ID_BYTES = 8;
const STATES = ["proposed", "active", "revoked"] as const;

export class Broker {
  readonly #channels = new Map<string, BrokeredChannel>();
  /** Ids by pair of tenants, in code-unit order. */
  readonly #byPair = new Map<string, Set<string>>();
  /** Ids by each of their tenants. */
  readonly #byTenant = new Map<string, Set<string>>();
  /** Pairs that may have one; undefined: any (B3). */
  #pairs: ReadonlySet<string> | undefined;
  readonly #tenants: Tenants;
  readonly #ports: TenancyPorts;
  constructor(tenants: Tenants, ports: TenancyPorts) {
    this.#tenants = tenants;
    this.#ports = ports;
  }

  /** Which pairs may have a channel, from now on (B3); null: any. */
  permit(pairs: readonly (readonly [string, string])[] | null): void { this.#pairs = pairs === null ? undefined : new Set(pairs.map((pair) => pairOf(...pair))); }

  /** One tenant's offer, which is its consent. @throws Fault AUTH_FAILED | TENANT_SUSPENDED | QUOTA_EXCEEDED | CHANNEL_REFUSED {reason: self | receiver | pair} */
  propose(from: string, to: string, terms: { readonly ttlMs?: number; readonly most?: number } = {}): BrokeredChannel {
    this.#tenants.active(from);
    if (from === to) throw new Fault("CHANNEL_REFUSED", { reason: "self" });
    if (this.#tenants.find(to)?.state !== "active") throw new Fault("CHANNEL_REFUSED", { reason: "receiver" }); // unknown or suspended: who offers is not told which
    if (!this.#permitted(from, to)) throw new Fault("CHANNEL_REFUSED", { reason: "pair" });
    if (this.of(from).filter(({ tenants }) => tenants[0] === from).length >= OFFERED_MAX) throw new Fault("QUOTA_EXCEEDED", { resource: "channels", limit: OFFERED_MAX });
    if (this.#channels.size >= CHANNELS_MAX) throw new Fault("QUOTA_EXCEEDED", { resource: "channels", limit: CHANNELS_MAX });
    const expires = terms.ttlMs === undefined ? null : this.#ports.now() + Math.max(0, terms.ttlMs);
    const most = Math.max(0, Math.min(terms.most ?? CHANNEL_USES_MAX, CHANNEL_USES_MAX));
    return this.#change({ id: `bch_${toHex(this.#ports.fresh(ID_BYTES))}`, tenants: [from, to], state: "proposed", expires, uses: 0, most });
  }

  /** The other tenant's consent. @throws Fault CHANNEL_REFUSED {reason: unknown | tenant | state} */
  consent(id: string, tenant: string): BrokeredChannel {
    const channel = this.#named(id);
    if (channel.tenants[1] !== tenant) throw new Fault("CHANNEL_REFUSED", { reason: "tenant", channel: id });
    if (channel.state !== "proposed") throw new Fault("CHANNEL_REFUSED", { reason: "state", channel: id });
    this.#tenants.active(tenant);
    return this.#change({ ...channel, state: "active" });
  }

  /** Either tenant's withdrawal, for good. @throws Fault CHANNEL_REFUSED {reason: unknown | tenant} */
  revoke(id: string, tenant: string): BrokeredChannel {
    const channel = this.#named(id);
    if (!channel.tenants.includes(tenant)) throw new Fault("CHANNEL_REFUSED", { reason: "tenant", channel: id });
    return this.#change({ ...channel, state: "revoked" });
  }

  find(id: string): BrokeredChannel | undefined { return this.#channels.get(id); }
  /** Of a tenant, whoever offered them; oldest first. */
  of(tenant: string): readonly BrokeredChannel[] { return [...this.#byTenant.get(tenant) ?? []].flatMap((id) => this.#channels.get(id) ?? []); }

  /** What the channel lacks to entangle these two tenants so many times more; undefined: nothing. */
  lacks(id: string | undefined, one: string, other: string, uses = 1): ChannelLack | undefined {
    const channel = id === undefined ? undefined : this.#channels.get(id);
    if (channel === undefined) return "missing_channel";
    if (!this.#serves(channel, one, other)) return "invalid_channel";
    return channel.uses + uses > channel.most ? "channel_quota_exceeded" : undefined;
  }

  /** Counts uses. @throws Fault CHANNEL_REFUSED {reason} */
  use(id: string, one: string, other: string, uses = 1): void {
    const lack = this.lacks(id, one, other, uses);
    if (lack !== undefined) throw new Fault("CHANNEL_REFUSED", { reason: lack, channel: id });
    const channel = this.#named(id);
    this.#change({ ...channel, uses: channel.uses + uses });
  }

  /** What all channels between the two lack to carry something now; undefined: one of them would. */
  lackBetween(one: string, other: string): ChannelLack | undefined {
    const lacks = [...this.#byPair.get(pairOf(one, other)) ?? []].map((id) => this.lacks(id, one, other));
    if (lacks.includes(undefined)) return undefined;
    return lacks.includes("channel_quota_exceeded") ? "channel_quota_exceeded" : "missing_channel";
  }

  /** Forgets what is revoked or expired. */
  sweep(): void {
    const now = this.#ports.now();
    for (const channel of [...this.#channels.values()]) {
      if (channel.state === "revoked" || (channel.expires !== null && now >= channel.expires)) this.#drop(channel);
    }
  }
  get size(): number { return this.#channels.size; }

  saved(): unknown { return { channels: [...this.#channels.values()] }; }
  /** Into an empty one. @throws Fault TENANCY_UNREADABLE */
  restore(data: unknown): void {
    for (const row of readRecord(data, "broker").rows("channels")) {
      const id = row.text("id");
      const [one, other, ...more] = row.texts("tenants");
      if (this.#channels.has(id)) row.refuse("id");
      if (one === undefined || other === undefined || one === other || more.length > 0) return row.refuse("tenants");
      this.#put({ id, tenants: [one, other], state: row.word("state", STATES), expires: row.countOrNull("expires"), uses: row.count("uses"), most: row.count("most") });
    }
  }

  #serves(channel: BrokeredChannel, one: string, other: string): boolean {
    const [from, to] = channel.tenants;
    const named = (from === one && to === other) || (from === other && to === one);
    const alive = channel.state === "active" && (channel.expires === null || this.#ports.now() < channel.expires);
    return named && alive && this.#permitted(one, other) && channel.tenants.every((tenant) => this.#tenants.find(tenant)?.state === "active");
  }

  #permitted(one: string, other: string): boolean { return this.#pairs?.has(pairOf(one, other)) ?? true; }

  #change(channel: BrokeredChannel): BrokeredChannel {
    const kept = this.#put(channel);
    this.#ports.kept?.("broker", kept.id, kept);
    return kept;
  }

  #named(id: string): BrokeredChannel {
    const channel = this.#channels.get(id);
    if (channel === undefined) throw new Fault("CHANNEL_REFUSED", { reason: "unknown", channel: id });
    return channel;
  }

  #put(channel: BrokeredChannel): BrokeredChannel {
    const kept = Object.freeze({ ...channel, tenants: Object.freeze([...channel.tenants] as [string, string]) });
    this.#channels.set(kept.id, kept);
    const pair = pairOf(...kept.tenants);
    for (const [table, key] of [[this.#byPair, pair], [this.#byTenant, kept.tenants[0]], [this.#byTenant, kept.tenants[1]]] as const) table.set(key, (table.get(key) ?? new Set()).add(kept.id));
    return kept;
  }

  #drop(channel: BrokeredChannel): void {
    this.#channels.delete(channel.id);
    this.#ports.kept?.("broker", channel.id, null);
    for (const [table, key] of [[this.#byPair, pairOf(...channel.tenants)], [this.#byTenant, channel.tenants[0]], [this.#byTenant, channel.tenants[1]]] as const) {
      const mates = table.get(key);
      mates?.delete(channel.id);
      if (mates?.size === 0) table.delete(key);
    }
  }
}

/** Tenants' names hold no space. */
const pairOf = (one: string, other: string): string => (one < other ? `${one} ${other}` : `${other} ${one}`);
