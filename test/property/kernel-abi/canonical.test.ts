// Canonical JSON against the library `canonicalize`, and against what JSON.parse gives back.
import canonicalize from "canonicalize";
import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, canonicalText, parseCanonicalJson } from "../../../kernel-abi/canonical.ts";
import { faultOf } from "../../support/refusals.ts";

const numRuns = process.env["TRIAD_LONG"] === undefined ? 2_000 : 200_000;
const text = fc.string({ unit: "binary" });
const awkward = fc.constantFrom("\u2028", "\ufeff", "\\", "\"", "\u0000", "é", "😀", "10", "9", "__proto__", "constructor", "");
const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)), fc.maxSafeInteger(), fc.constantFrom(1e21, 1e-7, 5e-324, Number.MAX_VALUE));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, fc.constant(null), fc.boolean(), number, text, awkward,
    fc.array(tie("value"), { maxLength: 6 }), fc.dictionary(fc.oneof(text, awkward), tie("value"), { maxKeys: 6 })),
}));

test("is what the library of RFC 8785 writes, and reads back", () => {
  fc.assert(fc.property(value, (given) => {
    const bytes = canonicalJson(given);
    expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)).toBe(canonicalize(given));
    expect(canonicalText(parseCanonicalJson(bytes))).toBe(canonicalText(given));
  }), { numRuns });
});

test("keys stand in the order of their UTF-16 code units, whatever they look like", () => {
  expect(canonicalText({ "10": 1, "9": 2, "\u{1f600}": 3, "\ufb33": 4, a: 5, A: 6 })).toBe('{"10":1,"9":2,"A":6,"a":5,"\u{1f600}":3,"\ufb33":4}'); // RFC 8785, 3.2.3
});

test.each([
  [{ a: { b: [1, Number.NaN] } }, { path: "$.a.b.1", value: "NaN" }], [[-0], { path: "$.0", value: "-0" }], [{ a: Infinity }, { path: "$.a", value: "Infinity" }],
  [{ a: undefined }, { path: "$.a", value: "undefined" }], [[, 1], { path: "$.0", value: "undefined" }], [{ f() { return 1; } }, { path: "$.f", value: "function" }], [10n, { path: "$", value: "bigint" }],
  [{ s: Symbol("s") }, { path: "$.s", value: "symbol" }], [{ a: "\ud800" }, { path: "$.a", what: "half a surrogate pair" }], [{ "\udc00": 1 }, { path: "$", what: "half a surrogate pair" }],
])("refuses what JSON would lose or change: %#", (given, detail) => {
  expect(faultOf(() => canonicalJson(given))).toMatchObject({ fault: "ABI_UNENCODABLE", detail });
});

test("whoever says how it is written as JSON is written so", () => {
  expect(canonicalText({ at: new Date(0), inner: { toJSON: () => ({ b: 1, a: [new Date(1)] }) } })).toBe('{"at":"1970-01-01T00:00:00.000Z","inner":{"a":["1970-01-01T00:00:00.001Z"],"b":1}}');
});
