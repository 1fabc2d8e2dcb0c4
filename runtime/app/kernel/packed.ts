// What crosses between a kernel and its threads, as bytes: a JSON head behind its length in four bytes, and whatever follows.
const LENGTH_BYTES = 4;

export function packed(head: unknown, body: Uint8Array = new Uint8Array()): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(head));
  const bytes = new Uint8Array(LENGTH_BYTES + json.length + body.length);
  new DataView(bytes.buffer).setUint32(0, json.length);
  bytes.set(json, LENGTH_BYTES);
  bytes.set(body, LENGTH_BYTES + json.length);
  return bytes;
}

/** `H` is what the other side packed: both sides are this file's callers, of one version. */
export function unpacked<H>(bytes: Uint8Array): { readonly head: H; readonly body: Uint8Array } {
  const to = LENGTH_BYTES + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  return { head: JSON.parse(new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, to))) as H, body: bytes.subarray(to) };
}
