// What a stream of JSON values is, said plainly: the shortest beginning that JSON.parse takes (of a number the longest), again and again.
// Quadratic, and independent of the scanner.

/** Values in order; then whether the stream is refused, cut off or clean at its end. */
export interface PlainStream {
  readonly values: readonly unknown[];
  readonly rest: boolean;
}

const SPACE = /^[ \t\r\n]*/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/;

/** A value ends with one of these, by how it begins. */
const ENDS: Readonly<Record<string, RegExp>> = { "{": /\}/g, "[": /\]/g, "\"": /"/g, t: /e/g, f: /e/g, n: /l/g };

function shortest(text: string): readonly [value: unknown, end: number] | undefined {
  const ends = ENDS[text[0] ?? ""];
  if (ends === undefined) return undefined;
  for (const { index } of text.matchAll(ends)) {
    try {
      return [JSON.parse(text.slice(0, index + 1)), index + 1];
    } catch { /* not yet */ }
  }
  return undefined;
}

function first(text: string): readonly [value: unknown, end: number] | undefined {
  if (!/^[-0-9]/.test(text)) return shortest(text);
  const [number] = NUMBER.exec(text) ?? [];
  // what looks as if it went on and does not is refused with it
  if (number === undefined || /^(?:\.|[eE])/.test(text.slice(number.length)) || /^-?0[0-9]/.test(text)) {
    const went = number !== undefined && ((/[.eE]/.test(number) && text[number.length] === ".") || (/[eE]/.test(number) && /[eE.]/.test(text[number.length] ?? "")));
    return went ? [JSON.parse(number), number.length] : undefined;
  }
  return [JSON.parse(number), number.length];
}

/** @param bytes a whole stream */
export function plainStream(bytes: Uint8Array): PlainStream {
  const text = Buffer.from(bytes).toString("latin1"); // one unit a byte; what is no ASCII is decoded with its value
  const values: unknown[] = [];
  for (let at = 0; ;) {
    at += SPACE.exec(text.slice(at))?.[0].length ?? 0;
    if (at === text.length) return { values, rest: false };
    const found = first(text.slice(at));
    if (found === undefined) return { values, rest: true };
    try {
      values.push(JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(at, at + found[1]))));
    } catch {
      return { values, rest: true };
    }
    at += found[1];
  }
}
