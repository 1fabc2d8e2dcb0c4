import { describe, expect, it } from "vitest";
import { base64 } from "../../../../domains/kernels/build/philox.ts";
import { compileKernel } from "../../../../domains/kernels/load.ts";
import * as philox from "../../../../domains/kernels/philox/portable.ts";
import { Doubles } from "../../../support/random-doubles.ts";

type Words = readonly [number, number, number, number];
const wasm = new WebAssembly.Instance(compileKernel(base64)).exports as unknown as
  { readonly philoxUniform: (key0: number, key1: number, shot: number, draw: number) => number };

function block(counter: Words, key: readonly [number, number]): string {
  philox.philoxBlock(...counter, ...key);
  return [philox.word0, philox.word1, philox.word2, philox.word3].map((word) => word.toString(16).padStart(8, "0")).join(" ");
}

/** The definition of the paper, on BigInt. */
function plain(counter: Words, key: readonly [number, number]): bigint[] {
  const mask = 0xffffffffn;
  let [a = 0n, b = 0n, c = 0n, d = 0n] = counter.map(BigInt);
  let [k0 = 0n, k1 = 0n] = key.map(BigInt);
  for (let round = 0; round < 10; round++) {
    const left = 0xd2511f53n * a;
    const right = 0xcd9e8d57n * c;
    [a, b, c, d] = [(right >> 32n) ^ b ^ k0, right & mask, (left >> 32n) ^ d ^ k1, left & mask];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [a, b, c, d];
}

describe("Philox 4×32-10", () => {
  it("gives the known answers published with the generator", () => {
    const ones = 0xffffffff;
    expect(block([0, 0, 0, 0], [0, 0])).toBe("6627e8d5 e169c58d bc57ac4c 9b00dbd8");
    expect(block([ones, ones, ones, ones], [ones, ones])).toBe("408f276d 41c83b0e a20bc7c6 6d5451fd");
    expect(block([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toBe("d16cfe09 94fdcceb 5001e420 24126ea1");
  });
  it("counts draws in the low words and shots in the high words, and takes 27 and 26 bits", () => {
    const random = new Doubles(3);
    for (let i = 0; i < 300; i++) {
      const key = [random.word(), random.word()] as const;
      const shot = Math.floor(random.between(0, 2 ** 53));
      const draw = Math.floor(random.between(0, 2 ** 53));
      const [upper = 0n, lower = 0n] = plain([draw % 2 ** 32, Math.floor(draw / 2 ** 32), shot % 2 ** 32, Math.floor(shot / 2 ** 32)], key);
      expect(philox.philoxUniform(...key, shot, draw)).toBe(Number((upper >> 5n << 26n) | lower >> 6n) / 2 ** 53);
    }
  });
  it("has the same bits in TypeScript and WebAssembly", () => {
    const random = new Doubles(4);
    const unequal = Array.from({ length: 5000 }, () => [random.word(), random.word(), Math.floor(random.between(0, 2 ** 53)), Math.floor(random.between(0, 2 ** 40))] as const)
      .filter((at) => philox.philoxUniform(...at) !== wasm.philoxUniform(...at));
    expect(unequal).toEqual([]);
  });
  it("is uniform on [0, 1) over neighbouring shots and draws", () => {
    const bins = new Array<number>(16).fill(0);
    let outside = 0;
    for (let shot = 0; shot < 200; shot++) {
      for (let draw = 0; draw < 200; draw++) {
        const u = philox.philoxUniform(7, 11, shot, draw);
        if (!(u >= 0 && u < 1)) outside++;
        bins[Math.floor(16 * u)] = (bins[Math.floor(16 * u)] ?? 0) + 1;
      }
    }
    expect(outside).toBe(0);
    // chi-square with 15 degrees of freedom; 40 is beyond its 99.95% point
    expect(bins.reduce((sum, count) => sum + (count - 2500) ** 2 / 2500, 0)).toBeLessThan(40);
  });
});
