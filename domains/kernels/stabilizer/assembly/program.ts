// The program and what is the same in every shot: it runs once, up to the first instruction that needs a coin. Owns the
// addresses of records, conditions and classical bits.
import { philoxUniform } from "../../philox/portable";
import { MEASURE, RESET, X, Z, apply, collapse, firstX, negate, restore, rowZ, save } from "./tableau";

/** Bytes of one instruction: opcode, q0, q1, q2, clbit, condition, parameter, ordinal as int32. */
export const RECORD: usize = 32;

export let programEnd: usize = 0;
/** Where each shot starts, in the state `save` kept. */
export let resume: usize = 0;
export let clbits: usize = 0;
export let savedBits: usize = 0;
export let conditions: usize = 0;
/** Whether only Pauli gates hang on classical bits after `resume`: then every shot has the same tableau but for signs. */
export let signsOnly: bool = true;

let bits: usize = 0;
let key0: u32 = 0;
let key1: u32 = 0;

export function setKey(k0: u32, k1: u32): void {
  key0 = k0;
  key1 = k1;
}

/** The outcome of an even-odds measurement. */
export function coin(shot: f64, ordinal: i32): u32 { return philoxUniform(key0, key1, shot, <f64>ordinal) < 0.5 ? 0 : 1; }

function holds(at: i32): bool {
  if (at < 0) return true;
  const record = conditions + (<usize>at << 2);
  const end = record + (<usize>load<i32>(record) << 3);
  for (let pair = record; pair < end; pair += 8) {
    if (<i32>load<u8>(bits + <usize>load<i32>(pair, 4)) != load<i32>(pair, 8)) return false;
  }
  return true;
}

/** Runs one shot from `from`. With `certainOnly` it stops before the first coin. Returns where it stopped. */
function execute(from: usize, shot: f64, certainOnly: bool): usize {
  const end = programEnd;
  for (let at = from; at < end; at += RECORD) {
    if (!holds(load<i32>(at, 20))) continue;
    const code = load<i32>(at);
    const q = load<i32>(at, 4);
    if (code < RESET) {
      apply(code, q, load<i32>(at, 8));
      continue;
    }
    const row = rowZ(q);
    const pivot = firstX(row);
    let outcome: u32 = load<u32>(row) >> 1;
    if (pivot >= 0) {
      if (certainOnly) return at;
      outcome = coin(shot, load<i32>(at, 28));
      collapse(q, <usize>pivot, outcome);
    }
    if (code == MEASURE) store<u8>(bits + <usize>load<i32>(at, 16), <u8>outcome);
    else if (outcome != 0) negate(rowZ(q));
  }
  return end;
}

/** Takes a program of `records` × 8 int32 and the condition records, and runs what is the same in every shot. */
export function start(programAt: usize, records: i32, conditionsAt: usize, clbitCount: i32): void {
  programEnd = programAt + <usize>records * RECORD;
  conditions = conditionsAt;
  clbits = <usize>clbitCount;
  savedBits = heap.alloc(clbits);
  bits = savedBits;
  resume = execute(programAt, 0, true);
  if (resume == programEnd) return;
  save();
  for (let at = resume; at < programEnd; at += RECORD) {
    const code = load<i32>(at);
    if (load<i32>(at, 20) >= 0 && (code < X || code > Z)) signsOnly = false;
  }
}

/** Shots first … first + count − 1, one after the other, `clbits` bytes each. */
export function sampleEach(first: f64, count: i32, out: usize): void {
  for (let shot = 0; shot < count; shot++) {
    bits = out + <usize>shot * clbits;
    memory.copy(bits, savedBits, clbits);
    if (resume == programEnd) continue;
    restore();
    execute(resume, first + <f64>shot, false);
  }
}
