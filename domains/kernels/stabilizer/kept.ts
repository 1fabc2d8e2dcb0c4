// Circuits that are sampled again and again, each time under another key. Owns the tableaux that stand where every such job begins,
// on this thread: what is the same in all of them was decoded, checked and run once.
//   S1  A kept tableau is a function of circuit and shots alone: after each job its memory is put back to what it was before the first
//       one, byte for byte, so no job meets anything of another (A4).
//   S2  Kept is what is small: a short input, in memory that never grew. What did not come to its end is dropped.
//   S3  A circuit is known by all bytes of its jobs but the key's. Only the encoder's own form is kept, where the key is the last eight.
import { sameBytes } from "../../../kernel-abi/canonical.ts";
import { encodeCircuitJob, KEY_BYTES, keyOfJob, type CircuitJob } from "../circuit.ts";
import type { Tableau } from "./tableau.ts";

/** Where sampling begins, and how many bytes it gives. */
export interface Started {
  readonly tableau: Tableau;
  readonly bytes: number;
}

/** One job's bits under its key. */
export type Sampling = (key: Uint32Array) => Uint8Array;

const INPUT_BYTES_MAX = 16_384;
/** Of 64 KiB and a little more each. */
const KEPT_MAX = 16;

export function sampled({ tableau, bytes }: Started, key: Uint32Array): Uint8Array {
  const bits = new Uint8Array(bytes);
  tableau.sample(key, 0, bits);
  return bits;
}

const isShort = (input: Uint8Array): boolean => input.length > KEY_BYTES && input.length <= INPUT_BYTES_MAX;
/** All but the key, a character a byte. */
const nameOf = (input: Uint8Array): string => Buffer.from(input.buffer, input.byteOffset, input.length - KEY_BYTES).toString("latin1");

export class KeptTableaux {
  readonly #known = new Map<string, Sampling>();

  /** The bits of a job whose circuit is kept. */
  bitsOf(input: Uint8Array): Uint8Array | undefined {
    if (!isShort(input)) return undefined;
    return this.#known.get(nameOf(input))?.(keyOfJob(input));
  }

  /** How `job`, whose bytes are `input`, is sampled from where it was started, which is kept if that is worth it. */
  sampling(input: Uint8Array, job: CircuitJob, started: Started): Sampling {
    const putBack = isShort(input) && sameBytes(encodeCircuitJob(job), input) ? started.tableau.mark(started.bytes) : undefined;
    if (putBack === undefined) return (key) => sampled(started, key);
    const name = nameOf(input);
    const again = (key: Uint32Array): Uint8Array => {
      let whole = false;
      try {
        const bits = sampled(started, key);
        whole = putBack();
        return bits;
      } finally {
        if (!whole) this.#known.delete(name);
      }
    };
    this.#enter(name, again);
    return again;
  }

  #enter(name: string, sampling: Sampling): void {
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size >= KEPT_MAX) this.#known.delete(oldest);
    this.#known.set(name, sampling);
  }
}
