// SHA-256 over one or several pieces; the only place of this room that names the host's digest.
import { createHash } from "node:crypto";

/** Digest of the concatenated pieces: 32 bytes. */
export function sha256(...pieces: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}
