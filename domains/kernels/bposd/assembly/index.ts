// BP+OSD in WebAssembly: rows of events in, masks of observables and weights out. Owns which shot is in which lane.
//   B11 A lane takes the next shot as soon as its own is done. A shot's answer depends on its row alone: not on its lane, nor on its neighbours.
//   B12 A shot is converged when the totals give every event; then they are the answer. After `most` iterations it goes to ordered statistics.
import { advance, beginLane, iterate, openMessages, scaleLane, totals } from "./messages";
import { openOrdered, solutionMask, solutionWeight, solve } from "./ordered";
import { detectors, mask, mechanisms, setProblem, weight } from "./problem";

const LANES: i32 = 4;
const IDLE: i32 = -1;

let most: i32 = 0;
let scale: f32 = 0;
let masksOut: usize = 0;
let weightsOut: usize = 0;
let flagsOut: usize = 0;
let shotOf: usize = 0;
let iterations: usize = 0;
/** Whether nothing is likelier than no mechanism at all, so that a row without events needs no iteration. */
let quiet: bool = true;

export function allocate(bytes: usize): usize { return heap.alloc(bytes); }

/** `iterationsMost`: at least 1. `factor`: 0 for 1 - 2^-k. `sweep`: how many columns are combined in pairs; 0 for OSD-0. */
export function open(d: i32, m: i32, columns: usize, rows: usize, weights: usize, masks: usize, iterationsMost: i32, factor: f32, sweep: i32): void {
  setProblem(d, m, columns, rows, weights, masks);
  openMessages();
  openOrdered(sweep);
  most = iterationsMost;
  scale = factor;
  shotOf = heap.alloc(LANES << 2);
  iterations = heap.alloc(LANES << 2);
  quiet = true;
  for (let j = 0; j < m; j++) if (!(weight(j) > 0)) quiet = false;
}

/** Writes a u64 of observables, an f64 of weight and a byte a shot: 0 by propagation, 1 by ordered statistics, 2 for events nothing explains. */
export function decode(rows: usize, rowBytes: usize, shots: i32, masks: usize, weights: usize, flags: usize): void {
  masksOut = masks;
  weightsOut = weights;
  flagsOut = flags;
  let next = 0;
  for (let lane = 0; lane < LANES; lane++) next = fill(lane, next, rows, rowBytes, shots);
  while (anyBusy()) {
    const converged = iterate();
    let finished = 0;
    for (let lane = 0; lane < LANES; lane++) if (settles(lane, ((converged >> lane) & 1) != 0, rows, rowBytes)) finished |= 1 << lane;
    advance();
    for (let lane = 0; lane < LANES; lane++) if ((finished >> lane) & 1) next = fill(lane, next, rows, rowBytes, shots);
  }
}

/** Whether a lane has its answer, which it then writes; another iteration otherwise. */
function settles(lane: i32, converged: bool, rows: usize, rowBytes: usize): bool {
  const shot = load<i32>(shotOf + (<usize>lane << 2));
  if (shot == IDLE) return false;
  if (converged) {
    readTotals(lane, shot);
    return true;
  }
  const done = load<i32>(iterations + (<usize>lane << 2)) + 1;
  setIterations(lane, done);
  if (done <= most) return false;
  readOrdered(lane, shot, rows + <usize>shot * rowBytes);
  return true;
}

function anyBusy(): bool {
  for (let lane = 0; lane < LANES; lane++) if (load<i32>(shotOf + (<usize>lane << 2)) != IDLE) return true;
  return false;
}

/** Gives a lane the next shot, if there is one. Answers with the shot after it. */
function fill(lane: i32, next: i32, rows: usize, rowBytes: usize, shots: i32): i32 {
  let shot = next;
  while (shot < shots && quiet && !anyEvent(rows + <usize>shot * rowBytes)) {
    answer(shot, 0, 0, 0);
    shot++;
  }
  store<i32>(shotOf + (<usize>lane << 2), shot < shots ? shot : IDLE);
  if (shot >= shots) return shot;
  beginLane(lane, rows + <usize>shot * rowBytes);
  setIterations(lane, 0);
  return shot + 1;
}

function anyEvent(bits: usize): bool {
  const whole = detectors >> 3;
  for (let i = 0; i < whole; i++) if (load<u8>(bits + <usize>i) != 0) return true;
  return (detectors & 7) != 0 && (load<u8>(bits + <usize>whole) & <u8>((<u32>1 << <u32>(detectors & 7)) - 1)) != 0;
}

function setIterations(lane: i32, done: i32): void {
  store<i32>(iterations + (<usize>lane << 2), done);
  scaleLane(lane, scale > 0 ? scale : 1 - <f32>(1.0 / <f64>((<u64>1) << <u64>min(done + 1, 40))));
}

function answer(shot: i32, observables: u64, cost: f64, flag: u8): void {
  store<u64>(masksOut + (<usize>shot << 3), observables);
  store<f64>(weightsOut + (<usize>shot << 3), cost);
  store<u8>(flagsOut + <usize>shot, flag);
}

function readTotals(lane: i32, shot: i32): void {
  let observables: u64 = 0;
  let cost = 0.0;
  for (let j = 0; j < mechanisms; j++) {
    if (load<i32>(totals + (<usize>j << 4) + (<usize>lane << 2)) >= 0) continue;
    observables ^= mask(j);
    cost += weight(j);
  }
  answer(shot, observables, cost, 0);
}

function readOrdered(lane: i32, shot: i32, bits: usize): void {
  if (solve(lane, bits)) answer(shot, solutionMask, solutionWeight, 1);
  else answer(shot, 0, Infinity, 2);
}
