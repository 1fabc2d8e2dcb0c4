// The sweep back of the adjoint method as programs for two states at once: gates taken back, and before those whose angle is asked for a bracket.
//   G4  Gates and brackets keep their order, so every amplitude and every sum has the bits of going back gate by gate. A pass takes what comes
//       next as long as the qubits it mixes fit into a block; brackets of RX and RY need their qubit in it, for they mix it too.
//   G5  Sums of 256 indices lie within a block, so each block has the eight lowest qubits; each bracket of a pass has a row in scratch.
import { OP, isParametrised } from "../circuit.ts";
import type { Plan, Step } from "./plan.ts";
import { KIND, primitivesOf, type Primitive } from "./primitives.ts";
import { programOf, rebound, SUM_QUBITS, type Program } from "./program.ts";
import { BLOCK_QUBITS, bitsOf, filled, opsOf, type Bracket, type Op, type Pass } from "./schedule.ts";
import type { Schedules } from "./stages.ts";

/** Kinds of brackets (assembly/adjoint.ts). */
const ODD = 1;
const ONES = 2;
/** Rows scratch has room for, and gates of one program. */
const ROWS = 128;
const GATES_MAX = 512;

export interface BackProgram {
  readonly program: Program;
  /** By pass and row: the step whose derivative the row is for. */
  readonly derivatives: readonly (readonly number[])[];
}

export interface BackSweep {
  readonly plan: Plan;
  /** By step of the plan, whether its derivative is asked for. */
  readonly wanted: readonly boolean[];
  /** Address of scratch, and sums of one row. */
  readonly scratch: number;
  readonly sums: number;
}

/** What Im⟨image|G|state⟩ is taken of, by opcode: G is X, Y or Z, or for P and CP the projector on ones. */
export function bracketOf({ opcode, q0, q1 }: Step): Omit<Bracket, "row"> {
  const bit = 1 << q0;
  switch (opcode) {
    case OP.RX: return { x: bit, z: 0, flags: 0 };
    case OP.RY: return { x: bit, z: bit, flags: ODD };
    case OP.RZ: return { x: 0, z: bit, flags: 0 };
    default: return { x: 0, z: opcode === OP.CP ? bit | (1 << q1) : bit, flags: ONES };
  }
}

/** ∂E by the angle of a gate from its bracket. */
export const slopeOf = ({ opcode }: Step, bracket: number): number => (opcode === OP.P || opcode === OP.CP ? -2 * bracket : bracket);

export function inverted(step: Step): Step {
  switch (step.opcode) {
    case OP.S: return { ...step, opcode: OP.SDG };
    case OP.SDG: return { ...step, opcode: OP.S };
    case OP.T: return { ...step, opcode: OP.TDG };
    case OP.TDG: return { ...step, opcode: OP.T };
    default: return isParametrised(step.opcode) ? { ...step, sine: -step.sine } : step;
  }
}

class Making {
  readonly #of: BackSweep;
  readonly #steps: readonly Step[];
  readonly #most: number;
  readonly made: BackProgram[] = [];
  #passes: Pass[] = [];
  #derivatives: number[][] = [];
  #gates = 0;
  #block = 0;
  #ops: (Primitive | Bracket)[] = [];
  #rows: number[] = [];

  constructor(of: BackSweep, steps: readonly Step[]) {
    this.#of = of;
    this.#steps = steps;
    this.#most = Math.min(of.plan.qubits, BLOCK_QUBITS);
    this.#begin();
  }

  #begin(): void {
    this.#block = (1 << SUM_QUBITS) - 1;
    this.#ops = [];
    this.#rows = [];
  }

  #fit(mixes: number): void {
    if (bitsOf(this.#block | mixes) > this.#most) this.#endPass();
    this.#block |= mixes;
  }

  bracket(at: number): void {
    const bracket = bracketOf(this.#of.plan.steps[at] as Step);
    if (this.#rows.length === ROWS) this.#endPass();
    this.#fit(bracket.x);
    this.#ops.push({ ...bracket, row: this.#of.scratch + 8 * this.#of.sums * this.#rows.length });
    this.#rows.push(at);
  }

  /** `place`: of the gate among those of the sweep back. */
  gate(step: Step, place: number): void {
    for (const primitive of primitivesOf(step, place, "exact")) {
      this.#fit(primitive.mixes);
      this.#ops.push(primitive);
    }
    this.#gates += 1;
    if (this.#gates >= GATES_MAX) this.end();
  }

  #endPass(): void {
    if (this.#ops.length > 0) {
      const block = filled(this.#block, this.#most);
      this.#passes.push({ block, ops: inOrder(this.#ops, block) });
      this.#derivatives.push(this.#rows);
    }
    this.#begin();
  }

  /** Ends a program. */
  end(): void {
    this.#endPass();
    if (this.#passes.length > 0) this.made.push({ program: programOf(this.#passes, this.#steps), derivatives: this.#derivatives });
    this.#passes = [];
    this.#derivatives = [];
    this.#gates = 0;
  }
}

const moves = ({ what }: Primitive): boolean => what === "flip" || what === "swap" || what === "sign";
/** Whether the loop of its gate can do it on a block. */
const simple = (one: Primitive, block: number): boolean => (one.reads & ~block) === 0 && !one.quarter && one.kind !== KIND.H;

/** Turns that follow each other share tiles. One alone would not fill a tile, and moves touch less of the block by their own loops. */
function between(gates: readonly Primitive[], block: number): readonly Op[] {
  const ops: Op[] = [];
  let turns: Primitive[] = [];
  const end = (): void => {
    const [one] = turns;
    ops.push(...(turns.length === 1 && one !== undefined && simple(one, block) ? [{ single: one }] : opsOf(turns, block, "exact")));
    turns = [];
  };
  for (const one of gates) {
    if (moves(one) && simple(one, block)) {
      end();
      ops.push({ single: one });
    } else turns.push(one);
  }
  end();
  return ops;
}

function inOrder(items: readonly (Primitive | Bracket)[], block: number): readonly Op[] {
  const ops: Op[] = [];
  let gates: Primitive[] = [];
  for (const item of items) {
    if ("what" in item) gates.push(item);
    else {
      ops.push(...between(gates, block), { bracket: item });
      gates = [];
    }
  }
  return [...ops, ...between(gates, block)];
}

function made(of: BackSweep, steps: readonly Step[]): readonly BackProgram[] {
  const { plan, wanted } = of;
  const first = wanted.indexOf(true);
  const making = new Making(of, steps);
  for (let at = plan.steps.length - 1; at >= first && first >= 0; at--) {
    if (wanted[at] === true) making.bracket(at);
    const place = plan.steps.length - 1 - at;
    if (at > first) making.gate(steps[place] as Step, place);
  }
  making.end();
  return making.made;
}

/** The latest sweep of circuits of one shape, for as long as their plans are kept (stages.ts, F6). */
const KEPT = new WeakMap<Schedules, { readonly wanted: readonly boolean[]; readonly programs: readonly BackProgram[] }>();

/** The sweep back to the first gate whose derivative is asked for, for at least ten qubits. `shape`: what circuits of one shape share. */
export function backPrograms(of: BackSweep, shape: Schedules): readonly BackProgram[] {
  const steps = of.plan.steps.map(inverted).reverse();
  const kept = KEPT.get(shape);
  if (kept?.wanted.every((wanted, at) => wanted === of.wanted[at]) === true) return kept.programs.map((one) => ({ ...one, program: rebound(one.program, steps) }));
  const programs = made(of, steps);
  KEPT.set(shape, { wanted: of.wanted, programs });
  return programs;
}
