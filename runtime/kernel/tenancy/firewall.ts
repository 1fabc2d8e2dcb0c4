// The entanglement firewall: who owns each live qubit, and what is entangled with what. Owns the graph; broker.ts owns the channels.
//   W10 Whatever acts on qubits of two tenants at once entangles them, whatever the op is called, unless it is listed as one that cannot.
//   W11 An edge between two tenants exists only over a channel that named both and was valid when it was made; each making is one use.
//   W12 A refused operation changes nothing. A freed qubit leaves no edge.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Broker, ChannelLack } from "./broker.ts";
import { readRecord } from "./saved.ts";
import { shown } from "./witness.ts";

export interface Violation {
  readonly kind: ChannelLack;
  readonly op: string;
  readonly qubits: readonly [string, string];
  readonly tenants: readonly [string, string];
  readonly channel: string | null;
}

export interface Edge {
  readonly qubits: readonly [string, string];
  readonly tenants: readonly [string, string];
  /** Null within one tenant. */
  readonly channel: string | null;
}

/** Ops that, on several qubits, act on each alone. */
const APART: ReadonlySet<string> = new Set(["ALLOC_LQ", "FREE_LQ", "COND_PAULI", "RESET", "FENCE_EPOCH", "BAR_REGION", "SET_POLICY", "CLOSE_CHAN"]);

export const entangles = (op: string): boolean => !APART.has(op);

/** Every unordered pair of different operands. */
export function pairsOf(qubits: readonly string[]): readonly (readonly [string, string])[] {
  return qubits.flatMap((one, at) => qubits.slice(at + 1).filter((other) => other !== one).map((other) => [one, other] as const));
}

/** @throws Fault FIREWALL_VIOLATION */
export function refuseViolation(violation: Violation | undefined, node: string | null = null): void {
  if (violation === undefined) return;
  const { kind, op, tenants, qubits, channel } = violation;
  throw new Fault("FIREWALL_VIOLATION", { violation: kind, op: shown(op), tenants: tenants.join(","), qubits: shown(qubits.join(",")), channel: channel === null ? null : shown(channel), ...(node === null ? {} : { node }) });
}

export class Firewall {
  readonly #owners = new Map<string, string>();
  readonly #edges = new Map<string, Map<string, string | null>>();
  readonly #broker: Broker;
  constructor(broker: Broker) { this.#broker = broker; }

  /** @throws Fault LINEARITY_BROKEN {violation: aliasing} for a qubit that somebody owns */
  register(qubit: string, tenant: string): void {
    if (this.#owners.has(qubit)) throw new Fault("LINEARITY_BROKEN", { violation: "aliasing", handle: qubit });
    this.#owners.set(qubit, tenant);
  }

  /** Frees a qubit, edges and all; false when nobody owned it. */
  free(qubit: string): boolean {
    for (const other of this.#edges.get(qubit)?.keys() ?? []) this.#edges.get(other)?.delete(qubit);
    this.#edges.delete(qubit);
    return this.#owners.delete(qubit);
  }
  unregister(tenant: string): void {
    for (const [qubit, owner] of [...this.#owners]) if (owner === tenant) this.free(qubit);
  }

  owner(qubit: string): string | undefined { return this.#owners.get(qubit); }
  get size(): number { return this.#owners.size; }

  /** What stands against the operation; undefined: nothing. A channel's uses are judged for all pairs it is to carry. */
  judge(op: string, qubits: readonly string[], channel?: string): Violation | undefined {
    const crossing = this.#crossing(op, qubits);
    for (const { pair, tenants } of crossing) {
      const kind = this.#broker.lacks(channel, ...tenants);
      if (kind !== undefined) return { kind, op, qubits: pair, tenants, channel: channel ?? null };
    }
    return undefined;
  }

  /** Entangles what the op acts on: one use of the channel when it crosses. @throws Fault FIREWALL_VIOLATION | LINEARITY_BROKEN */
  entangle(op: string, qubits: readonly string[], channel?: string): void {
    const unknown = qubits.find((qubit) => !this.#owners.has(qubit));
    if (unknown !== undefined) throw new Fault("LINEARITY_BROKEN", { violation: "unknown_handle", handle: unknown });
    if (!entangles(op)) return;
    refuseViolation(this.judge(op, qubits, channel));
    const [first] = this.#crossing(op, qubits);
    if (first !== undefined && channel !== undefined) this.#broker.use(channel, ...first.tenants);
    for (const [one, other] of pairsOf(qubits)) this.#join(one, other, this.#owners.get(one) === this.#owners.get(other) ? null : channel ?? null);
  }

  /** Everything entangled with the qubit, itself included: what measuring it may change. */
  reach(qubit: string): ReadonlySet<string> {
    const found = new Set([qubit]);
    for (const at of found) for (const next of this.#edges.get(at)?.keys() ?? []) found.add(next);
    return found;
  }

  /** Edges between tenants whose channel is gone or invalid by now; empty when all is well. A used-up channel stays valid for what it made. */
  broken(): readonly Edge[] {
    return this.edges().filter(({ tenants, channel }) => tenants[0] !== tenants[1] && this.#broker.lacks(channel ?? undefined, ...tenants, 0) !== undefined);
  }

  /** Each once, in the order of its qubits' names, however it came about. */
  edges(): readonly Edge[] {
    return [...this.#edges].flatMap(([one, others]) => [...others].filter(([other]) => one < other)
      .map(([other, channel]): Edge => ({ qubits: [one, other], tenants: [this.#owners.get(one) ?? "", this.#owners.get(other) ?? ""], channel })))
      .sort((a, b) => (a.qubits.join(" ") < b.qubits.join(" ") ? -1 : 1));
  }

  saved(): unknown { return { owners: [...this.#owners].map(([qubit, tenant]) => ({ qubit, tenant })), edges: this.edges() }; }
  /** Into an empty one. @throws Fault TENANCY_UNREADABLE */
  restore(data: unknown): void {
    const table = readRecord(data, "firewall");
    for (const row of table.rows("owners")) {
      if (this.#owners.has(row.text("qubit"))) row.refuse("qubit");
      this.#owners.set(row.text("qubit"), row.text("tenant"));
    }
    for (const row of table.rows("edges")) {
      const [one, other] = row.texts("qubits");
      if (one === undefined || other === undefined || !this.#owners.has(one) || !this.#owners.has(other)) return row.refuse("qubits");
      this.#join(one, other, row.textOrNull("channel"));
    }
  }

  #crossing(op: string, qubits: readonly string[]): readonly { readonly pair: readonly [string, string]; readonly tenants: readonly [string, string] }[] {
    if (!entangles(op)) return [];
    return pairsOf(qubits).flatMap((pair) => {
      const tenants = [this.#owners.get(pair[0]) ?? "", this.#owners.get(pair[1]) ?? ""] as const;
      return tenants[0] === tenants[1] ? [] : [{ pair, tenants }];
    });
  }

  #join(one: string, other: string, channel: string | null): void {
    for (const [from, to] of [[one, other], [other, one]] as const) {
      const edges = this.#edges.get(from) ?? new Map<string, string | null>();
      this.#edges.set(from, edges.set(to, channel));
    }
  }
}
