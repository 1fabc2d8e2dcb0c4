// The decoding kernel, q.decode: events of many shots of one graph in, predicted observables out. One instance a job, gone with it (A4).
import { sha256 } from "../build/decoder.ts";
import type { Kernel } from "../job.ts";
import { openDecoder } from "./decoder.ts";
import { bytesOf } from "./graph.ts";
import { decodeDecodeJob, encodeDecodeOutput, type DecodeJob, type DecodeOutput } from "./job.ts";

/** A job that `decodeDecodeJob` accepts. @throws Fault KERNEL_REFUSED when memory is short */
export function runDecodeJob({ graph, decoder, shots, events, weighed }: DecodeJob): DecodeOutput {
  const predictions = new Uint8Array(shots * bytesOf(graph.observables));
  const weights = weighed ? { weights: new Float64Array(shots) } : {};
  const unsolved = openDecoder(graph, decoder).decode({ events, shots, rowBytes: bytesOf(graph.detectors), predictions, ...weights });
  return { predictions, unsolved: Uint32Array.from(unsolved), ...weights };
}

export const decodeKernel: Kernel = Object.freeze({
  name: "q.decode",
  version: 1,
  binary: sha256,
  run: (input: Uint8Array): Uint8Array => encodeDecodeOutput(runDecodeJob(decodeDecodeJob(input))),
});
