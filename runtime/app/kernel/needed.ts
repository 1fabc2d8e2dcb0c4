// What a graph takes of the machine: blocks of physical qubits by profile, the most of each at once; and what its policy nodes ask for.
import type { Graph } from "../../../kernel-abi/qvm/graph.ts";
import { DEFAULT_PROFILE, parseProfile } from "../../../kernel-abi/qvm/qec/profile.ts";
import { isProfile, type Profile } from "../../../kernel-abi/qvm/qec/terms.ts";
import type { Wanted } from "../../kernel/logical/block.ts";

export interface BlocksWanted {
  readonly wanted: readonly Wanted[];
  /** Physical qubits of them all. */
  readonly physicalQubits: number;
  /** A profile that cannot be read; the verifier lets none through. */
  readonly unreadable: string | null;
}

/** As written in a node, or what stands for nothing written. */
export const profileText = (args: Readonly<Record<string, unknown>>): string => (typeof args["profile"] === "string" ? args["profile"] : DEFAULT_PROFILE);

export function blocksOf(graph: Graph): BlocksWanted {
  const profiles = new Map<string, { readonly profile: Profile; now: number; most: number }>();
  const alive = new Map<string, string>();
  for (const { op, args, vqs } of graph.program.nodes) {
    if (op === "ALLOC_LQ") {
      const read = parseProfile(profileText(args));
      if (!isProfile(read)) return { wanted: [], physicalQubits: 0, unreadable: profileText(args) };
      const row = profiles.get(read.text) ?? { profile: read, now: 0, most: 0 };
      row.now += vqs.length;
      row.most = Math.max(row.most, row.now);
      profiles.set(read.text, row);
      for (const vq of vqs) alive.set(vq, read.text);
    }
    if (op === "FREE_LQ") for (const vq of vqs) {
      const row = profiles.get(alive.get(vq) ?? "");
      if (row !== undefined) row.now -= 1;
      alive.delete(vq);
    }
  }
  const wanted = [...profiles.values()].map(({ profile, most }) => ({ profile, count: most }));
  return { wanted, physicalQubits: wanted.reduce((sum, { profile, count }) => sum + profile.physicalQubits * count, 0), unreadable: null };
}

/** The earliest deadline among its SET_POLICY nodes, in epochs; null: none. */
export function deadlineHint(graph: Graph): number | null {
  const deadlines = graph.program.nodes.flatMap(({ op, args }) => {
    const deadline = Number(op === "SET_POLICY" ? args["deadline"] : NaN);
    return Number.isSafeInteger(deadline) && deadline >= 0 ? [deadline] : [];
  });
  return deadlines.length === 0 ? null : deadlines.reduce((least, one) => Math.min(least, one));
}
