// Ed25519 signers with fixed keys: the same bytes on every machine.
import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import type { Signer } from "../../kernel-abi/ports.ts";
import { keyIdOf } from "../../replay/seal.ts";

/** PKCS #8 of an Ed25519 key up to its 32-byte seed (RFC 8410). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** The signer whose seed is 32 times `byte`. */
export function testSigner(byte = 7): Signer {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, Buffer.alloc(32, byte)]), format: "der", type: "pkcs8" });
  const publicKey = Uint8Array.from(createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32));
  return { publicKey, keyId: keyIdOf(publicKey), sign: (bytes) => Uint8Array.from(sign(null, bytes, key)) };
}
