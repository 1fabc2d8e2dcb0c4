// The seal: what is stated of a run, signed alone or in a batch of runs (FORMAT.md, section 6). How a batch is signed and read
// is kernel-abi/dsse-batch.ts's (J60, J61); seals of one are made in seal-batch.ts.
import { createPublicKey, verify as verifySignature } from "node:crypto";
import { compiled, Type, type Static } from "../kernel-abi/schema.ts";
import { toHex } from "../kernel-abi/canonical.ts";
import { Hex256, keyOf, openStatement, PAYLOAD_TYPE, preAuthentication, signStatement, STATEMENT_TYPE, StatementKeySchema, statementSchema } from "../kernel-abi/dsse.ts";
import { BATCH_MAX, batchReading, BatchSchema, type BatchKind } from "../kernel-abi/dsse-batch.ts";
import { END_STATUSES, type EndStatus } from "../kernel-abi/frame.ts";
import { DURABILITY, HostFactsSchema, type Durability, type HostFacts } from "../kernel-abi/header.ts";
import type { Signer } from "../kernel-abi/ports.ts";
import { sha256 } from "./sha256.ts";

export { BATCH_MAX, PAYLOAD_TYPE, preAuthentication, STATEMENT_TYPE };
export const PREDICATE_TYPE = "urn:triad-runtime:seal:v1";
/** What is signed for a batch is of this type: canonical JSON of how many statements it has, and their root. */
export const BATCH_TYPE = "application/vnd.triad-runtime.seal-batch+json";
const exact = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0 });

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

export const SEAL_BATCH: BatchKind = { type: BATCH_TYPE, hash: sha256 };
const reading = batchReading(compiled(StatementSchema), SEAL_BATCH);

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

const CHECKS = {
  sha256, signature: signatureHolds,
  refuse(what: string, cause?: unknown): never { throw new SealRefused(what, { cause }); },
} as const;

/**
 * Reads an envelope's bytes and checks form, key id, signature and, of a batch, the audit path.
 * @throws SealRefused
 */
export function openSeal(bytes: Uint8Array): OpenedSeal {
  const { statement, keyId, publicKey } = openStatement(bytes, reading, CHECKS);
  const { key: _, batch, ...facts } = statement.predicate;
  return { ...facts, digest: statement.subject[0].digest.sha256, keyId, publicKey, ...(batch === undefined ? {} : { batch: { index: batch.index, count: batch.count } }) };
}
