// Ticks of an axis of time, in the units the tables have: 2 h, 5 d, never 70,000 s.
//   1  Within a factor of ten all are in one unit, that of the least; over more each is in the unit that fits it.
import { exponentOf, logTicks } from "./look.ts";

/** From the longest; a tick is in the first that is not longer than it. In seconds. */
const UNITS = [["d", 86_400], ["h", 3_600], ["min", 60], ["s", 1], ["ms", 1e-3], ["µs", 1e-6], ["ns", 1e-9]] as const;
type Unit = (typeof UNITS)[number];

const SHORTEST: Unit = ["ns", 1e-9];
const NEARLY = 1 - 1e-9;

const labels = (units: readonly Unit[]): string => units.map(([name, length], at) =>
  `${at === units.length - 1 ? "" : `datum.value >= ${String(length * NEARLY)} ? `}format(datum.value / ${String(length)}, '~g') + ' ${name}'`).join(" : ");

/** 1, 2 and 5 of each decade of every unit, or the 1 alone where that is five or more. */
function mixed(least: number, most: number): readonly number[] {
  const of = (leads: RegExp): readonly number[] => UNITS.flatMap(([, length], at) => {
    const [low, high] = [Math.max(least, length * NEARLY), Math.min(most, (UNITS[at - 1]?.[1] ?? Infinity) * NEARLY)];
    return low > high ? [] : everyDigit(low / length, high / length).filter((tick) => leads.test(tick.toExponential())).map((tick) => tick * length);
  }).sort((a, b) => a - b);
  const decades = of(/^1e/);
  return decades.length >= 5 ? decades : of(/^[125]e/);
}

/** 1 to 9 of each decade. */
function everyDigit(least: number, most: number): readonly number[] {
  const ticks: number[] = [];
  for (let exponent = exponentOf(least); Number(`1e${String(exponent)}`) <= most; exponent++) {
    for (let digit = 1; digit <= 9; digit++) ticks.push(Number(`${String(digit)}e${String(exponent)}`));
  }
  return ticks.filter((tick) => tick >= least * NEARLY && tick <= most);
}

/** Where the ticks are, in seconds, and Vega's expression of their labels. @param least seconds, above 0 */
export function timeAxis(least: number, most: number): { readonly values: readonly number[]; readonly labelExpr: string } {
  if (most >= 10 * least) return { values: mixed(least, most), labelExpr: labels(UNITS) };
  const unit = UNITS.find(([, length]) => least >= length * NEARLY) ?? SHORTEST;
  return { values: logTicks(least / unit[1], most / unit[1]).map((tick) => tick * unit[1]), labelExpr: labels([unit]) };
}
