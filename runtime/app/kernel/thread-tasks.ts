// What a kernel has done on threads besides runs (app/qvm/thread-form.ts): a sealed run made again.
import type { Signer } from "../../../kernel-abi/ports.ts";
import { makeSeal, type SealFacts } from "../../../replay/seal.ts";
import { sealedWith } from "../qvm/seal-batches.ts";

export const REPLAY_TASK = "replay";

/** The whole bundle: what a thread wrote of it, and the seal. */
export const sealedHere = (facts: SealFacts, written: Uint8Array, signer: Signer): Uint8Array => sealedWith(facts, written, makeSeal(facts, signer), signer.keyId).bundle;
