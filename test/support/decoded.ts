// What a decoder answers, shot by shot, in numbers that tests compare.
import { openDecoder, type DecoderName } from "../../domains/kernels/decoder/decoder.ts";
import { bytesOf, type MatchingGraph } from "../../domains/kernels/decoder/graph.ts";
import { rowsOf } from "./matching-graphs.ts";

export interface Answer {
  readonly mask: bigint;
  readonly weight: number;
  readonly solved: boolean;
}

export function answers(graph: MatchingGraph, shots: readonly (readonly number[])[], name: DecoderName = "matching"): readonly Answer[] {
  const { events, rowBytes } = rowsOf(graph.detectors, shots);
  const width = bytesOf(graph.observables);
  const predictions = new Uint8Array(width * shots.length);
  const weights = new Float64Array(shots.length);
  const without = new Set(openDecoder(graph, name).decode({ events, shots: shots.length, rowBytes, predictions, weights }));
  return shots.map((_, at) => ({
    mask: predictions.subarray(at * width, (at + 1) * width).reduceRight((mask, byte) => (mask << 8n) | BigInt(byte), 0n),
    weight: weights[at] ?? NaN, solved: !without.has(at),
  }));
}
