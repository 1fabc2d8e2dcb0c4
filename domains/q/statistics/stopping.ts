// When a sampling has seen enough. A pure function of the counts of whole batches, taken in their order: whoever computed them, in whatever
// order they came in, the same prefix of batches is the result.
//   1  Only what stands at a batch's end is looked at. Batches beyond the one that ended it are thrown away, however many had been computed.
//   2  Stopping by errors or by width favours some counts a little; the rule belongs to the record of a rate for that reason.
import { Fault } from "../../../kernel-abi/fault.ts";
import { intervalOf, requireCounts, type Counts, type IntervalMethod } from "./intervals.ts";

export interface StoppingRule {
  /** At most so many shots; the last batch may go beyond. */
  readonly maxShots: number;
  readonly maxErrors?: number;
  /** The interval is narrow enough when high - low is at most `relative` times the best estimate (and there was an error). */
  readonly width?: { readonly relative: number; readonly confidence: number; readonly method: IntervalMethod };
}

export type StopReason = "shots" | "errors" | "width";

/** Why to stop with these counts, or undefined to go on. @throws Fault ABI_MALFORMED for a rule or counts that are none */
export function stopReason(rule: StoppingRule, counts: Counts): StopReason | undefined {
  requireRule(rule);
  if (counts.shots === 0) return undefined;
  requireCounts(counts);
  if (rule.maxErrors !== undefined && counts.errors >= rule.maxErrors) return "errors";
  if (rule.width !== undefined && counts.errors > 0) {
    const { low, best, high } = intervalOf(rule.width.method, counts, rule.width.confidence);
    if (high - low <= rule.width.relative * best) return "width";
  }
  return counts.shots >= rule.maxShots ? "shots" : undefined;
}

export interface Stopped extends Counts {
  /** How many of the batches are the result. */
  readonly batches: number;
  readonly reason: StopReason;
}

/** Where the rule ends a run of batches, or undefined when they are too few. `batches`: in order, without gaps. */
export function stoppedAfter(rule: StoppingRule, batches: readonly Counts[]): Stopped | undefined {
  let shots = 0;
  let errors = 0;
  for (const [i, batch] of batches.entries()) {
    shots += batch.shots;
    errors += batch.errors;
    const reason = stopReason(rule, { shots, errors });
    if (reason !== undefined) return { shots, errors, batches: i + 1, reason };
  }
  return undefined;
}

function requireRule({ maxShots, maxErrors, width }: StoppingRule): void {
  const bounds: readonly (readonly [string, number])[] = [["maxShots", maxShots], ["maxErrors", maxErrors ?? 1]];
  for (const [argument, value] of bounds) {
    if (!Number.isSafeInteger(value) || value < 1) throw new Fault("ABI_MALFORMED", { argument, value: String(value), allowed: "a whole number of at least 1" });
  }
  if (width !== undefined && !(width.relative > 0)) throw new Fault("ABI_MALFORMED", { argument: "width.relative", value: String(width.relative), allowed: "above 0" });
}
