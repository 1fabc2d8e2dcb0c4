// Expectation of one Pauli word. P = i^y X^x Z^z, with x, z bit masks and y = |x & z|, the number of Y letters.
//   Pairs i and i ^ x give conjugate terms, so only one of each pair is visited and its real part counts twice.
//   Sums run over blocks of BLOCK indices in order; block sums are folded as weights are (weigh.ts, W1).
const BLOCK: usize = 256;

/** Sum of ±(lane products) over a block; `first` counts visited indices, `top` is the highest bit of x, or 0. */
function blockSum(state: usize, first: usize, count: usize, x: u32, z: u32, top: usize, cross: bool): f64 {
  let sum = f64x2.splat(0);
  const below = top == 0 ? <usize>-1 : top - 1;
  for (let at = first; at < first + count; at++) {
    const i = (at & below) | ((at & ~below) << 1);
    const u = v128.load(state + (i << 4));
    const v = v128.load(state + ((i ^ <usize>x) << 4));
    const sign = <f64>(1 - ((popcnt<i32>(<u32>i & z) & 1) << 1));
    sum = f64x2.add(sum, f64x2.mul(f64x2.splat(sign), f64x2.mul(cross ? i64x2.shuffle(u, u, 1, 0) : u, v)));
  }
  const first0 = f64x2.extract_lane(sum, 0);
  const second0 = f64x2.extract_lane(sum, 1);
  return cross ? first0 - second0 : first0 + second0;
}

/** ⟨ψ|P|ψ⟩; scratch holds max(1, 2^qubits / 256) doubles. */
export function expectPauli(state: usize, qubits: i32, x: u32, z: u32, scratch: usize): f64 {
  const top: usize = x == 0 ? 0 : <usize>1 << (31 - clz<i32>(x));
  const visited = (<usize>1 << qubits) >> (x == 0 ? 0 : 1);
  const letters = popcnt<i32>(x & z) & 3;
  const cross = (letters & 1) == 1;
  const count = min(BLOCK, visited);
  let blocks = visited / count;
  for (let block: usize = 0; block < blocks; block++) {
    store<f64>(scratch + (block << 3), blockSum(state, block * count, count, x, z, top, cross));
  }
  for (blocks >>= 1; blocks > 0; blocks >>= 1) {
    for (let j: usize = 0; j < blocks; j++) {
      const at = scratch + (j << 3);
      store<f64>(at, load<f64>(at) + load<f64>(at + (blocks << 3)));
    }
  }
  const sum = x == 0 ? load<f64>(scratch) : 2 * load<f64>(scratch);
  return letters == 1 || letters == 2 ? -sum : sum;
}

/** One index of one word: what `blockSum` adds. */
// @ts-ignore: decorator
@inline
function added(sum: v128, index: usize, z: u32, product: v128): v128 {
  return f64x2.add(sum, f64x2.mul(f64x2.splat(<f64>(1 - ((popcnt<i32>(<u32>index & z) & 1) << 1))), product));
}

function keep(at: usize, sum: v128, cross: bool): void {
  const first = f64x2.extract_lane(sum, 0);
  const second = f64x2.extract_lane(sum, 1);
  store<f64>(at, cross ? first - second : first + second);
}

function finished(sums: usize, blocks: usize, x: u32, z: u32): f64 {
  for (blocks >>= 1; blocks > 0; blocks >>= 1) {
    for (let j: usize = 0; j < blocks; j++) {
      const at = sums + (j << 3);
      store<f64>(at, load<f64>(at) + load<f64>(at + (blocks << 3)));
    }
  }
  const letters = popcnt<i32>(x & z) & 3;
  const sum = x == 0 ? load<f64>(sums) : 2 * load<f64>(sums);
  return letters == 1 || letters == 2 ? -sum : sum;
}

/**
 * ⟨ψ|P|ψ⟩ of four words with one x mask, in one pass over the state, each with the bits `expectPauli` gives: its terms are added in the same
 * order. The four values stand at scratch, which holds max(4, 2^qubits / 64) doubles.
 */
export function expectFour(state: usize, qubits: i32, x: u32, z0: u32, z1: u32, z2: u32, z3: u32, scratch: usize): void {
  const top: usize = x == 0 ? 0 : <usize>1 << (31 - clz<i32>(x));
  const below = top == 0 ? <usize>-1 : top - 1;
  const visited = (<usize>1 << qubits) >> (x == 0 ? 0 : 1);
  const cross0 = (popcnt<i32>(x & z0) & 1) == 1, cross1 = (popcnt<i32>(x & z1) & 1) == 1;
  const cross2 = (popcnt<i32>(x & z2) & 1) == 1, cross3 = (popcnt<i32>(x & z3) & 1) == 1;
  const count = min(BLOCK, visited);
  const blocks = visited / count;
  const row = blocks << 3;
  for (let block: usize = 0; block < blocks; block++) {
    let s0 = f64x2.splat(0), s1 = f64x2.splat(0), s2 = f64x2.splat(0), s3 = f64x2.splat(0);
    for (let at = block * count; at < (block + 1) * count; at++) {
      const i = (at & below) | ((at & ~below) << 1);
      const u = v128.load(state + (i << 4));
      const v = v128.load(state + ((i ^ <usize>x) << 4));
      const straight = f64x2.mul(u, v);
      const across = f64x2.mul(i64x2.shuffle(u, u, 1, 0), v);
      s0 = added(s0, i, z0, cross0 ? across : straight);
      s1 = added(s1, i, z1, cross1 ? across : straight);
      s2 = added(s2, i, z2, cross2 ? across : straight);
      s3 = added(s3, i, z3, cross3 ? across : straight);
    }
    const place = scratch + (block << 3);
    keep(place, s0, cross0);
    keep(place + row, s1, cross1);
    keep(place + 2 * row, s2, cross2);
    keep(place + 3 * row, s3, cross3);
  }
  store<f64>(scratch, finished(scratch, blocks, x, z0));
  store<f64>(scratch + 8, finished(scratch + row, blocks, x, z1));
  store<f64>(scratch + 16, finished(scratch + 2 * row, blocks, x, z2));
  store<f64>(scratch + 24, finished(scratch + 3 * row, blocks, x, z3));
}
