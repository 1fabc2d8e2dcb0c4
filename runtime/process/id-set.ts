// A set of ids that lie close together, a bit each: who was once known, for as long as somebody may ask.
const BITS = 10;
const WORDS = 1 << (BITS - 5);

/** Its pages by number. */
export type IdSetState = readonly (readonly [page: number, words: Int32Array])[];

export class IdSet {
  readonly #pages = new Map<number, Int32Array>();

  has(id: number): boolean {
    return ((this.#pages.get(id >>> BITS)?.[(id >>> 5) & (WORDS - 1)] ?? 0) & (1 << (id & 31))) !== 0;
  }

  add(id: number): void {
    const page = this.#pages.get(id >>> BITS) ?? new Int32Array(WORDS);
    const word = (id >>> 5) & (WORDS - 1);
    page[word] = (page[word] ?? 0) | (1 << (id & 31));
    this.#pages.set(id >>> BITS, page);
  }

  /** Whether it was there. */
  delete(id: number): boolean {
    if (!this.has(id)) return false;
    const page = this.#pages.get(id >>> BITS);
    const word = (id >>> 5) & (WORDS - 1);
    if (page !== undefined) page[word] = (page[word] ?? 0) & ~(1 << (id & 31));
    return true;
  }

  saved(): IdSetState { return [...this.#pages].map(([page, words]) => [page, words.slice()] as const); }
  restore(pages: IdSetState): void {
    for (const [page, words] of pages) this.#pages.set(page, Int32Array.from({ length: WORDS }, (_, at) => words[at] ?? 0));
  }
}
