// triad qvm run: what it prints, what it keeps, what it refuses.
import { existsSync, writeFileSync } from "node:fs";
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
