// Figures: what a benchmark measured, and the goal it is held against. A goal is a ratio taken in one run wherever it can be one.
export interface Figure {
  /** The workload. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** To the proxy or peer that the suite names, taken in the same run. A goal holds for it where there is one, else for `value`. */
  readonly ratio?: number;
  readonly goal?: Goal;
}

export type Goal = { readonly least: number } | { readonly most: number };

export const least = (value: number): Goal => ({ least: value });
export const most = (value: number): Goal => ({ most: value });

const held = ({ value, ratio }: Figure): number => ratio ?? value;

/** Undefined for a figure without a goal. */
export const met = (figure: Figure): boolean | undefined =>
  (figure.goal === undefined ? undefined : "least" in figure.goal ? held(figure) >= figure.goal.least : held(figure) <= figure.goal.most);

/** How far a missed goal is off, as a factor above 1. */
export const miss = (figure: Figure): number =>
  (figure.goal === undefined ? 1 : "least" in figure.goal ? figure.goal.least / held(figure) : held(figure) / figure.goal.most);

const number = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 10 ? 3 : Math.abs(value) < 100 ? 2 : 0 });

/** Units of figures that are ratios themselves. */
const RATIOS: readonly string[] = ["ratio", "times", "of bandwidth"];
const isRatio = ({ unit, ratio }: Figure): boolean => ratio === undefined && RATIOS.includes(unit);

const measuredText = (figure: Figure): string => (isRatio(figure) ? "" : `${number(figure.value).padStart(11)} ${figure.unit}`);
const ratioText = (figure: Figure): string => (isRatio(figure) ? number(figure.value) : figure.ratio === undefined ? "" : number(figure.ratio));
const goalText = ({ goal }: Figure): string => (goal === undefined ? "" : "least" in goal ? `at least ${number(goal.least)}` : `at most ${number(goal.most)}`);
const verdictText = (figure: Figure): string => {
  const holds = met(figure);
  return holds === undefined ? "" : holds ? "met" : `missed by ${number(miss(figure))}×`;
};

const line = (kernel: string, workload: string, measured: string, ratio: string, goal: string, verdict: string): string =>
  `${kernel.padEnd(12)} ${workload.padEnd(66)} ${measured.padEnd(25)} ${ratio.padStart(14)}  ${goal.padEnd(18)} ${verdict}`.trimEnd();

/** The table of a suite: kernel, workload, time or rate, ratio to the proxy, goal, whether it is met. */
export const tableOf = (kernel: string, figures: readonly Figure[]): readonly string[] => [
  line("kernel", "workload", "    time or rate", "ratio to proxy", "goal", "met or not"),
  ...figures.map((figure) => line(kernel, figure.name, measuredText(figure), ratioText(figure), goalText(figure), verdictText(figure))),
];
