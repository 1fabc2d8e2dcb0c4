import { describe, expect, it } from "vitest";
import { canonicalJson, fromBase64, parseCanonicalJson, toBase64 } from "../../../kernel-abi/canonical.ts";
import { EXIT } from "../../../kernel-abi/fault.ts";
import { END_MARK, putUnitHead, TAG, unit } from "../../../replay/chain.ts";
import { preAuthentication } from "../../../replay/seal.ts";
import type { Recording } from "../../../kernel-abi/ports.ts";
import { refusedByBoth, verifiedByBoth } from "../../support/independent.ts";
import { HOST, record, recording } from "../../support/recordings.ts";
import { joined, refusalOf, unitAt, unitOffsets, verified } from "../../support/refusals.ts";
import { chatter, runRecording, smallRun, tinyRun } from "../../support/runs.ts";
import { testSigner } from "../../support/signer.ts";

/** A recorded run with the places where its units begin. */
function cut(frames: Parameters<typeof record>[0], recording: Recording): { file: Uint8Array; offsets: readonly number[]; units: readonly Uint8Array[]; digest: string } {
  const { file, digest } = record(frames, { recording });
  const offsets = unitOffsets(file);
  return { file, offsets, digest, units: offsets.slice(0, -1).map((offset, index) => file.subarray(offset, offsets[index + 1])) };
}

function expectTamper(bytes: Uint8Array, offset: number | undefined): void {
  const fault = refusalOf(bytes);
  expect([fault.fault, fault.exitCode, fault.detail["offset"]]).toEqual([fault.fault, EXIT.tamper, offset]);
}

describe("altering any byte of a sealed bundle", () => {
  const { file, offsets } = cut(tinyRun(), recording());
  const seal = offsets.at(-2) as number;

  it("starts from a bundle that both readers accept", () => {
    expect(verifiedByBoth(file)).toMatchObject({ ok: true, blocks: 3, frames: 4 });
  });

  it("refuses every flipped bit, at the unit it is in", () => {
    const bytes = Uint8Array.from(file);
    for (let at = 0; at < file.length; at++) {
      const unitStart = unitAt(offsets, at);
      for (let bit = 1; bit < 256; bit *= 2) {
        bytes[at] = (file[at] as number) ^ bit;
        const fault = refusalOf(bytes);
        if (fault.exitCode !== EXIT.tamper || fault.detail["offset"] !== unitStart) expect.fail(`byte ${at} bit ${bit}: ${fault.message}`);
      }
      if (at % 7 === 0) expect(refusedByBoth(bytes)).toBe(true);
      bytes[at] = file[at] as number;
    }
  });

  it("refuses altered bytes where unsealed journals are allowed", () => {
    const bytes = Uint8Array.from(file);
    for (let at = 0; at < file.length; at += 3) {
      bytes[at] = (file[at] as number) ^ 0xff;
      expect(refusalOf(bytes, { allowUnsealed: true }).exitCode).toBe(EXIT.tamper);
      bytes[at] = file[at] as number;
    }
  });

  it("refuses every truncation", () => {
    for (let length = 0; length < file.length; length++) {
      const fault = refusalOf(file.subarray(0, length));
      const expected = length > seal ? "TRACE_TRUNCATED" : "TRACE_UNSEALED";
      if (fault.fault !== expected || fault.exitCode !== EXIT.tamper) expect.fail(`length ${length}: ${fault.message}`);
      if (length % 11 === 0) expect(refusedByBoth(file.subarray(0, length))).toBe(true);
    }
  });

  const behind = (from: number, value: number | undefined): number => {
    let at = from;
    while (at < file.length && file[at] === value) at += 1;
    return at;
  };

  it("refuses every byte deleted, doubled or inserted", () => {
    for (let at = 0; at < file.length; at++) {
      const [head, tail] = [file.subarray(0, at), file.subarray(at)];
      for (const bytes of [joined(head, tail.subarray(1)), joined(head, tail.subarray(0, 1), tail), joined(head, Uint8Array.of(at), tail)]) {
        const fault = refusalOf(bytes);
        // Behind the last byte of a unit it is the next one that is damaged; within equal bytes it is behind them that something changed.
        if (fault.exitCode !== EXIT.tamper || (fault.detail["offset"] as number) > Math.max(behind(at, file[at]), behind(at, at % 256) + 1)) expect.fail(`byte ${at}: ${fault.message}`);
      }
    }
  });

  it("refuses bytes after the seal", () => {
    for (const more of [Uint8Array.of(0), END_MARK, file.subarray(seal), file]) expectTamper(joined(file, more), seal);
  });
});

const { file, offsets, units, digest } = cut(smallRun(), runRecording());
const FIRST_BLOCK = 4;
const SEAL = offsets.length - 2;
const ALL = units.map((_, index) => index);
const assembled = (order: readonly number[]): Uint8Array => joined(...order.map((index) => units[index] as Uint8Array));
const replaced = (index: number, by: Uint8Array): Uint8Array => joined(...units.map((unit, at) => (at === index ? by : unit)));

describe("a unit's head", () => {
  it("has the length as four bytes, big-endian", () => {
    const out = new Uint8Array(7);
    putUnitHead(out, 1, TAG.block, 0x01020304);
    expect([...out]).toEqual([0, 0x42, 1, 2, 3, 4, 0]);
  });
});

describe("rearranging a sealed bundle", () => {
  it("starts from a bundle that is put together again", () => {
    expect(assembled(ALL)).toEqual(file);
    expect(units).toHaveLength(FIRST_BLOCK + 3 + 1);
  });

  it.each([
    ["swapped", [0, 1, 2, 3, 5, 4, 6, 7], 0],
    ["doubled", [0, 1, 2, 3, 4, 4, 5, 6, 7], 1],
    ["dropped", [0, 1, 2, 3, 5, 6, 7], 0],
    ["dropped at the end", [0, 1, 2, 3, 4, 5, 7], 2],
    ["moved before the inputs", [0, 1, 2, 4, 3, 5, 6, 7], -1],
  ])("refuses blocks that were %s, where the order breaks", (_, order, block) => {
    const damaged = assembled(order);
    expectTamper(damaged, offsets[FIRST_BLOCK + block]);
    expect(refusedByBoth(damaged)).toBe(true);
  });

  it("refuses a whole run without blocks, and sections of another order", () => {
    expectTamper(assembled([0, 1, 2, 3, 7]), offsets[FIRST_BLOCK]);
    expectTamper(assembled([0, 2, 1, 3, 4, 5, 6, 7]), offsets[1]);
    expectTamper(assembled([0, 1, 3, 4, 5, 6, 7]), offsets[2]);
  });

  it("refuses frames that changed places within a block", () => {
    const block = Uint8Array.from(units[FIRST_BLOCK + 1] as Uint8Array);
    const payload = block.subarray(5, -32);
    block.set(joined(payload.subarray(11), payload.subarray(0, 11)), 5);
    expectTamper(replaced(FIRST_BLOCK + 1, block), offsets[FIRST_BLOCK + 1]);
  });

  it("refuses blocks and seals of another run", () => {
    const other = cut(smallRun(), runRecording({ seed: "another" }));
    const foreign = (index: number): Uint8Array => other.units[index] as Uint8Array;
    expectTamper(replaced(FIRST_BLOCK + 1, foreign(FIRST_BLOCK + 1)), offsets[FIRST_BLOCK + 1]);
    const resealed = joined(file.subarray(0, offsets[SEAL]), foreign(SEAL));
    expectTamper(resealed, offsets[SEAL]);
    expect(refusalOf(resealed).detail).toMatchObject({ what: "the seal is not this run's", fact: "digest" });
    const longer = record(chatter(3), { recording: runRecording() }).file;
    expectTamper(joined(file.subarray(0, offsets[SEAL]), longer.subarray(unitOffsets(longer).at(-2))), offsets[SEAL]);
    expect(refusedByBoth(resealed)).toBe(true);
  });
});

describe("tampering with the seal", () => {
  const text = new TextDecoder();
  const envelope = text.decode((units[SEAL] as Uint8Array).subarray(5, -8));
  const resealed = (changed: string | Uint8Array): Uint8Array =>
    joined(file.subarray(0, offsets[SEAL]), unit("seal", typeof changed === "string" ? new TextEncoder().encode(changed) : changed), END_MARK);
  interface Envelope { payload: string; payloadType: string; signatures: { keyid: string; sig: string }[] }
  const changed = (change: (parsed: Envelope) => void): Uint8Array => {
    const parsed = parseCanonicalJson(new TextEncoder().encode(envelope)) as Envelope;
    change(parsed);
    return resealed(canonicalJson(parsed));
  };
  const first = (parsed: Envelope): Envelope["signatures"][number] => parsed.signatures[0] as Envelope["signatures"][number];

  it("refuses a status that is not the end's", () => {
    const bytes = record(smallRun(), { recording: runRecording(), status: "faulted" }).file;
    expect(refusalOf(bytes).detail["rule"]).toBe("a sealed run ends with RUN_END and the status sealed");
    expect(refusedByBoth(bytes)).toBe(true);
  });

  it("rebuilds the untouched one", () => { expect(resealed(envelope)).toEqual(file); });

  it.each([
    ["white space", () => resealed(envelope.replace("{", "{ "))],
    ["members in another order", () => resealed(envelope.replace(/^\{("payload":"[^"]*"),("payloadType":"[^"]*")/, "{$2,$1"))],
    ["an escaped letter", () => resealed(envelope.replace("payloadType", "payload\\u0054ype"))],
    ["a byte-order mark", () => resealed(`\u{feff}${envelope}`)],
    ["a member more", () => resealed(envelope.replace(/}$/, ',"x":0}'))],
    ["a member twice", () => resealed(envelope.replace("{", '{"payload":"",'))],
    ["no JSON", () => resealed("seal")],
    ["no seal", () => resealed("null")],
    ["spare bits in the signature", () => changed((parsed) => {
      const { sig } = first(parsed);
      const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
      first(parsed).sig = `${sig.slice(0, -3)}${alphabet[alphabet.indexOf(sig.at(-3) ?? "") ^ 1]}==`;
    })],
    ["base64 without padding", () => changed((parsed) => { first(parsed).sig = first(parsed).sig.slice(0, -2); })],
    ["URL-safe base64", () => changed((parsed) => { parsed.payload = parsed.payload.replace(/\+|\/|=/, "-"); first(parsed).sig = `-${first(parsed).sig.slice(1)}`; })],
    ["another key id", () => changed((parsed) => { first(parsed).keyid = testSigner(9).keyId; })],
    ["a second signature", () => changed((parsed) => { parsed.signatures.push(first(parsed)); })],
    ["no signature", () => changed((parsed) => { parsed.signatures = []; })],
    ["an empty signature", () => changed((parsed) => { first(parsed).sig = ""; })],
    ["another payload type", () => changed((parsed) => { parsed.payloadType = "application/json"; })],
    ["another payload type, signed", () => changed((parsed) => {
      parsed.payloadType = "application/json";
      first(parsed).sig = toBase64(testSigner().sign(preAuthentication(parsed.payloadType, fromBase64(parsed.payload))));
    })],
    ["another label", () => changed((parsed) => {
      const statement = text.decode(fromBase64(parsed.payload)).replace(`"label":"${HOST.label}"`, '"label":"text"');
      parsed.payload = toBase64(new TextEncoder().encode(statement));
    })],
    ["a signature by a key it does not name", () => changed((parsed) => {
      first(parsed).sig = toBase64(testSigner(9).sign(fromBase64(parsed.payload)));
    })],
  ])("refuses %s", (_, make) => {
    const bytes = make();
    expect(bytes).not.toEqual(file);
    const fault = refusalOf(bytes);
    expect([fault.fault, fault.detail["offset"], fault.detail["unit"]]).toEqual(["TRACE_TAMPERED", offsets[SEAL], "seal"]);
    expect(refusedByBoth(bytes)).toBe(true);
  });
});

describe("the signer", () => {
  const mine = testSigner(7);
  const stranger = testSigner(9);
  const again = record(smallRun(), { recording: runRecording(), signer: stranger }).file;

  it("is trusted when the caller says so, and named otherwise", () => {
    expect(verified(file, { trusted: [mine.keyId] })).toMatchObject({ trusted: true, warnings: [], keyId: mine.keyId });
    expect(verified(file, { signer: mine.keyId })).toMatchObject({ trusted: true, warnings: [] });
    const report = verified(again, { trusted: [mine.keyId] });
    expect(report).toMatchObject({ ok: true, trusted: false, keyId: stranger.keyId, digest });
    expect(report.warnings).toEqual([`the signer ${stranger.keyId} is not among the trusted keys`]);
  });

  it("is refused when another one is required: a run sealed again by a stranger", () => {
    const fault = refusalOf(again, { signer: mine.keyId, trusted: [stranger.keyId] });
    expect([fault.fault, fault.exitCode]).toEqual(["SIGNER_MISMATCH", EXIT.tamper]);
    expect(fault.detail).toMatchObject({ keyId: stranger.keyId, required: mine.keyId, offset: offsets[SEAL] });
  });
});
