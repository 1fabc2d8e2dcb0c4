// Philox 4×32-10 (../../philox/portable.ts) on eight counters at a time: lane i has draw `draw0 + i`. The words are those of the
// portable source: the oracle draws from it. Products are 32 × 32 → 64 bits, two lanes an instruction; the halves run side by side.

/** The lower words of four 64-bit products, and the upper ones. */
// @ts-ignore: decorator
@inline function lower(a: v128, b: v128): v128 { return i8x16.shuffle(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27); }
// @ts-ignore: decorator
@inline function upper(a: v128, b: v128): v128 { return i8x16.shuffle(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31); }

/** Writes 128 bytes at `to`: the first words of the eight blocks, then their second ones, third and fourth. */
export function philox8(to: usize, draw0: u32, draw1: u32, shot0: u32, shot1: u32, key0: u32, key1: u32): void {
  const left = i32x4.splat(0xd2511f53), right = i32x4.splat(0xcd9e8d57);
  let a0 = i32x4.add(i32x4.splat(draw0), i32x4(0, 1, 2, 3)), b0 = i32x4.add(i32x4.splat(draw0), i32x4(4, 5, 6, 7));
  let a1 = i32x4.splat(draw1), a2 = i32x4.splat(shot0), a3 = i32x4.splat(shot1);
  let b1 = a1, b2 = a2, b3 = a3;
  let k0 = i32x4.splat(key0), k1 = i32x4.splat(key1);
  for (let round = 0; round < 10; round++) {
    const p = i64x2.extmul_low_i32x4_u(left, a0), q = i64x2.extmul_high_i32x4_u(left, a0);
    const r = i64x2.extmul_low_i32x4_u(right, a2), s = i64x2.extmul_high_i32x4_u(right, a2);
    const t = i64x2.extmul_low_i32x4_u(left, b0), u = i64x2.extmul_high_i32x4_u(left, b0);
    const v = i64x2.extmul_low_i32x4_u(right, b2), w = i64x2.extmul_high_i32x4_u(right, b2);
    a0 = v128.xor(v128.xor(upper(r, s), a1), k0);
    a2 = v128.xor(v128.xor(upper(p, q), a3), k1);
    a1 = lower(r, s);
    a3 = lower(p, q);
    b0 = v128.xor(v128.xor(upper(v, w), b1), k0);
    b2 = v128.xor(v128.xor(upper(t, u), b3), k1);
    b1 = lower(v, w);
    b3 = lower(t, u);
    k0 = i32x4.add(k0, i32x4.splat(0x9e3779b9));
    k1 = i32x4.add(k1, i32x4.splat(0xbb67ae85));
  }
  v128.store(to, a0);
  v128.store(to, b0, 16);
  v128.store(to, a1, 32);
  v128.store(to, b1, 48);
  v128.store(to, a2, 64);
  v128.store(to, b2, 80);
  v128.store(to, a3, 96);
  v128.store(to, b3, 112);
}
