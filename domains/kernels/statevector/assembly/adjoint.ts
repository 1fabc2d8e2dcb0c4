// What adjoint differentiation needs of two states at once: a Pauli sum applied from one onto the other, and imaginary parts of
// ⟨bra|P|ket⟩ and ⟨bra|n|ket⟩, n the projector on all ones. P = i^y X^x Z^z as in expect.ts.
//   D1  Sums run over blocks of indices in order, as a word's do (expect.ts, E2); their signs are split as there (E3).
const ODD = 1, ONES = 2;

/** (re, im) to (im, re). */
// @ts-ignore: decorator
@inline
function crossed(v: v128): v128 {
  return i64x2.shuffle(v, v, 1, 0);
}

// @ts-ignore: decorator
@inline
function signOf(index: usize, z: u32): f64 {
  return <f64>(1 - ((popcnt<i32>(<u32>index & z) & 1) << 1));
}

// @ts-ignore: decorator
@inline
function product(bra: usize, ket: usize, odd: bool, sign: v128): v128 {
  const v = v128.load(ket);
  return v128.xor(f64x2.mul(v128.load(bra), odd ? v : crossed(v)), sign);
}

/** One block's sum, under the sign all its indices share; 0 where a bit of `ones` that they share is not set. */
// @ts-ignore: decorator
@inline
function keep(part: usize, block: usize, count: usize, sum: v128, odd: bool, ones: bool): void {
  const x: usize = load<u32>(part, 12), z: usize = load<u32>(part, 16), row: usize = load<u32>(part, 20);
  const first = f64x2.extract_lane(sum, 0);
  const second = f64x2.extract_lane(sum, 1);
  const value = odd ? first + second : first - second;
  const high = (block * count ^ x) & z & ~(count - 1);
  if (ones) store<f64>(row + (block << 3), high == (z & ~(count - 1)) ? value : 0);
  else store<f64>(row + (block << 3), popcnt<usize>(high) & 1 ? -value : value);
}

/** Sums of one block, or of four neighbours side by side: each is a chain of additions, and the chains do not wait for each other. */
// @ts-ignore: decorator
@inline
function bracketsOf(part: usize, ket: usize, block: usize, count: usize, four: bool, odd: bool, ones: bool): void {
  const bra: usize = load<u32>(part, 8), x: usize = load<u32>(part, 12), z: usize = load<u32>(part, 16);
  const low = z & (count - 1), xLow = x & (count - 1), xHigh = x - xLow;
  const base = block * count;
  const ket0 = ket + ((base ^ xHigh) << 4), ket1 = ket + ((base + count ^ xHigh) << 4);
  const ket2 = ket + ((base + 2 * count ^ xHigh) << 4), ket3 = ket + ((base + 3 * count ^ xHigh) << 4);
  let sum0 = f64x2.splat(0), sum1 = f64x2.splat(0), sum2 = f64x2.splat(0), sum3 = f64x2.splat(0);
  for (let k: usize = 0; k < count; k++) {
    if (ones && (k & low) != low) continue;
    const from = k ^ xLow;
    const sign = i64x2.splat(ones ? 0 : <i64>popcnt<usize>(from & low) << 63);
    const at = bra + (base + k << 4);
    sum0 = f64x2.add(sum0, product(at, ket0 + (from << 4), odd, sign));
    if (four) {
      sum1 = f64x2.add(sum1, product(at + (count << 4), ket1 + (from << 4), odd, sign));
      sum2 = f64x2.add(sum2, product(at + (2 * count << 4), ket2 + (from << 4), odd, sign));
      sum3 = f64x2.add(sum3, product(at + (3 * count << 4), ket3 + (from << 4), odd, sign));
    }
  }
  keep(part, block, count, sum0, odd, ones);
  if (four) {
    keep(part, block + 1, count, sum1, odd, ones);
    keep(part, block + 2, count, sum2, odd, ones);
    keep(part, block + 3, count, sum3, odd, ones);
  }
}

/**
 * The block sums of a share of ⟨bra|P|ket⟩, z the word's own, or of ⟨bra|n|ket⟩, z all ones, into the row of the part: `odd` of a word with an odd
 * number of Y letters is its real part, anything else an imaginary one.
 */
export function bracketShare(part: usize, share: usize, ket: usize): void {
  const span: usize = load<u32>(part, 24), count: usize = load<u32>(part, 28), flags = load<u32>(part, 32);
  const from = share * span;
  if (span < 4) {
    for (let block = from; block < from + span; block++) {
      if (flags & ONES) bracketsOf(part, ket, block, count, false, false, true);
      else if (flags & ODD) bracketsOf(part, ket, block, count, false, true, false);
      else bracketsOf(part, ket, block, count, false, false, false);
    }
    return;
  }
  for (let block = from; block < from + span; block += 4) {
    if (flags & ONES) bracketsOf(part, ket, block, count, true, false, true);
    else if (flags & ODD) bracketsOf(part, ket, block, count, true, true, false);
    else bracketsOf(part, ket, block, count, true, false, false);
  }
}

/**
 * target += Σ c·P|source⟩ over words of one x mask: `words` are rows (z: u32, y: u32, c: f64), y the number of Y letters. Every word that
 * has the mask is summed before the amplitude is read, so the state is gone through once for all of them.
 */
export function addWords(target: usize, source: usize, qubits: i32, x: u32, words: usize, count: u32): void {
  const total = <usize>1 << qubits;
  const end = words + (<usize>count << 4);
  for (let i: usize = 0; i < total; i++) {
    const from = i ^ <usize>x;
    let re: f64 = 0;
    let im: f64 = 0;
    for (let row = words; row < end; row += 16) {
      const weight = signOf(from, load<u32>(row)) * load<f64>(row, 8);
      const turns = load<u32>(row, 4) & 3;
      if (turns == 0) re += weight;
      else if (turns == 1) im += weight;
      else if (turns == 2) re -= weight;
      else im -= weight;
    }
    const v = v128.load(source + (from << 4));
    const across = f64x2.mul(crossed(v), f64x2.replace_lane(f64x2.splat(im), 0, -im));
    const at = target + (i << 4);
    v128.store(at, f64x2.add(v128.load(at), f64x2.add(f64x2.mul(v, f64x2.splat(re)), across)));
  }
}
