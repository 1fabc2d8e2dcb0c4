import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { onlyObject, scratch, triad } from "../../../support/cli.ts";
import { programOf, uninterrupted, WORKLOADS, type Uninterrupted, type Workload } from "../../../support/workloads.ts";

const at = scratch();
const both = WORKLOADS.find(({ name }) => name === "both") as Workload;
let run: Uninterrupted;
beforeAll(async () => {
  run = await uninterrupted(both);
  writeFileSync(at("parent.triad"), run.file);
});
const fork = (...words: readonly string[]): ReturnType<typeof triad> => triad("fork", at("parent.triad"), "--workers", "0", ...words);

describe("triad fork", () => {
  it("names parent and position, leaves the parent as it was, and gives a trace that verifies and replays", async () => {
    const out = at("fork.triad");
    const { code, out: said, err } = await fork("--at", "60", "--out", out, "--allow", "K,Q,PHI", "--trust-program");
    expect([code, err]).toEqual([0, ""]);
    expect(said).toContain(`parent     ${run.report.digest}\n`);
    expect(said).toMatch(/^forked +behind event \d+, tick \d+$/m);
    expect(said).toContain(`triad diff ${at("parent.triad")} ${out}\n`);
    expect(readFileSync(at("parent.triad"))).toEqual(Buffer.from(run.file));
    expect(onlyObject((await triad("verify", out, "--json")).out)).toMatchObject({ sealed: true });
    expect((await triad("replay", out, "--program", programOf(both))).code).toBe(0);
    expect((await triad("diff", at("parent.triad"), out)).out).toContain("the same events under different descriptions");
  });

  it("prints one object with --json, and takes other faults", async () => {
    writeFileSync(at("faults.json"), JSON.stringify([{ at: 5, kind: "hardware-failure", domain: "Q" }]));
    const { code, out } = await fork("--at", "40", "--out", at("struck.triad"), "--allow", "K,Q,PHI", "--trust-program", "--faults", at("faults.json"), "--json");
    const said = onlyObject(out);
    expect(said).toMatchObject({ schema: "triad.fork/1", program: "both", parent: run.report.digest, exit: code });
    expect(said["digest"]).not.toBe(run.report.digest);
    expect((await triad("trace", at("struck.triad"), "--event", "FAULT_INJECTED", "--json")).out).toContain("FAULT_INJECTED");
  });

  it("takes another seed from the position on, and another input from the beginning alone", async () => {
    const words = ["--allow", "K,Q,PHI", "--trust-program"];
    const seeded = onlyObject((await fork("--at", "40", "--out", at("seeded.triad"), ...words, "--seed", "other", "--json")).out);
    expect(seeded["digest"]).not.toBe(run.report.digest);
    expect((await triad("diff", at("parent.triad"), at("seeded.triad"))).out).toContain("reseeds");
    expect((await fork("--at", "0", "--out", at("anew.triad"), ...words, "--input", "{\"size\":1}")).code).toBe(0);
    const refused = await fork("--at", "40", "--out", at("late.triad"), ...words, "--input", "{\"size\":1}");
    expect([refused.code, existsSync(at("late.triad")), existsSync(at("late.triad.partial"))]).toEqual([2, false, false]);
    expect(refused.err).toContain("first event");
  });

  it("is refused without position, place, authority or code; nothing is left behind", async () => {
    const out = at("none.triad");
    const words = ["--at", "60", "--out", out, "--allow", "K,Q,PHI", "--trust-program"];
    const without = (option: string, taken = 2): readonly string[] => words.toSpliced(words.indexOf(option), taken);
    for (const [given, exit, says] of [
      [without("--at"), 2, "option     --at"], [without("--out"), 2, "option     --out"], [without("--allow"), 5, "--allow K,Q,PHI"],
      [without("--trust-program", 1), 5, "PROGRAM_UNTRUSTED"], [["--at", "99999", ...without("--at")], 2, "no such event"],
    ] as const) {
      const { code, err } = await fork(...given);
      expect([code, existsSync(out), existsSync(`${out}.partial`)]).toEqual([exit, false, false]);
      expect(err).toContain(says);
    }
  });
});
