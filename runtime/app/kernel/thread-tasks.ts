// What passes between a kernel and the threads its heavy work is done on, whole: a run of a graph, or a run that is made again. Owns the
// form of both: a JSON head behind its length in four bytes, and the bytes of a bundle.
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

const LENGTH_BYTES = 4;

export function packed(head: unknown, body: Uint8Array = new Uint8Array()): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(head));
  const bytes = new Uint8Array(LENGTH_BYTES + json.length + body.length);
  new DataView(bytes.buffer).setUint32(0, json.length);
  bytes.set(json, LENGTH_BYTES);
  bytes.set(body, LENGTH_BYTES + json.length);
  return bytes;
}

/** `H` is what the other side packed: both sides are this file's callers, of one version. */
export function unpacked<H>(bytes: Uint8Array): { readonly head: H; readonly body: Uint8Array } {
  const to = LENGTH_BYTES + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  return { head: JSON.parse(new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, to))) as H, body: bytes.subarray(to) };
}

/** The whole bundle: what a thread wrote of it, and the seal. */
export function sealedHere({ facts }: RunMade, written: Uint8Array, signer: Signer): Uint8Array {
  if (written.length !== facts.bytes) throw new Fault("RUNTIME_DEFECT", { what: "a thread wrote another number of bytes than it says" });
  return new Uint8Array(Buffer.concat([written, unit("seal", makeSeal(facts, signer)), END_MARK]));
}
