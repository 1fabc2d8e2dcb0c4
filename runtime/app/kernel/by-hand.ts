// What a session holds by hand, outside of any job: logical qubits and the channels between them. Owns which they are; how many there may
// be is the quotas', where they lie the resources', what joins them the links', who may join them the firewall's.
//   H1  All of a call or none of it: what a later step refuses, the earlier ones give back.
//   H2  A qubit is named by its id in its own session; anybody else has to show a signed handle of it, and the broker's channel.
//   H3  What a session holds, it holds no longer than it lives.
//   H4  A session's id is its secret: names that others see have an alias of it, which says nothing of it.
//   H5  Two qubits have one channel, whoever opened it and whichever end was named first.
import { toHex } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { pairOf } from "../../../kernel-abi/qvm/channel-ends.ts";
import { DEFAULT_PROFILE, isProfile, parseProfile, refuseProfile, type Profile } from "../../../kernel-abi/qvm/qec/profile.ts";
import { Refusal } from "../../../kernel-abi/rpc/codes.ts";
import type { Channel, EntanglementLinks } from "../../kernel/logical/links.ts";
import type { LogicalResources } from "../../kernel/logical/resources.ts";
import { refuseShortage } from "../../kernel/tenancy/quotas.ts";
import type { Authority } from "../../kernel/tenancy/authority.ts";

/** Whose they are. */
export interface Owner {
  readonly session: string;
  readonly tenant: string;
  /** Of the tenant: handles begin with it, its name never shows. */
  readonly namespace: string;
}

export interface ByHandParts {
  readonly authority: Pick<Authority, "quotas" | "handles" | "linear" | "firewall">;
  readonly resources: LogicalResources;
  readonly links: EntanglementLinks;
  /** Fresh random bytes. */
  readonly fresh: (bytes: number) => Uint8Array;
  /** What is taken where nobody names a profile. */
  readonly profile?: string;
}

export interface Allocated {
  readonly vqs: readonly string[];
  /** Signed, in the order of `vqs`. */
  readonly handles: readonly string[];
  readonly profile: Profile;
}

/** One end of a channel as it was named. */
interface End {
  readonly held: Held;
  readonly vq: string;
}

interface Held {
  readonly owner: Owner;
  /** Fresh, for the names of what it holds. */
  readonly alias: string;
  readonly vqs: Set<string>;
  readonly channels: Map<string, readonly [string, string]>;
  next: number;
}

/** Between a handle's name and its signature. */
const SIGNED = "~";

/** Of what a session holds by hand, where resources ask for one. */
export const handHolder = (session: string): string => `hand ${session}`;
const holderOf = ({ session }: Owner): string => handHolder(session);
const ALIAS_BYTES = 8;
const nameOf = ({ owner: { namespace }, alias }: Held, vq: string): string => `${namespace}:${alias}:${vq}`;

/** Its id, or the whole name of another session's. */
const labelOf = (own: Held, end: End): string => (end.held === own ? end.vq : nameOf(end.held, end.vq));

/** @throws Fault PROFILE_INVALID | RATE_UNSAMPLED */
function profileOf(text: string): Profile {
  const read = parseProfile(text);
  if (!isProfile(read)) refuseProfile(read, { at: "/params/profile", profile: text });
  return read;
}

const unknown = (kind: string, id: string): never => { throw new Refusal("JOB_NOT_FOUND", { kind, id }); };

export class ByHand {
  readonly #parts: ByHandParts;
  readonly #held = new Map<string, Held>();
  readonly #byAlias = new Map<string, Held>();
  /** By the names of its two ends: the channel between them, and whose it is (H5). */
  readonly #joining = new Map<string, { readonly session: string; readonly id: string }>();
  constructor(parts: ByHandParts) { this.#parts = parts; }

  /** @throws Fault PROFILE_INVALID | QUOTA_EXCEEDED | RESOURCES_EXHAUSTED */
  alloc(owner: Owner, count: number, profileText?: string): Allocated {
    const { authority: { quotas }, resources, profile: usual = DEFAULT_PROFILE } = this.#parts;
    const profile = profileOf(profileText ?? usual);
    const held = this.#open(owner);
    const vqs = Array.from({ length: count }, (_, at) => `vq_${held.next + at}`);
    refuseShortage(quotas.shortage(owner, { logical_qubits: count, physical_qubits: count * profile.physicalQubits }));
    resources.acquire(holderOf(owner), [{ profile, count }]);
    for (const vq of vqs) quotas.reserve(nameOf(held, vq), owner, { logical_qubits: 1, physical_qubits: profile.physicalQubits });
    resources.place(holderOf(owner), vqs, profile.text);
    held.next += count;
    return { vqs, handles: vqs.map((vq) => this.#take(held, vq)), profile };
  }

  /** All of them or none; channels that end at one of them are closed. @throws Refusal | Fault HANDLE_REFUSED */
  release(owner: Owner, shown: readonly string[]): readonly string[] {
    const vqs = shown.map((name) => this.#own(owner, name));
    const held = this.#open(owner);
    this.#parts.authority.linear.use(vqs.map((vq) => nameOf(held, vq)), owner.session);
    for (const vq of vqs) this.#drop(held, vq);
    this.#parts.resources.free(holderOf(owner), vqs);
    this.#parts.resources.surrender(holderOf(owner)); // a job keeps blocks for its next qubits, a session asks for them anew
    return vqs;
  }

  /** @throws Refusal JOB_NOT_FOUND; Fault FIREWALL_VIOLATION | HANDLE_REFUSED | QUOTA_EXCEEDED | CHANNEL_… */
  open(owner: Owner, names: readonly [string, string], { fidelity = 0.99, brokered }: { readonly fidelity?: number; readonly brokered?: string } = {}): Channel {
    const { authority: { quotas, firewall, linear }, links, resources } = this.#parts;
    const [a, b] = [this.#end(owner, names[0]), this.#end(owner, names[1])];
    const held = this.#open(owner);
    const ends = [nameOf(a.held, a.vq), nameOf(b.held, b.vq)] as const;
    const labels = [labelOf(held, a), labelOf(held, b)] as const;
    const id = `ch_${labels[0]}_${labels[1]}`.replaceAll(":", "_");
    const already = this.#joining.get(pairOf(ends));
    if (already?.session === owner.session) throw new Fault("CHANNEL_EXISTS", { channel: already.id, why: "open already" });
    if (already !== undefined) throw new Fault("CHANNEL_EXISTS", { why: "the other side has one open between them" }, { next: "Have the other side close its channel first: two qubits have one." });
    for (const end of [a, b]) linear.use([nameOf(end.held, end.vq)], end.held.owner.session);
    const violation = firewall.judge("OPEN_CHAN", ends, brokered);
    if (violation !== undefined) throw new Refusal("CHANNEL_REFUSED", { vq_a: a.vq, vq_b: b.vq, what: violation.kind });
    const modules = [resources.blockOf(holderOf(a.held.owner), a.vq).module, resources.blockOf(holderOf(b.held.owner), b.vq).module] as const;
    quotas.reserve(nameOf(held, id), owner, { channels: 1 });
    try {
      const channel = links.open({ session: owner.session, job: null }, { a: labels[0], b: labels[1], modules, fidelity, id });
      firewall.entangle("OPEN_CHAN", ends, brokered);
      held.channels.set(id, ends);
      this.#joining.set(pairOf(ends), { session: owner.session, id });
      return channel;
    } catch (error) {
      quotas.release(nameOf(held, id));
      throw error;
    }
  }

  /** @throws Fault CHANNEL_UNKNOWN */
  close(owner: Owner, id: string): void {
    this.#parts.links.close({ session: owner.session, job: null }, id);
    const held = this.#open(owner);
    this.#parts.authority.quotas.release(nameOf(held, id));
    this.#joining.delete(pairOf(held.channels.get(id) ?? []));
    held.channels.delete(id);
  }

  /** @throws Fault CHANNEL_UNKNOWN */
  status(owner: Owner, id: string): Channel { return this.#parts.links.status({ session: owner.session, job: null }, id); }

  /** Closes every channel over which nothing may go any more; how many. */
  cut(): number {
    const broken = new Set(this.#parts.authority.firewall.broken().map(({ qubits }) => pairOf(qubits)));
    let count = 0;
    for (const { owner, channels } of this.#held.values()) {
      for (const [id, ends] of [...channels]) {
        if (!broken.has(pairOf(ends))) continue;
        this.close(owner, id);
        count++;
      }
    }
    return count;
  }

  /** Holder of what a session has by hand, where resources ask for one; undefined: it has nothing. */
  holder(owner: Owner): string | undefined { return this.#held.has(owner.session) ? holderOf(owner) : undefined; }

  /** Everything of a session goes back; how much it was. */
  closeSession(session: string): { readonly qubits: number; readonly channels: number } {
    const held = this.#held.get(session);
    if (held === undefined) return { qubits: 0, channels: 0 };
    const gone = { qubits: held.vqs.size, channels: held.channels.size };
    for (const vq of [...held.vqs]) this.#drop(held, vq);
    for (const id of [...held.channels.keys()]) this.close(held.owner, id);
    this.#parts.resources.close(holderOf(held.owner));
    this.#held.delete(session);
    this.#byAlias.delete(held.alias);
    return gone;
  }

  #open(owner: Owner): Held {
    const known = this.#held.get(owner.session);
    if (known !== undefined) return known;
    const held: Held = { owner, alias: toHex(this.#parts.fresh(ALIAS_BYTES)), vqs: new Set(), channels: new Map(), next: 1 };
    this.#byAlias.set(held.alias, held);
    this.#parts.resources.open({ job: holderOf(owner), session: owner.session, tenant: owner.tenant });
    this.#held.set(owner.session, held);
    return held;
  }

  /** Its signed handle. */
  #take(held: Held, vq: string): string {
    const { owner } = held;
    const name = nameOf(held, vq);
    held.vqs.add(vq);
    const { firewall, linear, handles } = this.#parts.authority;
    firewall.register(name, owner.tenant);
    linear.allocate(name, owner.session);
    return `${name}${SIGNED}${handles.issue({ handle: name, type: "VQ", tenant: owner.tenant, session: owner.session }).signature}`;
  }

  #drop(held: Held, vq: string): void {
    const name = nameOf(held, vq);
    for (const { owner, channels } of this.#held.values()) for (const [id, ends] of [...channels]) if (ends.includes(name)) this.close(owner, id);
    const { firewall, linear, handles, quotas } = this.#parts.authority;
    held.vqs.delete(vq);
    if (linear.stateFor(name, held.owner.session) === "allocated") linear.consume(name, held.owner.session);
    handles.revoke(name);
    firewall.free(name);
    quotas.release(name);
  }

  /** A qubit of the session, by id or by signed handle. */
  #own(owner: Owner, shown: string): string {
    const end = this.#end(owner, shown);
    if (end.held.owner.session !== owner.session) throw new Refusal("ACCESS_DENIED", { kind: "qubit", id: end.vq });
    return end.vq;
  }

  /** H2. A handle is checked as that of the session it was issued in: showing it is what gives the right to name it. */
  #end(owner: Owner, shown: string): End {
    const [name = "", signature] = shown.split(SIGNED);
    const own = this.#held.get(owner.session);
    if (signature === undefined) return own?.vqs.has(name) === true ? { held: own, vq: name } : unknown("qubit", name);
    const [, alias = "", vq = ""] = name.split(":");
    const held = this.#byAlias.get(alias);
    if (held === undefined || !held.vqs.has(vq)) return unknown("handle", name);
    this.#parts.authority.handles.verify({ handle: name, signature }, { tenant: held.owner.tenant, session: held.owner.session, type: "VQ" });
    return { held, vq };
  }
}
