// Runs of gates: the steps of a plan between readings, cut into pieces short enough that going gate by gate to a place inside one, an error or a
// shifted gate, costs little; each has a program of its own. Owns the programs.
import type { NoisyPlan } from "./noise.ts";
import { isMeasuring, type Step } from "./plan.ts";
import type { Register } from "./register.ts";
import { EXACT, StagedPlan, type Schedules } from "./stages.ts";

/** Gates of one run. */
const GATES_MAX = 96;
/** Plans with more steps are evolved gate by gate: their programs would take more memory than a state. */
const PLANNED_MAX = 65_536;
/** ln of how thin damping may make a state before it is looked after. */
const WORN_MAX = 64;

export interface RunsOf {
  readonly gatesMax?: number;
  /** Of runs planned before, by the step each begins at; what is planned now is added. */
  readonly schedules?: Map<number, Schedules>;
}

export class GateRuns {
  readonly #of: Pick<NoisyPlan, "plan" | "worn">;
  readonly #gatesMax: number;
  /** By the step each begins at: where it ends, and its program. */
  readonly #runs = new Map<number, { readonly to: number; readonly staged: StagedPlan }>();

  constructor(of: Pick<NoisyPlan, "plan" | "worn">, { gatesMax = GATES_MAX, schedules = new Map<number, Schedules>() }: RunsOf = {}) {
    this.#of = of;
    this.#gatesMax = gatesMax;
    const { plan } = of;
    if (plan.steps.length > PLANNED_MAX) return;
    for (let from = 0; from < plan.steps.length;) {
      const to = this.#endOf(from);
      if (to - from > 1) {
        const known = schedules.get(from) ?? [];
        schedules.set(from, known);
        this.#runs.set(from, { to, staged: new StagedPlan({ ...plan, steps: plan.steps.slice(from, to), rest: [] }, EXACT, known) });
      }
      from = Math.max(to, from + 1);
    }
  }

  /** The first step that is not in one run with step `from`. */
  #endOf(from: number): number {
    const { plan: { steps }, worn } = this.#of;
    const condition = steps[from]?.condition;
    let to = from;
    while (to < steps.length && to - from < this.#gatesMax) {
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
    const { plan: { steps }, worn } = this.#of;
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
