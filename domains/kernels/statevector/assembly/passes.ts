// Passes: a program of the planner (program.ts lays it out), run block by block. A block is the 2^k amplitudes that differ in the
// pass's own qubits; every thread of a job runs this same code on blocks it has claimed.
//   B1  Blocks of a pass share no amplitude, so who runs which of them, and when, changes no bit.
//   B2  A claim is one compare-and-exchange of a word that names the pass and the blocks left: nobody holds a block of a pass that is
//       over, and nobody reads the program without a block, so it may be rewritten between passes.
//   B3  A pass is over when as many blocks are done as it has. Only the leader opens the next, so no pass meets another.
//   B4  A block of zeros is left as it is: whatever gates do to it, it stays so.
//   B5  A pass of parts reads the state instead: every share of every part writes sums of its own, which the leader folds, or adds to
//       amplitudes of its own. So these, too, are the same numbers whoever took which.
import { bracketBlock, bracketShare, imageShare } from "./adjoint";
import { sumShare } from "./expect";
import { exchange, negate, phase as phaseGate, rotateX, rotateY, rotateZ } from "./gates";
import { run } from "./loops";
import { tile } from "./tiles";
import { squareShare } from "./weigh";

const TILE = 0, QUARTER = 2, LOOP = 3, SUMS = 4, SQUARES = 5, BRACKETS = 6, BRACKET = 7, IMAGES = 8, SINGLE = 9;
const SIZE: usize = 4, FLAGS: usize = 12, IN_MASK: usize = 16, COUNT: usize = 24, VARIANTS: usize = 28;
/** Of a single primitive: those a tile has too (tiles.ts), then exchanges; what is left negates. */
const ROTATE_X = 1, ROTATE_Y = 2, ROTATE_Z = 3, PHASE = 5, EXCHANGE = 8;
const TILE_HEAD: usize = 128, VARIANT_BYTES: usize = 144;
const FROM_STATE = 1, TO_STATE = 2;
/**
 * Of the words the threads share: the claim (blocks left, then pass, as one 64-bit word), how many blocks are done, how often a pass was opened, and,
 * as steady as the program (B2), where it stands and which state it is for.
 */
const CLAIM: usize = 0, DONE: usize = 8, BELL: usize = 12, PROGRAM: usize = 16, STATE: usize = 20, IMAGE: usize = 24;
/** Bytes of a block of 2^14 amplitudes: a thread that works on two states has two buffers. */
const BUFFER: usize = 1 << 18;
/** What `help` answers: nothing to do until the pass changes, a block was run, the job is over. */
const IDLE = 0, WORKED = 1, OVER = 2;
const CLOSED: u32 = 0xffffffff;

/** Spreads the bits of `index` over the set bits of `mask`, lowest first. */
function deposit(index: u32, mask: u32): usize {
  let place: u32 = 0;
  for (; index != 0; index >>= 1, mask &= mask - 1) if (index & 1) place |= mask & (0 - mask);
  return place;
}

function phase(op: usize, block: usize, outer: usize): void {
  if ((<u32>outer & load<u32>(op, 32)) != load<u32>(op, 36)) return;
  const mask: usize = load<u32>(op, IN_MASK);
  const base = block + load<u32>(op, 40);
  const u = v128.load(op, 48), v = v128.load(op, 64);
  const quarter = load<u32>(op) == QUARTER;
  let at: usize = 0;
  for (let left = load<u32>(op, COUNT); left > 0; left--) {
    const y = v128.load(base + at);
    const across = f64x2.mul(i64x2.shuffle(y, y, 1, 0), v);
    v128.store(base + at, quarter ? across : f64x2.add(f64x2.mul(y, u), across));
    at = ((at | mask) + 16) & ~mask;
  }
}

/** Whether every amplitude of a block is 0 whose set bits lie in `mask`; the others are 0 anyway. In a state that is full the first one ends it. */
function isZero(here: usize, mask: usize): bool {
  let at: usize = 0;
  do {
    if (v128.any_true(v128.load(here + at))) return false;
    at = ((at | ~mask) + 16) & mask;
  } while (at != 0);
  return true;
}

/** One share of each part of a pass (B5). */
function runParts(pass: usize, share: usize, state: usize): void {
  let part = pass + 16;
  for (let left = load<u32>(pass); left > 0; left--) {
    const what = load<u32>(part);
    if (what == SUMS) sumShare(part, share, state);
    else if (what == SQUARES) squareShare(part, share, state);
    else if (what == BRACKETS) bracketShare(part, share, state);
    else if (what == IMAGES) imageShare(part, share, state);
    part += load<u32>(part, SIZE);
  }
}

/** One primitive, alone, on a block that stands in one piece: the loop of its gate, told as assembly/gates.ts has it. */
function single(op: usize, block: usize): void {
  const kind = load<u32>(op, 8), total: usize = load<u32>(op, 16), s0: usize = load<u32>(op, 20), s1: usize = load<u32>(op, 24), s2: usize = load<u32>(op, 28);
  const a: usize = load<u32>(op, 32), b: usize = load<u32>(op, 36);
  const cosine = load<f64>(op, 48);
  if (kind == ROTATE_X) rotateX(block, total, s0, s1, s2, a, b, cosine, load<f64>(op, 64));
  else if (kind == ROTATE_Y) rotateY(block, total, s0, s1, s2, a, b, cosine, load<f64>(op, 64));
  else if (kind == ROTATE_Z) rotateZ(block, total, s0, s1, s2, a, b, cosine, load<f64>(op, 72));
  else if (kind == PHASE) phaseGate(block, total, s0, s1, s2, b, cosine, load<f64>(op, 72));
  else if (kind == EXCHANGE) exchange(block, total, s0, s1, s2, a, b);
  else negate(block, total, s0, s1, s2, b);
}

function runOp(op: usize, outer: usize, here: usize, buffer: usize): void {
  const flags = load<u32>(op, FLAGS);
  const source = flags & FROM_STATE ? here : buffer;
  const what = load<u32>(op);
  if (what == SINGLE) return single(op, source);
  if (what != TILE && what != LOOP) return phase(op, source, outer);
  const target = flags & TO_STATE ? here : buffer;
  let variant = op + TILE_HEAD;
  for (let more = load<u32>(op, VARIANTS); more > 0; more--) {
    if ((<u32>outer & load<u32>(variant)) == load<u32>(variant, 4)) {
      if (what == LOOP) run(op, variant, source, target);
      else tile(op, variant, source, target);
    }
    variant += VARIANT_BYTES;
  }
}

/** The same block of two states, op by op: where brackets stand between gates, both are as far. */
function runBoth(pass: usize, index: u32, state: usize, image: usize, buffer: usize): void {
  const outer = deposit(index, load<u32>(pass, 8));
  let op = pass + 16;
  for (let left = load<u32>(pass); left > 0; left--) {
    if (load<u32>(op) == BRACKET) {
      const inPlace = (load<u32>(op, FLAGS) & FROM_STATE) != 0;
      bracketBlock(op, outer, inPlace ? image + outer : buffer + BUFFER, inPlace ? state + outer : buffer);
    } else {
      runOp(op, outer, state + outer, buffer);
      runOp(op, outer, image + outer, buffer + BUFFER);
    }
    op += load<u32>(op, SIZE);
  }
}

function runBlock(pass: usize, index: u32, state: usize, image: usize, buffer: usize): void {
  if (image != 0) return runBoth(pass, index, state, image, buffer);
  if (<i32>load<u32>(pass, 16) >= SUMS) return runParts(pass, index, state);
  const outer = deposit(index, load<u32>(pass, 8));
  const here = state + outer;
  if (isZero(here, load<u32>(pass, 12))) return;
  let op = pass + 16;
  for (let left = load<u32>(pass); left > 0; left--) {
    runOp(op, outer, here, buffer);
    op += load<u32>(op, SIZE);
  }
}

function ring(sync: usize): void {
  atomic.add<u32>(sync + BELL, 1);
  atomic.notify(sync + BELL, -1);
}

/** Opens a pass for claims (leader), on one state, or on two. A program begins with a table of its passes' offsets; they are numbered from 0. */
export function openPass(program: usize, sync: usize, pass: u32, state: usize, image: usize): void {
  const blocks = load<u32>(program + load<u32>(program + (<usize>pass << 2)), 4);
  store<u32>(sync + PROGRAM, program);
  store<u32>(sync + STATE, state);
  store<u32>(sync + IMAGE, image);
  atomic.store<u32>(sync + DONE, 0);
  atomic.store<u64>(sync + CLAIM, (<u64>pass << 32) | blocks);
  ring(sync);
}

/** No more passes: every helper leaves (leader). */
export function closePasses(sync: usize): void {
  atomic.store<u64>(sync + CLAIM, <u64>CLOSED << 32);
  ring(sync);
}

/** Claims one block of whatever pass is open and runs it. `buffer` is the caller's own. */
export function help(sync: usize, buffer: usize): i32 {
  const seen = atomic.load<u64>(sync + CLAIM);
  const number = <u32>(seen >> 32), left = <u32>seen;
  if (number == CLOSED) return OVER;
  if (left == 0) return IDLE;
  if (atomic.cmpxchg<u64>(sync + CLAIM, seen, seen - 1) != seen) return WORKED;
  const program: usize = load<u32>(sync + PROGRAM);
  const pass = program + load<u32>(program + (<usize>number << 2));
  runBlock(pass, load<u32>(pass, 4) - left, load<u32>(sync + STATE), load<u32>(sync + IMAGE), buffer);
  atomic.add<u32>(sync + DONE, 1);
  atomic.notify(sync + DONE, 1);
  return WORKED;
}

export function blocksDone(sync: usize): u32 {
  return atomic.load<u32>(sync + DONE);
}
