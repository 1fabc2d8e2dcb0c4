// Certificates: who verified a graph, how, and what the graph needs; signed, so that whoever runs it need not take anybody's word.
//   C1  A certificate speaks of one graph by the SHA-256 of its canonical JSON once it is read; any other graph is refused under it.
//   C2  It is made of a verdict that is valid, and of no other.
//   C3  A reader takes it from the signer it names beforehand and in the version and mode it runs; everything else is refused, typed.
// The signature is over an in-toto statement in a DSSE envelope (dsse.ts), type urn:triad-runtime:graph-certificate:v1.
import { canonicalJson, sameBytes, toHex } from "../canonical.ts";
import { keyOf, openStatement, plainReading, signStatement, STATEMENT_TYPE, StatementKeySchema, statementSchema } from "../dsse.ts";
import { Fault } from "../fault.ts";
import type { Sha256, SignatureCheck, Signer } from "../ports.ts";
import { compiled, Type, type Static } from "../schema.ts";
import { CAP_PATTERN, type Graph } from "./graph.ts";
import { graphJson } from "./graph-text.ts";
import { needsOf, type GraphNeeds } from "./needs.ts";
import { isProfile, parseProfile } from "./qec/profile.ts";
import { rateSource, type RateSource } from "./qec/rates.ts";
import type { Verdict, VerifyOptions } from "./verify.ts";

/** Raised whenever the verifier's rules, or what a graph is read as, change. */
export const VERIFIER_VERSION = 1;
export const CERTIFICATE_TYPE = "urn:triad-runtime:graph-certificate:v1";

const exact = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0 });

/** What a graph needs beside its capabilities: counts over the whole graph, and how many qubits of each code profile. */
const NeedsSchema = Type.Object({
  peakQubits: Count, qubits: Count, channels: Count, tStates: Count, rotations: Count, measurements: Count, epochs: Count, nodes: Count,
  profiles: Type.Record(Type.String(), Count),
  /** Of each of these, whether its logical error rate is a formula's or was sampled. */
  rates: Type.Record(Type.String(), Type.Union([Type.Literal("formula"), Type.Literal("sampled")])),
}, exact);

const PredicateSchema = Type.Object({
  verifier: Type.Object({ version: Type.Integer({ minimum: 1 }), mode: Type.Union([Type.Literal("thread"), Type.Literal("consume")]), strict: Type.Boolean() }, exact),
  /** Findings that did not make it invalid. */
  warnings: Count,
  needs: NeedsSchema,
  /** Sorted by code units, each once. */
  capabilities: Type.Array(Type.String({ pattern: CAP_PATTERN })),
  key: StatementKeySchema,
}, exact);

const StatementSchema = statementSchema({ subject: "graph", predicateType: CERTIFICATE_TYPE, predicate: PredicateSchema });
const reading = plainReading(compiled(StatementSchema));
type Predicate = Static<typeof PredicateSchema>;

export interface Certificate {
  /** Digest of the graph, hex. */
  readonly graph: string;
  readonly verifier: Readonly<Predicate["verifier"]>;
  readonly warnings: number;
  readonly needs: Readonly<Predicate["needs"]>;
  readonly capabilities: readonly string[];
  readonly keyId: string;
}

/** SHA-256, hex, of the graph's canonical JSON, description and metadata included. @throws Fault ABI_UNENCODABLE for what JSON cannot carry */
export const graphDigest = (graph: Graph, sha256: Sha256): string => toHex(sha256(graphJson(graph)));

/** Names a certificate by its bytes, hex. */
export const certificateDigest = (bytes: Uint8Array, sha256: Sha256): string => toHex(sha256(bytes));

export interface Certified {
  readonly verdict: Verdict;
  /** What the verdict was reached with. */
  readonly options?: VerifyOptions | undefined;
  /** What the graph needs, and its digest, where they were found before. */
  readonly needs?: GraphNeeds;
  readonly digest?: string;
}

/** Of a profile in a valid graph. */
function sourceOf(text: string): RateSource {
  const read = parseProfile(text);
  return isProfile(read) ? rateSource(read) : "formula";
}

const sortedOnce = (names: readonly string[]): string[] => [...new Set(names)].sort();

function statedNeeds(graph: Graph, { caps, profiles, ...counts }: GraphNeeds = needsOf(graph)): Pick<Predicate, "needs" | "capabilities"> {
  const rates = Object.fromEntries(Object.keys(profiles).map((text) => [text, sourceOf(text)]));
  return { needs: { ...counts, profiles: { ...profiles }, rates }, capabilities: sortedOnce(caps) };
}

/**
 * The certificate's bytes.
 * @throws Fault GRAPH_UNCERTIFIED for a graph that the verifier refused (C2)
 */
export function certifyGraph({ verdict: { valid, graph, findings }, options: { mode = "thread", strict = false } = {}, needs, digest }: Certified, signer: Signer, sha256: Sha256): Uint8Array {
  const first = findings.find(({ severity }) => strict || severity === "error");
  if (!valid || graph === undefined) throw new Fault("GRAPH_UNCERTIFIED", { what: "the verifier refused the graph", rule: first?.rule ?? "schema", node: first?.node ?? null });
  return signStatement({
    _type: STATEMENT_TYPE,
    subject: [{ name: "graph", digest: { sha256: digest ?? graphDigest(graph, sha256) } }],
    predicateType: CERTIFICATE_TYPE,
    predicate: { verifier: { version: VERIFIER_VERSION, mode, strict }, warnings: findings.length, ...statedNeeds(graph, needs), key: keyOf(signer) },
  } satisfies Static<typeof StatementSchema>, signer);
}

const refuse = (what: string, cause?: unknown): never => { throw new Fault("CERTIFICATE_REFUSED", { what }, { cause }); };

/** @throws Fault CERTIFICATE_REFUSED when it is none, or not as it was signed; says nothing about whose key that is, nor of which graph */
export function openCertificate(bytes: Uint8Array, ports: { readonly sha256: Sha256; readonly signature: SignatureCheck }): Certificate {
  const { statement: { subject: [{ digest }], predicate: { key: _, ...facts } }, keyId } = openStatement(bytes, reading, { ...ports, refuse });
  if (sortedOnce(facts.capabilities).join() !== facts.capabilities.join()) return refuse("capabilities are not sorted, each once");
  return { graph: digest.sha256, ...facts, keyId };
}

export interface CertificateCheck {
  /** The graph that is to run, as it was read. */
  readonly graph: Graph;
  /** Keys whose certificates are taken here. */
  readonly keyIds: readonly string[];
  /** The mode the runtime verifies in; a certificate of another one is refused. Any when absent. */
  readonly mode?: NonNullable<VerifyOptions["mode"]>;
  /** What the graph needs, and its digest, where they were found before. */
  readonly needs?: GraphNeeds;
  readonly digest?: string;
  readonly sha256: Sha256;
  readonly signature: SignatureCheck;
}

/** Whether a job may run on it: whose it is, of what, and what it states, compared with the graph (C1, C3). @throws Fault CERTIFICATE_REFUSED | GRAPH_UNCERTIFIED without one */
export function checkCertificate(bytes: Uint8Array | undefined, { graph, keyIds, mode, needs: found, digest, sha256, signature }: CertificateCheck): Certificate {
  if (bytes === undefined) throw new Fault("GRAPH_UNCERTIFIED", { what: "there is no certificate" });
  const certificate = openCertificate(bytes, { sha256, signature });
  const { verifier } = certificate;
  if (!keyIds.includes(certificate.keyId)) return refuse(`it is signed by ${certificate.keyId}, whose certificates are not taken here`);
  if (verifier.version !== VERIFIER_VERSION) return refuse(`it is of verifier version ${verifier.version}, here is ${VERIFIER_VERSION}`);
  if (mode !== undefined && verifier.mode !== mode) return refuse(`it was verified in mode ${verifier.mode}, here is ${mode}`);
  if (certificate.graph !== (digest ?? graphDigest(graph, sha256))) return refuse("it is another graph's");
  const { needs, capabilities } = certificate;
  if (!sameBytes(canonicalJson({ needs, capabilities }), canonicalJson(statedNeeds(graph, found)))) return refuse("the graph needs other things than it states");
  return certificate;
}
