// A crew: threads that help one pool thread with a job on a shared WebAssembly memory. Owns those threads; knows memories, not physics.
//   W8  A helper is never waited for: it starts when a job first asks, comes when it comes, and one that died is not asked again.
//   W9  Helpers end with the thread they help and keep no process running.
import { Worker } from "node:worker_threads";
import type { Crew } from "../../kernel-abi/ports.ts";
import type { CrewCall } from "./crew-entry.ts";

const FROM_SOURCE = import.meta.url.endsWith(".ts");
const ENTRY = new URL(FROM_SOURCE ? "./crew-entry.ts" : "./crew-entry.js", import.meta.url);
const EXEC_ARGV = FROM_SOURCE ? ["--import", new URL("./tsx-hook.mjs", import.meta.url).href] : [];

export interface CrewOptions {
  readonly helpers: number;
  /** Test injection: milliseconds helper `index` sleeps after each thing it did. */
  readonly delayMs?: (index: number) => number;
}

export interface EndableCrew extends Crew {
  /** Resolves when every helper is gone. */
  end(): Promise<void>;
}

export function createCrew({ helpers, delayMs }: CrewOptions): EndableCrew {
  const threads: (Worker | undefined)[] = [];
  const start = (index: number): Worker => {
    const worker = new Worker(ENTRY, { execArgv: EXEC_ARGV });
    worker.unref();
    const gone = (): void => { if (threads[index] === worker) threads[index] = undefined; };
    worker.on("error", gone);
    worker.on("exit", gone);
    return worker;
  };
  return {
    helpers,
    enlist({ module, memory, entry, args, bell }) {
      for (let index = 0; index < helpers; index++) {
        const call: CrewCall = { module, memory, entry, args: args(index), bell, delayMs: delayMs?.(index) ?? 0 };
        (threads[index] ??= start(index)).postMessage(call);
      }
    },
    async end() {
      await Promise.all(threads.map((worker) => worker?.terminate()));
    },
  };
}
