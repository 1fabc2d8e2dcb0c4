// Adders and comparators of the library: all inputs, against the arithmetic of numbers.
import { describe, expect, it } from "vitest";
import { circuit, held, holding, image, listed, register } from "../../../../support/registers.ts";

const pairs = (n: number, m = n): readonly (readonly [number, number])[] =>
  Array.from({ length: 1 << (n + m) }, (_, at) => [at & ((1 << n) - 1), at >> n] as const);

describe("adders", () => {
  it.each([1, 2, 3])("Cuccaro of %i bits adds every pair with every carry, and gives back what it was lent", (n) => {
    const [a, b] = [register("a", n), register("b", n)];
    const qubits = [...a, ...b, "in", "out"];
    const graph = circuit(["cuccaro"], `CUCCARO_ADD(${listed(a)}, ${listed(b)}, in, out)`);
    for (const [x, y] of pairs(n)) for (const carry of [0, 1]) for (const before of [0, 1]) {
      const end = image(graph, qubits, holding(qubits, [[a, x], [b, y], [["in"], carry], [["out"], before]]));
      const sum = x + y + carry;
      expect([held(end, qubits, a), held(end, qubits, b), held(end, qubits, ["in"]), held(end, qubits, ["out"])]).toEqual([x, sum % (1 << n), carry, before ^ (sum >> n)]);
    }
  });

  it.each([[1, 1], [2, 2], [3, 3], [2, 3], [3, 2]])("Draper adds every number of %i bits to every one of %i", (n, m) => {
    const [a, b] = [register("a", n), register("b", m)];
    const qubits = [...a, ...b];
    const graph = circuit(["draper"], `DRAPER_ADD(${listed(a)}, ${listed(b)})`);
    for (const [x, y] of pairs(n, m)) {
      const end = image(graph, qubits, holding(qubits, [[a, x], [b, y]]));
      expect([held(end, qubits, a), held(end, qubits, b)]).toEqual([x, (x + y) % (1 << m)]);
    }
  });

  it("Draper adds every number to a register of 3 bits, also negative ones", () => {
    const b = register("b", 3);
    for (let value = -9; value <= 9; value++) {
      const graph = circuit(["draper"], `DRAPER_ADD_CONST(${String(value)}, ${listed(b)})`);
      for (let y = 0; y < 8; y++) expect(image(graph, b, y)).toBe((((y + value) % 8) + 8) % 8);
    }
  });
});

describe("comparators", () => {
  it.each([1, 2, 3])("of %i bits tell < and <= for every pair and change nothing else", (n) => {
    const [a, b] = [register("a", n), register("b", n)];
    const qubits = [...a, ...b, "carry", "result"];
    const less = circuit(["comparator"], `LESS_THAN(${listed(a)}, ${listed(b)}, carry, result)`);
    const atMost = circuit(["comparator"], `LESS_OR_EQUAL(${listed(a)}, ${listed(b)}, carry, result)`);
    for (const [x, y] of pairs(n)) for (const before of [0, 1]) {
      const from = holding(qubits, [[a, x], [b, y], [["result"], before]]);
      const flip = 1 << qubits.indexOf("result");
      expect(image(less, qubits, from)).toBe(x < y ? from ^ flip : from);
      expect(image(atMost, qubits, from)).toBe(x <= y ? from ^ flip : from);
    }
  });

  it("refuse registers of different lengths", () => {
    expect(() => circuit(["comparator"], "LESS_THAN([a0, a1], [b0], c, r)")).toThrow(/two registers of one length/);
    expect(() => circuit(["cuccaro"], "CUCCARO_ADD([a0, a1], [b0], c, r)")).toThrow(/two registers of one length/);
  });
});
