// Delivery: what has fallen due → the process that is to be given it, and the process into the scheduler's line. Owns who is queued.
//   A process is queued when it is active and something it waits for is there; one delivery is one turn.
import { DOMAIN_RANK } from "../../kernel-abi/domain.ts";
import { DELIVERY, WAIT, type Envelope } from "../../kernel-abi/envelope.ts";
import { FAULTS } from "../../kernel-abi/fault.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import type { ProcessId } from "../../kernel-abi/ids.ts";
import { pack } from "../../kernel-abi/packer.ts";
import type { ReadyFacts } from "../../kernel-abi/ports.ts";
import { compareStamps } from "../../kernel-abi/stamp.ts";
import { PlaceAnswer, type Process } from "../process/process.ts";
import { armOf, awaits, receives } from "../process/wait.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import { dropped } from "./calls-place.ts";
import { LINKED } from "./release.ts";
import type { KernelState } from "./state.ts";
import { emptyRow, Transaction } from "./transaction.ts";

/** What an arrival asks of the machine beyond a place in somebody's inbox. */
export type Arrival =
  | { readonly kind: "record"; readonly tx: Transaction }
  /** Somebody it was linked to has ended. */
  | { readonly kind: "end"; readonly process: Process; readonly with: ProcessId };

export class Delivery {
  readonly #state: KernelState;
  readonly #scheduler: Scheduler;
  constructor(state: KernelState, scheduler: Scheduler) {
    this.#state = state;
    this.#scheduler = scheduler;
  }

  /** An envelope is due. */
  arrive(envelope: Envelope): Arrival | undefined {
    const process = this.#state.processes.living(envelope.to);
    if (process === undefined) return envelope.kind === DELIVERY.MESSAGE ? deadLetter(envelope) : undefined;
    if (envelope.kind === DELIVERY.MESSAGE) return this.#message(process, envelope);
    if (envelope.value === LINKED) return { kind: "end", process, with: envelope.from };
    if (envelope.kind === DELIVERY.TIMER && process.anyTimers?.has(envelope.seq) === true) process.timers.set(envelope.seq, true);
    if (envelope.value instanceof PlaceAnswer) return this.#answer(process, envelope, envelope.value);
    if (!process.queued && process.signal === undefined && awaits(process.wait, envelope)) { // asked last: it may wait for thousands of things
      process.signal = envelope;
      if (process.state === "active") this.#queue(process);
    }
    return undefined;
  }

  #message(process: Process, envelope: Envelope): Arrival | undefined {
    const lost = process.inbox.arrive(envelope);
    this.queueIfReceiving(process);
    if (lost === undefined) return undefined;
    const tx = new Transaction();
    dropped(lost.to, lost.from, lost.seq, tx);
    return { kind: "record", tx };
  }

  /**
   * What was done about a place cannot be taken back any more, so it goes before anything else that comes while it is selected: a
   * deadline that falls due in the same tick has not passed yet. What it overtakes is kept, as everything is that loses a select.
   */
  #answer(process: Process, envelope: Envelope, { answer }: PlaceAnswer): undefined {
    const place = process.anyPlaces?.get(envelope.subject);
    if (place === undefined) return; // given up
    place.answer = answer;
    if (process.wait.on !== WAIT.SELECT || armOf(process.wait, envelope) < 0 || process.signal?.kind === DELIVERY.ROOM) return;
    process.signal = envelope;
    if (process.state === "active" && !process.queued) this.#queue(process);
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
    if (!process.queued && process.inbox.due > 0 && receives(process.wait) && process.state === "active") this.#queue(process);
  }

  /** A resumed process goes on with what came for it meanwhile. */
  wake(process: Process): void {
    if (process.state !== "active" || process.queued) return;
    const { signal } = process;
    const message = process.inbox.first;
    // What came first wins (T2): the signal, or the message before it.
    if (signal !== undefined && message !== undefined && receives(process.wait) && signal.kind !== DELIVERY.ROOM && compareStamps(message, signal) < 0) process.signal = undefined;
    if (process.signal !== undefined) this.#queue(process);
    else this.queueIfReceiving(process);
  }

  #queue(process: Process): void {
    process.queued = true;
    if (this.#scheduler.readsFacts) this.#scheduler.ready(process.id, this.#facts(process));
    else this.#scheduler.ready(process.id);
  }

  /** What a policy may know of what is to be delivered: never its content. */
  #facts({ id, priority, signal, inbox }: Process): ReadyFacts {
    const delivery = signal ?? inbox.first;
    const token = delivery?.kind === DELIVERY.OUTCOME || this.#state.contracts.ownedBy(id).some(({ state }) => state === "active");
    return { priority, domain: delivery?.rank ?? DOMAIN_RANK.K, token };
  }
}

/** The receiver ended before the message was due: recorded, because nothing is lost in silence. */
function deadLetter({ to, from, seq }: Envelope): Arrival {
  const tx = new Transaction();
  tx.record(EVENT.FAULT, FAULTS.PROCESS_UNKNOWN.code, DOMAIN_RANK.K, { ...emptyRow(), subject: to, body: pack({ from, seq }) });
  return { kind: "record", tx };
}
