// A decoder that is a table: of each syndrome what its observables most likely did. For codes of few detectors.
import type { Batch, Decoder } from "../decoder/decoder.ts";

export function openTable(detectors: number, observables: number, table: Uint8Array): Decoder {
  const width = (observables + 7) >> 3;
  const syndromes = (1 << detectors) - 1;
  return {
    decode({ events, shots, rowBytes, predictions }: Batch): readonly number[] {
      for (let shot = 0; shot < shots; shot++) {
        let syndrome = 0;
        for (let byte = (detectors - 1) >> 3; byte >= 0; byte--) syndrome = (syndrome << 8) | (events[shot * rowBytes + byte] ?? 0);
        const from = (syndrome & syndromes) * width;
        for (let byte = 0; byte < width; byte++) predictions[shot * width + byte] = table[from + byte] ?? 0;
      }
      return [];
    },
    bytes: () => table.length,
  };
}
