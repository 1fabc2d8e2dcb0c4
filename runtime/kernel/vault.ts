// Vault: byte strings that are kept for good, end to end in chunks, for whoever may still ask for them. What was put before is found
// again when it is short, so that a million processes that return nothing return the same nothing.

const CHUNK_BYTES = 65_536;
/** Of the first: most runs keep no more. */
const FIRST_BYTES = 1_024;
/** In front of each string. */
const LENGTH_BYTES = 4;
/** Places are counted in these, so that 32 bits reach sixteen gigabytes. */
const ALIGNMENT = 4;
const CHUNK_PLACES = CHUNK_BYTES / ALIGNMENT;
const SHORT_MAX = 48;
const KNOWN_MAX = 1_024;

/** Chunks in order, the last as far as it is used. */
export interface VaultState {
  readonly chunks: readonly Uint8Array[];
  readonly used: number;
}

export class Vault {
  readonly #chunks: Uint8Array[] = [];
  /** Of the last chunk. */
  #used = 0;
  readonly #known = new Map<string, number>();

  /** Where `bytes` can be found: at least 1. */
  put(bytes: Uint8Array): number {
    if (bytes.length > SHORT_MAX) return this.#append(bytes);
    const key = String.fromCharCode(...bytes);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size === KNOWN_MAX) this.#known.clear();
    const place = this.#append(bytes);
    this.#known.set(key, place);
    return place;
  }

  /** A copy of its own. */
  get(place: number): Uint8Array {
    const chunk = this.#chunks[Math.floor((place - 1) / CHUNK_PLACES)] ?? NO_CHUNK;
    const from = ((place - 1) % CHUNK_PLACES) * ALIGNMENT;
    const length = new DataView(chunk.buffer, chunk.byteOffset).getUint32(from);
    return chunk.slice(from + LENGTH_BYTES, from + LENGTH_BYTES + length);
  }

  saved(): VaultState {
    const last = this.#chunks.length - 1;
    return { chunks: this.#chunks.map((chunk, at) => chunk.slice(0, at === last ? this.#used : chunk.length)), used: this.#used };
  }

  /** Into an empty one, which goes on as this one would have: chunks end where they would. What is known of short strings is only for saving room. */
  restore({ chunks, used }: VaultState): void {
    chunks.forEach((bytes, at) => {
      const chunk = new Uint8Array(at === chunks.length - 1 ? Math.max(bytes.length, at === 0 ? FIRST_BYTES : CHUNK_BYTES) : bytes.length);
      chunk.set(bytes);
      this.#chunks.push(chunk);
    });
    this.#used = used;
  }

  #append(bytes: Uint8Array): number {
    const size = LENGTH_BYTES + bytes.length;
    let chunk = this.#chunks[this.#chunks.length - 1] ?? NO_CHUNK;
    if (this.#used + size > chunk.length) {
      chunk = new Uint8Array(Math.max(size, this.#chunks.length === 0 ? FIRST_BYTES : CHUNK_BYTES));
      this.#chunks.push(chunk);
      this.#used = 0;
    }
    new DataView(chunk.buffer, chunk.byteOffset).setUint32(this.#used, bytes.length);
    chunk.set(bytes, this.#used + LENGTH_BYTES);
    const place = (this.#chunks.length - 1) * CHUNK_PLACES + this.#used / ALIGNMENT + 1;
    this.#used = Math.ceil((this.#used + size) / ALIGNMENT) * ALIGNMENT;
    return place;
  }
}
const NO_CHUNK = new Uint8Array(0);
