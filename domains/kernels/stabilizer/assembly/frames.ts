// Many shots at once, when only Pauli gates hang on classical bits: one reference run of the tableau, in which no
// conditional gate acts and every coin falls 0, and for each shot the Pauli by which it differs from the reference.
//   F1  A shot's state is its frame times the reference state; frames need no phase.
//   F2  An outcome is the reference's, flipped where the frame has X on the measured qubit.
//   F3  At a coin, shots whose outcome should be the other one take the stabilizer that anticommutes with Z_q into
//       their frame: that changes no state before the measurement and flips the outcome. So the bits are those of
//       shots run one by one, from the same draws.
// Per qubit an X plane and a Z plane, per clbit one plane; bit s of a plane belongs to shot s of the block.
import { CX, CZ, H, MEASURE, PHASE_BYTES, RESET, S, SDG, SWAP, X, Y, Z, apply, collapse, firstX, negate, qubits, restore, rowX, rowZ } from "./tableau";
import { RECORD, clbits, coin, conditions, programEnd, resume, savedBits } from "./program";

/** Planes of one block should stay in the second-level cache. */
const PLANES_BYTES: usize = 256 * 1024;

/** Bytes of one plane: 16 for every 128 shots. */
let wide: usize = 0;
let planes: usize = 0;
let bitPlanes: usize = 0;
let mask: usize = 0;
let blockShots: i32 = 0;

/** Sizes the blocks for jobs of `shots` shots. */
function openBlocks(shots: i32): void {
  const perWord: usize = (<usize>qubits << 5) + (clbits << 4);
  const fitting = max<usize>(PLANES_BYTES / perWord, 1);
  const words = min<usize>(min<usize>(fitting, 64), (<usize>shots + 127) >> 7);
  blockShots = <i32>(words << 7);
  wide = words << 4;
  planes = heap.alloc(2 * <usize>qubits * wide);
  bitPlanes = heap.alloc(clbits * wide);
  mask = heap.alloc(wide);
}

function planeX(q: i32): usize { return planes + 2 * <usize>q * wide; }
function planeZ(q: i32): usize { return planeX(q) + wide; }
function planeOf(clbit: i32): usize { return bitPlanes + <usize>clbit * wide; }

function addTo(to: usize, from: usize): void {
  for (let at: usize = 0; at < wide; at += 16) v128.store(to + at, v128.xor(v128.load(to + at), v128.load(from + at)));
}

function exchange(a: usize, b: usize): void {
  for (let at: usize = 0; at < wide; at += 16) {
    const held = v128.load(a + at);
    v128.store(a + at, v128.load(b + at));
    v128.store(b + at, held);
  }
}

function applyToFrames(code: i32, a: i32, b: i32): void {
  switch (code) {
    case H: { exchange(planeX(a), planeZ(a)); break; }
    case S: case SDG: { addTo(planeZ(a), planeX(a)); break; }
    case CX: { addTo(planeX(b), planeX(a)); addTo(planeZ(a), planeZ(b)); break; }
    case CZ: { addTo(planeZ(a), planeX(b)); addTo(planeZ(b), planeX(a)); break; }
    case SWAP: { exchange(planeX(a), planeX(b)); exchange(planeZ(a), planeZ(b)); break; }
  }
}

/** Where the condition holds, the frame takes the gate: the reference never does. */
function conditionalPauli(code: i32, q: i32, condition: i32): void {
  memory.fill(mask, 0xff, wide);
  const record = conditions + (<usize>condition << 2);
  const end = record + (<usize>load<i32>(record) << 3);
  for (let pair = record; pair < end; pair += 8) {
    const plane = planeOf(load<i32>(pair, 4));
    const unwanted = i64x2.splat(<i64>load<i32>(pair, 8) - 1);
    for (let at: usize = 0; at < wide; at += 16) {
      v128.store(mask + at, v128.and(v128.load(mask + at), v128.xor(v128.load(plane + at), unwanted)));
    }
  }
  if (code == X || code == Y) addTo(planeX(q), mask);
  if (code == Z || code == Y) addTo(planeZ(q), mask);
}

/** Sets the mask to the shots whose frame gives another outcome than their coin. */
function drawMask(q: i32, first: f64, shots: i32, ordinal: i32): void {
  const plane = planeX(q);
  for (let word = 0; word < shots; word += 64) {
    let drawn: u64 = 0;
    for (let bit = 0; bit < 64; bit++) drawn |= <u64>coin(first + <f64>(word + bit), ordinal) << bit;
    store<u64>(mask + (word >> 3), drawn ^ load<u64>(plane + (word >> 3)));
  }
}

/** Multiplies stabilizer `pivot` into the frames of the mask: column `pivot` of the X halves, X of Z[q], Z of X[q]. */
function takeStabilizer(pivot: i32): void {
  const byte = PHASE_BYTES + (<usize>pivot >> 3), shift = <u8>(pivot & 7);
  for (let q = 0; q < qubits; q++) {
    if ((load<u8>(rowZ(q) + byte) >> shift) & 1) addTo(planeX(q), mask);
    if ((load<u8>(rowX(q) + byte) >> shift) & 1) addTo(planeZ(q), mask);
  }
}

/** Measures q in the reference and every shot; returns the reference's outcome. The frame's X plane tells the rest. */
function measureBlock(q: i32, first: f64, shots: i32, ordinal: i32): u32 {
  const pivot = firstX(rowZ(q));
  if (pivot < 0) return load<u32>(rowZ(q)) >> 1;
  drawMask(q, first, shots, ordinal);
  takeStabilizer(pivot);
  collapse(q, <usize>pivot, 0);
  return 0;
}

function runBlock(first: f64, shots: i32): void {
  memory.fill(planes, 0, 2 * <usize>qubits * wide);
  for (let clbit: usize = 0; clbit < clbits; clbit++) memory.fill(bitPlanes + clbit * wide, -load<u8>(savedBits + clbit), wide);
  restore();
  for (let at = resume; at < programEnd; at += RECORD) {
    const code = load<i32>(at), q = load<i32>(at, 4), condition = load<i32>(at, 20);
    if (condition >= 0) {
      conditionalPauli(code, q, condition);
    } else if (code < RESET) {
      apply(code, q, load<i32>(at, 8));
      applyToFrames(code, q, load<i32>(at, 8));
    } else {
      const outcome = measureBlock(q, first, shots, load<i32>(at, 28));
      if (code == MEASURE) {
        const plane = planeOf(load<i32>(at, 16));
        memory.fill(plane, outcome != 0 ? 0xff : 0, wide);
        addTo(plane, planeX(q));
      } else {
        memory.fill(planeX(q), 0, 2 * wide);
        if (outcome != 0) negate(rowZ(q));
      }
    }
  }
}

const EACH_BYTE: u64 = 0x0101010101010101;

/** Turns the planes of eight shots into bytes, eight clbits at a time. */
function writeEight(shot: i32, count: i32, out: usize): void {
  const from = bitPlanes + (<usize>shot >> 3);
  let clbit: usize = 0;
  for (; clbit + 8 <= clbits; clbit += 8) {
    let square: u64 = 0;
    for (let row: usize = 0; row < 8; row++) square |= <u64>load<u8>(from + (clbit + row) * wide) << (row << 3);
    for (let i = 0; i < count; i++) store<u64>(out + <usize>(shot + i) * clbits + clbit, (square >> i) & EACH_BYTE);
  }
  for (; clbit < clbits; clbit++) {
    const column = load<u8>(from + clbit * wide);
    for (let i = 0; i < count; i++) store<u8>(out + <usize>(shot + i) * clbits + clbit, (column >> <u8>i) & 1);
  }
}

/** Shots first … first + count − 1 into `out`, `clbits` bytes each. */
export function sampleBlocks(first: f64, count: i32, out: usize): void {
  if (blockShots == 0) openBlocks(count);
  for (let done = 0; done < count; done += blockShots) {
    const here = min(blockShots, count - done);
    runBlock(first + <f64>done, here);
    for (let shot = 0; shot < here; shot += 8) writeEight(shot, min(8, here - shot), out + <usize>done * clbits);
  }
}
