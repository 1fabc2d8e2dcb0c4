// What passes between a kernel and the threads its heavy work is done on, whole: a run of a graph, or a run that is made again. Owns the
// form of both (packed.ts).
//   K18 A key never leaves the kernel's own thread: what a thread hands back has no seal yet.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { RunEnd, Signer } from "../../../kernel-abi/ports.ts";
import { END_MARK, unit } from "../../../replay/chain.ts";
import { makeSeal, type SealFacts } from "../../../replay/seal.ts";
import type { GraphInput } from "../qvm/runs.ts";

export const RUN_TASK = "run";
export const REPLAY_TASK = "replay";

/** A run to be made. */
export interface RunAsked {
  readonly seed: string;
  readonly input: GraphInput;
}

/** A run that was made, and is to be sealed. */
export interface RunMade {
  readonly facts: SealFacts;
  readonly end: Pick<RunEnd, "status" | "fault">;
  /** Undefined when it did not complete. */
  readonly counts?: Readonly<Record<string, number>> | undefined;
}

/** The whole bundle: what a thread wrote of it, and the seal. */
export function sealedHere({ facts }: RunMade, written: Uint8Array, signer: Signer): Uint8Array {
  if (written.length !== facts.bytes) throw new Fault("RUNTIME_DEFECT", { what: "a thread wrote another number of bytes than it says" });
  return new Uint8Array(Buffer.concat([written, unit("seal", makeSeal(facts, signer)), END_MARK]));
}
