// Runs of gates: the steps of a noisy plan between readings, cut into pieces short enough that an error inside one costs little, each with a
// program of its own. Owns the programs.
import type { NoisyPlan } from "./noise.ts";
import { isMeasuring, type Step } from "./plan.ts";
import type { Register } from "./register.ts";
import { EXACT, StagedPlan } from "./stages.ts";

/** Gates of one run: an error inside it has them go one by one. */
const GATES_MAX = 96;
/** Plans with more steps are evolved gate by gate: their programs would take more memory than a state. */
const PLANNED_MAX = 65_536;
/** ln of how thin damping may make a state before it is looked after. */
const WORN_MAX = 64;

export class GateRuns {
  readonly #noisy: NoisyPlan;
  /** By the step each begins at: where it ends, and its program. */
  readonly #runs = new Map<number, { readonly to: number; readonly staged: StagedPlan }>();

  constructor(noisy: NoisyPlan) {
    this.#noisy = noisy;
    const { plan } = noisy;
    if (plan.steps.length > PLANNED_MAX) return;
    for (let from = 0; from < plan.steps.length;) {
      const to = this.#endOf(from);
      if (to - from > 1) this.#runs.set(from, { to, staged: new StagedPlan({ ...plan, steps: plan.steps.slice(from, to), rest: [] }, EXACT) });
      from = Math.max(to, from + 1);
    }
  }

  /** The first step that is not in one run with step `from`. */
  #endOf(from: number): number {
    const { plan: { steps }, worn } = this.#noisy;
    const condition = steps[from]?.condition;
    let to = from;
    while (to < steps.length && to - from < GATES_MAX) {
      const step = steps[to] as Step;
      if (isMeasuring(step) || step.condition !== condition || (worn[to + 1] ?? 0) - (worn[from] ?? 0) > WORN_MAX) break;
      to += 1;
    }
    return to;
  }

  /** Room the longest program may take. */
  get programBytes(): number {
    return [...this.#runs.values()].reduce((most, { staged }) => Math.max(most, staged.programBytes), 0);
  }

  /** Evolves by the gates from `at` on that go together, none of them at or behind `to`; where it ends. `acts`: whether their condition holds. */
  pass(register: Register, at: number, to: number, acts: boolean): number {
    const { plan: { steps }, worn } = this.#noisy;
    const run = this.#runs.get(at);
    const whole = run !== undefined && run.to <= to;
    const end = whole ? run.to : at + 1;
    if (!acts) return end;
    if (whole) register.evolve(run.staged, 0);
    else register.apply(steps[at] as Step);
    if (Math.floor((worn[end] ?? 0) / WORN_MAX) > Math.floor((worn[at] ?? 0) / WORN_MAX)) register.weigh(0);
    return end;
  }
}
