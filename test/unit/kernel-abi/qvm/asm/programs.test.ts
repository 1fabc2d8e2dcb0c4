// Programs of the kind the assembly language was described with: what they assemble to, and what is measured of them.
import { describe, expect, it } from "vitest";
import { assemble, type ParameterValue } from "../../../../../kernel-abi/qvm/asm/assemble.ts";
import { disassemble } from "../../../../../kernel-abi/qvm/asm/disassemble.ts";
import { verifyGraph } from "../../../../../kernel-abi/qvm/verify.ts";
import { lines } from "../../../../support/asm.ts";
import { graphOdds } from "../../../../support/plain-graph.ts";

const HEAD = [".version 0.1", ".caps CAP_ALLOC CAP_COMPUTE CAP_MEASURE"];

const BELL = lines(".version 0.1", ".caps CAP_ALLOC", "; a Bell pair", "alloc: ALLOC_LQ n=2, profile=\"logical:surface_code(d=3)\" -> q0, q1 [CAP_ALLOC]",
  "h: APPLY_H q0", "cnot: APPLY_CNOT q0, q1  ; control, target", "m0: MEASURE_Z q0 -> m0", "m1: MEASURE_Z q1 -> m1", "free: FREE_LQ q0, q1");

const GHZ = lines(...HEAD, ".param n = 3", ".set names = [f\"q{i}\" for i in range(n)]", "alloc: ALLOC_LQ n={n}, profile=\"logical:Surface(d=3)\" -> {\", \".join(names)}",
  "h0: APPLY_H q0", ".for i in 1..n-1", "  cnot{i}: APPLY_CNOT q0, q{i}", ".endfor", ".for i in 0..n-1", "  m{i}: MEASURE_Z q{i} -> m{i}", ".endfor");

const TELEPORTATION = lines(".version 0.1", ".caps CAP_ALLOC", "alloc: ALLOC_LQ n=3, profile=\"logical:surface_code(d=3)\" -> q0, q1, q2 [CAP_ALLOC]", "prep: APPLY_H q0",
  "bell_h: APPLY_H q1", "bell_cnot: APPLY_CNOT q1, q2", "cnot_meas: APPLY_CNOT q0, q1", "h_meas: APPLY_H q0", "m0: MEASURE_Z q0 -> m0", "m1: MEASURE_Z q1 -> m1", "fence: FENCE_EPOCH",
  "corr_x: APPLY_X q2 if m1==1", "corr_z: APPLY_Z q2 if m0==1", "m2: MEASURE_Z q2 -> m2", "free: FREE_LQ q0, q1, q2");

const GROVER = lines(...HEAD, ".param target = \"11\"", ".param iterations = 1", "alloc: ALLOC_LQ n=2, profile=\"logical:Surface(d=3)\" -> q0, q1", "h0: APPLY_H q0", "h1: APPLY_H q1",
  ".for iter in 0..iterations-1", "  .for i in 0..len(target)-1", "    .if target[i] == '0'", "      flip{iter}_{i}: APPLY_X q{i}", "    .endif", "  .endfor", "  cz{iter}: APPLY_CZ q0, q1",
  "  .for i in 0..len(target)-1", "    .if target[i] == '0'", "      unflip{iter}_{i}: APPLY_X q{i}", "    .endif", "  .endfor",
  "  .for i in 0..1", "    dh{iter}_{i}: APPLY_H q{i}", "    dx{iter}_{i}: APPLY_X q{i}", "  .endfor", "  dcz{iter}: APPLY_CZ q0, q1", "  .for i in 0..1", "    ex{iter}_{i}: APPLY_X q{i}", "    eh{iter}_{i}: APPLY_H q{i}", "  .endfor",
  ".endfor", "m0: MEASURE_Z q0 -> m0", "m1: MEASURE_Z q1 -> m1");

const DEUTSCH_JOZSA = lines(...HEAD, ".param oracle_type = \"balanced_x0\"", "alloc: ALLOC_LQ n=3, profile=\"logical:Surface(d=3)\" -> x0, x1, y", "x_init: APPLY_X y", ".for q in [x0, x1, y]", "  h_{q}: APPLY_H {q}", ".endfor",
  ".if oracle_type == \"constant_0\"", "  ; nothing", ".elif oracle_type == \"constant_1\"", "  oracle_x: APPLY_X y", ".elif oracle_type == \"balanced_x0\"", "  oracle_cnot: APPLY_CNOT x0, y",
  ".elif oracle_type == \"balanced_x1\"", "  oracle_cnot: APPLY_CNOT x1, y", ".elif oracle_type == \"balanced_xor\"", "  oracle_cnot0: APPLY_CNOT x0, y", "  oracle_cnot1: APPLY_CNOT x1, y", ".else", "  .error \"no oracle {oracle_type}\"", ".endif",
  "h_x0_final: APPLY_H x0", "h_x1_final: APPLY_H x1", "m0: MEASURE_Z x0 -> m0", "m1: MEASURE_Z x1 -> m1");

const ADAPTIVE = lines(...HEAD, ".param error = \"\"", "alloc: ALLOC_LQ n=5, profile=\"logical:Surface(d=3)\" -> d0, d1, d2, a0, a1", ".if error != \"\"", "  inject: APPLY_X {error}", ".endif",
  "c0: APPLY_CNOT d0, a0", "c1: APPLY_CNOT d1, a0", "s01: MEASURE_Z a0 -> s01", "c2: APPLY_CNOT d1, a1", "c3: APPLY_CNOT d2, a1", "s12: MEASURE_Z a1 -> s12",
  "fix0: APPLY_X d0 if s01==1 && s12==0", "fix1: APPLY_X d1 if s01==1 && s12==1", "fix2: APPLY_X d2 if s01==0 && s12==1", ".for i in 0..2", "  m{i}: MEASURE_Z d{i} -> m_d{i}", ".endfor");

const BASES = lines(...HEAD, ".param basis = \"Z\"", "alloc: ALLOC_LQ n=1, profile=\"logical:Surface(d=3)\" -> q0", "h_prep: APPLY_H q0", ".if basis == \"X\"", "  h_before: APPLY_H q0", ".elif basis == \"Y\"", "  sdg: APPLY_SDG q0", "  h_before: APPLY_H q0", ".endif",
  "measure: MEASURE_Z q0 -> result");

const VQE = lines(...HEAD, "; angles are given from outside: {theta1:.3f}", "alloc: ALLOC_LQ n=2, profile=\"logical:Surface(d=3)\" -> q0, q1", "h0: APPLY_H q0", "h1: APPLY_H q1", "rz0: APPLY_RZ q0, theta={theta1}", "rz1: APPLY_RZ q1, theta={theta2}", "cnot: APPLY_CNOT q0, q1",
  "rz2: APPLY_RZ q0, theta={theta3}", "m0: MEASURE_Z q0 -> m0", "m1: MEASURE_Z q1 -> m1");

const uniform = (...names: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(Array.from({ length: 1 << names.length }, (_, at) => [names.map((name, bit) => `${name}=${String((at >> bit) & 1)}`).join(" "), 1 / (1 << names.length)]));

type Case = readonly [name: string, text: string, parameters: Readonly<Record<string, ParameterValue>>, exact: Readonly<Record<string, number>>];
const CASES: readonly Case[] = [
  ["bell_state", BELL, {}, { "m0=0 m1=0": 0.5, "m0=1 m1=1": 0.5 }],
  ["ghz of 3", GHZ, {}, { "m0=0 m1=0 m2=0": 0.5, "m0=1 m1=1 m2=1": 0.5 }],
  ["ghz of 5", GHZ, { n: 5 }, { "m0=0 m1=0 m2=0 m3=0 m4=0": 0.5, "m0=1 m1=1 m2=1 m3=1 m4=1": 0.5 }],
  ["teleportation", TELEPORTATION, {}, uniform("m0", "m1", "m2")],
  ...["00", "01", "10", "11"].map((target): Case => [`grover ${target}`, GROVER, { target }, { [`m0=${target.charAt(0)} m1=${target.charAt(1)}`]: 1 }]),
  ...[["constant_0", "00"], ["constant_1", "00"], ["balanced_x0", "10"], ["balanced_x1", "01"], ["balanced_xor", "11"]].map(([oracle_type = "", answer = ""]): Case =>
    [`deutsch-jozsa ${oracle_type}`, DEUTSCH_JOZSA, { oracle_type }, { [`m0=${answer.charAt(0)} m1=${answer.charAt(1)}`]: 1 }]),
  ...[["", "00"], ["d0", "10"], ["d1", "11"], ["d2", "01"]].map(([error = "", syndrome = ""]): Case =>
    [`adaptive rounds, X on ${error}`, ADAPTIVE, { error }, { [`m_d0=0 m_d1=0 m_d2=0 s01=${syndrome.charAt(0)} s12=${syndrome.charAt(1)}`]: 1 }]),
  ["basis X", BASES, { basis: "X" }, { "result=0": 1 }], ["basis Y", BASES, { basis: "Y" }, uniform("result")], ["basis Z", BASES, {}, uniform("result")],
  ["vqe", VQE, { theta1: 0.3, theta2: 1.1, theta3: -2 }, uniform("m0", "m1")],
];

describe("programs of assembly", () => {
  it.each(CASES)("%s is measured as it should be", (_, text, parameters, exact) => {
    const graph = assemble(text, { parameters });
    const odds = graphOdds(graph);
    expect([...odds.keys()].sort()).toEqual(Object.keys(exact).sort());
    for (const [key, value] of Object.entries(exact)) expect(odds.get(key)).toBeCloseTo(value, 12);
  });

  it.each(CASES)("%s is valid, and the same graph when it is written down and read again", (_, text, parameters) => {
    const graph = assemble(text, { parameters });
    expect(verifyGraph(graph).findings.filter(({ severity }) => severity === "error")).toEqual([]);
    const written = disassemble(graph);
    expect(assemble(written)).toEqual(graph);
    expect(disassemble(assemble(written))).toBe(written);
  });

  it("refuses a condition where capabilities stand, which would be lost in silence", () => {
    expect(() => assemble(lines("APPLY_X q0 [syndrome_bit == 1]"))).toThrow(/a condition in square brackets/);
  });
});
