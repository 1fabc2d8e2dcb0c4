// The program of a study: one run, a contract and a job a part of a batch, until each cell's stopping rule is met. Like any program it is loaded
// from its file and stands in the trace, so a study is verified, replayed, reproduced, judged and resumed like any other run.
import {
  added, decoderSettings, decoderText, defineProcess, experimentReserve, nextBatch, NO_COUNTS, studyFits, studyRow, StudySchema, type Cell, type CellCounts, type Contract, type Job, type LogicalCounts,
} from "triad-runtime";

const named = ({ experiment, p, decoder }: Cell): string =>
  [..."code" in experiment ? [experiment.code, `d=${experiment.distance}`, `rounds=${experiment.rounds}`] : ["circuit"], ...p === undefined ? [] : [`p=${p}`], decoderText(decoderSettings(decoder))].join(" ");

export default defineProcess({
  name: "qec",
  domains: ["Q"],
  input: StudySchema,
  *run({ k, q }, study) {
    const counts = new Map<Cell, CellCounts>(study.cells.map((cell) => [cell, NO_COUNTS]));
    const countsOf = (cell: Cell): CellCounts => counts.get(cell) ?? NO_COUNTS;
    for (;;) {
      const wave: { readonly cell: Cell; readonly contract: Contract<"Q">; readonly job: Job<LogicalCounts, "Q"> }[] = [];
      for (const cell of study.cells) {
        for (const shots of nextBatch(study, countsOf(cell))) {
          const contract = yield* q.reserve(experimentReserve(cell.experiment, shots));
          wave.push({ cell, contract, job: yield* q.logical(contract, cell.experiment, shots, { decoder: cell.decoder }) });
        }
      }
      if (wave.length === 0) break;
      for (const { cell, contract, job } of wave) {
        counts.set(cell, added(countsOf(cell), yield* q.measure(job)));
        yield* q.release(contract);
      }
      for (const cell of new Set(wave.map((part) => part.cell))) {
        const { shots, errors } = countsOf(cell);
        yield* k.log(named(cell).slice(0, 64), { shots, errors });
      }
    }
    const rows = study.cells.map((cell) => studyRow(study, cell, countsOf(cell)));
    return { rows, fits: studyFits(rows) };
  },
});
