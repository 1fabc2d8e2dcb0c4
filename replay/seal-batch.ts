// Seals of runs that are signed together: one signature over the tree of their statements (FORMAT.md, section 6; J60, J61 in seal.ts).
//   J62  What a batch is written in is text of one form: members stand where RFC 8785 puts them, and what is the same in all
//        statements is encoded once. It is what `canonicalJson` makes of the statement and of the envelope, to the byte.
import { canonicalText, toBase64, toHex } from "../kernel-abi/canonical.ts";
import { keyOf } from "../kernel-abi/dsse.ts";
import { invariant } from "../kernel-abi/invariant.ts";
import type { Signer } from "../kernel-abi/ports.ts";
import { provenTree } from "./merkle.ts";
import { BATCH_MAX, batchSigned, makeSeal, PAYLOAD_TYPE, PREDICATE_TYPE, STATEMENT_TYPE, type SealFacts } from "./seal.ts";
import { sha256 } from "./sha256.ts";

const SALT_BYTES = 16;
const utf8 = new TextEncoder();

/** A statement as it is signed: the leaf of its batch, and what its envelope carries. */
interface Stated {
  readonly leaf: Uint8Array;
  readonly base64: string;
}

/** What stands in front of a statement of so many bytes where it is hashed: the prefix of a leaf, and what DSSE signs with it. */
const frontOf = (bytes: number): string => `\0DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${bytes} `;

function stated(statement: string): Stated {
  const front = frontOf(Buffer.byteLength(statement));
  const whole = Buffer.from(front + statement);
  return { leaf: sha256(whole), base64: whole.toString("base64", front.length) };
}

/** Statements of runs that one key signs: functions of a run, its place and its salt. */
function statements(signer: Signer, count: number): (facts: SealFacts, index: number, salt: string) => string {
  const key = canonicalText(keyOf(signer));
  return ({ digest, merkleRoot, blocks, frames, events, bytes, format, status, durability, host }, index, salt) =>
    `{"_type":"${STATEMENT_TYPE}","predicate":{"batch":{"count":${count},"index":${index},"salt":"${salt}"},"blocks":${blocks},"bytes":${bytes},"durability":"${durability}",`
    + `"events":${events},"format":${format},"frames":${frames},"host":${canonicalText(host)},"key":${key},"merkleRoot":"${merkleRoot}","status":"${status}"},`
    + `"predicateType":"${PREDICATE_TYPE}","subject":[{"digest":{"sha256":"${digest}"},"name":"run"}]}`;
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

/**
 * Envelopes of runs that are signed together, in their order: one signature, whatever their number (J60, J61).
 * @param fresh so many random bytes
 */
export function makeSeals(all: readonly SealFacts[], signer: Signer, fresh: (bytes: number) => Uint8Array): readonly Uint8Array[] {
  invariant(all.length <= BATCH_MAX, "J60", "a batch has an end");
  if (all.length <= 1) return all.map((facts) => makeSeal(facts, signer));
  const count = all.length;
  const salts = toHex(fresh(count * SALT_BYTES));
  const statementOf = statements(signer, count);
  const payloads = all.map((facts, index) => stated(statementOf(facts, index, salts.slice(index * 2 * SALT_BYTES, (index + 1) * 2 * SALT_BYTES))));
  const { root, paths } = provenTree(payloads.map(({ leaf }) => leaf));
  const signatures = canonicalText([{ keyid: signer.keyId, sig: toBase64(signer.sign(batchSigned(count, root))) }]);
  const hex = hexOnce();
  return payloads.map(({ base64 }, index) =>
    utf8.encode(`{"path":["${paths[index]?.map(hex).join(`","`) ?? ""}"],"payload":"${base64}","payloadType":"${PAYLOAD_TYPE}","signatures":${signatures}}`));
}
