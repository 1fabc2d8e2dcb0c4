import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { onlyObject, scratch, triad, triadOn, type Said } from "../../../support/cli.ts";
import { cutAfter, programOf, uninterrupted, WORKLOADS, type Uninterrupted } from "../../../support/workloads.ts";

const at = scratch();
const named = (name: string): (typeof WORKLOADS)[number] => WORKLOADS.find((one) => one.name === name) as (typeof WORKLOADS)[number];

let run: Uninterrupted;
beforeAll(async () => { run = await uninterrupted(named("both")); });

/** A journal that was cut after so many frames. */
function journal(name: string, frames: number): string {
  writeFileSync(at(`${name}.triad.partial`), cutAfter(run.file, frames));
  return at(`${name}.triad.partial`);
}
const resume = (file: string, ...words: readonly string[]): Promise<Said> => triad("resume", file, "--workers", "0", ...words);

describe("triad resume", () => {
  it("says outcome, result, where it went on, digest and what to type next; the journal is gone, the trace verifies", async () => {
    const file = journal("one", 20);
    const { code, out, err } = await resume(file, "--allow", "K,Q,PHI", "--trust-program");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^completed {2}both\n/);
    expect(out).toMatch(/^resumed +after 20 frames in \d+ blocks, tick \d+$/m);
    expect(out).toMatch(/^executed +\d+ turns executed again$/m);
    expect(out).toContain(`digest     ${run.report.digest}\n`);
    expect([existsSync(file), existsSync(at("one.triad"))]).toEqual([false, true]);
    expect(onlyObject((await triad("verify", at("one.triad"), "--json")).out)).toMatchObject({ sealed: true, trusted: true, digest: run.report.digest, host: { resumed: [{ frames: 20 }] } });
    expect((await triad("replay", at("one.triad"), "--program", programOf(named("both")))).code).toBe(0);
  });

  it("prints one object with --json and nothing else", async () => {
    const { code, out, err } = await resume(journal("json", 3), "--allow", "K,Q,PHI", "--program", programOf(named("both")), "--json");
    expect([code, err]).toEqual([0, ""]);
    const said = onlyObject(out);
    expect(Object.keys(said)).toEqual([
      "schema", "named", "program", "outcome", "result", "ticks", "turns", "messages", "shots", "fault", "failures", "waits", "digest", "trace", "seed", "signer", "point", "torn", "recordedTurns", "turnsAgain", "from", "passedOver", "uncaught", "exit",
    ]);
    expect(said).toMatchObject({ schema: "triad.resume/1", named: false, outcome: "completed", digest: run.report.digest, point: { frames: 3 }, torn: 0, exit: 0 });
  });

  it("says what a torn journal lost, and that nothing had become durable", async () => {
    const first = cutAfter(run.file, 0);
    writeFileSync(at("torn.triad.partial"), run.file.slice(0, first.length + 77));
    const { out } = await resume(at("torn.triad.partial"), "--allow", "k,q,phi", "--trust-program");
    expect(out).toContain("resumed    from the beginning: nothing had become durable\n");
    expect(out).toContain("cut        77 bytes of an unfinished block\n");
  });

  it("exits 5 and spells out what to say, when authority or code is not given again", async () => {
    const file = journal("denied", 9);
    const before = readFileSync(file);
    for (const words of [[], ["--allow", "K"], ["--allow", "K,Q"]]) {
      const { code, out, err } = await resume(file, ...words, "--trust-program");
      expect([code, out]).toEqual([5, ""]);
      expect(err).toMatch(/^error RESUME_UNAUTHORIZED 3319: /);
      expect(err).toContain("allowed    K,Q,PHI\n");
      expect(err).toContain(`triad resume ${file} --allow K,Q,PHI --trust-program`);
    }
    const untrusted = await resume(file, "--allow", "K,Q,PHI");
    expect([untrusted.code, untrusted.err.split(":")[0]]).toEqual([5, "error PROGRAM_UNTRUSTED 3312"]);
    expect((await resume(file, "--allow", "K,Q,PHI", "--program", programOf(named("shots")))).code).toBe(5);
    expect((await resume(file, "--allow", "K,Q,PHI", "--trust-program", "--program", "x.ts")).code).toBe(2);
    expect((await resume(file, "--allow", "everything")).code).toBe(2);
    expect(readFileSync(file)).toEqual(before);
  });

  it("exits as the run ends", async () => {
    const stuck = await uninterrupted(named("stuck"));
    writeFileSync(at("stuck.triad.partial"), cutAfter(stuck.file, 4));
    const { code, out, err } = await resume(at("stuck.triad.partial"), "--allow", "K", "--trust-program");
    expect([code, out.split("\n")[0]]).toEqual([1, "stuck  stuck"]);
    expect(err).toMatch(/^error RUN_STUCK 3202: /);
  });

  it("refuses what there is nothing to resume of: a sealed trace, a journal that became one, one without a description, no file", async () => {
    writeFileSync(at("sealed.triad"), run.file);
    const sealed = await resume(at("sealed.triad"), "--allow", "K,Q,PHI", "--trust-program");
    expect([sealed.code, sealed.err.split(":")[0]]).toEqual([2, "error RESUME_REFUSED 3318"]);
    const gone = await resume(at("sealed.triad.partial"), "--allow", "K,Q,PHI", "--trust-program");
    expect(gone.err).toContain(`triad verify ${at("sealed.triad")}`);
    writeFileSync(at("short.triad.partial"), run.file.slice(0, 100));
    expect((await resume(at("short.triad.partial"), "--allow", "K")).err).toContain("run it again");
    expect((await resume(at("nowhere.triad.partial"), "--allow", "K")).code).toBe(2);
    const altered = run.file.slice(0, -40);
    altered[cutAfter(run.file, 0).length + 10] = 0xff;
    writeFileSync(at("altered.triad.partial"), altered);
    expect((await resume(at("altered.triad.partial"), "--allow", "K,Q,PHI", "--trust-program")).code).toBe(4);
  });

  it("gives a sealed journal its name and executes nothing", async () => {
    writeFileSync(at("unnamed.triad.partial"), run.file);
    const { code, out, err } = await resume(at("unnamed.triad.partial"));
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^named {2}/);
    expect([existsSync(at("unnamed.triad.partial")), readFileSync(at("unnamed.triad")).equals(run.file)]).toEqual([false, true]);
    copyFileSync(at("unnamed.triad"), at("unnamed2.triad.partial"));
    expect(onlyObject((await resume(at("unnamed2.triad.partial"), "--json")).out)).toMatchObject({ schema: "triad.resume/1", named: true, outcome: "completed", digest: run.report.digest });
  });

  it("writes elsewhere when asked to, and never over what exists unasked", async () => {
    const file = journal("kept", 12);
    writeFileSync(at("taken.triad"), "somebody's");
    expect((await resume(file, "--allow", "K,Q,PHI", "--trust-program", "--out", at("taken.triad"))).code).toBe(2);
    expect(readFileSync(at("taken.triad"), "utf8")).toBe("somebody's");
    expect((await resume(file, "--allow", "K,Q,PHI", "--trust-program", "--out", at("taken.triad"), "--replace")).code).toBe(0);
    expect(existsSync(file)).toBe(true);
  });

  it("shows of the log what comes now: what is on record was shown when it happened", async () => {
    const chatty = await uninterrupted(named("chatty"));
    writeFileSync(at("chatty.triad.partial"), cutAfter(chatty.file, 15));
    const { err } = await triadOn({ columns: 100 }, "resume", at("chatty.triad.partial"), "--allow", "K", "--trust-program", "--workers", "0");
    expect(err).toContain("resuming after 15 frames");
    const rounds = [...err.matchAll(/round \{"round":(\d+)/g)].map(([, round]) => Number(round));
    expect(rounds.at(-1)).toBe(8);
    expect(rounds[0]).toBeGreaterThan(0);
  });
});
