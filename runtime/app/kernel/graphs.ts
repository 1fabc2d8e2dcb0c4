// Graphs that were submitted: verified once per text, certified once per graph. Owns the cache, whose size is bounded in nodes.
//   K1  What runs is what was verified: the normalised graph, under a certificate of this kernel's key, opened and compared before use.
import type { Sha256, SignatureCheck, Signer } from "../../../kernel-abi/ports.ts";
import { toHex } from "../../../kernel-abi/canonical.ts";
import { certificateDigest, certifyGraph, checkCertificate } from "../../../kernel-abi/qvm/certificate.ts";
import { epochsOf } from "../../../kernel-abi/qvm/epochs.ts";
import type { Finding, Graph, GraphNode } from "../../../kernel-abi/qvm/graph.ts";
import { needsOf, type GraphNeeds } from "../../../kernel-abi/qvm/needs.ts";
import { graphJson } from "../../../kernel-abi/qvm/graph-text.ts";
import { verifyGraph, type VerifyOptions } from "../../../kernel-abi/qvm/verify.ts";
import { withProfile } from "../../../kernel-abi/qvm/default-profile.ts";
import type { Profile } from "../../../kernel-abi/qvm/qec/terms.ts";
import { withWishedDistance } from "../../../kernel-abi/qvm/wished-distance.ts";
import { chooseProvider } from "../../../domains/q/declared.ts";
import { graphCircuit } from "../../../domains/q/api/graph.ts";
import { Refusal } from "../../../kernel-abi/rpc/codes.ts";
import { PRIORITY_DEFAULT, PRIORITY_MAX, type EpochSpan } from "../../kernel/jobs/job.ts";
import type { Wanted } from "../../kernel/logical/block.ts";
import { physicalOf, wantedOf } from "../../kernel/logical/demand.ts";

export interface Verified {
  /** Hex SHA-256 of the normalised graph. */
  readonly digest: string;
  readonly graph: Graph;
  /** Its nodes as the machine places them: with the profiles that its wishes come to. */
  readonly steps: readonly GraphNode[];
  /** Whom its circuit goes to: the circuit alone decides. null: it has none. */
  readonly provider: string | null;
  readonly needs: GraphNeeds;
  readonly certificate: Uint8Array;
  readonly certificateDigest: string;
  /** At least one, which is empty for an empty graph. */
  readonly epochs: readonly EpochSpan[];
  /** Blocks by profile, the most of each at once, and the physical qubits of them all. */
  readonly wanted: readonly Wanted[];
  readonly physicalQubits: number;
  /** The earliest deadline of its own policy nodes. */
  readonly deadlineHint: number | null;
  readonly warnings: number;
}

export interface GraphsOptions {
  readonly signer: Signer;
  readonly sha256: Sha256;
  readonly signature: SignatureCheck;
  readonly verify?: VerifyOptions;
  /** Of qubits that name none: it is written into the graph, and what is certified and runs is the graph that says it. */
  readonly profile?: Profile;
  /** Nodes and names of all graphs kept, and one for each. */
  readonly weightMax?: number;
}

/** Stands for a graph that was accepted by an earlier version and is refused by this one: it has no certificate, so nothing of it runs. */
export function refusedGraph(digest: string): Verified {
  const graph: Graph = { version: "0.1", program: { nodes: [] }, resources: { vqs: [], chs: [], events: [] }, caps: [] };
  return {
    digest, graph, steps: [], provider: null, needs: needsOf(graph), certificate: new Uint8Array(), certificateDigest: "", epochs: [{ from: 0, to: 0 }],
    wanted: [], physicalQubits: 0, deadlineHint: null, warnings: 0,
  };
}

const WEIGHT_MAX = 400_000;
const FINDINGS_SHOWN = 100;

const refused = (findings: readonly Finding[]): Refusal => {
  const errors = findings.filter(({ severity }) => severity === "error");
  const [first] = errors.length > 0 ? errors : findings;
  const more = findings.length > FINDINGS_SHOWN ? { findings_in_all: findings.length } : {};
  return new Refusal("INVALID_GRAPH", { findings: findings.slice(0, FINDINGS_SHOWN), ...more }, { message: `The graph is refused by the verifier: ${first === undefined ? "no finding" : `${first.rule}${first.node === null ? "" : ` at ${first.node}`}: ${first.message}`}` });
};

/** The provider its circuit goes to; a graph that none here can run is refused before it is certified. @throws Fault QVM_NOT_EXECUTABLE | QVM_GUARD_LIMIT | Q_ERR_GATE_UNSUPPORTED */
function providerOf(graph: Graph): string | null {
  const { circuit } = graphCircuit(graph);
  return circuit === undefined ? null : chooseProvider(circuit.lower()).provider;
}

export class Graphs {
  readonly #options: GraphsOptions;
  /** By digest of the text that was submitted, oldest use first. */
  readonly #byText = new Map<string, Verified>();
  readonly #checked = new WeakSet<Verified>();
  /** Of the graph verified last, for whoever writes it down. */
  #latest: { readonly digest: string; readonly json: Uint8Array } | undefined;
  #weight = 0;

  constructor(options: GraphsOptions) { this.#options = options; }

  /** @throws Refusal INVALID_GRAPH with all findings; as providerOf */
  of(json: unknown): Verified {
    const text = JSON.stringify(json) ?? "null";
    const key = toHex(this.#options.sha256(new TextEncoder().encode(text)));
    const known = this.#byText.get(key);
    if (known !== undefined) this.#byText.delete(key);
    const verified = known ?? this.#verified(json);
    this.#byText.set(key, verified);
    if (known === undefined) this.#evict(verified);
    return verified;
  }

  /** Before a job starts (K1). @throws Fault CERTIFICATE_REFUSED | GRAPH_UNCERTIFIED */
  check(verified: Verified): void {
    if (this.#checked.has(verified)) return;
    const { signer, sha256, signature, verify } = this.#options;
    checkCertificate(verified.certificate, { graph: verified.graph, keyIds: [signer.keyId], mode: verify?.mode ?? "thread", needs: verified.needs, digest: verified.digest, sha256, signature });
    this.#checked.add(verified);
  }

  /** The canonical JSON of a graph that has just been verified, once. */
  written({ digest }: Verified): Uint8Array | undefined {
    const json = this.#latest?.digest === digest ? this.#latest.json : undefined;
    this.#latest = undefined;
    return json;
  }

  /** Graphs kept. */
  get size(): number { return this.#byText.size; }

  #verified(json: unknown): Verified {
    const { signer, sha256, verify = {}, profile } = this.#options;
    const read = verifyGraph(json, verify);
    if (!read.valid || read.graph === undefined) throw refused(read.findings);
    const graph = profile === undefined ? read.graph : withProfile(read.graph, profile);
    const verdict = { ...read, graph };
    const provider = providerOf(graph);
    const needs = needsOf(graph);
    const written = graphJson(graph);
    const digest = toHex(sha256(written));
    this.#latest = { digest, json: written };
    const certificate = certifyGraph({ verdict, options: verify, needs, digest }, signer, sha256);
    const steps = withWishedDistance(graph.program.nodes);
    const wanted = wantedOf(steps);
    const spans = spansOf(graph);
    return {
      digest, graph, steps, provider, needs, certificate, certificateDigest: certificateDigest(certificate, sha256),
      epochs: spans.length === 0 ? [{ from: 0, to: 0 }] : spans, wanted, physicalQubits: physicalOf(wanted), deadlineHint: deadlineHint(graph), warnings: verdict.findings.length,
    };
  }

  #evict(added: Verified): void {
    this.#weight += weightOf(added);
    for (const [key, oldest] of this.#byText) {
      if (this.#weight <= (this.#options.weightMax ?? WEIGHT_MAX) || this.#byText.size === 1) break;
      this.#byText.delete(key);
      this.#weight -= weightOf(oldest);
    }
  }
}

const WORDS: ReadonlyMap<unknown, number> = new Map([["low", 1], ["normal", PRIORITY_DEFAULT], ["high", 50]]);

/** What a SET_POLICY says of priority; undefined: nothing. */
function saidPriority({ op, args }: GraphNode): number | undefined {
  const said = op === "SET_POLICY" ? args["priority"] : undefined;
  return typeof said === "number" ? Math.min(PRIORITY_MAX, Math.max(0, said)) : WORDS.get(said);
}

/** Its epochs, each with the priority its graph has said by its end. */
function spansOf(graph: Graph): readonly EpochSpan[] {
  let priority: number | undefined;
  return epochsOf(graph).map(({ from, to }) => {
    for (const node of graph.program.nodes.slice(from, to)) priority = saidPriority(node) ?? priority;
    return { from, to, ...(priority === undefined ? {} : { priority }) };
  });
}

/** What keeping it costs: a graph without a node is not for nothing. */
const weightOf = ({ graph: { program, resources: { vqs, chs, events } } }: Verified): number => 1 + program.nodes.length + vqs.length + chs.length + events.length;

/** The earliest deadline among its SET_POLICY nodes, in epochs; null: none. */
export function deadlineHint(graph: Graph): number | null {
  const deadlines = graph.program.nodes.flatMap(({ op, args }) => {
    const deadline = Number(op === "SET_POLICY" ? args["deadline"] : NaN);
    return Number.isSafeInteger(deadline) && deadline > 0 ? [deadline] : [];
  });
  return deadlines.length === 0 ? null : deadlines.reduce((least, one) => Math.min(least, one));
}
