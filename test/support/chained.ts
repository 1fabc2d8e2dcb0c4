// Bundles put together by hand, unit by unit: the chain holds, whatever stands in the units.
import { toHex } from "../../kernel-abi/canonical.ts";
import { END_MARK, firstHead, leafOf, nextHead, preamble, unit, type UnitName } from "../../replay/chain.ts";
import { joined } from "./refusals.ts";

export interface Chained {
  readonly bytes: Uint8Array;
  /** First byte of each unit after the preamble, then the length. */
  readonly offsets: readonly number[];
  /** Hex, after the preamble and after each unit. */
  readonly heads: readonly string[];
}

export type Part = readonly [name: UnitName, payload: Uint8Array];

export function chained(parts: readonly Part[], start: Uint8Array = preamble()): Chained {
  let head = firstHead(start);
  let bytes = joined(start, head);
  const offsets = [bytes.length];
  const heads = [toHex(head)];
  for (const [name, payload] of parts) {
    const whole = unit(name, payload);
    head = nextHead(head, leafOf(whole));
    bytes = joined(bytes, whole, head);
    offsets.push(bytes.length);
    heads.push(toHex(head));
  }
  return { bytes, offsets, heads };
}

export const sealUnit = (payload: Uint8Array): Uint8Array => joined(unit("seal", payload), END_MARK);

/** `length` bytes, none of them zero. */
export const filled = (length: number, seed = 1): Uint8Array => Uint8Array.from({ length }, (_, at) => 1 + ((at + seed) * 7) % 255);

export const SECTIONS: readonly Part[] = [["header", filled(3)], ["program", filled(4)], ["inputs", filled(5)]];
