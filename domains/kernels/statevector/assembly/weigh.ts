// Probabilities, and what a measurement does to the state.
//   W1  The sum of an array of 2^m weights is folded: the upper half is added onto the lower half until one is left. A sum
//       over part of the array is the same fold with zeros elsewhere (x + 0 = x), so a probability has the same bits
//       whether it is read from the projected state or from the weights the projection keeps.
//   W2  A projection does not normalise: P(0) = w0 / (w0 + w1). Rescaling is by powers of two, which round nothing.

/** The weights of 0 and 1 that the last fold left. */
export let weight0: f64 = 0;
export let weight1: f64 = 0;

/** target[j] = source[j] + source[j + half] for j < half. */
function halve(target: usize, source: usize, half: usize): void {
  if (half == 1) {
    store<f64>(target, load<f64>(source) + load<f64>(source, 8));
    return;
  }
  const bytes = half << 3;
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(target + at, f64x2.add(v128.load(source + at), v128.load(source + at + bytes)));
  }
}

/** |amplitude|² of two neighbours. */
// @ts-ignore: decorator
@inline
function squares(at: usize): v128 {
  const x = v128.load(at);
  const y = v128.load(at, 16);
  const xx = f64x2.mul(x, x);
  const yy = f64x2.mul(y, y);
  return f64x2.add(i64x2.shuffle(xx, yy, 0, 2), i64x2.shuffle(xx, yy, 1, 3));
}

// @ts-ignore: decorator
@inline
function square(at: usize): f64 {
  const re = load<f64>(at);
  const im = load<f64>(at, 8);
  return re * re + im * im;
}

/** target[j] = |amplitude j|² + |amplitude j + half|² for j < half. */
function halveSquares(target: usize, source: usize, half: usize): void {
  if (half == 1) {
    store<f64>(target, square(source) + square(source + 16));
    return;
  }
  for (let j: usize = 0; j < half; j += 2) {
    v128.store(target + (j << 3), f64x2.add(squares(source + (j << 4)), squares(source + ((j + half) << 4))));
  }
}

/** Folds 2^bits weights in place over every bit but one. */
function foldAround(weights: usize, bits: i32, kept: i32): void {
  for (let bit = bits - 1; bit > kept; bit--) halve(weights, weights, <usize>1 << bit);
  const upper = weights + (<usize>8 << kept);
  for (let bit = kept - 1; bit >= 0; bit--) {
    halve(weights, weights, <usize>1 << bit);
    halve(upper, upper, <usize>1 << bit);
  }
  weight0 = load<f64>(weights);
  weight1 = load<f64>(upper);
}

/** As foldAround, but the weights stay as they are; scratch holds 2^(bits-1). */
export function foldAside(weights: usize, bits: i32, kept: i32, scratch: usize): void {
  if (bits == 1) {
    weight0 = load<f64>(weights);
    weight1 = load<f64>(weights, 8);
    return;
  }
  if (kept < bits - 1) {
    halve(scratch, weights, <usize>1 << (bits - 1));
    foldAround(scratch, bits - 1, kept);
    return;
  }
  const quarter = <usize>1 << (bits - 2);
  halve(scratch, weights, quarter);
  halve(scratch + (quarter << 3), weights + (quarter << 4), quarter);
  foldAround(scratch, bits - 1, bits - 2);
}

// @ts-ignore: decorator
@inline
function spread(index: usize, bit: usize): usize {
  return (index & (bit - 1)) | ((index & ~(bit - 1)) << 1);
}

/** |amplitude|² of two neighbours and of those `bit` above. */
// @ts-ignore: decorator
@inline
function twoSquares(at: usize, bit: usize): v128 {
  return f64x2.add(squares(at), squares(at + bit));
}

/** The same, and of those `next` above all of them: two folds. */
// @ts-ignore: decorator
@inline
function fourSquares(at: usize, bit: usize, next: usize): v128 {
  return f64x2.add(twoSquares(at, bit), twoSquares(at + next, bit));
}

/** A share of the first three folds at once, over the bits a > b > c of the index, `count` weights into a row: what is read is read once (W1). */
export function squareShare(part: usize, share: usize, state: usize): void {
  const row: usize = load<u32>(part, 8), count: usize = load<u32>(part, 12);
  const a: usize = load<u32>(part, 16), b: usize = load<u32>(part, 20), c: usize = load<u32>(part, 24);
  const from = share * count;
  const source = state + (spread(spread(spread(from, c), b), a) << 4);
  for (let j: usize = 0; j < count; j += 2) {
    const at = source + (j << 4);
    v128.store(row + (from + j << 3), f64x2.add(fourSquares(at, a << 4, b << 4), fourSquares(at + (c << 4), a << 4, b << 4)));
  }
}

/** The weight of 0 on bit `kept` of 2^bits weights, which are used up; `weightOfOne` gives the other. */
export function weighRow(weights: usize, bits: i32, kept: i32): f64 {
  foldAround(weights, bits, kept);
  return weight0;
}

/** The weight of 0 on `qubit`; `weightOfOne` gives the other. scratch holds 2^(qubits-1) doubles. */
export function weigh(state: usize, qubits: i32, qubit: i32, scratch: usize): f64 {
  if (qubits == 1) {
    weight0 = square(state);
    weight1 = square(state + 16);
  } else if (qubit < qubits - 1) {
    halveSquares(scratch, state, <usize>1 << (qubits - 1));
    foldAround(scratch, qubits - 1, qubit);
  } else {
    const quarter = <usize>1 << (qubits - 2);
    halveSquares(scratch, state, quarter);
    halveSquares(scratch + (quarter << 3), state + (quarter << 5), quarter);
    foldAround(scratch, qubits - 1, qubits - 2);
  }
  return weight0;
}

export function weightOfOne(): f64 {
  return weight1;
}

/** Replaces the amplitudes by their squares, 2^qubits doubles at the start of the state: the end of this state. */
export function squareAll(state: usize, qubits: i32): void {
  const count = <usize>1 << qubits;
  for (let i: usize = 0; i < count; i += 2) v128.store(state + (i << 3), squares(state + (i << 4)));
}

/** All amplitudes 0. */
export function clear(state: usize, total: usize): void {
  memory.fill(state, 0, total);
}

/** Clears the amplitudes whose qubit is not `outcome`; span is the qubit's value in bytes. */
export function project(state: usize, total: usize, span: usize, outcome: i32): void {
  const none = f64x2.splat(0);
  const end = state + total;
  for (let row = state + (outcome == 0 ? span : 0); row < end; row += span << 1) {
    for (let at = row; at < row + span; at += 16) v128.store(at, none);
  }
}

/** Moves the amplitudes of 1 to 0: what a reset does that read 1. */
export function lower(state: usize, total: usize, span: usize): void {
  const none = f64x2.splat(0);
  for (let row = state; row < state + total; row += span << 1) {
    for (let at = row; at < row + span; at += 16) {
      v128.store(at, v128.load(at + span));
      v128.store(at + span, none);
    }
  }
}

export function scale(state: usize, total: usize, factor: f64): void {
  const u = f64x2.splat(factor);
  for (let at = state; at < state + total; at += 16) v128.store(at, f64x2.mul(v128.load(at), u));
}
