// Where does more code begin to help? Surface codes of distance 3, 5 and 7 under circuit noise, sampled, decoded by exact matching and counted
// until each point has its errors; then the threshold by finite-size scaling, and Λ. One sealed run: every rate in it can be computed again.
import {
  added, defineProcess, experimentReserve, nextBatch, NO_COUNTS, studyFits, studyRow, Type, uniformNoise,
  type Cell, type CellCounts, type Contract, type Job, type LogicalCounts, type Study,
} from "triad-runtime";

/** As many rounds as the distance, all four noise knobs at p. */
const cell = (distance: number, p: number): Cell => ({
  p, decoder: "matching",
  experiment: { code: "surface_code:rotated_memory_z", distance, rounds: distance, noise: uniformNoise(p) },
});

const bar = (rate: number): string => "█".repeat(Math.max(1, Math.round(400 * rate)));

export default defineProcess({
  name: "threshold",
  domains: ["Q"],
  input: Type.Object({
    distances: Type.Array(Type.Integer({ minimum: 2 }), { default: [3, 5, 7] }),
    rates: Type.Array(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }), { default: [0.005, 0.006, 0.007, 0.008, 0.009, 0.01] }),
    maxErrors: Type.Integer({ minimum: 1, default: 2000 }),
    maxShots: Type.Integer({ minimum: 1, default: 1_000_000 }),
  }),
  *run({ k, q }, { distances, rates, maxErrors, maxShots }) {
    const cells = distances.flatMap((distance) => rates.map((p) => cell(distance, p)));
    const study: Study = { cells, stop: { maxErrors, maxShots }, interval: { method: "wilson", confidence: 0.95 }, per: "shot" };
    const counts = new Map<Cell, CellCounts>(cells.map((one) => [one, NO_COUNTS]));
    const countsOf = (one: Cell): CellCounts => counts.get(one) ?? NO_COUNTS;

    for (;;) {
      const wave: { readonly one: Cell; readonly contract: Contract<"Q">; readonly job: Job<LogicalCounts, "Q"> }[] = [];
      for (const one of cells) {
        for (const shots of nextBatch(study, countsOf(one))) {
          const contract = yield* q.reserve(experimentReserve(one.experiment, shots));
          wave.push({ one, contract, job: yield* q.logical(contract, one.experiment, shots) });
        }
      }
      if (wave.length === 0) break;
      for (const { one, contract, job } of wave) {
        counts.set(one, added(countsOf(one), yield* q.measure(job)));
        yield* q.release(contract);
      }
    }

    const rows = cells.map((one) => studyRow(study, one, countsOf(one)));
    for (const { distance, p, rate, low, high, shots, errors } of rows) {
      yield* k.log(`d=${distance} p=${p}`, { rate, low, high, shots, errors, bar: bar(rate) });
    }
    const [fit] = studyFits(rows);
    return {
      points: rows.map(({ distance, p, shots, errors, rate, low, high }) => ({ distance, p, shots, errors, rate, low, high })),
      threshold: fit?.threshold?.threshold ?? null,
      crossings: fit?.crossings.map(({ distances: between, value, deviation }) => ({ between, value, deviation })) ?? [],
      lambda: fit?.lambda.map(({ p, suppression }) => ({ p, ...suppression.lambda })) ?? [],
    };
  },
});
