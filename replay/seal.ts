// The seal: an in-toto Statement v1 in a DSSE envelope, both canonical JSON, signed with Ed25519 (FORMAT.md, section 6).
//   J7  The key id is the SHA-256 fingerprint of the public key, and the public key stands inside what is signed.
//   J8  Envelope and statement have one form: what does not re-encode to the same bytes is refused.
import { createPublicKey, verify as verifySignature } from "node:crypto";
import { compiled, Type, type Static } from "../kernel-abi/schema.ts";
import { canonicalJson, fromBase64, parseCanonicalJson, toBase64, toHex } from "../kernel-abi/canonical.ts";
import { END_STATUSES, type EndStatus } from "../kernel-abi/frame.ts";
import { DURABILITY, HostFactsSchema, type Durability, type HostFacts } from "../kernel-abi/header.ts";
import type { Signer } from "../kernel-abi/ports.ts";
import { sha256 } from "./sha256.ts";

export const PAYLOAD_TYPE = "application/vnd.in-toto+json";
export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
export const PREDICATE_TYPE = "urn:triad-runtime:seal:v1";

const exact = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0 });
const Hex256 = Type.String({ pattern: "^[0-9a-f]{64}$" });

const PredicateSchema = Type.Object({
  format: Type.Integer({ minimum: 1 }),
  /** RFC 6962 root over the blocks, hex. */
  merkleRoot: Hex256,
  blocks: Count,
  frames: Count,
  events: Count,
  /** Size of everything before the seal. */
  bytes: Count,
  status: Type.Enum([...END_STATUSES]),
  durability: Type.Enum([...DURABILITY]),
  host: HostFactsSchema,
  key: Type.Object({ algorithm: Type.Literal("Ed25519"), id: Hex256, public: Type.String() }, exact),
}, exact);

const StatementSchema = Type.Object({
  _type: Type.Literal(STATEMENT_TYPE),
  subject: Type.Tuple([Type.Object({ name: Type.Literal("run"), digest: Type.Object({ sha256: Hex256 }, exact) }, exact)]),
  predicateType: Type.Literal(PREDICATE_TYPE),
  predicate: PredicateSchema,
}, exact);
export type Statement = Static<typeof StatementSchema>;

const EnvelopeSchema = Type.Object({
  payload: Type.String(),
  payloadType: Type.Literal(PAYLOAD_TYPE),
  signatures: Type.Tuple([Type.Object({ keyid: Hex256, sig: Type.String() }, exact)]),
}, exact);

const statementCheck = compiled(StatementSchema);
const envelopeCheck = compiled(EnvelopeSchema);

/** What a seal states of the run. */
export interface SealFacts {
  readonly digest: string;
  readonly merkleRoot: string;
  readonly blocks: number;
  readonly frames: number;
  readonly events: number;
  readonly bytes: number;
  readonly format: number;
  readonly status: EndStatus;
  readonly durability: Durability;
  readonly host: HostFacts;
}

/** A seal whose signature holds for the key it names; whether that key is trusted is another question. */
export interface OpenedSeal extends SealFacts {
  readonly keyId: string;
  readonly publicKey: Uint8Array;
}

/** Key id of a 32-byte Ed25519 public key: its SHA-256, hex. */
export const keyIdOf = (publicKey: Uint8Array): string => toHex(sha256(publicKey));

const utf8 = new TextEncoder();

/** DSSE pre-authentication encoding: what is signed. */
export function preAuthentication(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8.encode(payloadType);
  const head = utf8.encode(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `);
  const out = new Uint8Array(head.length + payload.length);
  out.set(head);
  out.set(payload, head.length);
  return out;
}

function statementOf(facts: SealFacts, signer: Signer): Statement {
  const { digest, ...rest } = facts;
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: "run", digest: { sha256: digest } }],
    predicateType: PREDICATE_TYPE,
    predicate: { ...rest, key: { algorithm: "Ed25519", id: signer.keyId, public: toBase64(signer.publicKey) } },
  };
}

/** The envelope's bytes. */
export function makeSeal(facts: SealFacts, signer: Signer): Uint8Array {
  const payload = canonicalJson(statementOf(facts, signer));
  const sig = signer.sign(preAuthentication(PAYLOAD_TYPE, payload));
  return canonicalJson({ payload: toBase64(payload), payloadType: PAYLOAD_TYPE, signatures: [{ keyid: signer.keyId, sig: toBase64(sig) }] });
}

/** Subject public key info of an Ed25519 key up to the 32 bytes of the key (RFC 8410). */
const SPKI_PREFIX = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

/** Whether an Ed25519 signature over `signed` is the key's. */
export function signatureHolds(publicKey: Uint8Array, signed: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: "der", type: "spki" });
  return verifySignature(null, signed, key, signature);
}

/** Why a seal is not one; verify adds where. */
export class SealRefused extends Error {
  override readonly name = "SealRefused";
}
const refuse = (what: string): never => { throw new SealRefused(what); };

function canonical<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new SealRefused(`${what} is not in canonical form`, { cause });
  }
}

/**
 * Reads an envelope's bytes and checks form, key id and signature.
 * @throws SealRefused
 */
export function openSeal(bytes: Uint8Array): OpenedSeal {
  const envelope = canonical("envelope", () => parseCanonicalJson(bytes));
  if (!envelopeCheck().Check(envelope)) return refuse("envelope does not have the shape of one");
  const payload = canonical("payload", () => fromBase64(envelope.payload));
  const statement = canonical("statement", () => parseCanonicalJson(payload));
  if (!statementCheck().Check(statement)) return refuse("statement does not have the shape of one");
  const [{ keyid, sig }] = envelope.signatures;
  const { key, ...facts } = statement.predicate;
  const publicKey = canonical("public key", () => fromBase64(key.public));
  if (publicKey.length !== 32 || key.id !== keyIdOf(publicKey) || keyid !== key.id) return refuse("key id is not the key's fingerprint");
  const signature = canonical("signature", () => fromBase64(sig));
  if (!signatureHolds(publicKey, preAuthentication(PAYLOAD_TYPE, payload), signature)) return refuse("signature does not hold");
  return { ...facts, digest: statement.subject[0].digest.sha256, keyId: key.id, publicKey };
}
