// Drawings, character by character.
import { describe, expect, it } from "vitest";
import { circuit } from "../../../../../domains/q/api/circuit.ts";
import { angleText } from "../../../../../domains/q/api/drawing.ts";
import { bell } from "../../../../../domains/q/api/library.ts";

const drawn = (...lines: readonly string[]): string => lines.join("\n");

describe("a drawing", () => {
  it("has one line a qubit and links between", () => {
    expect(String(bell().measureAll())).toBe(drawn(
      "q0: ─H──●──M→c0─",
      "        │",
      "q1: ────⊕──M→c1─"));
  });

  it("crosses what lies between, and shows controls, swaps, angles, resets and barriers", () => {
    const built = circuit(3).ccx(0, 1, 2).swap(0, 2).cz(0, 2).barrier().cp(Math.PI / 4, 0, 1).sdg(2).reset(0);
    expect(String(built)).toBe(drawn(
      "q0: ─●──×──●──░────●─────|0⟩─",
      "     │  │  │  ░    │",
      "q1: ─●──┼──┼──░──P(π/4)──────",
      "     │  │  │  ░",
      "q2: ─⊕──×──●──░────S†────────"));
  });

  it("puts a conditional gate right of the measurement it hangs on", () => {
    const built = circuit(2).h(0).measure(0, 0).if({ 0: 1 }, (c) => c.x(1)).measure(0, 0);
    expect(String(built)).toBe(drawn(
      "q0: ─H──M→c0───────────M→c0─",
      "q1: ──────────X if c0───────"));
    expect(String(circuit(1, 2).if({ 0: 1, 1: 0 }, (c) => c.z(0)))).toBe("q0: ─Z if c0 & !c1─");
  });

  it("folds at 100 characters and gives up where it would help nobody", () => {
    const lines = String(circuit(2).repeat(60, (c) => c.h(0).cx(0, 1))).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(lines.filter((line) => line.startsWith("q1: "))).toHaveLength(4);
    expect(String(circuit(1000).repeat(999, (c, i) => c.cx(i, i + 1)))).toBe("a circuit of 1000 qubits and 999 instructions, too large to draw");
  });

  it("draws a circuit without instructions", () => {
    expect(String(circuit(11)).split("\n").slice(8)).toEqual(["q8:  ──", "q9:  ──", "q10: ──"]);
  });
});

describe("angles", () => {
  it.each([
    [Math.PI, "π"], [-Math.PI, "-π"], [Math.PI / 2, "π/2"], [3 * Math.PI / 4, "3π/4"], [-Math.PI / 64, "-π/64"],
    [2 * Math.PI / 3, "2π/3"], [0, "0"], [-0, "0"], [0.1234567, "0.1235"], [1e6, "1000000"],
  ])("%d is written %s", (angle, text) => { expect(angleText(angle)).toBe(text); });
});
