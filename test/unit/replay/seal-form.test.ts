// What a seal must be before its facts are compared with anything: one form, one shape, one key, a signature that holds.
import nodeCrypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { describe, expect, it } from "vitest";
import { canonicalJson, parseCanonicalJson, toBase64, toHex } from "../../../kernel-abi/canonical.ts";
import { keyIdOf, makeSeal, openSeal, PAYLOAD_TYPE, preAuthentication, PREDICATE_TYPE, SealRefused, STATEMENT_TYPE, type SealFacts } from "../../../replay/seal.ts";
import { HOST } from "../../support/recordings.ts";
import { testSigner } from "../../support/signer.ts";

const signer = testSigner();
const FACTS: SealFacts = {
  digest: "0a".repeat(32), merkleRoot: "0b".repeat(32), blocks: 3, frames: 10, events: 48, bytes: 999, format: 1, status: "bounded", durability: "power", host: HOST,
};
type Json = Record<string, unknown>;
const utf8 = new TextEncoder();

function statement(): Json {
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: "run", digest: { sha256: FACTS.digest } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      format: 1, merkleRoot: FACTS.merkleRoot, blocks: 3, frames: 10, events: 48, bytes: 999, status: "bounded", durability: "power", host: { ...HOST },
      key: { algorithm: "Ed25519", id: signer.keyId, public: toBase64(signer.publicKey) },
    },
  };
}

/** An envelope over `payload`, truly signed. */
const envelope = (payload: Uint8Array): Json => ({
  payload: toBase64(payload), payloadType: PAYLOAD_TYPE, signatures: [{ keyid: signer.keyId, sig: toBase64(signer.sign(preAuthentication(PAYLOAD_TYPE, payload))) }],
});
const signed = (of: unknown): Uint8Array => canonicalJson(envelope(canonicalJson(of)));

function refusal(bytes: Uint8Array): string {
  try {
    openSeal(bytes);
  } catch (error) {
    if (error instanceof SealRefused) return error.message;
    throw error;
  }
  return "accepted";
}

/** Every path to a member of a record, with the record it is in. */
function* members(of: Json, path: readonly string[] = []): Generator<readonly string[]> {
  for (const [key, value] of Object.entries(of)) {
    yield [...path, key];
    if (typeof value === "object" && value !== null) yield* members(value as Json, [...path, key]);
  }
}

function changed(of: Json, path: readonly string[], change: (parent: Json, key: string) => void): Json {
  const copy = structuredClone(of);
  const parent = path.slice(0, -1).reduce<Json>((at, key) => at[key] as Json, copy);
  change(parent, path.at(-1) ?? "");
  return copy;
}
const set = (of: Json, path: string, value: unknown): Json => changed(of, path.split("."), (parent, key) => { parent[key] = value; });
const isRecord = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

describe("the names in a seal", () => {
  it("are those other tools know (in-toto Statement v1, DSSE), and ours", () => {
    expect([PAYLOAD_TYPE, STATEMENT_TYPE, PREDICATE_TYPE]).toEqual(["application/vnd.in-toto+json", "https://in-toto.io/Statement/v1", "urn:triad-runtime:seal:v1"]);
  });
});

describe("a seal", () => {
  it("says what it was made of, and whose key signed it", () => {
    expect(openSeal(makeSeal(FACTS, signer))).toEqual({ ...FACTS, keyId: signer.keyId, publicKey: signer.publicKey });
    expect(makeSeal(FACTS, signer)).toEqual(signed(statement()));
    expect(JSON.parse(Buffer.from(preAuthentication("a", canonicalJson({ b: 1 }))).toString().split(" ").at(-1) ?? "")).toEqual({ b: 1 });
  });

  it("has the shape of a statement, whoever signs another", () => {
    const whole = statement();
    for (const path of members(whole)) {
      const gone = changed(whole, path, (parent, key) => { if (Array.isArray(parent)) parent.splice(Number(key), 1); else delete parent[key]; });
      expect([path.join("."), refusal(signed(gone))]).toEqual([path.join("."), "statement does not have the shape of one"]);
      const other = changed(whole, path, (parent, key) => { parent[key] = null; });
      expect([path.join("."), refusal(signed(other))]).toEqual([path.join("."), "statement does not have the shape of one"]);
      const more = changed(whole, path, (parent, key) => { if (isRecord(parent[key])) (parent[key] as Json)["x"] = 0; });
      if (JSON.stringify(more) !== JSON.stringify(whole)) expect([path.join("."), refusal(signed(more))]).toEqual([path.join("."), "statement does not have the shape of one"]);
    }
    expect(refusal(signed({ ...whole, x: 0 }))).toBe("statement does not have the shape of one");
    expect(refusal(signed(set(whole, "subject.1", { name: "run", digest: { sha256: FACTS.digest } })))).toBe("statement does not have the shape of one");
  });

  it.each([
    ["_type", "https://in-toto.io/Statement/v2"], ["predicateType", "urn:triad-runtime:seal:v2"], ["subject.0.name", "file"], ["subject.0.digest.sha256", "0A".repeat(32)],
    ["subject.0.digest.sha256", "0a".repeat(31)], ["subject.0.digest.sha256", "0a".repeat(33)], ["predicate.merkleRoot", `${"0b".repeat(32)}\n`], ["predicate.merkleRoot", "0g".repeat(32)],
    ["predicate.format", 0], ["predicate.format", 1.5], ["predicate.blocks", -1], ["predicate.frames", -1], ["predicate.events", -1], ["predicate.bytes", -1], ["predicate.bytes", 0.5],
    ["predicate.bytes", "999"], ["predicate.status", "paused"], ["predicate.durability", "none"], ["predicate.key.algorithm", "RSA"], ["predicate.key.id", "0A".repeat(32)],
  ])("whose %s is %s is none", (path, value) => {
    expect(refusal(signed(set(statement(), path, value)))).toBe("statement does not have the shape of one");
  });

  it("may count nothing, and be of a later format", () => {
    for (const [path, value] of [["predicate.blocks", 0], ["predicate.frames", 0], ["predicate.events", 0], ["predicate.bytes", 0], ["predicate.format", 2]] as const) {
      expect(refusal(signed(set(statement(), path, value)))).toBe("accepted");
    }
  });

  it("stands in an envelope of one shape", () => {
    const whole = envelope(canonicalJson(statement()));
    const bad = (of: unknown): void => { expect(refusal(canonicalJson(of))).toBe("envelope does not have the shape of one"); };
    for (const path of members(whole)) {
      bad(changed(whole, path, (parent, key) => { if (Array.isArray(parent)) parent.splice(Number(key), 1); else delete parent[key]; }));
      bad(changed(whole, path, (parent, key) => { parent[key] = 7; }));
    }
    const [first] = whole["signatures"] as readonly Json[];
    for (const more of [{ ...whole, x: 0 }, { ...whole, signatures: [{ ...first, x: 0 }] }, { ...whole, signatures: [first, first] }, { ...whole, payloadType: "text/plain" },
      set(whole, "signatures.0.keyid", "0A".repeat(32)), null, [], "seal"]) bad(more);
  });

  it("has one form, all the way down", () => {
    const whole = envelope(canonicalJson(statement()));
    const loose = (bytes: Uint8Array): Uint8Array => utf8.encode(` ${new TextDecoder().decode(bytes)}`);
    expect(refusal(loose(canonicalJson(whole)))).toBe("envelope is not in canonical form");
    expect(refusal(canonicalJson({ ...whole, payload: "*" }))).toBe("payload is not in canonical form");
    expect(refusal(canonicalJson(envelope(loose(canonicalJson(statement())))))).toBe("statement is not in canonical form");
    expect(refusal(signed(set(statement(), "predicate.key.public", "*")))).toBe("public key is not in canonical form");
    expect(refusal(canonicalJson(set(whole, "signatures.0.sig", "*")))).toBe("signature is not in canonical form");
    try {
      openSeal(utf8.encode("no JSON"));
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ name: "SealRefused", cause: expect.objectContaining({ name: expect.any(String) as string }) as Error });
    }
  });

  it("names its key by the key's own fingerprint, twice", () => {
    const wrong = "key id is not the key's fingerprint";
    const other = testSigner(9);
    expect(refusal(signed(set(statement(), "predicate.key.id", other.keyId)))).toBe(wrong);
    expect(refusal(canonicalJson(set(envelope(canonicalJson(statement())), "signatures.0.keyid", other.keyId)))).toBe(wrong);
    for (const length of [0, 31, 33]) {
      const odd = new Uint8Array(length).fill(5);
      const payload = canonicalJson(set(set(statement(), "predicate.key.public", toBase64(odd)), "predicate.key.id", keyIdOf(odd)));
      expect(refusal(canonicalJson(set(envelope(payload), "signatures.0.keyid", keyIdOf(odd))))).toBe(wrong);
    }
    expect(keyIdOf(signer.publicKey)).toBe(toHex(nodeCrypto.createHash("sha256").update(signer.publicKey).digest()));
  });

  it("is signed over type and payload by that key", () => {
    const payload = canonicalJson(statement());
    const by = (sig: Uint8Array): string => refusal(canonicalJson(set(envelope(payload), "signatures.0.sig", toBase64(sig))));
    expect(by(signer.sign(preAuthentication(PAYLOAD_TYPE, payload)))).toBe("accepted");
    for (const sig of [signer.sign(payload), signer.sign(preAuthentication("text/plain", payload)), testSigner(9).sign(preAuthentication(PAYLOAD_TYPE, payload)), new Uint8Array(64), new Uint8Array(0)]) {
      expect(by(sig)).toBe("signature does not hold");
    }
    // A point that is none, or of small order, is no key anybody holds.
    for (const byte of [0x00, 0xff]) {
      const odd = new Uint8Array(32).fill(byte);
      const claimed = canonicalJson(set(set(statement(), "predicate.key.public", toBase64(odd)), "predicate.key.id", keyIdOf(odd)));
      expect(refusal(canonicalJson(set(envelope(claimed), "signatures.0.keyid", keyIdOf(odd))))).toBe("signature does not hold");
    }
  });

  it("does not hide a host that cannot check signatures behind a refusal", () => {
    const { createPublicKey } = nodeCrypto;
    nodeCrypto.createPublicKey = () => { throw new RangeError("no Ed25519 on this host"); };
    syncBuiltinESMExports();
    try {
      expect(() => openSeal(makeSeal(FACTS, signer))).toThrow(RangeError);
    } finally {
      nodeCrypto.createPublicKey = createPublicKey;
      syncBuiltinESMExports();
    }
    expect(parseCanonicalJson(makeSeal(FACTS, signer))).toHaveProperty("payloadType", PAYLOAD_TYPE);
  });
});
