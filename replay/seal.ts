// The seal: what is stated of a run, signed alone or in a batch of runs (FORMAT.md, section 6). Batches are made in seal-batch.ts.
//   J60  A batch is signed once: over the RFC 6962 root of its statements, each of which says which leaf it is, of how many, and has a
//        salt of its own, so that the audit path in one bundle says nothing of the other runs, and two equal runs are two leaves.
//   J61  A batch of one is none: it is sealed as a run by itself is, and what claims to be a batch of one is refused.
import { createPublicKey, verify as verifySignature } from "node:crypto";
import { compiled, Type, type Static } from "../kernel-abi/schema.ts";
import { canonicalJson, fromHex, toHex } from "../kernel-abi/canonical.ts";
import { ENVELOPE_MEMBERS, Hex256, keyOf, openStatement, PAYLOAD_TYPE, preAuthentication, signStatement, STATEMENT_TYPE, StatementKeySchema, statementSchema, type Refuse } from "../kernel-abi/dsse.ts";
import { END_STATUSES, type EndStatus } from "../kernel-abi/frame.ts";
import { DURABILITY, HostFactsSchema, type Durability, type HostFacts } from "../kernel-abi/header.ts";
import type { Signer } from "../kernel-abi/ports.ts";
import { rootFromPath } from "./merkle.ts";
import { sha256 } from "./sha256.ts";

export { PAYLOAD_TYPE, preAuthentication, STATEMENT_TYPE };
export const PREDICATE_TYPE = "urn:triad-runtime:seal:v1";
/** What is signed for a batch is of this type: canonical JSON of how many statements it has, and their root. */
export const BATCH_TYPE = "application/vnd.triad-runtime.seal-batch+json";
/** Statements in a batch. */
export const BATCH_MAX = 65_536;

const exact = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0 });

const BatchSchema = Type.Object({
  count: Type.Integer({ minimum: 2, maximum: BATCH_MAX }),
  index: Count,
  /** 16 random bytes, hex. */
  salt: Type.String({ pattern: "^[0-9a-f]{32}$" }),
}, exact);

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
  key: StatementKeySchema,
  /** Absent: signed alone. */
  batch: Type.Optional(BatchSchema),
}, exact);

const StatementSchema = statementSchema({ subject: "run", predicateType: PREDICATE_TYPE, predicate: PredicateSchema });
export type Statement = Static<typeof StatementSchema>;

const EnvelopeSchema = Type.Object({
  ...ENVELOPE_MEMBERS,
  /** Audit path of a statement that was signed in a batch, lowest sibling first. */
  path: Type.Optional(Type.Array(Hex256, { minItems: 1, maxItems: 16 })),
}, exact);
type SealEnvelope = Static<typeof EnvelopeSchema>;

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

/** Of runs that were signed together, which one this is. */
export interface BatchPlace {
  readonly index: number;
  readonly count: number;
}

/** A seal whose signature holds for the key it names; whether that key is trusted is another question. */
export interface OpenedSeal extends SealFacts {
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  /** Absent: signed alone. */
  readonly batch?: BatchPlace;
}

/** Key id of a 32-byte Ed25519 public key: its SHA-256, hex. */
export const keyIdOf = (publicKey: Uint8Array): string => toHex(sha256(publicKey));

function statementOf({ digest, ...rest }: SealFacts, signer: Signer): Statement {
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: "run", digest: { sha256: digest } }],
    predicateType: PREDICATE_TYPE,
    predicate: { ...rest, key: keyOf(signer) },
  };
}

/** The envelope's bytes. */
export const makeSeal = (facts: SealFacts, signer: Signer): Uint8Array => signStatement(statementOf(facts, signer), signer);

const LEAF = Uint8Array.of(0);
/** A statement as a leaf of its batch. */
const leafOfStatement = (payload: Uint8Array): Uint8Array => sha256(LEAF, preAuthentication(PAYLOAD_TYPE, payload));
/** What is signed for a batch. */
export const batchSigned = (count: number, root: Uint8Array): Uint8Array => preAuthentication(BATCH_TYPE, canonicalJson({ count, root: toHex(root) }));

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

/** What the signature of an envelope is over. */
function signedOf({ payload, statement: { predicate: { batch } }, envelope: { path } }: { readonly payload: Uint8Array; readonly statement: Statement; readonly envelope: SealEnvelope }, refuse: Refuse): Uint8Array {
  if (batch === undefined && path === undefined) return preAuthentication(PAYLOAD_TYPE, payload);
  if (batch === undefined || path === undefined) return refuse("an audit path is of a statement in a batch, and every such statement has one");
  const root = rootFromPath(leafOfStatement(payload), batch.index, batch.count, path.map(fromHex));
  return root === undefined ? refuse("audit path does not fit the statement's place in its batch") : batchSigned(batch.count, root);
}

const CHECKS = {
  sha256, signature: signatureHolds,
  refuse(what: string, cause?: unknown): never { throw new SealRefused(what, { cause }); },
} as const;

/**
 * Reads an envelope's bytes and checks form, key id, signature and, of a batch, the audit path.
 * @throws SealRefused
 */
export function openSeal(bytes: Uint8Array): OpenedSeal {
  const { statement, keyId, publicKey } = openStatement(bytes, { statement: statementCheck, envelope: envelopeCheck, signed: signedOf }, CHECKS);
  const { key: _, batch, ...facts } = statement.predicate;
  return { ...facts, digest: statement.subject[0].digest.sha256, keyId, publicKey, ...(batch === undefined ? {} : { batch: { index: batch.index, count: batch.count } }) };
}
