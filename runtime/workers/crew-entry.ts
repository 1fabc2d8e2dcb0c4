// Runs inside a helper thread: one WebAssembly function on one shared memory, again and again, until it says that the work is over.
import { parentPort } from "node:worker_threads";
import { giveBack } from "./collect.ts";

export interface CrewCall {
  readonly module: object;
  readonly memory: { readonly buffer: ArrayBufferLike };
  readonly entry: string;
  readonly args: readonly number[];
  readonly bell: number;
  readonly delayMs: number;
}

const IDLE = 0;
const OVER = 2;
/** Calls before it sleeps, and how long it sleeps at most: the leader may have gone without ringing. */
const SPINS = 2_000;
const SLEEP_MS = 20;

const isCall = (value: unknown): value is CrewCall => typeof value === "object" && value !== null && "module" in value && "entry" in value;

function helpWith({ module, memory, entry, args, bell, delayMs }: CrewCall): void {
  if (!(module instanceof WebAssembly.Module) || !(memory instanceof WebAssembly.Memory)) return;
  const help = new WebAssembly.Instance(module, { env: { memory } }).exports[entry];
  if (typeof help !== "function") return;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let idle = 0; ;) {
    const words = new Int32Array(memory.buffer, bell, 1);
    const rung = Atomics.load(words, 0);
    const answer: unknown = Reflect.apply(help, undefined, args);
    if (answer === OVER) return;
    idle = answer === IDLE ? idle + 1 : 0;
    if (idle > SPINS) Atomics.wait(words, 0, rung, SLEEP_MS);
    if (answer !== IDLE && delayMs > 0) Atomics.wait(pause, 0, 0, delayMs);
  }
}

parentPort?.on("message", (value: unknown) => {
  if (!isCall(value)) return;
  helpWith(value);
  const { byteLength } = value.memory.buffer;
  setImmediate(() => { giveBack(byteLength); }); // when nothing here refers to it any more
});
