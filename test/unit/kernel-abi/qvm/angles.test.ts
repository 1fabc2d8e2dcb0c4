import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ANGLE_TEXT_MAX, readAngle } from "../../../../kernel-abi/qvm/angles.ts";

const value = (text: string): number | string => {
  const read = readAngle(text);
  return read.ok ? read.value : `${read.at}: ${read.what}`;
};

describe("angles as text", () => {
  it.each([
    ["pi/2", Math.PI / 2], ["-3*pi/4", -3 * Math.PI / 4], ["2*pi/3+0.1", 2 * Math.PI / 3 + 0.1], ["π", Math.PI], ["tau", 2 * Math.PI], [" ( 1 + 2 ) * 3 ", 9], ["1-2-3", -4], ["8/4/2", 1],
    ["--1", 1], ["-+-2", 2], ["2*-3", -6], ["1e-3", 1e-3], [".5", 0.5], ["5.", 5], ["1.5E+2", 150], ["-0", 0], ["-(pi)", -Math.PI], ["1+2*3", 7], ["((((1))))", 1],
  ])("%s", (text, expected) => { expect(value(text)).toBe(expected); });

  it("-0 is 0", () => { expect(Object.is(value("-0"), 0)).toBe(true); });

  it.each([
    ["", "0: a number, a name or ( is expected, not the end"], ["pi/", "3: a number, a name or ( is expected, not the end"], ["2pi", "1: something after the end of the expression"], ["1/0", "2: a division by zero"],
    ["1/(1-1)", "2: a division by zero"], ["(1", "2: ) is missing"], ["1)", "1: something after the end of the expression"], ["theta", "0: no such name: theta"], ["1+_x", "2: no such name: _x"], ["2**3", "2: a number, a name or ( is expected, not *"],
    ["1e999", "0: not a finite number"], ["1,5", "1: no number, name, operator or bracket"], ["Math.PI", "4: no number, name, operator or bracket"], ["constructor", "0: no such name: constructor"],
    ["0x10", "1: something after the end of the expression"],
    [`${"(".repeat(33)}1${")".repeat(33)}`, "32: brackets nest deeper than 32"], ["1".repeat(ANGLE_TEXT_MAX + 1), `${ANGLE_TEXT_MAX}: longer than ${ANGLE_TEXT_MAX} characters`],
  ])("%s is refused with the place", (text, expected) => { expect(value(text)).toBe(expected); });

  it("takes names from whoever asks", () => {
    expect(readAngle("2*n", new Map([["n", 3]]))).toEqual({ ok: true, value: 6 });
    expect(readAngle("pi", new Map()).ok).toBe(false);
  });

  it("computes what the same expression computes in JavaScript", () => {
    const number = fc.integer({ min: 0, max: 99 }).map(String);
    const expression = fc.letrec<{ sum: string; value: string }>((tie) => ({
      value: fc.oneof({ maxDepth: 5 }, number, fc.constant("pi"), tie("sum").map((text) => `(${text})`), tie("value").map((text) => `-${text}`)),
      sum: fc.tuple(tie("value"), fc.array(fc.tuple(fc.constantFrom("+", "-", "*", "/"), tie("value")), { maxLength: 4 })).map(([first, rest]) => rest.reduce((text, [sign, next]) => `${text} ${sign} ${next}`, first)),
    })).sum;
    fc.assert(fc.property(expression.filter((text) => text.length <= ANGLE_TEXT_MAX), (text) => {
      const oracle = new Function("pi", `"use strict"; return ${text.replace(/--/g, "- -").replace(/--/g, "- -")};`) as (pi: number) => number;
      const [read, expected] = [readAngle(text), oracle(Math.PI)];
      if (read.ok) expect(read.value).toBe(expected + 0);
      else expect([Number.isFinite(expected) && !/division|bracket/.test(read.what), read.what]).toEqual([false, read.what]);
    }), { numRuns: 2_000 });
  });

  it("answers any text", () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."0123.eE+-*/()pi π\t\nx_"), maxLength: 40 }), (text) => { expect(typeof value(text)).toMatch(/number|string/); }), { numRuns: 5_000 });
  });
});
