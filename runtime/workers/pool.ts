// The worker pool: a queue of jobs, a fixed number of threads, a watchdog. Knows bytes, not physics: what a kernel name means is
// the worker module's business. Completion order carries no meaning; whoever asks for outcomes orders them (T3).
//   W3  A job is settled exactly once: with its bytes, with the kernel's own Fault, with WORKER_LOST, or with RUN_INTERRUPTED.
//   W4  A death or a hang is retried unseen up to `attempts`; wall time serves to give up on a thread and for nothing else.
//   W5  After close() no thread, timer or unsettled promise of the pool is left.
//   W7  A job that is given up ends at once, and so does the thread that was at it: nothing goes on computing for nobody.
//   W6  A pool has at least one worker and one attempt; for none there is createInlineRunner.
import { clearTimeout, setTimeout } from "node:timers";
import { Fault } from "../../kernel-abi/fault.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { JobRunner, KernelTask } from "../../kernel-abi/ports.ts";
import { startThread, type Thread } from "./thread.ts";

export interface PoolOptions {
  /** Module whose default export is a WorkerFunction (reply.ts): built output, or `.ts` when the pool itself runs from source. */
  readonly workerUrl: URL;
  /** Threads at most; each starts when it is first needed. */
  readonly workers: number;
  /** Threads that may help each of them with one large job; none unless given. */
  readonly helpers?: number;
  /** How often a job is tried before it is given up; 3 unless given. */
  readonly attempts?: number;
  /** Wall-clock milliseconds after which one attempt counts as hung; 15 minutes unless given. */
  readonly taskTimeoutMs?: number;
  /** Test injection: how long the worker sleeps before the job with this ordinal (from 0, in order of `run`). */
  readonly delayMs?: (ordinal: number) => number;
}

export const POOL_DEFAULTS = Object.freeze({ attempts: 3, taskTimeoutMs: 15 * 60_000 });

interface Job {
  readonly task: KernelTask;
  readonly delayMs: number;
  attempts: number;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (fault: Fault) => void;
  /** What is at it. */
  thread: Thread | undefined;
}

const lost = (job: Job, what: string, cause?: unknown): Fault =>
  new Fault("WORKER_LOST", { kernel: job.task.kernel, attempts: job.attempts, what }, { cause });

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** @throws InvariantBroken W6 */
export function createPool(options: PoolOptions): JobRunner {
  const { attempts, taskTimeoutMs, workers, workerUrl, delayMs, helpers } = { ...POOL_DEFAULTS, ...options };
  invariant(Number.isSafeInteger(workers) && workers > 0 && Number.isSafeInteger(attempts) && attempts > 0, "W6");
  const waiting: Job[] = [];
  const running = new Set<Job>();
  const idle: Thread[] = [];
  const busy = new Set<Thread>();
  const endings = new Set<Promise<void>>();
  let ordinal = 0;
  let closing: Promise<void> | undefined;

  const discard = (thread: Thread): void => {
    busy.delete(thread);
    const ending = thread.end().finally(() => endings.delete(ending));
    endings.add(ending);
  };

  function takeThread(): Thread | undefined {
    for (let thread = idle.pop(); thread !== undefined; thread = idle.pop()) {
      if (thread.sound) return thread;
      discard(thread);
    }
    return busy.size < workers ? startThread(workerUrl, helpers) : undefined;
  }

  function settle(job: Job, outcome: { readonly ok: Uint8Array } | { readonly fault: Fault }): void {
    if (!running.delete(job)) return; // close() was quicker
    if ("ok" in outcome) job.resolve(outcome.ok);
    else job.reject(outcome.fault);
  }

  async function attempt(job: Job, thread: Thread): Promise<void> {
    job.attempts += 1;
    job.thread = thread;
    let hung = false;
    const watchdog = setTimeout(() => {
      hung = true;
      discard(thread);
    }, taskTimeoutMs);
    try {
      const outcome = await thread.run(job.task, job.delayMs);
      if (busy.delete(thread)) idle.push(thread);
      settle(job, outcome);
    } catch (cause) {
      if (!hung && busy.has(thread)) discard(thread);
      retry(job, hung ? `no answer within ${taskTimeoutMs} ms` : messageOf(cause), cause);
    } finally {
      clearTimeout(watchdog);
    }
    dispatch();
  }

  function retry(job: Job, what: string, cause: unknown): void {
    if (job.attempts >= attempts) return settle(job, { fault: lost(job, what, cause) });
    if (running.delete(job)) waiting.unshift(job);
  }

  function dispatch(): void {
    while (closing === undefined && waiting.length > 0) {
      const thread = takeThread();
      if (thread === undefined) return;
      const job = waiting.shift();
      invariant(job !== undefined, "W3");
      busy.add(thread);
      running.add(job);
      void attempt(job, thread);
    }
  }

  /** Nobody wants it any more (W7). */
  function giveUp(job: Job): void {
    const fault = new Fault("RUN_INTERRUPTED", { kernel: job.task.kernel, attempts: job.attempts });
    const at = waiting.indexOf(job);
    if (at >= 0) waiting.splice(at, 1);
    else if (running.delete(job)) {
      if (job.thread !== undefined) discard(job.thread);
    } else return; // it has ended
    job.reject(fault);
    dispatch();
  }

  async function shutDown(): Promise<void> {
    for (const job of [...waiting.splice(0), ...running]) job.reject(lost(job, "the pool was closed"));
    running.clear();
    for (const thread of [...busy, ...idle.splice(0)]) discard(thread);
    while (endings.size > 0) await Promise.all(endings);
  }

  return {
    run: (task, signal) => new Promise((resolve, reject) => {
      const abort = (): void => { giveUp(job); };
      const told = <T>(tell: (value: T) => void) => (value: T): void => {
        signal?.removeEventListener("abort", abort);
        tell(value);
      };
      const job: Job = { task, delayMs: delayMs?.(ordinal) ?? 0, attempts: 0, resolve: told(resolve), reject: told(reject), thread: undefined };
      ordinal += 1;
      if (closing !== undefined) return reject(lost(job, "the pool was closed"));
      waiting.push(job);
      if (signal?.aborted === true) return giveUp(job);
      signal?.addEventListener("abort", abort, { once: true });
      dispatch();
    }),
    close: () => (closing ??= shutDown()),
  };
}
