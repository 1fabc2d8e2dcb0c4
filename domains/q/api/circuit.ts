// The circuit builder: `circuit(2).h(0).cx(0, 1).measureAll()`. A circuit is a value: every method returns a new one and
// changes none, so a circuit can be kept, shared, repeated and appended. (Its past is shared, not copied: a step is O(1).)
//
//   BIT ORDER. Results are in clbit order: clbit 0 FIRST in arrays and LEFTMOST in the keys of counts. So after
//   `circuit(2).x(0).measureAll()` the bits are [1, 0] and the key is "10". Qiskit prints the same outcome as "01".
//   As a number, qubit 0 is the least significant bit (that matters to `qft` alone).
//
//   C1  A refused argument is a Fault ABI_MALFORMED { argument, value, allowed } thrown by the very call that gave it.
//   C2  What a condition guards acts or not as a whole: a body cannot change a bit it hangs on and then go on.
//   C3  `lower()` is always a circuit that `decodeCircuitJob` accepts.
import { Fault } from "../../../kernel-abi/fault.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import type { LoweredCircuit } from "../../kernels/circuit.ts";
import { isClifford } from "../../kernels/stabilizer/clifford.ts";
import { longestPath } from "./cost.ts";
import { drawCircuit } from "./drawing.ts";
import { checkAngle, checkInteger, checkQubits, inverseOf, lowerInstructions, refuse } from "./instruction.ts";
import type { Bit, Condition, GateName, Instruction } from "./instruction.ts";
import { BoundCircuit, Parameter, movesOf, type Angle, type Template, type Values } from "./parameter.ts";

/** Builds on the circuit it is given and returns the result; `index` counts repetitions from 0. */
export type Body = (circuit: Circuit, index: number) => Circuit;

interface Step {
  readonly before: Step | undefined;
  readonly added: readonly Instruction[];
}

interface Shape {
  readonly qubits: number;
  readonly clbits: number;
  /** Whether `measure` and `append` may add classical bits: nobody has said how many there are. */
  readonly grows: boolean;
  readonly size: number;
  readonly last: Step | undefined;
}

/** Found once: a circuit is a value. */
const TEMPLATES = new WeakMap<Circuit, Template>();

export class Circuit {
  readonly #shape: Shape;

  /** Use `circuit(qubits, clbits?)`. */
  constructor(shape: Shape) {
    this.#shape = shape;
    Object.freeze(this);
  }

  get qubits(): number { return this.#shape.qubits; }
  get clbits(): number { return this.#shape.clbits; }
  /** Instructions, barriers included. */
  get size(): number { return this.#shape.size; }

  /** One-qubit gates act on each qubit named. */
  h(...qubits: readonly number[]): Circuit { return this.#each("h", qubits); }
  s(...qubits: readonly number[]): Circuit { return this.#each("s", qubits); }
  sdg(...qubits: readonly number[]): Circuit { return this.#each("sdg", qubits); }
  t(...qubits: readonly number[]): Circuit { return this.#each("t", qubits); }
  tdg(...qubits: readonly number[]): Circuit { return this.#each("tdg", qubits); }
  x(...qubits: readonly number[]): Circuit { return this.#each("x", qubits); }
  y(...qubits: readonly number[]): Circuit { return this.#each("y", qubits); }
  z(...qubits: readonly number[]): Circuit { return this.#each("z", qubits); }
  /** Rotations take the angle first, in radians or as a parameter: RX(θ) = exp(−iθX/2) and so on, P(λ) = diag(1, e^{iλ}). */
  rx(angle: Angle, ...qubits: readonly number[]): Circuit { return this.#each("rx", qubits, angle); }
  ry(angle: Angle, ...qubits: readonly number[]): Circuit { return this.#each("ry", qubits, angle); }
  rz(angle: Angle, ...qubits: readonly number[]): Circuit { return this.#each("rz", qubits, angle); }
  p(angle: Angle, ...qubits: readonly number[]): Circuit { return this.#each("p", qubits, angle); }
  cx(control: number, target: number): Circuit { return this.#gate("cx", [control, target]); }
  cz(control: number, target: number): Circuit { return this.#gate("cz", [control, target]); }
  swap(a: number, b: number): Circuit { return this.#gate("swap", [a, b]); }
  ccx(control: number, other: number, target: number): Circuit { return this.#gate("ccx", [control, other, target]); }
  cp(angle: Angle, control: number, target: number): Circuit { return this.#gate("cp", [control, target], angle); }
  /** Returns each qubit to |0⟩, whatever it was. */
  reset(...qubits: readonly number[]): Circuit { return this.#each("reset", qubits); }
  /** Nothing is drawn or counted as running across a barrier. */
  barrier(): Circuit { return this.#gate("barrier", []); }

  /** Measures a qubit into a classical bit, which is added when the circuit was made without a number of them. */
  measure(qubit: number, clbit: number): Circuit {
    const { clbits, grows, qubits } = this.#shape;
    checkQubits("measure", [qubit], qubits);
    checkInteger("measure: clbit", clbit, 0, (grows ? LIMITS.clbits_max : clbits) - 1);
    return this.#add([{ name: "measure", qubits: [qubit], clbit, when: [] }], clbit + 1);
  }

  /** Measures qubit i into clbit i for every qubit; the circuit has at least that many classical bits from then on. */
  measureAll(): Circuit {
    const each = Array.from({ length: this.qubits }, (_, i): Instruction => ({ name: "measure", qubits: [i], clbit: i, when: [] }));
    return this.#add(each, this.qubits);
  }

  /**
   * Feed-forward: what `body` adds acts in the shots where classical bits have the values asked for at that moment.
   * `if(0, 1, c => c.x(2))`, or all of several: `if({ 0: 1, 1: 0 }, c => c.x(2))`. Bodies nest.
   */
  if(clbit: number, value: Bit, body: Body): Circuit;
  if(clbits: Readonly<Record<number, Bit>>, body: Body): Circuit;
  if(bits: number | Readonly<Record<number, Bit>>, valueOrBody: Bit | Body, body?: Body): Circuit {
    const when = conditionOf(bits, valueOrBody, this.clbits);
    const inner = this.#build("if: body", typeof valueOrBody === "function" ? valueOrBody : body, 0);
    const guarded = inner.instructions().map((one) => ({ ...one, when: joined(when, one.when) }));
    checkGuard(when, guarded);
    return this.#add(guarded, inner.clbits);
  }

  /** `body` n times over; it is told which time it is. */
  repeat(times: number, body: Body): Circuit {
    checkInteger("repeat: times", times, 0, LIMITS.circuit_operations_max);
    let all: Circuit = this;
    for (let index = 0; index < times; index++) {
      const inner = this.#build("repeat: body", body, index);
      all = all.#add(inner.instructions(), inner.clbits);
    }
    return all;
  }

  /** Another circuit behind this one: its qubit i on `qubits[i]`, its clbit i on `clbits[i]`; on the same numbers unless told. */
  append(other: Circuit, qubits?: readonly number[], clbits?: readonly number[]): Circuit {
    if (!(other instanceof Circuit)) return refuse("append: circuit", other, "a circuit");
    const onQubits = mapping("append: qubits", other.qubits, this.qubits, qubits);
    const onClbits = mapping("append: clbits", other.clbits, this.#shape.grows ? LIMITS.clbits_max : this.clbits, clbits);
    const as = (one: Instruction): Instruction => ({
      ...one,
      qubits: one.qubits.map((qubit) => onQubits[qubit] ?? qubit),
      ...(one.clbit === undefined ? {} : { clbit: onClbits[one.clbit] ?? one.clbit }),
      when: one.when.map(([clbit, value]) => [onClbits[clbit] ?? clbit, value] as const),
    });
    const same = qubits === undefined && clbits === undefined;
    const moved = same ? other.instructions() : other.instructions().map(as);
    return this.#add(moved, onClbits.reduce((most, clbit) => Math.max(most, clbit + 1), 0));
  }

  /** The circuit that undoes this one. Refuses measure and reset, which nothing undoes. */
  inverse(): Circuit {
    return new Circuit({ ...this.#shape, size: 0, last: undefined }).#add(this.instructions().toReversed().map(inverseOf), 0);
  }

  /** In order, as plain frozen data. */
  instructions(): readonly Instruction[] {
    const steps: (readonly Instruction[])[] = [];
    for (let step = this.#shape.last; step !== undefined; step = step.before) steps.push(step.added);
    return steps.length === 1 ? steps[0] ?? [] : Object.freeze(steps.reverse().flat());
  }

  /** How often each gate occurs, `measure` and `reset` among them; a conditional gate counts. */
  counts(): Readonly<Partial<Record<GateName, number>>> {
    const found: Partial<Record<GateName, number>> = {};
    for (const { name } of this.instructions()) found[name] = (found[name] ?? 0) + 1;
    return found;
  }

  /** Instructions on the longest chain that must run one after the other; barriers order but do not count. */
  depth(): number { return longestPath(this.#template().lowered, () => 1); }

  /** Whether the stabilizer kernel can run it: any number of qubits up to 16,384 instead of 27. */
  get isClifford(): boolean { return isClifford(this.lower()); }

  /** Names of the parameters that angles wait for, in the order of their first gates. */
  get parameters(): readonly string[] { return this.#template().names; }

  /**
   * The circuit with values for all of its parameters: a list in their order, or a record by name. Costs as much as its angles, so a circuit is
   * built once and bound for every job. What is bound is done: gates and measurements come before, `ansatz.measureAll().bind(values)`.
   * @throws Fault ABI_MALFORMED naming the parameter
   */
  bind(values: Values): BoundCircuit { return new BoundCircuit(this.#template(), values); }

  /** What kernels take: a fresh copy, plain enough to pack. @throws Fault ABI_MALFORMED while an angle waits for a parameter */
  lower(): LoweredCircuit {
    const { lowered: { qubits, clbits, ops, angles, conditions }, names } = this.#template();
    if (names.length > 0) refuse("circuit: parameters", names[0], "a circuit whose parameters are bound: circuit.bind(values)");
    return { qubits, clbits, ops: ops.slice(), angles: angles.slice(), conditions: conditions.slice() };
  }

  #template(): Template {
    let template = TEMPLATES.get(this);
    if (template === undefined) {
      const instructions = this.instructions();
      TEMPLATES.set(this, template = { lowered: lowerInstructions(this.qubits, this.clbits, instructions), ...movesOf(instructions) });
    }
    return template;
  }

  /** A drawing, one line a qubit. */
  toString(): string { return drawCircuit(this.qubits, this.instructions()); }

  #each(name: GateName, qubits: readonly number[], angle?: Angle): Circuit {
    if (qubits.length === 0) return refuse(`${name}: qubit`, undefined, `an integer from 0 to ${this.qubits - 1}`);
    return qubits.reduce<Circuit>((so, qubit) => so.#gate(name, [qubit], angle), this);
  }

  #gate(name: GateName, qubits: readonly number[], angle?: Angle): Circuit {
    const fixed = angle instanceof Parameter ? angle.offset : angle;
    checkAngle(name, fixed);
    checkQubits(name, qubits, this.qubits);
    const moved = angle instanceof Parameter ? { moved: { name: angle.name, factor: angle.factor } } : {};
    return this.#add([{ name, qubits, ...(fixed === undefined ? {} : { angle: fixed }), ...moved, when: [] }], 0);
  }

  #add(instructions: readonly Instruction[], clbits: number): Circuit {
    const size = this.size + instructions.length;
    if (size > LIMITS.circuit_operations_max) throw new Fault("ABI_LIMIT", { limit: "circuit_operations_max", allowed: LIMITS.circuit_operations_max });
    const last: Step = { before: this.#shape.last, added: frozen(instructions) };
    return new Circuit({ ...this.#shape, clbits: Math.max(this.clbits, clbits), size, last });
  }

  /** What a body adds to a circuit of this shape. */
  #build(argument: string, body: Body | undefined, index: number): Circuit {
    if (typeof body !== "function") return refuse(argument, body, "a function from a circuit to a circuit");
    const built: unknown = body(new Circuit({ ...this.#shape, size: 0, last: undefined }), index);
    if (!(built instanceof Circuit)) return refuse(argument, built, "a function that returns the circuit it builds");
    if (built.qubits !== this.qubits) return refuse(`${argument}: qubits`, built.qubits, `${this.qubits}, those of the circuit it is given`);
    return built;
  }
}
Object.freeze(Circuit.prototype);

/** Frozen through and through. A frozen array is one that has been here before. */
function frozen(instructions: readonly Instruction[]): readonly Instruction[] {
  if (Object.isFrozen(instructions)) return instructions;
  for (const { qubits, when, moved } of instructions) {
    Object.freeze(qubits);
    Object.freeze(moved);
    if (!Object.isFrozen(when)) Object.freeze(when).forEach((pair) => { Object.freeze(pair); });
  }
  instructions.forEach((instruction) => { Object.freeze(instruction); });
  return Object.freeze(instructions);
}

function conditionOf(bits: unknown, value: unknown, clbits: number): Condition {
  const pairs: readonly (readonly [number, unknown])[] = typeof bits === "number" ? [[bits, value]]
    : typeof bits === "object" && bits !== null ? Object.entries(bits).map(([clbit, wanted]) => [Number(clbit), wanted] as const)
      : refuse("if: clbit", bits, "a classical bit, or a record of classical bits and values");
  if (pairs.length === 0) refuse("if: clbits", "{}", "at least one classical bit");
  return pairs.map(([clbit, wanted]) => {
    if (clbits === 0) refuse("if: clbit", clbit, "a classical bit measured before; this circuit has none yet");
    checkInteger("if: clbit", clbit, 0, clbits - 1);
    return [clbit, wanted === 0 || wanted === 1 ? wanted : refuse("if: value", wanted, "0 or 1")] as const;
  });
}

/** Both hold; what both ask for stands once. */
const joined = (outer: Condition, inner: Condition): Condition =>
  [...outer, ...inner.filter(([clbit, value]) => !outer.some(([other, wanted]) => other === clbit && wanted === value))];

/** C2: each instruction looks its condition up when it runs, so a guarded measurement of a guarding bit must come last. */
function checkGuard(when: Condition, guarded: readonly Instruction[]): void {
  let written: number | undefined;
  for (const { name, clbit } of guarded) {
    if (written !== undefined && name !== "barrier") refuse("if: body", `measures into clbit ${written} and goes on`, "a body that ends where it measures into a bit it is conditional on");
    if (clbit !== undefined && when.some(([guard]) => guard === clbit)) written = clbit;
  }
}

function mapping(argument: string, from: number, onto: number, given?: readonly number[]): readonly number[] {
  const map = given ?? Array.from({ length: from }, (_, index) => index);
  if (map.length !== from) refuse(argument, map.length, `${from} numbers, one for each of the other circuit's`);
  for (const number of map) checkInteger(argument, number, 0, onto - 1);
  if (new Set(map).size !== from) refuse(argument, map.join(", "), "distinct numbers");
  return map;
}

/**
 * A circuit of `qubits` qubits in |0…0⟩. Without `clbits` it gets classical bits as it measures; with it, exactly those.
 * @throws Fault ABI_MALFORMED
 */
export function circuit(qubits: number, clbits?: number): Circuit {
  checkInteger("circuit: qubits", qubits, 1, LIMITS.stabilizer_qubits_max);
  if (clbits !== undefined) checkInteger("circuit: clbits", clbits, 0, LIMITS.clbits_max);
  return new Circuit({ qubits, clbits: clbits ?? 0, grows: clbits === undefined, size: 0, last: undefined });
}

/**
 * A circuit of instructions that are made already, with exactly so many classical bits.
 * @throws Fault ABI_MALFORMED | ABI_LIMIT
 */
export function circuitOf(qubits: number, clbits: number, instructions: readonly Instruction[]): Circuit {
  checkInteger("circuit: qubits", qubits, 1, LIMITS.stabilizer_qubits_max);
  checkInteger("circuit: clbits", clbits, 0, LIMITS.clbits_max);
  if (instructions.length > LIMITS.circuit_operations_max) throw new Fault("ABI_LIMIT", { limit: "circuit_operations_max", allowed: LIMITS.circuit_operations_max });
  for (const { name, qubits: operands, angle, clbit, when } of instructions) {
    checkAngle(name, angle);
    checkQubits(name, operands, qubits);
    if (clbit !== undefined) checkInteger("measure: clbit", clbit, 0, clbits - 1);
    for (const [bit] of when) checkInteger("if: clbit", bit, 0, clbits - 1);
  }
  return new Circuit({ qubits, clbits, grows: false, size: instructions.length, last: { before: undefined, added: frozen([...instructions]) } });
}
