// How a signed statement is altered: its bytes, its envelope, or what it states, which is signed again as whoever holds the key would.
import { canonicalJson, fromBase64, parseCanonicalJson, toBase64 } from "../../kernel-abi/canonical.ts";
import { PAYLOAD_TYPE, preAuthentication } from "../../kernel-abi/dsse.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { testSigner } from "../support/signer.ts";
import type { Dice } from "./dice.ts";
import { altered, alteredValue } from "./mutate.ts";

export const signer = testSigner();

interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

export const envelopeOf = (bytes: Uint8Array): Envelope => parseCanonicalJson(bytes) as Envelope;
export const statementIn = (bytes: Uint8Array): unknown => parseCanonicalJson(fromBase64(envelopeOf(bytes).payload));

/** Canonical JSON of a value, or, of one that JSON cannot carry (half a surrogate pair and the like), `otherwise`. */
export function canonicalOr(value: unknown, otherwise: Uint8Array): Uint8Array {
  try {
    return canonicalJson(value);
  } catch (error) {
    if (error instanceof Fault) return otherwise;
    throw error;
  }
}

export interface Altered {
  readonly bytes: Uint8Array;
  /** By whoever holds the key. */
  readonly signedAgain: boolean;
}

/** An envelope around a payload, signed now and then by nobody. */
export function signedAround(dice: Dice, payload: Uint8Array, signed: Uint8Array = preAuthentication(PAYLOAD_TYPE, payload), more: Readonly<Record<string, unknown>> = {}): Altered {
  const signedAgain = !dice.once(8);
  const sig = signedAgain ? signer.sign(signed) : altered(dice, new Uint8Array(64));
  return { bytes: canonicalJson({ payload: toBase64(payload), payloadType: PAYLOAD_TYPE, signatures: [{ keyid: signer.keyId, sig: toBase64(sig) }], ...more }), signedAgain };
}

/** The bytes, the envelope, or the statement as `change` has it, signed again. */
export function alteredStatement(dice: Dice, whole: Uint8Array, change: (statement: unknown) => unknown = (statement) => alteredValue(dice, statement)): Altered {
  if (dice.once(3)) return { bytes: altered(dice, whole), signedAgain: false };
  if (dice.once(3)) return { bytes: canonicalOr(alteredValue(dice, envelopeOf(whole)), whole), signedAgain: false };
  return signedAround(dice, canonicalOr(change(statementIn(whole)), new Uint8Array(0)));
}
