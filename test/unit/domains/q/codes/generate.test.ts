// The generated circuits are Stim's, line by line where its own tests print one, and by counts elsewhere.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { colorPatch } from "../../../../../domains/q/codes/color.ts";
import { CODE_TASKS, generateCircuit } from "../../../../../domains/q/codes/generate.ts";
import { rotatedSurfacePatch } from "../../../../../domains/q/codes/surface.ts";
import { isRepeat, type StimCircuit } from "../../../../../domains/q/stim/circuit.ts";
import type { Patch } from "../../../../../domains/q/codes/patch.ts";
import { printStim } from "../../../../../domains/q/stim/print.ts";
import { faultOf } from "../../../../support/refusals.ts";
import { linesOf, stimLines } from "../../../../support/stim-text.ts";
import { KNOWN_CIRCUITS, KNOWN_DIGESTS, KNOWN_KNOBS, KNOWN_LAYOUTS } from "./known-circuits.ts";

const count = (circuit: StimCircuit, name: string): number => circuit.reduce((sum, item) =>
  sum + (isRepeat(item) ? item.count * count(item.body, name) : Number(item.name === name)), 0);

/** Qubits from the top row to the bottom one, left to right, each with what it is. */
const drawn = ({ data, checks, logical }: Patch): readonly string[] => {
  const places = [
    ...data.map(({ qubit, at }) => ({ at, shown: `${logical.Z.includes(qubit) ? "L" : "d"}${String(qubit)}` })),
    ...checks.map(({ qubit, at, basis }) => ({ at, shown: `${basis}${String(qubit)}` })),
  ];
  const rows = [...new Set(places.map(({ at }) => at[1] ?? 0))].toSorted((a, b) => b - a);
  return rows.map((y) => places.filter(({ at }) => at[1] === y).toSorted((a, b) => (a.at[0] ?? 0) - (b.at[0] ?? 0)).map(({ shown }) => shown).join(" "));
};

describe("circuits as Stim prints them", () => {
  it.each(KNOWN_CIRCUITS)("$code at distance $task.distance", ({ code, task, text }) => {
    expect(stimLines(generateCircuit(code, task))).toEqual(linesOf(text));
  });

  it.each(Object.entries(KNOWN_DIGESTS))("%s over distances, rounds and noise, by their digest", (code, digest) => {
    const hash = createHash("sha256");
    for (const distance of [2, 3, 4, 5, 7]) {
      for (const rounds of [1, 2, 3, 4, 10]) {
        if (code.startsWith("color") && (distance % 2 === 0 || rounds < 2)) continue;
        for (const knobs of KNOWN_KNOBS) hash.update(printStim(generateCircuit(code, { distance, rounds, ...knobs })));
      }
    }
    expect(hash.digest("hex")).toBe(digest);
  });

  it.each(KNOWN_LAYOUTS)("the $name layout at distance $distance", ({ name, distance, rows }) => {
    expect(drawn(name === "color" ? colorPatch(distance) : rotatedSurfacePatch(distance))).toEqual(rows);
  });

  it("joins the resets of data and ancillas where no noise stands between them", () => {
    const lines = stimLines(generateCircuit("surface_code:rotated_memory_z", { distance: 3, rounds: 1 }));
    expect(lines).toContain("R 1 3 5 8 10 12 15 17 19 2 9 11 13 14 16 18 25");
  });

  it("repeats nothing, one round in place, and more in a block", () => {
    const blocks = [1, 2, 3].map((rounds) => generateCircuit("repetition_code:memory", { distance: 3, rounds }).filter(isRepeat).length);
    expect(blocks).toEqual([0, 0, 1]);
  });

  // Source: Stim 1.16, detectors of rotated memory Z with rounds = distance.
  it.each([[3, 24], [5, 120], [7, 336], [9, 720], [11, 1320]])("has at distance %i %i detectors in as many rounds", (distance, detectors) => {
    expect(count(generateCircuit("surface_code:rotated_memory_z", { distance, rounds: distance }), "DETECTOR")).toBe(detectors);
  });

  it.each([0, 1, 2])("reads the colour code out in the basis it has turned to after 3k + %i rounds", (phase) => {
    const lines = stimLines(generateCircuit("color_code:memory_xyz", { distance: 3, rounds: 3 + phase }));
    expect(lines.filter((line) => /^M[XYZ]? /.test(line))).toEqual([`${["M", "MX", "MY"][phase] ?? ""} 0 1 3 5 6 7 9`]);
  });
});

describe("what is refused", () => {
  const good = { distance: 3, rounds: 3 };
  it.each([
    ["an unknown name", "surface_code:memory", good, "code"],
    ["a name every object has", "toString", good, "code"],
    ["a distance below 2", "repetition_code:memory", { ...good, distance: 1 }, "distance"],
    ["half a distance", "surface_code:rotated_memory_x", { ...good, distance: 2.5 }, "distance"],
    ["an even colour code", "color_code:memory_xyz", { ...good, distance: 4 }, "distance"],
    ["no round", "surface_code:unrotated_memory_z", { ...good, rounds: 0 }, "rounds"],
    ["one round of the colour code", "color_code:memory_xyz", { ...good, rounds: 1 }, "rounds"],
    ["a knob above 1", "repetition_code:memory", { ...good, afterResetFlipProbability: 1.5 }, "afterResetFlipProbability"],
    ["a knob that is no number", "repetition_code:memory", { ...good, afterCliffordDepolarization: Number.NaN }, "afterCliffordDepolarization"],
  ])("%s", (_, name, task, argument) => {
    expect(faultOf(() => generateCircuit(name, task))).toMatchObject({ fault: "ABI_MALFORMED", detail: { argument } });
  });

  it("a distance that no bicycle code of the table has, with those there are", () => {
    expect(faultOf(() => generateCircuit("bivariate_bicycle_code:memory_x", { ...good, distance: 7 })).detail).toEqual({ argument: "distance", value: "7", allowed: "one of 6, 10, 12, 18" });
  });

  it("lists what there is", () => {
    expect(CODE_TASKS).toHaveLength(10);
  });
});
