// Verify's own decisions: the report to the last field, and a seal that speaks of another run in any one of its facts.
import nodeCrypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { describe, expect, it } from "vitest";
import { EXIT } from "../../../kernel-abi/fault.ts";
import { unit, END_MARK } from "../../../replay/chain.ts";
import { makeSeal, openSeal, type SealFacts } from "../../../replay/seal.ts";
import { HOST, record } from "../../support/recordings.ts";
import { faultOf, joined, refusalOf, unitOffsets, verified } from "../../support/refusals.ts";
import { runRecording, smallRun } from "../../support/runs.ts";
import { testSigner } from "../../support/signer.ts";

const signer = testSigner();
const { file, digest } = record(smallRun(), { recording: runRecording() });
const at = unitOffsets(file).at(-2)!;
const { keyId: _, publicKey: __, ...FACTS } = openSeal(file.subarray(at + 5, -END_MARK.length));
const sealedWith = (changes: Partial<SealFacts>): Uint8Array => joined(file.subarray(0, at), unit("seal", makeSeal({ ...FACTS, ...changes }, signer)), END_MARK);
const place = { offset: at, unit: "seal", index: 0 };

describe("the report", () => {
  it("of a sealed run says everything the seal and the chain say", () => {
    expect(sealedWith({})).toEqual(file);
    expect(verified(file, { trusted: [signer.keyId] })).toEqual({
      ok: true, sealed: true, digest, keyId: signer.keyId, trusted: true, batch: null, blocks: 3, frames: 10, events: 54, status: "completed", durability: "process", host: HOST,
      intactBytes: file.length, warnings: [],
    });
  });

  it("of a journal says how far it is intact and trusts nobody", () => {
    expect(verified(file.subarray(0, at), { allowUnsealed: true, trusted: [signer.keyId], signer: signer.keyId })).toEqual({
      ok: true, sealed: false, digest, keyId: null, trusted: false, batch: null, blocks: 3, frames: 10, events: 54, status: "completed", durability: null, host: null,
      intactBytes: at, warnings: [`unsealed: intact up to byte ${at} of ${at}, 10 frames`],
    });
  });

  it("of a journal that has not begun counts nothing", () => {
    expect(verified(file.subarray(0, 60), { allowUnsealed: true })).toMatchObject({ frames: 0, events: 0, blocks: 0, status: null, intactBytes: 44 });
    expect(refusalOf(file.subarray(0, 60)).detail).toEqual({ offset: 44, unit: "header", index: 0, intactBytes: 44, intactFrames: 0, torn: 16 });
  });

  it("is refused for a journal unless asked for: unsealed, or cut short within its seal", () => {
    const detail = { intactBytes: at, intactFrames: 10 };
    for (const options of [{}, { allowUnsealed: false }]) {
      expect(refusalOf(file.subarray(0, at), options)).toMatchObject({ fault: "TRACE_UNSEALED", exitCode: EXIT.tamper, detail: { ...detail, offset: at, unit: "block", index: 3, torn: 0 } });
      expect(refusalOf(file.subarray(0, at + 9), options)).toMatchObject({ fault: "TRACE_TRUNCATED", exitCode: EXIT.tamper, detail: { ...detail, ...place, torn: 9 } });
    }
  });
});

describe("a seal that is truly signed but of another run", () => {
  const others: readonly (readonly [keyof SealFacts, SealFacts[keyof SealFacts]])[] = [
    ["digest", "0a".repeat(32)], ["merkleRoot", "0b".repeat(32)], ["blocks", 2], ["frames", 11], ["events", 47], ["bytes", at + 1], ["format", 2],
  ];
  it.each(others)("in its %s is refused", (fact, other) => {
    const { fault, detail } = refusalOf(sealedWith({ [fact]: other }));
    expect([fault, detail]).toEqual(["TRACE_TAMPERED", { ...place, what: "the seal is not this run's", fact, sealed: String(other), found: String(FACTS[fact]) }]);
  });

  it("in its status contradicts the run's end", () => {
    const { fault, detail } = refusalOf(sealedWith({ status: "bounded" }));
    expect([fault, detail]).toEqual(["TRACE_INCONSISTENT", { ...place, rule: "a sealed run ends with RUN_END and the status sealed" }]);
  });

  it("in facts about the host alone is the same run", () => {
    expect(verified(sealedWith({ durability: "power", host: { ...HOST, label: "elsewhere" } }))).toMatchObject({ digest, durability: "power", host: { label: "elsewhere" } });
  });
});

describe("who sealed it", () => {
  it("is refused with both names when another was required, trusted or not", () => {
    const required = testSigner(9).keyId;
    const { fault, detail } = refusalOf(file, { signer: required, trusted: [signer.keyId] });
    expect([fault, detail]).toEqual(["SIGNER_MISMATCH", { ...place, keyId: signer.keyId, required }]);
  });

  it("is trusted when required or listed, else said to be unknown", () => {
    const warning = `the signer ${signer.keyId} is not among the trusted keys`;
    const trust = (options: Parameters<typeof verified>[1]): unknown => { const { trusted, warnings } = verified(file, options); return [trusted, warnings]; };
    expect(trust({ signer: signer.keyId })).toEqual([true, []]);
    expect(trust({ trusted: [testSigner(9).keyId, signer.keyId] })).toEqual([true, []]);
    expect([trust({}), trust({ trusted: [] }), trust({ trusted: [testSigner(9).keyId] })]).toEqual([[false, [warning]], [false, [warning]], [false, [warning]]]);
  });
});

describe("a damaged seal", () => {
  it("is tampering, with the reason as its cause", () => {
    const broken = joined(file.subarray(0, at), unit("seal", new TextEncoder().encode("seal")), END_MARK);
    const fault = refusalOf(broken);
    expect([fault.fault, fault.detail]).toEqual(["TRACE_TAMPERED", { ...place, what: "envelope is not in canonical form" }]);
    expect(fault.cause).toMatchObject({ name: "SealRefused" });
  });

  it("is not what a host that cannot check signatures is told it has", () => {
    const { createPublicKey } = nodeCrypto;
    nodeCrypto.createPublicKey = () => { throw new RangeError("no Ed25519 on this host"); };
    syncBuiltinESMExports();
    try {
      expect(() => faultOf(() => verified(file))).toThrow(RangeError);
    } finally {
      nodeCrypto.createPublicKey = createPublicKey;
      syncBuiltinESMExports();
    }
    expect(verified(file).sealed).toBe(true);
  });
});
