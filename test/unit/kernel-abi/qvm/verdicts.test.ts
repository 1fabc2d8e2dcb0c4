// Upstream's graphs and the cases with a wanted verdict: every one judged as wanted, in both modes and strictly.
import { describe, expect, it } from "vitest";
import { verifyGraph, type Verdict, type VerifyOptions } from "../../../../kernel-abi/qvm/verify.ts";
import { qmkJson, upstreamExamples } from "../../../support/graphs.ts";

interface Case { readonly case: string; readonly expect: string; readonly graph: unknown }
const CASES = qmkJson("malformed.json") as readonly Case[];
const DISTRIBUTIONS = qmkJson("distributions.json") as { readonly constructed: Readonly<Record<string, { readonly graph: unknown }>> };

const errors = ({ findings }: Verdict): readonly string[] => findings.filter(({ severity }) => severity === "error").map(({ rule }) => rule);
const warnings = ({ findings }: Verdict): readonly string[] => findings.filter(({ severity }) => severity === "warning").map(({ rule }) => rule);

/** The forms a wanted verdict is written in. */
function check(wanted: string, judge: (options?: VerifyOptions) => Verdict): void {
  const [, rule] = /^reject ([a-z-]+)$/.exec(wanted) ?? [];
  const [, leak] = /^accept with warning ([a-z-]+); reject \1 under --strict$/.exec(wanted) ?? [];
  if (wanted === "accept") {
    expect([judge().valid, errors(judge()), judge({ strict: true }).valid]).toEqual([true, [], true]);
  } else if (rule !== undefined) {
    expect([judge().valid, judge({ mode: "consume" }).valid]).toEqual([false, false]);
    expect(new Set(errors(judge()))).toEqual(new Set([rule]));
  } else if (leak !== undefined) {
    expect([judge().valid, judge({ strict: true }).valid]).toEqual([true, false]);
    expect([warnings(judge()), errors(judge({ strict: true }))]).toEqual([expect.arrayContaining([leak]), expect.arrayContaining([leak])]);
  } else if (wanted === "accept in thread mode / reject in consume mode") {
    expect([judge().valid, errors(judge({ mode: "consume" }))]).toEqual([true, ["linearity"]]);
  } else throw new Error(`a verdict of another form: ${wanted}`);
}

describe("malformed graphs", () => {
  it.each(CASES.map((one) => [one.case, one.expect, one.graph] as const))("%s: %s", (_, wanted, graph) => {
    check(wanted, (options) => verifyGraph(graph, options));
  });

  it("are all there", () => { expect(CASES.length).toBe(22); });
});

describe("graphs from upstream", () => {
  it.each(upstreamExamples())("%s is valid in mode thread", (_, graph) => {
    const verdict = verifyGraph(graph);
    expect(errors(verdict)).toEqual([]);
    expect(verdict.graph?.program.nodes.length).toBeGreaterThan(4);
  });

  it("are judged in mode consume as upstream's static verifier does", () => {
    const linear = upstreamExamples().map(([name, graph]) => [name.split(".")[0], errors(verifyGraph(graph, { mode: "consume" })).filter((rule) => rule === "linearity").length]);
    expect(linear).toEqual([["bell_teleport_cnot", 0], ["conditional_correction", 2], ["ghz_state", 4], ["measurement_bases", 0]]);
  });

  it("are taken without chs, with a warning", () => {
    const lacking = upstreamExamples().find(([name]) => name.startsWith("measurement_bases"))?.[1];
    expect(verifyGraph(lacking).findings).toEqual([expect.objectContaining({ rule: "schema", severity: "warning", fix: 'Add "chs": [] to resources.' })]);
    expect(verifyGraph(lacking, { strict: true }).valid).toBe(false);
  });

  it.each(Object.entries(DISTRIBUTIONS.constructed))("%s is valid", (_, { graph }) => {
    expect(verifyGraph(graph).findings).toEqual([]);
  });
});
