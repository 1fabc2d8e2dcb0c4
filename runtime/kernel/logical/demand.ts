// What nodes of a graph ask of the machine: blocks for all of it, and flows for each of its epochs. Pure functions over nodes in order.
import type { GraphNode } from "../../../kernel-abi/qvm/graph.ts";
import { DEFAULT_PROFILE, parseProfile, refuseProfile } from "../../../kernel-abi/qvm/qec/profile.ts";
import { cyclesOf } from "../../../kernel-abi/qvm/qec/rates.ts";
import { type Profile, isProfile } from "../../../kernel-abi/qvm/qec/terms.ts";
import type { Wanted } from "./block.ts";

/** What of a node the machine looks at. Guards do not count: what may happen needs its resources. */
export type Step = Pick<GraphNode, "op" | "args" | "vqs" | "chs">;

/** Profiles by the text they were read from, the latest few: graphs name the same ones over and over. */
const READ_MAX = 64;
const known = new Map<string, Profile>();

/** The profile an ALLOC_LQ asks for. @throws Fault PROFILE_INVALID | RATE_UNSAMPLED */
export function profileOf({ args }: Pick<GraphNode, "args">): Profile {
  const text = args["profile"] ?? DEFAULT_PROFILE;
  const found = typeof text === "string" ? known.get(text) : undefined;
  if (found !== undefined) return found;
  const read = typeof text === "string" ? parseProfile(text) : { reason: "a profile is a text" };
  if (!isProfile(read)) refuseProfile(read, { profile: String(text).slice(0, 128) });
  if (known.size >= READ_MAX) known.clear();
  known.set(String(text), read);
  return read;
}

/** The most qubits of each profile that are alive at once: a job acquires them before it starts. `nodes`: as withWishedDistance has them. @throws Fault PROFILE_INVALID */
export function wantedOf(nodes: readonly Step[]): readonly Wanted[] {
  const peak = new Map<string, { readonly profile: Profile; alive: number; most: number }>();
  const home = new Map<string, { alive: number }>();
  for (const node of nodes) {
    if (node.op === "ALLOC_LQ") {
      const profile = profileOf(node);
      const kind = peak.get(profile.text) ?? { profile, alive: 0, most: 0 };
      peak.set(profile.text, kind);
      for (const vq of node.vqs) home.set(vq, kind);
      kind.alive += node.vqs.length;
      kind.most = Math.max(kind.most, kind.alive);
    }
    if (node.op !== "FREE_LQ") continue;
    for (const vq of node.vqs) {
      const kind = home.get(vq);
      if (kind !== undefined) kind.alive -= 1;
      home.delete(vq);
    }
  }
  return [...peak.values()].map(({ profile, most }) => ({ profile, count: most }));
}

/** Physical qubits of all that is wanted, where nothing has drifted. */
export const physicalOf = (wanted: readonly Wanted[]): number => wanted.reduce((sum, { profile, count }) => sum + count * profile.physicalQubits, 0);

export interface Demand {
  readonly nodes: number;
  /** Nodes that take time. */
  readonly operations: number;
  readonly measurements: number;
  readonly teleports: number;
  readonly tStates: number;
  /** Of the decoder. */
  readonly rounds: number;
}

const T_STATES: ReadonlyMap<string, number> = new Map([["APPLY_T", 1], ["APPLY_TDG", 1], ["INJECT_T_STATE", 1], ["APPLY_TOFFOLI", 7]]);
const EIGHTH_TURN = Math.PI / 4;

/** Whether a turn by this angle is a T gate up to Cliffords: an odd multiple of π/4. */
function isEighth(angle: unknown): boolean {
  if (typeof angle !== "number") return false;
  const times = Math.round(angle / EIGHTH_TURN);
  return times % 2 !== 0 && Math.abs(angle - times * EIGHTH_TURN) < 1e-12 * Math.max(1, Math.abs(angle));
}

/** Magic states an op takes; a rotation by another angle is a synthesis and counts none. */
export function tStatesOf({ op, args }: Pick<GraphNode, "op" | "args">): number {
  const angle = op === "APPLY_RX" || op === "APPLY_RY" || op === "APPLY_RZ" ? args["theta"] : op === "MEASURE_ANGLE" ? args["angle"] : undefined;
  return (T_STATES.get(op) ?? 0) + (isEighth(angle) ? 1 : 0);
}
export const isMeasurement = (op: string): boolean => op.startsWith("MEASURE_");
export const isTeleport = ({ op, args }: Pick<GraphNode, "op" | "args">): boolean => op === "TELEPORT_CNOT" || (op === "USE_CHAN" && args["semantic"] === "teleport");

/** What these nodes use up. @param distance of a qubit's code */
export function demandOf(nodes: readonly Step[], distance: (vq: string) => number): Demand {
  const demand = { nodes: nodes.length, operations: 0, measurements: 0, teleports: 0, tStates: 0, rounds: 0 };
  for (const node of nodes) {
    const cycles = cyclesOf(node.op);
    demand.operations += cycles > 0 ? 1 : 0;
    demand.measurements += isMeasurement(node.op) ? 1 : 0;
    demand.teleports += isTeleport(node) ? 1 : 0;
    demand.tStates += tStatesOf(node);
    for (const vq of node.vqs) demand.rounds += cycles * distance(vq);
  }
  return demand;
}

/** A region whose decoding peaks: every fourth operation or more is a readout. */
export const isMeasurementHeavy = ({ measurements, operations }: Demand): boolean => measurements > 0 && measurements * 4 >= operations;
