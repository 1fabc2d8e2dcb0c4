// The kernel q.qec: error-correction experiments as one piece of work. Samples a frame program block by block and either hands out the rows
// or decodes them where they stand and counts, so that no row leaves the worker.
//   Q2  Counts depend on program, decoder, key and shots alone: blocks are those of the sampler, taken in order.
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { sha256 as framesBinary } from "../build/frames.ts";
import { openBpOsd } from "../bposd/decoder.ts";
import { openDecoder, type Decoder } from "../decoder/decoder.ts";
import { refuse } from "../decoder/graph.ts";
import { bytesOfRow } from "../frames/program.ts";
import { BLOCK_SHOTS, openSampler } from "../frames/sampler.ts";
import type { Kernel } from "../job.ts";
import { pack } from "../../../kernel-abi/packer.ts";
import { knowing } from "./certain.ts";
import { countDifferences, cutBits, populationOf } from "./count.ts";
import { decodeQecJob, type DecodeRows, type QecCounts, type QecDecoder, type QecKernelJob } from "./job.ts";
import { openTable } from "./table.ts";

const open = (decoder: QecDecoder, detectors: number, observables: number): Pick<Decoder, "decode"> =>
  (decoder.certain === undefined ? opened(decoder, detectors, observables) : knowing(decoder.certain, opened(decoder, detectors, observables)));

function opened(decoder: QecDecoder, detectors: number, observables: number): Pick<Decoder, "decode"> {
  switch (decoder.name) {
    case "table": return openTable(detectors, observables, decoder.table);
    case "bp-osd": return openBpOsd(decoder.problem, decoder.options);
    case "matching": case "union-find": return openDecoder(decoder.graph, decoder.name);
  }
}

/** Rows of all shots, as `b8`. @throws Fault KERNEL_REFUSED */
export function sampleRows({ program, shots, key }: QecKernelJob): Uint8Array {
  const rowBytes = bytesOfRow(program, "detections");
  if (shots * rowBytes * 8 > LIMITS.result_bits_max) refuse("shots × bits of a row", `at most ${LIMITS.result_bits_max}`);
  const rows = new Uint8Array(shots * rowBytes);
  openSampler(program, "detections").sample(key, 0, shots, rows);
  return rows;
}

/** @throws Fault KERNEL_REFUSED */
export function countErrors({ program, shots, key }: QecKernelJob, decoder: QecDecoder): QecCounts {
  const { detectors, observables } = program;
  const sampler = openSampler(program, "detections");
  const decoding = open(decoder, detectors, observables);
  const width = (observables + 7) >> 3;
  const actual = new Uint8Array(BLOCK_SHOTS * width);
  const predictions = new Uint8Array(BLOCK_SHOTS * width);
  const flips = Array.from({ length: observables }, () => 0);
  let errors = 0, events = 0, unsolved = 0;
  for (let first = 0; first < shots; first += BLOCK_SHOTS) {
    const here = Math.min(BLOCK_SHOTS, shots - first);
    const rows = sampler.block(key, first / BLOCK_SHOTS).subarray(0, here * sampler.rowBytes);
    unsolved += decoding.decode({ events: rows, shots: here, rowBytes: sampler.rowBytes, predictions: predictions.subarray(0, here * width) }).length;
    cutBits(rows, sampler.rowBytes, detectors, observables, actual);
    errors += countDifferences(actual, predictions, here, width, flips);
    events += populationOf(rows) - populationOf(actual.subarray(0, here * width));
  }
  return { errors, flips, events, unsolved };
}

/** Predictions for shots that were sampled before. @throws Fault KERNEL_REFUSED */
export function decodeRows({ decoder, detectors, observables, shots, events }: DecodeRows): { readonly predictions: Uint8Array; readonly unsolved: number } {
  const predictions = new Uint8Array(shots * ((observables + 7) >> 3));
  const unsolved = open(decoder, detectors, observables).decode({ events, shots, rowBytes: (detectors + 7) >> 3, predictions }).length;
  return { predictions, unsolved };
}

export const qecKernel: Kernel = Object.freeze({
  name: "q.qec",
  version: 1,
  /** Of the sampler; the decoders' stand in `q.decode` and `q.bposd`. */
  binary: framesBinary,
  run(input: Uint8Array): Uint8Array {
    const job = decodeQecJob(input);
    if ("events" in job) return pack(decodeRows(job));
    return job.decoder === null ? pack({ rows: sampleRows(job) }) : pack(countErrors(job, job.decoder));
  },
});
