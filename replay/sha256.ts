// SHA-256 over one or several pieces; the only place of this room that names the host's digest.
import { createHash, hash } from "node:crypto";

/** Up to here pieces are gathered and hashed at once, which spares them an object of the host's each; beyond, copying would weigh more. */
const GATHERED_BYTES_MAX = 16_384;
/** Nobody sees it between two calls. */
const gathered = new Uint8Array(GATHERED_BYTES_MAX);

/** Digest of the concatenated pieces: 32 bytes. */
export function sha256(...pieces: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const { length } of pieces) size += length;
  return size <= GATHERED_BYTES_MAX ? hash("sha256", gather(pieces), "buffer") : inPieces(pieces);
}

function gather(pieces: readonly Uint8Array[]): Uint8Array {
  let at = 0;
  for (const piece of pieces) {
    gathered.set(piece, at);
    at += piece.length;
  }
  return gathered.subarray(0, at);
}

function inPieces(pieces: readonly Uint8Array[]): Uint8Array {
  const digest = createHash("sha256");
  for (const piece of pieces) digest.update(piece);
  return digest.digest();
}
