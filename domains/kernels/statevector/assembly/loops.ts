// Loops of fused tiles: one for each selection of three kinds, so that a loop has no branch and its values stay in registers.
//   L1  A tile's slots come in the order TURN_X, TURN_Y, PHASE, NONE. A loop's number is 16·(its TURN_X) + 4·(its TURN_Y) + (its PHASE).
//   L2  TURN_Y: x - t·y, y + t·x. TURN_X: x - i·t·y, y - i·t·x, worked on with real and imaginary parts exchanged wherever an odd number of
//       TURN_X slots is 1: there it is TURN_Y with a t of opposite signs, so a tile exchanges four amplitudes however many it turns.
//   L3  PHASE multiplies what stands at 1 with u + iv.

const X = 0, Y = 1, P = 2, N = 3;
const AMPLITUDE: usize = 16;
const LOOP: usize = 8, IN_MASK: usize = 16, OUT_MASK: usize = 20, COUNT: usize = 24, FACTORS: usize = 32;
const SIGNED: usize = 8, FROM: usize = 16, TO: usize = 48, SIGNS: usize = 80;

// @ts-ignore: decorator
@inline
function crossed(v: v128): v128 {
  return i64x2.shuffle(v, v, 1, 0);
}

// @ts-ignore: decorator
@inline
function crossedIf(odd: i32, v: v128): v128 {
  if (odd & 1) return crossed(v);
  return v;
}

/** What becomes of the amplitude of 0; `odd`: whether the other TURN_X slots of the pair have an odd number of ones. */
// @ts-ignore: decorator
@inline
function low(kind: i32, odd: i32, x: v128, y: v128, u: v128, v: v128): v128 {
  if (kind == X) {
    if (odd & 1) return f64x2.sub(x, f64x2.mul(y, v));
    return f64x2.add(x, f64x2.mul(y, v));
  }
  if (kind == Y) return f64x2.sub(x, f64x2.mul(y, v));
  return x;
}

// @ts-ignore: decorator
@inline
function high(kind: i32, odd: i32, x: v128, y: v128, u: v128, v: v128): v128 {
  if (kind == X) {
    if (odd & 1) return f64x2.add(y, f64x2.mul(x, v));
    return f64x2.sub(y, f64x2.mul(x, v));
  }
  if (kind == Y) return f64x2.add(y, f64x2.mul(x, v));
  if (kind == P) {
    if (odd & 1) return f64x2.sub(f64x2.mul(y, u), f64x2.mul(crossed(y), v));
    return f64x2.add(f64x2.mul(y, u), f64x2.mul(crossed(y), v));
  }
  return y;
}

// @ts-ignore: decorator
@inline
function read(at: usize, next: bool): v128 {
  if (next) return v128.load(at, AMPLITUDE);
  return v128.load(at);
}

// @ts-ignore: decorator
@inline
function write(at: usize, value: v128, next: bool): void {
  if (next) v128.store(at, value, AMPLITUDE);
  else v128.store(at, value);
}

/** The eight amplitudes that differ in the slots, where the pointers say or next to it; kinds and `next` are constants at the call. */
// @ts-ignore: decorator
@inline
function eight(k0: i32, k1: i32, k2: i32, next: bool, p0: usize, p1: usize, p2: usize, p3: usize, p4: usize, p5: usize, p6: usize, p7: usize,
  q0: usize, q1: usize, q2: usize, q3: usize, q4: usize, q5: usize, q6: usize, q7: usize,
  u0: v128, v0: v128, u1: v128, v1: v128, u2: v128, v2: v128, signed: u32, variant: usize): void {
  // Whether slot 0, 1, 2 is TURN_X, as the numbers parities are made of.
  const x0 = i32(k0 == X), x1 = i32(k1 == X), x2 = i32(k2 == X);
  let a0 = read(p0, next), a1 = crossedIf(x0, read(p1, next)), a2 = crossedIf(x1, read(p2, next)), a3 = crossedIf(x0 + x1, read(p3, next));
  let a4 = crossedIf(x2, read(p4, next)), a5 = crossedIf(x0 + x2, read(p5, next)), a6 = crossedIf(x1 + x2, read(p6, next)), a7 = crossedIf(x0 + x1 + x2, read(p7, next));
  let t: v128;
  t = low(k0, 0, a0, a1, u0, v0); a1 = high(k0, 0, a0, a1, u0, v0); a0 = t;
  t = low(k0, x1, a2, a3, u0, v0); a3 = high(k0, x1, a2, a3, u0, v0); a2 = t;
  t = low(k0, x2, a4, a5, u0, v0); a5 = high(k0, x2, a4, a5, u0, v0); a4 = t;
  t = low(k0, x1 + x2, a6, a7, u0, v0); a7 = high(k0, x1 + x2, a6, a7, u0, v0); a6 = t;
  t = low(k1, 0, a0, a2, u1, v1); a2 = high(k1, 0, a0, a2, u1, v1); a0 = t;
  t = low(k1, x0, a1, a3, u1, v1); a3 = high(k1, x0, a1, a3, u1, v1); a1 = t;
  t = low(k1, x2, a4, a6, u1, v1); a6 = high(k1, x2, a4, a6, u1, v1); a4 = t;
  t = low(k1, x0 + x2, a5, a7, u1, v1); a7 = high(k1, x0 + x2, a5, a7, u1, v1); a5 = t;
  t = low(k2, 0, a0, a4, u2, v2); a4 = high(k2, 0, a0, a4, u2, v2); a0 = t;
  t = low(k2, x0, a1, a5, u2, v2); a5 = high(k2, x0, a1, a5, u2, v2); a1 = t;
  t = low(k2, x1, a2, a6, u2, v2); a6 = high(k2, x1, a2, a6, u2, v2); a2 = t;
  t = low(k2, x0 + x1, a3, a7, u2, v2); a7 = high(k2, x0 + x1, a3, a7, u2, v2); a3 = t;
  a1 = crossedIf(x0, a1); a2 = crossedIf(x1, a2); a3 = crossedIf(x0 + x1, a3);
  a4 = crossedIf(x2, a4); a5 = crossedIf(x0 + x2, a5); a6 = crossedIf(x1 + x2, a6); a7 = crossedIf(x0 + x1 + x2, a7);
  if (signed) {
    a0 = v128.xor(a0, v128.load64_splat(variant, SIGNS)); a1 = v128.xor(a1, v128.load64_splat(variant, SIGNS + 8));
    a2 = v128.xor(a2, v128.load64_splat(variant, SIGNS + 16)); a3 = v128.xor(a3, v128.load64_splat(variant, SIGNS + 24));
    a4 = v128.xor(a4, v128.load64_splat(variant, SIGNS + 32)); a5 = v128.xor(a5, v128.load64_splat(variant, SIGNS + 40));
    a6 = v128.xor(a6, v128.load64_splat(variant, SIGNS + 48)); a7 = v128.xor(a7, v128.load64_splat(variant, SIGNS + 56));
  }
  write(q0, a0, next); write(q1, a1, next); write(q2, a2, next); write(q3, a3, next);
  write(q4, a4, next); write(q5, a5, next); write(q6, a6, next); write(q7, a7, next);
}

/** Two neighbours at a time if `pair`: qubit 0 is then none of the slots. */
// @ts-ignore: decorator
@inline
function sweep(pair: bool, k0: i32, k1: i32, k2: i32, op: usize, variant: usize, source: usize, target: usize): void {
  const inMask: usize = load<u32>(op, IN_MASK) | (pair ? <usize>AMPLITUDE : <usize>0), outMask: usize = load<u32>(op, OUT_MASK) | (pair ? <usize>AMPLITUDE : <usize>0);
  const first: usize = load<u32>(variant, FROM), s0: usize = load<u32>(variant, FROM + 4), s1: usize = load<u32>(variant, FROM + 8), s2: usize = load<u32>(variant, FROM + 12);
  const g0: usize = load<u32>(variant, TO), g1: usize = load<u32>(variant, TO + 4), g2: usize = load<u32>(variant, TO + 8), g3: usize = load<u32>(variant, TO + 12);
  const g4: usize = load<u32>(variant, TO + 16), g5: usize = load<u32>(variant, TO + 20), g6: usize = load<u32>(variant, TO + 24), g7: usize = load<u32>(variant, TO + 28);
  const u0 = v128.load(op, FACTORS), v0 = v128.load(op, FACTORS + 16), u1 = v128.load(op, FACTORS + 32);
  const v1 = v128.load(op, FACTORS + 48), u2 = v128.load(op, FACTORS + 64), v2 = v128.load(op, FACTORS + 80);
  const signed = load<u32>(variant, SIGNED);
  let i: usize = 0;
  let o: usize = 0;
  for (let left = load<u32>(op, COUNT) >> (pair ? 1 : 0); left > 0; left--) {
    const p0 = source + first + i, p1 = p0 + s0, p2 = p0 + s1, p3 = p1 + s1, p4 = p0 + s2, p5 = p1 + s2, p6 = p2 + s2, p7 = p3 + s2;
    const to = target + o;
    const q0 = to + g0, q1 = to + g1, q2 = to + g2, q3 = to + g3, q4 = to + g4, q5 = to + g5, q6 = to + g6, q7 = to + g7;
    eight(k0, k1, k2, false, p0, p1, p2, p3, p4, p5, p6, p7, q0, q1, q2, q3, q4, q5, q6, q7, u0, v0, u1, v1, u2, v2, signed, variant);
    if (pair) eight(k0, k1, k2, true, p0, p1, p2, p3, p4, p5, p6, p7, q0, q1, q2, q3, q4, q5, q6, q7, u0, v0, u1, v1, u2, v2, signed, variant);
    o = ((o | outMask) + AMPLITUDE) & ~outMask;
    i = ((i | inMask) + AMPLITUDE) & ~inMask;
  }
}

function nnn(o: usize, v: usize, s: usize, t: usize): void { sweep(false, N, N, N, o, v, s, t); }
function nnn2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, N, N, N, o, v, s, t); }
function pnn(o: usize, v: usize, s: usize, t: usize): void { sweep(false, P, N, N, o, v, s, t); }
function pnn2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, P, N, N, o, v, s, t); }
function ppn(o: usize, v: usize, s: usize, t: usize): void { sweep(false, P, P, N, o, v, s, t); }
function ppn2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, P, P, N, o, v, s, t); }
function ppp(o: usize, v: usize, s: usize, t: usize): void { sweep(false, P, P, P, o, v, s, t); }
function ppp2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, P, P, P, o, v, s, t); }
function ynn(o: usize, v: usize, s: usize, t: usize): void { sweep(false, Y, N, N, o, v, s, t); }
function ynn2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, Y, N, N, o, v, s, t); }
function ypn(o: usize, v: usize, s: usize, t: usize): void { sweep(false, Y, P, N, o, v, s, t); }
function ypn2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, Y, P, N, o, v, s, t); }
function ypp(o: usize, v: usize, s: usize, t: usize): void { sweep(false, Y, P, P, o, v, s, t); }
function ypp2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, Y, P, P, o, v, s, t); }
function yyn(o: usize, v: usize, s: usize, t: usize): void { sweep(false, Y, Y, N, o, v, s, t); }
function yyn2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, Y, Y, N, o, v, s, t); }
function yyp(o: usize, v: usize, s: usize, t: usize): void { sweep(false, Y, Y, P, o, v, s, t); }
function yyp2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, Y, Y, P, o, v, s, t); }
function yyy(o: usize, v: usize, s: usize, t: usize): void { sweep(false, Y, Y, Y, o, v, s, t); }
function yyy2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, Y, Y, Y, o, v, s, t); }
function xnn(o: usize, v: usize, s: usize, t: usize): void { sweep(false, X, N, N, o, v, s, t); }
function xnn2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, X, N, N, o, v, s, t); }
function xpn(o: usize, v: usize, s: usize, t: usize): void { sweep(false, X, P, N, o, v, s, t); }
function xpn2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, X, P, N, o, v, s, t); }
function xpp(o: usize, v: usize, s: usize, t: usize): void { sweep(false, X, P, P, o, v, s, t); }
function xpp2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, X, P, P, o, v, s, t); }
function xyn(o: usize, v: usize, s: usize, t: usize): void { sweep(false, X, Y, N, o, v, s, t); }
function xyn2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, X, Y, N, o, v, s, t); }
function xyp(o: usize, v: usize, s: usize, t: usize): void { sweep(false, X, Y, P, o, v, s, t); }
function xyp2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, X, Y, P, o, v, s, t); }
function xyy(o: usize, v: usize, s: usize, t: usize): void { sweep(false, X, Y, Y, o, v, s, t); }
function xyy2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, X, Y, Y, o, v, s, t); }
function xxn(o: usize, v: usize, s: usize, t: usize): void { sweep(false, X, X, N, o, v, s, t); }
function xxn2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, X, X, N, o, v, s, t); }
function xxp(o: usize, v: usize, s: usize, t: usize): void { sweep(false, X, X, P, o, v, s, t); }
function xxp2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, X, X, P, o, v, s, t); }
function xxy(o: usize, v: usize, s: usize, t: usize): void { sweep(false, X, X, Y, o, v, s, t); }
function xxy2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, X, X, Y, o, v, s, t); }
function xxx(o: usize, v: usize, s: usize, t: usize): void { sweep(false, X, X, X, o, v, s, t); }
function xxx2(o: usize, v: usize, s: usize, t: usize): void { sweep(true, X, X, X, o, v, s, t); }

/** Where a loop stands in the table of functions: called through it, each is compiled, and made fast, by itself. */
function loopOf(number: u32, pair: bool): u32 {
  switch (number) {
    case 1: return pair ? load<u32>(changetype<usize>(pnn2)) : load<u32>(changetype<usize>(pnn));
    case 2: return pair ? load<u32>(changetype<usize>(ppn2)) : load<u32>(changetype<usize>(ppn));
    case 3: return pair ? load<u32>(changetype<usize>(ppp2)) : load<u32>(changetype<usize>(ppp));
    case 4: return pair ? load<u32>(changetype<usize>(ynn2)) : load<u32>(changetype<usize>(ynn));
    case 5: return pair ? load<u32>(changetype<usize>(ypn2)) : load<u32>(changetype<usize>(ypn));
    case 6: return pair ? load<u32>(changetype<usize>(ypp2)) : load<u32>(changetype<usize>(ypp));
    case 8: return pair ? load<u32>(changetype<usize>(yyn2)) : load<u32>(changetype<usize>(yyn));
    case 9: return pair ? load<u32>(changetype<usize>(yyp2)) : load<u32>(changetype<usize>(yyp));
    case 12: return pair ? load<u32>(changetype<usize>(yyy2)) : load<u32>(changetype<usize>(yyy));
    case 16: return pair ? load<u32>(changetype<usize>(xnn2)) : load<u32>(changetype<usize>(xnn));
    case 17: return pair ? load<u32>(changetype<usize>(xpn2)) : load<u32>(changetype<usize>(xpn));
    case 18: return pair ? load<u32>(changetype<usize>(xpp2)) : load<u32>(changetype<usize>(xpp));
    case 20: return pair ? load<u32>(changetype<usize>(xyn2)) : load<u32>(changetype<usize>(xyn));
    case 21: return pair ? load<u32>(changetype<usize>(xyp2)) : load<u32>(changetype<usize>(xyp));
    case 24: return pair ? load<u32>(changetype<usize>(xyy2)) : load<u32>(changetype<usize>(xyy));
    case 32: return pair ? load<u32>(changetype<usize>(xxn2)) : load<u32>(changetype<usize>(xxn));
    case 33: return pair ? load<u32>(changetype<usize>(xxp2)) : load<u32>(changetype<usize>(xxp));
    case 36: return pair ? load<u32>(changetype<usize>(xxy2)) : load<u32>(changetype<usize>(xxy));
    case 48: return pair ? load<u32>(changetype<usize>(xxx2)) : load<u32>(changetype<usize>(xxx));
    default: return pair ? load<u32>(changetype<usize>(nnn2)) : load<u32>(changetype<usize>(nnn));
  }
}

/** Runs one variant of a tile by the loop of its kinds. */
export function run(op: usize, variant: usize, source: usize, target: usize): void {
  const pair = ((load<u32>(op, IN_MASK) | load<u32>(op, OUT_MASK)) & u32(AMPLITUDE)) == 0;
  call_indirect<void>(loopOf(load<u32>(op, LOOP), pair), op, variant, source, target);
}
