// Whole runs on threads of their own, several at a time, so that the thread that asks has only their seals to make. Owns the threads, what
// waits for one, and which inputs each has been sent.
//   R6  A run is the same wherever it is made (R1): which thread, and beside which others, is nowhere in it but among the host's facts.
//   R7  A thread that dies costs the runs it was at, each of which is told WORKER_LOST; the others go on.
//   R8  Runs go in parts, to each thread half of its share of what is wanted at once: while one half is made, the other is sealed, written and
//       asked for anew. A thread at work gets no smaller part, since each costs messages and a signature; an idle one whatever there is.
import { Fault, type FaultJson } from "../../../kernel-abi/fault.ts";
import type { JobRunner, RunEnd } from "../../../kernel-abi/ports.ts";
import type { SealFacts } from "../../../replay/seal.ts";
import { createPool } from "../../workers/pool.ts";
import { OncePerInput, type GraphInput } from "./inputs.ts";
import { packed, RUN_TASK, unpacked, type RunAnswer, type RunsAsked } from "./thread-form.ts";

/** A run that has ended and has no seal. */
export interface Unsealed {
  readonly end: RunEnd;
  readonly facts: SealFacts;
  /** All of its bundle that stands before the seal. */
  readonly written: Uint8Array;
}

interface Numbered {
  readonly number: number;
  readonly input: GraphInput;
}

interface Asked {
  readonly seed: string;
  readonly numbered: Numbered;
  readonly resolve: (made: Unsealed) => void;
  readonly reject: (error: unknown) => void;
}

interface RunThread {
  readonly pool: JobRunner;
  /** Inputs it was sent. */
  readonly sent: Set<number>;
  tasks: number;
  /** Of all its tasks. */
  runs: number;
}

export interface RunThreadsOptions {
  readonly threads: number;
  /** Sealed with the host's facts. */
  readonly label: string;
  /** Test injection: what makes the runs. */
  readonly workerUrl?: URL;
}

const ENTRY = new URL(import.meta.url.endsWith(".ts") ? "./thread-entry.ts" : "./thread-entry.js", import.meta.url);
/** A thread is given the next part before it is done with this one. */
const TASKS_MAX = 2;
const RUNS_MAX = 16;
/** Of how many runs are wanted at once, what is remembered from one message to the next. */
const REMEMBERED = 63 / 64;
/** Whoever wants a run to end earlier gives it up. */
const HUNG_MS = 6 * 60 * 60_000;

const faultOf = ({ name, detail }: FaultJson): Fault => new Fault(name, detail);

export class RunThreads {
  readonly #threads: readonly RunThread[];
  readonly #label: string;
  #waiting: Asked[] = [];
  #numbers = 0;
  #told = false;
  /** Runs that were wanted at once, of late. */
  #wanted = 0;
  readonly #inputs = new OncePerInput<Numbered>((input) => ({ number: this.#numbers++, input }));

  constructor({ threads, label, workerUrl = ENTRY }: RunThreadsOptions) {
    this.#label = label;
    this.#threads = Array.from({ length: threads }, () => ({ pool: createPool({ workerUrl, workers: 1, attempts: 1, taskTimeoutMs: HUNG_MS }), sent: new Set<number>(), tasks: 0, runs: 0 }));
  }

  /** @throws Fault of the run; WORKER_LOST */
  run(seed: string, input: GraphInput): Promise<Unsealed> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ seed, numbered: this.#inputs.of(input), resolve, reject });
      if (this.#told) return;
      this.#told = true;
      setImmediate(() => { // those asked for in one turn of the event loop are sent in one message
        this.#told = false;
        this.#dispatch();
      });
    });
  }

  /** Starts every thread, and has it load the program, before anybody waits for it. */
  warm(): void {
    for (const { pool } of this.#threads) pool.run({ kernel: RUN_TASK, input: packed({ inputs: [], runs: [], label: "" } satisfies RunsAsked) }).catch(() => undefined); // told to whoever runs first
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ pool }) => pool.close()));
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#threads.reduce((idlest, one) => (one.tasks < idlest.tasks ? one : idlest));
      const part = this.#part();
      if (thread.tasks >= TASKS_MAX || (thread.tasks > 0 && this.#waiting.length < part)) return;
      void this.#send(thread, this.#waiting.splice(0, part));
    }
  }

  /** How many go together (R8). */
  #part(): number {
    const now = this.#threads.reduce((sum, { runs }) => sum + runs, this.#waiting.length);
    this.#wanted = Math.max(now, this.#wanted * REMEMBERED);
    return Math.min(RUNS_MAX, Math.ceil(this.#wanted / (TASKS_MAX * this.#threads.length)));
  }

  async #send(thread: RunThread, asked: readonly Asked[]): Promise<void> {
    thread.tasks += 1;
    thread.runs += asked.length;
    try {
      const { head, body } = unpacked<readonly RunAnswer[]>(await thread.pool.run({ kernel: RUN_TASK, input: packed(this.#taskOf(thread, asked)) }));
      this.#settle(thread, asked, head, body);
    } catch (error) {
      thread.sent.clear(); // whatever comes next is a fresh thread
      for (const { reject } of asked) reject(error);
    } finally {
      thread.tasks -= 1;
      thread.runs -= asked.length;
      this.#dispatch();
    }
  }

  #taskOf({ sent }: RunThread, asked: readonly Asked[]): RunsAsked {
    const fresh = new Map(asked.filter(({ numbered: { number } }) => !sent.has(number)).map(({ numbered: { number, input } }) => [number, input]));
    for (const number of fresh.keys()) sent.add(number);
    return { inputs: [...fresh], runs: asked.map(({ seed, numbered: { number } }) => ({ seed, input: number })), label: this.#label };
  }

  #settle({ sent }: RunThread, asked: readonly Asked[], answers: readonly RunAnswer[], body: Uint8Array): void {
    let at = 0;
    for (const [index, one] of asked.entries()) {
      const answer = answers[index];
      if (answer === undefined) throw new Fault("RUNTIME_DEFECT", { what: "a thread answered for fewer runs than it was asked for" });
      switch (answer.is) {
        case "made": {
          const { end, facts } = answer;
          one.resolve({ end, facts, written: body.subarray(at, at += facts.bytes) });
          break;
        }
        case "refused": one.reject(faultOf(answer.fault));
          break;
        case "unknown":
          sent.delete(one.numbered.number);
          this.#waiting.unshift(one);
      }
    }
  }
}
