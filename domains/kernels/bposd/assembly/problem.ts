// The decoding problem in memory: a sparse matrix of detectors by mechanisms, from both sides, and what each mechanism weighs and flips.
//   B1  Column j has the detectors `rows[columns[j]] … rows[columns[j+1] - 1]`, rising; the edges of detector d are `members[checks[d]] …`, rising.
//   B2  weight(j) = ln((1-p)/p): what choosing j costs.

export let detectors: i32 = 0;
export let mechanisms: i32 = 0;
export let edges: i32 = 0;
/** u32 each: mechanisms + 1, edges, detectors + 1, edges. */
export let columns: usize = 0;
export let rows: usize = 0;
export let checks: usize = 0;
export let members: usize = 0;
/** f64 and u64, one a mechanism. */
export let weights: usize = 0;
export let masks: usize = 0;

export function setProblem(d: i32, m: i32, columnsAt: usize, rowsAt: usize, weightsAt: usize, masksAt: usize): void {
  detectors = d;
  mechanisms = m;
  columns = columnsAt;
  rows = rowsAt;
  weights = weightsAt;
  masks = masksAt;
  edges = load<u32>(columns + (<usize>m << 2));
  checks = heap.alloc((<usize>d + 1) << 2);
  members = heap.alloc(<usize>edges << 2);
  transpose();
}

function transpose(): void {
  memory.fill(checks, 0, (<usize>detectors + 1) << 2);
  for (let e = 0; e < edges; e++) {
    const at = checks + ((<usize>load<u32>(rows + (<usize>e << 2)) + 1) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  for (let d = 0; d < detectors; d++) {
    const at = checks + (<usize>d << 2);
    store<u32>(at, load<u32>(at, 4) + load<u32>(at), 4);
  }
  // Each detector's beginning moves to its end while its members are set, and back.
  for (let j = 0; j < mechanisms; j++) {
    for (let e = columnStart(j); e < columnStart(j + 1); e++) {
      const at = checks + (<usize>row(e) << 2);
      store<u32>(members + (<usize>load<u32>(at) << 2), j);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
  for (let d = detectors; d > 0; d--) store<u32>(checks + (<usize>d << 2), load<u32>(checks + (<usize>(d - 1) << 2)));
  store<u32>(checks, 0);
}

// @ts-ignore: decorator
@inline
export function columnStart(j: i32): i32 { return load<u32>(columns + (<usize>j << 2)); }

// @ts-ignore: decorator
@inline
export function row(edge: i32): i32 { return load<u32>(rows + (<usize>edge << 2)); }

// @ts-ignore: decorator
@inline
export function checkStart(d: i32): i32 { return load<u32>(checks + (<usize>d << 2)); }

// @ts-ignore: decorator
@inline
export function weight(j: i32): f64 { return load<f64>(weights + (<usize>j << 3)); }

// @ts-ignore: decorator
@inline
export function mask(j: i32): u64 { return load<u64>(masks + (<usize>j << 3)); }
