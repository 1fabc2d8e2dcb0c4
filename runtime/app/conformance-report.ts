// The conformance report: the table in an in-toto Statement v1 in a DSSE envelope, both canonical JSON, signed with the user's key.
//   E6  A report says who made it, with which versions, on which host; its subject is the digest of conformance.json, so that whoever
//       has the package can compare.
import { createPublicKey, verify as verifySignature } from "node:crypto";
import { compiled, Type, type Static } from "../../kernel-abi/schema.ts";
import { canonicalJson, fromBase64, parseCanonicalJson, toBase64 } from "../../kernel-abi/canonical.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { HostFactsSchema, type HostFacts } from "../../kernel-abi/header.ts";
import type { Signer } from "../../kernel-abi/ports.ts";
import { keyIdOf, PAYLOAD_TYPE, preAuthentication, STATEMENT_TYPE } from "../../replay/seal.ts";
import { publicKeyPem } from "../adapters/keys.ts";
import { CLAIM, CountsSchema, ReferenceSchema, RowSchema, type ShippedConformance } from "./conformance.ts";
import type { SelfCheck } from "./conformance-runs.ts";

export const REPORT_TYPE = "urn:triad-runtime:conformance:v1";

const exact = { additionalProperties: false } as const;
const Hex256 = Type.String({ pattern: "^[0-9a-f]{64}$" });
const Count = Type.Integer({ minimum: 0 });

const PredicateSchema = Type.Object({
  claim: Type.Literal(CLAIM),
  abi: Type.String(),
  format: Count,
  semantics: Count,
  /** Version of the package. */
  triad: Type.String(),
  counts: CountsSchema,
  reference: Type.Array(ReferenceSchema),
  rows: Type.Array(RowSchema),
  /** What `--self-test` found on this host; absent when it was not asked for. */
  selfTest: Type.Optional(Type.Array(Type.Object({ run: Type.String(), check: Type.String(), holds: Type.Boolean(), found: Type.String() }, exact))),
  host: HostFactsSchema,
  key: Type.Object({ algorithm: Type.Literal("Ed25519"), id: Hex256, public: Type.String() }, exact),
}, exact);

const StatementSchema = Type.Object({
  _type: Type.Literal(STATEMENT_TYPE),
  subject: Type.Tuple([Type.Object({ name: Type.Literal("conformance.json"), digest: Type.Object({ sha256: Hex256 }, exact) }, exact)]),
  predicateType: Type.Literal(REPORT_TYPE),
  predicate: PredicateSchema,
}, exact);
type Statement = Static<typeof StatementSchema>;

const EnvelopeSchema = Type.Object({
  payload: Type.String(),
  payloadType: Type.Literal(PAYLOAD_TYPE),
  signatures: Type.Tuple([Type.Object({ keyid: Hex256, sig: Type.String() }, exact)]),
}, exact);

const statementCheck = compiled(StatementSchema);
const envelopeCheck = compiled(EnvelopeSchema);

export interface ReportFacts {
  readonly shipped: ShippedConformance;
  readonly host: HostFacts;
  readonly selfTest?: readonly SelfCheck[];
}

/** The envelope's bytes. */
export function signReport({ shipped: { table: { schema: _, ...table }, digest }, host, selfTest }: ReportFacts, signer: Signer): Uint8Array {
  const statement: Statement = {
    _type: STATEMENT_TYPE,
    subject: [{ name: "conformance.json", digest: { sha256: digest } }],
    predicateType: REPORT_TYPE,
    predicate: {
      ...table, triad: host.triad, host, ...(selfTest === undefined ? {} : { selfTest: [...selfTest] }),
      key: { algorithm: "Ed25519", id: signer.keyId, public: toBase64(signer.publicKey) },
    },
  };
  const payload = canonicalJson(statement);
  const sig = signer.sign(preAuthentication(PAYLOAD_TYPE, payload));
  return canonicalJson({ payload: toBase64(payload), payloadType: PAYLOAD_TYPE, signatures: [{ keyid: signer.keyId, sig: toBase64(sig) }] });
}

/** A report whose signature holds for the key it names; whether that key is trusted is another question. */
export interface OpenedReport {
  /** Of the conformance.json it speaks of, hex. */
  readonly digest: string;
  readonly keyId: string;
  readonly predicate: Readonly<Static<typeof PredicateSchema>>;
}

const refuse = (what: string, cause?: unknown): never => { throw new Fault("CONFORMANCE_REFUSED", { what }, { cause }); };

function canonical<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    return refuse(`${what} is not in canonical form`, cause);
  }
}

/** A report in a file that ends with a line feed is taken without it. */
const trimmed = (bytes: Uint8Array): Uint8Array => (bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes);

/**
 * Reads an envelope's bytes and checks form, key id and signature.
 * @throws Fault CONFORMANCE_REFUSED
 */
export function openReport(bytes: Uint8Array): OpenedReport {
  const envelope = canonical("the envelope", () => parseCanonicalJson(trimmed(bytes)));
  if (!envelopeCheck().Check(envelope)) return refuse("the envelope does not have the shape of one");
  const payload = canonical("the payload", () => fromBase64(envelope.payload));
  const statement = canonical("the statement", () => parseCanonicalJson(payload));
  if (!statementCheck().Check(statement)) return refuse("the statement does not have the shape of a conformance report of this version");
  const [{ keyid, sig }] = envelope.signatures;
  const { predicate, subject: [{ digest }] } = statement;
  const publicKey = canonical("the public key", () => fromBase64(predicate.key.public));
  if (publicKey.length !== 32 || predicate.key.id !== keyIdOf(publicKey) || keyid !== predicate.key.id) return refuse("the key id is not the key's fingerprint");
  const signature = canonical("the signature", () => fromBase64(sig));
  if (!verifySignature(null, preAuthentication(PAYLOAD_TYPE, payload), createPublicKey(publicKeyPem(publicKey)), signature)) return refuse("the signature does not hold");
  return { digest: digest.sha256, keyId: keyid, predicate };
}
