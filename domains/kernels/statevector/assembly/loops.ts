// Loops of fused tiles: one for each selection of three kinds, so that a loop has no branch and its values stay in registers.
//   L1  A tile's slots come in the order TURN_X, TURN_Y, PHASE, NONE. A loop's number is 16·(its TURN_X) + 4·(its TURN_Y) + (its PHASE).
//   L2  TURN_Y: x - t·y, y + t·x. TURN_X: x - i·t·y, y - i·t·x, worked on with real and imaginary parts exchanged wherever an odd number of
//       TURN_X slots is 1: there it is TURN_Y with a t of opposite signs, so a tile exchanges four amplitudes however many it turns.
//   L3  PHASE multiplies what stands at 1 with u + iv.

const X = 0, Y = 1, P = 2, N = 3;
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
function sweep(k0: i32, k1: i32, k2: i32, op: usize, variant: usize, source: usize, target: usize): void {
  const inMask: usize = load<u32>(op, IN_MASK), outMask: usize = load<u32>(op, OUT_MASK);
  const f0: usize = source + load<u32>(variant, FROM);
  const s0: usize = load<u32>(variant, FROM + 4) - load<u32>(variant, FROM), s1: usize = load<u32>(variant, FROM + 8) - load<u32>(variant, FROM), s2: usize = load<u32>(variant, FROM + 16) - load<u32>(variant, FROM);
  const g0: usize = target + load<u32>(variant, TO), g1: usize = target + load<u32>(variant, TO + 4), g2: usize = target + load<u32>(variant, TO + 8), g3: usize = target + load<u32>(variant, TO + 12);
  const g4: usize = target + load<u32>(variant, TO + 16), g5: usize = target + load<u32>(variant, TO + 20), g6: usize = target + load<u32>(variant, TO + 24), g7: usize = target + load<u32>(variant, TO + 28);
  const u0 = v128.load(op, FACTORS), v0 = v128.load(op, FACTORS + 16), u1 = v128.load(op, FACTORS + 32);
  const v1 = v128.load(op, FACTORS + 48), u2 = v128.load(op, FACTORS + 64), v2 = v128.load(op, FACTORS + 80);
  const signed = load<u32>(variant, SIGNED);
  // Whether slot 0, 1, 2 is TURN_X, as the numbers parities are made of.
  const x0 = i32(k0 == X), x1 = i32(k1 == X), x2 = i32(k2 == X);
  let i: usize = 0;
  let o: usize = 0;
  for (let left = load<u32>(op, COUNT); left > 0; left--) {
    const p0 = f0 + i, p1 = p0 + s0, p2 = p0 + s1, p3 = p1 + s1, p4 = p0 + s2, p5 = p1 + s2, p6 = p2 + s2, p7 = p3 + s2;
    let a0 = v128.load(p0), a1 = crossedIf(x0, v128.load(p1)), a2 = crossedIf(x1, v128.load(p2)), a3 = crossedIf(x0 + x1, v128.load(p3));
    let a4 = crossedIf(x2, v128.load(p4)), a5 = crossedIf(x0 + x2, v128.load(p5)), a6 = crossedIf(x1 + x2, v128.load(p6)), a7 = crossedIf(x0 + x1 + x2, v128.load(p7));
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
    v128.store(g0 + o, a0); v128.store(g1 + o, a1); v128.store(g2 + o, a2); v128.store(g3 + o, a3);
    v128.store(g4 + o, a4); v128.store(g5 + o, a5); v128.store(g6 + o, a6); v128.store(g7 + o, a7);
    o = ((o | outMask) + 16) & ~outMask;
    i = ((i | inMask) + 16) & ~inMask;
  }
}

function xxx(o: usize, v: usize, s: usize, t: usize): void { sweep(X, X, X, o, v, s, t); }
function xxy(o: usize, v: usize, s: usize, t: usize): void { sweep(X, X, Y, o, v, s, t); }
function xxp(o: usize, v: usize, s: usize, t: usize): void { sweep(X, X, P, o, v, s, t); }
function xxn(o: usize, v: usize, s: usize, t: usize): void { sweep(X, X, N, o, v, s, t); }
function xyy(o: usize, v: usize, s: usize, t: usize): void { sweep(X, Y, Y, o, v, s, t); }
function xyp(o: usize, v: usize, s: usize, t: usize): void { sweep(X, Y, P, o, v, s, t); }
function xyn(o: usize, v: usize, s: usize, t: usize): void { sweep(X, Y, N, o, v, s, t); }
function xpp(o: usize, v: usize, s: usize, t: usize): void { sweep(X, P, P, o, v, s, t); }
function xpn(o: usize, v: usize, s: usize, t: usize): void { sweep(X, P, N, o, v, s, t); }
function xnn(o: usize, v: usize, s: usize, t: usize): void { sweep(X, N, N, o, v, s, t); }
function yyy(o: usize, v: usize, s: usize, t: usize): void { sweep(Y, Y, Y, o, v, s, t); }
function yyp(o: usize, v: usize, s: usize, t: usize): void { sweep(Y, Y, P, o, v, s, t); }
function yyn(o: usize, v: usize, s: usize, t: usize): void { sweep(Y, Y, N, o, v, s, t); }
function ypp(o: usize, v: usize, s: usize, t: usize): void { sweep(Y, P, P, o, v, s, t); }
function ypn(o: usize, v: usize, s: usize, t: usize): void { sweep(Y, P, N, o, v, s, t); }
function ynn(o: usize, v: usize, s: usize, t: usize): void { sweep(Y, N, N, o, v, s, t); }
function ppp(o: usize, v: usize, s: usize, t: usize): void { sweep(P, P, P, o, v, s, t); }
function ppn(o: usize, v: usize, s: usize, t: usize): void { sweep(P, P, N, o, v, s, t); }
function pnn(o: usize, v: usize, s: usize, t: usize): void { sweep(P, N, N, o, v, s, t); }
function nnn(o: usize, v: usize, s: usize, t: usize): void { sweep(N, N, N, o, v, s, t); }

/** Where a loop stands in the table of functions: called through it, each is compiled, and made fast, by itself. */
function loopOf(number: u32): u32 {
  switch (number) {
    case 1: return load<u32>(changetype<usize>(pnn));
    case 2: return load<u32>(changetype<usize>(ppn));
    case 3: return load<u32>(changetype<usize>(ppp));
    case 4: return load<u32>(changetype<usize>(ynn));
    case 5: return load<u32>(changetype<usize>(ypn));
    case 6: return load<u32>(changetype<usize>(ypp));
    case 8: return load<u32>(changetype<usize>(yyn));
    case 9: return load<u32>(changetype<usize>(yyp));
    case 12: return load<u32>(changetype<usize>(yyy));
    case 16: return load<u32>(changetype<usize>(xnn));
    case 17: return load<u32>(changetype<usize>(xpn));
    case 18: return load<u32>(changetype<usize>(xpp));
    case 20: return load<u32>(changetype<usize>(xyn));
    case 21: return load<u32>(changetype<usize>(xyp));
    case 24: return load<u32>(changetype<usize>(xyy));
    case 32: return load<u32>(changetype<usize>(xxn));
    case 33: return load<u32>(changetype<usize>(xxp));
    case 36: return load<u32>(changetype<usize>(xxy));
    case 48: return load<u32>(changetype<usize>(xxx));
    default: return load<u32>(changetype<usize>(nnn));
  }
}

/** Runs one variant of a tile by the loop of its kinds. */
export function run(op: usize, variant: usize, source: usize, target: usize): void {
  call_indirect<void>(loopOf(load<u32>(op, LOOP)), op, variant, source, target);
}
