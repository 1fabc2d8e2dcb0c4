// Signed statements: an in-toto Statement v1 in a DSSE envelope, both canonical JSON, one Ed25519 signature. What seals, reports,
// certificates and attestations are packed in; what each of them states is its own.
//   J7  The key id is the SHA-256 fingerprint of the public key, and the public key stands inside what is signed.
//   J8  Envelope and statement have one form: what does not re-encode to the same bytes is refused.
// Hash and signature check are ports: nothing here computes either.
import { canonicalJson, fromBase64, parseCanonicalJson, toBase64, toHex } from "./canonical.ts";
import type { Sha256, SignatureCheck, Signer } from "./ports.ts";
import { compiled, Type, type Static, type TSchema } from "./schema.ts";

export const PAYLOAD_TYPE = "application/vnd.in-toto+json";
export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";

const exact = { additionalProperties: false } as const;
export const Hex256 = Type.String({ pattern: "^[0-9a-f]{64}$" });

/** Who signs, inside what is signed. */
export const StatementKeySchema = Type.Object({ algorithm: Type.Literal("Ed25519"), id: Hex256, public: Type.String() }, exact);
export type StatementKey = Static<typeof StatementKeySchema>;

/** Members of an envelope that holds one signature; a kind of envelope may have more. */
export const ENVELOPE_MEMBERS = {
  payload: Type.String(),
  payloadType: Type.Literal(PAYLOAD_TYPE),
  signatures: Type.Tuple([Type.Object({ keyid: Hex256, sig: Type.String() }, exact)]),
} as const;
const EnvelopeSchema = Type.Object(ENVELOPE_MEMBERS, exact);
export type Envelope = Static<typeof EnvelopeSchema>;
const envelopeCheck = compiled(EnvelopeSchema);

/** A statement about one thing of this name. */
export const statementSchema = <const N extends string, const T extends string, P extends TSchema>(of: { readonly subject: N; readonly predicateType: T; readonly predicate: P }) => Type.Object({
  _type: Type.Literal(STATEMENT_TYPE),
  subject: Type.Tuple([Type.Object({ name: Type.Literal(of.subject), digest: Type.Object({ sha256: Hex256 }, exact) }, exact)]),
  predicateType: Type.Literal(of.predicateType),
  predicate: of.predicate,
}, exact);

/** What every statement has in common. */
export interface Stated {
  readonly subject: readonly [{ readonly digest: { readonly sha256: string } }];
  readonly predicate: { readonly key: StatementKey };
}

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

export const keyOf = (signer: Signer): StatementKey => ({ algorithm: "Ed25519", id: signer.keyId, public: toBase64(signer.publicKey) });

/** The envelope's members around a payload that is signed as `signed`. */
export const enveloped = (payload: Uint8Array, signer: Pick<Signer, "keyId">, sig: Uint8Array): Envelope =>
  ({ payload: toBase64(payload), payloadType: PAYLOAD_TYPE, signatures: [{ keyid: signer.keyId, sig: toBase64(sig) }] });

/** The envelope's bytes around a statement that names the signer's key. @throws Fault ABI_UNENCODABLE */
export function signStatement<S extends Stated>(statement: S, signer: Signer): Uint8Array {
  const payload = canonicalJson(statement);
  return canonicalJson(enveloped(payload, signer, signer.sign(preAuthentication(PAYLOAD_TYPE, payload))));
}

interface Form<T> {
  Check(value: unknown): value is T;
}

/** How a kind of statement is read. */
export interface Reading<S extends Stated, E extends Envelope> {
  readonly statement: () => Form<S>;
  /** Default: the members above and no other. */
  readonly envelope: () => Form<E>;
  /** What the signature is over. Default: the payload itself. */
  readonly signed: (read: { readonly payload: Uint8Array; readonly statement: S; readonly envelope: E }, refuse: Refuse) => Uint8Array;
}

/** Throws the refusal of whoever reads: `what` is a clause about the envelope, the payload, the statement, the key or the signature. */
export type Refuse = (what: string, cause?: unknown) => never;

export interface Checks {
  readonly sha256: Sha256;
  readonly signature: SignatureCheck;
  readonly refuse: Refuse;
}

/** A statement whose signature holds for the key it names; whether that key is trusted is another question. */
export interface OpenedStatement<S> {
  readonly statement: S;
  readonly keyId: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** The one reading of an envelope around one statement. */
export const plainReading = <S extends Stated>(statement: Reading<S, Envelope>["statement"]): Reading<S, Envelope> =>
  ({ statement, envelope: envelopeCheck, signed: ({ payload }) => preAuthentication(PAYLOAD_TYPE, payload) });

/** Reads an envelope's bytes and checks form, key id and signature. @throws whatever `refuse` does */
export function openStatement<S extends Stated, E extends Envelope>(bytes: Uint8Array, reading: Reading<S, E>, { sha256, signature, refuse }: Checks): OpenedStatement<S> {
  const canonical = <T>(what: string, read: () => T): T => {
    try {
      return read();
    } catch (cause) {
      return refuse(`${what} is not in canonical form`, cause);
    }
  };
  const envelope = canonical("envelope", () => parseCanonicalJson(bytes));
  if (!reading.envelope().Check(envelope)) return refuse("envelope does not have the shape of one");
  const payload = canonical("payload", () => fromBase64(envelope.payload));
  const statement = canonical("statement", () => parseCanonicalJson(payload));
  if (!reading.statement().Check(statement)) return refuse("statement does not have the shape of one");
  const { key } = statement.predicate;
  const [{ keyid, sig }] = envelope.signatures;
  const publicKey = canonical("public key", () => fromBase64(key.public));
  if (publicKey.length !== 32 || key.id !== toHex(sha256(publicKey)) || keyid !== key.id) return refuse("key id is not the key's fingerprint");
  const made = canonical("signature", () => fromBase64(sig));
  if (!signature(publicKey, reading.signed({ payload, statement, envelope }, refuse), made)) return refuse("signature does not hold");
  return { statement, keyId: key.id, publicKey };
}
