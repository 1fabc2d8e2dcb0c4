// triad qec estimate: inputs told apart, options as words, answers as text, JSON, CSV and SVG. By our own formula where the estimator is not the point.
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { circuit } from "../../../../domains/q/api/circuit.ts";
import { bindingText, durationText, grouped } from "../../../../runtime/app/cli/estimate-text.ts";
import { onlyObject, scratch, triad, triadOn } from "../../../support/cli.ts";
import { alloc, graphOf, node } from "../../../support/graphs.ts";

const at = scratch();
const file = (name: string, content: unknown): string => {
  const path = at(name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};
const COUNTS = { numQubits: 100, tCount: 1_000, rotationCount: 300, rotationDepth: 50, cczCount: 400, measurementCount: 700 };
const estimate = async (path: string, ...words: readonly string[]) => {
  const { code, out, err } = await triad("qec", "estimate", path, "--json", ...words);
  return { code, json: onlyObject(code === 0 ? out : err) };
};
const nameOf = (json: Readonly<Record<string, unknown>>): string => (json["error"] as { readonly name: string }).name;

describe("triad qec estimate", () => {
  it("answers with the estimator, and has our own beside it", async () => {
    const { code, json } = await estimate(file("counts.json", COUNTS), "--minimise", "qubits");
    expect([code, json["schema"], json["kind"], json["by"]]).toEqual([0, "triad.qec-estimate/1", "counts", "qsharp-lang 1.32.5-dev"]);
    const frontier = json["frontier"] as readonly { readonly physicalQubits: number }[];
    expect((json["estimate"] as { readonly physicalQubits: number }).physicalQubits).toBe(Math.min(...frontier.map(({ physicalQubits }) => physicalQubits)));
    const plain = await triad("qec", "estimate", file("counts.json", COUNTS));
    expect(plain.out).toMatch(/^estimate {2}.*counts\.json: 100 logical qubits, 1,000 T gates, 300 rotations in 50 layers, 400 CCZ, 700 measurements\nqubits {5}553,500 physical/);
    expect(plain.out).toContain("formula    the same by our own");
    expect(plain.out).toContain("binding    logical errors: 2.76e-4 of 3.33e-4 used, 17 % left");
  });

  it("tells graphs, circuits and counts apart", async () => {
    const graph = graphOf([alloc("a", { id: "n" }), node("APPLY_T", "a", { id: "t" }), node("MEASURE_Z", "a", { id: "m", produces: ["e"] }), node("FREE_LQ", "a", { id: "f" })]);
    const lowered = circuit(1, 1).t(0).measure(0, 0).lower();
    const { ops, angles, conditions } = lowered;
    const wanted = { numQubits: 1, tCount: 1, rotationCount: 0, rotationDepth: 0, cczCount: 0, ccixCount: 0, measurementCount: 1 };
    for (const [kind, path] of [["graph", file("g.json", graph)], ["circuit", file("c.json", { ...lowered, ops: [...ops], angles: [...angles], conditions: [...conditions] })], ["counts", file("n.json", wanted)]] as const) {
      const { json } = await estimate(path, "--formula");
      expect([json["kind"], json["counts"]]).toEqual([kind, wanted]);
    }
  });

  it("takes hardware of one's own, and says where it is wrong", async () => {
    const counts = file("counts.json", COUNTS);
    const own = { qubitParams: { name: "ions", instructionSet: "GateBased", oneQubitMeasurementTime: "50 us", oneQubitGateTime: "10 us", twoQubitGateTime: "20 µs", tGateTime: "10 us", oneQubitMeasurementErrorRate: 5e-4, oneQubitGateErrorRate: 1e-4, twoQubitGateErrorRate: 5e-4, tGateErrorRate: 1e-4 }, qecScheme: { name: "mine", crossingPrefactor: 0.05, logicalCycleTime: "codeDistance * 8 * twoQubitGateTime" } };
    const { code, json } = await estimate(counts, "--formula", "--hardware", file("hw.json", own));
    const { code: { distance, cycleNs } } = json["estimate"] as { readonly code: { readonly distance: number; readonly cycleNs: number } };
    expect([code, cycleNs]).toEqual([0, distance * 8 * 20_000]);
    const wrong = await estimate(counts, "--hardware", file("bad.json", { ...own, qecScheme: { logicalCycleTime: "2 * x" } }));
    expect([wrong.code, nameOf(wrong.json)]).toEqual([1, "PROFILE_INVALID"]);
    const slip = await estimate(counts, "--hardware", file("slip.json", { qubitParms: { name: "ns_e4" } }));
    expect([slip.code, slip.json["error"]]).toMatchObject([1, { name: "PROFILE_INVALID", detail: { at: "/qubitParms" } }]);
  });

  it("takes the seed's file, by our own formula as the estimator has no such code, and says what it has no use for", async () => {
    const seed = {
      qec_scheme: { code_family: "bacon_shor", code_distance: 9, logical_cycle_time_us: 1, physical_qubit_count: 162 },
      error_budget: { physical_gate_error_rate: 1e-3, measurement_error_rate: 1e-2, t1_us: 100, t2_us: 80 }, decoder: { type: "MWPM" },
    };
    const [counts, hardware] = [file("counts.json", COUNTS), file("seed.json", seed)];
    for (const words of [[], ["--formula"]]) {
      const { code, json } = await estimate(counts, "--hardware", hardware, ...words);
      const { code: { distance, cycleNs, physicalQubits } } = json["estimate"] as { readonly code: { readonly distance: number; readonly cycleNs: number; readonly physicalQubits: number } };
      expect([code, physicalQubits, json["by"]]).toEqual([0, 2 * distance * distance, "formula"]);
      expect(Math.abs(cycleNs - 1_000 * distance / 9)).toBeLessThanOrEqual(1);
    }
    const { out } = await triad("qec", "estimate", counts, "--hardware", hardware);
    expect(out).toContain("formula: the estimator takes no crossingPrefactor as large as 1; its largest is 0.5");
    expect((await estimate(counts, "--hardware", hardware)).json).toMatchObject({ by_because: "the estimator takes no crossingPrefactor as large as 1; its largest is 0.5", assumed: [] });
    expect((await estimate(counts, "--formula")).json).toMatchObject({ by: "formula", by_because: null, assumed: [] });
    expect(out).toMatch(/bacon_shor at distance[^]*unused +\/error_budget\/measurement_error_rate, \/error_budget\/t1_us, \/error_budget\/t2_us, \/decoder\/type/);
  });

  it("says what it took for what a file leaves out", async () => {
    const [counts, nothing] = [file("counts.json", COUNTS), file("nothing.json", {})];
    expect((await estimate(counts, "--hardware", nothing, "--formula")).json).toMatchObject({ assumed: ["/qubitParams/name: qubit_gate_ns_e3", "/qecScheme/name: surface_code"] });
    expect((await triad("qec", "estimate", counts, "--hardware", nothing, "--formula")).out).toMatch(/assumed +\/qubitParams\/name: qubit_gate_ns_e3\n +\/qecScheme\/name: surface_code\n +because the file does not say/);
  });

  it.each([
    [["--qubit", "nope"], "USAGE"], [["--scheme", "toric"], "USAGE"], [["--budget", "2"], "ABI_MALFORMED"], [["--budget", "half"], "USAGE"], [["--budget", "logical=1e-3"], "ABI_MALFORMED"], [["--budget", "logical=1e-3,logical=1e-3"], "USAGE"],
    [["--minimise", "cost"], "USAGE"], [["--max-duration", "soon"], "USAGE"], [["--max-duration", "1 s", "--max-qubits", "5"], "USAGE"], [["--formula", "--max-qubits", "5"], "ESTIMATE_REFUSED"], [["--hardware", "nowhere.json"], "FILE_UNREADABLE"],
    [["--hardware", "nowhere.json", "--qubit", "ns_e3"], "USAGE"],
  ])("refuses %j: %s", async (words, name) => {
    const { code, json } = await estimate(file("counts.json", COUNTS), ...words);
    expect([code > 0, nameOf(json)]).toEqual([true, name]);
  });

  it("refuses files that are none of these", async () => {
    for (const [content, name] of [["{", "USAGE"], [{ hello: 1 }, "USAGE"], [{ numQubits: 0 }, "ABI_MALFORMED"], [{ program: 1 }, "GRAPH_INVALID"], [{ qubits: 1, ops: [1, 2] }, "KERNEL_REFUSED"]] as const) {
      const { json } = await estimate(file("bad.json", content), "--formula");
      expect([JSON.stringify(content), nameOf(json)]).toEqual([JSON.stringify(content), name]);
    }
  });

  it("writes CSV and charts, and overwrites nothing unasked", async () => {
    const words = ["--formula", "--frontier", "--csv", at("f.csv"), "--plot", at("f.svg"), "--breakdown", at("b.svg")];
    const { code, json } = await estimate(file("counts.json", COUNTS), ...words);
    expect(code).toBe(0);
    const [head, ...rows] = readFileSync(at("f.csv"), "utf8").trimEnd().split("\r\n");
    expect([head?.split(",").slice(0, 2), rows.length]).toEqual([["physical_qubits", "runtime_ns"], (json["frontier"] as readonly unknown[]).length]);
    expect([readFileSync(at("f.svg"), "utf8").startsWith("<svg"), existsSync(at("b.svg"))]).toEqual([true, true]);
    expect((await estimate(at("counts.json"), ...words)).code).toBe(2);
    expect((await estimate(at("counts.json"), ...words, "--replace")).code).toBe(0);
  });

  it("writes the same rows as Parquet, and writes nowhere it reads", async () => {
    const counts = file("counts.json", COUNTS);
    const { json } = await estimate(counts, "--formula", "--frontier", "--csv", at("p.csv"), "--parquet", at("p.parquet"));
    const read = await parquetReadObjects({ file: await asyncBufferFromFile(at("p.parquet")) });
    const frontier = json["frontier"] as readonly { readonly physicalQubits: number; readonly runtimeNs: number; readonly code: { readonly distance: number } }[];
    expect(frontier.length).toBeGreaterThan(1);
    expect(read.map((row) => [row["physical_qubits"], row["runtime_ns"], row["code_distance"]])).toEqual(frontier.map(({ physicalQubits, runtimeNs, code: { distance } }) => [physicalQubits, runtimeNs, distance]));
    const [head = "", ...lines] = readFileSync(at("p.csv"), "utf8").trimEnd().split("\r\n");
    expect(lines).toEqual(read.map((row) => head.split(",").map((name) => String(row[name] ?? "")).join(",")));
    expect([(await estimate(counts, "--formula", "--parquet", counts, "--replace")).code, JSON.parse(readFileSync(counts, "utf8"))]).toEqual([2, COUNTS]);
    await estimate(counts, "--formula", "--parquet", at("one.parquet"));
    expect(await parquetReadObjects({ file: await asyncBufferFromFile(at("one.parquet")) })).toHaveLength(1);
  });

  it("tells on a terminal what it is about", async () => {
    const { err } = await triadOn({ columns: 100 }, "qec", "estimate", file("counts.json", COUNTS), "--formula", "--frontier");
    expect(err).toBe("\r\u001b[Kestimating the frontier of 100 logical qubits, 1,000 T gates, 300 rotations in 50 layers, 400 CCZ, 700 measurements\r\u001b[K");
  });

  it("says when the answer is over an allowance", () => {
    expect(bindingText({ what: "rotations", allowed: 3.33e-4, used: 3.35e-4, slack: 1 - 3.35 / 3.33 })).toBe("rotation errors: 3.35e-4 of 3.33e-4 used, 0.6 % over");
    expect(bindingText({ what: "logical", allowed: 4e-4, used: 3e-4, slack: 0.25 })).toBe("logical errors: 3.00e-4 of 4.00e-4 used, 25 % left");
  });

  it("says durations and counts as people do", () => {
    expect([1, 999, 23_400_000, 1e9, 61e9, 63_804e9, 2_764_800e9 + 18_000e9].map(durationText)).toEqual(["1 ns", "999 ns", "23.4 ms", "1 s", "1 min 1 s", "17 h 43 min", "32 d 5 h"]);
    expect([1, 999, 1_000, 8_716_258].map(grouped)).toEqual(["1", "999", "1,000", "8,716,258"]);
  });
});

describe("without qsharp-lang", () => {
  afterEach(() => { vi.doUnmock("qsharp-lang"); vi.resetModules(); });
  it("says how to install it, and that --formula needs nothing", async () => {
    vi.resetModules();
    vi.doMock("qsharp-lang", () => { throw new Error("Cannot find package 'qsharp-lang'"); });
    const { qsharpEstimates } = await import("../../../../runtime/adapters/qsharp.ts");
    await expect(qsharpEstimates("", [])).rejects.toMatchObject({ fault: "ENVIRONMENT", next: expect.stringMatching(/npm install qsharp-lang@1\.32\.5-dev.*--formula/) as unknown });
  });
});
