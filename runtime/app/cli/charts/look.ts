// How charts look: one palette, one set of axes. Colours are told apart by people who see few of them (Okabe and Ito).
import type { ChartSpec } from "../../../adapters/charts.ts";

export const PALETTE: readonly string[] = Object.freeze(["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#5B4B8A", "#8C564B"]);
export const INK = "#333333";
export const QUIET = "#8a8a8a";

const AXIS = Object.freeze({ gridColor: "#e6e6e6", domainColor: INK, tickColor: INK, labelColor: INK, titleColor: INK, labelFontSize: 11, titleFontSize: 12, titleFontWeight: "normal", titlePadding: 10 });

/** A whole chart: what is common to all of them, and what is its own. */
export const chart = (title: string, subtitle: string, own: ChartSpec): ChartSpec => ({
  $schema: "https://vega.github.io/schema/vega-lite/v6.json",
  background: "white", padding: 16,
  title: { text: title, ...(subtitle === "" ? {} : { subtitle }), anchor: "start", fontSize: 15, fontWeight: 600, color: INK, subtitleColor: QUIET, subtitleFontSize: 11, subtitlePadding: 4, offset: 14 },
  config: { font: "DejaVu Sans, Helvetica, Arial, sans-serif", axis: AXIS, view: { stroke: "transparent" }, legend: { labelColor: INK, titleColor: INK, titleFontWeight: "normal", labelFontSize: 11, symbolSize: 90 } },
  ...own,
});

const decade = (exponent: number): number => Number(`1e${String(exponent)}`);

/** Of the power of ten at or below a positive number. */
export const exponentOf = (value: number): number => Number(value.toExponential().split("e")[1]);

/**
 * Ticks of a logarithmic axis: powers of ten where there are three or more, else 1, 2 and 5 of each decade, every digit where even those are
 * few, and equal steps where the range is too narrow for that.
 */
export function logTicks(least: number, most: number): readonly number[] {
  const exponents: number[] = [];
  for (let exponent = exponentOf(least); decade(exponent) <= most; exponent++) exponents.push(exponent);
  const of = (digits: readonly number[]): readonly number[] =>
    exponents.flatMap((exponent) => digits.map((digit) => Number(`${String(digit)}e${String(exponent)}`))).filter((tick) => tick >= least * (1 - 1e-9) && tick <= most * (1 + 1e-9));
  return [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]].map(of).find((ticks) => ticks.length >= 3) ?? equalTicks(least, most);
}

/** Multiples of the longest step of 1, 2 or 5 times a power of ten of which three or more lie in the range; of no range the one value. */
function equalTicks(least: number, most: number): readonly number[] {
  if (!(most > least)) return [least];
  for (let exponent = exponentOf(most - least); ; exponent--) {
    for (const digit of [5, 2, 1]) {
      const step = Number(`${String(digit)}e${String(exponent)}`);
      const first = Math.ceil(least / step - 1e-9);
      const count = Math.floor(most / step + 1e-9) - first + 1;
      if (count >= 3) return Array.from({ length: count }, (_, at) => Number(`${String((first + at) * digit)}e${String(exponent)}`));
    }
  }
}

/** Powers of ten as people write them; any other tick as its digits. */
export const POWERS = "abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) < 1e-6 && (datum.value < 1 || datum.value > 1000) ? '10' + (datum.value < 1 ? '⁻' : '') + "
  + "(abs(round(log(datum.value) / LN10)) > 9 ? '¹' : '') + ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][abs(round(log(datum.value) / LN10)) % 10] : format(datum.value, '~g')";
