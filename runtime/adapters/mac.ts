// The port Mac: HMAC-SHA256 with a constant-time compare, and the key it is made with, which lies beside the signing key:
//   mac-key             32 random bytes as 64 hex digits, mode 0600, made on first use and never overwritten (K1)
// The key never leaves this file and the folder; it is drawn from the host's randomness, never from a clock or a name.
import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import { Fault } from "../../kernel-abi/fault.ts";
import type { Mac } from "../../kernel-abi/ports.ts";
import { hostDisk, stands, type Disk } from "./disk.ts";
import { configurationFolder } from "./keys.ts";
import { guarded, makePrivateFile, readPrivateFile } from "./private-file.ts";

const KEY_BYTES = 32;
const FORM = /^[0-9a-f]{64}\n?$/;
/** More than any key file. */
const FILE_BYTES_MAX = 4_096;

/** HMAC-SHA256 under `key`; both tags are 32 bytes when compared, and the comparison takes the same time whatever they are. */
export function hmacSha256(key: Uint8Array): Mac {
  const secret = createSecretKey(key);
  const tag = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHmac("sha256", secret).update(bytes).digest());
  return {
    tag,
    matches: (bytes, presented) => {
      const right = tag(bytes);
      return presented.length === right.length && timingSafeEqual(right, presented);
    },
  };
}

const DRAWN_BYTES = 4_096;

/** Bytes from a source that gives many at the cost of few: what is given out is never given again, and is not kept. */
export function drawn(source: (bytes: number) => Uint8Array): (bytes: number) => Uint8Array {
  let left = new Uint8Array(0);
  return (bytes) => {
    if (bytes > left.length) left = new Uint8Array(source(Math.max(bytes, DRAWN_BYTES)));
    const given = left.slice(0, bytes);
    left.fill(0, 0, bytes);
    left = left.subarray(bytes);
    return given;
  };
}

/** Unpredictable bytes: the port `fresh` of tenancy. */
export const freshBytes = drawn(randomBytes);

/**
 * The Mac of this user's kernel; its key is made on first use.
 * @throws Fault KEY_UNUSABLE when the key is damaged, open to others, or cannot be made.
 */
export function loadOrCreateMac(home: string = configurationFolder(), disk: Disk = hostDisk): Mac {
  const path = join(home, "mac-key");
  guarded(path, "it could not be made", () => {
    if (!stands(disk, path)) makePrivateFile(disk, path, home, new TextEncoder().encode(`${randomBytes(KEY_BYTES).toString("hex")}\n`));
  });
  const text = guarded(path, "it cannot be read", () => new TextDecoder().decode(readPrivateFile(disk, path, FILE_BYTES_MAX)));
  if (!FORM.test(text)) throw new Fault("KEY_UNUSABLE", { path, what: "it is not 64 hex digits" });
  return hmacSha256(Uint8Array.from(Buffer.from(text.trim(), "hex")));
}
