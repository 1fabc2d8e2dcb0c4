// Small decoding problems whose observables name the mechanisms themselves, so that a prediction says what was chosen; rows of bits; batches.
import type { BpOsdDecoder } from "../../domains/kernels/bposd/decoder.ts";
import { bytesOf, type DecodingProblem } from "../../domains/kernels/bposd/problem.ts";

export interface PlainColumn { readonly detectors: readonly number[]; readonly probability: number }

/** At most 64 columns; observable j is flipped by mechanism j alone. */
export function namingProblem(detectors: number, columns: readonly PlainColumn[]): DecodingProblem {
  const starts = [0];
  for (const column of columns) starts.push((starts.at(-1) ?? 0) + column.detectors.length);
  const masks = new Uint32Array(2 * columns.length);
  for (const j of columns.keys()) masks[2 * j + (j >> 5)] = 2 ** (j & 31);
  return {
    detectors,
    observables: columns.length,
    columns: Uint32Array.from(starts),
    rows: Uint32Array.from(columns.flatMap((column) => column.detectors.toSorted((a, b) => a - b))),
    probabilities: Float64Array.from(columns, ({ probability }) => probability),
    masks,
  };
}

/** One row of bits a shot. */
export function eventRows(detectors: number, shots: readonly Iterable<number>[]): { readonly events: Uint8Array; readonly rowBytes: number } {
  const rowBytes = bytesOf(detectors);
  const events = new Uint8Array(rowBytes * shots.length);
  for (const [shot, own] of shots.entries()) for (const d of own) events[shot * rowBytes + (d >> 3)]! ^= 1 << (d & 7);
  return { events, rowBytes };
}

export interface Answered { readonly mask: bigint; readonly weight: number; readonly stage: number }

export function answersOf(decoder: BpOsdDecoder, { detectors, observables }: Pick<DecodingProblem, "detectors" | "observables">, shots: readonly Iterable<number>[]): readonly Answered[] {
  const { events, rowBytes } = eventRows(detectors, shots);
  const width = bytesOf(observables);
  const predictions = new Uint8Array(width * shots.length);
  const [weights, stages] = [new Float64Array(shots.length), new Uint8Array(shots.length)];
  decoder.decode({ events, shots: shots.length, rowBytes, predictions, weights, stages });
  return shots.map((_, shot) => ({
    mask: predictions.subarray(shot * width, (shot + 1) * width).reduceRight((mask, byte) => (mask << 8n) | BigInt(byte), 0n),
    weight: weights[shot] ?? NaN,
    stage: stages[shot] ?? NaN,
  }));
}

export const bitsOf = (mask: bigint): readonly number[] => [...mask.toString(2)].reverse().flatMap((bit, i) => (bit === "1" ? [i] : []));
