// How a decoder keeps up with the rounds it is handed: one server, first come, first served, without a clock of its own. It is here because
// both sides of the contract read it: the microkernel charges jobs by it, planners ask it before a job runs. Times are nanoseconds.
//   A1  A round is begun when it has arrived and the one before is done. Its backlog is the work before it that is not done when it arrives;
//       its latency is that and its own work. A decoder that keeps up has no backlog.
//   A2  Overload begins with a round that finds a backlog above `high` and ends with one that finds it at or below `low` (or with all of it done,
//       where somebody waited for that): what lies between changes nothing, so that the signal does not flutter.
//   A3  Rounds that follow one another evenly are counted together: the backlog goes straight, up or down, and ends at none.
import type { Profile } from "./terms.ts";

export interface OverloadLimits {
  /** Of backlog; low ≤ high. */
  readonly high: number;
  readonly low: number;
}

/** Rounds that arrive evenly and are each the same work. */
export interface Rounds {
  /** The first of them, not before the last that was handed in. */
  readonly arrivesNs: number;
  readonly everyNs: number;
  /** At least 1. */
  readonly count: number;
  /** Of one of them. */
  readonly workNs: number;
}

/** What a stretch of rounds came to; sums and peaks, so that stretches add up (`both`). */
export interface DecodingFigures {
  readonly latencyMaxNs: number;
  /** Over the rounds, for a mean. */
  readonly latencySumNs: number;
  readonly backlogMaxNs: number;
  /** How often an overload began, and rounds that arrived in one. */
  readonly overloads: number;
  readonly overloadedRounds: number;
}

/** As the last round found it. */
export interface DecoderQueue {
  readonly atNs: number;
  readonly backlogNs: number;
  /** Of that round. */
  readonly workNs: number;
  readonly overloaded: boolean;
}

export const NO_DECODING: DecodingFigures = Object.freeze({ latencyMaxNs: 0, latencySumNs: 0, backlogMaxNs: 0, overloads: 0, overloadedRounds: 0 });
export const IDLE: DecoderQueue = Object.freeze({ atNs: 0, backlogNs: 0, workNs: 0, overloaded: false });

/** An overload begins when decoding is a whole logical cycle late, and is over when it is not late any more. */
export const overloadLimits = ({ cycleNs }: Pick<Profile, "cycleNs">): OverloadLimits => ({ high: cycleNs, low: 0 });

/** The rounds of so many logical cycles: d a cycle, each arriving when it has been measured. undefined: none. */
export function roundsFrom({ distance, cycleNs, decoder }: Profile, startNs: number, cycles: number): Rounds | undefined {
  const everyNs = cycleNs / distance;
  return cycles === 0 ? undefined : { arrivesNs: startNs + everyNs, everyNs, count: distance * cycles, workNs: decoder.roundNs };
}

/** By how much decoding is late at a time not before the last round arrived. */
export const backlogAt = ({ atNs, backlogNs }: DecoderQueue, timeNs: number): number => Math.max(0, backlogNs - (timeNs - atNs));

/** Hands it rounds. Constant time, however many. */
export function handed(queue: DecoderQueue, { arrivesNs, everyNs, count, workNs }: Rounds, { high, low }: OverloadLimits): { readonly queue: DecoderQueue; readonly figures: DecodingFigures } {
  const first = Math.max(0, queue.backlogNs + queue.workNs - (arrivesNs - queue.atNs));
  const step = workNs - everyNs;
  const last = Math.max(0, first + (count - 1) * step);
  const most = Math.max(first, last);
  const late = step < 0 ? Math.min(count, Math.ceil(first / -step)) : count; // rounds with a backlog, or all
  const latencySumNs = count * workNs + late * first + step * (late * (late - 1) / 2);
  const { begins, ends } = overloadOf(queue.overloaded, { first, step, count }, { high, low });
  return {
    queue: { atNs: arrivesNs + (count - 1) * everyNs, backlogNs: last, workNs, overloaded: begins < count && ends === count },
    figures: { latencyMaxNs: most + workNs, latencySumNs, backlogMaxNs: most, overloads: begins < count && !(queue.overloaded && begins === 0) ? 1 : 0, overloadedRounds: Math.max(0, ends - begins) },
  };
}

/** Rounds [begins, ends) of `count` whose backlogs are first, first + step, …, none below 0: those that arrive in an overload (A2). One stretch, for the backlog goes one way. */
function overloadOf(overloaded: boolean, { first, step, count }: { readonly first: number; readonly step: number; readonly count: number }, { high, low }: OverloadLimits): { readonly begins: number; readonly ends: number } {
  const isOn = overloaded ? first > low : first > high;
  if (isOn) return { begins: 0, ends: step < 0 ? Math.min(count, Math.ceil((first - low) / -step)) : count };
  const begins = step > 0 ? Math.min(count, Math.floor((high - first) / step) + 1) : count;
  return { begins, ends: count };
}

/** Two stretches together. */
export const both = (one: DecodingFigures, other: DecodingFigures): DecodingFigures => ({
  latencyMaxNs: Math.max(one.latencyMaxNs, other.latencyMaxNs), latencySumNs: one.latencySumNs + other.latencySumNs, backlogMaxNs: Math.max(one.backlogMaxNs, other.backlogMaxNs),
  overloads: one.overloads + other.overloads, overloadedRounds: one.overloadedRounds + other.overloadedRounds,
});
