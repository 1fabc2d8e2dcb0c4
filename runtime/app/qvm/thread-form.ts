// What passes between a thread that makes runs and the one it makes them for. Owns the form of both ways: a JSON head behind its length in
// four bytes, and the bytes of bundles behind each other.
//   K18 A key never leaves its own thread: what a thread hands back has no seal yet.
import type { FaultJson } from "../../../kernel-abi/fault.ts";
import type { RunEnd } from "../../../kernel-abi/ports.ts";
import type { SealFacts } from "../../../replay/seal.ts";
import type { GraphInput } from "./inputs.ts";

export const RUN_TASK = "runs";

/** Inputs are numbered by whoever asks: a thread is sent each once, until it says that it has it no longer. */
export interface RunsAsked {
  readonly inputs: readonly (readonly [number: number, input: GraphInput])[];
  readonly runs: readonly { readonly seed: string; readonly input: number }[];
  /** Sealed with the host's facts. */
  readonly label: string;
}

/** One a run, in their order; the bundles of those that were made stand behind the head in that order. */
export type RunAnswer =
  | { readonly is: "made"; readonly facts: SealFacts; readonly end: RunEnd }
  | { readonly is: "refused"; readonly fault: FaultJson }
  | { readonly is: "unknown" };

const LENGTH_BYTES = 4;

export function packed(head: unknown, bodies: readonly Uint8Array[] = []): Uint8Array {
  const json = Buffer.from(JSON.stringify(head));
  const bytes = new Uint8Array(bodies.reduce((sum, { length }) => sum + length, LENGTH_BYTES + json.length));
  new DataView(bytes.buffer).setUint32(0, json.length);
  let at = LENGTH_BYTES;
  for (const part of [json, ...bodies]) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** `H` is what the other side packed: both sides are of one version. */
export function unpacked<H>(bytes: Uint8Array): { readonly head: H; readonly body: Uint8Array } {
  const to = LENGTH_BYTES + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  return { head: JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + LENGTH_BYTES, to - LENGTH_BYTES).toString()) as H, body: bytes.subarray(to) };
}
