// The program of `triad qec sample`: detection events of one experiment, in jobs of a few MiB. The events are the jobs' outcomes and stand in the
// trace as such; the result counts them.
import { defineProcess, ExperimentSchema, experimentReserve, Type } from "triad-runtime";

/** Of one outcome. */
const JOB_BYTES = 4 * 1024 * 1024;

export default defineProcess({
  name: "qec-sample",
  domains: ["Q"],
  input: Type.Object({ experiment: ExperimentSchema, shots: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }) }),
  *run({ q }, { experiment, shots }) {
    const { channels = 1 } = experimentReserve(experiment, 1);
    const most = Math.max(1, Math.min(1_000_000, Math.floor(JOB_BYTES / ((channels + 7) >> 3))));
    let events = 0;
    for (let first = 0; first < shots; first += most) {
      const here = Math.min(most, shots - first);
      const contract = yield* q.reserve(experimentReserve(experiment, here));
      const { rows } = yield* q.measure(yield* q.detect(contract, experiment, here));
      yield* q.release(contract);
      for (const byte of rows) for (let bits = byte; bits > 0; bits &= bits - 1) events += 1;
    }
    return { shots, bits: events };
  },
});
