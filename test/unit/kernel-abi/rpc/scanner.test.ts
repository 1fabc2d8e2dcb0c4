import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Scanner, type Scanned, type ScanLimits } from "../../../../kernel-abi/rpc/scanner.ts";
import { plainStream } from "../../../support/json-stream.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function scanned(bytes: Uint8Array, pieces: readonly number[] = [], limits?: ScanLimits): readonly Scanned[] {
  const scanner = new Scanner(limits);
  const found: Scanned[] = [];
  let at = 0;
  for (const size of [...pieces, bytes.length]) {
    found.push(...scanner.push(bytes.slice(at, at + size)));
    at += size;
  }
  const last = scanner.end();
  return last === undefined ? found : [...found, last];
}
const valuesOf = (found: readonly Scanned[]): readonly unknown[] => found.flatMap((one) => (one.ok ? [one.value] : []));
const bytewise = (length: number): readonly number[] => Array.from({ length }, () => 1);

const TEXTS = [
  "{}", "[]", "{\"a\":1}", "[1,2.5,-0,1e3,1E-3,0.1e+2]", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"", "true", "false", "null", "0", "-1", "12.5e3", "{\"é\":\"𝛗\"}", " { \"a\" : [ true , null ] } ",
  "{\"a\":1,\"a\":2}", "{\"__proto__\":{\"x\":1}}", "{\"constructor\":1,\"toString\":2}", "123456789012345678901234567890", "1e400", "\"\\ud800\"", "{}{}", "{}\n[]\n1\n", "1 2", "truefalse",
  "", " ", "\n\r\t ", "{", "[", "[1", "[1,", "[1,]", "{\"a\"", "{\"a\":", "{\"a\":1,", "{\"a\":1,}", "{a:1}", "[01]", "01", "1.", "1.e1", "-", "+1", ".5", "1e", "1e+", "tru", "trux", "nul", "\"", "\"\\", "\"\\x\"", "\"\\u12", "\"\\u12g4\"", "\"\n\"", "]", "}", "[}", "{]",
  "{\"jsonrpc\": \"2.0\", \"method\": \"foobar, \"params\": \"bar\", \"baz]", "garbage", "'a'", "NaN", "Infinity", "//x", "\ufeff{}", "[\"a\" \"b\"]", "{\"a\" 1}", "{,}", "[,1]", "1.5.5", "1e5e5", "--1", "-01", "\u00a0{}", "\v{}", "1]", "\"a\"\"b\"", "[1]2",
];

describe("values of a stream (R5, R6)", () => {
  it.each(TEXTS)("%j: as JSON.parse has it, whole and byte by byte", (text) => {
    const bytes = bytesOf(text);
    const plain = plainStream(bytes);
    for (const pieces of [[], bytewise(bytes.length)]) {
      const found = scanned(bytes, pieces);
      expect(valuesOf(found)).toStrictEqual(plain.values);
      expect(found.some(({ ok }) => !ok)).toBe(plain.rest);
    }
  });

  it("any value, however it is cut", () => {
    fc.assert(fc.property(fc.array(fc.jsonValue({ maxDepth: 5 }), { maxLength: 4 }), fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 40 }), fc.boolean(), (values, pieces, pretty) => {
      const bytes = bytesOf(values.map((value) => JSON.stringify(value, null, pretty ? 2 : 0)).join("\n"));
      expect(valuesOf(scanned(bytes, pieces))).toStrictEqual(values.map((value) => JSON.parse(JSON.stringify(value)) as unknown));
    }), { numRuns: 300 });
  });

  it("any bytes at all: the same values, refused where a plain reader refuses", () => {
    const piece = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...TEXTS) }, { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(..."{}[]\",:\\u0123456789eE.+-truefalsn \n") }) });
    fc.assert(fc.property(fc.array(piece, { maxLength: 5 }), fc.uint8Array({ maxLength: 2 }), fc.nat(60), fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 30 }), (texts, noise, where, pieces) => {
      const text = bytesOf(texts.join(""));
      const bytes = Uint8Array.from([...text.subarray(0, where), ...noise, ...text.subarray(where)]);
      const plain = plainStream(bytes);
      const found = scanned(bytes, pieces);
      expect(valuesOf(found)).toStrictEqual(plain.values);
      expect(found.some(({ ok }) => !ok)).toBe(plain.rest);
    }), { numRuns: 2_000 });
  });
});

describe("refusals", () => {
  it("come with the first byte that cannot be there, and end the stream (R7)", () => {
    const scanner = new Scanner();
    expect(scanner.push(bytesOf("{\"a\":1}\n {\"b\" x"))).toEqual([{ ok: true, value: { a: 1 } }, { ok: false, what: "not JSON", byte: 5 }]);
    expect([scanner.refused, scanner.push(bytesOf("{}")), scanner.end()]).toEqual([true, [], undefined]);
  });

  it("name what is no UTF-8: alone, overlong, half a pair, cut off", () => {
    for (const bad of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf5, 0x80, 0x80, 0x80]]) {
      expect(scanned(Uint8Array.of(0x22, ...bad, 0x22))).toMatchObject([{ ok: false, what: "not UTF-8" }]);
    }
    expect(scanned(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d))).toMatchObject([{ ok: false, what: "not JSON", byte: 0 }]);
  });

  it("hold the limit on bytes, to the byte, in one piece and in many", () => {
    const limits = { bytes: 10, depth: 4 };
    for (const pieces of [[], bytewise(20)]) {
      expect(valuesOf(scanned(bytesOf("[1,2,3,45]"), pieces, limits))).toEqual([[1, 2, 3, 45]]);
      expect(scanned(bytesOf("   [1,2,3,456]"), pieces, limits)).toEqual([{ ok: false, what: "more than 10 bytes", byte: 10 }]);
      expect(scanned(bytesOf("[1] [2]  [3] [4] [5] [6]"), pieces, limits)).toHaveLength(6);
      expect(scanned(bytesOf("12345678901"), pieces, limits)).toMatchObject([{ ok: false }]);
    }
  });

  it("hold the limit on depth, and depth does not carry over", () => {
    const limits = { bytes: 1_000_000, depth: 4 };
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    expect(scanned(bytesOf(nested(4) + nested(4)), [], limits).every(({ ok }) => ok)).toBe(true);
    expect(scanned(bytesOf(nested(5)), bytewise(10), limits)).toEqual([{ ok: false, what: "nested deeper than 4", byte: 4 }]);
    expect(scanned(bytesOf("[".repeat(500_000)))).toMatchObject([{ ok: false, what: "nested deeper than 128" }]);
    expect(scanned(bytesOf("{\"a\":".repeat(200)))).toMatchObject([{ ok: false, what: "nested deeper than 128" }]);
  });

  it("tell what is cut off", () => {
    expect(scanned(bytesOf("{\"a\":"))).toEqual([{ ok: false, what: "the value is cut off", byte: 5 }]);
  });
});

describe("what is held", () => {
  it("is the value that has begun and nothing else", () => {
    const scanner = new Scanner();
    scanner.push(bytesOf("{\"a\":1} {\"b\""));
    expect(scanner.pending).toBe(4);
    scanner.push(bytesOf(":2}"));
    expect(scanner.pending).toBe(0);
  });

  it("`__proto__` is a member, and changes nobody's prototype (R6)", () => {
    const [one] = scanned(bytesOf("{\"__proto__\":{\"polluted\":true}}"));
    if (one?.ok !== true) throw new Error("refused");
    expect(Object.keys(one.value as object)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(one.value)).toBe(Object.prototype);
    expect("polluted" in {}).toBe(false);
  });
});
