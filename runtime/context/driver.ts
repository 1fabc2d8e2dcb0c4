// The driver: the only place in the machine's world that awaits (contracts, rule 3). It asks for outcomes when the machine
// needs them for the next due tick, in job order, and breathes between batches of turns so that signals and sockets live.
import { Fault } from "../../kernel-abi/fault.ts";
import type { Tick } from "../../kernel-abi/ids.ts";
import type { Journal, Outcomes, RunEnd, RunPause, Observer, TakenUp } from "../../kernel-abi/ports.ts";
import { Machine, type MachineConfig, type MachinePorts, type Progress } from "../kernel/machine.ts";

export interface DriveOptions {
  readonly config: MachineConfig;
  readonly ports: Omit<MachinePorts, "start" | "abandon">;
  readonly outcomes: Outcomes;
  readonly until?: Tick | undefined;
  /** What the run was when it was put down: it goes on from there. */
  readonly from?: TakenUp | undefined;
  /** Aborting it ends the drive with RUN_INTERRUPTED; the journal stays as it is, unsealed. */
  readonly signal?: AbortSignal | undefined;
}

/** Turns between two breaths. A breath costs microseconds and changes nothing in the run. */
const BATCH_TURNS = 20_000;

/** What was put down cannot be taken up: it is not this machine's, or its programs are no longer what they were. */
export class SnapshotUnusable extends Error {
  override readonly name = "SnapshotUnusable";
}

function takenUp(config: MachineConfig, ports: MachinePorts, from: TakenUp): Machine {
  try {
    return new Machine(config, ports, from);
  } catch (cause) {
    throw new SnapshotUnusable(cause instanceof Error ? cause.message : "its state cannot be read", { cause });
  }
}

const breathe = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

const report = (observer: Observer, machine: Machine, waitingFor: number): void =>
  observer.progress?.({ tick: machine.now, turns: machine.turns, waitingFor });

/**
 * Drives one run to its end, or to the first tick after `until`.
 * @throws Fault RUN_INTERRUPTED; SnapshotUnusable, before anything happens; whatever the journal or the outcomes throw (REPLAY_DIVERGED, WORKER_LOST).
 */
export async function drive({ config, ports, outcomes, until, from, signal }: DriveOptions): Promise<RunEnd | RunPause> {
  const all: MachinePorts = { ...ports, start: (job) => outcomes.start(job), abandon: (job) => outcomes.abandon(job) };
  const machine = from === undefined ? new Machine(config, all) : takenUp(config, all, from);
  for (;;) {
    if (signal?.aborted === true) {
      ports.journal.barrier(); // what has happened is kept
      throw new Fault("RUN_INTERRUPTED", { tick: machine.now, turns: machine.turns });
    }
    const progress = advanced(machine, ports.journal, until);
    switch (progress.kind) {
      case "ended": return progress.end;
      case "until": return progress.pause;
      case "paused":
        report(ports.observer, machine, 0);
        await breathe();
        break;
      case "outcomes":
        report(ports.observer, machine, progress.jobs.length);
        await breathe(); // an outcome that is there already, recorded or computed on this thread, lets nobody else in
        for (const job of progress.jobs) {
          machine.settle(job, await interruptible(outcomes.outcome(job), signal));
        }
    }
  }
}

/** What has happened before a policy that gives no answer is kept. */
function advanced(machine: Machine, journal: Journal, until: Tick | undefined): Progress {
  try {
    return machine.advance(BATCH_TURNS, until);
  } catch (error) {
    if (error instanceof Fault && error.fault === "POLICY_ENDLESS") journal.barrier();
    throw error;
  }
}

/** An outcome, unless the run is interrupted first. */
async function interruptible<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  if (signal.aborted) throw new Fault("RUN_INTERRUPTED", {}); // it is told of once, and that was
  let stop: (() => void) | undefined;
  const interrupted = new Promise<never>((_, reject) => {
    stop = () => reject(new Fault("RUN_INTERRUPTED", {}));
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, interrupted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}
