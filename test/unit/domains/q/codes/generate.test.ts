// The generated circuits are Stim's, line by line where its own tests print one, and by counts elsewhere.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { colorPatch } from "../../../../../domains/q/codes/color.ts";
import { CODE_TASKS, generateCircuit } from "../../../../../domains/q/codes/generate.ts";
import { rotatedSurfacePatch } from "../../../../../domains/q/codes/surface.ts";
import { isRepeat, type StimCircuit } from "../../../../../domains/q/stim/circuit.ts";
import type { Patch } from "../../../../../domains/q/codes/patch.ts";
import { flattenStim } from "../../../../../domains/q/stim/flatten.ts";
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

describe("noise of waiting", () => {
  const IDLE = 0.0625;
  const noise = { afterCliffordDepolarization: 0.25, beforeMeasureFlipProbability: 0.25, afterResetFlipProbability: 0.25, idleDepolarization: IDLE };
  const distances: Readonly<Record<string, number>> = { "bivariate_bicycle_code:memory_x": 6, "bivariate_bicycle_code:memory_z": 6 };
  /** Of each moment between two ticks: the qubits something is done to, and those that wait by the circuit. */
  const moments = (circuit: StimCircuit): readonly { readonly busy: ReadonlySet<number>; readonly waiting: readonly number[] }[] => {
    const found = [{ busy: new Set<number>(), waiting: [] as number[] }];
    for (const { name, args, targets } of flattenStim(circuit)) {
      const last = found.at(-1);
      if (name === "TICK") found.push({ busy: new Set(), waiting: [] });
      else if (name === "DEPOLARIZE1" && args[0] === IDLE) last?.waiting.push(...targets);
      else if (["R", "RX", "M", "MX", "MY", "MR", "H", "CX", "C_XYZ"].includes(name)) for (const target of targets) last?.busy.add(target);
    }
    return found;
  };

  it.each(CODE_TASKS)("%s: every qubit waits in the moments in which nothing is done to it, and in no other", (name) => {
    for (const rounds of [2, 4]) {
      const all = moments(generateCircuit(name, { distance: distances[name] ?? 3, rounds, ...noise }));
      const seen = new Set<number>();
      for (const [at, { busy, waiting }] of all.entries()) {
        for (const qubit of busy) seen.add(qubit);
        if (at < all.length - 1) expect(waiting).toEqual([...seen].filter((qubit) => !busy.has(qubit)).sort((a, b) => a - b)); // the readout ends the last one
      }
      expect(all.some(({ waiting }) => waiting.length > 0)).toBe(true);
    }
  });

  it("of a bicycle code is that of arXiv:2308.07915: in the eight moments of a cycle wait half of the data, nobody five times, the other half, all", () => {
    const [, ...cycles] = moments(generateCircuit("bivariate_bicycle_code:memory_z", { distance: 6, rounds: 3, ...noise })).map(({ waiting }) => waiting.length);
    expect(cycles.slice(0, 16)).toEqual([36, 0, 0, 0, 0, 0, 36, 72, 36, 0, 0, 0, 0, 0, 36, 72]);
  });

  it("leaves nothing behind at 0", () => {
    const { idleDepolarization: _, ...without } = noise;
    expect(generateCircuit("surface_code:rotated_memory_z", { distance: 3, rounds: 3, ...noise, idleDepolarization: 0 })).toEqual(generateCircuit("surface_code:rotated_memory_z", { distance: 3, rounds: 3, ...without }));
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
    ["a knob of waiting below 0", "repetition_code:memory", { ...good, idleDepolarization: -0.1 }, "idleDepolarization"],
    ["a knob above 1", "repetition_code:memory", { ...good, afterResetFlipProbability: 1.5 }, "afterResetFlipProbability"],
    ["a knob that is no number", "repetition_code:memory", { ...good, afterCliffordDepolarization: Number.NaN }, "afterCliffordDepolarization"],
  ])("%s", (_, name, task, argument) => {
    expect(faultOf(() => generateCircuit(name, task))).toMatchObject({ fault: "ABI_MALFORMED", detail: { argument } });
  });

  it.each(["p", "afterCliffordDepolarisation"])("a member that a task does not have: %s, with those it has", (member) => {
    expect(faultOf(() => generateCircuit("repetition_code:memory", { ...good, [member]: 0.1 })).detail).toEqual({
      argument: member, what: "a task has no such member",
      allowed: "distance, rounds, afterCliffordDepolarization, beforeRoundDataDepolarization, beforeMeasureFlipProbability, afterResetFlipProbability, idleDepolarization",
    });
  });

  it("a distance that no bicycle code of the table has, with those there are", () => {
    expect(faultOf(() => generateCircuit("bivariate_bicycle_code:memory_x", { ...good, distance: 7 })).detail).toEqual({ argument: "distance", value: "7", allowed: "one of 6, 10, 12, 18" });
  });

  it("lists what there is", () => {
    expect(CODE_TASKS).toHaveLength(10);
  });
});
