// From planes to rows: bit s of output plane k becomes bit k of shot s's row. 16 planes × 128 shots at a time: bytes are transposed by
// four rounds of interleaving, then the sign bits of 16 bytes are one shot's bits of 16 outputs.
import { PLANE, PLANE_SHIFT } from "./planes";

let square: usize = 0;

// @ts-ignore: decorator
@inline function evens(a: v128, b: v128): v128 { return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23); }
// @ts-ignore: decorator
@inline function odds(a: v128, b: v128): v128 { return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31); }

/** One round: vector i is interleaved with vector i + 8. Four of them transpose 16 × 16 bytes. */
function interleave(from: usize, stride: usize, to: usize): void {
  for (let i: usize = 0; i < 8; i++) {
    const a = v128.load(from + i * stride), b = v128.load(from + (i + 8) * stride);
    v128.store(to + (i << 5), evens(a, b));
    v128.store(to + (i << 5), odds(a, b), 16);
  }
}

/** Eight shots' bits of 16 outputs: shot 0 is the lowest bit of each byte, so the sign bit is shot 7. */
// @ts-ignore: decorator
@inline function writeEight(bytes: v128, row: usize, rowBytes: usize, wide: bool): void {
  let rest = bytes;
  let at = row + 7 * rowBytes;
  for (let i = 0; i < 8; i++) {
    const bits = i8x16.bitmask(rest);
    if (wide) store<u16>(at, <u16>bits);
    else store<u8>(at, <u8>bits);
    rest = i8x16.add(rest, rest);
    at -= rowBytes;
  }
}

/** All 1,024 shots of `outputCount` planes at `from` (whole groups of 16, the rest zero) into rows of `rowBytes` bytes at `to`. */
export function writeRows(from: usize, outputCount: i32, rowBytes: usize, to: usize): void {
  if (square == 0) square = (heap.alloc(528) + 15) & ~15;
  const other = square + 256;
  for (let part: usize = 0; part < PLANE; part += 16) {
    const rows = to + (part << 3) * rowBytes;
    for (let output: usize = 0; output < <usize>outputCount; output += 16) {
      interleave(from + (output << PLANE_SHIFT) + part, PLANE, square);
      interleave(square, 16, other);
      interleave(other, 16, square);
      interleave(square, 16, other);
      const column = rows + (output >> 3);
      const wide = output + 8 < <usize>outputCount;
      for (let i: usize = 0; i < 16; i++) writeEight(v128.load(other + (i << 4)), column + (i << 3) * rowBytes, rowBytes, wide);
    }
  }
}
