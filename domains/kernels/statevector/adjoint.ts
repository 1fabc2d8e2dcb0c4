// Derivatives by the adjoint method, T. Jones and J. Gacon, arXiv:2009.02823: with φ the state behind a gate exp(-iθG/2) and λ the observable's image
// carried back to the same place, the derivative is Im⟨λ|G|φ⟩. One sweep forward, one back, two states.
//   G4  The sweep back is cut where a derivative is taken; what lies between two of these is one stage, planned as any other, for both states.
import { OP, isParametrised } from "../circuit.ts";
import type { GradientTask, Slopes } from "./gradient.ts";
import { sharesOf, tableOf } from "./passes.ts";
import type { Step } from "./plan.ts";
import { Register } from "./register.ts";
import { EXACT, StagedPlan, stagesOf, type Schedules, type Stage } from "./stages.ts";
import { expectationIn } from "./sums.ts";
import { lettersY, type Word } from "./words.ts";

/** Bytes of one row of `addWords`. */
const ROW = 16;
/** Indices of one block sum of a bracket, and what kinds of brackets there are (assembly/adjoint.ts). */
const BLOCK = 256;
const ODD = 1;
const ONES = 2;

function inverted(step: Step): Step {
  switch (step.opcode) {
    case OP.S: return { ...step, opcode: OP.SDG };
    case OP.SDG: return { ...step, opcode: OP.S };
    case OP.T: return { ...step, opcode: OP.TDG };
    case OP.TDG: return { ...step, opcode: OP.T };
    default: return isParametrised(step.opcode) ? { ...step, sine: -step.sine } : step;
  }
}

interface Back {
  readonly staged: StagedPlan;
  /** By stage: the step whose derivative is taken before it, or -1. */
  readonly derivatives: readonly number[];
}

/** The latest sweep back of circuits of one shape: its angles and schedules, for as long as their plans are kept (stages.ts, F6). */
const SCHEDULES = new WeakMap<Schedules, { readonly angles: Int32Array; readonly schedules: Schedules }>();

function schedulesOf({ staged, angles }: GradientTask): Schedules {
  const known = SCHEDULES.get(staged.schedules);
  if (known?.angles.every((angle, at) => angle < 0 === (angles[at] ?? -1) < 0) === true) return known.schedules;
  const schedules: Schedules = [];
  SCHEDULES.set(staged.schedules, { angles, schedules });
  return schedules;
}

const NOTHING: Stage = { kind: "gates", condition: -1, gates: [] };

/** The sweep back, to the first gate whose derivative is asked for. */
function backOf(task: GradientTask): Back {
  const { staged: { plan }, angles } = task;
  const stages: Stage[] = [];
  const derivatives: number[] = [];
  const add = (derivative: number, gates: readonly Step[]): void => {
    const cut = gates.length === 0 ? [NOTHING] : stagesOf(gates);
    stages.push(...cut);
    derivatives.push(...cut.map((_, part) => (part === 0 ? derivative : -1)));
  };
  const wanted = Array.from(angles.keys()).filter((at) => (angles[at] ?? -1) >= 0).reverse();
  let end = plan.steps.length;
  let derivative = -1;
  for (const at of wanted) {
    add(derivative, plan.steps.slice(at + 1, end).reverse().map(inverted));
    derivative = at;
    end = at + 1;
  }
  add(derivative, []);
  return { staged: new StagedPlan(plan, EXACT, schedulesOf(task), stages), derivatives };
}

/** λ = Σ coefficient·P|ψ⟩ into the zeros at `image`, words of one x mask together. The table of words stands where sums are folded. */
function applyWords({ wasm, state, qubits, scratch, scratchBytes }: Register, image: number, words: readonly Word[]): void {
  const rows = scratchBytes / ROW;
  const table = new DataView(wasm.memory.buffer, scratch, rows * ROW);
  for (const x of new Set(words.map((word) => word.x))) {
    const alike = words.filter((word) => word.x === x);
    for (let from = 0; from < alike.length; from += rows) {
      const some = alike.slice(from, from + rows);
      some.forEach((word, row) => {
        table.setUint32(row * ROW, word.z, true);
        table.setUint32(row * ROW + 4, lettersY(word), true);
        table.setFloat64(row * ROW + 8, word.coefficient, true);
      });
      wasm.addWords(image, state, qubits, x, scratch, some.length);
    }
  }
}

function bracket({ passes, wasm, state, qubits, scratch }: Register, image: number, x: number, z: number, flags: number): number {
  const count = Math.min(BLOCK, 1 << qubits);
  const blocks = (1 << qubits) / count;
  const shares = sharesOf(qubits);
  passes.share(tableOf([{ what: "brackets", words: [image, x, z, scratch, blocks / shares, count, flags] }], shares), state);
  return wasm.foldedRow(scratch, blocks, 0, scratch);
}

/** ∂E by the angle of a gate, from the states behind it. */
function derivativeBy(register: Register, image: number, { opcode, q0, q1 }: Step): number {
  const bit = 1 << q0;
  switch (opcode) {
    case OP.RX: return bracket(register, image, bit, 0, 0);
    case OP.RY: return bracket(register, image, bit, bit, ODD);
    case OP.RZ: return bracket(register, image, 0, bit, 0);
    default: return -2 * bracket(register, image, 0, opcode === OP.CP ? bit | (1 << q1) : bit, ONES);
  }
}

export function slopesByAdjoint(task: GradientTask): Slopes {
  const { staged, staged: { plan }, words, crew } = task;
  const { staged: back, derivatives } = backOf(task);
  const register = new Register({ qubits: plan.qubits, program: Math.max(staged.programBytes, back.programBytes), copies: 1, crew });
  try {
    staged.stages.forEach((_, at) => { register.evolve(staged, at); });
    const value = expectationIn(register, words);
    const slopes = new Float64Array(plan.steps.length);
    const image = register.zeros(0);
    if (derivatives.some((at) => at >= 0)) applyWords(register, image, words);
    derivatives.forEach((derivative, at) => {
      if (derivative >= 0) slopes[derivative] = derivativeBy(register, image, plan.steps[derivative] as Step);
      register.evolve(back, at);
      register.evolve(back, at, image);
    });
    return { value, slopes };
  } finally {
    register.close();
  }
}
