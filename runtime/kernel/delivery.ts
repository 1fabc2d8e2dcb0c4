// Delivery: what has fallen due → the process that is to be given it, and the process into the scheduler's line. Owns who is queued.
//   A process is queued when it is active and something it waits for is there; one delivery is one turn.
import { DOMAIN_RANK } from "../../kernel-abi/domain.ts";
import { DELIVERY, type Envelope } from "../../kernel-abi/envelope.ts";
import { FAULTS } from "../../kernel-abi/fault.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import { pack } from "../../kernel-abi/packer.ts";
import { compareStamps } from "../../kernel-abi/stamp.ts";
import type { Process } from "../process/process.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { KernelState } from "./state.ts";
import { emptyRow, Transaction } from "./transaction.ts";

/** Whether `process` is blocked on what `envelope` brings. */
function awaits({ wait }: Process, { kind, seq, subject }: Envelope): boolean {
  switch (kind) {
    case DELIVERY.START: return wait.on === DELIVERY.START;
    case DELIVERY.TIMER: return (wait.on === DELIVERY.TIMER && wait.subject === seq) || wait.deadline === seq + 1;
    case DELIVERY.OUTCOME:
    case DELIVERY.EXIT: return wait.on === kind && wait.subject === subject;
    case DELIVERY.MESSAGE: return wait.on === DELIVERY.MESSAGE;
  }
}

export class Delivery {
  readonly #state: KernelState;
  readonly #scheduler: Scheduler;
  constructor(state: KernelState, scheduler: Scheduler) {
    this.#state = state;
    this.#scheduler = scheduler;
  }

  /** An envelope is due. Returns what there is to record when nobody can be given it. */
  arrive(envelope: Envelope): Transaction | undefined {
    const process = this.#state.processes[envelope.to];
    if (process === undefined || !process.live) return envelope.kind === DELIVERY.MESSAGE ? deadLetter(envelope) : undefined;
    if (envelope.kind === DELIVERY.MESSAGE) {
      process.inbox.arrive(envelope);
      this.queueIfReceiving(process);
    } else if (awaits(process, envelope) && !process.queued && process.signal === undefined) {
      process.signal = envelope;
      if (process.state === "active") this.#queue(process);
    }
    return undefined;
  }

  /** What the turn of a picked process is given. */
  take(process: Process): Envelope | undefined {
    process.queued = false;
    const { signal } = process;
    if (signal === undefined) return process.inbox.take();
    process.signal = undefined;
    return signal;
  }

  queueIfReceiving(process: Process): void {
    if (!process.queued && process.wait.on === DELIVERY.MESSAGE && process.inbox.due > 0 && process.state === "active") this.#queue(process);
  }

  /** A resumed process goes on with what came for it meanwhile. */
  wake(process: Process): void {
    if (process.state !== "active" || process.queued) return;
    const { signal } = process;
    const message = process.inbox.first;
    // A bounded receive ends with what came first (T2): its own timer, or the message before it.
    if (signal?.kind === DELIVERY.TIMER && message !== undefined && process.wait.on === DELIVERY.MESSAGE && compareStamps(message, signal) < 0) process.signal = undefined;
    if (process.signal !== undefined) this.#queue(process);
    else this.queueIfReceiving(process);
  }

  #queue(process: Process): void {
    process.queued = true;
    this.#scheduler.ready(process.id);
  }
}

/** The receiver ended before the message was due: recorded, because nothing is lost in silence. */
function deadLetter({ to, from, seq }: Envelope): Transaction {
  const tx = new Transaction();
  tx.record(EVENT.FAULT, FAULTS.PROCESS_UNKNOWN.code, DOMAIN_RANK.K, { ...emptyRow(), subject: to, body: pack({ from, seq }) });
  return tx;
}
