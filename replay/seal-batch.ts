// Seals of runs that are signed together (FORMAT.md, section 6; J60, J61 in kernel-abi/dsse-batch.ts).
//   J62  A statement of a batch is written as text of one form: members stand where RFC 8785 puts them, and what is the same in all of
//        them is encoded once. It is what `canonicalJson` makes of it, to the byte.
import { canonicalText } from "../kernel-abi/canonical.ts";
import { keyOf } from "../kernel-abi/dsse.ts";
import { signTogether, type Batch } from "../kernel-abi/dsse-batch.ts";
import type { Signer } from "../kernel-abi/ports.ts";
import { PREDICATE_TYPE, SEAL_BATCH, STATEMENT_TYPE, type SealFacts } from "./seal.ts";

/** Statements that one key signs, by what they state and where they stand. */
function statements(signer: Signer): (facts: SealFacts, batch: Batch | undefined) => string {
  const key = canonicalText(keyOf(signer));
  return ({ digest, merkleRoot, blocks, frames, events, bytes, format, status, durability, host }, batch) =>
    `{"_type":"${STATEMENT_TYPE}","predicate":{${batch === undefined ? "" : `"batch":{"count":${batch.count},"index":${batch.index},"salt":"${batch.salt}"},`}"blocks":${blocks},"bytes":${bytes},`
    + `"durability":"${durability}","events":${events},"format":${format},"frames":${frames},"host":${canonicalText(host)},"key":${key},"merkleRoot":"${merkleRoot}","status":"${status}"},`
    + `"predicateType":"${PREDICATE_TYPE}","subject":[{"digest":{"sha256":"${digest}"},"name":"run"}]}`;
}

/**
 * Envelopes of runs that are signed together, in their order: one signature, whatever their number.
 * @param fresh so many random bytes
 */
export function makeSeals(all: readonly SealFacts[], signer: Signer, fresh: (bytes: number) => Uint8Array): readonly Uint8Array[] {
  const statementOf = statements(signer);
  return signTogether(all.map((facts) => (batch) => statementOf(facts, batch)), { ...SEAL_BATCH, signer, fresh });
}
