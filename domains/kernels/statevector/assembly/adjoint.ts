// What adjoint differentiation needs of two states at once: a Pauli sum applied from one onto the other, and imaginary parts of
// ⟨bra|P|ket⟩ and ⟨bra|n|ket⟩, n the projector on all ones. P = i^y X^x Z^z as in expect.ts.
//   D1  Sums run over blocks of BLOCK indices in order; block sums are folded as weights are (weigh.ts, W1).
const BLOCK: usize = 256;

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

function folded(scratch: usize, blocks: usize): f64 {
  for (blocks >>= 1; blocks > 0; blocks >>= 1) {
    for (let j: usize = 0; j < blocks; j++) {
      const at = scratch + (j << 3);
      store<f64>(at, load<f64>(at) + load<f64>(at + (blocks << 3)));
    }
  }
  return load<f64>(scratch);
}

/** Im ⟨bra|P|ket⟩; scratch holds max(1, 2^qubits / 256) doubles. */
export function imaginaryOf(bra: usize, ket: usize, qubits: i32, x: u32, z: u32, scratch: usize): f64 {
  const total = <usize>1 << qubits;
  const letters = popcnt<i32>(x & z) & 3;
  const odd = (letters & 1) == 1;
  const count = min(BLOCK, total);
  const blocks = total / count;
  for (let block: usize = 0; block < blocks; block++) {
    let sum = f64x2.splat(0);
    for (let i = block * count; i < (block + 1) * count; i++) {
      const from = i ^ <usize>x;
      const v = v128.load(ket + (from << 4));
      sum = f64x2.add(sum, f64x2.mul(f64x2.splat(signOf(from, z)), f64x2.mul(v128.load(bra + (i << 4)), odd ? v : crossed(v))));
    }
    const first = f64x2.extract_lane(sum, 0);
    const second = f64x2.extract_lane(sum, 1);
    store<f64>(scratch + (block << 3), odd ? first + second : first - second);
  }
  const sum = folded(scratch, blocks);
  return letters == 2 || letters == 3 ? -sum : sum;
}

/** Im Σ conj(bra) ket over the indices in which all bits of `ones` are set. */
export function imaginaryOfOnes(bra: usize, ket: usize, qubits: i32, ones: u32, scratch: usize): f64 {
  const total = <usize>1 << qubits;
  const count = min(BLOCK, total);
  const blocks = total / count;
  for (let block: usize = 0; block < blocks; block++) {
    let sum = f64x2.splat(0);
    for (let i = block * count; i < (block + 1) * count; i++) {
      if ((<u32>i & ones) != ones) continue;
      sum = f64x2.add(sum, f64x2.mul(v128.load(bra + (i << 4)), crossed(v128.load(ket + (i << 4)))));
    }
    store<f64>(scratch + (block << 3), f64x2.extract_lane(sum, 0) - f64x2.extract_lane(sum, 1));
  }
  return folded(scratch, blocks);
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
