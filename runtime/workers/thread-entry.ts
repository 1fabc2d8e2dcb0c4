// Runs inside a worker thread: loads the worker module once, hands it tasks, and gives its result bytes away instead of copying them.
import { move, transferableSymbol, valueSymbol } from "piscina";
import { workerData } from "node:worker_threads";
import { createCrew } from "./crew.ts";
import type { WorkerFunction, WorkerTask } from "./reply.ts";

/** What the pool tells a thread when it starts it. */
export interface ThreadData {
  readonly workerUrl: string;
  /** Threads that may help this one. */
  readonly helpers: number;
}

const isThreadData = (value: unknown): value is ThreadData =>
  typeof value === "object" && value !== null && "workerUrl" in value && typeof value.workerUrl === "string"
  && "helpers" in value && typeof value.helpers === "number";
const isWorkerFunction = (value: unknown): value is WorkerFunction => typeof value === "function";

async function loadWorker(data: unknown): Promise<WorkerFunction> {
  if (!isThreadData(data)) throw new TypeError("a pool thread needs the URL of its worker module");
  const loaded: unknown = await import(data.workerUrl);
  const run = typeof loaded === "object" && loaded !== null && "default" in loaded ? loaded.default : undefined;
  if (!isWorkerFunction(run)) throw new TypeError("the default export of the worker module is not a function");
  return run;
}

/** A result that fills its buffer is given away as it is; a view into something larger (WebAssembly memory) is cut out first. */
const whole = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
    ? new Uint8Array(bytes.buffer)
    : new Uint8Array(bytes);

const run = await loadWorker(workerData);
const crew = createCrew({ helpers: isThreadData(workerData) ? workerData.helpers : 0 });

/** Piscina transfers what carries these two symbols and is marked as moved. */
export default async function runTask(task: WorkerTask): Promise<unknown> {
  const reply = await run(task, crew);
  if (!("ok" in reply)) return reply;
  const ok = whole(reply.ok);
  return move({ [transferableSymbol]: ok.buffer, [valueSymbol]: { ok } });
}
