// One epoch of one job, node by node: qubits are placed and freed, channels opened and closed, everything is charged. Runs no physics; what
// it touches are the tables it is handed.
//   W1  What may happen needs its resources: guards are not looked at.
//   W2  Work done again after a rollback is charged, but places, frees, opens and closes nothing: only reversible work is ever done again.
import type { Account } from "./accounts.ts";
import type { Holder } from "./block.ts";
import type { ChannelOwner } from "./channel.ts";
import { type Step, isTeleport, profileOf } from "./demand.ts";
import type { EntanglementLinks } from "./links.ts";
import type { LogicalResources } from "./resources.ts";

/** Fidelity of the pair that a gate between two modules is done with, and of a channel whose node says none. */
export const GATE_FIDELITY = 0.99;

/** What an OPEN_CHAN asks for: `fidelity`, or `opts.fidelity`. NaN, which no channel has, when that is no number. */
export function fidelityOf({ args }: Pick<Step, "args">): number {
  const opts = args["opts"];
  const inner = typeof opts === "object" && opts !== null && "fidelity" in opts ? opts.fidelity : undefined;
  const wanted = args["fidelity"] ?? inner ?? GATE_FIDELITY;
  return typeof wanted === "number" ? wanted : Number.NaN;
}

/** Whether a node acts on its qubits together: apart, they need a pair for it. */
export const isJoint = ({ op, vqs }: Pick<Step, "op" | "vqs">): boolean => vqs.length > 1 && (op.startsWith("APPLY_") || op === "TELEPORT_CNOT" || op === "MEASURE_BELL");

export class Walk {
  readonly #resources: LogicalResources;
  readonly #links: EntanglementLinks;
  readonly #account: Account;
  readonly #job: string;
  readonly #owner: ChannelOwner;
  /** There have been more qubits or channels since the peak was last told. */
  #grown = true;

  constructor(tables: { readonly resources: LogicalResources; readonly links: EntanglementLinks; readonly account: Account }, { job, session }: Holder) {
    this.#resources = tables.resources;
    this.#links = tables.links;
    this.#account = tables.account;
    this.#job = job;
    this.#owner = { session, job };
  }

  /** @param redone how many of the nodes are done again (W2) @throws Fault PROFILE_INVALID | QUBIT_UNKNOWN | RESOURCES_EXHAUSTED | CHANNEL_* */
  epoch(nodes: readonly Step[], redone: number): void {
    for (const [at, node] of nodes.entries()) {
      if (at >= redone) this.#before(node);
      this.#account.charge(node);
      this.#join(node);
      if (at >= redone) this.#after(node);
    }
    this.#peak();
  }

  /** The way back through reversible nodes, charged like the way there; it places and frees nothing. */
  undo(nodes: readonly Step[]): void {
    for (const node of nodes) {
      this.#account.charge(node);
      this.#join(node);
    }
  }

  /** Nodes that were accounted for before: qubits that live after them are placed, channels opened; nothing is charged. */
  again(nodes: readonly Step[]): void {
    for (const node of nodes) {
      this.#before(node);
      this.#after(node);
    }
  }

  #before(node: Step): void {
    if (node.op === "ALLOC_LQ") this.#place(node);
    if (node.op === "OPEN_CHAN") this.#open(node);
  }
  #after({ op, vqs, chs }: Step): void {
    if (op !== "CLOSE_CHAN" && op !== "FREE_LQ") return;
    this.#peak();
    if (op === "CLOSE_CHAN") for (const id of chs) this.#links.close(this.#owner, id);
    else {
      this.#resources.free(this.#job, vqs);
      for (const vq of vqs) this.#account.freed(vq);
    }
  }

  #place(node: Step): void {
    const { resets } = this.#resources.place(this.#job, node.vqs, profileOf(node).text);
    for (const vq of node.vqs) this.#account.seat(vq, this.#resources.blockOf(this.#job, vq), resets > 0);
    this.#account.resets(node.vqs, resets);
    this.#grown = true;
  }
  #open(node: Step): void {
    const [a = "", b = ""] = node.vqs;
    const id = node.chs[0];
    const modules = [this.#moduleOf(a), this.#moduleOf(b)] as const;
    const channel = this.#links.open(this.#owner, { a, b, modules, fidelity: fidelityOf(node), ...(id === undefined ? {} : { id }) });
    this.#account.pairs(channel.pairs, { stalled: channel.state === "PENDING" });
    this.#grown = true;
  }

  /** A gate on qubits of two modules takes a pair, or its channel's; a teleported one takes one wherever they are. */
  #join(node: Step): void {
    if (node.op === "USE_CHAN") return this.#use(node.chs);
    if (!isJoint(node)) return;
    const channel = node.args["channel"];
    if (typeof channel === "string" && this.#links.channels(this.#owner).some(({ id }) => id === channel)) return this.#use([channel]);
    const [first = "", ...rest] = node.vqs.map((vq) => this.#moduleOf(vq));
    for (const module of rest) if (module !== first || isTeleport(node)) this.#draw(first, module);
  }
  #use(ids: readonly string[]): void {
    for (const id of ids) if (!this.#links.use(this.#owner, id)) this.#account.pairs(0, { stalled: true });
  }
  #draw(a: string, b: string): void {
    const { pairs } = this.#links.route(a, b, GATE_FIDELITY);
    this.#account.pairs(pairs, { stalled: !this.#links.draw(a, b, pairs) });
  }

  #moduleOf(vq: string): string { return this.#resources.blockOf(this.#job, vq).module; }
  #peak(): void {
    if (!this.#grown) return;
    this.#grown = false;
    const mapping = this.#resources.mapping(this.#job);
    const physical = mapping.reduce((sum, { physicalQubits }) => sum + physicalQubits, 0);
    this.#account.peak(mapping.length, physical, this.#links.channels(this.#owner).length, () =>
      mapping.map(({ vq, profile, physicalQubits, module }) => ({ vq, profile, physicalQubits, module })));
  }
}
