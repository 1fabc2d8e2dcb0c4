// Bit planes of one block of shots, and where each stands. Owns every address but those of the noise streams.
//   B1  A plane is 128 bytes: bit s belongs to shot s of the block of 1,024. Planes are 16-byte aligned.
//   B2  An operand t >= 0 is plane t; t < 0 is rec[t], which stands in a ring of a power of two of planes.
//   B3  Outputs are planes too: detectors in their order, then observables; or all measurements.

export const PLANE: usize = 128;
export const PLANE_SHIFT: usize = 7;

let planes: usize = 0;
let planeBytes: usize = 0;
let ring: usize = 0;
let ringMask: i32 = 0;
/** Measurements recorded so far in this block. */
let recorded: i32 = 0;

export let outputs: usize = 0;
let outputBytes: usize = 0;
let detected: i32 = 0;

function aligned(bytes: usize): usize { return (heap.alloc(bytes + 16) + 15) & ~15; }

/** `ringSize` is a power of two; `outputCount` is rounded up to whole groups of 16, the rest stay zero. */
export function openPlanes(planeCount: i32, ringSize: i32, outputCount: i32): void {
  planeBytes = <usize>planeCount << PLANE_SHIFT;
  planes = aligned(planeBytes);
  ring = aligned(<usize>ringSize << PLANE_SHIFT);
  ringMask = ringSize - 1;
  outputBytes = ((<usize>outputCount + 15) & ~15) << PLANE_SHIFT;
  outputs = outputBytes == 0 ? ring : aligned(outputBytes);
}

/** Measurements are written from where they were recorded: the ring holds all of them. */
export function clearPlanes(): void {
  memory.fill(planes, 0, planeBytes);
  memory.fill(outputs, 0, outputBytes);
  recorded = 0;
  detected = 0;
}

// @ts-ignore: decorator
@inline export function placeOf(operand: i32): usize {
  return operand >= 0 ? planes + (<usize>operand << PLANE_SHIFT) : ring + (<usize>((recorded + operand) & ringMask) << PLANE_SHIFT);
}

// @ts-ignore: decorator
@inline export function addTo(to: usize, from: usize): void {
  v128.store(to, v128.xor(v128.load(to), v128.load(from)));
  v128.store(to, v128.xor(v128.load(to, 16), v128.load(from, 16)), 16);
  v128.store(to, v128.xor(v128.load(to, 32), v128.load(from, 32)), 32);
  v128.store(to, v128.xor(v128.load(to, 48), v128.load(from, 48)), 48);
  v128.store(to, v128.xor(v128.load(to, 64), v128.load(from, 64)), 64);
  v128.store(to, v128.xor(v128.load(to, 80), v128.load(from, 80)), 80);
  v128.store(to, v128.xor(v128.load(to, 96), v128.load(from, 96)), 96);
  v128.store(to, v128.xor(v128.load(to, 112), v128.load(from, 112)), 112);
}

// @ts-ignore: decorator
@inline export function copyTo(to: usize, from: usize): void {
  for (let at: usize = 0; at < PLANE; at += 32) {
    v128.store(to + at, v128.load(from + at));
    v128.store(to + at, v128.load(from + at, 16), 16);
  }
}

// @ts-ignore: decorator
@inline export function clear(to: usize): void {
  const zero = i64x2.splat(0);
  for (let at: usize = 0; at < PLANE; at += 32) {
    v128.store(to + at, zero);
    v128.store(to + at, zero, 16);
  }
}

export function exchange(a: usize, b: usize): void {
  for (let at: usize = 0; at < PLANE; at += 16) {
    const held = v128.load(a + at);
    v128.store(a + at, v128.load(b + at));
    v128.store(b + at, held);
  }
}

/** a becomes a without b. */
export function without(a: usize, b: usize): void {
  for (let at: usize = 0; at < PLANE; at += 16) v128.store(a + at, v128.andnot(v128.load(a + at), v128.load(b + at)));
}

/** Appends a plane to the record. */
export function record(from: usize): void {
  copyTo(ring + (<usize>(recorded & ringMask) << PLANE_SHIFT), from);
  recorded += 1;
}

/** The output plane of the next detector. */
export function nextDetector(): usize {
  const at = outputs + (<usize>detected << PLANE_SHIFT);
  detected += 1;
  return at;
}

/** Inverts output planes whose bit in `reference` is 1. */
export function invert(reference: usize, count: i32): void {
  const ones = i64x2.splat(-1);
  for (let k: usize = 0; k < <usize>count; k++) {
    if ((load<u8>(reference + (k >> 3)) >> <u8>(k & 7)) & 1) {
      const plane = outputs + (k << PLANE_SHIFT);
      for (let at = plane; at < plane + PLANE; at += 16) v128.store(at, v128.xor(v128.load(at), ones));
    }
  }
}
