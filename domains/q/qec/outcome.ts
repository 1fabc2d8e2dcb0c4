// What error-correction experiments give, as it is recorded and as a program reads it.
/** Rows of `b8`: shot after shot, bit k of a row in byte k >> 3 at k & 7; detectors first, then observables. */
export interface DetectionEvents {
  readonly detectors: number;
  readonly observables: number;
  readonly shots: number;
  readonly rows: Uint8Array;
}

/**
 * Shots; those of them whose observables were not all predicted; wrong predictions by observable; detection events in all; shots whose events
 * no correction explains, which are predicted to flip nothing.
 */
export interface LogicalCounts {
  readonly shots: number;
  readonly errors: number;
  readonly flips: readonly number[];
  readonly events: number;
  readonly unsolved: number;
}

export type QecResult = { readonly kind: "events" } & DetectionEvents | { readonly kind: "logical" } & LogicalCounts;

export const bytesOfRow = ({ detectors, observables }: Pick<DetectionEvents, "detectors" | "observables">): number => (detectors + observables + 7) >> 3;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isCounts = (value: unknown): value is readonly number[] => Array.isArray(value) && value.every(isCount);

/** Undefined where a body is none of these. */
export function parseQecResult(value: unknown): QecResult | undefined {
  if (!isRecord(value)) return undefined;
  const { kind, shots, detectors, observables, rows, errors, flips, events, unsolved } = value;
  if (kind === "events" && isCount(shots) && isCount(detectors) && isCount(observables) && rows instanceof Uint8Array) return { kind, detectors, observables, shots, rows };
  if (kind === "logical" && isCount(shots) && isCount(errors) && isCounts(flips) && isCount(events) && isCount(unsolved)) return { kind, shots, errors, flips, events, unsolved };
  return undefined;
}

/** A program's own. */
export function readQecResult(result: QecResult): DetectionEvents | LogicalCounts {
  if (result.kind === "logical") return Object.freeze({ shots: result.shots, errors: result.errors, flips: Object.freeze([...result.flips]), events: result.events, unsolved: result.unsolved });
  const { detectors, observables, shots, rows } = result;
  return Object.freeze({ detectors, observables, shots, rows: rows.slice() });
}
