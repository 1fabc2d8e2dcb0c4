// Attestations that wait for their signature: those of jobs whose runs were sealed together are signed together. Owns what has none yet.
//   K32 Whoever is alone is signed at once: nobody waits for company, but for what happens in the same turn of the event loop.
import { makeAttestations, type AttestationSigning } from "../../../kernel-abi/qvm/attestation.ts";
import { BATCH_MAX, type StatementText } from "../../../kernel-abi/dsse-batch.ts";

interface Waiting {
  readonly text: StatementText;
  readonly resolve: (envelope: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

export class Signing {
  readonly #by: AttestationSigning;
  #waiting: Waiting[] = [];

  constructor(by: AttestationSigning) { this.#by = by; }

  /** The envelope's bytes. @throws Fault ABI_UNENCODABLE */
  signed(text: StatementText): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ text, resolve, reject }) === 1) setImmediate(() => { this.#sign(); });
      else if (this.#waiting.length === BATCH_MAX) this.#sign();
    });
  }

  #sign(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      const envelopes = makeAttestations(batch.map(({ text }) => text), this.#by);
      batch.forEach(({ resolve }, at) => { resolve(envelopes[at] as Uint8Array); });
    } catch {
      for (const one of batch) this.#alone(one); // what cannot be written keeps no other from being signed
    }
  }

  #alone({ text, resolve, reject }: Waiting): void {
    try {
      resolve(makeAttestations([text], this.#by)[0] as Uint8Array);
    } catch (error) {
      reject(error);
    }
  }
}
