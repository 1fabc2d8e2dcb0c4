// Epochs in stretches: nothing of them is lost, whatever they are, and what is said of them is bounded.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, fromBase64, parseCanonicalJson, toBase64 } from "../../../../kernel-abi/canonical.ts";
import { PAYLOAD_TYPE, preAuthentication } from "../../../../kernel-abi/dsse.ts";
import { AUDIT_EVENTS_MAX, attestationDiffers, makeAttestation, openAttestation } from "../../../../kernel-abi/qvm/attestation.ts";
import { epochsTold, STRETCH_BYTES_MAX, stretchedText, stretchesRoot, type AttestedEpoch, type Mapping, type Stretches } from "../../../../kernel-abi/qvm/stretches.ts";
import { signatureHolds } from "../../../../replay/seal.ts";
import { sha256 } from "../../../../runtime/adapters/sha256.ts";
import { attestationFacts, epoch, usage } from "../../../support/attestations.ts";
import { faultOf } from "../../../support/refusals.ts";
import { testSigner } from "../../../support/signer.ts";

/** RFC 6962, section 2.1, as it is written there. */
function rootOf(leaves: readonly Uint8Array[]): Buffer {
  const hash = (...pieces: readonly Uint8Array[]): Buffer => createHash("sha256").update(Buffer.concat(pieces)).digest();
  const [only] = leaves;
  if (only === undefined) return hash();
  if (leaves.length === 1) return hash(Uint8Array.of(0), only);
  let half = 1;
  while (2 * half < leaves.length) half *= 2;
  return hash(Uint8Array.of(1), rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)));
}

const place = fc.record({ vq: fc.constantFrom("q0", "q1", "q2", "q3"), profile: fc.constantFrom("a", "b"), physicalQubits: fc.nat(3), module: fc.constantFrom("m0", "m1") });
const mapping: fc.Arbitrary<Mapping> = fc.uniqueArray(place, { selector: ({ vq }) => vq, maxLength: 4 });
const one = fc.record({ nodes: fc.integer({ min: 1, max: 3 }), mapping, measurements: fc.nat(1), times: fc.integer({ min: 1, max: 4 }), decided: fc.boolean(),
  undone: fc.option(fc.record({ nodes: fc.integer({ min: 1, max: 3 }), cost: fc.nat(9) }), { nil: undefined, freq: 3 }) });
const byName = (places: Mapping): Mapping => places.toSorted((a, b) => (a.vq < b.vq ? -1 : 1));

type Part = typeof one extends fc.Arbitrary<infer T> ? T : never;

function epochsOf(parts: readonly Part[]): readonly AttestedEpoch[] {
  let from = 0;
  let at = 0;
  return parts.flatMap(({ nodes, mapping: places, measurements, times, decided, undone }) => Array.from({ length: times }, () => {
    const made = epoch(at++, from, from + nodes, {
      mapping: [...places], usage: usage({ logicalQubits: 9, physicalQubits: 99, nodes, measurements }), decisions: decided ? [{ capability: "CAP_ALLOC", decision: "granted", by: "session" }] : [], ...(undone === undefined ? {} : { undone }),
    });
    from += nodes;
    return made;
  }));
}

const busy = (count: number, qubits = 100): readonly AttestedEpoch[] => {
  const places = Array.from({ length: qubits }, (_, at) => ({ vq: `q${at}`, profile: "logical:surface_code(d=3)", physicalQubits: 18, module: "module-0" }));
  return Array.from({ length: count }, (_, at) => epoch(at, 2 * at, 2 * at + 2, { mapping: places, decisions: [], usage: usage({ logicalQubits: qubits, physicalQubits: 18 * qubits, nodes: 2, decoderCycles: at % 7 }) }));
};
const factsOf = (epochs: readonly AttestedEpoch[]) => attestationFacts({
  epochs, nodes: epochs.reduce((sum, { usage: { nodes } }) => sum + nodes, 0),
  usage: usage({
    logicalQubits: Math.max(...epochs.map((each) => each.usage.logicalQubits)), physicalQubits: Math.max(...epochs.map((each) => each.usage.physicalQubits)),
    nodes: epochs.reduce((sum, { usage: { nodes } }) => sum + nodes, 0), decoderCycles: epochs.reduce((sum, each) => sum + each.usage.decoderCycles, 0), measurements: epochs.reduce((sum, each) => sum + each.usage.measurements, 0),
  }),
});

/** What is told of them: canonical JSON, or it is none. */
const stretched = (epochs: readonly AttestedEpoch[]): Stretches => parseCanonicalJson(Buffer.from(stretchedText(epochs, sha256))) as Stretches;

const signer = testSigner();
const ports = { sha256, signature: signatureHolds };
const RUN = "1a".repeat(32);
const open = (bytes: Uint8Array) => openAttestation(bytes, ports);

/** As somebody who holds the key would state it. */
function restated(bytes: Uint8Array, change: (epochs: Stretches) => unknown): Uint8Array {
  const envelope = parseCanonicalJson(bytes) as { payload: string };
  const statement = parseCanonicalJson(fromBase64(envelope.payload)) as { predicate: { epochs: Stretches } };
  const payload = canonicalJson({ ...statement, predicate: { ...statement.predicate, epochs: change(statement.predicate.epochs) } });
  return canonicalJson({ ...envelope, payload: toBase64(payload), signatures: [{ keyid: signer.keyId, sig: toBase64(signer.sign(preAuthentication(PAYLOAD_TYPE, payload))) }] });
}

describe("epochs in stretches", () => {
  it("are those they were made of, one by one, under a root that another reader finds", () => {
    fc.assert(fc.property(fc.array(one, { maxLength: 12 }), (parts) => {
      const epochs = epochsOf(parts);
      const told = stretched(epochs);
      expect(told).toMatchObject({ count: epochs.length, left: { stretches: 0, epochs: 0 } });
      const named = (each: AttestedEpoch) => ({ ...each, mapping: byName(each.mapping) });
      expect([...epochsTold(told)].map(named)).toEqual(epochs.map(named));
      expect(told.root).toBe(rootOf(told.told.map((stretch) => canonicalJson(stretch))).toString("hex"));
      expect(told.told.length).toBeLessThanOrEqual(parts.reduce((sum, { undone, times }) => sum + (undone === undefined ? 1 : times), 0));
    }), { numRuns: process.env["TRIAD_LONG"] === undefined ? 200 : 20_000 });
  });

  it("that begin where nothing stood stand nowhere", () => {
    const [only] = stretched(busy(1)).told;
    expect([...epochsTold({ told: only === undefined ? [] : [{ ...only, gone: ["q99"] }] })].map(({ mapping: places }) => places)).toEqual([[]]);
  });

  it("that are alike are one, however many: 100 qubits over 4,000 fences are said in a few hundred bytes", () => {
    const epochs = busy(4_000).map((each) => ({ ...each, usage: { ...each.usage, decoderCycles: 3 } }));
    const bytes = makeAttestation(RUN, factsOf(epochs), signer, sha256);
    expect(bytes.length).toBeLessThan(8_192);
    expect(open(bytes).epochs.told.map(({ times }) => times)).toEqual([4_000]);
  });

  it("are read in time that grows with what is told, not with the qubits that stand still", () => {
    const qubits = 50_000;
    const place = { profile: "p", physicalQubits: 1, module: "m" };
    const used = usage({ logicalQubits: qubits, physicalQubits: 2 * qubits, nodes: 1 });
    const told = Array.from({ length: 8_000 }, (_, at) => ({
      epoch: at, times: 1, from: at, to: at + 1, gone: [], decisions: [], usage: used,
      placed: at === 0 ? [{ ...place, vqs: Array.from({ length: qubits }, (__, vq) => `q${vq}`) }] : [{ ...place, module: `m${at % 2}`, vqs: ["q0"] }],
    }));
    const facts = factsOf(told.map(({ epoch: number, from, to }) => epoch(number, from, to, { mapping: [], decisions: [], usage: used })));
    const bytes = restated(makeAttestation(RUN, facts, signer, sha256), (epochs) => ({ ...epochs, left: { stretches: 0, epochs: 0 }, told, root: stretchesRoot(told, sha256) }));
    expect(open(bytes).epochs.told.length).toBe(told.length);
  });

  it("that are not are told as far as they fit; of the others the number is, and the root is over all", () => {
    const epochs = busy(20_000);
    const bytes = makeAttestation(RUN, factsOf(epochs), signer, sha256);
    expect(bytes.length).toBeLessThan(2 * STRETCH_BYTES_MAX);
    const opened = open(bytes);
    const { count, left, told, root } = opened.epochs;
    expect(count).toBe(20_000);
    expect(left.epochs).toBeGreaterThan(0);
    expect(told.reduce((sum, { times }) => sum + times, 0) + left.epochs).toBe(count);
    expect(root).toBe(stretched(epochs).root);
    expect(stretched(epochs.with(19_999, { ...epochs[19_999] as AttestedEpoch, decisions: [{ capability: "CAP_LINK", decision: "denied", by: "session" }] })).root).not.toBe(root);
    const traced = { run: RUN, graph: opened.graph, nodes: opened.nodes, shots: 8, units: 100, capabilities: [], epochs: epochs.map(({ usage: { nodes } }) => nodes) };
    expect(attestationDiffers(opened, traced)).toBeUndefined();
    expect(attestationDiffers(opened, { ...traced, epochs: traced.epochs.with(17, 3) })).toBe("it states 2 nodes of epoch 17, the graph has 3");
    expect(attestationDiffers(opened, { ...traced, epochs: traced.epochs.slice(1) })).toBe("it states 20000 epochs, the graph has 19999");
  });

  it("cannot be stated otherwise than they are, truly signed or not", () => {
    const bytes = makeAttestation(RUN, factsOf(busy(8)), signer, sha256);
    const said = (change: (epochs: Stretches) => unknown): unknown => faultOf(() => open(restated(bytes, change))).detail["what"];
    expect(open(restated(bytes, (epochs) => epochs)).epochs.count).toBe(8);
    expect(said((epochs) => ({ ...epochs, root: "00".repeat(32) }))).toBe("the root is not that of the epochs");
    expect(said((epochs) => ({ ...epochs, count: 9 }))).toBe("the epochs told and left out are not all of the job's");
    expect(said((epochs) => ({ ...epochs, left: { stretches: 1, epochs: 0 } }))).toBe("the epochs told and left out are not all of the job's");
    expect(said((epochs) => ({ ...epochs, told: epochs.told.map((each) => ({ ...each, gone: ["q99"] })) }))).toBe("epoch 0 places a qubit twice");
    expect(said((epochs) => ({ ...epochs, told: epochs.told.map((each) => ({ ...each, placed: [...each.placed, ...each.placed] })) }))).toBe("epoch 0 places a qubit twice");
    expect(said((epochs) => ({ ...epochs, told: epochs.told.slice(0, -1), left: { stretches: 1, epochs: 2 } }))).toBe("the epochs told and left out are not all of the job's");
    expect(said((epochs) => ({ ...epochs, told: epochs.told.slice(0, -1) }))).toBe("the epochs do not end where the job does");
    expect(said((epochs) => ({ ...epochs, told: epochs.told.map((each, at) => (at === 0 ? { ...each, times: 2 } : each)) }))).toBe("epoch 0 uses other nodes than it ran");
    expect(said((epochs) => ({ ...epochs, told: epochs.told.map((each) => ({ ...each, times: 0 })) }))).toBe("statement does not have the shape of one");
  });

  it("of audit events too the number of those that are left out is said", () => {
    const events = Array.from({ length: AUDIT_EVENTS_MAX + 5 }, (_, at) => ({ seq: at, at: 1, kind: "job", outcome: "noted" as const, detail: {} }));
    const { audit } = open(makeAttestation(RUN, attestationFacts({ audit: { root: "0c".repeat(32), size: 9_000, from: 0, to: 9_000, events } }), signer, sha256));
    expect([audit.events.length, audit.left]).toEqual([AUDIT_EVENTS_MAX, 5]);
  });
});
