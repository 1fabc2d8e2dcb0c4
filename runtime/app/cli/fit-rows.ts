// Fits of a study as rows, for tables: one a quantity, with all its group has in common, so that a plot can be made of the file alone.
import { settingsText } from "../../../domains/q/qec/decoder-settings.ts";
import type { StudyFits } from "../../../domains/q/qec/study-fits.ts";
import type { Estimate } from "../../../domains/q/statistics/suppression.ts";
import type { Cells, RowColumn } from "./rows-file.ts";

/**
 * `quantity`: threshold, nu, crossing, lambda, or lambda_step between two distances. Λ is of rates per round, whatever the study's rates are per;
 * `deviation` is one standard deviation, statistical only. `p`: the rate Λ is of. `distance`, `larger_distance`: the two a
 * crossing or a step is of. χ², its degrees of freedom and the chance of so large a one (`plausibility`) are those of the fit the value is of.
 */
export const FIT_COLUMNS: readonly RowColumn[] = [
  { name: "code", type: "STRING" }, { name: "decoder", type: "STRING" }, { name: "decoder_settings", type: "STRING" }, { name: "noise", type: "STRING" }, { name: "rounds", type: "STRING" }, { name: "distances", type: "STRING" },
  { name: "quantity", type: "STRING" }, { name: "p", type: "DOUBLE" }, { name: "distance", type: "INT64" }, { name: "larger_distance", type: "INT64" },
  { name: "value", type: "DOUBLE" }, { name: "deviation", type: "DOUBLE" }, { name: "chi_squared", type: "DOUBLE" }, { name: "freedom", type: "INT64" }, { name: "plausibility", type: "DOUBLE" },
];

const NONE = { p: null, distance: null, larger_distance: null, chi_squared: null, freedom: null, plausibility: null };
const row = (quantity: string, { value, deviation }: Estimate, more: Partial<typeof NONE> | Cells = {}): Cells => ({ ...NONE, quantity, value, deviation, ...more });

/** In the order they are told: threshold and ν, crossings, Λ by rate. */
export const fitCells = (fits: readonly StudyFits[]): readonly Cells[] => fits.flatMap(({ code, decoder, noise, rounds, distances, threshold, crossings, lambda }) => {
  const group = {
    code, decoder: decoder.name, decoder_settings: settingsText(decoder) || null, rounds,
    noise: Object.entries(noise).map(([knob, goes]) => `${knob}=${goes}`).join(" "), distances: distances.join(" "),
  };
  const quality = threshold === null ? {} : { chi_squared: threshold.chiSquared, freedom: threshold.freedom, plausibility: threshold.plausibility };
  return [
    ...threshold === null ? [] : [row("threshold", threshold.threshold, quality), row("nu", threshold.nu, quality)],
    ...crossings.map((at) => row("crossing", at, { distance: at.distances[0], larger_distance: at.distances[1] })),
    ...lambda.flatMap(({ p, suppression: { lambda: value, steps, chiSquared, freedom } }) => [
      row("lambda", value, { p, chi_squared: chiSquared, freedom }), ...steps.map((step) => row("lambda_step", step, { p, distance: step.from, larger_distance: step.to })),
    ]),
  ].map((cells) => ({ ...group, ...cells }));
});
