// Inbox of one process as order T2 has it: messages fall due together, are taken in order of sender and sequence, each once.

export interface Message {
  readonly from: number;
  readonly seq: number;
}

const keyOf = ({ from, seq }: Message): string => `${from}:${seq}`;
const bySender = (a: Message, b: Message): number => a.from - b.from || a.seq - b.seq;

export class Inbox {
  /** Due at `#due`, in the order sent. */
  #coming: Message[] = [];
  #due = 0;
  /** Due already, in order T2 from `#first` on. */
  #ready: Message[] = [];
  #first = 0;
  /** Dropped by the mailbox: passed over when their turn would come. */
  #dropped: Set<string> | undefined;
  /** Of what was coming when the process ended: so many were reported lost; -1 while they stand in the order sent. */
  #lost = -1;

  /** A message sent at `now`, due at the next tick. */
  add(message: Message, now: number): void {
    if (this.#due <= now) this.#open();
    this.#due = now + 1;
    this.#coming.push(message);
  }

  /** The message that must be taken at `now`. */
  take(now: number): Message | undefined {
    if (this.#due <= now) this.#open();
    for (let message = this.#ready[this.#first]; message !== undefined; message = this.#ready[this.#first]) {
      this.#first += 1;
      if (this.#dropped?.delete(keyOf(message)) !== true) return message;
    }
    return undefined;
  }

  /** What is there or on its way, in the order in which it will be taken. */
  messages(): readonly Message[] {
    const all = [...this.#ready.slice(this.#first), ...[...this.#coming].sort(bySender)];
    return all.filter((message) => this.#dropped?.has(keyOf(message)) !== true);
  }

  /** A message that is due will never be taken. */
  drop(message: Message): void { (this.#dropped ??= new Set()).add(keyOf(message)); }

  /** The last message of this sender is not on its way yet: it waits for a place. */
  park({ from, seq }: Message): boolean {
    const last = this.#coming.at(-1);
    if (last?.from !== from || last.seq !== seq) return false;
    this.#coming.pop();
    return true;
  }

  /** A message sent or let in at `now` is taken back before it falls due. */
  withdraw({ from, seq }: Message, now: number): boolean {
    const at = this.#due > now ? this.#coming.findIndex((message) => message.from === from && message.seq === seq) : -1;
    if (at >= 0) this.#coming.splice(at, 1);
    return at >= 0;
  }

  /** The process ended at `now`: what was due is gone with it. False: something had been dropped that never came. */
  close(now: number): boolean {
    if (this.#due <= now) this.#open();
    for (let at = this.#first; at < this.#ready.length && (this.#dropped?.size ?? 0) > 0; at++) this.#dropped?.delete(keyOf(this.#ready[at] as Message));
    this.#ready = [];
    this.#first = 0;
    return (this.#dropped?.size ?? 0) === 0;
  }

  /** Of an ended process: messages still to be reported lost. */
  get left(): number { return this.#coming.length - Math.max(this.#lost, 0); }

  /** Whether the message is the next to the ended process that fell due at `now`, in order T2; it is struck off. */
  lose({ from, seq }: Message, now: number): boolean {
    if (this.#due !== now) return false;
    if (this.#lost < 0) {
      this.#coming.sort(bySender);
      this.#lost = 0;
    }
    const next = this.#coming[this.#lost];
    if (next?.from !== from || next.seq !== seq) return false;
    this.#lost += 1;
    return true;
  }

  /** An inbox that is never empty keeps no past either. */
  #forgetTaken(): void {
    this.#ready.splice(0, this.#first);
    this.#first = 0;
  }

  /** What was coming is due now: behind what is due already, all of which is older. */
  #open(): void {
    if (this.#coming.length === 0) return;
    if (this.#coming.length > 1) this.#coming.sort(bySender);
    if (this.#first < this.#ready.length) {
      if (2 * this.#first > this.#ready.length) this.#forgetTaken();
      for (const message of this.#coming) this.#ready.push(message);
    } else {
      [this.#ready, this.#coming] = [this.#coming, this.#ready];
      this.#first = 0;
    }
    this.#coming.length = 0;
  }
}
