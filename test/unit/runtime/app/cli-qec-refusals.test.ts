// What triad qec says of circuits and error models it cannot take: the file as it was given, the line, the column, and what to write instead; before anything is begun.
import { existsSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { onlyObject, scratch, triad } from "../../../support/cli.ts";

const path = scratch();
interface Refused { readonly name: string; readonly next: string; readonly detail: Readonly<Record<string, unknown>> }
async function refused(...words: readonly string[]): Promise<Refused> {
  const { code, out, err } = await triad("qec", ...words, "--json");
  expect([code > 0, out]).toEqual([true, ""]);
  return onlyObject(err)["error"] as Refused;
}
const file = (name: string, text: string): string => {
  writeFileSync(path(name), text);
  return path(name);
};

describe("a circuit from a file", () => {
  it.each<[string, string, readonly string[], string, number, number, RegExp]>([
    ["an instruction nobody has", "H 0\n  FOO 1\n", ["sample", "circuit", "dem"], "STIM_SYNTAX", 2, 3, /there is no instruction FOO/],
    ["nothing", "", ["sample", "circuit", "dem"], "STIM_VALUE", 1, 1, /without an instruction/],
    ["nothing but a comment", "# later\n", ["sample", "dem"], "STIM_VALUE", 1, 1, /without an instruction/],
    ["a record before the first", "H 0\nM 0\n   DETECTOR rec[-3]\n", ["sample", "dem"], "STIM_UNSUPPORTED|STIM_VALUE", 3, 4, /rec\[-3\]/],
    ["a block that is repeated too often", "H 0\nREPEAT 2 {\n    REPEAT 3000000000 {\n        M 0\n        DETECTOR rec[-1]\n    }\n}\n", ["sample", "dem"], "STIM_LIMIT", 3, 5, /6000000001 operations|12000000001 instructions/],
    ["too many detectors", "R 0\nM 0\nREPEAT 1048577 {\n    DETECTOR rec[-1]\n}\n", ["sample"], "STIM_LIMIT", 3, 1, /1048577 detectors and 0 observables/],
    ["too many qubits", "R 0\n  H 1 16384\nM 0\nDETECTOR rec[-1]\n", ["sample"], "STIM_LIMIT", 2, 3, /16385 qubits/],
    ["an error that follows none", "R 0\n ELSE_CORRELATED_ERROR(0.1) X0\nM 0\nDETECTOR rec[-1]\n", ["sample", "dem"], "STIM_UNSUPPORTED|STIM_VALUE", 2, 2, /without an error before it|no error before it/],
    ["a detector that is random", " RX 0\nM 0\nDETECTOR rec[-1]\n", ["dem"], "DETECTOR_UNDETERMINED", 1, 2, /RX on line 1 prepares X0/],
  ])("is refused where it holds %s, with its place", async (_, text, commands, name, line, column, what) => {
    const circuit = file("c.stim", text);
    for (const command of commands) {
      const { name: found, detail, next } = await refused(command, circuit, ...command === "sample" ? ["--out", path("none.triad")] : []);
      expect([command, found, detail]).toEqual([command, expect.stringMatching(name), expect.objectContaining({ file: circuit, line, column, what: expect.stringMatching(what) as string })]);
      expect(next.length).toBeGreaterThan(20);
    }
    expect([existsSync(path("none.triad")), existsSync(path("none.triad.partial"))]).toEqual([false, false]);
  });

  it("is refused when nothing in it is compared, or the text is too long", async () => {
    const circuit = file("plain.stim", "R 0\nM 0\n");
    expect(await refused("sample", circuit)).toMatchObject({ name: "STIM_UNSUPPORTED", detail: { file: circuit, what: "a circuit with neither detectors nor observables" } });
    expect(await refused("sample", file("long.stim", `# ${" ".repeat(8 << 20)}\n`))).toMatchObject({ name: "STIM_LIMIT", detail: { file: path("long.stim") } });
  });

  it("is refused by decode as by the others", async () => {
    const circuit = file("d.stim", "R 0\n ELSE_CORRELATED_ERROR(0.1) X0\nM 0\nDETECTOR rec[-1]\n");
    expect(await refused("decode", circuit, "--events", file("d.01", "0\n"))).toMatchObject({ name: "STIM_VALUE", detail: { file: circuit, line: 2, column: 2 } });
  });

  it.each<[string, readonly string[]]>([
    ["--p", ["sample", "own.stim", "--p", "0.1"]],
    ["--p", ["dem", "own.stim", "--p", "0.3"]],
    ["--rounds", ["circuit", "own.stim", "--rounds", "4"]],
    ["--distance", ["decode", "own.stim", "--events", "own.01", "--distance", "9"]],
    ["--distance", ["decode", "--dem", "own.dem", "--events", "own.01", "--p", "0.2", "--distance", "9"]],
  ])("is its own size and noise: %s beside it is refused (qec %j)", async (option, words) => {
    file("own.stim", "R 0\nX_ERROR(0.1) 0\nM 0\nDETECTOR rec[-1]\n");
    file("own.dem", "error(0.1) D0\n");
    file("own.01", "0\n");
    const found = await refused(...words.map((word) => (word.startsWith("own.") ? path(word) : word)));
    expect(found).toMatchObject({ name: "USAGE", detail: { option, file: path(words.includes("--dem") ? "own.dem" : "own.stim") } });
  });

  it("is refused in a study with the study's file and the place in it", async () => {
    const study = file("study.json", JSON.stringify({ cells: [{ experiment: { circuit: "R 0\nREPEAT 5000000 {\n M 0\n}\nDETECTOR rec[-1]\n" }, decoder: "matching" }], stop: { maxShots: 10 } }));
    expect(await refused("threshold", "--study", study, "--out", path("study.triad"))).toMatchObject({ name: "STIM_LIMIT", detail: { file: study, at: "/cells/0/experiment/circuit", line: 2, column: 1 } });
  });
});

describe("a code", () => {
  it("of more rounds than can be sampled is refused before a run is begun", async () => {
    expect(await refused("sample", "--code", "repetition_code:memory", "--distance", "5", "--rounds", "900000", "--out", path("long.triad"))).toMatchObject({ name: "USAGE", detail: { option: "--rounds", what: expect.stringMatching(/operations in a shot/) as string } });
    expect(existsSync(path("long.triad"))).toBe(false);
  });
});

describe("an error model from a file", () => {
  it.each<[string, string, string, number, number]>([
    ["an instruction nobody has", "error(0.1) D0\n  oops D1\n", "STIM_SYNTAX", 2, 3],
    ["a detector beyond the last", "shift_detectors 67108863\n error(0.1) D1\n", "STIM_LIMIT", 2, 2],
    ["a block that is repeated too often", "error(0.1) D0\nrepeat 2 {\n  repeat 9000000 {\n    error(0.1) D0\n  }\n}\n", "STIM_LIMIT", 3, 3],
  ])("is refused where it holds %s, with its place", async (_, text, name, line, column) => {
    const dem = file("m.dem", text);
    expect(await refused("decode", "--dem", dem, "--events", file("m.01", "0\n"))).toMatchObject({ name, detail: { file: dem, line, column } });
  });
});
