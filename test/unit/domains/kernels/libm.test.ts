import { describe, expect, it } from "vitest";
import { base64 } from "../../../../domains/kernels/build/libm.ts";
import * as libm from "../../../../domains/kernels/libm/portable.ts";
import { compileKernel } from "../../../../domains/kernels/load.ts";
import { bigAtan2, bigCos, bigExp, bigLog, bigSin, ulps } from "../../../support/big-math.ts";
import { Doubles, SPECIAL } from "../../../support/random-doubles.ts";

type Unary = (x: number) => number;
const wasm = new WebAssembly.Instance(compileKernel(base64)).exports as unknown as
  Record<"sin" | "cos" | "exp" | "log" | "sinOf" | "cosOf", Unary> & { readonly atan2: (y: number, x: number) => number };
const UNARY = ["sin", "cos", "exp", "log"] as const;

describe("one source, two compilers", () => {
  const random = new Doubles(1);
  const near = Array.from({ length: 3000 }, () => random.between(-20, 20));
  const far = Array.from({ length: 3000 }, () => random.between(-libm.ANGLE_LIMIT, libm.ANGLE_LIMIT));
  const any = Array.from({ length: 6000 }, () => random.any());
  const all = [...SPECIAL, ...near, ...far, ...any];

  it.each(UNARY)("%s has the same bits in TypeScript and WebAssembly", (name) => {
    expect(all.filter((x) => !Object.is(libm[name](x), wasm[name](x)))).toEqual([]);
  });
  it("atan2 has the same bits in TypeScript and WebAssembly", () => {
    const pairs = [...SPECIAL.flatMap((y) => SPECIAL.map((x) => [y, x] as const)), ...near.map((y, i) => [y, far[i] ?? 0] as const),
      ...any.map((y, i) => [y, any[i + 1] ?? 0] as const)];
    expect(pairs.filter(([y, x]) => !Object.is(libm.atan2(y, x), wasm.atan2(y, x)))).toEqual([]);
  });
  it("sinCos leaves the bits of sin and cos in both", () => {
    expect(all.filter((x) => {
      libm.sinCos(x);
      return !(Object.is(libm.sinOfLast, libm.sin(x)) && Object.is(libm.cosOfLast, libm.cos(x))
        && Object.is(wasm.sinOf(x), libm.sin(x)) && Object.is(wasm.cosOf(x), libm.cos(x)));
    })).toEqual([]);
  });
});

describe("error below 1 ulp against 320-bit arithmetic", () => {
  const random = new Doubles(2);
  const worst = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);
  const angles = [
    ...Array.from({ length: 300 }, () => random.between(-4, 4)),
    ...Array.from({ length: 300 }, () => random.between(-libm.ANGLE_LIMIT, libm.ANGLE_LIMIT)),
    // doubles next to multiples of π/2, where the reduction cancels most
    ...Array.from({ length: 300 }, () => Math.floor(random.between(1, 2 ** 20)) * (Math.PI / 2)),
    2 ** -30, -libm.ANGLE_LIMIT, libm.ANGLE_LIMIT,
  ];
  it("sin", () => { expect(worst(angles.map((x) => ulps(libm.sin(x), bigSin(x))))).toBeLessThan(0.8); });
  it("cos", () => { expect(worst(angles.map((x) => ulps(libm.cos(x), bigCos(x))))).toBeLessThan(0.8); });
  it("exp", () => {
    const at = (x: number): number => {
      const { value, exponent } = bigExp(x);
      return ulps(libm.exp(x), value, exponent);
    };
    const arguments_ = [...Array.from({ length: 300 }, () => random.between(-1, 1)), ...Array.from({ length: 300 }, () => random.between(-740, 709)), 1];
    expect(worst(arguments_.map(at))).toBeLessThan(0.85);
  });
  it("log", () => {
    const arguments_ = [...Array.from({ length: 300 }, () => random.between(0.5, 2)), ...Array.from({ length: 300 }, () => Math.abs(random.any())),
      1 + 2 ** -40, 1 - 2 ** -40, Number.MIN_VALUE, Number.MAX_VALUE].filter((x) => Number.isFinite(x) && x > 0);
    expect(worst(arguments_.map((x) => ulps(libm.log(x), bigLog(x))))).toBeLessThan(0.85);
  });
  it("atan2", () => {
    const points = Array.from({ length: 600 }, (_, i) => {
      const scale = 2 ** Math.floor(random.between(-900, 900));
      const y = random.between(-1, 1) * (i % 3 === 0 ? 1e-6 : 1);
      return [y * scale, random.between(-1, 1) * scale] as const;
    });
    expect(worst(points.map(([y, x]) => ulps(libm.atan2(y, x), bigAtan2(y, x))))).toBeLessThan(0.75);
  });
});

describe("edges", () => {
  it("angles beyond the limit, infinities and NaN give NaN", () => {
    for (const x of [1647100, -1647100, Infinity, -Infinity, NaN]) {
      expect([libm.sin(x), libm.cos(x)]).toEqual([NaN, NaN]);
    }
    expect(libm.ANGLE_LIMIT).toBeLessThanOrEqual(2 ** 20 * (Math.PI / 2));
    expect(libm.ANGLE_LIMIT + 1).toBeGreaterThan(2 ** 20 * (Math.PI / 2));
  });
  it("zeros keep their sign where the function is odd", () => {
    expect([libm.sin(0), libm.sin(-0), libm.cos(-0), libm.exp(-0), libm.log(1)]).toEqual([0, -0, 1, 1, 0]);
  });
  it("exp overflows to Infinity and underflows through subnormals to 0", () => {
    expect([709.7827128933841, 1e9, Infinity].map(libm.exp)).toEqual([Infinity, Infinity, Infinity]);
    expect(libm.exp(709.782712893384)).toBeGreaterThan(1.79769313486e308);
    expect(libm.exp(709.782712893384)).toBeLessThan(Infinity);
    expect([-745.1332191019412, -1e9, -Infinity].map(libm.exp)).toEqual([0, 0, 0]);
    expect(libm.exp(-745.13)).toBe(Number.MIN_VALUE);
  });
  it("log at 0, below 0 and at Infinity", () => {
    expect([0, -0, -1, Infinity, NaN].map(libm.log)).toEqual([-Infinity, -Infinity, NaN, Infinity, NaN]);
  });
  it("atan2 has the zeros, infinities and half turns of ECMA-262", () => {
    const edges = [0, -0, 1, -1, Infinity, -Infinity, NaN, Number.MIN_VALUE, Number.MAX_VALUE];
    for (const y of edges) for (const x of edges) expect([y, x, libm.atan2(y, x)]).toEqual([y, x, Math.atan2(y, x)]);
  });
});
