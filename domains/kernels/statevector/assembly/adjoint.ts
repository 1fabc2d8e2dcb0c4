// What adjoint differentiation needs of two states at once: a Pauli sum applied from one onto the other, and imaginary parts of
// ⟨bra|P|ket⟩ and ⟨bra|n|ket⟩, n the projector on all ones. P = i^y X^x Z^z as in expect.ts.
//   D1  Sums run over blocks of indices in order, as a word's do (expect.ts, E2); their signs are split as there (E3).
const ODD = 1, ONES = 2;
const ROW: usize = 48;

/** (re, im) to (im, re). */
// @ts-ignore: decorator
@inline
function crossed(v: v128): v128 {
  return i64x2.shuffle(v, v, 1, 0);
}

// @ts-ignore: decorator
@inline
function product(bra: usize, ket: usize, odd: bool, sign: v128): v128 {
  const v = v128.load(ket);
  return v128.xor(f64x2.mul(v128.load(bra), odd ? v : crossed(v)), sign);
}

/** A block's sum under the signs all its indices share, negated if `minus`; 0 where a bit of `ones` that they share is not set. */
// @ts-ignore: decorator
@inline
function keep(at: usize, high: usize, wanted: usize, sum: v128, minus: bool, odd: bool, ones: bool): void {
  const first = f64x2.extract_lane(sum, 0);
  const second = f64x2.extract_lane(sum, 1);
  const value = odd ? first + second : first - second;
  if (ones) store<f64>(at, (high & wanted) == wanted ? value : 0);
  else store<f64>(at, (popcnt<usize>(high & wanted) & 1) != (minus ? 1 : 0) ? -value : value);
}

/** Where the sum of a block stands: one behind the other, or where a table says. */
// @ts-ignore: decorator
@inline
function placeOf(row: usize, places: usize, block: usize): usize {
  return row + (places == 0 ? block << 3 : load<u32>(places + (block << 2)));
}

/** Sums of one block, or of four neighbours side by side: each is a chain of additions, and the chains do not wait for each other. */
// @ts-ignore: decorator
@inline
function bracketsOf(row: usize, places: usize, bra: usize, ket: usize, x: usize, z: usize, block: usize, count: usize, minus: bool, four: bool, odd: bool, ones: bool): void {
  const low = z & (count - 1), xLow = x & (count - 1), xHigh = x - xLow, wanted = z - low;
  const base = block * count;
  const from0 = base ^ xHigh, from1 = base + count ^ xHigh, from2 = base + 2 * count ^ xHigh, from3 = base + 3 * count ^ xHigh;
  let sum0 = f64x2.splat(0), sum1 = f64x2.splat(0), sum2 = f64x2.splat(0), sum3 = f64x2.splat(0);
  for (let k: usize = 0; k < count; k++) {
    if (ones && (k & low) != low) continue;
    const from = k ^ xLow;
    const sign = i64x2.splat(ones ? 0 : <i64>popcnt<usize>(from & low) << 63);
    const at = bra + (base + k << 4);
    sum0 = f64x2.add(sum0, product(at, ket + (from0 + from << 4), odd, sign));
    if (four) {
      sum1 = f64x2.add(sum1, product(at + (count << 4), ket + (from1 + from << 4), odd, sign));
      sum2 = f64x2.add(sum2, product(at + (2 * count << 4), ket + (from2 + from << 4), odd, sign));
      sum3 = f64x2.add(sum3, product(at + (3 * count << 4), ket + (from3 + from << 4), odd, sign));
    }
  }
  keep(placeOf(row, places, block), from0, wanted, sum0, minus, odd, ones);
  if (four) {
    keep(placeOf(row, places, block + 1), from1, wanted, sum1, minus, odd, ones);
    keep(placeOf(row, places, block + 2), from2, wanted, sum2, minus, odd, ones);
    keep(placeOf(row, places, block + 3), from3, wanted, sum3, minus, odd, ones);
  }
}

/**
 * The block sums of a share of ⟨bra|P|ket⟩, z the word's own, or of ⟨bra|n|ket⟩, z all ones, into the row of the part: `odd` of a word with an odd
 * number of Y letters is its real part, anything else an imaginary one.
 */
export function bracketShare(part: usize, share: usize, ket: usize): void {
  const bra: usize = load<u32>(part, 8), x: usize = load<u32>(part, 12), z: usize = load<u32>(part, 16), row: usize = load<u32>(part, 20);
  const span: usize = load<u32>(part, 24), count: usize = load<u32>(part, 28), flags = load<u32>(part, 32);
  for (let block = share * span; block < (share + 1) * span; block++) {
    if (flags & ONES) bracketsOf(row, 0, bra, ket, x, z, block, count, false, false, false, true);
    else if (flags & ODD) bracketsOf(row, 0, bra, ket, x, z, block, count, false, false, true, false);
    else bracketsOf(row, 0, bra, ket, x, z, block, count, false, false, false, false);
  }
}

/** The same for one block of a pass over both states: x and z within it, `outer` where it begins, in bytes. Its sums stand where the op's table says. */
export function bracketBlock(op: usize, outer: usize, bra: usize, ket: usize): void {
  const x: usize = load<u32>(op, 8), z: usize = load<u32>(op, 16), outside: usize = load<u32>(op, 24), flags = load<u32>(op, 28);
  const row = load<u32>(op, 20) + (outer >> 9), blocks: usize = load<u32>(op, 32), places = op + 48;
  if (flags & ONES) {
    const dead = (outer & outside) != outside;
    for (let block: usize = 0; block < blocks; block += 4) {
      if (!dead) bracketsOf(row, places, bra, ket, x, z, block, 256, false, true, false, true);
      else for (let at = block; at < block + 4; at++) store<f64>(placeOf(row, places, at), 0);
    }
    return;
  }
  const minus = (popcnt<usize>(outer & outside) & 1) == 1;
  for (let block: usize = 0; block < blocks; block += 4) {
    if (flags & ODD) bracketsOf(row, places, bra, ket, x, z, block, 256, minus, true, true, false);
    else bracketsOf(row, places, bra, ket, x, z, block, 256, minus, true, false, false);
  }
}

/** The factors that rows give four neighbours, two in each lane pair, added in the order of the rows. */
let factors0: v128 = f64x2.splat(0);
let factors1: v128 = f64x2.splat(0);

function addRows(rows: usize, count: u32, base: usize): void {
  let sum0 = f64x2.splat(0), sum1 = f64x2.splat(0);
  for (const end = rows + <usize>count * ROW; rows < end; rows += ROW) {
    const sign = i64x2.splat(<i64>popcnt<usize>(base & load<u32>(rows)) << 63);
    sum0 = f64x2.add(sum0, v128.xor(v128.load(rows, 16), sign));
    sum1 = f64x2.add(sum1, v128.xor(v128.load(rows, 32), sign));
  }
  factors0 = sum0;
  factors1 = sum1;
}

// @ts-ignore: decorator
@inline
function addTo(at: usize, v: v128, re: f64, im: f64): void {
  const across = f64x2.mul(crossed(v), f64x2.replace_lane(f64x2.splat(im), 0, -im));
  v128.store(at, f64x2.add(v128.load(at), f64x2.add(f64x2.mul(v, f64x2.splat(re)), across)));
}

/**
 * A share of target, += Σ c·P|source⟩ over words of one x mask. Rows are (z: u32, then c under the signs of the two lowest bits of z: four f64);
 * those of real factors come first. All are summed before the amplitude is read, so an amplitude is added to once for each x mask.
 */
export function imageShare(part: usize, share: usize, source: usize): void {
  const target: usize = load<u32>(part, 8), x: usize = load<u32>(part, 12), rows: usize = load<u32>(part, 16);
  const reals = load<u32>(part, 20), others = load<u32>(part, 24), span: usize = load<u32>(part, 28);
  const four = span >= 4;
  const near = x & 3;
  for (let base = share * span; base < (share + 1) * span; base += 4) {
    const from = base ^ (x - near);
    addRows(rows, reals, from);
    const re0 = factors0, re1 = factors1;
    addRows(rows + <usize>reals * ROW, others, from);
    const im0 = factors0, im1 = factors1;
    const at = source + (from << 4), to = target + (base << 4);
    addTo(to + (near << 4), v128.load(at), f64x2.extract_lane(re0, 0), f64x2.extract_lane(im0, 0));
    addTo(to + ((1 ^ near) << 4), v128.load(at, 16), f64x2.extract_lane(re0, 1), f64x2.extract_lane(im0, 1));
    if (four) {
      addTo(to + ((2 ^ near) << 4), v128.load(at, 32), f64x2.extract_lane(re1, 0), f64x2.extract_lane(im1, 0));
      addTo(to + ((3 ^ near) << 4), v128.load(at, 48), f64x2.extract_lane(re1, 1), f64x2.extract_lane(im1, 1));
    }
  }
}
