// Tiles: up to three gates on three qubits, eight amplitudes at a time, without going back to memory between them.
//   T1  Gates act slot by slot, in order; then each amplitude goes where the tile's permutation sends it, negated if told.
//   T2  A gate's arithmetic is that of gates.ts, operation by operation; TANGENT_X and TANGENT_Y leave out the cosine (fusion.ts).
//   T3  Reading and writing have their own masks and offsets, so a tile may carry a block between the state and a buffer.

export const NONE = 0, RX = 1, RY = 2, RZ = 3, HADAMARD = 4, PHASE = 5, TANGENT_X = 6, TANGENT_Y = 7;
const KINDS: usize = 8, IN_MASK: usize = 16, OUT_MASK: usize = 20, COUNT: usize = 24, FACTORS: usize = 32;
/** In a variant: whether amplitudes are negated, eight offsets to read from, eight to write to, eight sign words. */
const SIGNED: usize = 8, FROM: usize = 16, TO: usize = 48, SIGNS: usize = 80;

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
  if (kind == HADAMARD) return f64x2.mul(f64x2.add(x, y), u);
  if (kind == TANGENT_X) return f64x2.add(x, f64x2.mul(crossed(y), v));
  return f64x2.sub(x, f64x2.mul(y, v)); // TANGENT_Y
}

/** What becomes of the amplitude of 1. */
// @ts-ignore: decorator
@inline
function high(kind: i32, x: v128, y: v128, u: v128, v: v128): v128 {
  if (kind == RX) return f64x2.add(f64x2.mul(y, u), f64x2.mul(crossed(x), v));
  if (kind == RY) return f64x2.add(f64x2.mul(y, u), f64x2.mul(x, v));
  if (kind == RZ || kind == PHASE) return f64x2.add(f64x2.mul(y, u), f64x2.mul(crossed(y), v));
  if (kind == HADAMARD) return f64x2.mul(f64x2.sub(x, y), u);
  if (kind == TANGENT_X) return f64x2.add(y, f64x2.mul(crossed(x), v));
  return f64x2.add(y, f64x2.mul(x, v)); // TANGENT_Y
}

/** One variant of a tile over a block. Kinds that are constants at the call leave one branch each. */
// @ts-ignore: decorator
@inline
function sweep(k0: i32, k1: i32, k2: i32, op: usize, variant: usize, source: usize, target: usize): void {
  const inMask: usize = load<u32>(op, IN_MASK), outMask: usize = load<u32>(op, OUT_MASK);
  const f0: usize = source + load<u32>(variant, FROM), f1: usize = source + load<u32>(variant, FROM + 4), f2: usize = source + load<u32>(variant, FROM + 8), f3: usize = source + load<u32>(variant, FROM + 12);
  const f4: usize = source + load<u32>(variant, FROM + 16), f5: usize = source + load<u32>(variant, FROM + 20), f6: usize = source + load<u32>(variant, FROM + 24), f7: usize = source + load<u32>(variant, FROM + 28);
  const g0: usize = target + load<u32>(variant, TO), g1: usize = target + load<u32>(variant, TO + 4), g2: usize = target + load<u32>(variant, TO + 8), g3: usize = target + load<u32>(variant, TO + 12);
  const g4: usize = target + load<u32>(variant, TO + 16), g5: usize = target + load<u32>(variant, TO + 20), g6: usize = target + load<u32>(variant, TO + 24), g7: usize = target + load<u32>(variant, TO + 28);
  const u0 = v128.load(op, FACTORS), v0 = v128.load(op, FACTORS + 16), u1 = v128.load(op, FACTORS + 32);
  const v1 = v128.load(op, FACTORS + 48), u2 = v128.load(op, FACTORS + 64), v2 = v128.load(op, FACTORS + 80);
  const signed = load<u32>(variant, SIGNED);
  let i: usize = 0;
  let o: usize = 0;
  for (let left = load<u32>(op, COUNT); left > 0; left--) {
    let a0 = v128.load(f0 + i), a1 = v128.load(f1 + i), a2 = v128.load(f2 + i), a3 = v128.load(f3 + i);
    let a4 = v128.load(f4 + i), a5 = v128.load(f5 + i), a6 = v128.load(f6 + i), a7 = v128.load(f7 + i);
    let t: v128;
    if (k0 == RX) { t = low(RX, a0, a1, u0, v0); a1 = high(RX, a0, a1, u0, v0); a0 = t; t = low(RX, a2, a3, u0, v0); a3 = high(RX, a2, a3, u0, v0); a2 = t; t = low(RX, a4, a5, u0, v0); a5 = high(RX, a4, a5, u0, v0); a4 = t; t = low(RX, a6, a7, u0, v0); a7 = high(RX, a6, a7, u0, v0); a6 = t; }
    else if (k0 == RY) { t = low(RY, a0, a1, u0, v0); a1 = high(RY, a0, a1, u0, v0); a0 = t; t = low(RY, a2, a3, u0, v0); a3 = high(RY, a2, a3, u0, v0); a2 = t; t = low(RY, a4, a5, u0, v0); a5 = high(RY, a4, a5, u0, v0); a4 = t; t = low(RY, a6, a7, u0, v0); a7 = high(RY, a6, a7, u0, v0); a6 = t; }
    else if (k0 == RZ) { t = low(RZ, a0, a1, u0, v0); a1 = high(RZ, a0, a1, u0, v0); a0 = t; t = low(RZ, a2, a3, u0, v0); a3 = high(RZ, a2, a3, u0, v0); a2 = t; t = low(RZ, a4, a5, u0, v0); a5 = high(RZ, a4, a5, u0, v0); a4 = t; t = low(RZ, a6, a7, u0, v0); a7 = high(RZ, a6, a7, u0, v0); a6 = t; }
    else if (k0 == HADAMARD) { t = low(HADAMARD, a0, a1, u0, v0); a1 = high(HADAMARD, a0, a1, u0, v0); a0 = t; t = low(HADAMARD, a2, a3, u0, v0); a3 = high(HADAMARD, a2, a3, u0, v0); a2 = t; t = low(HADAMARD, a4, a5, u0, v0); a5 = high(HADAMARD, a4, a5, u0, v0); a4 = t; t = low(HADAMARD, a6, a7, u0, v0); a7 = high(HADAMARD, a6, a7, u0, v0); a6 = t; }
    else if (k0 == PHASE) { a1 = high(PHASE, a0, a1, u0, v0); a3 = high(PHASE, a2, a3, u0, v0); a5 = high(PHASE, a4, a5, u0, v0); a7 = high(PHASE, a6, a7, u0, v0); }
    else if (k0 == TANGENT_X) { t = low(TANGENT_X, a0, a1, u0, v0); a1 = high(TANGENT_X, a0, a1, u0, v0); a0 = t; t = low(TANGENT_X, a2, a3, u0, v0); a3 = high(TANGENT_X, a2, a3, u0, v0); a2 = t; t = low(TANGENT_X, a4, a5, u0, v0); a5 = high(TANGENT_X, a4, a5, u0, v0); a4 = t; t = low(TANGENT_X, a6, a7, u0, v0); a7 = high(TANGENT_X, a6, a7, u0, v0); a6 = t; }
    else if (k0 == TANGENT_Y) { t = low(TANGENT_Y, a0, a1, u0, v0); a1 = high(TANGENT_Y, a0, a1, u0, v0); a0 = t; t = low(TANGENT_Y, a2, a3, u0, v0); a3 = high(TANGENT_Y, a2, a3, u0, v0); a2 = t; t = low(TANGENT_Y, a4, a5, u0, v0); a5 = high(TANGENT_Y, a4, a5, u0, v0); a4 = t; t = low(TANGENT_Y, a6, a7, u0, v0); a7 = high(TANGENT_Y, a6, a7, u0, v0); a6 = t; }
    if (k1 == RX) { t = low(RX, a0, a2, u1, v1); a2 = high(RX, a0, a2, u1, v1); a0 = t; t = low(RX, a1, a3, u1, v1); a3 = high(RX, a1, a3, u1, v1); a1 = t; t = low(RX, a4, a6, u1, v1); a6 = high(RX, a4, a6, u1, v1); a4 = t; t = low(RX, a5, a7, u1, v1); a7 = high(RX, a5, a7, u1, v1); a5 = t; }
    else if (k1 == RY) { t = low(RY, a0, a2, u1, v1); a2 = high(RY, a0, a2, u1, v1); a0 = t; t = low(RY, a1, a3, u1, v1); a3 = high(RY, a1, a3, u1, v1); a1 = t; t = low(RY, a4, a6, u1, v1); a6 = high(RY, a4, a6, u1, v1); a4 = t; t = low(RY, a5, a7, u1, v1); a7 = high(RY, a5, a7, u1, v1); a5 = t; }
    else if (k1 == RZ) { t = low(RZ, a0, a2, u1, v1); a2 = high(RZ, a0, a2, u1, v1); a0 = t; t = low(RZ, a1, a3, u1, v1); a3 = high(RZ, a1, a3, u1, v1); a1 = t; t = low(RZ, a4, a6, u1, v1); a6 = high(RZ, a4, a6, u1, v1); a4 = t; t = low(RZ, a5, a7, u1, v1); a7 = high(RZ, a5, a7, u1, v1); a5 = t; }
    else if (k1 == HADAMARD) { t = low(HADAMARD, a0, a2, u1, v1); a2 = high(HADAMARD, a0, a2, u1, v1); a0 = t; t = low(HADAMARD, a1, a3, u1, v1); a3 = high(HADAMARD, a1, a3, u1, v1); a1 = t; t = low(HADAMARD, a4, a6, u1, v1); a6 = high(HADAMARD, a4, a6, u1, v1); a4 = t; t = low(HADAMARD, a5, a7, u1, v1); a7 = high(HADAMARD, a5, a7, u1, v1); a5 = t; }
    else if (k1 == PHASE) { a2 = high(PHASE, a0, a2, u1, v1); a3 = high(PHASE, a1, a3, u1, v1); a6 = high(PHASE, a4, a6, u1, v1); a7 = high(PHASE, a5, a7, u1, v1); }
    else if (k1 == TANGENT_X) { t = low(TANGENT_X, a0, a2, u1, v1); a2 = high(TANGENT_X, a0, a2, u1, v1); a0 = t; t = low(TANGENT_X, a1, a3, u1, v1); a3 = high(TANGENT_X, a1, a3, u1, v1); a1 = t; t = low(TANGENT_X, a4, a6, u1, v1); a6 = high(TANGENT_X, a4, a6, u1, v1); a4 = t; t = low(TANGENT_X, a5, a7, u1, v1); a7 = high(TANGENT_X, a5, a7, u1, v1); a5 = t; }
    else if (k1 == TANGENT_Y) { t = low(TANGENT_Y, a0, a2, u1, v1); a2 = high(TANGENT_Y, a0, a2, u1, v1); a0 = t; t = low(TANGENT_Y, a1, a3, u1, v1); a3 = high(TANGENT_Y, a1, a3, u1, v1); a1 = t; t = low(TANGENT_Y, a4, a6, u1, v1); a6 = high(TANGENT_Y, a4, a6, u1, v1); a4 = t; t = low(TANGENT_Y, a5, a7, u1, v1); a7 = high(TANGENT_Y, a5, a7, u1, v1); a5 = t; }
    if (k2 == RX) { t = low(RX, a0, a4, u2, v2); a4 = high(RX, a0, a4, u2, v2); a0 = t; t = low(RX, a1, a5, u2, v2); a5 = high(RX, a1, a5, u2, v2); a1 = t; t = low(RX, a2, a6, u2, v2); a6 = high(RX, a2, a6, u2, v2); a2 = t; t = low(RX, a3, a7, u2, v2); a7 = high(RX, a3, a7, u2, v2); a3 = t; }
    else if (k2 == RY) { t = low(RY, a0, a4, u2, v2); a4 = high(RY, a0, a4, u2, v2); a0 = t; t = low(RY, a1, a5, u2, v2); a5 = high(RY, a1, a5, u2, v2); a1 = t; t = low(RY, a2, a6, u2, v2); a6 = high(RY, a2, a6, u2, v2); a2 = t; t = low(RY, a3, a7, u2, v2); a7 = high(RY, a3, a7, u2, v2); a3 = t; }
    else if (k2 == RZ) { t = low(RZ, a0, a4, u2, v2); a4 = high(RZ, a0, a4, u2, v2); a0 = t; t = low(RZ, a1, a5, u2, v2); a5 = high(RZ, a1, a5, u2, v2); a1 = t; t = low(RZ, a2, a6, u2, v2); a6 = high(RZ, a2, a6, u2, v2); a2 = t; t = low(RZ, a3, a7, u2, v2); a7 = high(RZ, a3, a7, u2, v2); a3 = t; }
    else if (k2 == HADAMARD) { t = low(HADAMARD, a0, a4, u2, v2); a4 = high(HADAMARD, a0, a4, u2, v2); a0 = t; t = low(HADAMARD, a1, a5, u2, v2); a5 = high(HADAMARD, a1, a5, u2, v2); a1 = t; t = low(HADAMARD, a2, a6, u2, v2); a6 = high(HADAMARD, a2, a6, u2, v2); a2 = t; t = low(HADAMARD, a3, a7, u2, v2); a7 = high(HADAMARD, a3, a7, u2, v2); a3 = t; }
    else if (k2 == PHASE) { a4 = high(PHASE, a0, a4, u2, v2); a5 = high(PHASE, a1, a5, u2, v2); a6 = high(PHASE, a2, a6, u2, v2); a7 = high(PHASE, a3, a7, u2, v2); }
    else if (k2 == TANGENT_X) { t = low(TANGENT_X, a0, a4, u2, v2); a4 = high(TANGENT_X, a0, a4, u2, v2); a0 = t; t = low(TANGENT_X, a1, a5, u2, v2); a5 = high(TANGENT_X, a1, a5, u2, v2); a1 = t; t = low(TANGENT_X, a2, a6, u2, v2); a6 = high(TANGENT_X, a2, a6, u2, v2); a2 = t; t = low(TANGENT_X, a3, a7, u2, v2); a7 = high(TANGENT_X, a3, a7, u2, v2); a3 = t; }
    else if (k2 == TANGENT_Y) { t = low(TANGENT_Y, a0, a4, u2, v2); a4 = high(TANGENT_Y, a0, a4, u2, v2); a0 = t; t = low(TANGENT_Y, a1, a5, u2, v2); a5 = high(TANGENT_Y, a1, a5, u2, v2); a1 = t; t = low(TANGENT_Y, a2, a6, u2, v2); a6 = high(TANGENT_Y, a2, a6, u2, v2); a2 = t; t = low(TANGENT_Y, a3, a7, u2, v2); a7 = high(TANGENT_Y, a3, a7, u2, v2); a3 = t; }
    if (signed) {
      a0 = v128.xor(a0, v128.load64_splat(variant, SIGNS)); a1 = v128.xor(a1, v128.load64_splat(variant, SIGNS + 8));
      a2 = v128.xor(a2, v128.load64_splat(variant, SIGNS + 16)); a3 = v128.xor(a3, v128.load64_splat(variant, SIGNS + 24));
      a4 = v128.xor(a4, v128.load64_splat(variant, SIGNS + 32)); a5 = v128.xor(a5, v128.load64_splat(variant, SIGNS + 40));
      a6 = v128.xor(a6, v128.load64_splat(variant, SIGNS + 48)); a7 = v128.xor(a7, v128.load64_splat(variant, SIGNS + 56));
    }
    v128.store(g0 + o, a0); v128.store(g1 + o, a1); v128.store(g2 + o, a2); v128.store(g3 + o, a3);
    v128.store(g4 + o, a4); v128.store(g5 + o, a5); v128.store(g6 + o, a6); v128.store(g7 + o, a7);
    i = ((i | inMask) + 16) & ~inMask;
    o = ((o | outMask) + 16) & ~outMask;
  }
}

class OfX {}
class OfY {}
class OfZ {}

// @ts-ignore: decorator
@inline
function kindOf<K>(): i32 {
  return idof<K>() == idof<OfX>() ? TANGENT_X : idof<K>() == idof<OfY>() ? TANGENT_Y : PHASE;
}

/** The triples a fused circuit is made of have a loop each: without their branches they are a fifth quicker. */
function triple<A, B, C>(op: usize, variant: usize, source: usize, target: usize): void {
  sweep(kindOf<A>(), kindOf<B>(), kindOf<C>(), op, variant, source, target);
}

function last<A, B>(kind: i32, op: usize, variant: usize, source: usize, target: usize): void {
  if (kind == TANGENT_X) triple<A, B, OfX>(op, variant, source, target);
  else if (kind == TANGENT_Y) triple<A, B, OfY>(op, variant, source, target);
  else triple<A, B, OfZ>(op, variant, source, target);
}

function middle<A>(kind: i32, next: i32, op: usize, variant: usize, source: usize, target: usize): void {
  if (kind == TANGENT_X) last<A, OfX>(next, op, variant, source, target);
  else if (kind == TANGENT_Y) last<A, OfY>(next, op, variant, source, target);
  else last<A, OfZ>(next, op, variant, source, target);
}

function mixed(k0: i32, k1: i32, k2: i32, op: usize, variant: usize, source: usize, target: usize): void {
  sweep(k0, k1, k2, op, variant, source, target);
}

export function tile(op: usize, variant: usize, source: usize, target: usize): void {
  const kinds = load<i32>(op, KINDS);
  const k0 = kinds & 15, k1 = (kinds >> 4) & 15, k2 = (kinds >> 8) & 15;
  if (min(min(k0, k1), k2) < PHASE) mixed(k0, k1, k2, op, variant, source, target);
  else if (k0 == TANGENT_X) middle<OfX>(k1, k2, op, variant, source, target);
  else if (k0 == TANGENT_Y) middle<OfY>(k1, k2, op, variant, source, target);
  else middle<OfZ>(k1, k2, op, variant, source, target);
}
