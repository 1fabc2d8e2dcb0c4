// The hash chain of a bundle and the framing of what it chains (FORMAT.md, sections 2 and 3).
//   J1  A unit is tag, length, payload; its leaf is SHA-256(00 ‖ unit), as RFC 6962 hashes leaves.
//   J2  head = SHA-256(02 ‖ head before ‖ leaf); the first head is SHA-256 of the preamble's first twelve bytes.
//   J3  Every chained unit is followed by its head, so damage shows in the unit where it is.
import { FORMAT_VERSION } from "../kernel-abi/version.ts";
import { LIMITS } from "../kernel-abi/limits.ts";
import { sha256 } from "./sha256.ts";

export const TAG = Object.freeze({ header: 0x48, program: 0x50, inputs: 0x49, block: 0x42, seal: 0x53 } as const);
export type UnitName = keyof typeof TAG;

/** Largest payload of each unit in bytes; a reader refuses more before it reserves memory. */
export const UNIT_BYTES_MAX: Readonly<Record<UnitName, number>> = Object.freeze({
  header: LIMITS.header_bytes_max,
  program: LIMITS.program_bytes_max,
  inputs: LIMITS.inputs_bytes_max,
  block: LIMITS.frame_bytes_max,
  seal: LIMITS.seal_bytes_max,
});

export const HASH_BYTES = 32;
/** Tag and length. */
export const UNIT_OVERHEAD = 5;
/** Magic and version, without the head that follows them. */
export const PREAMBLE_BYTES = 12;

/** A byte no text has, the name, and a line end that text-mode transfers spoil. */
export const MAGIC = Uint8Array.of(0x89, 0x54, 0x52, 0x49, 0x41, 0x44, 0x0d, 0x0a);
/** `TRIADEND`: the last eight bytes of a sealed file. A file that has them claims to be sealed. */
export const END_MARK = Uint8Array.of(0x54, 0x52, 0x49, 0x41, 0x44, 0x45, 0x4e, 0x44);

export function preamble(version: number = FORMAT_VERSION): Uint8Array {
  const out = new Uint8Array(PREAMBLE_BYTES);
  out.set(MAGIC);
  new DataView(out.buffer).setUint32(MAGIC.length, version);
  return out;
}

/** Writes tag and length at `at`, before a payload of `length` bytes. */
export function putUnitHead(out: Uint8Array, at: number, tag: number, length: number): void {
  out[at] = tag;
  out[at + 1] = length >>> 24;
  out[at + 2] = length >>> 16;
  out[at + 3] = length >>> 8;
  out[at + 4] = length;
}

/** Tag, length and payload in one array. */
export function unit(name: UnitName, payload: Uint8Array): Uint8Array {
  const out = new Uint8Array(UNIT_OVERHEAD + payload.length);
  putUnitHead(out, 0, TAG[name], payload.length);
  out.set(payload, UNIT_OVERHEAD);
  return out;
}

export const LEAF_PREFIX = Uint8Array.of(0);
const CHAIN_PREFIX = Uint8Array.of(2);

export const firstHead = (start: Uint8Array): Uint8Array => sha256(start);
export const leafOf = (bytes: Uint8Array): Uint8Array => sha256(LEAF_PREFIX, bytes);
export const nextHead = (head: Uint8Array, leaf: Uint8Array): Uint8Array => sha256(CHAIN_PREFIX, head, leaf);
