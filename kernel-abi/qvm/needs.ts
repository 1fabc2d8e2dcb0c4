// What running a graph takes, told before anything runs: quotas, admission and certificates go by it.
//   N1  `caps` is what the session must hold, by the ops and never by what the graph declares.
//   N2  Peaks are of file order: nodes that could run in parallel never need more, for a life begins and ends along that order.
import { epochsOf } from "./epochs.ts";
import type { Graph, GraphNode } from "./graph.ts";
import { CAPS, DEFAULT_PROFILE, opRow, type Cap } from "./ops.ts";
import { withWishedDistance } from "./wished-distance.ts";

export interface GraphNeeds {
  /** In the order of CAPS. */
  readonly caps: readonly Cap[];
  /** Most logical qubits alive at once. */
  readonly peakQubits: number;
  /** Qubits allocated over the whole graph. */
  readonly qubits: number;
  /** Most channels open at once. */
  readonly channels: number;
  /** Magic states: T, TDG, INJECT_T_STATE, and seven for a TOFFOLI. */
  readonly tStates: number;
  /** Rotations by an angle that is no multiple of π/4, each a synthesis of its own. */
  readonly rotations: number;
  readonly measurements: number;
  readonly epochs: number;
  readonly nodes: number;
  /** Qubits allocated by profile as written; where none is, the default one at the distance wished. */
  readonly profiles: Readonly<Record<string, number>>;
}

const T_STATES: ReadonlyMap<string, number> = new Map([["APPLY_T", 1], ["APPLY_TDG", 1], ["INJECT_T_STATE", 1], ["APPLY_TOFFOLI", 7]]);
const EIGHTH = Math.PI / 4;
const QUARTER = Math.PI / 2;

/** How a rotation is made: freely (Clifford), by one magic state, or by a synthesis. Angles are compared to 1e-12. */
export function rotationCost(theta: unknown): "clifford" | "t" | "synthesis" {
  if (typeof theta !== "number") return "synthesis";
  const near = (step: number): boolean => Math.abs(theta - Math.round(theta / step) * step) < 1e-12 * Math.max(1, Math.abs(theta));
  return near(QUARTER) ? "clifford" : near(EIGHTH) ? "t" : "synthesis";
}

const ROTATIONS: ReadonlySet<string> = new Set(["APPLY_RX", "APPLY_RY", "APPLY_RZ"]);

/** Magic states a node takes, and whether it is a rotation to be synthesised. */
export function magicOf({ op, args }: GraphNode): { readonly tStates: number; readonly rotation: boolean } {
  const cost = ROTATIONS.has(op) ? rotationCost(args["theta"]) : op === "MEASURE_ANGLE" ? rotationCost(args["angle"]) : "clifford";
  return { tStates: (T_STATES.get(op) ?? 0) + (cost === "t" ? 1 : 0), rotation: cost === "synthesis" };
}

/** @param graph valid (verify.ts) */
export function needsOf(graph: Graph): GraphNeeds {
  const caps = new Set<Cap>();
  const profiles = new Map<string, number>();
  const alive = new Set<string>();
  const open = new Set<string>();
  let [peakQubits, qubits, channels, tStates, rotations, measurements] = [0, 0, 0, 0, 0, 0];
  for (const node of withWishedDistance(graph.program.nodes)) {
    const cap = opRow(node.op)?.cap;
    if (cap !== undefined) caps.add(cap);
    const magic = magicOf(node);
    tStates += magic.tStates;
    rotations += magic.rotation ? 1 : 0;
    if (node.op.startsWith("MEASURE_")) measurements++;
    if (node.op === "ALLOC_LQ") {
      const profile = typeof node.args["profile"] === "string" ? node.args["profile"] : DEFAULT_PROFILE;
      profiles.set(profile, (profiles.get(profile) ?? 0) + node.vqs.length);
      qubits += node.vqs.length;
      for (const name of node.vqs) alive.add(name);
      peakQubits = Math.max(peakQubits, alive.size);
    }
    if (node.op === "FREE_LQ") for (const name of node.vqs) alive.delete(name);
    if (node.op === "OPEN_CHAN") for (const name of node.chs) open.add(name);
    channels = Math.max(channels, open.size);
    if (node.op === "CLOSE_CHAN") for (const name of node.chs) open.delete(name);
  }
  return {
    caps: CAPS.filter((cap) => caps.has(cap)), peakQubits, qubits, channels, tStates, rotations, measurements,
    epochs: epochsOf(graph).length, nodes: graph.program.nodes.length, profiles: Object.fromEntries(profiles),
  };
}
