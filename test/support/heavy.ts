// Graphs whose runs take hours and little memory, and the threads there are: what a test of giving up needs.
import type { Worker } from "node:worker_threads";
import process from "node:process";

const node = (id: string, op: string, given: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({ id, op, ...given });

/**
 * A state vector of `n` qubits that every shot makes anew, because a readout stands in its middle; then a fence, and all are read out. With
 * HOURS shots it takes hours; its first epoch alone is as heavy.
 */
export function heavy(n = 14): unknown {
  const vqs = Array.from({ length: n }, (_, at) => `q${at}`);
  const events = ["mid", ...vqs.map((_, at) => `m${at}`)];
  return {
    version: "0.1",
    program: { nodes: [
      node("alloc", "ALLOC_LQ", { args: { n, profile: "logical:surface_code(d=3)" }, vqs }),
      ...vqs.map((vq, at) => node(`x${at}`, "APPLY_RX", { args: { theta: 0.1 + at }, vqs: [vq] })),
      node("mid", "MEASURE_Z", { vqs: ["q0"], produces: ["mid"] }),
      node("again", "APPLY_RX", { args: { theta: 0.3 }, vqs: ["q0"], guard: { event: "mid", equals: 1 } }),
      node("fence", "FENCE_EPOCH"),
      ...vqs.map((vq, at) => node(`r${at}`, "MEASURE_Z", { vqs: [vq], produces: [`m${at}`] })),
    ] },
    resources: { vqs, chs: [], events }, caps: ["CAP_ALLOC"],
  };
}
export const HOURS = 1_000_000;

/** Threads that are alive, of those started from now on. */
export function liveThreads(): { readonly size: () => number; readonly started: () => number; readonly until: (size: number) => Promise<void>; readonly end: () => void } {
  const live = new Set<Worker>();
  let all = 0;
  let looked: (() => void)[] = [];
  const look = (): void => { for (const one of looked.splice(0)) one(); };
  const started = (worker: Worker): void => {
    live.add(worker);
    all++;
    worker.once("exit", () => { live.delete(worker); look(); });
    look();
  };
  process.on("worker", started);
  return {
    size: () => live.size,
    started: () => all,
    async until(size) { while (live.size !== size) await new Promise<void>((resolve) => { looked.push(resolve); }); },
    end: () => { process.off("worker", started); looked = []; },
  };
}
