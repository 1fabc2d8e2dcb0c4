// The runner without workers: the same bytes from the same kernels on the caller's own thread.
import type { JobRunner, KernelTask } from "../../kernel-abi/ports.ts";
import { Fault } from "../../kernel-abi/fault.ts";

/**
 * Runs each job when whoever asked for it has come to wait: by then what was asked is in the journal, as it is before a thread is done.
 * A kernel's Fault rejects as it is, anything else it throws is WORKER_LOST, as on a thread.
 * A signal is seen before a job begins, and not before its end once it has.
 */
export function createInlineRunner(run: (kernel: string, input: Uint8Array) => Uint8Array): JobRunner {
  let closed = false;
  const attempt = ({ kernel, input }: KernelTask, signal: AbortSignal | undefined): Uint8Array => {
    if (signal?.aborted === true) throw new Fault("RUN_INTERRUPTED", { kernel, attempts: 0 });
    if (closed) throw new Fault("WORKER_LOST", { kernel, attempts: 0, what: "the pool was closed" });
    try {
      return run(kernel, input);
    } catch (cause) {
      if (cause instanceof Fault) throw cause;
      throw new Fault("WORKER_LOST", { kernel, attempts: 1, what: cause instanceof Error ? cause.message : String(cause) }, { cause });
    }
  };
  return {
    run: (task, signal) => Promise.resolve(task).then((asked) => attempt(asked, signal)),
    close: async () => { closed = true; },
  };
}
