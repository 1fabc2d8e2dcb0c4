// Epochs of a job as its account tells of them: what each used, how they add up, and which of them are one record.
//   N2, N5 are stated in accounts.ts.
import type { DecodingFigures } from "../../../kernel-abi/qvm/qec/decoder-queue.ts";
import type { MoveRecord } from "./block.ts";

/** Use in the terms of attestations. */
export interface EpochUsage {
  readonly logicalQubits: number;
  readonly physicalQubits: number;
  readonly channels: number;
  readonly nodes: number;
  readonly measurements: number;
  readonly tStates: number;
  readonly decoderCycles: number;
  readonly pairs: number;
}

export interface EpochDecoding extends Omit<DecodingFigures, "backlogMaxNs"> {
  /** At its end: the most by which any decoder is late, and how many are overloaded. */
  readonly backlogEndNs: number;
  readonly overloaded: number;
}

export interface EpochRecord {
  readonly epoch: number;
  /** Epochs that are alike from this one on: from and to are of them all, everything else of each (N5). */
  readonly times: number;
  readonly from: number;
  readonly to: number;
  /** Where the qubits were when the epoch had the most of them. */
  readonly mapping: readonly { readonly vq: string; readonly profile: string; readonly physicalQubits: number; readonly module: string }[];
  readonly usage: EpochUsage;
  readonly decoderNs: number;
  /** The most by which any decoder was late, ns; 0 for those that keep up. */
  readonly backlogNs: number;
  /** How its rounds fared, over all of its qubits; none for an epoch without a round. */
  readonly decoding?: EpochDecoding;
  /** Nodes done again after a rollback, waits for a reset, waits for pairs. */
  readonly redone: number;
  readonly resets: number;
  readonly stalls: number;
  /** Its blocks that went elsewhere at the fence before it, and what was wrong with the machine. */
  readonly moves: readonly MoveRecord[];
  readonly conditions: readonly string[];
  /** Reversible nodes it undid, so that the job could give way, and their cost (kernel-abi/qvm/rev.ts). */
  readonly undone?: { readonly nodes: number; readonly cost: number };
}

const USES = ["logicalQubits", "physicalQubits", "channels", "nodes", "measurements", "tStates", "decoderCycles", "pairs"] as const;
const DECODED = ["latencyMaxNs", "latencySumNs", "overloads", "overloadedRounds", "backlogEndNs", "overloaded"] as const;
export const NO_USAGE: EpochUsage = Object.freeze({ logicalQubits: 0, physicalQubits: 0, channels: 0, nodes: 0, measurements: 0, tStates: 0, decoderCycles: 0, pairs: 0 });

/** What is said of epochs wherever they are told. */
export type EpochFacts = Pick<EpochRecord, "epoch" | "times" | "from" | "to" | "mapping" | "usage" | "undone">;

/** One by one. */
export function* eachEpoch<Facts extends EpochFacts>(records: readonly Facts[]): Generator<Facts> {
  for (const record of records) {
    const nodes = record.usage.nodes;
    if (record.times === 1) yield record;
    else for (let at = 0; at < record.times; at++) yield { ...record, epoch: record.epoch + at, times: 1, from: record.from + at * nodes, to: record.from + (at + 1) * nodes };
  }
}

/** How many there are. */
export const epochCount = (records: readonly Pick<EpochFacts, "epoch" | "times">[]): number => { const last = records.at(-1); return last === undefined ? 0 : last.epoch + last.times; };

export const sameMapping = (one: EpochRecord["mapping"], other: EpochRecord["mapping"]): boolean => one === other || (one.length === other.length && one.every((place, at) => {
  const its = other[at];
  return its !== undefined && place.vq === its.vq && place.profile === its.profile && place.physicalQubits === its.physicalQubits && place.module === its.module;
}));
const sameUsage = (one: EpochUsage, other: EpochUsage): boolean => USES.every((name) => one[name] === other[name]);
const sameDecoding = (one: EpochDecoding | undefined, other: EpochDecoding | undefined): boolean => one === other || (one !== undefined && other !== undefined && DECODED.every((name) => one[name] === other[name]));
export const alike = (one: EpochRecord, other: EpochRecord): boolean =>
  one.undone === undefined && other.undone === undefined && one.moves.length === 0 && other.moves.length === 0 && one.decoderNs === other.decoderNs && one.backlogNs === other.backlogNs && sameDecoding(one.decoding, other.decoding) && one.redone === other.redone && one.resets === other.resets
  && one.stalls === other.stalls && sameUsage(one.usage, other.usage) && one.conditions.join("\n") === other.conditions.join("\n") && sameMapping(one.mapping, other.mapping);

/** Peaks and sums over two stretches of a job, or over two jobs. */
export const together = (all: EpochUsage, one: EpochUsage): EpochUsage => ({
  logicalQubits: Math.max(all.logicalQubits, one.logicalQubits), physicalQubits: Math.max(all.physicalQubits, one.physicalQubits),
  channels: Math.max(all.channels, one.channels), nodes: all.nodes + one.nodes, measurements: all.measurements + one.measurements,
  tStates: all.tStates + one.tStates, decoderCycles: all.decoderCycles + one.decoderCycles, pairs: all.pairs + one.pairs,
});
