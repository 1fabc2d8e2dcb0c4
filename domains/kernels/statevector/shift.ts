// Derivatives by parameter shift: E(θ) has one frequency in each of RX, RY, RZ, P and CP, so ∂E = (E(θ + π/2) - E(θ - π/2))/2 (K. Mitarai and
// others, arXiv:1803.00745). Turns of π/2 are gates of their own behind the shifted one, so no angle leaves its domain.
import { OP } from "../circuit.ts";
import type { GradientTask, Slopes } from "./slopes.ts";
import type { Step } from "./plan.ts";
import { Register } from "./register.ts";
import { GateRuns } from "./runs.ts";
import type { Schedules } from "./stages.ts";
import { expectationIn } from "./sums.ts";

const ROOT_HALF = 0.7071067811865476;
/** Gates of one program: behind a shifted gate, half of them go one by one on the average. */
const GATES_MAX = 32;

/** Of runs of circuits of one shape, for as long as their plans are kept (stages.ts, F6). */
const SCHEDULES = new WeakMap<Schedules, Map<number, Schedules>>();

/** A turn of π/2 or -π/2 of a gate's kind. */
const quarter = (step: Step, sign: 1 | -1): Step => (step.opcode === OP.P || step.opcode === OP.CP
  ? { ...step, cosine: 0, sine: sign } : { ...step, cosine: ROOT_HALF, sine: sign * ROOT_HALF });

/** The state behind each shifted gate is kept while its two circuits are run. */
export function slopesByShift({ staged, words, angles, crew }: GradientTask): Slopes {
  const { plan, plan: { steps, qubits } } = staged;
  const schedules = SCHEDULES.get(staged.schedules) ?? new Map<number, Schedules>();
  SCHEDULES.set(staged.schedules, schedules);
  const runs = new GateRuns({ plan, worn: new Float64Array() }, { gatesMax: GATES_MAX, schedules });
  const register = new Register({ qubits, program: runs.programBytes, copies: 1, crew });
  const run = (from: number, to: number): void => { for (let at = from; at < to;) at = runs.pass(register, at, to, true); };
  const shifted = (at: number, sign: 1 | -1): number => {
    register.apply(quarter(steps[at] as Step, sign));
    run(at + 1, steps.length);
    const value = expectationIn(register, words);
    register.restore(0);
    return value;
  };
  try {
    const slopes = new Float64Array(steps.length);
    let done = 0;
    angles.forEach((angle, at) => {
      if (angle < 0) return;
      run(done, done = at + 1);
      register.save(0);
      slopes[at] = 0.5 * (shifted(at, 1) - shifted(at, -1));
    });
    run(done, steps.length);
    return { value: expectationIn(register, words), slopes };
  } finally {
    register.close();
  }
}
