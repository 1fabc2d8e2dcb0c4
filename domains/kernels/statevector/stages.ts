// Stages: the steps of a plan between one measurement and the next, each as one program. Owns what was planned before.
//   F6  A schedule is kept by the circuit's instructions and serves every circuit that differs in its angles alone, and so do the bytes of an exact
//       program but for the angles in them; a plan is kept by its angles too. Both caches are bounded, hold no amplitude (A4) and change no bit.
import type { Fusion, LoweredCircuit } from "../circuit.ts";
import { isMeasuring, planCircuit, type Plan, type Step } from "./plan.ts";
import { primitivesOf } from "./primitives.ts";
import { programOf, rebound, type Program } from "./program.ts";
import { schedule, type Pass } from "./schedule.ts";

/** Gates under one condition, or one measurement or reset. */
export type Stage =
  | { readonly kind: "gates"; readonly condition: number; readonly gates: readonly Step[] }
  | { readonly kind: "reading"; readonly step: Step };

/** Gates one stage may have: what it leaves of the norm stays far from the ends of a double. */
const GATES_MAX = 512;
/** Below this a state is so small, or a stage so short, that planning costs more than it saves. */
const QUBITS_MIN = 10;
const GATES_MIN = 4;
/** Bytes a gate's share of a program can take: three primitives, each an op with its variants. */
const GATE_BYTES_MAX = 3 * 1_024;
/** Plans kept, instructions a kept plan may have. */
const KEPT_MAX = 16;
const KEPT_GATES_MAX = 65_536;

function stagesOf(steps: readonly Step[]): readonly Stage[] {
  const stages: Stage[] = [];
  let gates: Step[] = [];
  for (const step of steps) {
    if (isMeasuring(step)) {
      stages.push({ kind: "reading", step });
      gates = [];
    } else if (gates.length === 0 || gates.length === GATES_MAX || gates[0]?.condition !== step.condition) {
      gates = [step];
      stages.push({ kind: "gates", condition: step.condition, gates });
    } else gates.push(step);
  }
  return stages;
}

export interface Planning {
  readonly fusion: Fusion;
  /** States smaller than this are evolved gate by gate. */
  readonly qubitsMin?: number;
}

export const EXACT: Planning = Object.freeze({ fusion: "exact" });

/** By stage. What circuits of one shape share, for as long as one of their plans is kept: passes, and an exact program that has some circuit's angles. */
export type Schedules = ({ readonly passes: readonly Pass[]; readonly program: Program } | undefined)[];

/** A plan cut into stages, with the programs of those that have one. */
export class StagedPlan {
  readonly plan: Plan;
  readonly stages: readonly Stage[];
  readonly #planning: Planning;
  readonly schedules: Schedules;
  readonly #programs: (Program | undefined)[] = [];
  readonly #keeps: boolean;

  constructor(plan: Plan, planning: Planning, schedules: Schedules = []) {
    this.plan = plan;
    this.stages = stagesOf(plan.steps);
    this.#planning = planning;
    this.schedules = schedules;
    this.#keeps = plan.steps.length <= KEPT_GATES_MAX;
  }

  #programmed(gates: readonly Step[]): boolean {
    const { qubits } = this.plan;
    const { qubitsMin = QUBITS_MIN } = this.#planning;
    return qubits >= Math.max(3, qubitsMin) && gates.length >= Math.min(GATES_MIN, qubitsMin);
  }

  /** Room the longest program may take; 0 when there is none. */
  get programBytes(): number {
    return this.stages.reduce((most, stage) =>
      (stage.kind === "gates" && this.#programmed(stage.gates) ? Math.max(most, GATE_BYTES_MAX * (stage.gates.length + 1)) : most), 0);
  }

  /** The program of a stage, or undefined when its gates go one by one. */
  program(at: number): Program | undefined {
    const stage = this.stages[at];
    if (stage?.kind !== "gates" || !this.#programmed(stage.gates)) return undefined;
    const kept = this.#programs[at];
    if (kept !== undefined) return kept;
    const known = this.schedules[at];
    const passes = known?.passes ?? this.#scheduled(stage.gates);
    const program = known !== undefined && this.#planning.fusion === "exact" ? rebound(known.program, stage.gates) : programOf(passes, stage.gates);
    if (this.#keeps) {
      this.schedules[at] = { passes, program };
      this.#programs[at] = program;
    }
    return program;
  }

  #scheduled(gates: readonly Step[]): readonly Pass[] {
    const { fusion } = this.#planning;
    return schedule(gates.flatMap((step, at) => primitivesOf(step, at, fusion)), this.plan.qubits, fusion);
  }
}

interface Kept { readonly circuit: LoweredCircuit; readonly planning: Planning; readonly schedules: Schedules; staged: StagedPlan; angles: Float64Array }

/** The latest last. */
const kept: Kept[] = [];

const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (!Object.is(a[at], b[at])) return false;
  return true;
};

const sameShape = ({ circuit: one, planning }: Kept, other: LoweredCircuit, { fusion, qubitsMin }: Planning): boolean =>
  planning.fusion === fusion && planning.qubitsMin === qubitsMin && one.qubits === other.qubits && one.clbits === other.clbits
  && same(one.ops, other.ops) && same(one.conditions, other.conditions);

/**
 * The plan of a circuit in stages, planned once for circuits asked for again (F6).
 * @throws Fault KERNEL_REFUSED as `planCircuit` does
 */
export function stagedPlan(circuit: LoweredCircuit, planning: Planning = EXACT): StagedPlan {
  const at = kept.findIndex((one) => sameShape(one, circuit, planning));
  const [found] = at < 0 ? [] : kept.splice(at, 1);
  if (found !== undefined) {
    kept.push(found);
    if (same(found.angles, circuit.angles)) return found.staged;
  }
  const staged = new StagedPlan(planCircuit(circuit), planning, found?.schedules);
  if (found !== undefined) {
    found.staged = staged;
    found.angles = circuit.angles.slice();
  } else if (staged.plan.steps.length <= KEPT_GATES_MAX) {
    const own = { ...circuit, ops: circuit.ops.slice(), conditions: circuit.conditions.slice() };
    kept.push({ circuit: own, planning, schedules: staged.schedules, staged, angles: circuit.angles.slice() });
    if (kept.length > KEPT_MAX) kept.shift();
  }
  return staged;
}
