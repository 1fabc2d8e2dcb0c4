import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { verifyStream } from "../../../../telemetry/signing.ts";
import { onlyObject, program, scratch, triad, triadOn } from "../../../support/cli.ts";
import { parseExposition } from "../../../support/exposition.ts";
import { unitOffsets } from "../../../support/refusals.ts";

const at = scratch();
let trace = "";
let signer = "";
beforeAll(async () => {
  trace = at("m.triad");
  const made = onlyObject((await triad("run", program("measured"), "--seed", "1", "--workers", "0", "--out", trace, "--metrics", at("live.jsonl"), "--metrics-interval", "2", "--json")).out);
  signer = String(made["signer"]);
});
const linesOf = (text: string): readonly Readonly<Record<string, unknown>>[] => text.trimEnd().split("\n").map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
type Rows = readonly Readonly<Record<string, unknown>>[];

describe("triad metrics", () => {
  it("shows series, faults and alerts to people", async () => {
    const { code, out, err } = await triad("metrics", trace);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/completed; \d+ metrics, 3 faults, \d+ diagnostics, \d+ alerts?\n/);
    expect(out).toMatch(/^ +6 {2}k\.messages_sent +2 {2}messages/m);
    expect(out).toMatch(/^Faults\nevent +tick +fault[^]*Q_ERR_DECOHERENCE_EXCEEDED[^]*root\/falls#1/m);
    for (const line of (await triadOn({ columns: 60 }, "metrics", trace)).out.split("\n")) expect(line.length).toBeLessThanOrEqual(60);
  });

  it("gives one object with --json, every fault with the number `triad trace` knows it by", async () => {
    const found = onlyObject((await triad("metrics", trace, "--json")).out);
    expect(found).toMatchObject({ schema: "triad.metrics/1", sealed: true, status: "completed" });
    const [fault] = found["faults"] as Rows;
    const shown = onlyObject((await triad("trace", trace, "show", String(fault?.["event"]), "--json")).out);
    expect((shown["event"] as { outcome: string }).outcome).toBe(fault?.["name"]);
  });

  it("gives JSON lines and Prometheus text, the lines those the live run wrote", async () => {
    const lines = (await triad("metrics", trace, "--format", "jsonl", "--interval", "2")).out;
    expect(lines).toBe(readFileSync(at("live.jsonl"), "utf8"));
    expect(new Set(linesOf(lines).filter(({ schema }) => schema === "triad.metric/2").map(({ logicalTimestamp }) => logicalTimestamp)).size).toBeGreaterThan(2);
    const families = parseExposition((await triad("metrics", trace, "--format", "prometheus")).out);
    expect(families.get("triad_k_messages_sent_total")?.samples[0]?.value).toBe(2);
    expect(families.get("triad_faults_total")?.samples).toHaveLength(2);
  });

  it("signs lines with the user's key", async () => {
    const { out } = await triad("metrics", trace, "--format", "jsonl", "--sign");
    expect(verifyStream(out, { signers: [signer] })).toMatchObject({ ok: true, complete: true });
    expect((await triad("metrics", trace, "--sign")).code).toBe(2);
  });

  it("shows one process, several, a VHM", async () => {
    const of = async (...words: readonly string[]): Promise<Rows> => onlyObject((await triad("metrics", trace, "--json", ...words)).out)["metrics"] as Rows;
    const turns = async (...words: readonly string[]): Promise<unknown> => (await of(...words)).find(({ metricId }) => metricId === "k.turns")?.["value"];
    const [all, root, children, nobody, vhm] = await Promise.all([turns(), turns("--process", "root"), turns("--process", "root/*"), turns("--process", "root/x#1"), turns("--vhm", "7")]);
    expect(all).toBe(Number(root) + Number(children));
    expect([nobody, vhm]).toEqual([0, 0]);
    expect((await of("--by-process")).filter(({ metricId }) => metricId === "k.turns").length).toBeGreaterThan(3);
  });

  it("takes rules from a file, and says where they are wrong", async () => {
    writeFileSync(at("rules.json"), JSON.stringify([{ id: "talk", metric: "k.messages_sent", comparison: ">=", threshold: 2, severity: 2 }]));
    const { alerts } = onlyObject((await triad("metrics", trace, "--rules", at("rules.json"), "--json")).out);
    expect(alerts).toMatchObject([{ ruleId: "talk", state: "raised", value: 2 }]);
    writeFileSync(at("wrong.json"), JSON.stringify([{ id: "talk", metric: "k.nothing", comparison: ">=", threshold: 2, severity: 2 }]));
    const wrong = await triad("metrics", trace, "--rules", at("wrong.json"));
    expect([wrong.code, wrong.out]).toEqual([2, ""]);
    expect(wrong.err).toMatch(/^error RULES_INVALID 3121: [^]*\/0\/metric/);
    writeFileSync(at("wrong.json"), "[{");
    expect((await triad("metrics", trace, "--rules", at("wrong.json"))).code).toBe(2);
    expect((await triad("metrics", trace, "--rules", at("none.json"))).code).toBe(2);
  });

  it("verifies first: a changed byte is refused, a journal needs --allow-unsealed and gives what is intact", async () => {
    const bytes = readFileSync(trace);
    writeFileSync(at("changed.triad"), bytes.map((byte, index) => (index === bytes.length >> 1 ? byte ^ 1 : byte)));
    const changed = await triad("metrics", at("changed.triad"), "--format", "jsonl");
    expect([changed.code, changed.out]).toEqual([4, ""]);
    writeFileSync(at("cut.triad.partial"), bytes.subarray(0, bytes.length - 900));
    expect((await triad("metrics", at("cut.triad.partial"))).code).toBe(4);
    const cut = await triad("metrics", at("cut.triad.partial"), "--allow-unsealed", "--format", "jsonl");
    expect([cut.code, linesOf(cut.out).at(-1)]).toMatchObject([0, { schema: "triad.telemetry-end/1", run: null }]);
    expect(cut.err).toContain("unsealed");
  });

  it("refuses what makes no sense", async () => {
    expect((await triad("metrics", trace, "--json", "--format", "jsonl")).code).toBe(2);
    expect((await triad("metrics", trace, "--format", "xml")).code).toBe(2);
    expect((await triad("metrics", trace, "--interval", "-1")).code).toBe(2);
    expect((await triad("metrics", at("none.triad"))).code).toBe(2);
  });
});

describe("--metrics of a run that is made again", () => {
  const words = ["--metrics-interval", "2", "--workers", "0"];
  const live = (): string => readFileSync(at("live.jsonl"), "utf8");

  it("is what the run's own said, byte for byte: replayed, reproduced, resumed, forked from the beginning", async () => {
    const said = async (name: string, ...command: readonly string[]): Promise<string> => {
      const { code } = await triad(...command, "--metrics", at(name));
      expect([name, code]).toEqual([name, 0]);
      return readFileSync(at(name), "utf8");
    };
    expect(await said("replayed.jsonl", "replay", trace, "--trust-program", "--metrics-interval", "2")).toBe(live());
    expect(await said("reproduced.jsonl", "reproduce", trace, "--trust-program", ...words)).toBe(live());
    const whole = readFileSync(trace);
    writeFileSync(at("again.triad.partial"), whole.subarray(0, (unitOffsets(whole).at(-3) as number) + 1));
    expect(await said("resumed.jsonl", "resume", at("again.triad.partial"), "--allow", "K,Q,PHI", "--trust-program", ...words)).toBe(live());
    writeFileSync(at("named.triad.partial"), whole);
    expect(await said("named.jsonl", "resume", at("named.triad.partial"), "--allow", "K", "--trust-program", ...words)).toBe(live());
    const forked = await said("forked.jsonl", "fork", trace, "--at", "0", "--out", at("forked.triad"), "--allow", "K,Q,PHI", "--trust-program", ...words);
    const records = (text: string): string => text.split("\n").filter((line) => !line.includes('"triad.telemetry-end/1"')).join("\n");
    expect(records(forked)).toBe(records(live()));
  });

  it("stops where a replay was told to, and is not left behind where nothing ran", async () => {
    expect((await triad("replay", trace, "--trust-program", "--until", "2", "--metrics", at("until.jsonl"))).code).toBe(0);
    expect(readFileSync(at("until.jsonl"), "utf8").length).toBeLessThan(live().length);
    expect((await triad("replay", trace, "--metrics", at("refused.jsonl"))).code).toBe(5);
    expect((await triad("run", program("reader"), "--out", at("r.triad"), "--input", '{"times":0}', "--metrics", at("refused.jsonl"))).code).toBe(2);
    expect(existsSync(at("refused.jsonl"))).toBe(false);
    writeFileSync(at("kept.jsonl"), "kept");
    expect((await triad("replay", trace, "--metrics", at("kept.jsonl"), "--replace")).code).toBe(5);
    expect(readFileSync(at("kept.jsonl"), "utf8")).toBe("kept");
    expect((await triad("replay", trace, "--trust-program", "--metrics", at("kept.jsonl"))).code).toBe(2);
    expect((await triad("replay", trace, "--trust-program", "--metrics", at("kept.jsonl"), "--replace")).code).toBe(0);
    expect(readFileSync(at("kept.jsonl"), "utf8")).not.toContain("kept");
  });
});

describe("triad run --metrics", () => {
  it("never stands where a trace does", async () => {
    const out = at("both.triad");
    for (const metrics of [out, `${out}.partial`, `${out}.partial.snapshot`]) {
      const { code, err } = await triad("run", program("measured"), "--workers", "0", "--out", out, "--metrics", metrics);
      expect([code, existsSync(out), existsSync(metrics)]).toEqual([2, false, false]);
      expect(err).toContain("--metrics");
    }
    const before = readFileSync(trace);
    expect((await triad("replay", trace, "--trust-program", "--metrics", trace, "--replace")).code).toBe(2);
    expect(readFileSync(trace).equals(before)).toBe(true);
  });

  it("writes for a scraper where the file ends in .prom, and replaces nothing unasked", async () => {
    const words = ["run", program("failing"), "--workers", "0", "--seed", "1"];
    expect((await triad(...words, "--out", at("f.triad"), "--metrics", at("f.prom"))).code).toBe(1);
    expect(parseExposition(readFileSync(at("f.prom"), "utf8")).get("triad_k_turns_aborted_total")?.samples[0]?.value).toBe(1);
    const again = await triad(...words, "--out", at("g.triad"), "--metrics", at("f.prom"));
    expect(again.code).toBe(2);
    expect(again.err).toContain("it exists");
    expect((await triad(...words, "--out", at("f.triad"), "--metrics", at("f.prom"), "--replace")).code).toBe(1);
  });

  it("goes on when the disk is full, with the same digest, and says so once", async () => {
    const words = ["run", program("measured"), "--seed", "1", "--workers", "0", "--json"];
    const { code, out, err } = await triad(...words, "--out", at("full.triad"), "--metrics", "/dev/full", "--replace");
    expect([code, onlyObject(out)["digest"]]).toEqual([0, onlyObject((await triad("verify", trace, "--json")).out)["digest"]]);
    expect(err.match(/warning SINK_FAILED 3120/g)).toHaveLength(1);
    expect(err).toMatch(/sink +\/dev\/full\n[^]*error +Error: ENOSPC[^]*dropped +\d+/);
  });
});
