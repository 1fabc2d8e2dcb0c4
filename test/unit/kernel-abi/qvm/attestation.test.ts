// Attestations: what they state holds together, is bound to one run, and is refused with anything altered.
import { describe, expect, it } from "vitest";
import { canonicalJson, fromBase64, parseCanonicalJson, toBase64 } from "../../../../kernel-abi/canonical.ts";
import { PAYLOAD_TYPE, preAuthentication } from "../../../../kernel-abi/dsse.ts";
import { attestable, attestationDiffers, epochsTold, makeAttestation, makeAttestations, openAttestation, type AttestationFacts, type TracedJob } from "../../../../kernel-abi/qvm/attestation.ts";
import { makeSeals } from "../../../../replay/seal-batch.ts";
import { signatureHolds } from "../../../../replay/seal.ts";
import { sha256 } from "../../../../runtime/adapters/sha256.ts";
import { attestationFacts, epoch, usage } from "../../../support/attestations.ts";
import { faultOf } from "../../../support/refusals.ts";
import { testSigner } from "../../../support/signer.ts";

const signer = testSigner();
const ports = { sha256, signature: signatureHolds };
const RUN = "1a".repeat(32);
const FACTS = attestationFacts();
const bytes = makeAttestation(RUN, FACTS, signer, sha256);
const open = (of: Uint8Array): ReturnType<typeof openAttestation> => openAttestation(of, ports);
const what = (run: () => unknown): unknown => {
  const { fault, detail, exitCode } = faultOf(run);
  expect([fault, exitCode]).toEqual(["ATTESTATION_REFUSED", 4]);
  return detail["what"];
};
const made = (change: Partial<AttestationFacts>): unknown => what(() => makeAttestation(RUN, { ...FACTS, ...change }, signer, sha256));

const TRACED: TracedJob = { run: RUN, graph: FACTS.graph, nodes: 5, shots: 8, units: 3, capabilities: ["CAP_ALLOC", "CAP_MEASURE"], epochs: [3, 2] };

describe("an attestation", () => {
  it("says what the kernel filled in, of which run, and whose it is", () => {
    const opened = open(bytes);
    expect({ ...opened, epochs: [...epochsTold(opened.epochs)] }).toEqual({ ...FACTS, audit: { ...FACTS.audit, left: 0 }, run: RUN, keyId: signer.keyId });
  });

  it("does not contradict itself", () => {
    const [first, second] = FACTS.epochs;
    if (first === undefined || second === undefined) throw new Error("two epochs");
    const cases: readonly (readonly [Partial<AttestationFacts>, string])[] = [
      [{ epochs: [second, first] }, "epoch 0 does not follow the one before it"],
      [{ epochs: [first, { ...second, epoch: 2 }] }, "epoch 1 does not follow the one before it"],
      [{ epochs: [first, { ...second, from: 4 }] }, "epoch 1 does not follow the one before it"],
      [{ epochs: [first, { ...second, to: 2 }] }, "epoch 1 does not follow the one before it"],
      [{ epochs: [first, { ...second, usage: usage({ nodes: 7 }) }] }, "epoch 1 uses other nodes than it ran"],
      [{ epochs: [{ ...first, mapping: [...first.mapping, ...first.mapping] }, second] }, "epoch 0 places a qubit twice"],
      [{ epochs: [{ ...first, mapping: [...first.mapping, { vq: "q9", profile: "p", physicalQubits: 0, module: "m" }] }, second] }, "epoch 0 places more qubits than it uses"],
      [{ epochs: [{ ...first, mapping: first.mapping.map((row) => ({ ...row, physicalQubits: 99 })) }, second] }, "epoch 0 places more qubits than it uses"],
      [{ epochs: [first] }, "the epochs do not end where the job does"],
      [{ usage: { ...FACTS.usage, logicalQubits: 1 } }, "logicalQubits of the job is not the most of its epochs"],
      [{ usage: { ...FACTS.usage, physicalQubits: 1 } }, "physicalQubits of the job is not the most of its epochs"],
      [{ usage: { ...FACTS.usage, measurements: 9 } }, "measurements of the job is not the sum over its epochs"],
      [{ audit: { ...FACTS.audit, from: 3, to: 2 } }, "the part of the audit log is none"],
      [{ audit: { ...FACTS.audit, to: 99 } }, "the part of the audit log is none"],
      ...[[3], [9], [5, 5], [6, 5]].map((seqs) => [{ audit: { ...FACTS.audit, events: seqs.map((seq) => ({ seq, at: 1, kind: "job", outcome: "noted" as const, detail: {} })) } }, "an audit event is outside of its part of the log, or out of order"] as const),
    ];
    for (const [change, said] of cases) expect([said, made(change)]).toEqual([said, said]);
    expect(made({ tenant: "alice" })).toBe("the facts do not have the shape of an attestation's");
    expect(made({ shots: 0 })).toBe("the facts do not have the shape of an attestation's");
    expect(open(makeAttestation(RUN, attestationFacts({ nodes: 0, epochs: [], usage: usage({}) }), signer, sha256)).epochs).toMatchObject({ count: 0, told: [], left: { stretches: 0, epochs: 0 } });
  });

  it("that contradicts itself is refused though it is truly signed", () => {
    const envelope = parseCanonicalJson(bytes) as { payload: string; signatures: { sig: string }[] };
    const statement = parseCanonicalJson(fromBase64(envelope.payload)) as { predicate: { nodes: number } };
    statement.predicate.nodes = 6;
    const payload = canonicalJson(statement);
    const sig = toBase64(signer.sign(preAuthentication(PAYLOAD_TYPE, payload)));
    expect(what(() => open(canonicalJson({ ...envelope, payload: toBase64(payload), signatures: [{ keyid: signer.keyId, sig }] })))).toBe("the epochs do not end where the job does");
  });

  it("is signed with others under one signature, and read by itself", () => {
    let signatures = 0;
    const counting = { ...signer, sign: (message: Uint8Array) => { signatures++; return signer.sign(message); } };
    const runs = Array.from({ length: 5 }, (_, at) => `${at}a`.repeat(32));
    const fresh = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, at) => at % 251);
    const all = makeAttestations(runs.map((run) => attestable(run, FACTS, signer, sha256)), { signer: counting, sha256, fresh });
    expect(signatures).toBe(1);
    expect(all.map((one) => open(one).run)).toEqual(runs);
    for (const one of all) expect(open(one)).toEqual({ ...open(bytes), run: open(one).run });
    const [first, second] = all.map((one) => parseCanonicalJson(one) as { payload: string; path: string[]; signatures: { sig: string }[] });
    if (first === undefined || second === undefined) throw new Error("five");
    expect(first.signatures).toEqual(second.signatures);
    expect(what(() => open(canonicalJson({ ...first, path: second.path })))).toBe("signature does not hold");
    expect(what(() => open(canonicalJson({ ...first, payload: second.payload })))).toBe("signature does not hold");
    expect(what(() => open(canonicalJson({ ...first, path: first.path.slice(1) })))).toBe("audit path does not fit the statement's place in its batch");
    const { path: _, ...bare } = first;
    expect(what(() => open(canonicalJson(bare)))).toBe("an audit path is of a statement in a batch, and every such statement has one");
    const single = parseCanonicalJson(bytes) as object;
    expect(what(() => open(canonicalJson({ ...single, path: first.path })))).toBe("an audit path is of a statement in a batch, and every such statement has one");
    expect(makeAttestations([attestable(RUN, FACTS, signer, sha256)], { signer, sha256, fresh })).toEqual([bytes]);
    for (let at = 0; at < (all[0]?.length ?? 0); at += 7) {
      const damaged = (all[0] as Uint8Array).slice();
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      what(() => open(damaged));
    }
  });

  it("is no seal's: what was signed for a batch of seals is no signature of attestations", () => {
    const fresh = (size: number): Uint8Array => new Uint8Array(size);
    let signed: Uint8Array | undefined;
    const tapped = { ...signer, sign: (message: Uint8Array) => (signed = signer.sign(message)) };
    const facts = { digest: RUN, merkleRoot: RUN, blocks: 1, frames: 1, events: 1, bytes: 1, format: 1, status: "completed", durability: "process", host: { triad: "", node: "", v8: "", platform: "", workers: 0, started: "", sealed: "", label: "" } } as const;
    makeSeals([facts, facts], tapped, fresh);
    const [one] = makeAttestations([attestable(RUN, FACTS, signer, sha256), attestable(RUN, FACTS, signer, sha256)], { signer, sha256, fresh });
    const envelope = parseCanonicalJson(one as Uint8Array) as { signatures: { keyid: string }[] };
    expect(what(() => open(canonicalJson({ ...envelope, signatures: [{ keyid: signer.keyId, sig: toBase64(signed as Uint8Array) }] })))).toBe("signature does not hold");
  });

  it("with any byte altered is refused", () => {
    for (let at = 0; at < bytes.length; at += 3) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      what(() => open(damaged));
    }
  });

  it("fits the trace it is of, and no other", () => {
    const differs = (change: Partial<TracedJob>): string | undefined => attestationDiffers(open(bytes), { ...TRACED, ...change });
    expect(differs({})).toBeUndefined();
    expect(differs({ units: undefined })).toBeUndefined();
    expect(differs({ run: "2b".repeat(32) })).toBe("it is another run's");
    expect(differs({ graph: "2b".repeat(32) })).toBe("the run's input holds another graph");
    expect(differs({ shots: 9 })).toBe("it states 8 shots, the trace has 9");
    expect(differs({ nodes: 4 })).toBe("it states 5 nodes, the run was of 4");
    expect(differs({ epochs: [5] })).toBe("it states 2 epochs, the graph has 1");
    expect(differs({ epochs: [2, 3] })).toBe("it states 3 nodes of epoch 0, the graph has 2");
    expect(differs({ units: 1 })).toBe("it states 2 qubits, the contract was of 1");
    expect(differs({ capabilities: ["CAP_MAGIC"] })).toBe("CAP_MAGIC was never granted, and the graph needs it");
    const denied = open(makeAttestation(RUN, attestationFacts({ epochs: [epoch(0, 0, 3, { decisions: [{ capability: "CAP_ALLOC", decision: "denied", by: "session" }] }), epoch(1, 3, 5, { decisions: [] })] }), signer, sha256));
    expect(attestationDiffers(denied, { ...TRACED, capabilities: ["CAP_ALLOC"] })).toBe("CAP_ALLOC was never granted, and the graph needs it");
  });
});
