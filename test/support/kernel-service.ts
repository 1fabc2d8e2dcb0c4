// A kernel service for tests: fixed keys, rising time, graphs to submit, and calls as a client makes them.
import { createHmac } from "node:crypto";
import { sameBytes } from "../../kernel-abi/canonical.ts";
import type { Mac } from "../../kernel-abi/ports.ts";
import type { MethodName, ParamsOf, ResultOf } from "../../kernel-abi/rpc/methods.ts";
import type { Handlers } from "../../kernel-abi/rpc/handlers.ts";
import { createKernelService, type Kernel } from "../../runtime/app/kernel/service.ts";
import type { KernelOptions } from "../../runtime/app/kernel/options.ts";
import { testSigner } from "./signer.ts";

export const testMac = (key = "k"): Mac => {
  const tag = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHmac("sha256", key).update(bytes).digest());
  return { tag, matches: (bytes, given) => sameBytes(tag(bytes), given) };
};

export const testKernel = (options: Partial<KernelOptions> = {}): Kernel => createKernelService({ signer: testSigner(), mac: testMac(), seed: "kernel", ...options });

export const CAPS = ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE", "CAP_TELEPORT", "CAP_MAGIC", "CAP_LINK", "CAP_CHECKPOINT", "CAP_DEBUG"];

/** One call as a server makes it. */
export const call = async <M extends MethodName>(kernel: Kernel, method: M, params: ParamsOf<M>, signal: AbortSignal = new AbortController().signal): Promise<ResultOf<M>> =>
  (kernel.handlers[method] as Handlers[M] & ((given: ParamsOf<M>, context: { connection: number; signal: AbortSignal }) => Promise<ResultOf<M>> | ResultOf<M>))(params, { connection: 1, signal });

export const session = async (kernel: Kernel, tenant?: string, requested: string[] = CAPS): Promise<string> =>
  (await call(kernel, "q_negotiate_caps", { requested, ...(tenant === undefined ? {} : { tenant_id: tenant }) })).session_id;

const node = (id: string, op: string, given: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({ id, op, ...given });

/** GHZ over `n` qubits; with `fences`, one before every readout. */
export function ghz(n: number, { fences = false, prefix = "m", distance = 3 } = {}): unknown {
  const vqs = Array.from({ length: n }, (_, at) => `q${at}`);
  const events = vqs.map((_, at) => `${prefix}${at}`);
  return {
    version: "0.1",
    program: { nodes: [
      node("alloc", "ALLOC_LQ", { args: { n, profile: `logical:surface_code(d=${distance})` }, vqs }),
      node("h", "APPLY_H", { vqs: ["q0"] }),
      ...vqs.slice(1).map((vq, at) => node(`cx${at}`, "APPLY_CNOT", { vqs: [`q${at}`, vq] })),
      ...vqs.flatMap((vq, at) => [...(fences ? [node(`f${at}`, "FENCE_EPOCH")] : []), node(`r${at}`, "MEASURE_Z", { vqs: [vq], produces: [events[at]] })]),
    ] },
    resources: { vqs, chs: [], events }, caps: ["CAP_ALLOC"],
  };
}

/** `epochs` epochs, each of an H and a readout of one qubit that is used again: as many random bits. */
export function coins(epochs: number): unknown {
  const events = Array.from({ length: epochs }, (_, at) => `c${at}`);
  return {
    version: "0.1",
    program: { nodes: [
      node("alloc", "ALLOC_LQ", { args: { n: 1, profile: "logical:surface_code(d=3)" }, vqs: ["q"] }),
      ...events.flatMap((event, at) => [node(`h${at}`, "APPLY_H", { vqs: ["q"] }), node(`r${at}`, "MEASURE_Z", { vqs: ["q"], produces: [event] }), ...(at + 1 < epochs ? [node(`f${at}`, "FENCE_EPOCH")] : [])]),
    ] },
    resources: { vqs: ["q"], chs: [], events }, caps: ["CAP_ALLOC"],
  };
}
