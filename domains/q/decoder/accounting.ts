// How a decoder keeps up with the rounds it is handed: one server, first come, first served, in whole nanoseconds and without a clock.
//   A1  Round k arrives when it says, is begun when it is there and the one before is done, and is done `decode time` later. Latency = done - arrival.
//   A2  Backlog at an instant = work that has arrived and is not done; rounds waiting = rounds that have arrived and are not done.
//   A3  Overload begins with the arrival that finds the backlog above `high` and ends with one that finds it at or below `low`: what lies between
//       changes nothing, so that the signal does not flutter.
// The kernel's own drill `decoder-overload` limits rounds an epoch by decree (runtime/kernel/logical/flow.ts); this says when a decoder of a
// given speed gets there by itself.
import { Fault } from "../../../kernel-abi/fault.ts";

export interface DecoderSpeed {
  /** Nanoseconds a decoder works on any round. */
  readonly roundNs: number;
  /** And on each detection event of it. */
  readonly eventNs: number;
}

export interface OverloadLimits {
  /** Nanoseconds of backlog. */
  readonly high: number;
  readonly low: number;
}

export interface Round {
  /** Not before that of the round before it. */
  readonly arrivesNs: number;
  readonly events: number;
}

export interface RoundAccount {
  readonly startsNs: number;
  readonly endsNs: number;
  readonly latencyNs: number;
  /** When it arrives, its own work included. */
  readonly backlogNs: number;
  readonly overloaded: boolean;
}

export interface DecoderAccount {
  readonly rounds: readonly RoundAccount[];
  readonly busyNs: number;
  readonly latencyMaxNs: number;
  /** Sum over the rounds, for a mean. */
  readonly latencySumNs: number;
  readonly backlogMaxNs: number;
  /** Rounds that arrived while it was overloaded. */
  readonly overloadedRounds: number;
}

const isTime = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

function need(holds: boolean, argument: string, value: number, allowed: string): void {
  if (!holds) throw new Fault("ABI_MALFORMED", { argument, value, allowed });
}

function checkSettings({ roundNs, eventNs }: DecoderSpeed, { high, low }: OverloadLimits): void {
  need(isTime(roundNs), "roundNs", roundNs, "a whole number of nanoseconds");
  need(isTime(eventNs), "eventNs", eventNs, "a whole number of nanoseconds");
  need(isTime(high), "high", high, "a whole number of nanoseconds");
  need(isTime(low) && low <= high, "low", low, `a whole number of nanoseconds, at most high (${high})`);
}

/** Rounds of a machine that makes one every cycle, from time 0 on. */
export const everyCycle = (cycleNs: number, events: readonly number[]): readonly Round[] => events.map((each, at) => ({ arrivesNs: at * cycleNs, events: each }));

/**
 * What becomes of a run of rounds. Linear in their number.
 * @throws Fault ABI_MALFORMED for times that are no whole nanoseconds, rounds out of order, or a sum beyond the safe integers
 */
export function decoderAccount(rounds: readonly Round[], speed: DecoderSpeed, limits: OverloadLimits): DecoderAccount {
  checkSettings(speed, limits);
  let [freeNs, arrived, overloaded] = [0, 0, false];
  const accounts = rounds.map(({ arrivesNs, events }): RoundAccount => {
    need(isTime(arrivesNs) && arrivesNs >= arrived, "arrivesNs", arrivesNs, `a whole number, at least ${arrived}`);
    need(isTime(events), "events", events, "a whole number");
    arrived = arrivesNs;
    const startsNs = Math.max(freeNs, arrivesNs);
    freeNs = startsNs + speed.roundNs + speed.eventNs * events;
    need(Number.isSafeInteger(freeNs), "time", freeNs, "at most 2^53 - 1 nanoseconds");
    const backlogNs = freeNs - arrivesNs;
    overloaded = backlogNs > (overloaded ? limits.low : limits.high);
    return { startsNs, endsNs: freeNs, latencyNs: backlogNs, backlogNs, overloaded };
  });
  return totalsOf(accounts);
}

const totalsOf = (rounds: readonly RoundAccount[]): DecoderAccount => ({
  rounds,
  busyNs: rounds.reduce((sum, { startsNs, endsNs }) => sum + endsNs - startsNs, 0),
  latencyMaxNs: rounds.reduce((most, { latencyNs }) => Math.max(most, latencyNs), 0),
  latencySumNs: rounds.reduce((sum, { latencyNs }) => sum + latencyNs, 0),
  backlogMaxNs: rounds.reduce((most, { backlogNs }) => Math.max(most, backlogNs), 0),
  overloadedRounds: rounds.reduce((count, { overloaded }) => count + (overloaded ? 1 : 0), 0),
});

/** Whether a decoder keeps up in the long run: the mean work of a round is less than a cycle. */
export const keepsUp = (cycleNs: number, meanEvents: number, { roundNs, eventNs }: DecoderSpeed): boolean => roundNs + eventNs * meanEvents < cycleNs;
