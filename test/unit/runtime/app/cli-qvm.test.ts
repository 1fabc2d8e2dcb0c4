// triad qvm verify and stats: verdicts as exit codes, findings as data.
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { alloc, graphOf, node, qmkJson, upstreamExamples } from "../../../support/graphs.ts";
import { onlyObject, scratch, triad } from "../../../support/cli.ts";

const at = scratch();
const file = (name: string, content: unknown): string => {
  const path = at(name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};
const BAD = graphOf([alloc("q0 q1", { id: "a" }), node("APPLY_CNOT", "q0 q0", { id: "c" }), node("MEASURE_Z", "q0", { id: "m" })]);

describe("triad qvm verify", () => {
  it("exits 0 for what may run, 1 for what may not, and prints valid and findings", async () => {
    for (const [name, graph] of upstreamExamples()) {
      const { code, out, err } = await triad("qvm", "verify", file(name, graph), "--json");
      expect([code, err, onlyObject(out)["valid"]]).toEqual([0, "", true]);
    }
    const { code, out, err } = await triad("qvm", "verify", file("bad.json", BAD), "--json");
    expect([code, err, onlyObject(out)]).toEqual([1, "", {
      schema: "triad.qvm-verify/1", valid: false, findings: [
        { rule: "aliasing", severity: "error", node: "c", message: 'APPLY_CNOT has "q0" twice in vqs.', fix: "Name different handles: a linear handle cannot be in two places." },
        { rule: "measure-without-event", severity: "error", node: "m", message: "MEASURE_Z has no event to write to.", fix: "Name an event in produces, and declare it in resources.events." },
        { rule: "leak", severity: "warning", node: "a", message: 'The qubit "q1" is never measured or freed.', fix: 'Add a FREE_LQ of "q1".' },
      ],
    }]);
  });

  it("has the wanted verdict for every case", async () => {
    for (const { expect: wanted, graph } of qmkJson("malformed.json") as readonly { readonly expect: string; readonly graph: unknown }[]) {
      const path = file("case.json", graph);
      const codes = [await triad("qvm", "verify", path), await triad("qvm", "verify", path, "--mode", "consume"), await triad("qvm", "verify", path, "--strict")].map(({ code }) => code);
      const expected = wanted.startsWith("reject") ? [1, 1, 1] : wanted === "accept" ? [0, 0, 0] : wanted.includes("consume") ? [0, 1, 0] : [0, 0, 1];
      expect([wanted, codes]).toEqual([wanted, expected]);
    }
  });

  it("says what is wrong in words, and nothing that steers a terminal", async () => {
    const { code, out } = await triad("qvm", "verify", file("bad.json", { ...BAD, caps: ["\u001b[2J"] }));
    expect(code).toBe(1);
    expect(out).toMatch(/^invalid {2}.*bad\.json: 4 errors, 1 warning\n/);
    expect(out).toContain('error aliasing at c: APPLY_CNOT has "q0" twice in vqs.\n  Name different handles');
    expect(out).not.toContain("\u001b");
  });

  it("takes a text that is no JSON as a finding with its place, a file that is not there as a fault", async () => {
    const { code, out } = await triad("qvm", "verify", file("broken.json", '{"version": "0.1",\n "program": }'), "--json");
    expect([code, onlyObject(out)]).toEqual([1, expect.objectContaining({ valid: false, findings: [{ rule: "schema", severity: "error", node: null, message: "Not JSON: line 2, column 13.", fix: "Write a value there." }] })]);
    expect((await triad("qvm", "verify", at("nowhere.json"))).code).toBe(2);
    writeFileSync(at("latin.json"), Buffer.from('{"version": "0.1", "description": "\xe9"}', "latin1"));
    const bytes = await triad("qvm", "verify", at("latin.json"), "--json");
    expect([bytes.code, bytes.err, onlyObject(bytes.out)]).toEqual([1, "", expect.objectContaining({ valid: false, findings: [{ rule: "schema", severity: "error", node: null, message: "Not text in UTF-8.", fix: "Write the graph as JSON in UTF-8." }] })]);
    expect((await triad("qvm", "verify", file("bad.json", BAD), "--mode", "other")).code).toBe(2);
  });
});

describe("triad qvm stats", () => {
  it("counts what a graph is made of and needs", async () => {
    const ghz = upstreamExamples().find(([name]) => name.startsWith("ghz"))?.[1];
    const { code, out } = await triad("qvm", "stats", file("ghz.json", ghz), "--json");
    expect([code, onlyObject(out)]).toEqual([0, expect.objectContaining({
      schema: "triad.qvm-stats/1", gates: 4, entangling: 3, depth: 8, rev: { segments: 1, gates: 4, longest: 4, cost: 31, tStates: 0, share: 1 / 3 },
      needs: expect.objectContaining({ peakQubits: 4, measurements: 4, epochs: 2, caps: ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"] }) as unknown,
    })]);
    expect((await triad("qvm", "stats", file("ghz.json", ghz))).out).toMatch(/reversible 1 segment, the longest of 4 gates; to undo them all costs 31/);
  });

  it("has no numbers of a graph that may not run", async () => {
    const { code, out, err } = await triad("qvm", "stats", file("bad.json", BAD), "--json");
    expect([code, out, onlyObject(err)]).toEqual([1, "", expect.objectContaining({ exit: 1, error: expect.objectContaining({ name: "GRAPH_INVALID", code: 3701, detail: expect.objectContaining({ errors: 2, rule: "aliasing", node: "c" }) as unknown }) as unknown })]);
  });
});

describe("triad qvm", () => {
  it("names its commands, and the one that was probably meant", async () => {
    expect((await triad("qvm")).code).toBe(2);
    const { code, err } = await triad("qvm", "verfy");
    expect([code, err.includes("suggestion verify"), err.includes("triad help qvm")]).toEqual([2, true, true]);
    expect((await triad("qvm", "help", "stats")).out).toContain("Usage: triad qvm stats");
    expect((await triad("help", "qvm")).out).toMatch(/verify +may this graph run/);
  });
});
