// Logical counts of every size: as many of one operation as of ten thousand, none at all among them.
import fc from "fast-check";

/** Whole numbers from `min` to `max`, as often below a tenth of them as above, whatever the tenth. */
const upTo = (max: number, min = 0): fc.Arbitrary<number> =>
  fc.noBias(fc.integer({ min: 0, max: 10_000 })).map((step) => Math.max(min, Math.floor((max + 1) ** (step / 10_000)) - 1));

/** Never nothing at all: an estimator refuses that. Rotations come one after the other. */
export const countsOfEverySize = fc.record({ numQubits: upTo(500, 1), tCount: upTo(1e6), rotationCount: upTo(1e4), cczCount: upTo(1e6), measurementCount: upTo(1e6) })
  .filter(({ tCount, rotationCount, cczCount, measurementCount }) => tCount + rotationCount + cczCount + measurementCount > 0);
