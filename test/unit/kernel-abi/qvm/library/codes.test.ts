// Syndromes of the library: every single error has the one it should, and none disturbs what is encoded.
import { describe, expect, it } from "vitest";
import { basisState, branchesOf, graphOdds, graphState, type Branch } from "../../../../support/plain-graph.ts";
import { circuit, listed, register } from "../../../../support/registers.ts";

describe("the repetition code", () => {
  const program = (error: string, ancillas: string): readonly string[] => [
    "ALLOC_LQ n=5 -> d0, d1, d2, a0, a1", "APPLY_X d0", "REPETITION_ENCODE([d0, d1, d2])", error,
    `REPETITION_SYNDROME([d0, d1, d2], ${ancillas}, [s0, s1])`, "REPETITION_CORRECT([d0, d1, d2], [s0, s1])", "MEASURE_ALL([d0, d1, d2], [m0, m1, m2])"];

  it.each([["", "00"], ["APPLY_X d0", "10"], ["APPLY_X d1", "11"], ["APPLY_X d2", "01"]])("after %s says %s and is corrected", (error, syndrome) => {
    for (const ancillas of ["[a0, a1]", "[a0]"]) {
      const odds = graphOdds(circuit(["repetition", "gates"], ...program(error, ancillas)));
      expect([...odds.keys()]).toEqual([`m0=1 m1=1 m2=1 s0=${syndrome.charAt(0)} s1=${syndrome.charAt(1)}`]);
    }
  });

  it("keeps a sum of states, whatever bit flips", () => {
    for (const error of ["", "APPLY_X d0", "APPLY_X d1", "APPLY_X d2"]) {
      const odds = graphOdds(circuit(["repetition"], "ALLOC_LQ n=4 -> d0, d1, d2, a", "APPLY_RY d0, theta=1", "REPETITION_ENCODE([d0, d1, d2])", error, "REPETITION_SYNDROME([d0, d1, d2], [a], [s0, s1])",
        "REPETITION_CORRECT([d0, d1, d2], [s0, s1])", "APPLY_CNOT d0, d1", "APPLY_CNOT d0, d2", "MEASURE_ANGLE d0, angle=1 -> m", "MEASURE_Z d1 -> z1", "MEASURE_Z d2 -> z2"));
      expect([...odds.keys()].map((key) => key.replace(/ s.=./g, ""))).toEqual(["m=0 z1=0 z2=0"]);
    }
  });
});

/** The checks of distance 3, written down by hand: data qubits row by row, X or Z. */
const CHECKS: readonly (readonly [kind: "X" | "Z", ...data: number[]])[] = [
  ["X", 1, 2], ["Z", 0, 3], ["X", 0, 1, 3, 4], ["Z", 1, 2, 4, 5], ["Z", 3, 4, 6, 7], ["X", 4, 5, 7, 8], ["Z", 5, 8], ["X", 6, 7],
];

describe("the rotated surface code of distance 3", () => {
  const data = register("d", 9);
  const round = (name: string): string => `SURFACE_SYNDROME(3, ${listed(data)}, [a], ${listed(register(name, 8))})`;
  const syndrome = ({ events }: Branch, name: string): readonly number[] => register(name, 8).map((event) => events.get(event) ?? -1);
  const [first] = branchesOf(circuit(["surface"], round("s")), basisState([...data, "a"], 0));
  if (first === undefined) throw new Error("no branch");

  it("has the checks that are written down, each on its data", () => {
    const graph = circuit(["surface"], round("s"));
    const found = register("s", 8).map((event) => {
      const end = graph.program.nodes.findIndex(({ produces }) => produces[0] === event);
      const begin = graph.program.nodes.slice(0, end).findLastIndex(({ op }) => op === "RESET");
      const gates = graph.program.nodes.slice(begin + 1, end);
      return [gates.some(({ op }) => op === "APPLY_H") ? "X" : "Z", ...gates.filter(({ op }) => op === "APPLY_CNOT").map(({ vqs }) => Number(vqs.find((name) => name !== "a")?.slice(1)))];
    });
    expect(found).toEqual(CHECKS);
  });

  it("says 0 of every Z check of |0…0>, and the same again in the next round", () => {
    expect(syndrome(first, "s").filter((_, at) => CHECKS[at]?.[0] === "Z")).toEqual([0, 0, 0, 0]);
    expect(syndrome(graphState(circuit(["surface"], round("t")), first), "t")).toEqual(syndrome(first, "s"));
  });

  it.each(["X", "Y", "Z"])("after a %s on any one data qubit, the checks that do not commute with it change", (pauli) => {
    for (const [at, name] of data.entries()) {
      const after = graphState(circuit(["surface"], `APPLY_${pauli} ${name}`, round("t")), first);
      const changed = syndrome(after, "t").map((value, check) => value ^ (syndrome(first, "s")[check] ?? 0));
      expect(changed).toEqual(CHECKS.map(([kind, ...on]) => (on.includes(at) && kind !== pauli ? 1 : 0)));
    }
  });

  it("has 24 checks at distance 5, and refuses even distances", () => {
    const graph = circuit(["surface"], `SURFACE_SYNDROME(5, ${listed(register("d", 25))}, ${listed(register("a", 24))}, ${listed(register("s", 24))})`);
    expect(graph.resources.events).toHaveLength(24);
    expect(graph.program.nodes.filter(({ op }) => op === "APPLY_CNOT")).toHaveLength(16 * 4 + 8 * 2);
    expect(() => circuit(["surface"], `SURFACE_SYNDROME(4, ${listed(register("d", 16))}, [a], ${listed(register("s", 15))})`)).toThrow(/odd distance/);
  });
});
