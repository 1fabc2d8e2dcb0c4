// Damage: bytes, JSON values and texts, altered at random places in ways that readers are known to trip over.
import type { Dice } from "./dice.ts";

/** Integers at which lengths, counts and ids change their nature. */
export const INTEGERS: readonly number[] = [
  0, 1, 2, 3, 4, 5, 7, 8, 31, 32, 63, 64, 127, 128, 129, 255, 256, 511, 512, 1_023, 1_024, 1_025, 4_095, 4_096, 16_383, 16_384, 32_767, 32_768, 65_535, 65_536, 65_537,
  0xff_ffff, 0x100_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000, 2 ** 52, Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER,
];

/** LEB128, minimal or with a spare byte. */
function leb128(value: number, spare: boolean): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return spare ? [...bytes, rest | 0x80, 0] : [...bytes, rest];
}

const bigEndian = (value: number): number[] => [value / 0x100_0000, value / 0x1_0000, value / 0x100, value].map((part) => Math.floor(part) % 256);

function integerBytes(dice: Dice): Uint8Array {
  const value = dice.pick(INTEGERS);
  switch (dice.below(5)) {
    case 0: return Uint8Array.from(bigEndian(value));
    case 1: return Uint8Array.from(leb128(value, dice.once(4)));
    case 2: return Uint8Array.of(dice.pick([0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf, 0xd4, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf]), ...bigEndian(value));
    case 3: return Uint8Array.of(value);
    default: return Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, dice.uint32());
  }
}

export function replaced(bytes: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length - (to - from) + by.length);
  out.set(bytes.subarray(0, from));
  out.set(by, from);
  out.set(bytes.subarray(to), from + by.length);
  return out;
}

function flipped(dice: Dice, bytes: Uint8Array): Uint8Array {
  const out = Uint8Array.from(bytes);
  const at = dice.below(out.length);
  out[at] = (out[at] ?? 0) ^ (1 << dice.below(8));
  return out;
}

/** One alteration. `others` are whole inputs to splice from. */
function alteredOnce(dice: Dice, bytes: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  const at = dice.below(bytes.length + 1);
  const to = Math.min(bytes.length, at + dice.below(dice.once(4) ? bytes.length + 1 : 16));
  switch (bytes.length === 0 ? 2 : dice.below(9)) {
    case 0: return flipped(dice, bytes);
    case 1: return replaced(bytes, at, Math.min(bytes.length, at + 1), dice.bytes(1));
    case 2: return replaced(bytes, at, at, dice.bytes(16));
    case 3: return replaced(bytes, at, to, new Uint8Array(0));
    case 4: { const patch = integerBytes(dice); return replaced(bytes, at, Math.min(bytes.length, at + patch.length), patch); }
    case 5: { const patch = integerBytes(dice); return replaced(bytes, at, at, patch); }
    case 6: return replaced(bytes, at, at, bytes.subarray(at, to));
    case 7: return bytes.subarray(0, at);
    default: {
      const other = others.length === 0 ? bytes : dice.pick(others);
      const from = dice.below(other.length + 1);
      return replaced(bytes, at, to, other.subarray(from, from + dice.below(64)));
    }
  }
}

/** One to four alterations. */
export function altered(dice: Dice, bytes: Uint8Array, others: readonly Uint8Array[] = []): Uint8Array {
  let out = bytes;
  for (let left = 1 + dice.below(dice.once(3) ? 4 : 1); left > 0; left--) out = alteredOnce(dice, out, others);
  return out;
}

const TEXTS: readonly string[] = [
  "", "0", "-1", "1e9", "null", "__proto__", "constructor", "toString", "root", "root/x#1", "Q", "PHI", "K", "\u0000", "\u001b[31m", "\u202e", "\ufeff", "é", "𝛗", "a".repeat(300),
  "0".repeat(64), "ff".repeat(32), "AAAA", "====", "process", "completed", "../../etc/passwd", "%s", "${x}", "\\", "\"", "\n", "1,2", "a=b",
];

const VALUES: readonly unknown[] = [null, true, false, 0, -1, 0.5, 1e308, 5e-324, [], {}, [[]], [null], { "": 0 }];

function leaf(dice: Dice): unknown {
  switch (dice.below(4)) {
    case 0: return dice.pick(INTEGERS);
    case 1: return dice.pick(TEXTS);
    case 2: return -dice.pick(INTEGERS);
    default: return dice.pick(VALUES);
  }
}

const nested = (dice: Dice, value: unknown): unknown => {
  let out = value;
  for (let depth = dice.below(dice.once(20) ? 400 : 6); depth > 0; depth--) out = dice.once(2) ? [out] : { a: out };
  return out;
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value) && !(value instanceof Set) && !(value instanceof Map) && !(value instanceof Date);

const recordOf = (entries: readonly (readonly [string, unknown])[]): unknown => Object.fromEntries(entries);

function alteredRecord(dice: Dice, value: Readonly<Record<string, unknown>>): unknown {
  const entries = Object.entries(value);
  const at = dice.below(entries.length);
  switch (entries.length === 0 ? 1 : dice.below(6)) {
    case 0: return recordOf(entries.filter((_, other) => other !== at));
    case 1: return recordOf([...entries, [dice.pick(TEXTS), leaf(dice)]]);
    case 2: return recordOf(entries.map(([key, member], other) => [other === at ? dice.pick(TEXTS) : key, member]));
    default: return recordOf(entries.map(([key, member], other) => [key, other === at ? alteredValue(dice, member) : member]));
  }
}

function alteredArray(dice: Dice, value: readonly unknown[]): unknown {
  const at = dice.below(value.length);
  switch (value.length === 0 ? 1 : dice.below(5)) {
    case 0: return value.filter((_, other) => other !== at);
    case 1: return [...value, leaf(dice)];
    case 2: return [...value, value[at]];
    default: return value.map((member, other) => (other === at ? alteredValue(dice, member) : member));
  }
}

/** A value like this one, with something in it that is another. */
export function alteredValue(dice: Dice, value: unknown): unknown {
  if (dice.once(5)) return dice.once(3) ? nested(dice, value) : leaf(dice);
  if (typeof value === "number") return dice.once(2) ? value + dice.pick([1, -1, 0.5, 256]) : dice.pick(INTEGERS);
  if (typeof value === "string") return alteredText(dice, value);
  if (value instanceof Uint8Array) return altered(dice, value);
  if (Array.isArray(value)) return alteredArray(dice, value);
  return isRecord(value) ? alteredRecord(dice, value) : leaf(dice);
}

/** A text like this one. */
export function alteredText(dice: Dice, text: string): string {
  const at = dice.below(text.length + 1);
  switch (dice.below(6)) {
    case 0: return dice.pick(TEXTS);
    case 1: return text.slice(0, at) + text.slice(at + 1 + dice.below(3));
    case 2: return text.slice(0, at) + dice.pick(TEXTS) + text.slice(at);
    case 3: return text.slice(0, at) + String.fromCharCode(dice.below(dice.once(3) ? 0x1_0000 : 128)) + text.slice(at + dice.below(2));
    case 4: return text + text;
    default: return text.slice(0, at) + String(dice.pick(INTEGERS)) + text.slice(at);
  }
}
