// Attestations: what the kernel says of a job beside its run's trace: where its logical qubits stood, which capabilities were decided
// how, and what it used, in all and epoch by epoch. Signed, bound to the run's digest, and checked against the trace.
//   N1  The subject is the digest of the run; graph and certificate are named by digest; the tenant by its namespace, never by its name.
//   N2  Epochs are numbered from 0 and follow one another without a gap over the nodes that were run.
//   N3  What it states must fit the trace: `attestationDiffers` names the first thing that does not.
// The signature is over an in-toto statement in a DSSE envelope (dsse.ts), type urn:triad-runtime:attestation:v1.
import { Hex256, keyOf, openStatement, plainReading, signStatement, STATEMENT_TYPE, StatementKeySchema, statementSchema } from "../dsse.ts";
import { Fault } from "../fault.ts";
import type { Sha256, SignatureCheck, Signer } from "../ports.ts";
import { compiled, Type, type Static } from "../schema.ts";
import { CAP_PATTERN, NAME_PATTERN } from "./graph.ts";

export const ATTESTATION_TYPE = "urn:triad-runtime:attestation:v1";

const exact = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0 });
const Name = Type.String({ pattern: NAME_PATTERN });

/** Use of an epoch, or of the job: of qubits and channels the most at once, of everything else the sum. */
export const UsageSchema = Type.Object({
  logicalQubits: Count,
  physicalQubits: Count,
  channels: Count,
  nodes: Count,
  measurements: Count,
  tStates: Count,
  /** Rounds of the decoder. */
  decoderCycles: Count,
  /** Bell pairs used up, purification included. */
  pairs: Count,
}, exact);
export type Usage = Readonly<Static<typeof UsageSchema>>;

/** Where logical qubits stood: profiles and numbers of physical qubits, never which amplitudes or outcomes they had (A4). */
export const MappingSchema = Type.Array(Type.Object({ vq: Name, profile: Type.String(), physicalQubits: Count, module: Type.String() }, exact));
export type Mapping = Readonly<Static<typeof MappingSchema>>;

export const DecisionSchema = Type.Object({
  capability: Type.String({ pattern: CAP_PATTERN }),
  decision: Type.Union([Type.Literal("granted"), Type.Literal("denied")]),
  /** What it was decided by: the id of a token or a delegation, or `session`. */
  by: Type.String(),
}, exact);
export type Decision = Readonly<Static<typeof DecisionSchema>>;

const EpochSchema = Type.Object({
  epoch: Count,
  /** Nodes of the graph it ran: from, up to and without `to`. A fence is the last node of the epoch it ends. */
  from: Count,
  to: Count,
  mapping: MappingSchema,
  decisions: Type.Array(DecisionSchema),
  usage: UsageSchema,
  /** Reversible nodes undone so that the job could give way, and what that cost; their use is in `usage`, as is that of doing them again. */
  undone: Type.Optional(Type.Object({ nodes: Count, cost: Count }, exact)),
}, exact);
export type AttestedEpoch = Readonly<Static<typeof EpochSchema>>;

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

const AuditSchema = Type.Object({
  /** RFC 6962 root over the log's first `size` entries, hex; this job's are among those from `from`, up to and without `to`. */
  root: Hex256, size: Count, from: Count, to: Count,
  /** The job's, in the order of the log. */
  events: Type.Array(AuditEventSchema),
}, exact);

const FactsSchema = {
  /** Digest of the graph as it was read, and of the certificate it ran on, hex. */
  graph: Hex256,
  certificate: Hex256,
  tenant: Type.String({ pattern: "^ns_[0-9a-f]{16}$" }),
  job: Type.String({ minLength: 1, maxLength: 128 }),
  shots: Type.Integer({ minimum: 1 }),
  /** Nodes that were run: all of the graph's, or those before the fence it was cancelled at. */
  nodes: Count,
  epochs: Type.Array(EpochSchema),
  usage: UsageSchema,
  audit: AuditSchema,
} as const;

const PredicateSchema = Type.Object({ ...FactsSchema, key: StatementKeySchema }, exact);
const StatementSchema = statementSchema({ subject: "run", predicateType: ATTESTATION_TYPE, predicate: PredicateSchema });
const reading = plainReading(compiled(StatementSchema));
const factsCheck = compiled(Type.Object({ ...FactsSchema }, exact));

/** What the kernel fills in. */
export type AttestationFacts = Readonly<Omit<Static<typeof PredicateSchema>, "key">>;

export interface Attestation extends AttestationFacts {
  /** Digest of the run, hex. */
  readonly run: string;
  readonly keyId: string;
}

const refuse = (what: string, cause?: unknown): never => { throw new Fault("ATTESTATION_REFUSED", { what }, { cause }); };

/** The envelope's bytes. @throws Fault ATTESTATION_REFUSED for facts no attestation can state */
export function makeAttestation(run: string, facts: AttestationFacts, signer: Signer): Uint8Array {
  if (!factsCheck().Check(facts)) return refuse("the facts do not have the shape of an attestation's");
  const odd = contradiction(facts);
  if (odd !== undefined) return refuse(odd);
  return signStatement({
    _type: STATEMENT_TYPE, subject: [{ name: "run", digest: { sha256: run } }], predicateType: ATTESTATION_TYPE, predicate: { ...facts, key: keyOf(signer) },
  } satisfies Static<typeof StatementSchema>, signer);
}

/** @throws Fault ATTESTATION_REFUSED when it is none, not as it was signed, or contradicts itself */
export function openAttestation(bytes: Uint8Array, ports: { readonly sha256: Sha256; readonly signature: SignatureCheck }): Attestation {
  const { statement: { subject: [{ digest }], predicate: { key: _, ...facts } }, keyId } = openStatement(bytes, reading, { ...ports, refuse });
  const odd = contradiction(facts);
  return odd === undefined ? { ...facts, run: digest.sha256, keyId } : refuse(odd);
}

const PEAKS = ["logicalQubits", "physicalQubits", "channels"] as const;
const SUMS = ["nodes", "measurements", "tStates", "decoderCycles", "pairs"] as const;

/** What an attestation says twice, and differently (N2). */
function contradiction({ epochs, usage, nodes, audit }: AttestationFacts): string | undefined {
  let next = 0;
  for (const [at, { epoch, from, to, mapping, usage: used }] of epochs.entries()) {
    if (epoch !== at || from !== next || to < from) return `epoch ${at} does not follow the one before it`;
    if (used.nodes !== to - from) return `epoch ${at} uses other nodes than it ran`;
    if (new Set(mapping.map(({ vq }) => vq)).size !== mapping.length) return `epoch ${at} places a qubit twice`;
    if (mapping.length > used.logicalQubits || mapping.reduce((sum, { physicalQubits }) => sum + physicalQubits, 0) > used.physicalQubits) return `epoch ${at} places more qubits than it uses`;
    next = to;
  }
  if (next !== nodes) return "the epochs do not end where the job does";
  for (const name of PEAKS) if (usage[name] !== Math.max(0, ...epochs.map((epoch) => epoch.usage[name]))) return `${name} of the job is not the most of its epochs`;
  for (const name of SUMS) if (usage[name] !== epochs.reduce((sum, epoch) => sum + epoch.usage[name], 0)) return `${name} of the job is not the sum over its epochs`;
  if (audit.from > audit.to || audit.to > audit.size) return "the part of the audit log is none";
  let last = audit.from - 1;
  for (const { seq } of audit.events) {
    if (seq <= last || seq >= audit.to) return "an audit event is outside of its part of the log, or out of order";
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
  if (stated.epochs.length !== traced.epochs.length) return `it states ${stated.epochs.length} epochs, the graph has ${traced.epochs.length}`;
  for (const [at, { usage: { nodes } }] of stated.epochs.entries()) if (nodes !== traced.epochs[at]) return `it states ${nodes} nodes of epoch ${at}, the graph has ${String(traced.epochs[at])}`;
  if (traced.units !== undefined && stated.usage.logicalQubits > traced.units) return `it states ${stated.usage.logicalQubits} qubits, the contract was of ${traced.units}`;
  return undecided(stated, traced);
}

/** A job that ran was granted what its nodes need, and lost none of it while it ran. */
function undecided({ epochs }: Attestation, { capabilities }: TracedJob): string | undefined {
  const granted = new Set<string>();
  for (const { decisions } of epochs) for (const { capability, decision } of decisions) if (decision === "granted") granted.add(capability);
  const missing = capabilities.find((name) => !granted.has(name));
  return missing === undefined ? undefined : `${missing} was never granted, and the graph needs it`;
}
