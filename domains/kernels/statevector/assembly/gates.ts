// Gates, in place. Every gate is one sweep over the state; controls only narrow the sweep.
//   A sweep visits each index whose distinguished bits are all 0, as bytes; `a` and `b` are byte offsets that set some of
//   those bits, so state+index+a and state+index+b are the two amplitudes the gate mixes (a diagonal gate uses b alone).
//   span0 <= span1 <= span2 are the byte values of the distinguished bits; one that is not needed equals `total`.

const HADAMARD = 0, PAULI_Y = 1, ROTATE_X = 2, ROTATE_Y = 3, ROTATE_Z = 4, PHASE = 5, TURN = 6, NEGATE = 7, EXCHANGE = 8;
const AMPLITUDE: usize = 16;
const ROOT_HALF: f64 = 0.7071067811865476;

// @ts-ignore: decorator
@inline
function pair(re: f64, im: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(re), 1, im);
}

/** (re, im) to (im, re). */
// @ts-ignore: decorator
@inline
function crossed(v: v128): v128 {
  return i64x2.shuffle(v, v, 1, 0);
}

/** Scales by the first factor and adds the crossed value scaled by the second: (c, c) and (-s, s) multiply by c + is. */
// @ts-ignore: decorator
@inline
function turned(v: v128, straight: v128, across: v128): v128 {
  return f64x2.add(f64x2.mul(v, straight), f64x2.mul(crossed(v), across));
}

// @ts-ignore: decorator
@inline
function mix(kind: i32, a: usize, b: usize, u: v128, v: v128): void {
  const y = v128.load(b);
  if (kind == PHASE) { v128.store(b, turned(y, u, v)); return; }
  if (kind == TURN) { v128.store(b, f64x2.mul(crossed(y), v)); return; }
  if (kind == NEGATE) { v128.store(b, f64x2.neg(y)); return; }
  const x = v128.load(a);
  if (kind == HADAMARD) {
    v128.store(a, f64x2.mul(f64x2.add(x, y), u));
    v128.store(b, f64x2.mul(f64x2.sub(x, y), u));
  } else if (kind == PAULI_Y) {
    v128.store(a, f64x2.mul(crossed(y), v));
    v128.store(b, f64x2.mul(crossed(x), u));
  } else if (kind == ROTATE_X) {
    v128.store(a, f64x2.add(f64x2.mul(x, u), f64x2.mul(crossed(y), v)));
    v128.store(b, f64x2.add(f64x2.mul(y, u), f64x2.mul(crossed(x), v)));
  } else if (kind == ROTATE_Y) {
    v128.store(a, f64x2.sub(f64x2.mul(x, u), f64x2.mul(y, v)));
    v128.store(b, f64x2.add(f64x2.mul(y, u), f64x2.mul(x, v)));
  } else if (kind == ROTATE_Z) {
    v128.store(a, turned(x, u, f64x2.neg(v)));
    v128.store(b, turned(y, u, v));
  } else {
    v128.store(a, y);
    v128.store(b, x);
  }
}

// `kind` is a constant at every call, so each exported gate keeps one branch of `mix`.
// @ts-ignore: decorator
@inline
function sweep(kind: i32, state: usize, total: usize, span0: usize, span1: usize, span2: usize, a: usize, b: usize, u: v128, v: v128): void {
  // A span that is not needed is gone through once: twice 2^31 bytes would be no step at all.
  const step0 = span0 == total ? total : span0 << 1, step1 = span1 == total ? total : span1 << 1, step2 = span2 == total ? total : span2 << 1;
  for (let high: usize = 0; high < total; high += step2) {
    for (let middle = high; middle < high + span2; middle += step1) {
      for (let row = middle; row < middle + span1; row += step0) {
        for (let at = state + row; at < state + row + span0; at += AMPLITUDE) mix(kind, at + a, at + b, u, v);
      }
    }
  }
}

export function hadamard(state: usize, total: usize, span0: usize, span1: usize, span2: usize, a: usize, b: usize): void {
  const u = f64x2.splat(ROOT_HALF);
  sweep(HADAMARD, state, total, span0, span1, span2, a, b, u, u);
}

export function pauliY(state: usize, total: usize, span0: usize, span1: usize, span2: usize, a: usize, b: usize): void {
  sweep(PAULI_Y, state, total, span0, span1, span2, a, b, pair(-1, 1), pair(1, -1));
}

/** exp(-iθX/2) with c = cos(θ/2), s = sin(θ/2). */
export function rotateX(state: usize, total: usize, span0: usize, span1: usize, span2: usize, a: usize, b: usize, c: f64, s: f64): void {
  sweep(ROTATE_X, state, total, span0, span1, span2, a, b, f64x2.splat(c), pair(s, -s));
}

/** exp(-iθY/2) with c = cos(θ/2), s = sin(θ/2). */
export function rotateY(state: usize, total: usize, span0: usize, span1: usize, span2: usize, a: usize, b: usize, c: f64, s: f64): void {
  sweep(ROTATE_Y, state, total, span0, span1, span2, a, b, f64x2.splat(c), f64x2.splat(s));
}

/** exp(-iθZ/2) with c = cos(θ/2), s = sin(θ/2). */
export function rotateZ(state: usize, total: usize, span0: usize, span1: usize, span2: usize, a: usize, b: usize, c: f64, s: f64): void {
  sweep(ROTATE_Z, state, total, span0, span1, span2, a, b, f64x2.splat(c), pair(-s, s));
}

/** Multiplies by c + is where the bits of b are set. */
export function phase(state: usize, total: usize, span0: usize, span1: usize, span2: usize, b: usize, c: f64, s: f64): void {
  sweep(PHASE, state, total, span0, span1, span2, 0, b, f64x2.splat(c), pair(-s, s));
}

/** Multiplies by i (sign 1) or -i (sign -1) where the bits of b are set. */
export function turn(state: usize, total: usize, span0: usize, span1: usize, span2: usize, b: usize, sign: f64): void {
  const v = pair(-sign, sign);
  sweep(TURN, state, total, span0, span1, span2, 0, b, v, v);
}

/** Multiplies by -1 where the bits of b are set. */
export function negate(state: usize, total: usize, span0: usize, span1: usize, span2: usize, b: usize): void {
  const none = f64x2.splat(0);
  sweep(NEGATE, state, total, span0, span1, span2, 0, b, none, none);
}

/** Swaps the two amplitudes: X, CX, CCX and SWAP differ in their spans and offsets only. */
export function exchange(state: usize, total: usize, span0: usize, span1: usize, span2: usize, a: usize, b: usize): void {
  const none = f64x2.splat(0);
  sweep(EXCHANGE, state, total, span0, span1, span2, a, b, none, none);
}
