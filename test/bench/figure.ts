// Figures: what a benchmark measured, and the goal it is held against. A goal is a ratio taken in one run wherever it can be one.
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal?: Goal;
}

export type Goal = { readonly least: number } | { readonly most: number };

export const least = (value: number): Goal => ({ least: value });
export const most = (value: number): Goal => ({ most: value });

/** Undefined for a figure without a goal. */
export const met = ({ value, goal }: Figure): boolean | undefined =>
  (goal === undefined ? undefined : "least" in goal ? value >= goal.least : value <= goal.most);

/** How far a missed goal is off, as a factor above 1. */
export const miss = ({ value, goal }: Figure): number =>
  (goal === undefined ? 1 : "least" in goal ? goal.least / value : value / goal.most);

const number = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 10 ? 3 : Math.abs(value) < 100 ? 2 : 0 });
export const valueText = ({ value }: Figure): string => number(value);
export const goalText = ({ goal }: Figure): string =>
  (goal === undefined ? "" : "least" in goal ? `at least ${number(goal.least)}` : `at most ${number(goal.most)}`);
export const verdictText = (figure: Figure): string => {
  const holds = met(figure);
  return holds === undefined ? "" : holds ? "met" : `missed by ${number(miss(figure))}×`;
};
