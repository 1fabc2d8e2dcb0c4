// Reproduce: replays a run with live outcomes, computed anew from the sealed seeds, and compares each with the recorded one (E4).
//   J20  A recorded loss of a job (1004, 2005: a worker died) is no statement about a kernel: it is kept, and counted as unconfirmed.
import { toHex, sameBytes } from "../kernel-abi/canonical.ts";
import { FAULTS, faultByCode } from "../kernel-abi/fault.ts";
import type { JobId } from "../kernel-abi/ids.ts";
import type { JobStart, KernelOracle, Outcome, Outcomes, RunMachine } from "../kernel-abi/ports.ts";
import { unpack } from "../kernel-abi/packer.ts";
import type { Bundle } from "./bundle.ts";
import { Divergence } from "./diverged.ts";
import { membersOfBodies } from "./member.ts";
import { OutcomeFinder, type RecordedOutcome, type Standing } from "./recorded.ts";
import { Replay, type ReplayOptions, type ReplayReport } from "./replayer.ts";
import { sha256 } from "./sha256.ts";

export interface ReproduceReport extends ReplayReport {
  /** Outcomes computed again and found equal. */
  readonly confirmed: number;
  /** Recorded losses whose outcome the kernels give today: kept as recorded. */
  readonly unconfirmed: number;
}

const LOSSES: readonly number[] = [FAULTS.Q_ERR_HARDWARE_FAILURE.code, FAULTS.PHI_ERR_HARDWARE_FAILURE.code];
const same = (a: Outcome, b: Outcome): boolean => a.verdict === b.verdict && sameBytes(a.body, b.body);
const verdictName = ({ verdict }: Outcome): string => (verdict === 0 ? "OK" : faultByCode(verdict) ?? `#${verdict}`);
const digestOf = ({ body }: Outcome): string => toHex(sha256(body));

/** The digest of the plan an outcome says it was computed by, if it says so (ports.ts, Outcome). */
function planIn({ body }: Outcome): string | undefined {
  const value: unknown = body.length === 0 ? undefined : unpack(body);
  return typeof value === "object" && value !== null && "plan" in value && value.plan instanceof Uint8Array ? toHex(value.plan) : undefined;
}

/** Outcomes are public (A4); what differs in them stands beside the detail all the same, as in a divergence (J57). */
function differs(job: JobStart | undefined, id: JobId, expected: RecordedOutcome, actual: Outcome): Divergence {
  const judged = expected.verdict === actual.verdict;
  const plans = judged ? [planIn(expected), planIn(actual)] as const : [undefined, undefined] as const;
  const replanned = plans[0] !== undefined && plans[1] !== undefined && plans[0] !== plans[1];
  return new Divergence(replanned ? "REPRODUCE_PLAN_DIFFERS" : "REPRODUCE_DIFFERS", {
    event: expected.event,
    job: id,
    contract: job?.contract.id ?? 0,
    tick: job?.due ?? 0,
    issued: job?.issued ?? 0,
    actor: job?.owner ?? "",
    field: replanned ? "body.plan" : judged ? "body" : "verdict",
    ...(replanned ? { plan: plans[0], planNow: plans[1] } : {}),
    expected: verdictName(expected), expectedDigest: digestOf(expected),
    actual: verdictName(actual), actualDigest: digestOf(actual),
  }, judged ? membersOfBodies("body", expected.body, actual.body) : []);
}

class ComparedOutcomes implements Outcomes {
  confirmed = 0;
  unconfirmed = 0;
  readonly #live: Outcomes;
  readonly #recorded: OutcomeFinder;
  readonly #unrecorded: (job: number, standing: Standing) => Error;
  readonly #stop: (why: Error) => Error;
  readonly #jobs = new Map<number, JobStart>();
  constructor(live: Outcomes, recorded: OutcomeFinder, replay: Replay) {
    this.#live = live;
    this.#recorded = recorded;
    this.#unrecorded = replay.unrecorded;
    this.#stop = (why) => replay.stop(why);
  }

  start(job: JobStart): void {
    this.#jobs.set(job.job, job);
    this.#live.start(job);
  }
  abandon(job: JobId): void {
    this.#jobs.delete(job);
    this.#live.abandon(job);
  }
  close(): Promise<void> { return this.#live.close(); }

  async outcome(job: JobId): Promise<Outcome> {
    const recorded = this.#recorded.take(job);
    if (recorded === undefined) throw this.#unrecorded(job, this.#recorded.standing);
    const live = await this.#live.outcome(job);
    const started = this.#jobs.get(job);
    this.#jobs.delete(job);
    if (same(recorded, live)) this.confirmed += 1;
    else if (LOSSES.includes(recorded.verdict)) this.unconfirmed += 1;
    else throw this.#stop(differs(started, job, recorded, live));
    return recorded;
  }
}

/**
 * Re-executes a recorded run and its kernels.
 * @throws Fault REPRODUCE_PLAN_DIFFERS at the first outcome that was computed by another plan; REPRODUCE_DIFFERS at the first outcome that is another; REPLAY_DIVERGED and TRACE_* as `replay` does.
 */
export async function reproduce(bundle: Bundle, machine: RunMachine, oracle: KernelOracle, options: ReplayOptions = {}): Promise<ReproduceReport> {
  const run = new Replay(bundle, options);
  const live = oracle.open(bundle.recording);
  try {
    const outcomes = new ComparedOutcomes(live, new OutcomeFinder(bundle.source), run);
    const report = await run.run(machine, outcomes);
    return { ...report, confirmed: outcomes.confirmed, unconfirmed: outcomes.unconfirmed };
  } finally {
    await live.close();
  }
}
