// Entanglement links: which qubits are joined, how well, and what it cost. Owns links, channels and the pairs of this epoch.
//   C30  A link gives away no more pairs in an epoch than it makes in one; what a channel takes beyond is made in later epochs, if the link
//        is degraded (batched), else the channel is refused.
//   C31  A channel has at least the fidelity that was asked for, or it is not opened.
//   C32  A channel belongs to one owner: to anybody else it is unknown.
import { Fault } from "../../../kernel-abi/fault.ts";
import { invariant } from "../../../kernel-abi/invariant.ts";
import { type Channel, type ChannelOwner, type Link, type LinkSpec, type LinksOptions, type LinksSaved, type Route, channelId } from "./channel.ts";
import { readLinks } from "./links-saved.ts";
import { bestWithin, type Protocol, purification } from "./purification.ts";

export type { Channel, ChannelOwner, Link, LinkSpec, LinksOptions, LinksSaved, Route } from "./channel.ts";

/** Pairs between modules: photons through a fibre. Inside a module: gates of the code. */
const BETWEEN = Object.freeze({ fidelity: 0.95, pairsPerEpoch: 4_096 });
const INSIDE = Object.freeze({ fidelity: 0.999, pairsPerEpoch: 1_048_576 });
/** A link that would be batched over more epochs than these is worse than bringing both qubits into one module. */
export const BATCH_EPOCHS_MAX = 8;

interface LinkState { readonly spec: LinkSpec; fidelity: number; pairsPerEpoch: number; used: number; spent: number }

const nameOf = (a: string, b: string): string => (a < b ? `${a} ${b}` : `${b} ${a}`);
const keyOf = ({ session, job }: ChannelOwner, id: string): string => JSON.stringify([session, job, id]);
const isDegraded = ({ spec, fidelity, pairsPerEpoch }: LinkState): boolean => fidelity < spec.fidelity || pairsPerEpoch < spec.pairsPerEpoch;

export class EntanglementLinks {
  readonly #options: LinksOptions;
  readonly #protocol: Protocol;
  readonly #links = new Map<string, LinkState>();
  readonly #channels = new Map<string, Channel>();
  #epoch = 0;

  constructor(options: LinksOptions = { links: [] }) {
    this.#options = options;
    this.#protocol = options.protocol ?? "DEJMPS";
    for (const spec of options.links) this.#links.set(nameOf(spec.a, spec.b), { spec, fidelity: spec.fidelity, pairsPerEpoch: spec.pairsPerEpoch, used: 0, spent: 0 });
  }

  /** The link of two modules, as it is now. */
  link(a: string, b: string): Link {
    const state = this.#link(a, b);
    return { ...state.spec, fidelity: state.fidelity, pairsPerEpoch: state.pairsPerEpoch, name: nameOf(a, b), degraded: isDegraded(state) };
  }
  /** Links that are listed or have been used. */
  get links(): readonly Link[] { return [...this.#links.values()].map(({ spec: { a, b } }) => this.link(a, b)); }
  get degraded(): boolean { return [...this.#links.values()].some(isDegraded); }

  /** From now on; both null: as specified. Open channels keep what they have. */
  degrade(a: string, b: string, to: { readonly fidelity: number; readonly pairsPerEpoch: number } | null): void {
    const state = this.#link(a, b);
    state.fidelity = Math.min(to?.fidelity ?? state.spec.fidelity, state.spec.fidelity);
    state.pairsPerEpoch = Math.min(to?.pairsPerEpoch ?? state.spec.pairsPerEpoch, state.spec.pairsPerEpoch);
  }

  /** How a channel of this fidelity between two modules would be made now; opens nothing. */
  route(a: string, b: string, wanted: number): Route {
    const state = this.#link(a, b);
    const { fidelity, rounds, pairs, reached } = purification(state.fidelity, wanted, this.#protocol);
    const left = Math.max(0, state.pairsPerEpoch - state.used);
    const later = pairs - left;
    const epochs = later <= 0 ? 1 : state.pairsPerEpoch === 0 ? BATCH_EPOCHS_MAX + 1 : 1 + Math.ceil(later / state.pairsPerEpoch);
    const kind = !reached || epochs > BATCH_EPOCHS_MAX ? "local" : epochs === 1 ? "direct" : "batched";
    return { kind, link: nameOf(a, b), fidelity, rounds, pairs, epochs };
  }

  /**
   * Joins two qubits that are in `modules`. PENDING when its pairs are made over several epochs.
   * @param wanted fidelity, at least ½ and below 1 @throws Fault CHANNEL_EXISTS | CHANNEL_FIDELITY_UNREACHABLE | CHANNEL_CAPACITY_EXCEEDED
   */
  open(owner: ChannelOwner, join: { readonly a: string; readonly b: string; readonly modules: readonly [string, string]; readonly fidelity: number; readonly id?: string }): Channel {
    const { a, b, modules, fidelity } = join;
    const id = join.id ?? channelId(a, b);
    const key = keyOf(owner, id);
    if (a === b) throw new Fault("CHANNEL_EXISTS", { channel: id, why: `both ends are the qubit ${a}` }, { next: "Name two qubits; a bare id is one of the session's own, and somebody else's qubit is named by its signed handle." });
    if (this.#channels.has(key)) throw new Fault("CHANNEL_EXISTS", { channel: id, why: "open already" });
    const state = this.#link(...modules);
    if (!(fidelity >= 0.5 && fidelity < 1)) throw this.#outOfRange(state, id, fidelity);
    const route = this.route(...modules, fidelity);
    if (route.fidelity < fidelity) throw new Fault("CHANNEL_FIDELITY_UNREACHABLE", { channel: id, asked: fidelity, reached: route.fidelity, rounds: route.rounds },
      { next: isDegraded(state) ? "The link is degraded: ask for less, or again when it has recovered." : `Ask for at most ${route.fidelity}: the link is well, and reaches no more however often it is asked.` });
    if (route.kind !== "direct" && !(route.kind === "batched" && isDegraded(state))) {
      throw new Fault("CHANNEL_CAPACITY_EXCEEDED", { channel: id, pairs: route.pairs, left: Math.max(0, state.pairsPerEpoch - state.used), perEpoch: state.pairsPerEpoch });
    }
    const channel: Channel = {
      ...owner, id, a, b, link: route.link, wanted: fidelity, fidelity: route.fidelity, rounds: route.rounds, pairs: route.pairs,
      made: 0, state: "PENDING", openedEpoch: this.#epoch, uses: 0,
    };
    this.#channels.set(key, channel);
    this.#make(key, channel);
    return this.#channel(owner, id);
  }

  /** What no link has, or every one. */
  #outOfRange({ fidelity: raw, pairsPerEpoch }: LinkState, channel: string, asked: number): Fault {
    const reached = bestWithin(raw, pairsPerEpoch, this.#protocol);
    const next = asked >= 1 ? `Ask for less than 1, which no purification reaches; this link now reaches ${reached}.` : "Ask for 0.5 or more: below that two qubits need not be entangled at all.";
    return new Fault("CHANNEL_FIDELITY_UNREACHABLE", { channel, asked: Number.isNaN(asked) ? "not a number" : asked, from: 0.5, below: 1, reached }, { next });
  }

  /** Uses an open channel once; false while it is pending. @throws Fault CHANNEL_UNKNOWN */
  use(owner: ChannelOwner, id: string): boolean {
    const channel = this.#channel(owner, id);
    if (channel.state === "PENDING") return false;
    this.#channels.set(keyOf(owner, id), { ...channel, uses: channel.uses + 1 });
    return true;
  }

  /** Pairs for something that has no channel of its own, as a teleported gate; false when this epoch has none left. */
  draw(a: string, b: string, pairs: number): boolean {
    const state = this.#link(a, b);
    if (state.used + pairs > state.pairsPerEpoch) return false;
    this.#spend(state, pairs);
    return true;
  }

  /** @throws Fault CHANNEL_UNKNOWN */
  close(owner: ChannelOwner, id: string): void {
    this.#channel(owner, id);
    this.#channels.delete(keyOf(owner, id));
  }
  /** Everything a job, or a session with all its jobs, had open; how many. */
  closeAll(of: { readonly job: string } | { readonly session: string }): number {
    const ended = [...this.#channels].filter(([, channel]) => ("job" in of ? channel.job === of.job : channel.session === of.session));
    for (const [key] of ended) this.#channels.delete(key);
    return ended.length;
  }

  /** @throws Fault CHANNEL_UNKNOWN */
  status(owner: ChannelOwner, id: string): Channel { return this.#channel(owner, id); }
  /** Of a session with all its jobs, of a job, or all; oldest first. */
  channels(of: Partial<ChannelOwner> = {}): readonly Channel[] {
    return [...this.#channels.values()].filter(({ session, job }) => (of.session ?? session) === session && (of.job ?? job) === job);
  }
  /** Pairs this link has given away in this epoch. */
  used(a: string, b: string): number { return this.#link(a, b).used; }

  /** The next epoch: links make pairs anew, and pending channels get theirs in the order they were opened. */
  turnover(): void {
    this.#epoch += 1;
    for (const state of this.#links.values()) state.used = 0;
    for (const [key, channel] of this.#channels) if (channel.state === "PENDING") this.#make(key, channel);
  }

  saved(): LinksSaved {
    const links = [...this.#links.values()].map(({ spec: { a, b }, fidelity, pairsPerEpoch, used, spent }) => ({ a, b, fidelity, pairsPerEpoch, used, spent }));
    return { epoch: this.#epoch, links, channels: [...this.#channels.values()] };
  }
  /** @throws Fault RESUME_REFUSED */
  static restored(data: unknown, options: LinksOptions = { links: [] }): EntanglementLinks {
    const saved = readLinks(data);
    const links = new EntanglementLinks(options);
    links.#epoch = saved.epoch;
    for (const { a, b, fidelity, pairsPerEpoch, used, spent } of saved.links) {
      const state = links.#link(a, b);
      Object.assign(state, { fidelity, pairsPerEpoch, used, spent });
      links.#assert(state);
    }
    for (const channel of saved.channels) links.#channels.set(keyOf(channel, channel.id), channel);
    return links;
  }

  #link(a: string, b: string): LinkState {
    const name = nameOf(a, b);
    const known = this.#links.get(name);
    if (known !== undefined) return known;
    const spec: LinkSpec = { a, b, ...(a === b ? this.#options.inside ?? INSIDE : this.#options.between ?? BETWEEN) };
    const state: LinkState = { spec, fidelity: spec.fidelity, pairsPerEpoch: spec.pairsPerEpoch, used: 0, spent: 0 };
    this.#links.set(name, state);
    return state;
  }
  #channel(owner: ChannelOwner, id: string): Channel {
    const channel = this.#channels.get(keyOf(owner, id));
    if (channel === undefined) throw new Fault("CHANNEL_UNKNOWN", { channel: id });
    return channel;
  }
  #make(key: string, channel: Channel): void {
    const [a = "", b = a] = channel.link.split(" ");
    const state = this.#link(a, b);
    const part = Math.min(channel.pairs - channel.made, Math.max(0, state.pairsPerEpoch - state.used));
    if (part > 0) this.#spend(state, part);
    const made = channel.made + part;
    this.#channels.set(key, { ...channel, made, state: made === channel.pairs ? "OPEN" : "PENDING" });
  }
  #spend(state: LinkState, pairs: number): void {
    state.used += pairs;
    state.spent += pairs;
    this.#assert(state);
  }
  #assert(state: LinkState): void {
    invariant(state.used >= 0 && state.used <= Math.max(state.pairsPerEpoch, state.spec.pairsPerEpoch) && state.used <= state.spent, "C30", state.spec.a);
  }
}
