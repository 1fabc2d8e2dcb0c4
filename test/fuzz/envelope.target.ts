// Envelopes: what messages and seals are packed in. MessagePack, canonical JSON, base64, and the DSSE envelope, signed again so that
// what stands behind the signature is reached.
import { canonicalJson, fromBase64, fromHex, parseCanonicalJson, sameBytes, toBase64, toHex } from "../../kernel-abi/canonical.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import { plainBody } from "../../replay/entry/body.ts";
import { makeSeal, openSeal, PAYLOAD_TYPE, preAuthentication, SealRefused } from "../../replay/seal.ts";
import { HOST } from "../support/recordings.ts";
import { testSigner } from "../support/signer.ts";
import type { Dice } from "./dice.ts";
import { altered, alteredText, alteredValue } from "./mutate.ts";
import { demand, verdict, type Target } from "./target.ts";

const VALUES: readonly unknown[] = [
  null, 0, -1, 1.5, 255, 65_536, 2 ** 40, "", "text", "naïve 𝛗", [1, [2, [3]]], { a: { b: [null, true] } }, Uint8Array.of(1, 2, 3), Float64Array.of(1.5, -0), Int32Array.of(-1, 2),
  BigInt64Array.of(5n), new Set([1, 2]), { holder: 3, parent: 0, verb: "EXECUTE_K", scope: { from: 0, until: null, uses: null, units: null, target: null } },
  { "__proto_": 1, constructor: 2 }, "x".repeat(70_000), Array.from({ length: 40 }, (_, at) => ({ at })),
];
const packed = VALUES.map(pack);
const CANARY = { bytes: pack([64, { a: 64 }, "b", 0x41]), json: '[64,{"a":64},"b",65]' };
const signer = testSigner();
const FACTS = { digest: "a".repeat(64), merkleRoot: "b".repeat(64), blocks: 1, frames: 2, events: 3, bytes: 4, format: 1, status: "completed", durability: "process", host: HOST } as const;
const seal = makeSeal(FACTS, signer);

/** Decoding leaves the decoder as it was, and what was decoded and can be sent is the same when it has been sent. */
function message(dice: Dice): string {
  const bytes = altered(dice, dice.pick(packed), packed);
  const before = toHex(bytes);
  const said = verdict(() => {
    const value = unpack(bytes);
    let again: Uint8Array;
    try {
      again = pack(value);
    } catch (error) {
      if (error instanceof Fault) return;
      throw error;
    }
    demand(sameBytes(pack(unpack(again)), again), "packed again, it is another value");
  });
  JSON.stringify(plainBody(bytes));
  demand(toHex(bytes) === before, "decoding wrote to its input");
  demand(JSON.stringify(unpack(CANARY.bytes)) === CANARY.json, "the decoder remembers what it read before");
  return `message ${said}`;
}

function json(dice: Dice): string {
  const text = canonicalJson(alteredJson(dice));
  const bytes = dice.once(2) ? altered(dice, text) : text;
  return `json ${verdict(() => {
    const value = parseCanonicalJson(bytes);
    demand(sameBytes(canonicalJson(value), bytes), "canonical JSON has two forms");
  })}`;
}

function alteredJson(dice: Dice): unknown {
  const value = alteredValue(dice, dice.pick([{ a: 1, b: [true, null, "x"] }, FACTS, HOST, [], "text", 12]));
  try {
    canonicalJson(value);
    return value;
  } catch (error) {
    if (error instanceof Fault) return null; // half a surrogate pair and the like
    throw error;
  }
}

function text(dice: Dice): string {
  const hex = dice.once(2);
  const given = alteredText(dice, hex ? toHex(dice.bytes(40)) : toBase64(dice.bytes(40)));
  return `text ${verdict(() => {
    const bytes = hex ? fromHex(given) : fromBase64(given);
    demand((hex ? toHex(bytes) : toBase64(bytes)) === given, "text of bytes has two forms");
  })}`;
}

/** The statement altered and signed again, or the envelope altered, or its bytes. */
function sealBytes(dice: Dice): Uint8Array {
  if (dice.once(3)) return altered(dice, seal);
  const envelope = parseCanonicalJson(seal) as { payload: string; payloadType: string; signatures: { keyid: string; sig: string }[] };
  if (dice.once(3)) return canonicalOr(alteredValue(dice, envelope), seal);
  const payload = canonicalOr(alteredValue(dice, parseCanonicalJson(fromBase64(envelope.payload))), new Uint8Array(0));
  const sig = dice.once(8) ? altered(dice, new Uint8Array(64)) : signer.sign(preAuthentication(PAYLOAD_TYPE, payload));
  return canonicalJson({ payload: toBase64(payload), payloadType: PAYLOAD_TYPE, signatures: [{ keyid: signer.keyId, sig: toBase64(sig) }] });
}

function canonicalOr(value: unknown, otherwise: Uint8Array): Uint8Array {
  try {
    return canonicalJson(value);
  } catch (error) {
    if (error instanceof Fault) return otherwise;
    throw error;
  }
}

function sealed(dice: Dice): string {
  const bytes = sealBytes(dice);
  try {
    const opened = openSeal(bytes);
    demand(opened.keyId === signer.keyId, "signed by somebody else");
    return "seal ok";
  } catch (error) {
    if (error instanceof SealRefused) return `seal ${error.message}`;
    throw error;
  }
}

export const envelope: Target = {
  name: "envelope",
  once(dice) {
    switch (dice.below(8)) {
      case 0: return json(dice);
      case 1: return text(dice);
      case 2: case 3: return sealed(dice);
      default: return message(dice);
    }
  },
};
