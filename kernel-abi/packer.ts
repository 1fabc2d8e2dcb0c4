// The one MessagePack packer. Owns the options that keep data intact; nothing else may import msgpackr
// (lint says so): without `moreTypes` a Float64Array comes back corrupted.
//   Numbers that must survive bit for bit (-0, NaN) travel inside a typed array, never as scalars.
import { Packr } from "msgpackr";
import { Fault } from "./fault.ts";

const packr = new Packr({ useRecords: false, moreTypes: true });

/**
 * Encodes one value. The result is a private copy, safe to keep and to transfer.
 * @throws Fault ABI_UNENCODABLE when the value holds a function, symbol, handle or anything else without a MessagePack form.
 */
export function pack(value: unknown): Uint8Array {
  try {
    return Uint8Array.from(packr.pack(value));
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault("ABI_UNENCODABLE", { what: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
}

/**
 * Decodes one value.
 * @throws Fault ABI_UNDECODABLE when the bytes are not exactly one MessagePack value.
 */
export function unpack(bytes: Uint8Array): unknown {
  try {
    return packr.unpack(bytes);
  } catch (cause) {
    throw new Fault("ABI_UNDECODABLE", { bytes: bytes.length, what: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
}
