// What happens in every shot, before a decoder that knows nothing of it: no weight stands for a chance of 1. Owns the flips, and both their turns.
//   Q3  Events that certain errors flip are turned back before decoding and what they flip is added to every prediction: exact, for what
//       is certain excludes nothing and prefers nothing.
import type { Batch, Decoder } from "../decoder/decoder.ts";

export interface Certain {
  /** Detectors that certain errors flip, as a row of ⌈detectors / 8⌉ bytes. */
  readonly events: Uint8Array;
  /** Observables they flip, ⌈observables / 8⌉ bytes. */
  readonly flips: Uint8Array;
}

/** Turns the bits of `flips` in every row, in place. */
function turn(rows: Uint8Array, rowBytes: number, shots: number, flips: Uint8Array): void {
  for (let shot = 0; shot < shots; shot++) {
    for (const [byte, flip] of flips.entries()) rows[shot * rowBytes + byte] = (rows[shot * rowBytes + byte] ?? 0) ^ flip;
  }
}

/** The decoder of a model that holds what is certain too. The rows it is given stay as they are. */
export const knowing = ({ events: turned, flips }: Certain, inner: Pick<Decoder, "decode">): Pick<Decoder, "decode"> => ({
  decode(batch: Batch): readonly number[] {
    const { events, rowBytes, shots, predictions } = batch;
    const rows = events.slice();
    turn(rows, rowBytes, shots, turned);
    const unsolved = inner.decode({ ...batch, events: rows });
    turn(predictions, flips.length, shots, flips);
    return unsolved;
  },
});
