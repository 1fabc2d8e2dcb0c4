// Attestations against traces: what a trace says of a graph's job, and whether an attestation of it is borne out. Executes nothing.
//   E9  An attestation is taken from who sealed the run, or from a key that is trusted here; anybody else could attest anything.
import { Fault } from "../../kernel-abi/fault.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import type { ByteSource } from "../../kernel-abi/ports.ts";
import { attestationDiffers, openAttestation, type Attestation, type TracedJob } from "../../kernel-abi/qvm/attestation.ts";
import { graphDigest } from "../../kernel-abi/qvm/certificate.ts";
import { epochsOf } from "../../kernel-abi/qvm/epochs.ts";
import type { Graph } from "../../kernel-abi/qvm/graph.ts";
import { needsOf } from "../../kernel-abi/qvm/needs.ts";
import { readGraph } from "../../kernel-abi/qvm/read.ts";
import { openBundle, walk } from "../../replay/bundle.ts";
import { bodyOf, field } from "../../replay/entry/body.ts";
import { signatureHolds } from "../../replay/seal.ts";
import type { VerifyReport } from "../../replay/verify.ts";
import { sha256 } from "../adapters/sha256.ts";

const refuse = (what: string): never => { throw new Fault("ATTESTATION_REFUSED", { what }); };
const count = (value: unknown): number | undefined => (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined);

interface Spent {
  /** Qubits of the largest Q contract; undefined without one. */
  readonly units: number | undefined;
  readonly shots: number | undefined;
  readonly completed: boolean;
}

function spentIn(source: ByteSource): Spent {
  let units: number | undefined;
  let end: unknown;
  for (const { frame } of walk(source)) {
    for (const { code, body } of frame.entries) {
      if (code === EVENT.RUN_END) end = bodyOf(body);
      if (code !== EVENT.CONTRACT_ISSUED) continue;
      const terms = field(bodyOf(body), "terms");
      if (field(terms, "domain") === "Q") units = Math.max(units ?? 0, count(field(terms, "units")) ?? 0);
    }
  }
  return { units, shots: count(field(end, "shots")), completed: field(end, "status") === "completed" };
}

const prefixOf = (graph: Graph, nodes: number): Graph => ({ ...graph, program: { ...graph.program, nodes: graph.program.nodes.slice(0, nodes) } });

/** What a verified trace says of the job that ran its graph. @throws Fault ATTESTATION_REFUSED for the trace of anything else */
export function tracedJob(source: ByteSource, run: string): TracedJob {
  const { recording: { inputs: { input } } } = openBundle(source);
  const { graph } = readGraph(field(input, "graph"));
  if (graph === undefined) return refuse("the run's input holds no graph");
  const all = graph.program.nodes.length;
  const nodes = Math.min(count(field(input, "nodes")) ?? all, all);
  const shots = count(field(input, "shots")) ?? 1;
  const spent = spentIn(source);
  if (spent.completed && spent.units !== undefined && spent.shots !== shots) return refuse(`the run drew ${String(spent.shots)} shots, its input asks for ${shots}`);
  const part = prefixOf(graph, nodes);
  return {
    run, graph: graphDigest(graph, sha256), nodes, shots, units: spent.units,
    capabilities: needsOf(part).caps, epochs: epochsOf(part).map(({ from, to }) => to - from),
  };
}

/** An attestation in a file that ends with a line feed is taken without it. */
const trimmed = (bytes: Uint8Array): Uint8Array => (bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes);

/**
 * Checks an attestation of a run that `verify` has accepted.
 * @param trusted key ids, beside that of who sealed the run (E9)
 * @throws Fault ATTESTATION_REFUSED
 */
export function checkAttestation(bytes: Uint8Array, { source, report, trusted = [] }: { readonly source: ByteSource; readonly report: VerifyReport; readonly trusted?: readonly string[] }): Attestation {
  const stated = openAttestation(trimmed(bytes), { sha256, signature: signatureHolds });
  if (!report.sealed) return refuse("the run is not sealed");
  if (stated.keyId !== report.keyId && !trusted.includes(stated.keyId)) return refuse(`it is signed by ${stated.keyId}, who neither sealed the run nor is trusted here`);
  if (stated.run !== report.digest) return refuse("it is another run's");
  const differs = attestationDiffers(stated, tracedJob(source, report.digest));
  return differs === undefined ? stated : refuse(differs);
}
