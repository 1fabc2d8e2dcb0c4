// triad qvm asm and disasm: files in, files out, and refusals with line and column.
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readGraph } from "../../../../kernel-abi/qvm/read.ts";
import { alloc, graphOf, node } from "../../../support/graphs.ts";
import { onlyObject, scratch, triad } from "../../../support/cli.ts";

const at = scratch();
const file = (name: string, ...text: readonly string[]): string => {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text.join("\n"));
  return at(name);
};
const GHZ = [".version 0.1", ".caps CAP_ALLOC", ".param n = 2", ".include \"std/ghz.qasm\"", "alloc: ALLOC_LQ n=n -> {[q{i} for i in range(n)]}", "g: GHZ([q{i} for i in range(n)])", ".for i in 0..n-1", "m{i}: MEASURE_Z q{i} -> m{i}", ".endfor"];
const example = (name: string): string => fileURLToPath(new URL(`../../../data/qmk/examples/${name}`, import.meta.url));

describe("triad qvm asm", () => {
  it("prints the graph, with parameters from outside", async () => {
    const { code, out, err } = await triad("qvm", "asm", file("ghz.qasm", ...GHZ), "--param", "n=3");
    expect([code, err]).toEqual([0, ""]);
    const graph = JSON.parse(out) as { readonly resources: unknown };
    expect(graph.resources).toEqual({ vqs: ["q0", "q1", "q2"], chs: [], events: ["m0", "m1", "m2"] });
    expect(readGraph(graph).findings).toEqual([]);
  });

  it("writes a file, and replaces none unasked", async () => {
    const out = at("out.qvm.json");
    const source = file("ghz.qasm", ...GHZ);
    expect(await triad("qvm", "asm", source, "-o", out)).toMatchObject({ code: 0, out: "" });
    expect(existsSync(out)).toBe(true);
    expect((await triad("qvm", "asm", source, "-o", out)).err).toContain("FILE_UNREADABLE");
    expect((await triad("qvm", "asm", source, "-o", out, "--replace")).code).toBe(0);
    expect((await triad("qvm", "verify", out)).code).toBe(0);
    const asm = await triad("qvm", "disasm", out);
    expect(asm.out).toContain("g_cnot: APPLY_CNOT q0, q1\n");
  });

  it("says what the verifier finds, and whether the graph is valid", async () => {
    const source = file("leak.qasm", ".caps CAP_ALLOC", "ALLOC_LQ n=1 -> q", "APPLY_H q");
    const { code, err } = await triad("qvm", "asm", source);
    expect([code, err]).toEqual([0, expect.stringContaining("warning leak")]);
    expect(onlyObject((await triad("qvm", "asm", source, "--json")).out)).toMatchObject({ schema: "triad.qvm-asm/1", valid: true, findings: [{ rule: "leak" }], graph: { version: "0.1" } });
  });

  it("refuses with file, line and column, and what to write instead", async () => {
    const source = file("bad.qasm", ".version 0.1", "x: APPLY_X q [m == 1]");
    const { code, out, err } = await triad("qvm", "asm", source);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/QVM_ASM_SYNTAX 3706[^]*file +bad\.qasm[^]*line +2\n[^]*column +14[^]*next +Write a guard with if/);
    expect(onlyObject((await triad("qvm", "asm", source, "--json")).err)).toMatchObject({ error: { name: "QVM_ASM_SYNTAX", code: 3706, detail: { file: "bad.qasm", line: 2, column: 14 } }, exit: 2 });
    expect((await triad("qvm", "asm", file("bomb.qasm", ".macro M()", "M()", ".endmacro", "M()"))).code).toBe(1);
  });

  it("takes parameters as values, each once, and refuses what is none", async () => {
    const source = file("p.qasm", ".param theta = 0", ".param names = [q]", "APPLY_RZ {names[0]}, theta=theta");
    expect(JSON.parse((await triad("qvm", "asm", source, "--param", "theta=pi/4", "--param", "names=[a, b]")).out)).toMatchObject({ program: { nodes: [{ args: { theta: Math.PI / 4 }, vqs: ["a"] }] } });
    for (const words of [["--param", "theta"], ["--param", "3=4"], ["--param", "theta=1", "--param", "theta=2"]]) expect((await triad("qvm", "asm", source, ...words)).err).toContain("USAGE");
    expect((await triad("qvm", "asm", source, "--param", "theta=(")).err).toContain("QVM_ASM_SYNTAX");
    expect((await triad("qvm", "asm", source, "--param", "other=1")).err).toContain("nothing asks for the parameter other");
    expect((await triad("qvm", "asm", at("none.qasm"))).code).toBe(2);
  });

  it("includes files of the program's folder, and none outside it, also not by a link", async () => {
    file("secret.qasm", "APPLY_H q");
    file("inc/lib.qasm", "APPLY_X q");
    expect((await triad("qvm", "asm", file("inc/main.qasm", ".include \"lib.qasm\""))).code).toBe(0);
    const up = file("inc/up.qasm", ".include \"../secret.qasm\"");
    expect((await triad("qvm", "asm", up)).err).toContain("leads out of the program's folder");
    expect((await triad("qvm", "asm", up, "--root", at("."))).code).toBe(0);
    symlinkSync(at("secret.qasm"), at("inc/link.qasm"));
    expect((await triad("qvm", "asm", file("inc/by-link.qasm", ".include \"link.qasm\""))).err).toContain("a link that leads out");
    expect((await triad("qvm", "asm", up, "--root", at("home"))).err).toContain("a folder the program is in");
  });
});

describe("triad qvm disasm", () => {
  it.each(["bell_teleport_cnot", "conditional_correction", "ghz_state", "measurement_bases"])("spells %s, and asm reads the same graph", async (name) => {
    const asm = await triad("qvm", "disasm", example(`${name}.qvm.json`));
    expect(asm.code).toBe(0);
    const back = await triad("qvm", "asm", file(`${name}.qvm.asm`, asm.out));
    const { graph } = readGraph(JSON.parse(readFileSync(example(`${name}.qvm.json`), "utf8")));
    expect(readGraph(JSON.parse(back.out)).graph).toEqual(graph);
    expect((await triad("qvm", "disasm", file(`${name}.json`, back.out))).out).toBe(asm.out);
  });

  it("keeps an angle in the words the graph has for it", async () => {
    const graph = graphOf([alloc("q"), node("APPLY_RX", "q", { args: { theta: "pi/2" } }), node("APPLY_RZ", "q", { args: { theta: 0.25 } }), node("MEASURE_Z", "q", { produces: ["e"] })]);
    const asm = await triad("qvm", "disasm", file("turn.qvm.json", JSON.stringify(graph)));
    expect(asm.out).toContain('APPLY_RX q, theta="pi/2"\n');
    const back = await triad("qvm", "asm", file("turn.qvm.asm", asm.out));
    expect((JSON.parse(back.out) as typeof graph).program.nodes.map(({ args }) => args?.["theta"])).toEqual([undefined, "pi/2", 0.25, undefined]);
  });

  it("writes a file, or one object", async () => {
    const out = at("out.qvm.asm");
    expect((await triad("qvm", "disasm", example("ghz_state.qvm.json"), "-o", out)).code).toBe(0);
    expect(readFileSync(out, "utf8")).toContain("h1: APPLY_H q0\n");
    expect((await triad("qvm", "disasm", example("ghz_state.qvm.json"), "-o", out)).code).toBe(2);
    expect(onlyObject((await triad("qvm", "disasm", example("ghz_state.qvm.json"), "--json")).out)).toMatchObject({ schema: "triad.qvm-disasm/1", asm: expect.stringContaining(".version 0.1") as unknown });
  });

  it("refuses what is no graph, and no JSON, with the place", async () => {
    expect(await triad("qvm", "disasm", file("no.json", "{\"version\": \"0.1\",\n ]"))).toMatchObject({ code: 2, err: expect.stringMatching(/USAGE[^]*line +2/) as unknown });
    expect(await triad("qvm", "disasm", file("empty.json", "{}"))).toMatchObject({ code: 2, err: expect.stringContaining("QVM_ASM_VALUE") as unknown });
    expect((await triad("qvm", "disasm", join(at("."), "none.json"))).code).toBe(2);
  });
});
