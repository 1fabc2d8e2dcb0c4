// Certificates: of valid graphs alone, of one graph each, and refused with anything altered.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { canonicalJson, fromBase64, parseCanonicalJson, toBase64 } from "../../../../kernel-abi/canonical.ts";
import { PAYLOAD_TYPE, preAuthentication } from "../../../../kernel-abi/dsse.ts";
import { CERTIFICATE_TYPE, certificateDigest, certifyGraph, checkCertificate, graphDigest, openCertificate, VERIFIER_VERSION } from "../../../../kernel-abi/qvm/certificate.ts";
import type { Graph } from "../../../../kernel-abi/qvm/graph.ts";
import { needsOf } from "../../../../kernel-abi/qvm/needs.ts";
import { SAMPLED_RATES } from "../../../../kernel-abi/qvm/qec/sampled-rates.ts";
import { verifyGraph } from "../../../../kernel-abi/qvm/verify.ts";
import { signatureHolds } from "../../../../replay/seal.ts";
import { sha256 } from "../../../../runtime/adapters/sha256.ts";
import { alloc, graphOf, node } from "../../../support/graphs.ts";
import { faultOf } from "../../../support/refusals.ts";
import { testSigner } from "../../../support/signer.ts";

const signer = testSigner();
const ports = { sha256, signature: signatureHolds };
const json = graphOf([alloc("q0 q1"), node("APPLY_H", "q0"), node("INJECT_T_STATE", "q1"), node("FENCE_EPOCH"), node("MEASURE_Z", "q0", { produces: ["m"] })]);
const verdict = verifyGraph(json);
const graph = verdict.graph as Graph;
const bytes = certifyGraph({ verdict }, signer, sha256);
const expected = { graph, keyIds: [signer.keyId], ...ports };

interface Envelope { payload: string; signatures: { keyid: string; sig: string }[] }
interface Statement { subject: { digest: { sha256: string } }[]; predicate: Record<string, unknown> & { key: Record<string, unknown> } }
/** The certificate with its statement changed, and signed again by whom the statement names or by another. */
function restated(change: (statement: Statement) => void, by: typeof signer | null = signer): Uint8Array {
  const envelope = parseCanonicalJson(bytes) as Envelope;
  const statement = parseCanonicalJson(fromBase64(envelope.payload)) as Statement;
  change(statement);
  const payload = canonicalJson(statement);
  const sig = by === null ? envelope.signatures[0]?.sig ?? "" : toBase64(by.sign(preAuthentication(PAYLOAD_TYPE, payload)));
  return canonicalJson({ ...envelope, payload: toBase64(payload), signatures: [{ keyid: statement.predicate.key["id"], sig }] });
}
const refusal = (of: Uint8Array | undefined, more: Partial<Parameters<typeof checkCertificate>[1]> = {}): readonly [string, unknown] => {
  const { fault, detail } = faultOf(() => checkCertificate(of, { ...expected, ...more }));
  return [fault, detail["what"]];
};

/** Every leaf of a record, by path. */
function* leaves(of: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof of !== "object" || of === null) yield path;
  else for (const [key, value] of Object.entries(of)) yield* leaves(value, [...path, key]);
}
function altered(of: object, path: readonly string[]): void {
  const parent = path.slice(0, -1).reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, of as Record<string, unknown>);
  const key = path.at(-1) ?? "";
  const value = parent[key];
  parent[key] = typeof value === "number" ? value + 1 : typeof value === "boolean" ? !value : `${String(value).slice(0, -1)}${String(value).endsWith("A") ? "B" : "A"}`;
}

describe("a certificate", () => {
  it("says which graph, by which verifier, and what it needs", () => {
    const digest = createHash("sha256").update(canonicalJson(graph)).digest("hex");
    expect(graphDigest(graph, sha256)).toBe(digest);
    expect(checkCertificate(bytes, expected)).toEqual({
      graph: digest, verifier: { version: VERIFIER_VERSION, mode: "thread", strict: false }, warnings: verdict.findings.length, keyId: signer.keyId,
      needs: { peakQubits: 2, qubits: 2, channels: 0, tStates: 1, rotations: 0, measurements: 1, epochs: 2, nodes: 5, profiles: { "logical:surface_code(d=3)": 2 }, rates: { "logical:surface_code(d=3)": "formula" } },
      capabilities: ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MAGIC", "CAP_MEASURE"],
    });
    const [row] = SAMPLED_RATES.rows;
    const profile = `sampled:surface_code(d=${row?.distance ?? 0},p=${row?.p ?? 0})`;
    const other = verifyGraph(graphOf([alloc("a", { args: { profile } }), alloc("b"), node("MEASURE_Z", "a", { produces: ["m"] })]));
    expect(openCertificate(certifyGraph({ verdict: other }, signer, sha256), ports).needs.rates).toEqual({ [profile]: "sampled", "logical:surface_code(d=3)": "formula" });
    expect(certificateDigest(bytes, sha256)).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(CERTIFICATE_TYPE).toBe("urn:triad-runtime:graph-certificate:v1");
    expect(certifyGraph({ verdict, needs: needsOf(graph) }, signer, sha256)).toEqual(bytes);
    expect(checkCertificate(bytes, { ...expected, mode: "thread", needs: needsOf(graph) }).keyId).toBe(signer.keyId);
  });

  it("is of the graph that was read, however it was written", () => {
    const shuffled = verifyGraph(JSON.parse(JSON.stringify({ caps: json.caps, resources: json.resources, program: json.program, version: json.version })));
    expect(graphDigest(shuffled.graph as Graph, sha256)).toBe(graphDigest(graph, sha256));
  });

  it("is made of no graph that the verifier refused", () => {
    const broken = verifyGraph(graphOf([alloc("q"), node("MEASURE_Z", "q")]));
    expect(faultOf(() => certifyGraph({ verdict: broken }, signer, sha256))).toMatchObject({ fault: "GRAPH_UNCERTIFIED", detail: { rule: "measure-without-event" } });
    const leaking = verifyGraph(graphOf([alloc("q"), node("APPLY_H", "q")]), { strict: true });
    expect(faultOf(() => certifyGraph({ verdict: leaking, options: { strict: true } }, signer, sha256))).toMatchObject({ fault: "GRAPH_UNCERTIFIED", detail: { rule: "leak" } });
    expect(faultOf(() => certifyGraph({ verdict: { valid: false, findings: [] } }, signer, sha256))).toMatchObject({ detail: { rule: "schema", node: null } });
  });

  it("has to be there, and of one whose certificates are taken", () => {
    expect(refusal(undefined)).toEqual(["GRAPH_UNCERTIFIED", "there is no certificate"]);
    const other = testSigner(9);
    expect(refusal(certifyGraph({ verdict }, other, sha256))).toEqual(["CERTIFICATE_REFUSED", `it is signed by ${other.keyId}, whose certificates are not taken here`]);
    expect(checkCertificate(certifyGraph({ verdict }, other, sha256), { ...expected, keyIds: [signer.keyId, other.keyId] }).keyId).toBe(other.keyId);
  });

  it("with any field altered is refused", () => {
    const statement = parseCanonicalJson(fromBase64((parseCanonicalJson(bytes) as Envelope).payload)) as Statement;
    const paths = [...leaves(statement)];
    expect(paths.length).toBeGreaterThan(20);
    for (const path of paths) expect([path.join("."), refusal(restated((of) => { altered(of, path); }, null))[0]]).toEqual([path.join("."), "CERTIFICATE_REFUSED"]);
  });

  it("with any byte altered is refused", () => {
    for (let at = 0; at < bytes.length; at += 3) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      expect(refusal(damaged)[0]).toBe("CERTIFICATE_REFUSED");
    }
  });

  it("is refused for another graph, version or mode, and where it states what the graph does not need, though it is truly signed", () => {
    const another = verifyGraph(graphOf([alloc("q0"), node("MEASURE_Z", "q0", { produces: ["m"] })])).graph as Graph;
    expect(refusal(bytes, { graph: another })).toEqual(["CERTIFICATE_REFUSED", "it is another graph's"]);
    expect(refusal(bytes, { mode: "consume" })).toEqual(["CERTIFICATE_REFUSED", "it was verified in mode thread, here is consume"]);
    expect(refusal(restated(({ predicate }) => { (predicate["verifier"] as { version: number }).version += 1; }))[1]).toBe(`it is of verifier version ${VERIFIER_VERSION + 1}, here is ${VERIFIER_VERSION}`);
    const needs = "the graph needs other things than it states";
    expect(refusal(restated(({ predicate }) => { (predicate["needs"] as { tStates: number }).tStates = 0; }))[1]).toBe(needs);
    expect(refusal(restated(({ predicate }) => { predicate["capabilities"] = ["CAP_ALLOC"]; }))[1]).toBe(needs);
    expect(refusal(restated(({ predicate }) => { predicate["capabilities"] = ["CAP_MEASURE", "CAP_ALLOC"]; }))[1]).toBe("capabilities are not sorted, each once");
    expect(refusal(restated(({ predicate }) => { predicate["more"] = 1; }))[1]).toBe("statement does not have the shape of one");
  });

  it("opens without being judged", () => {
    expect(openCertificate(certifyGraph({ verdict, options: { mode: "consume", strict: true } }, testSigner(9), sha256), ports).verifier).toEqual({ version: VERIFIER_VERSION, mode: "consume", strict: true });
  });
});
