// Logical error rates that were sampled: a table of memory experiments, and the curve it gives a code at a distance. Owns its reading, what
// a row says of one logical cycle, and the way between rows.
//   1  A row is a count: errors in shots of so many rounds of one basis. Of one cycle of d rounds a block fails in that basis with
//      (1 − (1 − 2P)^(d/rounds))/2; both bases together make the logical Pauli rate. Where one basis alone was sampled it stands for both.
//   2  Between two p's the logarithm of the rate goes straight over the logarithm of p. A row without errors is no point of a curve.
//   3  A p outside the rows of its distance is refused. Under drift a rate below them is that of the lowest (no less than the true one),
//      and above them it is 1, as beyond a threshold.
import { Fault } from "../../fault.ts";
import { compiled, misfit, Type, type Static } from "../../schema.ts";
import { decayed, hazard } from "./noise.ts";
import type { SampledCurve } from "./terms.ts";

export const SampledTableSchema = Type.Object({
  schema: Type.Literal("triad.logical-rates/1"),
  provenance: Type.Array(Type.Object({
    made: Type.String({ description: "The command that sampled the rows." }),
    seed: Type.String(), digest: Type.String({ description: "Of the sealed run." }),
  }, { additionalProperties: false }), { minItems: 1 }),
  rows: Type.Array(Type.Object({
    code: Type.String({ description: "A family of profiles: surface_code." }),
    basis: Type.Union([Type.Literal("x"), Type.Literal("z")]),
    distance: Type.Integer({ minimum: 1 }), p: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1, description: "Of every physical location: gates, readout, reset, idling." }),
    rounds: Type.Integer({ minimum: 1 }), decoder: Type.String(), shots: Type.Integer({ minimum: 1 }), errors: Type.Integer({ minimum: 0 }),
  }, { additionalProperties: false })),
}, { additionalProperties: false, $id: "triad/logical-rates" });
export type SampledTable = Static<typeof SampledTableSchema>;
type Row = SampledTable["rows"][number];

const check = compiled(SampledTableSchema);

/** @throws Fault ABI_MALFORMED with the JSON pointer */
export function parseSampledTable(json: unknown): SampledTable {
  if (!check().Check(json)) {
    const { at, what } = misfit(SampledTableSchema, json);
    throw new Fault("ABI_MALFORMED", { argument: "table of logical error rates", at, what });
  }
  json.rows.forEach(({ shots, errors }, row) => {
    if (errors > shots) throw new Fault("ABI_MALFORMED", { argument: "table of logical error rates", at: `/rows/${row}/errors`, value: errors, allowed: `at most its shots, ${shots}` });
  });
  return json;
}

/** That the block fails in the row's basis in one cycle (1); at most a half, where nothing is left of the qubit. */
export function cycleRate({ shots, errors, rounds, distance }: Pick<Row, "shots" | "errors" | "rounds" | "distance">): number {
  const failed = 2 * errors / shots;
  return failed >= 1 ? 0.5 : decayed(hazard(failed) * distance / rounds) / 2;
}

/** Counts of the same experiment, together. */
const pooled = (rows: readonly Row[]): Pick<Row, "shots" | "errors"> => ({ shots: rows.reduce((sum, { shots }) => sum + shots, 0), errors: rows.reduce((sum, { errors }) => sum + errors, 0) });

function pointOf(p: number, rows: readonly Row[]): { readonly p: number; readonly rate: number } {
  const [x, z] = (["x", "z"] as const).map((basis) => {
    const own = rows.filter((row) => row.basis === basis);
    const [first] = own;
    return first === undefined ? undefined : cycleRate({ ...first, ...pooled(own) });
  });
  const [a, b] = [x ?? z ?? 0, z ?? x ?? 0];
  return { p, rate: a + b * (1 - a) };
}

/** The curve of a code at a distance; undefined where the table has none. Rows of other decoders than the first of that code are another curve. */
export function sampledCurve({ rows }: SampledTable, code: string, distance: number, decoder?: string): SampledCurve | undefined {
  const own = rows.filter((row) => row.code === code && row.distance === distance);
  const by = decoder ?? own[0]?.decoder;
  const points = [...new Set(own.map(({ p }) => p))].sort((a, b) => a - b)
    .map((p) => pointOf(p, own.filter((row) => row.p === p && row.decoder === by))).filter(({ rate }) => rate > 0);
  return by === undefined || points.length === 0 ? undefined : Object.freeze({ code, distance, decoder: by, points: Object.freeze(points) });
}

/** The rows on both sides of p; undefined beyond them. */
function around({ points }: SampledCurve, p: number): readonly [below: SampledCurve["points"][number], above: SampledCurve["points"][number]] | undefined {
  const at = points.findIndex((point) => point.p >= p);
  const above = points[at];
  const below = above?.p === p ? above : points[at - 1];
  return above === undefined || below === undefined ? undefined : [below, above];
}

/** ln x from the hazard of what is missing to 1: one order of evaluation, the same everywhere. */
const ln = (x: number): number => (x <= 1 ? -hazard(1 - x) : hazard(1 - 1 / x));

function between([below, above]: NonNullable<ReturnType<typeof around>>, p: number): number {
  if (below.p === above.p) return above.rate;
  const share = ln(p / below.p) / ln(above.p / below.p);
  const exponent = share * ln(above.rate / below.rate);
  return below.rate * (exponent < 0 ? 1 - decayed(-exponent) : 1 / (1 - decayed(exponent)));
}

/** The rate of one cycle at p. @throws Fault RATE_UNSAMPLED outside the rows (3) */
export function sampledRate(curve: SampledCurve, p: number): number {
  const rows = around(curve, p);
  if (rows === undefined) throw new Fault("RATE_UNSAMPLED", { code: curve.code, distance: curve.distance, p, from: curve.points[0]?.p ?? 0, to: curve.points.at(-1)?.p ?? 0 });
  return between(rows, p);
}

/** The rate of one cycle at any p (3): what drift may make of it. */
export function sampledRateAnywhere(curve: SampledCurve, p: number): number {
  const rows = around(curve, p);
  if (rows !== undefined) return between(rows, p);
  const [lowest] = curve.points;
  return lowest !== undefined && p < lowest.p ? lowest.rate : 1;
}
