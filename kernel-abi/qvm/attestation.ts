// Attestations: what the kernel says of a job beside its run's trace: where its logical qubits stood, which capabilities were decided
// how, and what it used, in all and epoch by epoch. Signed, bound to the run's digest, and checked against the trace.
//   N1  The subject is the digest of the run; graph and certificate are named by digest; the tenant by its namespace, never by its name.
//   N2  Epochs are numbered from 0 and follow one another without a gap over the nodes that were run.
//   N3  What it states must fit the trace: `attestationDiffers` names the first thing that does not.
//   N6  It is bounded, whatever the job: of epochs and of audit events it says how many it does not tell (stretches.ts).
// The signature is over an in-toto statement in a DSSE envelope (dsse.ts), type urn:triad-runtime:attestation:v1; jobs that end side by side
// are signed together (dsse-batch.ts), and what is signed alone is read as well.
import { canonicalText } from "../canonical.ts";
import { Hex256, keyOf, openStatement, STATEMENT_TYPE, StatementKeySchema, statementSchema } from "../dsse.ts";
import { batchReading, BatchSchema, signTogether, type StatementText } from "../dsse-batch.ts";
import { Fault } from "../fault.ts";
import { inPieces } from "../merkle.ts";
import type { Sha256, SignatureCheck, Signer } from "../ports.ts";
import { compiled, Type, type Static } from "../schema.ts";
import { EpochSchema, PEAKS, placedOf, placements, stretchedText, stretchesRoot, StretchesSchema, SUMS, UsageSchema, type AttestedEpoch, type Mapping, type Placed, type Stretches } from "./stretches.ts";

export type { AttestedEpoch, Decision, Mapping, Stretch, Stretches, Usage } from "./stretches.ts";
export { epochsTold } from "./stretches.ts";

export const ATTESTATION_TYPE = "urn:triad-runtime:attestation:v1";
/** What is signed for a batch is of this type. */
export const ATTESTATION_BATCH_TYPE = "application/vnd.triad-runtime.attestation-batch+json";

const exact = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0 });

/** The job's events in the audit log that are told. */
export const AUDIT_EVENTS_MAX = 1_024;

/** An entry of the audit log that is about the job, without the secrets of whose it is. */
export const AuditEventSchema = Type.Object({
  seq: Count,
  /** Milliseconds since the epoch. */
  at: Count,
  kind: Type.String(),
  outcome: Type.Union([Type.Literal("allowed"), Type.Literal("denied"), Type.Literal("noted")]),
  detail: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
}, exact);
export type AuditEvent = Readonly<Static<typeof AuditEventSchema>>;

const AUDIT = {
  /** RFC 6962 root over the log's first `size` entries, hex; this job's are among those from `from`, up to and without `to`. */
  root: Hex256, size: Count, from: Count, to: Count,
  /** The job's, in the order of the log. */
  events: Type.Array(AuditEventSchema),
} as const;

const COMMON = {
  /** Digest of the graph as it was read, and of the certificate it ran on, hex. */
  graph: Hex256,
  certificate: Hex256,
  tenant: Type.String({ pattern: "^ns_[0-9a-f]{16}$" }),
  job: Type.String({ minLength: 1, maxLength: 128 }),
  shots: Type.Integer({ minimum: 1 }),
  /** Nodes that were run: all of the graph's, or those before the fence it was cancelled at. */
  nodes: Count,
  usage: UsageSchema,
} as const;

const PredicateSchema = Type.Object({
  ...COMMON,
  epochs: StretchesSchema,
  /** `left`: later events of the job that are not told. */
  audit: Type.Object({ ...AUDIT, left: Count }, exact),
  key: StatementKeySchema,
  /** Absent: signed alone. */
  batch: Type.Optional(BatchSchema),
}, exact);
const FactsSchema = Type.Object({ ...COMMON, epochs: Type.Array(EpochSchema), audit: Type.Object(AUDIT, exact) }, exact);
const StatementSchema = statementSchema({ subject: "run", predicateType: ATTESTATION_TYPE, predicate: PredicateSchema });
const statementCheck = compiled(StatementSchema);
const factsCheck = compiled(FactsSchema);

/** What the kernel fills in: every epoch, every event. */
export type AttestationFacts = Readonly<Omit<Static<typeof FactsSchema>, "epochs">> & { readonly epochs: readonly AttestedEpoch[] };
type Stated = Readonly<Omit<Static<typeof PredicateSchema>, "key" | "batch">>;

/** Epochs in stretches: `epochsTold` has them one by one. */
export interface Attestation extends Stated {
  /** Digest of the run, hex. */
  readonly run: string;
  readonly keyId: string;
}

const refuse = (what: string, cause?: unknown): never => { throw new Fault("ATTESTATION_REFUSED", { what }, { cause }); };

/** The statement about a run, whose digest is given in hex. @throws Fault ATTESTATION_REFUSED for facts no attestation can state */
export function attestable(run: string, facts: AttestationFacts, signer: Signer, sha256: Sha256): StatementText {
  if (!factsCheck().Check(facts)) return refuse("the facts do not have the shape of an attestation's");
  const { epochs, audit, ...rest } = facts;
  const events = audit.events.slice(0, AUDIT_EVENTS_MAX);
  const odd = oddEpochs({ ...rest, parts: partsOf(epochs), left: 0 }) ?? oddAudit({ ...audit, left: 0 });
  if (odd !== undefined) return refuse(odd);
  const { certificate, graph, job, nodes, shots, tenant, usage } = rest;
  const told = canonicalText({ ...audit, events, left: audit.events.length - events.length });
  const others = `"certificate":"${certificate}","epochs":${stretchedText(epochs, sha256)},"graph":"${graph}","job":${canonicalText(job)},"key":${canonicalText(keyOf(signer))},`
    + `"nodes":${nodes},"shots":${shots},"tenant":"${tenant}","usage":${canonicalText(usage)}}`;
  const ending = `"predicateType":"${ATTESTATION_TYPE}","subject":[{"digest":{"sha256":${canonicalText(run)}},"name":"run"}]}`;
  return (batch) => // members in the order of RFC 8785
    `{"_type":"${STATEMENT_TYPE}","predicate":{"audit":${told},${batch === undefined ? "" : `"batch":${canonicalText(batch)},`}${others},${ending}`;
}

export interface AttestationSigning {
  readonly signer: Signer;
  readonly sha256: Sha256;
  /** So many random bytes. */
  readonly fresh: (bytes: number) => Uint8Array;
}

/** The envelopes' bytes of what is signed together, in its order. */
export const makeAttestations = (all: readonly StatementText[], { sha256, ...by }: AttestationSigning): readonly Uint8Array[] =>
  signTogether(all, { type: ATTESTATION_BATCH_TYPE, hash: inPieces(sha256), ...by });

const nothing = (): Uint8Array => new Uint8Array(0);
/** Signed alone. @throws as `attestable` */
export const makeAttestation = (run: string, facts: AttestationFacts, signer: Signer, sha256: Sha256): Uint8Array =>
  makeAttestations([attestable(run, facts, signer, sha256)], { signer, sha256, fresh: nothing })[0] ?? nothing();

/** @throws Fault ATTESTATION_REFUSED when it is none, not as it was signed, or contradicts itself */
export function openAttestation(bytes: Uint8Array, ports: { readonly sha256: Sha256; readonly signature: SignatureCheck }): Attestation {
  const reading = batchReading(statementCheck, { type: ATTESTATION_BATCH_TYPE, hash: inPieces(ports.sha256) });
  const { statement: { subject: [{ digest }], predicate: { key: _, batch: __, ...stated } }, keyId } = openStatement(bytes, reading, { ...ports, refuse });
  const parts = Array.from(placements(stated.epochs), ({ stretch, placed }) => ({ ...stretch, placed }));
  const odd = oddEpochs({ ...stated, parts, left: stated.epochs.left.epochs }) ?? oddStretches(stated.epochs, ports.sha256) ?? oddAudit(stated.audit);
  return odd === undefined ? { ...stated, run: digest.sha256, keyId } : refuse(odd);
}

interface Part extends Pick<AttestedEpoch, "epoch" | "from" | "to" | "usage"> {
  readonly times: number;
  /** Undefined where a qubit stands twice, or leaves where it did not stand. */
  readonly placed: Placed | undefined;
}

/** Neighbours that share a mapping are counted once. */
function partsOf(epochs: readonly AttestedEpoch[]): readonly Part[] {
  let before: { readonly mapping: Mapping; readonly placed: Placed | undefined } | undefined;
  return epochs.map(({ epoch, from, to, usage, mapping }) => {
    before = before?.mapping === mapping ? before : { mapping, placed: placedOf(mapping) };
    return { epoch, from, to, usage, times: 1, placed: before.placed };
  });
}

/** What is said of epochs twice, and differently (N2). `left`: epochs that are not told, and so not in `parts`. */
function oddEpochs({ parts, left, usage, nodes }: Pick<Stated, "usage" | "nodes"> & { readonly parts: readonly Part[]; readonly left: number }): string | undefined {
  let [next, number] = [0, 0];
  for (const { epoch, times, from, to, placed, usage: used } of parts) {
    if (epoch !== number || from !== next || to < from) return `epoch ${number} does not follow the one before it`;
    if (used.nodes * times !== to - from || (times > 1 && to === from)) return `epoch ${number} uses other nodes than it ran`;
    if (placed === undefined) return `epoch ${number} places a qubit twice`;
    if (placed.qubits > used.logicalQubits || placed.physicalQubits > used.physicalQubits) return `epoch ${number} places more qubits than it uses`;
    [next, number] = [to, number + times];
  }
  if (left === 0 ? next !== nodes : next > nodes || usage.nodes !== nodes) return "the epochs do not end where the job does";
  const fits = (stated: number, found: number): boolean => (left === 0 ? stated === found : stated >= found);
  for (const name of PEAKS) if (!fits(usage[name], parts.reduce((most, part) => Math.max(most, part.usage[name]), 0))) return `${name} of the job is not the most of its epochs`;
  for (const name of SUMS) if (!fits(usage[name], parts.reduce((sum, part) => sum + part.times * part.usage[name], 0))) return `${name} of the job is not the sum over its epochs`;
  return undefined;
}

/** What is said of the stretches themselves (N5). */
function oddStretches({ count, root, left, told }: Stretches, sha256: Sha256): string | undefined {
  if (told.reduce((sum, { times }) => sum + times, left.epochs) !== count || left.stretches > left.epochs || (left.stretches === 0) !== (left.epochs === 0)) return "the epochs told and left out are not all of the job's";
  return left.stretches === 0 && stretchesRoot(told, sha256) !== root ? "the root is not that of the epochs" : undefined;
}

function oddAudit({ from, to, size, events, left }: Stated["audit"]): string | undefined {
  if (from > to || to > size || events.length + left > to - from) return "the part of the audit log is none";
  let last = from - 1;
  for (const { seq } of events) {
    if (seq <= last || seq >= to) return "an audit event is outside of its part of the log, or out of order";
    last = seq;
  }
  return undefined;
}

/** What a trace, and the graph in its input, say of a job. */
export interface TracedJob {
  /** Digest of the run, hex. */
  readonly run: string;
  /** Digest of the graph in the run's input, hex. */
  readonly graph: string;
  /** Nodes of it that were run. */
  readonly nodes: number;
  readonly shots: number;
  /** Qubits of the largest Q contract; undefined when there was none, as in the run of a graph that reads nothing out. */
  readonly units: number | undefined;
  /** Capabilities that the nodes need, and node counts of each epoch. */
  readonly capabilities: readonly string[];
  readonly epochs: readonly number[];
}

/** The first thing an attestation states that the trace does not bear out; undefined when it fits (N3). */
export function attestationDiffers(stated: Attestation, traced: TracedJob): string | undefined {
  if (stated.run !== traced.run) return "it is another run's";
  if (stated.graph !== traced.graph) return "the run's input holds another graph";
  if (stated.shots !== traced.shots) return `it states ${stated.shots} shots, the trace has ${traced.shots}`;
  if (stated.nodes !== traced.nodes) return `it states ${stated.nodes} nodes, the run was of ${traced.nodes}`;
  if (stated.epochs.count !== traced.epochs.length) return `it states ${stated.epochs.count} epochs, the graph has ${traced.epochs.length}`;
  for (const { epoch, times, usage: { nodes } } of stated.epochs.told) {
    const other = traced.epochs.slice(epoch, epoch + times).findIndex((has) => has !== nodes);
    if (other >= 0) return `it states ${nodes} nodes of epoch ${epoch + other}, the graph has ${String(traced.epochs[epoch + other])}`;
  }
  if (traced.units !== undefined && stated.usage.logicalQubits > traced.units) return `it states ${stated.usage.logicalQubits} qubits, the contract was of ${traced.units}`;
  return undecided(stated, traced);
}

/** A job that ran was granted what its nodes need, and lost none of it while it ran. */
function undecided({ epochs }: Attestation, { capabilities }: TracedJob): string | undefined {
  const granted = new Set<string>();
  for (const { decisions } of epochs.told) for (const { capability, decision } of decisions) if (decision === "granted") granted.add(capability);
  const missing = capabilities.find((name) => !granted.has(name));
  return missing === undefined ? undefined : `${missing} was never granted, and the graph needs it`;
}
