// Time strings of resource estimators: "50 ns", "100 µs", "2.5us", "1 ms", "3 s". Everything inside is nanoseconds.

const UNITS: Readonly<Record<string, number>> = Object.freeze({ ns: 1, us: 1_000, "\u00b5s": 1_000, "\u03bcs": 1_000, ms: 1_000_000, s: 1_000_000_000 });
const SHAPE = /^\s*(\d{1,15}(?:\.\d{1,15})?(?:[eE][+-]?\d{1,2})?)\s*([a-z\u00b5\u03bc]+)\s*$/;

/** The longest time taken, one hour: beyond it a unit is a slip of the pen. */
const LONGEST_NS = 3_600_000_000_000;

/** @returns nanoseconds, or undefined when the text is no time. Both characters for micro are taken (U+00B5, U+03BC). */
export function nanoseconds(text: string): number | undefined {
  const read = SHAPE.exec(text);
  const unit = read?.[2];
  if (read === null || unit === undefined || !Object.hasOwn(UNITS, unit)) return undefined;
  const ns = Number(read[1]) * (UNITS[unit] ?? Number.NaN);
  return Number.isFinite(ns) && ns <= LONGEST_NS ? ns : undefined;
}
