// Philox 4×32-10 (../../philox/portable.ts) on four counters at a time: lane i has draw `draw0 + i`. The words are those of the
// portable source, held against it by a test. Products are 32 × 32 → 64 bits, two lanes an instruction.

/** Word j of the four blocks of the last call; lane i is draw `draw0 + i`. */
export let lanes0: v128 = i32x4.splat(0);
export let lanes1: v128 = i32x4.splat(0);
export let lanes2: v128 = i32x4.splat(0);
export let lanes3: v128 = i32x4.splat(0);

/** The lower words of four 64-bit products, and the upper ones. */
// @ts-ignore: decorator
@inline function lower(a: v128, b: v128): v128 { return i8x16.shuffle(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27); }
// @ts-ignore: decorator
@inline function upper(a: v128, b: v128): v128 { return i8x16.shuffle(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31); }

export function philox4(draw0: u32, draw1: u32, shot0: u32, shot1: u32, key0: u32, key1: u32): void {
  const left = i32x4.splat(0xd2511f53), right = i32x4.splat(0xcd9e8d57);
  let c0 = i32x4.add(i32x4.splat(draw0), i32x4(0, 1, 2, 3));
  let c1 = i32x4.splat(draw1), c2 = i32x4.splat(shot0), c3 = i32x4.splat(shot1);
  let k0 = key0, k1 = key1;
  for (let round = 0; round < 10; round++) {
    const a = i64x2.extmul_low_i32x4_u(left, c0), b = i64x2.extmul_high_i32x4_u(left, c0);
    const c = i64x2.extmul_low_i32x4_u(right, c2), d = i64x2.extmul_high_i32x4_u(right, c2);
    c0 = v128.xor(v128.xor(upper(c, d), c1), i32x4.splat(k0));
    c2 = v128.xor(v128.xor(upper(a, b), c3), i32x4.splat(k1));
    c1 = lower(c, d);
    c3 = lower(a, b);
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  lanes0 = c0;
  lanes1 = c1;
  lanes2 = c2;
  lanes3 = c3;
}
