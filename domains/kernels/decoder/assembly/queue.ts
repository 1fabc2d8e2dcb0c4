// What happens when: a radix heap (Ahuja, Mehlhorn, Orlin and Tarjan, J. ACM 37, 1990) of times that never go back.
//   Q1  Nothing is pushed before the time that was popped last, `now`.
//   Q2  Bucket 0 holds what is due now; bucket b holds times that differ from `now` first in bit b - 1.
//   Q3  Of equal times the one pushed or moved last comes first: the same on every host.
// An entry is (time i64, item u32, next u32); lists are by index, so that the pool can grow.

export let now: i64 = 0;
/** Of the entry that was popped last. */
export let item: usize = 0;

/** Index of the first entry of each bucket; 0 is none. */
const heads: usize = memory.data(64 * 4);
let filled: u64 = 0;
let pool: usize = 0;
let capacity: u32 = 0;
let used: u32 = 1;
let free: u32 = 0;

// @ts-ignore: decorator
@inline function entryAt(index: u32): usize { return pool + (<usize>index << 4); }

function enlarge(): void {
  const wanted: u32 = capacity === 0 ? 1024 : capacity << 1;
  const fresh = heap.alloc(<usize>wanted << 4);
  if (capacity !== 0) memory.copy(fresh, pool, <usize>capacity << 4);
  pool = fresh;
  capacity = wanted;
}

/** Bucket 1 and up by the highest bit that differs; 0 when none does. */
// @ts-ignore: decorator
@inline function bucketOf(time: i64): usize { return <usize>(64 - clz(time ^ now)); }

// @ts-ignore: decorator
@inline function link(index: u32, bucket: usize): void {
  const head = heads + (bucket << 2);
  store<u32>(entryAt(index), load<u32>(head), 12);
  store<u32>(head, index);
  filled |= <u64>1 << <u64>bucket;
}

export function push(time: i64, what: usize): void {
  let index = free;
  if (index !== 0) free = load<u32>(entryAt(index), 12);
  else {
    if (used >= capacity) enlarge();
    index = used++;
  }
  const entry = entryAt(index);
  store<i64>(entry, time);
  store<u32>(entry, <u32>what, 8);
  link(index, bucketOf(time));
}

/** Moves the times of a bucket to where they belong once the least of them is `now`. */
function spread(bucket: usize): void {
  const head = heads + (bucket << 2);
  const first = load<u32>(head);
  let least = load<i64>(entryAt(first));
  for (let at = load<u32>(entryAt(first), 12); at !== 0; at = load<u32>(entryAt(at), 12)) {
    const time = load<i64>(entryAt(at));
    if (time < least) least = time;
  }
  now = least;
  store<u32>(head, 0);
  filled &= ~(<u64>1 << <u64>bucket);
  for (let at = first; at !== 0;) {
    const after = load<u32>(entryAt(at), 12);
    link(at, bucketOf(load<i64>(entryAt(at))));
    at = after;
  }
}

/** The next thing due: sets `now` and `item`. False when there is none. */
export function pop(): bool {
  if (filled === 0) return false;
  if ((filled & 1) === 0) spread(<usize>ctz(filled));
  const index = load<u32>(heads);
  const entry = entryAt(index);
  const after = load<u32>(entry, 12);
  store<u32>(heads, after);
  if (after === 0) filled &= ~1;
  item = <usize>load<u32>(entry, 8);
  store<u32>(entry, free, 12);
  free = index;
  return true;
}

/** Forgets everything; time begins anew. */
export function restart(): void {
  while (filled !== 0) {
    const bucket = <usize>ctz(filled);
    store<u32>(heads + (bucket << 2), 0);
    filled &= filled - 1;
  }
  now = 0;
  used = 1;
  free = 0;
}
