// triad verify --attestation: what the kernel says of a job, against the trace of its run.
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { toHex } from "../../../../kernel-abi/canonical.ts";
import { makeAttestation, type AttestationFacts } from "../../../../kernel-abi/qvm/attestation.ts";
import { graphDigest, openCertificate } from "../../../../kernel-abi/qvm/certificate.ts";
import type { Graph } from "../../../../kernel-abi/qvm/graph.ts";
import { verifyGraph } from "../../../../kernel-abi/qvm/verify.ts";
import { signatureHolds } from "../../../../replay/seal.ts";
import { readAll, hostDisk } from "../../../../runtime/adapters/disk.ts";
import { loadOrCreateSigner } from "../../../../runtime/adapters/keys.ts";
import { sha256 } from "../../../../runtime/adapters/sha256.ts";
import { checkAttestation } from "../../../../runtime/app/attested.ts";
import { GRAPH_PROGRAM } from "../../../../runtime/app/qvm/program-file.ts";
import { record } from "../../../../runtime/app/record.ts";
import { attestationFacts, epoch, usage } from "../../../support/attestations.ts";
import { scratch, triad } from "../../../support/cli.ts";
import { alloc, graphOf, node } from "../../../support/graphs.ts";
import { memorySource } from "../../../support/memory.ts";
import { faultOf, verified } from "../../../support/refusals.ts";
import { testSigner } from "../../../support/signer.ts";

const at = scratch();
const json = graphOf([alloc("q0 q1"), node("APPLY_H", "q0"), node("FENCE_EPOCH"), node("MEASURE_Z", "q0", { produces: ["m"] }), node("MEASURE_Z", "q1", { produces: ["n"] })]);
const graph = verifyGraph(json).graph as Graph;
const facts = (more: Partial<AttestationFacts> = {}): AttestationFacts => attestationFacts({ graph: graphDigest(graph, sha256), ...more });

async function job(name: string, input: unknown = { graph: json, shots: 8 }): Promise<{ readonly path: string; readonly digest: string; readonly signer: ReturnType<typeof loadOrCreateSigner> }> {
  const signer = loadOrCreateSigner(at("home"));
  const path = at(name);
  const { digest } = await record({ program: GRAPH_PROGRAM, input, seed: "1", workers: 0, out: path, signer, replace: true });
  return { path, digest, signer };
}
const refusal = (bytes: Uint8Array, attestation: Uint8Array): unknown => {
  const { fault, detail } = faultOf(() => checkAttestation(attestation, { source: memorySource(bytes), report: verified(bytes) }));
  return [fault, detail["what"]];
};

describe("the attestation of a job", () => {
  it("is checked where it stands beside the trace, or where it is named; and is refused with exit code 4", async () => {
    const { path, digest, signer } = await job("job.triad");
    const sound = makeAttestation(digest, facts(), signer, sha256);
    writeFileSync(`${path}.attestation`, sound);
    const said = await triad("verify", path, "--json");
    expect([said.code, said.err]).toEqual([0, expect.any(String)]);
    expect(JSON.parse(said.out)).toMatchObject({ attestation: { run: digest, job: "job_1", tenant: "ns_45b3e9dd6490eac7", epochs: { count: 2, left: { stretches: 0, epochs: 0 }, told: [{ epoch: 0 }, { epoch: 1 }] } } });
    expect((await triad("verify", path)).out).toContain("job job_1 of ns_45b3e9dd6490eac7: 5 nodes in 2 epochs, 2 logical qubits on 36 physical, 0 channels");
    const damaged = sound.slice();
    damaged[200] = (damaged[200] as number) ^ 1;
    writeFileSync(`${path}.attestation`, damaged);
    const refused = await triad("verify", path);
    expect([refused.code, refused.err]).toEqual([4, expect.stringContaining("ATTESTATION_REFUSED")]);
    writeFileSync(at("elsewhere"), Buffer.concat([sound, Buffer.from("\n")]));
    expect((await triad("verify", path, "--attestation", at("elsewhere"))).code).toBe(0);
  });

  it("is of that run, that graph, by who sealed it, and of what happened", async () => {
    const { path, digest, signer } = await job("more.triad");
    const bytes = readAll(hostDisk, path, 1 << 24);
    const by = (change: Partial<AttestationFacts>, who = signer, run = digest): unknown => refusal(bytes, makeAttestation(run, facts(change), who, sha256));
    expect(by({}, testSigner(3))).toEqual(["ATTESTATION_REFUSED", `it is signed by ${testSigner(3).keyId}, who neither sealed the run nor is trusted here`]);
    expect(checkAttestation(makeAttestation(digest, facts(), testSigner(3), sha256), { source: memorySource(bytes), report: verified(bytes), trusted: [testSigner(3).keyId] }).run).toBe(digest);
    expect(by({}, signer, toHex(new Uint8Array(32)))).toEqual(["ATTESTATION_REFUSED", "it is another run's"]);
    expect(by({ graph: "0a".repeat(32) })).toEqual(["ATTESTATION_REFUSED", "the run's input holds another graph"]);
    expect(by({ shots: 9 })).toEqual(["ATTESTATION_REFUSED", "it states 9 shots, the trace has 8"]);
    const three = usage({ logicalQubits: 3, physicalQubits: 36, nodes: 3, decoderCycles: 3 });
    expect(by({ epochs: [epoch(0, 0, 3, { usage: three }), epoch(1, 3, 5)], usage: usage({ logicalQubits: 3, physicalQubits: 36, nodes: 5, decoderCycles: 6, measurements: 1 }) }))
      .toEqual(["ATTESTATION_REFUSED", "it states 3 qubits, the contract was of 2"]);
    expect(by({ epochs: [epoch(0, 0, 3, { decisions: [] }), epoch(1, 3, 5, { decisions: [] })] })).toEqual(["ATTESTATION_REFUSED", "CAP_ALLOC was never granted, and the graph needs it"]);
    expect(by({ epochs: [epoch(0, 0, 5, { usage: usage({ logicalQubits: 2, physicalQubits: 36, nodes: 5, decoderCycles: 6, measurements: 1 }) })] })).toEqual(["ATTESTATION_REFUSED", "it states 1 epochs, the graph has 2"]);
  });

  it("of a job cancelled at a fence is of the prefix that was run", async () => {
    const { path, digest, signer } = await job("prefix.triad", { graph: json, shots: 8, nodes: 3 });
    const bytes = readAll(hostDisk, path, 1 << 24);
    const prefix = facts({ nodes: 3, epochs: [epoch(0, 0, 3)], usage: usage({ logicalQubits: 2, physicalQubits: 36, nodes: 3, decoderCycles: 3 }) });
    const check = (of: AttestationFacts): unknown => checkAttestation(makeAttestation(digest, of, signer, sha256), { source: memorySource(bytes), report: verified(bytes) }).nodes;
    expect(check(prefix)).toBe(3);
    expect(faultOf(() => check(facts())).detail["what"]).toBe("it states 5 nodes, the run was of 3");
  });

  it("is of no run of anything else", async () => {
    const { path, digest, signer } = await job("empty.triad", { graph: { nodes: "none" }, shots: 1 });
    const bytes = readAll(hostDisk, path, 1 << 24);
    expect(refusal(bytes, makeAttestation(digest, facts(), signer, sha256))).toEqual(["ATTESTATION_REFUSED", "the run's input holds no graph"]);
  });
});

describe("triad qvm verify --certificate", () => {
  it("writes one of a valid graph, and none of another", async () => {
    writeFileSync(at("good.qvm.json"), JSON.stringify(json));
    const said = await triad("qvm", "verify", at("good.qvm.json"), "--certificate", at("good.certificate"));
    expect([said.code, said.out]).toEqual([0, expect.stringContaining("good.certificate")]);
    expect(openCertificate(readAll(hostDisk, at("good.certificate"), 65_536), { sha256, signature: signatureHolds }).graph).toBe(graphDigest(graph, sha256));
    writeFileSync(at("bad.qvm.json"), JSON.stringify({ ...json, caps: [] }));
    expect((await triad("qvm", "verify", at("bad.qvm.json"), "--certificate", at("bad.certificate"))).code).toBe(1);
    expect(() => readAll(hostDisk, at("bad.certificate"), 65_536)).toThrow();
  });
});
