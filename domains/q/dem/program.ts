// A detector error model as `.dem` files spell it: instructions with relative detectors, shifts and blocks. Plain data; model.ts is what
// it comes to.
//   1  Names are lower case, as the file format has them; `line` and `column` are where an instruction began, from 1; or line 0.
//   2  Detector n is n, observable n is −1 − n, as written: relative to the shifts before, repeated where the file repeats them.

export interface DemInstruction {
  readonly name: "error" | "detector" | "logical_observable" | "shift_detectors";
  readonly tag: string;
  /** The probability of an error; coordinates of detectors and shifts. */
  readonly args: readonly number[];
  /** What stands between `^`; only errors have several. Of shift_detectors the one number by which detectors shift. */
  readonly parts: readonly (readonly number[])[];
  readonly line: number;
  readonly column?: number;
}

export interface DemRepeat {
  readonly name: "repeat";
  readonly tag: string;
  readonly count: number;
  /** At least one. */
  readonly body: DemProgram;
  readonly line: number;
  readonly column?: number;
}

export type DemItem = DemInstruction | DemRepeat;
export type DemProgram = readonly DemItem[];

export const isDemRepeat = (item: DemItem): item is DemRepeat => "body" in item;
export const observableTarget = (index: number): number => -1 - index;
