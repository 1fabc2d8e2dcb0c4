// Mail that is under way, as frames tell of it: how much, how heavy, how long it has waited.
//   N1  A message is due the tick after it was sent; those of one tick are all delivered before those of the next (T2, T4).
//   N2  Depth never falls below 0: mail nobody was seen to send (a listing that begins late) is not counted.

interface Batch { readonly due: number; count: number }
interface Waiting { readonly bytes: number; readonly due: number }

/** First in, first out, without shifting. */
class Queue<T> {
  #items: T[] = [];
  #head = 0;
  get length(): number { return this.#items.length - this.#head; }
  get first(): T | undefined { return this.#items[this.#head]; }
  get last(): T | undefined { return this.#items[this.#items.length - 1]; }
  push(item: T): void { this.#items.push(item); }
  take(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head += 1;
    if (this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}

class Mailbox {
  readonly #senders = new Map<number, Queue<Waiting>>();
  readonly #batches = new Queue<Batch>();
  depth = 0;
  bytes = 0;

  add(from: number, message: Waiting): void {
    let queue = this.#senders.get(from);
    if (queue === undefined) this.#senders.set(from, queue = new Queue());
    queue.push(message);
    if (this.#batches.last?.due === message.due) this.#batches.last.count += 1;
    else this.#batches.push({ due: message.due, count: 1 });
    this.depth += 1;
    this.bytes += message.bytes;
  }

  take(from: number): Waiting | undefined {
    const queue = this.#senders.get(from);
    const message = queue?.take();
    if (message === undefined) return undefined;
    if (queue?.length === 0) this.#senders.delete(from);
    this.depth -= 1;
    this.bytes -= message.bytes;
    const batch = this.#batches.first;
    if (batch !== undefined) batch.count -= 1;
    while (this.#batches.first?.count === 0) this.#batches.take();
    return message;
  }

  /** The tick the oldest message is or was due. */
  get oldest(): number | undefined { return this.#batches.first?.due; }

  /** Takes out what is due at `now`; what is still under way becomes a dead letter later. */
  loseDue(now: number): number {
    let lost = 0;
    for (const [from, queue] of [...this.#senders]) {
      for (let first = queue.first; first !== undefined && first.due <= now; first = queue.first) {
        this.take(from);
        lost += 1;
      }
    }
    return lost;
  }
}

export interface Mail {
  sent(from: number, to: number, bytes: number, tick: number): void;
  /** Ticks the message had waited beyond the one it was due. */
  delivered(from: number, to: number, tick: number): number;
  lost(from: number, to: number): number;
  /** A process ended: how many messages were lost with it. */
  ended(process: number, tick: number): number;
  readonly depth: number;
  readonly bytes: number;
  readonly bytesMax: number;
  /** The fullest mailbox; undefined when all are empty. Of equally full ones, that of the lowest process. */
  deepest(): { readonly process: number; readonly depth: number } | undefined;
  /** Whose message that is due at `tick` has waited longest. */
  oldest(tick: number): { readonly process: number; readonly wait: number } | undefined;
}

export function createMail(): Mail {
  const boxes = new Map<number, Mailbox>();
  let depth = 0;
  let bytes = 0;
  let bytesMax = 0;

  function changed(process: number, box: Mailbox, before: { readonly depth: number; readonly bytes: number }): void {
    depth += box.depth - before.depth;
    bytes += box.bytes - before.bytes;
    if (bytes > bytesMax) bytesMax = bytes;
    if (box.depth === 0) boxes.delete(process);
  }

  function within<T>(process: number, box: Mailbox, act: () => T): T {
    const before = { depth: box.depth, bytes: box.bytes };
    const result = act();
    changed(process, box, before);
    return result;
  }

  function take(from: number, to: number): Waiting | undefined {
    const box = boxes.get(to);
    return box === undefined ? undefined : within(to, box, () => box.take(from));
  }

  return {
    sent(from, to, size, tick) {
      const box = boxes.get(to) ?? new Mailbox();
      boxes.set(to, box);
      within(to, box, () => { box.add(from, { bytes: size, due: tick + 1 }); });
    },
    delivered(from, to, tick) {
      const message = take(from, to);
      return message === undefined ? 0 : Math.max(0, tick - message.due);
    },
    lost: (from, to) => (take(from, to) === undefined ? 0 : 1),
    ended(process, tick) {
      const box = boxes.get(process);
      return box === undefined ? 0 : within(process, box, () => box.loseDue(tick));
    },
    get depth() { return depth; },
    get bytes() { return bytes; },
    get bytesMax() { return bytesMax; },
    deepest() {
      let found: { process: number; depth: number } | undefined;
      for (const [process, box] of boxes) {
        if (found === undefined || box.depth > found.depth || (box.depth === found.depth && process < found.process)) found = { process, depth: box.depth };
      }
      return found;
    },
    oldest(tick) {
      let found: { process: number; wait: number } | undefined;
      for (const [process, { oldest }] of boxes) {
        if (oldest === undefined || oldest > tick) continue;
        const wait = tick - oldest;
        if (found === undefined || wait > found.wait || (wait === found.wait && process < found.process)) found = { process, wait };
      }
      return found;
    },
  };
}
