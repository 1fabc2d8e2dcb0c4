// The audit log in pieces, as it is kept beside a kernel: segments of batches, each batch its entries and the signed head after them.
// Owns the form of both and what is believed of them; where they lie is somebody else's.
//   U6  A segment begins with the signed head and the peaks of all that came before it: one segment is enough to go on from, all of them
//       are checked as one log. What does not follow from the head before it, or is not signed, is refused.
import { toHex } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { leafHash, type HashPieces } from "../../../kernel-abi/merkle.ts";
import { MerkleLog } from "../../../kernel-abi/merkle-log.ts";
import type { Mac } from "../../../kernel-abi/ports.ts";
import { entryBytes, hashesOf, readEntry, readPeaks, type AuditEntry } from "./audit-entry.ts";
import { checkHead, readHead, type AuditHead, type AuditLog } from "./audit-log.ts";
import { readRecord } from "./saved.ts";

/** Where a log stands: what it takes to go on with it. */
export interface AuditTip {
  readonly tree: MerkleLog;
  readonly head: AuditHead;
}

interface By {
  readonly mac: Mac;
  readonly hash: HashPieces;
}

/** The first record of a segment. */
export const segmentStart = (log: AuditLog): string => JSON.stringify({ head: log.head(), peaks: hashesOf(log.peaks()) });
/** A batch of entries, each as its JSON, after which the log is what it is now. */
export const auditBatch = (entries: readonly string[], log: AuditLog): string => `{"entries":[${entries.join(",")}],"head":${JSON.stringify(log.head())}}`;

function parsed(record: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(record));
  } catch (cause) {
    throw new Fault("AUDIT_BROKEN", { reason: "entry", what: "a record is no JSON" }, { cause });
  }
}

/** @throws Fault AUDIT_BROKEN unless the head is signed and that of this tree */
function checked(head: AuditHead, tree: MerkleLog, { mac }: By): AuditHead {
  if (!checkHead(head, mac)) throw new Fault("AUDIT_BROKEN", { reason: "signature", size: head.size });
  if (tree.size !== head.size) throw new Fault("AUDIT_BROKEN", { reason: "size", said: head.size, found: tree.size });
  if (toHex(tree.root()) !== head.root) throw new Fault("AUDIT_BROKEN", { reason: "root", size: head.size });
  return head;
}

/**
 * Reads one segment.
 * @param before the log up to it; undefined for the first there is: then its own head and peaks are taken at their signature
 * @param each told of every entry, in order, once the head after it was checked
 * @throws Fault AUDIT_BROKEN {reason: signature | size | root | entry | segment} | TENANCY_UNREADABLE
 */
export function readSegment(records: readonly Uint8Array[], by: By, before: AuditTip | undefined, each: (entry: AuditEntry) => void): AuditTip | undefined {
  const [first, ...batches] = records;
  if (first === undefined) return before;
  const start = readRecord(parsed(first), "audit");
  const said = readHead(start.record("head"));
  const tree = before?.tree ?? new MerkleLog(by.hash, said.size, readPeaks(start, "peaks", said.size));
  if (before !== undefined && (said.size !== before.head.size || said.root !== before.head.root)) throw new Fault("AUDIT_BROKEN", { reason: "segment", said: said.size, found: before.head.size });
  let head = checked(said, tree, by);
  for (const batch of batches) {
    const row = readRecord(parsed(batch), "audit");
    const entries = row.rows("entries").map(readEntry);
    for (const entry of entries) {
      if (entry.seq !== tree.size) throw new Fault("AUDIT_BROKEN", { reason: "entry", index: tree.size });
      tree.append(leafHash(by.hash, entryBytes(entry)));
    }
    head = checked(readHead(row.record("head")), tree, by);
    entries.forEach(each);
  }
  return { tree, head };
}
