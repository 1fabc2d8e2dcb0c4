// Tiles: up to three gates on three qubits, eight amplitudes at a time, without going back to memory between them.
//   T1  Gates act slot by slot, in order; then each amplitude goes where the tile's permutation sends it, negated if told.
//   T2  A gate's arithmetic is that of gates.ts, operation by operation.
//   T3  Reading and writing have their own masks and offsets, so a tile may carry a block between the state and a buffer.

export const NONE = 0, RX = 1, RY = 2, RZ = 3, HADAMARD = 4, PHASE = 5;
const KINDS: usize = 8, IN_MASK: usize = 16, OUT_MASK: usize = 20, COUNT: usize = 24, FACTORS: usize = 32;
/** In a variant: whether amplitudes are negated, whether each is written where it was read, the first offset to read from and
 *  three strides from there, eight offsets to write to, eight sign words. */
const SIGNED: usize = 8, STILL: usize = 12, FROM: usize = 16, TO: usize = 48, SIGNS: usize = 80;

// @ts-ignore: decorator
@inline
function crossed(v: v128): v128 {
  return i64x2.shuffle(v, v, 1, 0);
}

/** What becomes of the amplitude of 0. */
// @ts-ignore: decorator
@inline
function low(kind: i32, x: v128, y: v128, u: v128, v: v128): v128 {
  if (kind == RX) return f64x2.add(f64x2.mul(x, u), f64x2.mul(crossed(y), v));
  if (kind == RY) return f64x2.sub(f64x2.mul(x, u), f64x2.mul(y, v));
  if (kind == RZ) return f64x2.add(f64x2.mul(x, u), f64x2.mul(crossed(x), f64x2.neg(v)));
  return f64x2.mul(f64x2.add(x, y), u); // HADAMARD
}

/** What becomes of the amplitude of 1. */
// @ts-ignore: decorator
@inline
function high(kind: i32, x: v128, y: v128, u: v128, v: v128): v128 {
  if (kind == RX) return f64x2.add(f64x2.mul(y, u), f64x2.mul(crossed(x), v));
  if (kind == RY) return f64x2.add(f64x2.mul(y, u), f64x2.mul(x, v));
  if (kind == RZ || kind == PHASE) return f64x2.add(f64x2.mul(y, u), f64x2.mul(crossed(y), v));
  return f64x2.mul(f64x2.sub(x, y), u); // HADAMARD
}

/** One variant of a tile over a block; `still` is a constant at the call. */
// @ts-ignore: decorator
@inline
function sweep(still: bool, k0: i32, k1: i32, k2: i32, op: usize, variant: usize, source: usize, target: usize): void {
  const inMask: usize = load<u32>(op, IN_MASK), outMask: usize = load<u32>(op, OUT_MASK);
  const f0: usize = source + load<u32>(variant, FROM);
  const s0: usize = load<u32>(variant, FROM + 4), s1: usize = load<u32>(variant, FROM + 8), s2: usize = load<u32>(variant, FROM + 12);
  const g0: usize = target + load<u32>(variant, TO), g1: usize = target + load<u32>(variant, TO + 4), g2: usize = target + load<u32>(variant, TO + 8), g3: usize = target + load<u32>(variant, TO + 12);
  const g4: usize = target + load<u32>(variant, TO + 16), g5: usize = target + load<u32>(variant, TO + 20), g6: usize = target + load<u32>(variant, TO + 24), g7: usize = target + load<u32>(variant, TO + 28);
  const u0 = v128.load(op, FACTORS), v0 = v128.load(op, FACTORS + 16), u1 = v128.load(op, FACTORS + 32);
  const v1 = v128.load(op, FACTORS + 48), u2 = v128.load(op, FACTORS + 64), v2 = v128.load(op, FACTORS + 80);
  const signed = load<u32>(variant, SIGNED);
  let i: usize = 0;
  let o: usize = 0;
  for (let left = load<u32>(op, COUNT); left > 0; left--) {
    const p0 = f0 + i, p1 = p0 + s0, p2 = p0 + s1, p3 = p1 + s1, p4 = p0 + s2, p5 = p1 + s2, p6 = p2 + s2, p7 = p3 + s2;
    let a0 = v128.load(p0), a1 = v128.load(p1), a2 = v128.load(p2), a3 = v128.load(p3), a4 = v128.load(p4), a5 = v128.load(p5), a6 = v128.load(p6), a7 = v128.load(p7);
    let t: v128;
    if (k0 == RX) { t = low(RX, a0, a1, u0, v0); a1 = high(RX, a0, a1, u0, v0); a0 = t; t = low(RX, a2, a3, u0, v0); a3 = high(RX, a2, a3, u0, v0); a2 = t; t = low(RX, a4, a5, u0, v0); a5 = high(RX, a4, a5, u0, v0); a4 = t; t = low(RX, a6, a7, u0, v0); a7 = high(RX, a6, a7, u0, v0); a6 = t; }
    else if (k0 == RY) { t = low(RY, a0, a1, u0, v0); a1 = high(RY, a0, a1, u0, v0); a0 = t; t = low(RY, a2, a3, u0, v0); a3 = high(RY, a2, a3, u0, v0); a2 = t; t = low(RY, a4, a5, u0, v0); a5 = high(RY, a4, a5, u0, v0); a4 = t; t = low(RY, a6, a7, u0, v0); a7 = high(RY, a6, a7, u0, v0); a6 = t; }
    else if (k0 == RZ) { t = low(RZ, a0, a1, u0, v0); a1 = high(RZ, a0, a1, u0, v0); a0 = t; t = low(RZ, a2, a3, u0, v0); a3 = high(RZ, a2, a3, u0, v0); a2 = t; t = low(RZ, a4, a5, u0, v0); a5 = high(RZ, a4, a5, u0, v0); a4 = t; t = low(RZ, a6, a7, u0, v0); a7 = high(RZ, a6, a7, u0, v0); a6 = t; }
    else if (k0 == HADAMARD) { t = low(HADAMARD, a0, a1, u0, v0); a1 = high(HADAMARD, a0, a1, u0, v0); a0 = t; t = low(HADAMARD, a2, a3, u0, v0); a3 = high(HADAMARD, a2, a3, u0, v0); a2 = t; t = low(HADAMARD, a4, a5, u0, v0); a5 = high(HADAMARD, a4, a5, u0, v0); a4 = t; t = low(HADAMARD, a6, a7, u0, v0); a7 = high(HADAMARD, a6, a7, u0, v0); a6 = t; }
    else if (k0 == PHASE) { a1 = high(PHASE, a0, a1, u0, v0); a3 = high(PHASE, a2, a3, u0, v0); a5 = high(PHASE, a4, a5, u0, v0); a7 = high(PHASE, a6, a7, u0, v0); }
    if (k1 == RX) { t = low(RX, a0, a2, u1, v1); a2 = high(RX, a0, a2, u1, v1); a0 = t; t = low(RX, a1, a3, u1, v1); a3 = high(RX, a1, a3, u1, v1); a1 = t; t = low(RX, a4, a6, u1, v1); a6 = high(RX, a4, a6, u1, v1); a4 = t; t = low(RX, a5, a7, u1, v1); a7 = high(RX, a5, a7, u1, v1); a5 = t; }
    else if (k1 == RY) { t = low(RY, a0, a2, u1, v1); a2 = high(RY, a0, a2, u1, v1); a0 = t; t = low(RY, a1, a3, u1, v1); a3 = high(RY, a1, a3, u1, v1); a1 = t; t = low(RY, a4, a6, u1, v1); a6 = high(RY, a4, a6, u1, v1); a4 = t; t = low(RY, a5, a7, u1, v1); a7 = high(RY, a5, a7, u1, v1); a5 = t; }
    else if (k1 == RZ) { t = low(RZ, a0, a2, u1, v1); a2 = high(RZ, a0, a2, u1, v1); a0 = t; t = low(RZ, a1, a3, u1, v1); a3 = high(RZ, a1, a3, u1, v1); a1 = t; t = low(RZ, a4, a6, u1, v1); a6 = high(RZ, a4, a6, u1, v1); a4 = t; t = low(RZ, a5, a7, u1, v1); a7 = high(RZ, a5, a7, u1, v1); a5 = t; }
    else if (k1 == HADAMARD) { t = low(HADAMARD, a0, a2, u1, v1); a2 = high(HADAMARD, a0, a2, u1, v1); a0 = t; t = low(HADAMARD, a1, a3, u1, v1); a3 = high(HADAMARD, a1, a3, u1, v1); a1 = t; t = low(HADAMARD, a4, a6, u1, v1); a6 = high(HADAMARD, a4, a6, u1, v1); a4 = t; t = low(HADAMARD, a5, a7, u1, v1); a7 = high(HADAMARD, a5, a7, u1, v1); a5 = t; }
    else if (k1 == PHASE) { a2 = high(PHASE, a0, a2, u1, v1); a3 = high(PHASE, a1, a3, u1, v1); a6 = high(PHASE, a4, a6, u1, v1); a7 = high(PHASE, a5, a7, u1, v1); }
    if (k2 == RX) { t = low(RX, a0, a4, u2, v2); a4 = high(RX, a0, a4, u2, v2); a0 = t; t = low(RX, a1, a5, u2, v2); a5 = high(RX, a1, a5, u2, v2); a1 = t; t = low(RX, a2, a6, u2, v2); a6 = high(RX, a2, a6, u2, v2); a2 = t; t = low(RX, a3, a7, u2, v2); a7 = high(RX, a3, a7, u2, v2); a3 = t; }
    else if (k2 == RY) { t = low(RY, a0, a4, u2, v2); a4 = high(RY, a0, a4, u2, v2); a0 = t; t = low(RY, a1, a5, u2, v2); a5 = high(RY, a1, a5, u2, v2); a1 = t; t = low(RY, a2, a6, u2, v2); a6 = high(RY, a2, a6, u2, v2); a2 = t; t = low(RY, a3, a7, u2, v2); a7 = high(RY, a3, a7, u2, v2); a3 = t; }
    else if (k2 == RZ) { t = low(RZ, a0, a4, u2, v2); a4 = high(RZ, a0, a4, u2, v2); a0 = t; t = low(RZ, a1, a5, u2, v2); a5 = high(RZ, a1, a5, u2, v2); a1 = t; t = low(RZ, a2, a6, u2, v2); a6 = high(RZ, a2, a6, u2, v2); a2 = t; t = low(RZ, a3, a7, u2, v2); a7 = high(RZ, a3, a7, u2, v2); a3 = t; }
    else if (k2 == HADAMARD) { t = low(HADAMARD, a0, a4, u2, v2); a4 = high(HADAMARD, a0, a4, u2, v2); a0 = t; t = low(HADAMARD, a1, a5, u2, v2); a5 = high(HADAMARD, a1, a5, u2, v2); a1 = t; t = low(HADAMARD, a2, a6, u2, v2); a6 = high(HADAMARD, a2, a6, u2, v2); a2 = t; t = low(HADAMARD, a3, a7, u2, v2); a7 = high(HADAMARD, a3, a7, u2, v2); a3 = t; }
    else if (k2 == PHASE) { a4 = high(PHASE, a0, a4, u2, v2); a5 = high(PHASE, a1, a5, u2, v2); a6 = high(PHASE, a2, a6, u2, v2); a7 = high(PHASE, a3, a7, u2, v2); }
    if (signed) {
      a0 = v128.xor(a0, v128.load64_splat(variant, SIGNS)); a1 = v128.xor(a1, v128.load64_splat(variant, SIGNS + 8));
      a2 = v128.xor(a2, v128.load64_splat(variant, SIGNS + 16)); a3 = v128.xor(a3, v128.load64_splat(variant, SIGNS + 24));
      a4 = v128.xor(a4, v128.load64_splat(variant, SIGNS + 32)); a5 = v128.xor(a5, v128.load64_splat(variant, SIGNS + 40));
      a6 = v128.xor(a6, v128.load64_splat(variant, SIGNS + 48)); a7 = v128.xor(a7, v128.load64_splat(variant, SIGNS + 56));
    }
    if (still) {
      v128.store(p0, a0); v128.store(p1, a1); v128.store(p2, a2); v128.store(p3, a3);
      v128.store(p4, a4); v128.store(p5, a5); v128.store(p6, a6); v128.store(p7, a7);
    } else {
      v128.store(g0 + o, a0); v128.store(g1 + o, a1); v128.store(g2 + o, a2); v128.store(g3 + o, a3);
      v128.store(g4 + o, a4); v128.store(g5 + o, a5); v128.store(g6 + o, a6); v128.store(g7 + o, a7);
      o = ((o | outMask) + 16) & ~outMask;
    }
    i = ((i | inMask) + 16) & ~inMask;
  }
}

/** Kinds are told apart by branches that fall the same way all through a sweep: exact gates keep their order, so there are 125 triples of them (fused ones: loops.ts). */
export function tile(op: usize, variant: usize, source: usize, target: usize): void {
  const kinds = load<i32>(op, KINDS);
  const k0 = kinds & 15, k1 = (kinds >> 4) & 15, k2 = (kinds >> 8) & 15;
  if (load<u32>(variant, STILL)) sweep(true, k0, k1, k2, op, variant, source, source);
  else sweep(false, k0, k1, k2, op, variant, source, target);
}
