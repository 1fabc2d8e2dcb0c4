// triad qvm run: what it prints, what it keeps, what it refuses.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { graphCircuit } from "../../../../domains/q/api/graph.ts";
import { onlyObject, scratch, triad, triadOn } from "../../../support/cli.ts";
import { jobKey, plainly, readData, sampled } from "../../../support/qvm-graphs.ts";

const path = scratch();
const example = (name: string): string => fileURLToPath(new URL(`../../../data/qmk/examples/${name}.qvm.json`, import.meta.url));
const run = (...words: readonly string[]) => triad("qvm", "run", ...words, "--workers", "0");

describe("triad qvm run", () => {
  it("counts what the events say, by keys sorted by name", async () => {
    const { code, out, err } = await run(example("measurement_bases"), "--shots", "400", "--seed", "9", "--json");
    expect([code, err]).toEqual([0, ""]);
    const { schema, counts, seed, trace } = onlyObject(out);
    expect([schema, seed, trace]).toEqual(["triad.qvm-run/1", "9", undefined]);
    expect(counts).toEqual(sampled(graphCircuit(plainly(readData("examples/measurement_bases.qvm.json"))), 400, jobKey("9")));
    expect(Object.keys(counts as object)).toEqual(["m_x=0 m_y=0 m_z=0", "m_x=0 m_y=0 m_z=1", "m_x=0 m_y=1 m_z=0", "m_x=0 m_y=1 m_z=1"]);
  });

  it("prints a table with a bar for people", async () => {
    const { code, out } = await triadOn({ columns: 120 }, "qvm", "run", example("ghz_state"), "--shots", "200", "--seed", "7", "--workers", "0");
    expect(code).toBe(0);
    expect(out).toMatch(/m0=0 m1=0 m2=0 m3=0 +\d+ +\d+\.\d\d % +█+/);
    expect(out.split("\n").filter((line) => line.startsWith("m0="))).toHaveLength(2);
  });

  it("keeps a trace that is verified, replayed and reproduced with nothing beside it", async () => {
    const out = path("bell.triad");
    const first = onlyObject((await run(example("bell_teleport_cnot"), "--shots", "50", "--seed", "7", "--out", out, "--json")).out);
    expect(first["trace"]).toBe(out);
    for (const words of [["verify", out], ["replay", out, "--trust-program"], ["reproduce", out, "--trust-program", "--workers", "0"], ["judge", out]]) {
      const { code, out: said } = await triad(...words, "--json");
      expect([words[0], code]).toEqual([words[0], 0]);
      if (words[0] !== "judge") expect(onlyObject(said)["digest"]).toBe(first["digest"]);
    }
    expect((await run(example("bell_teleport_cnot"), "--shots", "50", "--seed", "7", "--out", out)).code).not.toBe(0); // it is there already
  });

  it("runs noise at the rates of the profiles when it is asked to", async () => {
    const graph = path("noisy.qvm.json");
    const nodes = [{ id: "a", op: "ALLOC_LQ", args: { n: 1, profile: "logical:surface_code(d=1)" }, vqs: ["q"] }, { id: "m", op: "MEASURE_Z", vqs: ["q"], produces: ["e"] }];
    writeFileSync(graph, JSON.stringify({ version: "0.1", program: { nodes }, resources: { vqs: ["q"], chs: [], events: ["e"] }, caps: ["CAP_ALLOC"] }));
    const counts = async (...more: readonly string[]): Promise<unknown> => onlyObject((await run(graph, "--shots", "2000", "--seed", "1", "--json", ...more)).out)["counts"];
    expect(await counts()).toEqual({ "e=0": 2_000 });
    const noisy = await counts("--noise") as Readonly<Record<string, number>>;
    expect(noisy["e=1"]).toBeGreaterThan(100); // d = 1: 0.1 a cycle
    expect(await counts("--noise")).toEqual(noisy);
  });

  describe("--profile", () => {
    const plain = { version: "0.1", program: { nodes: [
      { id: "a", op: "ALLOC_LQ", args: { n: 1 }, vqs: ["q"] }, { id: "b", op: "ALLOC_LQ", args: { n: 1, profile: "logical:surface_code(d=5)" }, vqs: ["r"] },
      ...Array.from({ length: 8 }, (_, at) => ({ id: `h${at}`, op: "APPLY_H", vqs: ["q"] })), { id: "m", op: "MEASURE_Z", vqs: ["q"], produces: ["e"] }, { id: "n", op: "MEASURE_Z", vqs: ["r"], produces: ["f"] },
    ] }, resources: { vqs: ["q", "r"], chs: [], events: ["e", "f"] }, caps: ["CAP_ALLOC"] };
    const written = (name: string, json: unknown): string => {
      writeFileSync(path(name), JSON.stringify(json));
      return path(name);
    };
    const slow = { qec_scheme: { code_family: "surface_code", code_distance: 3, logical_cycle_time_us: 0.3, physical_qubit_count: 18 }, error_budget: { physical_gate_error_rate: 4e-3 }, decoder: { cycle_time_us: 0.15 } };
    const SLOW = "parameters:surface_code(d=3,n=18,cycle_us=0.3,p=0.004,round_us=0.15)";

    it("takes the seed's file: its logical rate makes the noise, its decoder the latencies, and the trace has the graph that says so", async () => {
      const [graph, out] = [written("plain.qvm.json", plain), path("slow.triad")];
      const told = onlyObject((await run(graph, "--profile", written("slow.json", slow), "--noise", "--shots", "4000", "--seed", "5", "--json", "--out", out)).out);
      const errors = Object.entries(told["counts"] as Readonly<Record<string, number>>).reduce((sum, [key, count]) => sum + (key.startsWith("e=1") ? count : 0), 0);
      // 0.4² a cycle, of which two Paulis in three flip, for nine cycles and the readout: (1 − (1 − 4/3·0.16)^9·(1 − 2·0.16))/2. Without it there is none.
      expect(Math.abs(errors - 4_000 * 0.4608)).toBeLessThan(4 * Math.sqrt(1_000));
      expect(told["decoder"]).toMatchObject({ rounds: 30 + 10, latency_max_us: 1.6, backlog_max_us: 1.45, overloads: 1, overloaded: 0, rates: { [SLOW]: "formula", "logical:surface_code(d=5)": "formula" } });
      expect(readFileSync(out).includes(SLOW)).toBe(true);
      expect(onlyObject((await triad("reproduce", out, "--trust-program", "--workers", "0", "--json")).out)["digest"]).toBe(told["digest"]);
      expect((await run(graph, "--profile", SLOW, "--noise")).out).toMatch(/decoder +40 rounds[^]*overloaded 1 time, and caught up[^]*rates +parameters:surface_code\(d=3[^]*by the formula/);
      expect((await run(graph, "--noise")).out).toMatch(/decoder +100 rounds, each corrected after 0.1 µs in the mean, 0.1 µs at most; on time\n/);
      expect((await run(graph)).out).not.toContain("rates");
    });

    it("takes the estimator's file, a name and a sampled rate; what the graph names stays", async () => {
      const graph = written("plain.qvm.json", plain);
      const rates = async (profile: string): Promise<unknown> => (onlyObject((await triad("qvm", "stats", graph, "--profile", profile, "--json")).out)["decoder"] as { readonly rates: unknown }).rates;
      const stays = { "logical:surface_code(d=5)": "formula" };
      expect(await rates("sampled:surface_code(d=5,p=0.002)")).toEqual({ "sampled:surface_code(d=5,p=0.002)": "sampled", ...stays });
      expect(await rates("surface_d7")).toEqual({ "logical:surface_code(d=7)": "formula", ...stays });
      expect(await rates(written("azure.json", { qubitParams: { name: "maj_ns_e4" }, qecScheme: { name: "floquet_code" }, codeDistance: 7 }))).toEqual({
        "parameters:qubit_maj_ns_e4:floquet_code(d=7,n=244,cycle_ns=2100,p=0.0001,gate=0.0001,readout=0.0001,idle=0.00001,threshold=0.01,a=0.07,k=0)": "formula", ...stays,
      });
      expect((await triad("qvm", "stats", graph, "--profile", "sampled:surface_code(d=5,p=0.002)")).out).toMatch(/decoder +60 rounds[^]*rates +sampled:surface_code\(d=5,p=0.002\): sampled\n/);
    });

    it.each([
      ["even.json", { qec_scheme: { code_family: "surface", code_distance: 4 } }, "PROFILE_INVALID", "/qec_scheme/code_distance"], ["none.json", {}, "PROFILE_INVALID", ""],
      ["nobody.json", { qecScheme: { mine: 1 } }, "PROFILE_INVALID", "/qecScheme/mine"],
    ])("refuses %s with the place", async (name, json, fault, at) => {
      const { code, err } = await run(written("plain.qvm.json", plain), "--profile", written(name, json), "--json");
      expect([code, onlyObject(err)["error"]]).toMatchObject([1, { name: fault, detail: { at } }]);
    });
    it.each([["logical:toric(d=3)", "PROFILE_INVALID"], ["sampled:surface_code(d=5,p=0.2)", "RATE_UNSAMPLED"], [path("missing.json"), "FILE_UNREADABLE"]])("refuses %s", async (profile, fault) => {
      expect(onlyObject((await run(written("plain.qvm.json", plain), "--profile", profile, "--json")).err)["error"]).toMatchObject({ name: fault });
    });
  });

  it("runs a program of assembly as the graph it stands for", async () => {
    const [source, graph] = [path("bell.qvm.asm"), path("bell.qvm.json")];
    writeFileSync(source, '.version 0.1\n.caps CAP_ALLOC\nalloc: ALLOC_LQ n=2, profile="logical:surface_code(d=3)" -> q0, q1\nh: APPLY_H q0\nc: APPLY_CNOT q0, q1\nm0: MEASURE_Z q0 -> e0\nm1: MEASURE_Z q1 -> e1\n');
    expect((await triad("qvm", "asm", source, "--out", graph)).code).toBe(0);
    const counts = async (file: string): Promise<unknown> => onlyObject((await run(file, "--shots", "300", "--seed", "3", "--json")).out)["counts"];
    expect(Object.keys(await counts(source) as object)).toEqual(["e0=0 e1=0", "e0=1 e1=1"]);
    expect(await counts(source)).toEqual(await counts(graph));
  });

  it("refuses an invalid graph with its findings, and leaves nothing", async () => {
    const [graph, out] = [path("bad.qvm.json"), path("bad.triad")];
    writeFileSync(graph, JSON.stringify({ version: "0.1", program: { nodes: [{ id: "h", op: "APPLY_H", vqs: ["q"] }] }, resources: { vqs: ["q"], chs: [], events: [] }, caps: [] }));
    const { code, out: said, err } = await run(graph, "--json", "--out", out);
    expect([code, said, existsSync(out)]).toEqual([1, "", false]);
    const { error, findings } = onlyObject(err);
    expect(error).toMatchObject({ name: "GRAPH_INVALID", detail: { rule: "linearity", node: "h" } });
    expect(findings).toContainEqual(expect.objectContaining({ rule: "linearity", node: "h", severity: "error" }));
    expect((await run(graph)).err).toContain("error linearity at h");
  });

  it.each([[["--shots", "0"]], [["--shots", "10000001"]], [["--shots", "x"]], [["--seed", ""]], [["--mode", "both"]]])("refuses %j as usage", async (words) => {
    expect((await run(example("ghz_state"), ...words)).code).toBe(2);
  });
});
