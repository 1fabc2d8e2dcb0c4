// Attestations to test with: of a job of five nodes in two epochs, two qubits, eight shots.
import type { AttestationFacts, AttestedEpoch, Usage } from "../../kernel-abi/qvm/attestation.ts";

export const usage = (some: Partial<Usage>): Usage =>
  ({ logicalQubits: 0, physicalQubits: 0, channels: 0, nodes: 0, measurements: 0, tStates: 0, decoderCycles: 0, pairs: 0, ...some });

const GRANTED: AttestedEpoch["decisions"] = ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"].map((capability) => ({ capability, decision: "granted" as const, by: "cap_0" }));
const MAPPING: AttestedEpoch["mapping"] = ["q0", "q1"].map((vq) => ({ vq, profile: "logical:surface_code(d=3)", physicalQubits: 18, module: "module_0" }));

export const epoch = (at: number, from: number, to: number, more: Partial<AttestedEpoch> = {}): AttestedEpoch => ({
  epoch: at, from, to, mapping: MAPPING, decisions: GRANTED, usage: usage({ logicalQubits: 2, physicalQubits: 36, nodes: to - from, decoderCycles: 3, measurements: at }), ...more,
});

export const attestationFacts = (more: Partial<AttestationFacts> = {}): AttestationFacts => ({
  graph: "0a".repeat(32), certificate: "0b".repeat(32), tenant: "ns_45b3e9dd6490eac7", job: "job_1", shots: 8, nodes: 5, epochs: [epoch(0, 0, 3), epoch(1, 3, 5)],
  usage: usage({ logicalQubits: 2, physicalQubits: 36, nodes: 5, decoderCycles: 6, measurements: 1 }), audit: { root: "0c".repeat(32), size: 40, from: 4, to: 9, events: [{ seq: 4, at: 1_000, kind: "job", outcome: "allowed", detail: { caps: "allowed" } }, { seq: 7, at: 1_002, kind: "job", outcome: "noted", detail: { change: "RUNNING" } }] }, ...more,
});
