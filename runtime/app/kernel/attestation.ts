// What the kernel attests of a job whose run is sealed: epoch by epoch where its qubits stood, which capabilities were decided how, what it
// used, and which part of the audit log speaks of it. Pure: facts in, a statement to be signed out (kernel-abi/qvm/attestation.ts).
//   K17 Epochs are the graph's: what the machine walked in shorter stretches, or walked again, is one epoch here.
import type { StatementText } from "../../../kernel-abi/dsse-batch.ts";
import type { Sha256, Signer } from "../../../kernel-abi/ports.ts";
import { attestable, type AttestationFacts, type AttestedEpoch } from "../../../kernel-abi/qvm/attestation.ts";
import type { EpochSpan, Job } from "../../kernel/jobs/job.ts";
import { eachEpoch, NO_USAGE, together, type EpochRecord } from "../../kernel/logical/epochs.ts";
import type { JobTelemetry } from "../../kernel/logical/telemetry.ts";
import type { Verified } from "./graphs.ts";

export interface Attested {
  readonly job: Job;
  readonly verified: Verified;
  readonly record: JobTelemetry;
  /** Digest of the sealed run, hex. */
  readonly run: string;
  /** Nodes that were run. */
  readonly nodes: number;
  readonly namespace: string;
  readonly audit: AttestationFacts["audit"];
}

/** The stretches of one epoch of the graph as one. */
function epochOf(epoch: number, { from, to }: EpochSpan, parts: readonly EpochRecord[], decisions: AttestedEpoch["decisions"]): AttestedEpoch {
  const widest = parts.reduce<EpochRecord | undefined>((best, part) => (best === undefined || part.usage.logicalQubits > best.usage.logicalQubits ? part : best), undefined);
  const undone = parts.flatMap((part) => part.undone ?? []).reduce((sum, { nodes, cost }) => ({ nodes: sum.nodes + nodes, cost: sum.cost + cost }), { nodes: 0, cost: 0 });
  return {
    epoch, from, to, mapping: widest?.mapping ?? [], decisions, usage: parts.reduce((sum, { usage }) => together(sum, usage), NO_USAGE),
    ...(undone.nodes === 0 ? {} : { undone }),
  };
}

/** What the machine walked in each span: records follow one another over the nodes, as spans do. */
function* walked(spans: readonly EpochSpan[], records: readonly EpochRecord[]): Generator<readonly EpochRecord[]> {
  const rest = eachEpoch(records);
  let next = rest.next();
  for (const { from, to } of spans) {
    const parts: EpochRecord[] = [];
    for (; next.done !== true && next.value.to <= to && next.value.from < Math.max(to, from + 1); next = rest.next()) {
      if (next.value.from >= from && (next.value.to > next.value.from || to === from || (next.value.from > from && next.value.to < to))) parts.push(next.value);
    }
    yield parts;
  }
}

/** Undefined for a job of which nothing was run. */
export function attestationOf({ job: { order: { id, shots } }, verified, record, run, nodes, namespace, audit }: Attested, { signer, sha256 }: { readonly signer: Signer; readonly sha256: Sha256 }): StatementText | undefined {
  const spans = verified.epochs.filter(({ to }) => to <= nodes);
  if (spans.length === 0) return undefined;
  const granted = verified.needs.caps.map((capability) => ({ capability, decision: "granted" as const, by: "session" }));
  const parts = [...walked(spans, record.epochs)];
  const epochs = spans.map((span, at) => epochOf(at, span, parts[at] ?? [], at === 0 ? granted : []));
  return attestable(run, {
    graph: verified.digest, certificate: verified.certificateDigest, tenant: namespace, job: id, shots, nodes, epochs,
    usage: epochs.reduce((sum, { usage }) => together(sum, usage), NO_USAGE), audit,
  }, signer, sha256);
}
