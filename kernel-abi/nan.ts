// NaN in one form. IEEE 754 leaves a NaN's sign and payload open (6.2.3), and the same program gives others on another processor or
// once it has been compiled: what is recorded has 7ff8000000000000, or 7fc00000 in single precision, wherever a NaN stands.

/** MessagePack's extension for typed arrays (msgpackr), and the kinds whose lanes may be NaN. */
const TYPED_ARRAY = 0x74;
const FLOAT32 = 7;
const FLOAT64 = 8;
const UNSIGNED_SIZES: Readonly<Record<number, number>> = { 0xc4: 1, 0xc5: 2, 0xc6: 4, 0xd9: 1, 0xda: 2, 0xdb: 4, 0xc7: 1, 0xc8: 2, 0xc9: 4 };
/** Bytes behind the first one of forms with a fixed size. */
const FIXED: Readonly<Record<number, number>> = {
  0xca: 4, 0xcb: 8, 0xcc: 1, 0xcd: 2, 0xce: 4, 0xcf: 8, 0xd0: 1, 0xd1: 2, 0xd2: 4, 0xd3: 8,
  0xd4: 2, 0xd5: 3, 0xd6: 5, 0xd7: 9, 0xd8: 17, 0xdc: 2, 0xdd: 4, 0xde: 2, 0xdf: 4,
};
const isExtension = (form: number): boolean => form >= 0xc7 && form <= 0xc9;

/** Whether a number, or a lane of an array, is NaN. */
export function holdsNaN(value: unknown): boolean {
  if (typeof value === "number") return Number.isNaN(value);
  return (value instanceof Float64Array || value instanceof Float32Array) && value.some(Number.isNaN);
}

function unsigned(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let of = 0; of < size; of++) value = value * 256 + (bytes[at + of] ?? 0);
  return value;
}

/** 8 or 4 bytes at `at`, the most significant one first unless `little`. */
function settle(bytes: Uint8Array, at: number, size: number, little: boolean): void {
  const byte = (significance: number): number => at + (little ? size - 1 - significance : significance);
  const [first = 0, second = 0] = [bytes[byte(0)], bytes[byte(1)]];
  const exponent = size === 8 ? 0xf0 : 0x80;
  if ((first & 0x7f) !== 0x7f || (second & exponent) !== exponent) return;
  let fraction = second & ~exponent & 0xff;
  for (let of = 2; of < size; of++) fraction |= bytes[byte(of)] ?? 0;
  if (fraction === 0) return; // infinite
  for (let of = 0; of < size; of++) bytes[byte(of)] = 0;
  bytes[byte(0)] = 0x7f;
  bytes[byte(1)] = exponent | (size === 8 ? 0x08 : 0x40);
}

function settleLanes(bytes: Uint8Array, from: number, to: number): void {
  const size = bytes[from] === FLOAT64 ? 8 : bytes[from] === FLOAT32 ? 4 : 0;
  if (size > 0) for (let at = from + 1; at < to; at += size) settle(bytes, at, size, true);
}

/** Writes the one form over each NaN of a message that was packed here. Containers need no nesting: what they hold follows them. */
export function settleNaNs(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    const form = bytes[at] ?? 0;
    const sized = UNSIGNED_SIZES[form];
    if (form === 0xcb) settle(bytes, at + 1, 8, false);
    if (sized !== undefined) {
      const content = at + 1 + sized + (isExtension(form) ? 1 : 0);
      const end = content + unsigned(bytes, at + 1, sized);
      if (isExtension(form) && bytes[content - 1] === TYPED_ARRAY) settleLanes(bytes, content, end);
      at = end;
    } else at += 1 + (form >= 0xa0 && form < 0xc0 ? form & 0x1f : FIXED[form] ?? 0);
  }
}
