// Named randomness (D2): a stream's key is SHA-256 of the length-prefixed tuple (root, actor name, purpose),
// root = SHA-256 of the run's seed string (contracts, rule 6). One consumer never perturbs another.
import type { Sha256 } from "./ports.ts";
import type { ProcessName } from "./ids.ts";

const utf8 = new TextEncoder();

/** Parts are bytes or text; each is preceded by its length as four bytes, big-endian, so no two tuples collide. */
export function lengthPrefixed(parts: readonly (Uint8Array | string)[]): Uint8Array {
  const bytes = parts.map((part) => (typeof part === "string" ? utf8.encode(part) : part));
  const out = new Uint8Array(bytes.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const part of bytes) {
    view.setUint32(at, part.length);
    out.set(part, at + 4);
    at += 4 + part.length;
  }
  return out;
}

export const rootKey = (sha256: Sha256, seed: string): Uint8Array => sha256(utf8.encode(seed));

export const streamKey = (sha256: Sha256, root: Uint8Array, actor: ProcessName, purpose: string): Uint8Array =>
  sha256(lengthPrefixed([root, actor, purpose]));

/** The two 32-bit words that key a kernel's counter-based generator: the first eight bytes of the stream key, big-endian. */
export function kernelKey(key: Uint8Array): Uint32Array {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  return Uint32Array.of(view.getUint32(0), view.getUint32(4));
}
