// What is too large, or said twice, is refused before anything is built or begun: by its option, with what is possible; by its place in a study's file.
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { beyondAnalysis, beyondSampling } from "../../../../domains/q/qec/beyond.ts";
import { CIRCUIT_TEXT_MAX, uniformNoise, type MemoryExperiment } from "../../../../domains/q/qec/experiment.ts";
import { CODE_TASKS } from "../../../../domains/q/codes/generate.ts";
import { createMemorySink } from "../../../../runtime/adapters/memory.ts";
import { SAMPLE_PROGRAM } from "../../../../runtime/app/qec/program-file.ts";
import { record } from "../../../../runtime/app/record.ts";
import { onlyObject, scratch, triad } from "../../../support/cli.ts";

const path = scratch();
interface Refused { readonly name: string; readonly detail: Readonly<Record<string, unknown>> }
async function refused(...words: readonly string[]): Promise<Refused> {
  const { code, out, err } = await triad("qec", ...words, "--json");
  expect([code > 0, out]).toEqual([true, ""]);
  return onlyObject(err)["error"] as Refused;
}
const surface = ["--code", "surface_code:rotated_memory_z"];
const bicycle = ["--code", "bivariate_bicycle_code:memory_x"];
const repetition = ["--code", "repetition_code:memory"];

describe("an option", () => {
  it.each<readonly [string, readonly string[], string, RegExp]>([
    ["a distance nobody has", ["sample", ...surface, "--distance", "99999"], "--distance", /2 to 101/],
    ["a distance nobody has", ["circuit", ...surface, "--distance", "999", "--rounds", "1"], "--distance", /2 to 101/],
    ["rounds without end", ["circuit", ...surface, "--rounds", "1000001"], "--rounds", /1 to 1000000/],
    ["a distance of too many qubits", ["sample", ...surface, "--distance", "101"], "--distance", /^2 to 89$/],
    ["rounds that make a model too large", ["dem", ...surface, "--rounds", "1000000"], "--rounds", /^at most \d+ at this distance$/],
    ["rounds that make a model too large", ["decode", ...surface, "--rounds", "1000000", "--events", "e.b8"], "--rounds", /^at most \d+ at this distance$/],
    ["rounds that are as many as a large distance", ["sample", ...surface, "--distance", "89"], "--rounds", /^at most \d+ at this distance$/],
    ["a distance of no bicycle code", ["sample", ...bicycle], "--distance", /^one of 6, 10, 12, 18$/],
    ["an even distance of a color code", ["circuit", "--code", "color_code:memory_xyz", "--distance", "4"], "--distance", /odd/],
    ["one round of a color code", ["circuit", "--code", "color_code:memory_xyz", "--rounds", "1"], "--rounds", /at least 2/],
    ["more shots than a run makes", ["sample", ...repetition, "--shots", "999999999999"], "--shots", /1 to 1000000000$/],
    ["a distance nobody has", ["threshold", "--p", "0.01", "--distances", "3,102"], "--distances", /2 to 101/],
    ["a distance of too many qubits", ["threshold", "--p", "0.01", "--distances", "3,101", "--rounds", "2"], "--distances", /^2 to 89$/],
    ["rounds of a cell", ["threshold", "--p", "0.01", "--rounds", "1000000"], "--rounds", /^at most \d+ at this distance$/],
    ["distances of no bicycle code", ["threshold", "--p", "0.01", ...bicycle], "--distances", /^one of 6, 10, 12, 18$/],
    ["a cell's shots", ["threshold", "--p", "0.01", "--max-shots", "999999999999"], "--max-shots", /1 to 100000000000$/],
    ["a rate twice", ["threshold", "--p", "0.01,1e-2"], "--p", /each once/],
    ["a distance twice", ["threshold", "--p", "0.01", "--distances", "5,3,3"], "--distances", /each once/],
    ["a table of too much", ["threshold", "--p", "0.01", "--distances", "3", "--decoder", "lookup"], "--decoder", /^at most 20 together/],
    ["a table of too much", ["decode", ...surface, "--events", "none.b8", "--decoder", "lookup"], "--decoder", /^at most 20 together.*matching, union_find, bp_osd$/],
  ])("is named that asks for %s: %j", async (_, words, option, allowed) => {
    const { name, detail } = await refused(...words, ...words[0] === "threshold" ? ["--out", path("t.triad")] : []);
    expect([name, detail["option"], detail["allowed"]]).toEqual(["USAGE", option, expect.stringMatching(allowed)]);
    expect(readdirSync(path(".")).filter((file) => file.startsWith("t.triad"))).toEqual([]);
  });

  it("says in its help which bicycle codes there are, and how far a table goes", async () => {
    const { out } = await triad("qec", "threshold", "--help");
    expect(out.replace(/\s+/g, " ")).toContain("lookup takes at most 20 detectors");
    expect((await triad("qec", "sample", "--help")).out.replace(/\s+/g, " ")).toContain("bivariate bicycle codes have 6, 10, 12, 18");
  });
});

describe("what is said to be possible", () => {
  const memory = (code: MemoryExperiment["code"], distance: number, rounds: number): MemoryExperiment => ({ code, distance, rounds, noise: uniformNoise(0.001) });

  it.each(CODE_TASKS)("is, and no more: rounds of %s", (code) => {
    const distance = code.startsWith("bivariate") ? 6 : 5;
    for (const beyond of [beyondSampling, beyondAnalysis]) {
      const { knob, allowed, value } = beyond(memory(code, distance, 1_000_000)) ?? {};
      const most = Number(/\d+/.exec(allowed ?? "")?.[0]);
      expect([knob, value, most > 1_000]).toEqual(["rounds", 1_000_000, true]);
      expect([beyond(memory(code, distance, most)), beyond(memory(code, distance, most + 1))?.knob]).toEqual([undefined, "rounds"]);
    }
  });

  it.each<readonly [MemoryExperiment["code"], number]>([["surface_code:rotated_memory_x", 89], ["surface_code:unrotated_memory_z", 64], ["bacon_shor_code:memory_x", 64]])("is, and no more: distances of %s", (code, most) => {
    expect(beyondSampling(memory(code, 101, 2))).toMatchObject({ knob: "distance", value: 101, allowed: `2 to ${most}` });
    expect([beyondSampling(memory(code, most, 2)), beyondSampling(memory(code, most + 1, 2))?.knob]).toEqual([undefined, "distance"]);
  });

  it("is what the program takes", async () => {
    const experiment = memory("repetition_code:memory", 3, 1);
    await expect(record({ program: SAMPLE_PROGRAM, input: { experiment, shots: 1_000_000_001 }, out: createMemorySink(), workers: 0 })).rejects.toMatchObject({ fault: "INPUT_INVALID", detail: { at: "input.shots", what: "must be <= 1000000000" } });
  });
});

describe("a study in a file", () => {
  const cell = (experiment: unknown, decoder: unknown = "matching", p?: number) => ({ experiment, decoder, ...(p === undefined ? {} : { p }) });
  const memory = (distance: number, rounds = 3) => ({ code: "surface_code:rotated_memory_z", distance, rounds, noise: {} });
  it.each<readonly [string, readonly unknown[], string, RegExp, RegExp]>([
    ["the same cell", [cell(memory(3), "matching", 0.1), cell(memory(5)), cell(memory(3), { name: "matching" }, 0.1)], "/cells/2", /same cell as \/cells\/0/, /each cell once/],
    ["too large a distance", [cell(memory(3)), cell(memory(101))], "/cells/1/experiment/distance", /20704 qubits/, /2 to 89/],
    ["too many rounds", [cell(memory(3, 1_000_000))], "/cells/0/experiment/rounds", /operations in a shot/, /at most \d+/],
    ["a distance no code has", [cell({ ...memory(3), code: "bivariate_bicycle_code:memory_z" })], "/cells/0/experiment/distance", /no such distance/, /6, 10, 12, 18/],
    ["too large a table", [cell(memory(3), "lookup")], "/cells/0/decoder", /24 detectors and 1 observable/, /at most 20/],
    ["an empty circuit", [cell({ circuit: "" })], "/cells/0/experiment/circuit", /the text is empty/, /8 MiB \(8388608 characters\)/],
    ["too long a circuit", [cell({ circuit: "#".repeat(CIRCUIT_TEXT_MAX + 1) })], "/cells/0/experiment/circuit", /8388609 characters/, /8 MiB \(8388608 characters\)/],
  ])("is refused for %s, with the place", async (_, cells, at, what, allowed) => {
    const file = path("study.json");
    writeFileSync(file, JSON.stringify({ cells, stop: { maxShots: 10 } }));
    const { name, detail } = await refused("threshold", "--study", file, "--out", path("f.triad"));
    expect([name, detail]).toEqual(["ABI_MALFORMED", expect.objectContaining({ option: "--study", file, at, what: expect.stringMatching(what) as string, allowed: expect.stringMatching(allowed) as string })]);
    expect(existsSync(path("f.triad.partial"))).toBe(false);
  });
});

describe("a circuit in a file", () => {
  it("is said to be empty, or longer than 8 MiB; one whose model is too large has the place where it becomes so", async () => {
    writeFileSync(path("empty.stim"), "");
    writeFileSync(path("long.stim"), "#".repeat(CIRCUIT_TEXT_MAX + 1));
    writeFileSync(path("wide.stim"), "R 0\nREPEAT 5000000 {\n    M 0\n    DETECTOR rec[-1]\n}\n");
    expect((await refused("sample", path("empty.stim"))).detail["what"]).toMatch(/^the file is empty/);
    expect((await refused("sample", path("long.stim"))).detail["what"]).toMatch(/longer than 8 MiB \(8388608 characters\)$/);
    expect(await refused("dem", path("wide.stim"))).toMatchObject({ name: "STIM_LIMIT", detail: { file: path("wide.stim"), line: 2, what: "5000001 operations in a shot" } });
  });
});
