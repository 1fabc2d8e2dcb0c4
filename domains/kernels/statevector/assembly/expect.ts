// Expectations of Pauli words, many in one pass. P = i^y X^x Z^z, with x, z bit masks and y = |x & z|, the number of Y letters.
//   E1  Pairs i and i ^ x give conjugate terms, so only one of each pair is visited and its real part counts twice. `at` counts the visited:
//       i is `at` with a 0 put in where x has its highest bit.
//   E2  Sums run over blocks of visited indices in order; block sums are folded as weights are (weigh.ts, W1).
//   E3  Over a block a word's signs are those of the low bits of its z times one sign for the whole block. A sum of negated numbers is the sum
//       negated, to the last bit, so words of one x mask with equal low bits share a row of block sums, and each still has the bits it has alone.
const FLAGS: usize = 12, SPAN: usize = 16, COUNT: usize = 20, SIGNS: usize = 24, ROWS: usize = 32;
const WIDE = 1, CROSS = 2;
/** Indices that go by one row of the table of signs. */
const RUN: usize = 16;

// @ts-ignore: decorator
@inline
function added(sum: v128, product: v128, sign: usize): v128 {
  return f64x2.add(sum, v128.xor(product, v128.load64_splat(sign)));
}

/** What an index adds, but for signs: the lanes of conj(u)·v that a straight or a crossed sum joins. */
// @ts-ignore: decorator
@inline
function productOf(here: usize, there: usize, diagonal: bool, cross: bool): v128 {
  const u = v128.load(here);
  return f64x2.mul(cross ? i64x2.shuffle(u, u, 1, 0) : u, diagonal ? u : v128.load(there));
}

/** Sign of a run that begins at `from`, by the low bits of a word. */
// @ts-ignore: decorator
@inline
function turned(low: usize, from: usize): v128 {
  return i64x2.splat(<i64>popcnt<usize>(low & from) << 63);
}

// @ts-ignore: decorator
@inline
function keep(row: usize, block: usize, sum: v128, cross: bool): void {
  const first = f64x2.extract_lane(sum, 0);
  const second = f64x2.extract_lane(sum, 1);
  store<f64>(row + (block << 3), cross ? first - second : first + second);
}

/** An index with a 0 put in where x has its highest bit. */
// @ts-ignore: decorator
@inline
function spread(at: usize, below: usize): usize {
  return (at & below) | ((at & ~below) << 1);
}

/** Sums of one block for four rows if `wide`, of two neighbouring blocks for two rows if not: four chains of additions, so that none waits. */
// @ts-ignore: decorator
@inline
function blockSums(part: usize, state: usize, block: usize, wide: bool, diagonal: bool, cross: bool, far: bool): void {
  const x: usize = load<u32>(part, 8), count: usize = load<u32>(part, COUNT), signs: usize = load<u32>(part, SIGNS);
  const below: usize = diagonal ? <usize>-1 : (<usize>1 << (31 - clz<i32>(<u32>x))) - 1;
  const near = x & (RUN - 1), high = x - near;
  const low0: usize = load<u32>(part, ROWS), low1: usize = load<u32>(part, ROWS + 8);
  const low2: usize = load<u32>(part + (wide ? ROWS + 16 : ROWS)), low3: usize = load<u32>(part + (wide ? ROWS + 24 : ROWS + 8));
  const signs0 = signs + ((low0 & 15) << 7), signs1 = signs + ((low1 & 15) << 7), signs2 = signs + ((low2 & 15) << 7), signs3 = signs + ((low3 & 15) << 7);
  let sum0 = f64x2.splat(0), sum1 = f64x2.splat(0), sum2 = f64x2.splat(0), sum3 = f64x2.splat(0);
  const run = min(RUN, count);
  for (let from: usize = 0; from < count; from += run) {
    const turn0 = turned(low0, from), turn1 = turned(low1, from), turn2 = turned(low2, from), turn3 = turned(low3, from);
    sum0 = v128.xor(sum0, turn0);
    sum1 = v128.xor(sum1, turn1);
    sum2 = v128.xor(sum2, turn2);
    sum3 = v128.xor(sum3, turn3);
    const first = spread(block * count + from, below), next = spread(block * count + count + from, below);
    const here = state + (first << 4), there = state + ((first ^ high) << 4);
    const nextHere = state + (next << 4), nextThere = state + ((next ^ high) << 4);
    for (let k: usize = 0; k < run; k++) {
      const i = (far ? k : spread(k, below)) << 4, j = (far ? k ^ near : spread(k, below) ^ near) << 4;
      const product = productOf(here + i, there + j, diagonal, cross);
      const second = wide ? product : productOf(nextHere + i, nextThere + j, diagonal, cross);
      sum0 = added(sum0, product, signs0 + (k << 3));
      sum1 = added(sum1, product, signs1 + (k << 3));
      sum2 = added(sum2, second, signs2 + (k << 3));
      sum3 = added(sum3, second, signs3 + (k << 3));
    }
    sum0 = v128.xor(sum0, turn0);
    sum1 = v128.xor(sum1, turn1);
    sum2 = v128.xor(sum2, turn2);
    sum3 = v128.xor(sum3, turn3);
  }
  keep(load<u32>(part, ROWS + 4), block, sum0, cross);
  keep(load<u32>(part, ROWS + 12), block, sum1, cross);
  keep(load<u32>(part + (wide ? ROWS + 20 : ROWS + 4)), wide ? block : block + 1, sum2, cross);
  keep(load<u32>(part + (wide ? ROWS + 28 : ROWS + 12)), wide ? block : block + 1, sum3, cross);
}

/** The block sums of a share of a part: rows of one x mask, their products all straight or all crossed. Shares of parts that are not wide are even. */
export function sumShare(part: usize, share: usize, state: usize): void {
  const span: usize = load<u32>(part, SPAN), end = (share + 1) * span;
  const flags = load<u32>(part, FLAGS), x = load<u32>(part, 8);
  const wide = (flags & WIDE) != 0, cross = (flags & CROSS) != 0;
  for (let block = share * span; block < end; block += wide ? 1 : 2) {
    if (x == 0) {
      if (wide) blockSums(part, state, block, true, true, false, true);
      else blockSums(part, state, block, false, true, false, true);
    } else if (x < <u32>RUN) {
      if (cross) {
        if (wide) blockSums(part, state, block, true, false, true, false);
        else blockSums(part, state, block, false, false, true, false);
      } else if (wide) blockSums(part, state, block, true, false, false, false);
      else blockSums(part, state, block, false, false, false, false);
    } else if (cross) {
      if (wide) blockSums(part, state, block, true, false, true, true);
      else blockSums(part, state, block, false, false, true, true);
    } else if (wide) blockSums(part, state, block, true, false, false, true);
    else blockSums(part, state, block, false, false, false, true);
  }
}

/** target[j] = source[j] ± source[j + half] for j < half. */
function fold(target: usize, source: usize, half: usize, minus: bool): void {
  const bytes = half << 3;
  if (half == 1) {
    const upper = load<f64>(source, 8);
    store<f64>(target, load<f64>(source) + (minus ? -upper : upper));
    return;
  }
  const sign = i64x2.splat(minus ? <i64>1 << 63 : 0);
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(target + at, f64x2.add(v128.load(source + at), v128.xor(v128.load(source + at + bytes), sign)));
  }
}

/** Folds a row under the signs that `high`, the bits of z above a block, gives its blocks; the row stays. `aside` holds half a row. */
export function foldedRow(row: usize, blocks: usize, high: usize, aside: usize): f64 {
  if (blocks == 1) return load<f64>(row);
  fold(aside, row, blocks >> 1, (high & (blocks >> 1)) != 0);
  for (let half = blocks >> 2; half > 0; half >>= 1) fold(aside, aside, half, (high & half) != 0);
  return load<f64>(aside);
}
