// Runs that are signed together: one signature over a tree of statements, and in each bundle what leads from its own to the root.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { canonicalJson, fromBase64, parseCanonicalJson, toBase64, toHex } from "../../../kernel-abi/canonical.ts";
import { END_STATUSES } from "../../../kernel-abi/frame.ts";
import { DURABILITY } from "../../../kernel-abi/header.ts";
import { InvariantBroken } from "../../../kernel-abi/invariant.ts";
import { Recorder } from "../../../replay/recorder.ts";
import { makeSeals } from "../../../replay/seal-batch.ts";
import { BATCH_MAX, BATCH_TYPE, makeSeal, openSeal, PAYLOAD_TYPE, preAuthentication, PREDICATE_TYPE, SealRefused, signatureHolds, STATEMENT_TYPE, type SealFacts } from "../../../replay/seal.ts";
import { readTrace } from "../../support/independent-reader.ts";
import { MemorySink } from "../../support/memory.ts";
import { HOST } from "../../support/recordings.ts";
import { refusalOf, unitOffsets, verified } from "../../support/refusals.ts";
import { runRecording, smallRun } from "../../support/runs.ts";
import { testSigner } from "../../support/signer.ts";

const LONG = process.env["TRIAD_LONG"] !== undefined;
const signer = testSigner();
const fresh = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, (_, at) => (at * 37 + 11) & 255);
const factsOf = (at: number): SealFacts => ({
  digest: toHex(createHash("sha256").update(String(at)).digest()), merkleRoot: "0b".repeat(32), blocks: 3, frames: 10, events: 48, bytes: 900 + at, format: 1, status: "completed", durability: "process", host: HOST,
});
const batch = (count: number): readonly Uint8Array[] => makeSeals(Array.from({ length: count }, (_, at) => factsOf(at)), signer, fresh);

interface Envelope { payload: string; payloadType: string; path?: string[]; signatures: { keyid: string; sig: string }[] }
interface Predicate { batch?: Record<string, unknown> }
const read = (bytes: Uint8Array | undefined): Envelope => parseCanonicalJson(bytes ?? new Uint8Array(0)) as Envelope;
const predicateOf = ({ payload }: Envelope): Predicate => (parseCanonicalJson(fromBase64(payload)) as { readonly predicate: Predicate }).predicate;

function refusal(bytes: Uint8Array): string {
  try {
    openSeal(bytes);
  } catch (error) {
    if (error instanceof SealRefused) return error.message;
    throw error;
  }
  return "accepted";
}
const changed = (bytes: Uint8Array | undefined, change: (envelope: Envelope) => void): string => {
  const envelope = read(bytes);
  change(envelope);
  return refusal(canonicalJson(envelope));
};
const restated = (envelope: Envelope, change: (predicate: Predicate) => void): void => {
  const statement = parseCanonicalJson(fromBase64(envelope.payload)) as { readonly predicate: Predicate };
  change(statement.predicate);
  envelope.payload = toBase64(canonicalJson(statement));
};

const hex256 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex);

const hash = (...pieces: readonly Uint8Array[]): Buffer => pieces.reduce((made, piece) => made.update(piece), createHash("sha256")).digest();
/** RFC 6962, section 2.1, word for word. */
function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return hash(Uint8Array.of(1), rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}

describe("seals of a batch", () => {
  it.each([2, 3, 4, 5, 7, 8, 13, 64, 65])("of %i runs each say what they were made of, and which place is theirs", (count) => {
    for (const [index, bytes] of batch(count).entries()) {
      expect(openSeal(bytes)).toEqual({ ...factsOf(index), keyId: signer.keyId, publicKey: signer.publicKey, batch: { index, count } });
    }
  });

  it("are written as canonical JSON would be: envelope, statement and everything in it (J62)", () => {
    const host = fc.record({ triad: fc.string(), node: fc.string(), v8: fc.string(), platform: fc.string(), workers: fc.nat(), started: fc.string(), sealed: fc.string(), label: fc.string({ unit: "binary" }) });
    const facts = fc.record({
      digest: hex256, merkleRoot: hex256, blocks: fc.maxSafeNat(), frames: fc.maxSafeNat(), events: fc.maxSafeNat(), bytes: fc.maxSafeNat(), format: fc.integer({ min: 1, max: 9 }),
      status: fc.constantFrom(...END_STATUSES), durability: fc.constantFrom(...DURABILITY), host,
    });
    fc.assert(fc.property(fc.array(facts, { minLength: 2, maxLength: 5 }), (all) => {
      makeSeals(all, signer, fresh).forEach((bytes, index) => {
        const envelope = read(bytes); // refuses what is not canonical
        const { digest, ...rest } = all[index] as SealFacts;
        const salt = toHex(fresh(16 * all.length).subarray(16 * index, 16 * index + 16));
        expect(Buffer.from(envelope.payload, "base64")).toEqual(Buffer.from(canonicalJson({
          _type: STATEMENT_TYPE, predicateType: PREDICATE_TYPE, subject: [{ name: "run", digest: { sha256: digest } }],
          predicate: { ...rest, batch: { count: all.length, index, salt }, key: { algorithm: "Ed25519", id: signer.keyId, public: toBase64(signer.publicKey) } },
        })));
        expect(openSeal(bytes).digest).toBe(digest);
      });
    }), { numRuns: LONG ? 50_000 : 12 });
  });

  it("are signed once, over the root of an RFC 6962 tree of their statements", () => {
    let signatures = 0;
    const counting = { ...signer, sign: (bytes: Uint8Array) => { signatures += 1; return signer.sign(bytes); } };
    const seals = makeSeals([0, 1, 2, 3, 4].map(factsOf), counting, fresh).map(read);
    expect(signatures).toBe(1);
    const root = rootOf(seals.map(({ payload }) => hash(Uint8Array.of(0), preAuthentication(PAYLOAD_TYPE, fromBase64(payload)))));
    const signed = preAuthentication(BATCH_TYPE, new TextEncoder().encode(`{"count":5,"root":"${toHex(root)}"}`));
    expect(new Set(seals.map(({ signatures: [first] }) => first?.sig)).size).toBe(1);
    expect(signatureHolds(signer.publicKey, signed, fromBase64(seals[0]?.signatures[0]?.sig ?? ""))).toBe(true);
    expect(seals.map(({ path }) => path?.length)).toEqual([3, 3, 3, 3, 1]);
  });

  it("of one run is the ordinary seal, to the byte; of none, none", () => {
    expect(makeSeals([factsOf(0)], signer, fresh)).toEqual([makeSeal(factsOf(0), signer)]);
    expect(makeSeals([], signer, fresh)).toEqual([]);
  });

  it("have salts of their own: two equal runs are two leaves", () => {
    const [first, second] = makeSeals([factsOf(0), factsOf(0)], signer, (bytes) => Uint8Array.from({ length: bytes }, (_, at) => at)).map(read);
    expect(predicateOf(first as Envelope).batch).toEqual({ count: 2, index: 0, salt: "000102030405060708090a0b0c0d0e0f" });
    expect(predicateOf(second as Envelope).batch).toEqual({ count: 2, index: 1, salt: "101112131415161718191a1b1c1d1e1f" });
    expect(first?.path).not.toEqual(second?.path);
  });

  it("are no more than a batch has places", () => {
    expect(() => makeSeals(new Array(BATCH_MAX + 1).fill(factsOf(0)), signer, fresh)).toThrow(InvariantBroken);
  });

  it("refuse a place, a path or a batch that is not theirs", () => {
    const seals = batch(5);
    const [first, second, , , last] = seals;
    const noFit = "audit path does not fit the statement's place in its batch";
    const together = "an audit path is of a statement in a batch, and every such statement has one";
    expect(changed(first, (envelope) => { delete envelope.path; })).toBe(together);
    expect(changed(makeSeal(factsOf(0), signer), (envelope) => { envelope.path = ["0b".repeat(32)]; })).toBe(together);
    expect(changed(first, (envelope) => { envelope.path?.pop(); })).toBe(noFit);
    expect(changed(first, (envelope) => { envelope.path?.push("0b".repeat(32)); })).toBe(noFit);
    expect(changed(last, (envelope) => { envelope.path?.push("0b".repeat(32)); })).toBe(noFit);
    expect(changed(first, (envelope) => { envelope.path?.reverse(); })).toBe("signature does not hold");
    expect(changed(first, (envelope) => { envelope.path = read(second).path ?? []; })).toBe("signature does not hold");
    expect(changed(first, (envelope) => { envelope.payload = read(second).payload; })).toBe("signature does not hold");
    for (const change of [{ index: 1 }, { count: 6 }, { salt: "00".repeat(16) }]) {
      expect(changed(first, (envelope) => { restated(envelope, ({ batch: place }) => { Object.assign(place ?? {}, change); }); })).toBe("signature does not hold");
    }
    expect(changed(first, (envelope) => { restated(envelope, ({ batch: place }) => { Object.assign(place ?? {}, { index: 5 }); }); })).toBe(noFit);
    for (const change of [{ count: 1, index: 0 }, { count: BATCH_MAX + 1 }, { index: -1 }, { salt: "00" }, { salt: "0G".repeat(16) }, { more: 0 }]) {
      expect(changed(first, (envelope) => { restated(envelope, ({ batch: place }) => { Object.assign(place ?? {}, change); }); })).toBe("statement does not have the shape of one");
    }
    for (const path of [[], ["0B".repeat(32)], new Array<string>(17).fill("0b".repeat(32))]) expect(changed(first, (envelope) => { envelope.path = path; })).toBe("envelope does not have the shape of one");
  });

  it("do not hold for a batch of one, however it is signed", () => {
    const envelope = read(batch(2)[0]);
    restated(envelope, (predicate) => { predicate.batch = { count: 1, index: 0, salt: "00".repeat(16) }; });
    const leaf = hash(Uint8Array.of(0), preAuthentication(PAYLOAD_TYPE, fromBase64(envelope.payload)));
    delete envelope.path;
    const first = envelope.signatures[0];
    if (first !== undefined) first.sig = toBase64(signer.sign(preAuthentication(BATCH_TYPE, canonicalJson({ count: 1, root: toHex(leaf) }))));
    expect(refusal(canonicalJson(envelope))).toBe("statement does not have the shape of one");
  });

  it("never hold with a statement that was not in it, whatever is tried", () => {
    const seals = batch(11);
    fc.assert(fc.property(fc.nat(10), fc.nat(10), fc.nat(10), (payload, path, place) => {
      fc.pre(payload !== path || payload !== place);
      const said = changed(seals[payload], (envelope) => {
        envelope.path = read(seals[path]).path ?? [];
        restated(envelope, (predicate) => { predicate.batch = { ...predicate.batch, index: place }; });
      });
      expect(said).not.toBe("accepted");
    }), { numRuns: LONG ? 50_000 : 60 });
  });
});

/** Bundles of equal runs but for their seeds, sealed together. */
function bundles(seeds: readonly string[]): readonly Uint8Array[] {
  const runs = seeds.map((seed) => {
    const sink = new MemorySink();
    const recorder = new Recorder({ recording: runRecording({ seed }), sink });
    for (const frame of smallRun()) {
      if (frame === null) recorder.barrier();
      else recorder.append(frame);
    }
    return { sink, recorder, facts: recorder.ended({ host: HOST, end: { status: "completed" } }) };
  });
  const seals = makeSeals(runs.map(({ facts }) => facts), signer, fresh);
  return runs.map(({ sink, recorder, facts }, at) => {
    recorder.finish(facts, seals[at] as Uint8Array, signer.keyId);
    return sink.bytes();
  });
}

describe("a bundle whose seal is one of a batch", () => {
  const [, file = new Uint8Array(0), other = new Uint8Array(0)] = bundles(["a", "b", "c", "d", "e"]);
  const seal = unitOffsets(file).at(-2) ?? 0;

  it("is verified by both readers, and says which of how many it is", () => {
    const report = verified(file, { trusted: [signer.keyId] });
    expect(report).toMatchObject({ ok: true, sealed: true, trusted: true, batch: { index: 1, count: 5 }, status: "completed" });
    expect(readTrace(file)).toMatchObject({ digest: report.digest, keyId: signer.keyId });
    expect(verified(bundles(["a"])[0] ?? file).batch).toBeNull();
  });

  it("keeps its digest, whoever it is sealed with", () => {
    expect(verified(file).digest).toBe(verified(bundles(["b"])[0] ?? file).digest);
  });

  it("is refused with each bit of its seal flipped, by both readers", () => {
    const step = LONG ? 1 : 5;
    for (let bit = seal * 8; bit < file.length * 8; bit += step) {
      const damaged = file.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(["TRACE_TAMPERED", "TRACE_TRUNCATED", "TRACE_UNREADABLE"]).toContain(refusalOf(damaged).fault);
      expect(() => readTrace(damaged)).toThrow();
    }
  });

  it("is refused with another's seal, of the same batch", () => {
    const foreign = Buffer.concat([file.subarray(0, seal), other.subarray(unitOffsets(other).at(-2) ?? 0)]);
    expect(refusalOf(foreign).detail).toMatchObject({ what: "the seal is not this run's", fact: "digest" });
    expect(() => readTrace(foreign)).toThrow("the seal is not this run's");
  });
});
