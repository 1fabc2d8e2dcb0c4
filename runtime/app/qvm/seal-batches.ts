// Seals of runs that end one after another, signed together. Owns what has ended and has no seal yet.
//   R5  A batch is signed when it is full, when the oldest in it has waited long enough, or when somebody asks for it.
import { randomBytes } from "node:crypto";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { RunEnd, Signer } from "../../../kernel-abi/ports.ts";
import type { Recorder, Sealed } from "../../../replay/recorder.ts";
import { makeSeals } from "../../../replay/seal-batch.ts";
import { BATCH_MAX, type SealFacts } from "../../../replay/seal.ts";
import { hostFacts, type HostLabels } from "../../adapters/host.ts";
import type { BundleBuffer } from "./buffers.ts";

export interface SealedRun extends Sealed {
  /** The whole file. */
  readonly bundle: Uint8Array;
}

interface Waiting {
  readonly facts: SealFacts;
  readonly recorder: Recorder;
  readonly sink: BundleBuffer;
  readonly resolve: (sealed: SealedRun) => void;
  readonly reject: (error: unknown) => void;
}

export interface EndedRun {
  readonly recorder: Recorder;
  readonly sink: BundleBuffer;
  readonly end: Pick<RunEnd, "status">;
  readonly host: HostLabels;
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
  add({ recorder, sink, end, host }: EndedRun): Promise<SealedRun> {
    const facts = recorder.ended({ end, host: hostFacts(host) });
    const sealed = new Promise<SealedRun>((resolve, reject) => { this.#waiting.push({ facts, recorder, sink, resolve, reject }); });
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
      const envelopes = makeSeals(batch.map(({ facts }) => facts), this.#signer, randomBytes);
      for (const [at, { facts, recorder, sink, resolve }] of batch.entries()) {
        const sealed = recorder.finish(facts, envelopes[at] as Uint8Array, this.#signer.keyId);
        resolve({ ...sealed, bundle: sink.taken() });
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
