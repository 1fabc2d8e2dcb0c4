// What a machine makes so much of in an epoch and a region of a job uses up: T states, teleports, rounds of the decoder. Whoever cannot
// have all it asks for waits, and what is made goes to who has waited longest.
//   F1  Served in the order of asking: nobody is overtaken by a later one, however little that asks for.
//   F2  What is made is in stock, in the hands of who waits, spent or spilled; nothing is made twice.
import { invariant } from "../../../kernel-abi/invariant.ts";

export interface FlowSpec {
  /** Made in an epoch; null: without end. */
  readonly perEpoch: number | null;
  /** Kept at most between epochs; what was made in an epoch is always kept to its end. */
  readonly buffer: number;
}
interface Waiter { readonly job: string; readonly asked: number; got: number }
export interface FlowSaved extends FlowSpec {
  readonly stock: number;
  readonly made: number;
  readonly spent: number;
  readonly spilled: number;
  readonly waiting: readonly Readonly<Waiter>[];
}

export class Flow {
  #perEpoch: number | null;
  readonly #buffer: number;
  #stock: number;
  #made: number;
  #spent = 0;
  #spilled = 0;
  #waiting: Waiter[] = [];

  constructor({ perEpoch, buffer }: FlowSpec) {
    this.#perEpoch = perEpoch;
    this.#buffer = buffer;
    this.#stock = perEpoch ?? 0;
    this.#made = this.#stock;
  }

  get perEpoch(): number | null { return this.#perEpoch; }
  get stock(): number { return this.#stock; }
  get spent(): number { return this.#spent; }
  get waiting(): readonly string[] { return this.#waiting.map(({ job }) => job); }

  /** From the next epoch on. */
  setRate(perEpoch: number | null): void { this.#perEpoch = perEpoch; }

  /** Takes what a job's next region uses up, or lets it wait; ask again at the next epoch, for the same. */
  ask(job: string, amount: number): "go" | "wait" {
    let waiter = this.#waiting.find((each) => each.job === job);
    if (waiter === undefined) {
      if (amount === 0) return "go";
      waiter = { job, asked: amount, got: 0 };
      this.#waiting.push(waiter);
    }
    this.#pour();
    if (this.#perEpoch === null) this.#make(waiter);
    if (waiter.got < waiter.asked) return "wait";
    this.#spent += waiter.got;
    this.#waiting = this.#waiting.filter((each) => each !== waiter);
    this.#assert();
    return "go";
  }

  /** Epochs until a job that asked now for so much would have it all; null when nothing is made. */
  epochsFor(amount: number): number | null {
    if (this.#perEpoch === null) return 0;
    const missing = this.#waiting.reduce((sum, { asked, got }) => sum + asked - got, amount) - this.#stock;
    return missing <= 0 ? 0 : this.#perEpoch === 0 ? null : Math.ceil(missing / this.#perEpoch);
  }

  /** A job that waits no more: what it had goes back. */
  withdraw(job: string): void {
    for (const waiter of this.#waiting) if (waiter.job === job) this.#stock += waiter.got;
    this.#waiting = this.#waiting.filter((each) => each.job !== job);
    this.#pour();
  }

  /** The next epoch: what nobody took is kept up to the buffer, and as much is made as an epoch makes. */
  turnover(): void {
    this.#pour();
    const kept = Math.min(this.#stock, this.#buffer);
    this.#spilled += this.#stock - kept;
    this.#made += this.#perEpoch ?? 0;
    this.#stock = kept + (this.#perEpoch ?? 0);
    this.#pour();
    this.#assert();
  }

  saved(): FlowSaved {
    return {
      perEpoch: this.#perEpoch, buffer: this.#buffer, stock: this.#stock, made: this.#made, spent: this.#spent, spilled: this.#spilled,
      waiting: this.#waiting.map((each) => ({ ...each })),
    };
  }
  static restored(saved: FlowSaved): Flow {
    const flow = new Flow(saved);
    flow.#stock = saved.stock;
    flow.#made = saved.made;
    flow.#spent = saved.spent;
    flow.#spilled = saved.spilled;
    flow.#waiting = saved.waiting.map((each) => ({ ...each }));
    flow.#assert();
    return flow;
  }

  #pour(): void {
    for (const waiter of this.#waiting) {
      const part = Math.min(this.#stock, waiter.asked - waiter.got);
      waiter.got += part;
      this.#stock -= part;
    }
  }
  #make(waiter: Waiter): void {
    this.#made += waiter.asked - waiter.got;
    waiter.got = waiter.asked;
  }
  #assert(): void {
    const waiting = this.#waiting.reduce((sum, { got }) => sum + got, 0);
    invariant(this.#stock >= 0 && this.#made === this.#stock + waiting + this.#spent + this.#spilled, "C23");
  }
}
