// Mail that is under way, as frames tell of it: how much, how heavy, how long it has waited.
//   N1  A message is due the tick after it was sent, or after room was made for it; it is known by sender and number (T2).
//   N2  Depth never falls below 0: mail nobody was seen to send (a listing that begins late) is not counted.

interface Message {
  readonly bytes: number;
  /** undefined while it waits for room. */
  due: number | undefined;
}

/** Numbers are far below 2^32 and process ids below 2^20, so that one integer holds both. */
const keyOf = (from: number, seq: number): number => from * 4_294_967_296 + seq;

class Mailbox {
  readonly #messages = new Map<number, Message>();
  /** How many are due when; dues come in order, so the first is the oldest. */
  readonly #dues = new Map<number, number>();
  bytes = 0;

  get depth(): number { return this.#messages.size; }

  add(key: number, bytes: number, due: number): void {
    this.#messages.set(key, { bytes, due });
    this.bytes += bytes;
    this.#count(due, 1);
  }

  take(key: number): Message | undefined {
    const message = this.#messages.get(key);
    if (message === undefined) return undefined;
    this.#messages.delete(key);
    this.bytes -= message.bytes;
    if (message.due !== undefined) this.#count(message.due, -1);
    return message;
  }

  /** It waits for room, or no longer does. */
  move(key: number, due: number | undefined): void {
    const message = this.#messages.get(key);
    if (message === undefined) return;
    if (message.due !== undefined) this.#count(message.due, -1);
    message.due = due;
    if (due !== undefined) this.#count(due, 1);
  }

  /** The tick the oldest message is or was due. */
  get oldest(): number | undefined {
    for (const due of this.#dues.keys()) return due;
    return undefined;
  }

  /** Takes out what is due at `now`; what is still under way becomes a dead letter later. */
  loseDue(now: number): number {
    const lost = [...this.#messages].filter(([, { due }]) => due !== undefined && due <= now);
    for (const [key] of lost) this.take(key);
    return lost.length;
  }

  #count(due: number, change: number): void {
    const count = (this.#dues.get(due) ?? 0) + change;
    if (count === 0) this.#dues.delete(due);
    else this.#dues.set(due, count);
  }
}

export interface Mail {
  sent(from: number, seq: number, to: number, bytes: number, tick: number): void;
  /** The message waits at its full receiver's, until room is made. */
  parked(from: number, seq: number, to: number): void;
  /** Room was made for the message of `from` that waited at `to`. */
  roomMade(from: number, to: number, tick: number): void;
  /** Ticks the message had waited beyond the one it was due. */
  delivered(from: number, seq: number, to: number, tick: number): number;
  /** How many were lost: 1, or 0 when it was not known. */
  lost(from: number, seq: number, to: number): number;
  /** The same for the message of `from` that waits at `to` for room that will never be. */
  refused(from: number, to: number): number;
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
  /** Of each sender: its messages that wait for room, in the order sent. */
  const waiting = new Map<number, readonly { readonly seq: number; readonly to: number }[]>();
  let depth = 0;
  let bytes = 0;
  let bytesMax = 0;

  /** Keeps the sums right, whatever `act` does to the box. */
  function within<T>(process: number, box: Mailbox, act: () => T): T {
    const before = { depth: box.depth, bytes: box.bytes };
    const result = act();
    depth += box.depth - before.depth;
    bytes += box.bytes - before.bytes;
    if (bytes > bytesMax) bytesMax = bytes;
    if (box.depth === 0) boxes.delete(process);
    return result;
  }

  function take(from: number, seq: number, to: number): Message | undefined {
    const box = boxes.get(to);
    return box === undefined ? undefined : within(to, box, () => box.take(keyOf(from, seq)));
  }

  const lost = (from: number, seq: number, to: number): number => (take(from, seq, to) === undefined ? 0 : 1);

  function forget(from: number, seq: number): void {
    const left = waiting.get(from)?.filter((one) => one.seq !== seq) ?? [];
    if (left.length === 0) waiting.delete(from);
    else waiting.set(from, left);
  }

  /** The first of its messages that waits at `to`. */
  function waited(from: number, to: number): number {
    const seq = waiting.get(from)?.find((one) => one.to === to)?.seq ?? -1;
    forget(from, seq);
    return seq;
  }

  return {
    sent(from, seq, to, size, tick) {
      const box = boxes.get(to) ?? new Mailbox();
      boxes.set(to, box);
      within(to, box, () => { box.add(keyOf(from, seq), size, tick + 1); });
    },
    parked(from, seq, to) {
      waiting.set(from, [...waiting.get(from) ?? [], { seq, to }]);
      boxes.get(to)?.move(keyOf(from, seq), undefined);
    },
    roomMade(from, to, tick) { boxes.get(to)?.move(keyOf(from, waited(from, to)), tick + 1); },
    delivered(from, seq, to, tick) {
      const due = take(from, seq, to)?.due;
      return due === undefined ? 0 : Math.max(0, tick - due);
    },
    lost(from, seq, to) {
      forget(from, seq);
      return lost(from, seq, to);
    },
    refused: (from, to) => lost(from, waited(from, to), to),
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
