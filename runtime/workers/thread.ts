// One worker thread as the pool sees it: a Piscina of exactly one thread, so that a death, a failed start or a hang concerns
// one job and nobody's queue. Owns how a thread is started and ended; never retries.
//   W1  A thread that failed a task, for whatever reason other than a Fault of the kernel, is never used again.
//   W2  Nothing is shared between attempts: each gets its own copy of the input, which is transferred, not copied once more.
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import type { KernelTask } from "../../kernel-abi/ports.ts";
import type { Fault } from "../../kernel-abi/fault.ts";
import { parseReply, type WorkerTask } from "./reply.ts";
import type { ThreadData } from "./thread-entry.ts";

export interface Thread {
  /** Runs one task. Rejects when the thread died, was ended, or its module threw. */
  run(task: KernelTask, delayMs: number): Promise<{ readonly ok: Uint8Array } | { readonly fault: Fault }>;
  /** Ends the thread, whatever it is doing; a running task rejects. Resolves when it is gone. */
  end(): Promise<void>;
  /** False once the thread failed outside a task. */
  readonly sound: boolean;
}

const FROM_SOURCE = import.meta.url.endsWith(".ts");
const ENTRY = new URL(FROM_SOURCE ? "./thread-entry.ts" : "./thread-entry.js", import.meta.url);
/** Built output needs no flags, not even the parent's. */
const EXEC_ARGV = FROM_SOURCE ? ["--import", new URL("./tsx-hook.mjs", import.meta.url).href] : [];

/** Starts a thread for the module at `workerUrl`. A module that does not load shows as a rejected first task. */
export function startThread(workerUrl: URL, helpers = 0): Thread {
  const data: ThreadData = { workerUrl: workerUrl.href, helpers };
  const piscina = new Piscina({
    filename: fileURLToPath(ENTRY),
    workerData: data,
    execArgv: EXEC_ARGV,
    minThreads: 1,
    maxThreads: 1,
    atomics: "disabled", // the default stalls the worker's own event loop
    recordTiming: false,
  });
  let ended: Promise<void> | undefined;
  const end = (): Promise<void> => (ended ??= piscina.destroy());
  let sound = true;
  piscina.on("error", () => { // a replacement did not start, or an idle thread threw: a task still queued rejects
    sound = false;
    void end();
  });
  return {
    async run(task, delayMs) {
      const input = new Uint8Array(task.input);
      const message: WorkerTask = { kernel: task.kernel, input, delayMs };
      return parseReply(await piscina.run(message, { transferList: [input.buffer] }));
    },
    end,
    get sound() { return sound; },
  };
}
