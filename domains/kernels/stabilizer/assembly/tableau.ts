// The stabilizer tableau in WebAssembly: the tableau of Aaronson and Gottesman (quant-ph/0406196), kept for U†, the
// inverse of the Clifford U that made the state U|0…0⟩: row X[q] is U†·X_q·U and row Z[q] is U†·Z_q·U. Column k of these
// rows is generator k of the textbook tableau, so the X half of Z[q] says which stabilizers anticommute with Z_q, and
// a measurement that is certain is read off one row, sign included.
//   K1  A row is i^phase · X^x · Z^z: all X to the left of all Z. So the phase of a product needs one parity, of z & x.
//   K2  phase ≡ |x & z| (mod 2): every row is Hermitian.
//   K3  X[q] anticommutes with Z[q] and commutes with every other row.
//   K4  The X half, the Z half and every padding bit beyond the last qubit stay inside the row; padding is 0.
// A row is 16 bytes with the phase, then the X half, then the Z half, each whole 128-bit words. The directory holds,
// per qubit, the offsets of its two rows, so H and SWAP move no row.

export const PHASE_BYTES: usize = 16;

// Opcodes as in domains/kernels/circuit.ts.
export const H: i32 = 1, S: i32 = 2, SDG: i32 = 3, X: i32 = 6, Y: i32 = 7, Z: i32 = 8;
export const CX: i32 = 13, CZ: i32 = 14, SWAP: i32 = 15, RESET: i32 = 18, MEASURE: i32 = 19;

export let qubits: i32 = 0;
/** Bytes of one half of a row; of a row; of the directory and all rows. */
export let half: usize = 0;
let stride: usize = 0;
let size: usize = 0;

let tableau: usize = 0;
let saved: usize = 0;
/** A row beside the tableau: the factor of a collapse, the product of an expectation. */
let product: usize = 0;
/** Addresses of the rows a collapse multiplies. */
let touched: usize = 0;

/** A tableau of `n` qubits in |0…0⟩: X[q] = X_q, Z[q] = Z_q. */
export function open(n: i32): void {
  qubits = n;
  half = ((<usize>n + 127) >> 7) << 4;
  stride = PHASE_BYTES + 2 * half;
  const directory = (<usize>n * 8 + 15) & ~15;
  size = directory + 2 * <usize>n * stride;
  tableau = heap.alloc(size);
  product = heap.alloc(stride);
  touched = heap.alloc((2 * <usize>n + 1) << 2);
  for (let q: usize = 0; q < <usize>n; q++) {
    const row = directory + 2 * q * stride;
    store<u32>(tableau + (q << 3), <u32>row);
    store<u32>(tableau + (q << 3), <u32>(row + stride), 4);
    const byte = PHASE_BYTES + (q >> 3);
    store<u8>(tableau + row + byte, 1 << <u8>(q & 7));
    store<u8>(tableau + row + stride + half + byte, 1 << <u8>(q & 7));
  }
}

/** The addresses of rows X[q] and Z[q]. */
export function rowX(q: i32): usize { return tableau + load<u32>(tableau + (<usize>q << 3)); }
export function rowZ(q: i32): usize { return tableau + load<u32>(tableau + (<usize>q << 3), 4); }

function parity(v: v128): u32 {
  return <u32>popcnt<i64>(v128.extract_lane<i64>(v, 0) ^ v128.extract_lane<i64>(v, 1)) & 1;
}

/** Row `to` becomes i^turns · to · from. */
function multiply(to: usize, from: usize, turns: u32): void {
  const wide = half;
  const end = to + PHASE_BYTES + wide;
  let crossed = i64x2.splat(0);
  let other = from + PHASE_BYTES;
  for (let at = to + PHASE_BYTES; at < end; at += 16) {
    const x = v128.load(other);
    const z = v128.load(at + wide);
    crossed = v128.xor(crossed, v128.and(z, x));
    v128.store(at, v128.xor(v128.load(at), x));
    v128.store(at + wide, v128.xor(z, v128.load(other + wide)));
    other += 16;
  }
  store<u32>(to, (load<u32>(to) + load<u32>(from) + turns + 2 * parity(crossed)) & 3);
}

export function negate(row: usize): void { store<u32>(row, load<u32>(row) ^ 2); }

function swapEntries(a: usize, b: usize): void {
  const held = load<u32>(a);
  store<u32>(a, load<u32>(b));
  store<u32>(b, held);
}

/** U becomes G·U: each row of G's qubits becomes the image of G†·P·G. */
export function apply(code: i32, a: i32, b: i32): void {
  switch (code) {
    case H: { const at = tableau + (<usize>a << 3); swapEntries(at, at + 4); break; }
    case S: { multiply(rowX(a), rowZ(a), 3); break; }
    case SDG: { multiply(rowX(a), rowZ(a), 1); break; }
    case X: { negate(rowZ(a)); break; }
    case Y: { negate(rowX(a)); negate(rowZ(a)); break; }
    case Z: { negate(rowX(a)); break; }
    case CX: { multiply(rowX(a), rowX(b), 0); multiply(rowZ(b), rowZ(a), 0); break; }
    case CZ: { multiply(rowX(a), rowZ(b), 0); multiply(rowX(b), rowZ(a), 0); break; }
    case SWAP: {
      const p = tableau + (<usize>a << 3), q = tableau + (<usize>b << 3);
      swapEntries(p, q);
      swapEntries(p + 4, q + 4);
      break;
    }
  }
}

/** The lowest qubit in a row's X half, or -1: then the row is ±Z…, certain in |0…0⟩. */
export function firstX(row: usize): i32 {
  const end = row + PHASE_BYTES + half;
  for (let at = row + PHASE_BYTES; at < end; at += 16) {
    const word = v128.load(at);
    if (!v128.any_true(word)) continue;
    const low = v128.extract_lane<i64>(word, 0);
    const start = <i32>((at - row - PHASE_BYTES) << 3);
    return low != 0 ? start + <i32>ctz<i64>(low) : start + 64 + <i32>ctz<i64>(v128.extract_lane<i64>(word, 1));
  }
  return -1;
}

/**
 * Projects on outcome `outcome` of Z_q when row Q = Z[q] has X bit `pivot`: both outcomes are even odds. With s = ±1 the
 * outcome's sign, V = (Z_pivot + s·Q)/√2 is a Clifford that makes the projected state of |0…0⟩, so U becomes U·V. It
 * multiplies by s·Z_pivot·Q each row that anticommutes with exactly one of Z_pivot and Q, and can only negate one that
 * does with both. Of all rows X[q] alone anticommutes with Q (K3), and the sign of X[q] is free from here on: Z_pivot on
 * the |0…0⟩ side would flip it and nothing else. Row Z[q] becomes s·Z_pivot, which is certain.
 */
export function collapse(q: i32, pivot: usize, outcome: u32): void {
  const factor = product;
  const own = rowX(q);
  const bit = PHASE_BYTES + (pivot >> 3), shift = <u8>(pivot & 7);
  memory.copy(factor, rowZ(q), stride);
  store<u8>(factor + half + bit, load<u8>(factor + half + bit) ^ (1 << shift));
  store<u32>(factor, load<u32>(factor) + 2 * outcome);
  let found = touched;
  const end = tableau + size;
  for (let row = end - 2 * <usize>qubits * stride; row < end; row += stride) {
    store<u32>(found, <u32>row);
    found += <usize>((load<u8>(row + bit) >> shift) & 1) << 2;
  }
  if (!((load<u8>(own + bit) >> shift) & 1)) multiply(own, factor, 0);
  for (let at = touched; at < found; at += 4) {
    const row = <usize>load<u32>(at);
    if (row != own) multiply(row, factor, 0);
  }
}

/** Keeps the tableau as it is now for `restore`. */
export function save(): void {
  if (saved == 0) saved = heap.alloc(size);
  memory.copy(saved, tableau, size);
}

export function restore(): void { memory.copy(tableau, saved, size); }

/** ⟨P⟩ in {-1, 0, 1} of the letters (one byte a qubit: 0 I, 1 X, 2 Y, 3 Z) at `letters`. Y is i·X·Z. */
export function expectation(letters: usize): i32 {
  memory.fill(product, 0, stride);
  for (let q = 0; q < qubits; q++) {
    const letter = load<u8>(letters + <usize>q);
    if (letter == 1 || letter == 2) multiply(product, rowX(q), letter == 2 ? 1 : 0);
    if (letter >= 2) multiply(product, rowZ(q), 0);
  }
  return firstX(product) >= 0 ? 0 : 1 - <i32>load<u32>(product);
}
