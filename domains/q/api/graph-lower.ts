// Lowering: a graph's nodes, in file order, to instructions. Owns which qubit of the circuit a VQ is, and which bits an event is.
//   L1  File order is execution order, so a prefix of the nodes gives a prefix of the instructions, and the same draws for them.
//   L2  A freed qubit of the circuit is used again, and reset when it comes back: to forget it is to trace it out.
//   L3  What hangs on a guard hangs on exclusive conjunctions (graph-guards.ts, B1): each of them carries a copy, at most one acts.
//   L4  An event that is never produced holds for no guard: a leaf for 0 also asks whether the event's own guard held; a leaf for 1
//       need not, for bits begin at 0 and an event's bits are written by its readout alone.
//   L5  ALLOC_LQ and FREE_LQ are the same whether or not a guard on them holds; FENCE_EPOCH is a barrier either way.
import { tooManyQubits } from "../provider-limits.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { actedOn } from "../../../kernel-abi/qvm/channel-ends.ts";
import { guardEvents, isLeaf, type Graph, type GraphNode, type Guard, type GuardLeaf } from "../../../kernel-abi/qvm/graph.ts";
import { cyclesOf } from "../../../kernel-abi/qvm/qec/rates.ts";
import { GraphClock } from "./graph-clock.ts";
import { NEUTRAL, READOUTS, TRANSFERS, UNITARY, foldedAngle, type Step } from "./graph-gates.ts";
import { GuardExpansion, and, both, holds, literal, or, type Formula } from "./graph-guards.ts";
import type { Condition, GateName, Instruction } from "./instruction.ts";

/** Where an event is read from. */
export interface EventPlace {
  /** One bit, or the two of a Bell index, most significant first. */
  readonly clbits: readonly number[];
  /** Exclusive conjunctions; the event was produced in the shots where one of them holds. */
  readonly produced: readonly Condition[];
}

/**
 * Where noise can strike: a logical cycle of a qubit that ends before instruction `at`, `cycles` in which it waited until then, or a
 * readout, which is instructions [at, at + copies), all of `qubit`, of which at most one acts.
 */
export interface NoisePlace {
  readonly kind: "cycle" | "waiting" | "readout";
  readonly at: number;
  readonly cycles: number;
  readonly copies: number;
  readonly qubit: number;
  readonly vq: string;
}

export interface Lowered {
  readonly instructions: readonly Instruction[];
  readonly qubits: number;
  readonly clbits: number;
  readonly events: ReadonlyMap<string, EventPlace>;
  /** In the order of the nodes. */
  readonly places: readonly NoisePlace[];
}

/** What hangs on nothing acts once, always. */
const ALWAYS: readonly Condition[] = Object.freeze([Object.freeze([])]);

const refuse = (node: string, what: string, detail: Readonly<Record<string, string | number>> = {}): never => {
  throw new Fault("QVM_NOT_EXECUTABLE", { node, what, ...detail });
};

export class Lowering {
  readonly instructions: Instruction[] = [];
  readonly events = new Map<string, EventPlace>();
  readonly places: NoisePlace[] = [];
  qubits = 0;
  clbits = 0;
  readonly #live = new Map<string, number>();
  readonly #free: number[] = [];
  /** Qubits of the circuit on which something was done since they were allocated. */
  readonly #touched = new Set<number>();
  readonly #ends = new Map<string, readonly string[]>();
  readonly #guards = new GuardExpansion();
  readonly #clock = new GraphClock();

  /** @throws Fault QVM_NOT_EXECUTABLE | QVM_GUARD_LIMIT | Q_ERR_GATE_UNSUPPORTED */
  node(node: GraphNode): void {
    const { op, vqs, chs } = node;
    if (op === "ALLOC_LQ") return this.#allocate(node);
    if (op === "FREE_LQ") return this.#release(node);
    if (op === "FENCE_EPOCH") return this.#fence();
    if (op === "OPEN_CHAN") for (const channel of chs) this.#ends.set(channel, vqs);
    if (NEUTRAL.has(op)) return;
    const terms = node.guard === undefined ? ALWAYS : this.#guards.termsOf(this.#formulaOf(node.guard, node.id), node.id);
    const ends = op === "USE_CHAN" ? this.#endsOf(node) : vqs;
    const on = ends.map((vq) => this.#qubitOf(vq, node.id));
    if (op !== "COND_PAULI") {
      const waits = this.#clock.operation(ends, cyclesOf(op), guardEvents(node.guard), node.produces);
      ends.forEach((vq, at) => { this.#wait(vq, waits[at] ?? 0); });
    }
    this.#act(node, on, terms);
    on.forEach((qubit, at) => { this.#cycles(op, qubit, vqs[at] ?? ""); });
  }

  #act(node: GraphNode, on: readonly number[], terms: readonly Condition[]): void {
    const readout = Object.hasOwn(READOUTS, node.op) ? READOUTS[node.op] : undefined;
    if (readout !== undefined) {
      this.#steps(node, readout.before, on, terms);
      this.#read(node, readout.reads.map((operand) => on[operand] ?? refuse(node.id, "an operand is missing")), terms);
      return this.#steps(node, readout.after, on, terms);
    }
    if (node.op === "COND_PAULI") return this.#pauli(node, on, terms);
    if (node.op === "USE_CHAN") return on.length === 0 ? undefined : this.#steps(node, this.#transferOf(node), on, terms);
    const steps = Object.hasOwn(UNITARY, node.op) ? UNITARY[node.op] : undefined;
    if (steps === undefined) return refuse(node.id, "no such operation", { op: node.op });
    if (node.op === "INJECT_T_STATE" && on.some((qubit) => this.#touched.has(qubit))) this.#steps(node, [{ name: "reset", on: [0] }], on, terms);
    this.#steps(node, steps, on, terms);
  }

  #steps(node: GraphNode, steps: readonly Step[], on: readonly number[], terms: readonly Condition[]): void {
    for (const { name, on: places, turns } of steps) {
      const operands = places.map((place) => on[place] ?? refuse(node.id, "an operand is missing"));
      if (operands.length > 1 && new Set(operands).size !== operands.length) refuse(node.id, "a qubit stands twice");
      const angle = turns === undefined ? undefined : turns * foldedAngle(angleOf(node)) + 0;
      for (const when of terms) this.#emit(name, operands, when, angle);
    }
  }

  /** One bit a qubit, on as many copies of the measurement as the guard has conjunctions. */
  #read(node: GraphNode, on: readonly number[], terms: readonly Condition[]): void {
    const bits = on.map((qubit) => {
      const clbit = this.clbits++;
      this.places.push({ kind: "readout", at: this.instructions.length, cycles: 0, copies: terms.length, qubit, vq: node.vqs[on.indexOf(qubit)] ?? "" });
      for (const when of terms) this.instructions.push({ name: "measure", qubits: [qubit], clbit, when });
      return clbit;
    });
    const names = node.produces;
    if (names.length !== 1 && names.length !== bits.length) refuse(node.id, "a readout produces one event for each qubit, or one index", { events: names.length });
    names.forEach((name, at) => {
      if (this.events.has(name)) refuse(node.id, "an event is produced twice", { event: name });
      this.events.set(name, { clbits: names.length === 1 ? bits : bits.slice(at, at + 1), produced: terms });
    });
  }

  /** The exclusive or, by applying the mask once for each input that is 1: a Pauli twice is none. */
  #pauli(node: GraphNode, on: readonly number[], terms: readonly Condition[]): void {
    const mask = maskOf(node);
    const inputs = node.inputs.map((event) => this.#bitOf(event, node.id));
    const when = inputs.length === 0 ? terms : inputs.flatMap((bit) => terms.map((term) => both(term, [[bit, 1]])).filter((term) => term !== undefined));
    on.forEach((qubit, at) => {
      const letter = (mask.length === 1 ? mask : mask.charAt(at)).toLowerCase();
      if (letter === "x" || letter === "y" || letter === "z") for (const one of when) this.#emit(letter, [qubit], one);
    });
  }

  #bitOf(event: string, node: string): number {
    const place = this.events.get(event) ?? refuse(node, "an event is read before it is produced", { event });
    if (place.clbits.length !== 1) refuse(node, "a Bell index has no exclusive or with other events", { event });
    return place.clbits[0] ?? 0;
  }

  #formulaOf(guard: Guard, node: string): Formula {
    if (isLeaf(guard)) return this.#leaf(guard, node);
    const parts = guard.conditions.map((condition) => this.#formulaOf(condition, node));
    return guard.type === "and" ? and(...parts) : or(...parts);
  }

  #leaf({ event, equals }: GuardLeaf, node: string): Formula {
    const { clbits, produced } = this.events.get(event) ?? refuse(node, "a guard on an event that is not produced before it", { event });
    if (!Number.isInteger(equals) || equals < 0 || equals >= 1 << clbits.length) return false;
    const digits = clbits.map((bit, at) => literal(bit, ((equals >> (clbits.length - 1 - at)) & 1) === 1 ? 1 : 0));
    const own = equals === 0 ? or(...produced.map((term) => and(...term.map(([bit, value]) => literal(bit, value))))) : true;
    return and(...digits, own);
  }

  #endsOf(node: GraphNode): readonly string[] {
    return actedOn(node, this.#ends.get(node.chs[0] ?? "") ?? refuse(node.id, "the channel is not open"));
  }

  #transferOf({ id, args }: GraphNode): readonly Step[] {
    const semantic = args["semantic"];
    return (typeof semantic === "string" && Object.hasOwn(TRANSFERS, semantic) ? TRANSFERS[semantic] : undefined) ?? refuse(id, "a channel is used for teleport or swap");
  }

  #allocate({ id, vqs }: GraphNode): void {
    const atOnce = this.#live.size + vqs.length;
    if (atOnce > LIMITS.stabilizer_qubits_max) throw tooManyQubits("stabilizer", atOnce); // no provider has as many
    for (const vq of vqs) {
      if (this.#live.has(vq)) refuse(id, "a qubit is allocated twice", { vq });
      const used = this.#free.pop();
      const qubit = used ?? this.qubits++;
      if (used !== undefined) this.#emit("reset", [qubit], []);
      this.#touched.delete(qubit);
      this.#live.set(vq, qubit);
      this.#clock.allocate(vq, cyclesOf("ALLOC_LQ"));
      this.#cycles("ALLOC_LQ", qubit, vq);
    }
  }

  #cycles(op: string, qubit: number, vq: string): void {
    for (let cycle = cyclesOf(op); cycle > 0; cycle--) this.places.push({ kind: "cycle", at: this.instructions.length, cycles: 1, copies: 0, qubit, vq });
  }

  #wait(vq: string, cycles: number): void {
    const qubit = this.#live.get(vq);
    if (qubit !== undefined && cycles > 0) this.places.push({ kind: "waiting", at: this.instructions.length, cycles, copies: 0, qubit, vq });
  }

  #fence(): void {
    for (const [vq, cycles] of this.#clock.fence()) this.#wait(vq, cycles);
    this.#emit("barrier", [], []);
  }

  #release({ id, vqs }: GraphNode): void {
    for (const vq of vqs) {
      this.#free.push(this.#qubitOf(vq, id));
      this.#live.delete(vq);
      this.#clock.release(vq);
    }
  }

  #qubitOf(vq: string, node: string): number {
    return this.#live.get(vq) ?? refuse(node, "a qubit is not allocated", { vq });
  }

  #emit(name: GateName, qubits: readonly number[], when: Condition, angle?: number): void {
    for (const qubit of qubits) this.#touched.add(qubit);
    if (this.instructions.length >= LIMITS.circuit_operations_max) throw new Fault("ABI_LIMIT", { limit: "circuit_operations_max", allowed: LIMITS.circuit_operations_max });
    this.instructions.push(angle === undefined ? { name, qubits, when } : { name, qubits, when, angle });
  }
}

function angleOf({ id, args, op }: GraphNode): number {
  const angle = op === "MEASURE_ANGLE" ? args["angle"] ?? args["theta"] : args["theta"];
  return typeof angle === "number" && Number.isFinite(angle) ? angle : refuse(id, "an angle is a number of radians");
}

function maskOf({ id, args, vqs }: GraphNode): string {
  const mask = args["mask"] ?? args["pauli"];
  if (typeof mask !== "string" || !/^[IXYZ]+$/i.test(mask)) return refuse(id, "a mask is made of I, X, Y and Z");
  return mask.length === 1 || mask.length === vqs.length ? mask : refuse(id, "a mask has one letter, or one for each qubit");
}

/** The value an event has in a row of bits; undefined when it was not produced. */
export function valueOf({ clbits, produced }: EventPlace, bits: ArrayLike<number>): number | undefined {
  if (!produced.some((term) => holds(term, bits))) return undefined;
  return clbits.reduce((value, bit) => 2 * value + (bits[bit] ?? 0), 0);
}

/** @throws Fault QVM_NOT_EXECUTABLE | QVM_GUARD_LIMIT */
export function lowerGraph({ program: { nodes } }: Graph, count: number): Lowered {
  const lowering = new Lowering();
  for (const node of nodes.slice(0, count)) lowering.node(node);
  return lowering;
}
