// Statements that are signed together: one signature over the RFC 6962 root of their leaves (FORMAT.md, section 6). What seals and
// attestations of runs that end side by side are signed as; what each of them states is its own.
//   J60  A batch is signed once, whatever its number: each statement says which leaf it is, of how many, and has a salt of its own, so that the
//        audit path beside one says nothing of the others, and two equal statements are two leaves.
//   J61  A batch of one is none: its statement is signed as by itself, and what claims to be a batch of one is refused.
import { canonicalJson, canonicalText, fromHex, toBase64, toHex } from "./canonical.ts";
import { ENVELOPE_MEMBERS, enveloped, Hex256, PAYLOAD_TYPE, preAuthentication, type Reading, type Stated } from "./dsse.ts";
import { invariant } from "./invariant.ts";
import { leafHash, provenTree, rootFromPath, type HashPieces } from "./merkle.ts";
import type { Signer } from "./ports.ts";
import { compiled, Type, type Static } from "./schema.ts";

/** Statements in a batch. */
export const BATCH_MAX = 65_536;
const SALT_BYTES = 16;
const exact = { additionalProperties: false } as const;

/** Where a statement stands in its batch: its `predicate.batch`, absent where it is signed alone. */
export const BatchSchema = Type.Object({
  count: Type.Integer({ minimum: 2, maximum: BATCH_MAX }),
  index: Type.Integer({ minimum: 0 }),
  /** 16 random bytes, hex. */
  salt: Type.String({ pattern: "^[0-9a-f]{32}$" }),
}, exact);
export type Batch = Readonly<Static<typeof BatchSchema>>;

const EnvelopeSchema = Type.Object({
  ...ENVELOPE_MEMBERS,
  /** Audit path of a statement that was signed in a batch, lowest sibling first. */
  path: Type.Optional(Type.Array(Hex256, { minItems: 1, maxItems: 16 })),
}, exact);
export type BatchEnvelope = Static<typeof EnvelopeSchema>;
const envelopeCheck = compiled(EnvelopeSchema);

/** A statement that may stand in a batch. */
export interface Batched extends Stated {
  readonly predicate: Stated["predicate"] & { readonly batch?: Batch };
}

export interface BatchKind {
  /** Payload type of what is signed: canonical JSON of how many statements there are, and their root. */
  readonly type: string;
  readonly hash: HashPieces;
}

export interface BatchSigning extends BatchKind {
  readonly signer: Signer;
  /** So many random bytes. */
  readonly fresh: (bytes: number) => Uint8Array;
}

/** The RFC 8785 text of a statement at its place, or of the same one signed alone. */
export type StatementText = (batch?: Batch) => string;

const utf8 = new TextEncoder();
const leafOf = (hash: HashPieces, payload: Uint8Array): Uint8Array => leafHash(hash, preAuthentication(PAYLOAD_TYPE, payload));
const signedAs = (type: string, count: number, root: Uint8Array): Uint8Array => preAuthentication(type, canonicalJson({ count, root: toHex(root) }));

function signedAlone(text: string, signer: Signer): Uint8Array {
  const payload = utf8.encode(text);
  return canonicalJson(enveloped(payload, signer, signer.sign(preAuthentication(PAYLOAD_TYPE, payload))));
}

/** Hex of hashes that stand in many paths, each made once. */
function hexOnce(): (hash: Uint8Array) => string {
  const known = new Map<Uint8Array, string>();
  return (hash) => {
    let hex = known.get(hash);
    if (hex === undefined) known.set(hash, hex = toHex(hash));
    return hex;
  };
}

/** The envelopes' bytes, in the statements' order: one signature, whatever their number. */
export function signTogether(texts: readonly StatementText[], { type, hash, signer, fresh }: BatchSigning): readonly Uint8Array[] {
  invariant(texts.length <= BATCH_MAX, "J60", "a batch has an end");
  if (texts.length <= 1) return texts.map((text) => signedAlone(text(), signer));
  const count = texts.length;
  const salts = toHex(fresh(count * SALT_BYTES));
  const payloads = texts.map((text, index) => utf8.encode(text({ count, index, salt: salts.slice(index * 2 * SALT_BYTES, (index + 1) * 2 * SALT_BYTES) })));
  const { root, paths } = provenTree(hash, payloads.map((payload) => leafOf(hash, payload)));
  const signatures = canonicalText([{ keyid: signer.keyId, sig: toBase64(signer.sign(signedAs(type, count, root))) }]);
  const hex = hexOnce();
  return payloads.map((payload, index) => // members in the order of RFC 8785, what is the same in all of them encoded once
    utf8.encode(`{"path":["${(paths[index] as readonly Uint8Array[]).map(hex).join(`","`)}"],"payload":"${toBase64(payload)}","payloadType":"${PAYLOAD_TYPE}","signatures":${signatures}}`));
}

/** How statements are read that are signed alone or in a batch of this kind. */
export const batchReading = <S extends Batched>(statement: Reading<S, BatchEnvelope>["statement"], { type, hash }: BatchKind): Reading<S, BatchEnvelope> => ({
  statement, envelope: envelopeCheck,
  signed({ payload, statement: { predicate: { batch } }, envelope: { path } }, refuse) {
    if (batch === undefined && path === undefined) return preAuthentication(PAYLOAD_TYPE, payload);
    if (batch === undefined || path === undefined) return refuse("an audit path is of a statement in a batch, and every such statement has one");
    const root = rootFromPath(hash, leafOf(hash, payload), batch.index, batch.count, path.map(fromHex));
    return root === undefined ? refuse("audit path does not fit the statement's place in its batch") : signedAs(type, batch.count, root);
  },
});
