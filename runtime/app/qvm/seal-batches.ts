// Seals of runs that end one after another, signed together. Owns what has ended and has no seal yet.
//   R5  A batch is signed when it is full, when the oldest in it has waited long enough, or when somebody asks for it.
import { randomBytes } from "node:crypto";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Signer } from "../../../kernel-abi/ports.ts";
import { END_MARK, putUnitHead, TAG, UNIT_OVERHEAD } from "../../../replay/chain.ts";
import type { Sealed } from "../../../replay/recorder.ts";
import { makeSeals } from "../../../replay/seal-batch.ts";
import { BATCH_MAX, type SealFacts } from "../../../replay/seal.ts";

export interface SealedRun extends Sealed {
  /** The whole file. */
  readonly bundle: Uint8Array;
}

/** A run that has ended. */
export interface EndedRun {
  readonly facts: SealFacts;
  /** The run with its seal. */
  sealed(envelope: Uint8Array, keyId: string): SealedRun;
}

interface Waiting {
  readonly run: EndedRun;
  readonly resolve: (sealed: SealedRun) => void;
  readonly reject: (error: unknown) => void;
}

/** The whole bundle of a run of which all but the seal was written elsewhere. */
export function sealedWith({ digest, merkleRoot, blocks, frames, events, bytes }: SealFacts, written: Uint8Array, envelope: Uint8Array, keyId: string): SealedRun {
  if (written.length !== bytes) throw new Fault("RUNTIME_DEFECT", { what: "a run has another number of bytes than it says" });
  const end = bytes + UNIT_OVERHEAD + envelope.length;
  const bundle = new Uint8Array(end + END_MARK.length);
  bundle.set(written);
  putUnitHead(bundle, bytes, TAG.seal, envelope.length);
  bundle.set(envelope, bytes + UNIT_OVERHEAD);
  bundle.set(END_MARK, end);
  return { digest, merkleRoot, blocks, frames, events, bytes: bundle.length, keyId, bundle };
}

export interface SealBatchesOptions {
  readonly signer: Signer;
  readonly most: number;
  readonly patienceMs: number;
}

export class SealBatches {
  readonly #signer: Signer;
  readonly #most: number;
  readonly #patienceMs: number;
  #waiting: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @throws Fault USAGE */
  constructor({ signer, most, patienceMs }: SealBatchesOptions) {
    if (!Number.isSafeInteger(most) || most < 1 || most > BATCH_MAX) throw new Fault("USAGE", { option: "batch", value: most, allowed: `runs under one signature, 1 to ${BATCH_MAX}` });
    this.#signer = signer;
    this.#most = most;
    this.#patienceMs = patienceMs;
  }

  /** The bundle, once it is sealed. */
  add(run: EndedRun): Promise<SealedRun> {
    const sealed = new Promise<SealedRun>((resolve, reject) => { this.#waiting.push({ run, resolve, reject }); });
    sealed.catch(() => undefined); // whoever waits for it is told; nobody has to
    if (this.#waiting.length >= this.#most) this.flush();
    else this.#timer ??= setTimeout(() => { this.flush(); }, this.#patienceMs);
    return sealed;
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length === 0) return;
    try {
      const envelopes = makeSeals(batch.map(({ run }) => run.facts), this.#signer, randomBytes);
      for (const [at, { run, resolve }] of batch.entries()) resolve(run.sealed(envelopes[at] as Uint8Array, this.#signer.keyId));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
