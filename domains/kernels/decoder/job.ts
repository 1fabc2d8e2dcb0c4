// The job and the outcome of q.decode as bytes. Owns their limits; the graph's are graph.ts's.
//   J1  A job is checked again on arrival: typed arrays of the lengths they say, edges between detectors there are.
//   J2  The outcome says of every shot what it says of it alone: jobs may be cut into jobs of fewer shots.
import { pack } from "../../../kernel-abi/packer.ts";
import { readBytes, readCount, readFields, readFlag, readRecord, readWord } from "../wire.ts";
import { DECODERS, type DecoderName } from "./decoder.ts";
import { bytesOf, checkGraph, refuse, type MatchingGraph } from "./graph.ts";

export interface DecodeJob {
  readonly graph: MatchingGraph;
  readonly decoder: DecoderName;
  readonly shots: number;
  /** b8: shots × ⌈detectors / 8⌉ bytes; detector k of a shot is bit k % 8 of byte k >> 3 of its row, what is left over is 0. */
  readonly events: Uint8Array;
  /** Whether to say what each solution weighs. */
  readonly weighed: boolean;
}

export interface DecodeOutput {
  /** b8: shots × ⌈observables / 8⌉ bytes. */
  readonly predictions: Uint8Array;
  /** Shots that no set of edges explains, rising: they are predicted to flip nothing. */
  readonly unsolved: Uint32Array;
  /** One a shot, in units of the graph's weights; Infinity for an unsolved one. */
  readonly weights?: Float64Array;
}

export const DECODE_LIMITS = Object.freeze({ shots: 10_000_000, events: 268_435_456 });

export const encodeDecodeJob = (job: DecodeJob): Uint8Array => pack(job);
export const encodeDecodeOutput = (output: DecodeOutput): Uint8Array => pack(output);

function checkEvents(events: Uint8Array, shots: number, detectors: number): void {
  const row = bytesOf(detectors);
  if (events.length > DECODE_LIMITS.events || events.length !== shots * row) refuse("events", `shots × ${row} bytes, at most ${DECODE_LIMITS.events}`);
  if (detectors % 8 === 0) return;
  for (let at = row - 1; at < events.length; at += row) if ((events[at] ?? 0) >> (detectors % 8) !== 0) refuse("events", `detectors below ${detectors}`);
}

/** @throws Fault KERNEL_REFUSED when the bytes are no job; ABI_UNDECODABLE when they are no MessagePack at all */
export function decodeDecodeJob(bytes: Uint8Array): DecodeJob {
  const fields = readFields(bytes, "job");
  const graph = checkGraph(readRecord(fields, "graph"));
  const decoder = readWord(fields, "decoder", DECODERS);
  const shots = readCount(fields, "shots", 0, DECODE_LIMITS.shots);
  const events = readBytes(fields["events"], "events");
  checkEvents(events, shots, graph.detectors);
  return { graph, decoder, shots, events, weighed: readFlag(fields, "weighed") };
}
