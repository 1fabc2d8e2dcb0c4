// How noisy the qubits of a graph are: the logical rates of the profiles they are allocated with.
import type { Graph } from "../../../kernel-abi/qvm/graph.ts";
import { DEFAULT_PROFILE, isProfile, parseProfile, type Profile } from "../../../kernel-abi/qvm/qec/profile.ts";
import { logicalErrorRate, readoutErrorRate } from "../../../kernel-abi/qvm/qec/rates.ts";
import { withWishedDistance } from "../../../kernel-abi/qvm/wished-distance.ts";
import type { GraphNoise, QubitNoise } from "./graph-noise.ts";
import { refuse } from "./instruction.ts";

const profileOf = (text: string): Profile => {
  const profile = parseProfile(text);
  return isProfile(profile) ? profile : refuse("profile", text, profile.reason);
};

/**
 * The noise of every VQ of a graph at the rates of its profile: one Pauli per logical cycle, and the readout suppressed as a cycle is.
 * `drift` multiplies the physical error rate (1: as calibrated).
 * @throws Fault ABI_MALFORMED for a profile that cannot be read
 */
export function graphNoise({ program: { nodes } }: Graph, drift = 1): GraphNoise {
  const known = new Map<string, QubitNoise>();
  const rates = (text: string): QubitNoise => {
    const found = known.get(text) ?? ((profile: Profile): QubitNoise => ({ pauli: logicalErrorRate(profile, drift), readout: readoutErrorRate(profile, drift) }))(profileOf(text));
    known.set(text, found);
    return found;
  };
  const qubits = withWishedDistance(nodes).filter(({ op }) => op === "ALLOC_LQ").flatMap(({ vqs, args: { profile } }) => {
    const noise = rates(typeof profile === "string" ? profile : DEFAULT_PROFILE);
    return vqs.map((vq) => [vq, noise] as const);
  });
  return { ...rates(DEFAULT_PROFILE), qubits: Object.fromEntries(qubits) };
}
