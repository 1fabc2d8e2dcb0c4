// SHA-256 over one or several pieces; the only place of this room that names the host's digest.
import { createHash, hash } from "node:crypto";
import { fromBinary } from "../kernel-abi/canonical.ts";
import { DESK_BYTES, inPieces, sizeOf } from "../kernel-abi/merkle.ts";

const atOnce = (bytes: Uint8Array): Uint8Array => fromBinary(hash("sha256", bytes, "binary"));
/** Gathered and hashed at once, which spares them an object of the host's each. */
const gathered = inPieces(atOnce);

/** Digest of the concatenated pieces: 32 bytes. */
export function sha256(...pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return atOnce(first);
  return sizeOf(pieces) <= DESK_BYTES ? gathered(...pieces) : oneByOne(pieces);
}

/** To copy them would weigh more. */
function oneByOne(pieces: readonly Uint8Array[]): Uint8Array {
  const digest = createHash("sha256");
  for (const piece of pieces) digest.update(piece);
  return digest.digest();
}
