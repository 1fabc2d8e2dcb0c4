// triad qec: what threshold and report print, keep and refuse.
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { flattened } from "../../../../domains/q/dem/flatten.ts";
import { circuitOf, uniformNoise } from "../../../../domains/q/qec/experiment.ts";
import type { StudyRow } from "../../../../domains/q/qec/study.ts";
import { parseStim } from "../../../../domains/q/stim/parse.ts";
import { printStim } from "../../../../domains/q/stim/print.ts";
import { onlyObject, scratch, triad } from "../../../support/cli.ts";
import { cutAfter } from "../../../support/workloads.ts";

const path = scratch();
const small = ["--code", "repetition_code:memory", "--distances", "3,5", "--p", "0.02,0.05,0.08", "--max-shots", "20000", "--max-errors", "300", "--seed", "7", "--workers", "0"];
const threshold = (...words: readonly string[]) => triad("qec", "threshold", ...small, ...words);

describe("triad qec threshold", () => {
  it("prints a row a cell, fits, and what to type next; keeps trace, CSV, Parquet and plot, all of the same rows", async () => {
    const [out, csv, parquet, plot] = ["a.triad", "a.csv", "a.parquet", "a.svg"].map(path) as [string, string, string, string];
    const { code, out: said, err } = await threshold("--out", out, "--csv", csv, "--parquet", parquet, "--plot", plot);
    expect([code, err]).toEqual([0, ""]);
    expect([said.split("\n").filter((line) => line.startsWith("repetition_code:memory")), said.match(/^[35] .* (errors|shots)$/gm)?.length])
      .toEqual([["repetition_code:memory, matching: logical error rate per shot, 95 % intervals (wilson)"], 6]);
    expect(said).toMatch(/^Λ per round +p=0\.02: [\d.]+ ± [\d.]+; /m);
    expect(said).toMatch(/^threshold +none: the rows near the crossings are too few/m);
    expect(said).toMatch(/^± +one standard deviation, statistical only/m);
    expect(said).toContain(`triad reproduce ${out} --trust-program`);
    const rows = onlyObject((await triad("qec", "report", out, "--json")).out)["rows"] as StudyRow[];
    const lines = readFileSync(csv, "utf8").trimEnd().split("\r\n");
    expect(lines).toHaveLength(7);
    const columns = (lines[0] ?? "").split(",");
    const field = (line: string, name: string): string => line.split(",")[columns.indexOf(name)] ?? "";
    expect(lines.slice(1).map((line) => [field(line, "distance"), field(line, "p"), field(line, "shots"), field(line, "errors"), field(line, "rate"), field(line, "decoder"), field(line, "per")]))
      .toEqual(rows.map(({ distance, p, shots, errors, rate }) => [String(distance), String(p), String(shots), String(errors), String(rate), "matching", "shot"]));
    const read = await parquetReadObjects({ file: await asyncBufferFromFile(parquet) });
    expect(read.map(({ distance, p, shots, errors, low, after_clifford_depolarization: knob }) => [Number(distance), p, Number(shots), Number(errors), low, knob]))
      .toEqual(rows.map(({ distance, p, shots, errors, low }) => [distance, p, shots, errors, low, p]));
    expect(readFileSync(plot, "utf8")).toMatch(/^<svg [^]*d = 3[^]*d = 5[^]*<\/svg>\n$/);
    for (const words of [["verify", out], ["judge", out], ["replay", out, "--trust-program"], ["reproduce", out, "--trust-program", "--workers", "0"]]) expect([words[0], (await triad(...words)).code]).toEqual([words[0], 0]);
  }, 60_000);

  it("goes on where it was killed, and says the same", async () => {
    const [whole, cut] = [path("whole.triad"), path("cut.triad")];
    const first = onlyObject((await threshold("--out", whole, "--json")).out);
    writeFileSync(`${cut}.partial`, cutAfter(readFileSync(whole), 30));
    const second = onlyObject((await threshold("--out", cut, "--json")).out);
    expect([second["digest"], second["rows"], existsSync(`${cut}.partial`)]).toEqual([first["digest"], first["rows"], false]);
  }, 60_000);

  it.each<[string, readonly string[], string, number]>([
    ["no rates", ["--p", ""], "USAGE", 2],
    ["a rate that is none", ["--p", "0.1,two"], "USAGE", 2],
    ["a code nobody has", ["--code", "toric"], "USAGE", 2],
    ["an even distance of a code that has none", ["--code", "color_code:memory_xyz", "--distances", "4"], "USAGE", 2],
    ["a file and options", ["--study", "two"], "USAGE", 2],
    ["iterations of a decoder that has none", ["--bp-iterations", "10"], "USAGE", 2],
    ["an order beyond the largest", ["--decoder", "bp_osd", "--osd-order", "65"], "USAGE", 2],
    ["a scale that is none", ["--decoder", "bp_osd", "--bp-scale", "most"], "USAGE", 2],
  ])("refuses %s", async (_, words, fault, exit) => {
    const { code, err } = await triad("qec", "threshold", "--p", "0.01", ...words, "--out", path("refused.triad"), "--workers", "0", "--json");
    expect([existsSync(path("refused.triad")), existsSync(path("refused.triad.partial"))]).toEqual([false, false]);
    expect([code, (onlyObject(err)["error"] as { readonly name: string }).name]).toEqual([exit, fault]);
  });

  it("overwrites nothing, and says so before anything runs", async () => {
    writeFileSync(path("there.csv"), "mine");
    const { code, err } = await threshold("--out", path("new.triad"), "--csv", path("there.csv"));
    expect([code, existsSync(path("new.triad")), existsSync(path("new.triad.partial")), readFileSync(path("there.csv"), "utf8")]).toEqual([2, false, false, "mine"]);
    expect(err).toContain("--replace");
  });

  it("stops at a width of the interval that was asked for", async () => {
    const said = onlyObject((await triad("qec", "threshold", "--code", "repetition_code:memory", "--distances", "3", "--p", "0.1", "--width", "0.2", "--interval", "clopper-pearson", "--confidence", "0.99",
      "--seed", "3", "--out", path("width.triad"), "--workers", "0", "--json")).out);
    const [row] = said["rows"] as readonly StudyRow[];
    expect(row).toMatchObject({ stopped: "width", method: "clopper-pearson", confidence: 0.99 });
    expect((row?.high ?? 1) - (row?.low ?? 0)).toBeLessThan(0.2 * (row?.rate ?? 0));
  });

  it("takes a whole study from a file, its defaults filled in, and refuses one with the place", async () => {
    const file = path("study.json");
    const cell = { experiment: { code: "repetition_code:memory", distance: 3, rounds: 2, noise: { beforeMeasureFlipProbability: 0.05 } }, decoder: "lookup" };
    writeFileSync(file, JSON.stringify({ cells: [cell], stop: { maxShots: 5_000 } }));
    const said = onlyObject((await triad("qec", "threshold", "--study", file, "--seed", "1", "--out", path("file.triad"), "--workers", "0", "--json")).out);
    expect(said["rows"]).toMatchObject([{ distance: 3, rounds: 2, p: null, decoder: { name: "lookup" }, shots: 5_000, per: "shot", method: "wilson", confidence: 0.95, stopped: "shots" }]);
    writeFileSync(file, JSON.stringify({ cells: [{ ...cell, decoder: "guess" }], stop: { maxShots: 5_000 } }));
    const refused = await triad("qec", "threshold", "--study", file, "--workers", "0", "--json");
    expect([refused.code, onlyObject(refused.err)["error"]]).toMatchObject([1, { name: "ABI_MALFORMED", detail: { at: "/cells/0/decoder" } }]);
    const circuit = "R 0\nX_ERROR(0.1) 0\nM 0\nDETECTOR rec[-1]\nOBSERVABLE_INCLUDE(0) rec[-1]\n";
    writeFileSync(file, JSON.stringify({ cells: [{ experiment: { circuit }, decoder: "matching" }], stop: { maxShots: 5_000 }, per: "round" }));
    const unknown = await triad("qec", "threshold", "--study", file, "--out", path("round.triad"), "--workers", "0", "--json");
    expect([unknown.code, existsSync(path("round.triad")), onlyObject(unknown.err)["error"]]).toMatchObject([1, false, { name: "ABI_MALFORMED", detail: { at: "/per", value: "round" } }]);
  });
});

describe("settings of a decoder", () => {
  const bicycle = ["--code", "bivariate_bicycle_code:memory_z", "--workers", "0", "--json"];

  it("stand in rows, tables and files of a study, given or default, and in the answer of decode", async () => {
    const [csv, out] = [path("bp.csv"), path("bp.triad")];
    const words = ["qec", "threshold", "--code", "repetition_code:memory", "--distances", "3", "--p", "0.05", "--decoder", "bp_osd", "--bp-iterations", "7", "--bp-scale", "0.75", "--max-shots", "500", "--seed", "1", "--workers", "0"];
    const said = onlyObject((await triad(...words, "--out", out, "--csv", csv, "--json")).out);
    expect(said["rows"]).toMatchObject([{ decoder: { name: "bp_osd", iterations: 7, scale: 0.75, order: 0, basis: "own" } }]);
    expect(readFileSync(csv, "utf8")).toContain(",bp_osd,iterations=7 scale=0.75 order=0 basis=own,");
    expect((await triad("qec", "report", out)).out).toContain("bp_osd(iterations=7 scale=0.75 order=0 basis=own)");
    expect((await triad("reproduce", out, "--trust-program", "--workers", "0")).code).toBe(0);
    const events = path("bicycle.b8");
    await triad("qec", "sample", ...bicycle, "--distance", "6", "--rounds", "1", "--p", "0.01", "--shots", "50", "--seed", "2", "--events", events);
    const decoded = await triad("qec", "decode", ...bicycle, "--distance", "6", "--rounds", "1", "--p", "0.01", "--events", events, "--appended", "--decoder", "bp_osd", "--osd-order", "5");
    expect(onlyObject(decoded.out)).toMatchObject({ decoder: { name: "bp_osd", iterations: 100, scale: "adaptive", order: 5, basis: "own" }, shots: 50, unsolved: 0 });
  }, 60_000);

  it("say what its error model approximates: a study of heralds and of pair channels runs, is judged and gives its bytes again", async () => {
    const [file, out, csv] = [path("heralds.json"), path("heralds.triad"), path("heralds.csv")];
    const channel = Array.from({ length: 15 }, () => "0.004").join(", ");
    const circuit = `R 0 1 2\nPAULI_CHANNEL_2(${channel}) 0 1\nHERALDED_ERASE(0.04) 1\nE(0.02) X0\nELSE_CORRELATED_ERROR(0.02) X2\nM 0 1 2\nDETECTOR rec[-4]\nDETECTOR rec[-3] rec[-2]\nDETECTOR rec[-2] rec[-1]\nOBSERVABLE_INCLUDE(0) rec[-1]\n`;
    const study = (decoder: unknown): void => { writeFileSync(file, JSON.stringify({ cells: [{ experiment: { circuit }, decoder }], stop: { maxShots: 2_000 } })); };
    const run = (...words: readonly string[]) => triad("qec", "threshold", "--study", file, "--seed", "1", "--workers", "0", "--json", ...words);
    study("lookup");
    expect(onlyObject((await run("--out", path("refused-heralds.triad"))).err)["error"]).toMatchObject({ name: "STIM_UNSUPPORTED" });
    study({ name: "lookup", approximateDisjoint: 0.05 });
    expect(onlyObject((await run("--out", out, "--csv", csv)).out)["rows"]).toMatchObject([{ decoder: { name: "lookup", approximateDisjoint: 0.05 }, shots: 2_000 }]);
    expect(readFileSync(csv, "utf8")).toContain(",lookup,approximateDisjoint=0.05,");
    expect((await triad("qec", "report", out)).out).toContain("lookup(approximateDisjoint=0.05)");
    for (const words of [["judge", out], ["replay", out, "--trust-program"], ["reproduce", out, "--trust-program", "--workers", "0"]]) expect([words[0], (await triad(...words)).code]).toEqual([words[0], 0]);
    expect((await triad("judge", out)).out).toContain("exclude one another");
  }, 60_000);

  it("of the error model are options of a study of one code and of decode, where no model is given", async () => {
    const code = ["--code", "repetition_code:memory", "--p", "0.05", "--workers", "0", "--json", "--approximate-disjoint", "0.5"];
    const said = onlyObject((await triad("qec", "threshold", ...code, "--distances", "3", "--max-shots", "100", "--seed", "1", "--out", path("option.triad"))).out);
    expect(said["rows"]).toMatchObject([{ decoder: { name: "matching", approximateDisjoint: 0.5 } }]);
    writeFileSync(path("model.dem"), "error(0.1) D0 L0\n");
    writeFileSync(path("model.01"), "1\n0\n");
    const words = ["qec", "decode", "--dem", path("model.dem"), "--events", path("model.01"), "--workers", "0", "--json"];
    expect((await triad(...words)).code).toBe(0);
    expect(onlyObject((await triad(...words, "--approximate-disjoint", "0.5")).err)["error"]).toMatchObject({ name: "USAGE", detail: { options: "--dem, --approximate-disjoint" } });
  }, 60_000);

  it("are refused in a file with their place", async () => {
    const file = path("settings.json");
    const experiment = { code: "repetition_code:memory", distance: 3, rounds: 2, noise: {} };
    writeFileSync(file, JSON.stringify({ cells: [{ experiment, decoder: "matching" }, { experiment, decoder: { name: "bp_osd", iterations: 0 } }], stop: { maxShots: 10 } }));
    const refused = await triad("qec", "threshold", "--study", file, "--json");
    expect(onlyObject(refused.err)["error"]).toMatchObject({ name: "ABI_MALFORMED", detail: { at: "/cells/1/decoder/iterations", allowed: "an integer from 1 to 10000" } });
  });
});

describe("triad qec report", () => {
  it("refuses what is no study", async () => {
    const bell = path("bell.triad");
    await triad("run", "examples/bell/bell.ts", "--seed", "1", "--out", bell, "--workers", "0");
    const { code, err } = await triad("qec", "report", bell, "--json");
    expect([code, onlyObject(err)["error"]]).toMatchObject([2, { name: "USAGE", detail: { trace: bell, what: "this trace is of the program bell, not of a study or a sampling" } }]);
    const trusted = await triad("qec", "report", bell, "--trust-program", "--json");
    expect([trusted.code, onlyObject(trusted.err)["error"]]).toMatchObject([2, { name: "USAGE", detail: { what: "it is neither study nor sampling, or did not complete" } }]);
  });

  it("refuses what is no trace as a slip of the command line", async () => {
    writeFileSync(path("own.stim"), "R 0\nX_ERROR(0.1) 0\nM 0\nDETECTOR rec[-1]\n");
    const { code, err } = await triad("qec", "report", path("own.stim"), "--json");
    expect([code, onlyObject(err)["error"]]).toMatchObject([2, { name: "USAGE", detail: { trace: path("own.stim"), what: "the file is no trace" } }]);
  });

  it("says of a study of another version how it is reported all the same", async () => {
    const other = path("other.ts");
    writeFileSync(other, 'import { defineProcess } from "triad-runtime";\nexport default defineProcess({ name: "qec", domains: [], *run() { return { rows: [], fits: [] }; } });\n');
    expect(await triad("run", other, "--seed", "1", "--out", path("other.triad"), "--workers", "0")).toMatchObject({ code: 0 });
    const { code, err } = await triad("qec", "report", path("other.triad"), "--json");
    expect([code, onlyObject(err)["error"]]).toMatchObject([5, { name: "PROGRAM_UNTRUSTED", next: "Give --trust-program: the program in the trace is run.", detail: { why: "the study was run by another version of Triad" } }]);
  });
});

const surface = ["--code", "surface_code:rotated_memory_z", "--distance", "3", "--p", "0.01"];

describe("triad qec sample and decode", () => {
  it("writes the same shots in every format, and decodes them to the errors a study of them has", async () => {
    const trace = path("sample.triad");
    const written = new Map<string, string>();
    for (const format of ["b8", "01", "r8", "hits", "dets", "ptb64"]) {
      const file = path(`events.${format}`);
      const said = onlyObject((await triad("qec", "sample", ...surface, "--shots", "640", "--seed", "5", "--events", file, "--out", trace, "--replace", "--workers", "0", "--json")).out);
      expect(said).toMatchObject({ schema: "triad.qec-sample/1", shots: 640, detectors: 24, observables: 1, seed: "5", trace });
      const decoded = onlyObject((await triad("qec", "decode", ...surface, "--events", file, "--appended", "--workers", "1", "--json")).out);
      written.set(format, JSON.stringify([said["detectionEvents"], said["observableFlips"], said["digest"], decoded["errors"], decoded["flips"], decoded["unsolved"]]));
    }
    expect(new Set(written.values()).size).toBe(1);
    expect((await triad("reproduce", trace, "--trust-program", "--workers", "0")).code).toBe(0);
    expect((await triad("judge", trace)).code).toBe(0);
  }, 120_000);

  it("decodes a file of its own by a model of its own, the same with any workers; predictions and observables in files", async () => {
    const [events, flips] = [path("own.b8"), path("own.obs.01")];
    await triad("qec", "sample", ...surface, "--shots", "3000", "--seed", "6", "--events", events, "--observables", flips, "--format", "01", "--workers", "0");
    const predictions = (workers: string) => path(`predicted-${workers}.01`);
    const answers = [];
    for (const workers of ["0", "1", "2"]) {
      const { code, out } = await triad("qec", "decode", ...surface, "--events", events, "--format", "01", "--observables", flips, "--predictions", predictions(workers), "--workers", workers, "--json");
      answers.push([code, onlyObject(out)["errors"], readFileSync(predictions(workers), "utf8")]);
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    const [, errors, text] = answers[0] as [number, number, string];
    const actual = readFileSync(flips, "utf8").split("\n");
    expect(text.split("\n").filter((line, at) => line !== actual[at])).toHaveLength(errors);
    expect(errors).toBeGreaterThan(50);
  }, 60_000);

  it.each<[string, string]>([
    ["errors that exclude one another", `R 0 1\nPAULI_CHANNEL_2(${["0.1", ...new Array<string>(14).fill("0.01")].join(",")}) 0 1\nM 0 1\nDETECTOR rec[-1]\n`],
    ["a detector that is random without noise", "RX 0\nM 0\nDETECTOR rec[-1]\n"],
  ])("a run that samples %s is judged all the same, and told why that one is not", async (_, text) => {
    const [circuit, trace] = [path("open.stim"), path("open.triad")];
    writeFileSync(circuit, text);
    expect((await triad("qec", "sample", circuit, "--shots", "100", "--seed", "2", "--out", trace, "--replace", "--workers", "0")).code).toBe(0);
    const { code, out } = await triad("judge", trace);
    expect([code, out]).toEqual([0, expect.stringMatching(/0 possible, 1 unjudged[^]*no exact error model/)]);
  });

  it("takes a .stim circuit and a .dem model", async () => {
    const [circuit, dem, events] = [path("c.stim"), path("c.dem"), path("c.dets")];
    writeFileSync(circuit, "R 0 1 2\nX_ERROR(0.1) 0 1 2\nM 0 1 2\nDETECTOR rec[-3] rec[-2]\nDETECTOR rec[-2] rec[-1]\nOBSERVABLE_INCLUDE(0) rec[-1]\n");
    writeFileSync(dem, "error(0.1) D0\nerror(0.1) D0 D1\nerror(0.1) D1 L0\n");
    await triad("qec", "sample", circuit, "--shots", "500", "--seed", "1", "--events", events, "--workers", "0");
    const [byCircuit, byModel] = [[circuit], ["--dem", dem]];
    const errors = async (words: readonly string[]) => onlyObject((await triad("qec", "decode", ...words, "--events", events, "--appended", "--workers", "0", "--json")).out)["errors"];
    expect(await errors(byCircuit)).toBe(await errors(byModel));
    expect(await errors([...byModel, "--decoder", "lookup"])).toBe(await errors(byModel));
  });

  it.each<[string, readonly string[], string]>([
    ["no experiment", ["sample"], "USAGE"],
    ["a file and a code", ["sample", "x.stim", "--code", "repetition_code:memory"], "USAGE"],
    ["a file that is not there", ["sample", "no-such.stim"], "FILE_UNREADABLE"],
    ["no events", ["decode", ...surface], "USAGE"],
  ])("refuses %s", async (_, words, fault) => {
    const { code, err } = await triad("qec", ...words, "--workers", "0", "--json");
    expect([code, (onlyObject(err)["error"] as { readonly name: string }).name]).toEqual([2, fault]);
  });

  it("names the line of a circuit and the offset of shots that cannot be read", async () => {
    const [circuit, events] = [path("bad.stim"), path("bad.01")];
    writeFileSync(circuit, "H 0\nFOO 1\n");
    writeFileSync(events, "0102\n");
    expect(onlyObject((await triad("qec", "sample", circuit, "--json")).err)["error"]).toMatchObject({ name: "STIM_SYNTAX", detail: { line: 2 } });
    expect(onlyObject((await triad("qec", "decode", "--code", "repetition_code:memory", "--rounds", "1", "--events", events, "--json")).err)["error"]).toMatchObject({ name: "SHOTS_MALFORMED", detail: { offset: 3, file: events } });
  });
});

describe("triad qec circuit | dem", () => {
  const memory = ["--code", "surface_code:rotated_memory_z", "--distance", "3", "--p", "0.001"];

  it("writes the circuit of a memory, which reads back as the same circuit", async () => {
    const { code, out, err } = await triad("qec", "circuit", ...memory);
    expect([code, err]).toEqual([0, ""]);
    expect(printStim(parseStim(out))).toBe(printStim(circuitOf({ code: "surface_code:rotated_memory_z", distance: 3, rounds: 3, noise: uniformNoise(0.001) })));
    const file = path("memory.stim");
    expect(await triad("qec", "circuit", ...memory, "--out", file)).toMatchObject({ code: 0, err: "", out: expect.stringMatching(/^written .*memory\.stim\nholds +\d+ lines\n$/) as string });
    expect(readFileSync(file, "utf8")).toBe(out);
    expect((await triad("qec", "circuit", file)).out).toBe(out);
    expect((await triad("qec", "circuit", file, "--out", file)).code).toBe(2);
  });

  it("writes the error model, whole or in parts: Stim's number of mechanisms", async () => {
    const said = onlyObject((await triad("qec", "dem", ...memory, "--decompose", "--json")).out);
    expect([said["detectors"], said["observables"], said["errors"]]).toEqual([24, 1, 286]);
    const model = flattened(String(said["text"]));
    expect(model.mechanisms).toHaveLength(286);
    const whole = await triad("qec", "dem", ...memory);
    expect([whole.code, whole.out.includes("^")]).toEqual([0, false]);
    expect(flattened(whole.out).detectors).toBe(24);
  });

  it("refuses disjoint errors unless it is told how far to take them for independent ones", async () => {
    const file = path("disjoint.stim");
    writeFileSync(file, "R 0 1\nPAULI_CHANNEL_2(0,0,0,0.01,0.02,0,0,0,0,0,0,0,0,0,0) 0 1\nM 0 1\nDETECTOR rec[-1]\nDETECTOR rec[-2]\n");
    expect((await triad("qec", "dem", file)).err).toContain("STIM_UNSUPPORTED");
    expect((await triad("qec", "dem", file, "--approximate-disjoint", "0.1")).out).toContain("error(");
    expect((await triad("qec", "dem", file, "--approximate-disjoint", "2")).code).toBe(2);
  });
});
