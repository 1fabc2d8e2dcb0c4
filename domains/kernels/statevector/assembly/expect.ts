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
