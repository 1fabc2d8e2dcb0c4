// What the two methods of a gradient (adjoint.ts, shift.ts) are given, and what they give.
import type { Crew } from "../../../kernel-abi/ports.ts";
import type { StagedPlan } from "./stages.ts";
import type { Word } from "./words.ts";

export interface GradientTask {
  readonly staged: StagedPlan;
  readonly words: readonly Word[];
  /** By step of the plan, which angle it has, -1 for none that is asked for. */
  readonly angles: Int32Array;
  readonly crew?: Crew | undefined;
}

/** The value, and the derivative by the angle of each step that is asked for, 0 at the others. */
export interface Slopes {
  readonly value: number;
  readonly slopes: Float64Array;
}
