import { existsSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { beforeAll, describe, expect, it } from "vitest";
import { publicKeyPem } from "../../../../runtime/adapters/keys.ts";
import { unitOffsets } from "../../../support/refusals.ts";
import { onlyObject, program, scratch, triad, triadOn } from "../../../support/cli.ts";
import { underAnotherProgram, withAnotherOutcome } from "../../../support/forge.ts";
import { testSigner } from "../../../support/signer.ts";

const at = scratch();
let bell = "";
let failing = "";
let digest = "";

beforeAll(async () => {
  [bell, failing] = [at("bell.triad"), at("failing.triad")];
  const recorded = await triad("run", program("bell"), "--seed", "7", "--workers", "0", "--out", bell, "--json");
  digest = String(onlyObject(recorded.out)["digest"]);
  await triad("run", program("failing"), "--seed", "7", "--workers", "0", "--out", failing);
});

/** A copy of the Bell trace with one bit of one byte flipped. */
function tampered(offset: number): string {
  const bytes = readFileSync(bell);
  bytes[offset] = (bytes[offset] ?? 0) ^ 1;
  writeFileSync(at("tampered.triad"), bytes);
  return at("tampered.triad");
}

describe("triad verify", () => {
  it("says who sealed what, without a warning for one's own key", async () => {
    const { code, out, err } = await triad("verify", bell);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^intact {2}.*bell\.triad\nrun +completed: \d+ events in \d+ frames/);
    expect(out).toContain(`digest     ${digest}\n`);
    expect(out).toContain("(your own key)");
    expect(onlyObject((await triad("verify", bell, "--json")).out)).toMatchObject({
      schema: "triad.verify/1", file: bell, ok: true, sealed: true, digest, trusted: true, status: "completed", durability: "process", warnings: [],
    });
  });

  it.each([40, 600, -200])("refuses a trace with one bit flipped at %i, with the offset, and exits 4", async (offset) => {
    const file = tampered(offset < 0 ? readFileSync(bell).length + offset : offset);
    const { code, out, err } = await triad("verify", file);
    expect([code, out]).toEqual([4, ""]);
    expect(err).toMatch(/^error TRACE_\w+ 33\d\d: [^]*offset +\d+\n/);
    expect(onlyObject((await triad("verify", file, "--json")).err)).toMatchObject({ exit: 4 });
  });

  it("takes the required signer by id or by file, and refuses another with exit 4", async () => {
    const { signer } = onlyObject((await triad("run", program("stuck"), "--workers", "0", "--out", at("s.triad"), "--json")).out);
    expect((await triad("verify", bell, "--signer", String(signer))).code).toBe(0);
    writeFileSync(at("own.pem"), (await triad("keys", "export")).out);
    expect((await triad("verify", bell, "--signer", at("own.pem"))).code).toBe(0);
    writeFileSync(at("other.pem"), publicKeyPem(testSigner(3).publicKey));
    const wrong = await triad("verify", bell, "--signer", at("other.pem"));
    expect([wrong.code, wrong.out]).toEqual([4, ""]);
    expect(wrong.err).toMatch(/^error SIGNER_MISMATCH 3307: /);
    expect((await triad("verify", bell, "--signer", "0".repeat(64))).code).toBe(4);
    expect((await triad("verify", bell, "--signer", "somebody")).code).toBe(2);
    expect((await triad("verify", bell, "--signer", bell)).code).toBe(2);
  });

  it("warns of an unsealed journal only when it may be one", async () => {
    const journal = at("cut.triad.partial");
    const bytes = readFileSync(bell);
    writeFileSync(journal, bytes.subarray(0, bytes.length - 900)); // the seal and a little more
    const refused = await triad("verify", journal);
    expect(refused.code).toBe(4);
    const allowed = await triad("verify", journal, "--allow-unsealed");
    expect(allowed.code).toBe(0);
    expect(allowed.out).toMatch(/^intact so far/);
    expect(allowed.err).toMatch(/^warning: [^]*next/);
    expect(onlyObject((await triad("verify", journal, "--allow-unsealed", "--json")).out)).toMatchObject({ sealed: false, keyId: null });
  });

  it("warns of a signer nobody here knows", async () => {
    const elsewhere = process.env["TRIAD_HOME"];
    process.env["TRIAD_HOME"] = at("another-home");
    try {
      const { code, out, err } = await triad("verify", bell);
      expect(code).toBe(0);
      expect(out).toContain("(unknown here)");
      expect(err).toContain("triad keys trust");
      expect(onlyObject((await triad("verify", bell, "--json")).out)).toMatchObject({ trusted: false });
    } finally {
      process.env["TRIAD_HOME"] = elsewhere;
    }
  });

  it("says what is wrong with a file that is no trace, or is not there", async () => {
    expect((await triad("verify", program("bell"))).err).toMatch(/^error TRACE_UNREADABLE 3304: /);
    expect((await triad("verify", at("nowhere.triad"))).code).toBe(2);
  });
});

describe("triad replay", () => {
  it("runs embedded code only when told to, and a local file only when it is the recorded program", async () => {
    const untrusted = await triad("replay", bell);
    expect([untrusted.code, untrusted.out]).toEqual([5, ""]);
    expect(untrusted.err).toMatch(/^error PROGRAM_UNTRUSTED 3312: [^]*--trust-program/);
    expect((await triad("replay", bell, "--program", program("stuck"))).code).toBe(5);
    expect((await triad("replay", bell, "--program", program("bell"))).code).toBe(0);
    expect((await triad("replay", bell, "--program", program("bell"), "--trust-program")).code).toBe(2);
  });

  it("comes to the recorded digest and result", async () => {
    const { code, out, err } = await triad("replay", bell, "--trust-program", "--json");
    expect([code, err]).toEqual([0, ""]);
    expect(onlyObject(out)).toMatchObject({ schema: "triad.replay/1", file: bell, out: null, digest, complete: true, outcome: "completed", uncaught: [] });
    expect((await triad("replay", bell, "--trust-program")).out).toMatch(/^replayed {2}.*: completed, every event as recorded\nresult/);
  });

  it("stops after a tick and shows what everybody is doing", async () => {
    const { code, out } = await triad("replay", bell, "--trust-program", "--until", "L=3");
    expect(code).toBe(0);
    expect(out).toContain("to tick 3, every event as recorded");
    expect(out).toMatch(/^root +active +exit +0$/m);
    expect(out).toMatch(/^root\/sum#1 +active +timer +0$/m);
    expect(onlyObject((await triad("replay", bell, "--trust-program", "--until", "3", "--json")).out)).toMatchObject({
      complete: false, outcome: "paused", ticks: 3, processes: [{ name: "root" }, { name: "root/sum#1", waitsFor: "timer" }],
    });
    expect((await triad("replay", bell, "--trust-program", "--until", "L=x")).code).toBe(2);
  });

  it("writes the replayed run as a trace of its own, never over the one it reads", async () => {
    const { out } = await triad("replay", bell, "--trust-program", "--out", at("again.triad"), "--json");
    expect(onlyObject(out)).toMatchObject({ out: at("again.triad"), sealed: { digest } });
    expect(onlyObject((await triad("verify", at("again.triad"), "--json")).out)).toMatchObject({ digest, sealed: true });
    expect((await triad("replay", at("again.triad"), "--trust-program")).code).toBe(0);
    const before = readFileSync(bell);
    expect((await triad("replay", bell, "--trust-program", "--out", bell, "--replace")).code).toBe(2);
    expect(readFileSync(bell).equals(before)).toBe(true);
  });

  it("leaves no journal behind a refused replay", async () => {
    expect((await triad("replay", bell, "--out", at("never.triad"))).code).toBe(5);
    expect([existsSync(at("never.triad")), existsSync(at("never.triad.partial"))]).toEqual([false, false]);
  });

  it("replays a failed run with success, and says why and where it failed", async () => {
    const { code, out, err } = await triad("replay", failing, "--trust-program");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^fault +PROCESS_FAILED 3103: [^]*^place +failing\.ts:\d+$/m);
  });

  it("refuses a trace that was cut short as verify does, wherever it was cut, and runs it as far as it goes with --allow-unsealed", async () => {
    const whole = readFileSync(bell);
    for (const size of [whole.length - 9, whole.length - 1, Math.floor(whole.length / 2), 700, 9]) {
      const cut = at("cut-short.triad");
      writeFileSync(cut, whole.subarray(0, size));
      const verified = await triad("verify", cut, "--json");
      for (const command of ["replay", "reproduce"]) {
        const { code, out, err } = await triad(command, cut, "--trust-program", "--json");
        expect([size, command, code, out]).toEqual([size, command, 4, ""]);
        expect(onlyObject(err)["error"]).toEqual(onlyObject(verified.err)["error"]);
      }
    }
    writeFileSync(at("journal.triad.partial"), whole.subarray(0, (unitOffsets(whole).at(-2) as number) - 9));
    const { code, out } = await triad("replay", at("journal.triad.partial"), "--trust-program", "--allow-unsealed");
    expect(code).toBe(0);
    expect(out).toContain("to where the journal stops, every event as recorded");
  });

  it("explains a divergence and exits 3", async () => {
    await underAnotherProgram(bell, program("denied"), at("diverging.triad"));
    const { code, out, err } = await triad("replay", at("diverging.triad"), "--trust-program");
    expect([code, out]).toEqual([3, ""]);
    expect(err).toMatch(/^error REPLAY_DIVERGED 3310: /);
    for (const fact of ["event", "tick", "actor", "field", "expected", "actual", "cause", "next"]) expect(err).toMatch(new RegExp(`^ +${fact} +\\S`, "m"));
  });

  it("refuses a tampered trace with exit 4", async () => {
    expect((await triad("replay", tampered(700), "--trust-program")).code).toBe(4);
  });
});

describe("triad reproduce", () => {
  it("computes every outcome again", async () => {
    const { code, out } = await triad("reproduce", bell, "--trust-program", "--workers", "0", "--json");
    expect(code).toBe(0);
    expect(onlyObject(out)).toMatchObject({ schema: "triad.reproduce/1", digest, confirmed: 1, unconfirmed: 0, complete: true });
    expect((await triad("reproduce", bell, "--program", program("bell"), "--workers", "0")).out).toContain("1 computed again and equal");
  });

  it("refuses an outcome the kernels do not give, with exit 3", async () => {
    withAnotherOutcome(bell, at("forged.triad"));
    const { code, err } = await triad("reproduce", at("forged.triad"), "--trust-program", "--workers", "0");
    expect(code).toBe(3);
    expect(err).toMatch(/^error REPRODUCE_DIFFERS 3311: /);
    for (const fact of ["event", "job", "contract", "tick", "actor"]) expect(err).toMatch(new RegExp(`^ +${fact} +\\S`, "m"));
    expect(err).toMatch(/^ +field +body\S+\n +expected +\d+\n/m);
    expect(err).toMatch(/^ +at +bell\.ts:\d+\n +line +\S.*submit/m);
    const shown = onlyObject((await triad("reproduce", at("forged.triad"), "--trust-program", "--workers", "0", "--json")).err)["error"] as { readonly detail: Readonly<Record<string, unknown>> };
    const closed = await triad("reproduce", at("forged.triad"), "--trust-program", "--workers", "0", "--no-values");
    expect(closed.err).toMatch(/^ +field +body\n +expected +OK\n +expectedDigest +[0-9a-f]{64}\n/m);
    expect(closed.err).not.toContain(String(shown.detail["field"]));
  });

  it("runs untrusted code as little as replay does", async () => {
    expect((await triad("reproduce", bell)).code).toBe(5);
  });
});

describe("triad trace", () => {
  const lines = (text: string): readonly string[] => text.trimEnd().split("\n");
  const objects = async (...words: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]> =>
    lines((await triad("trace", bell, ...words, "--jsonl")).out).map((line) => onlyObject(`${line}\n`));

  it("lists every event in aligned columns under one line on what the trace is", async () => {
    const { code, out, err } = await triad("trace", bell);
    expect([code, err]).toEqual([0, ""]);
    const [header, titles = "", ...rows] = lines(out);
    expect(header).toMatch(/bell\.triad: program bell \([0-9a-f]{12}\), seed 7, sealed; listed unverified$/);
    const column = titles.indexOf("what");
    expect(rows.length).toBe((await objects()).length);
    for (const row of rows) expect(row.slice(column - 2, column)).toBe("  ");
    expect(rows.some((row) => row.includes('LOG') && row.includes('"label":"bell"'))).toBe(true);
  });

  it("numbers events from 1 and gives them as JSON lines or as one object", async () => {
    const events = await objects();
    expect(events.map(({ eventId }) => eventId)).toEqual(events.map((_, index) => index + 1));
    const whole = onlyObject((await triad("trace", bell, "--json")).out);
    expect(whole).toMatchObject({ schema: "triad.trace/1", file: bell, program: "bell", seed: "7", sealed: true });
    expect(whole["events"]).toEqual(events);
  });

  it("filters by actor, event, domain, tick and verdict", async () => {
    expect((await objects("--actor", "root/*")).every(({ processName }) => processName === "root/sum#1")).toBe(true);
    expect(new Set((await objects("--event", "contract_*")).map(({ eventType }) => String(eventType).split("_")[0]))).toEqual(new Set(["CONTRACT"]));
    expect(new Set((await objects("--domain", "Q")).map(({ domain }) => domain))).toEqual(new Set(["Q"]));
    expect(new Set((await objects("--from", "2", "--to", "3")).map(({ tick }) => tick))).toEqual(new Set([2, 3]));
    expect(await objects("--limit", "2")).toHaveLength(2);
    expect(lines((await triad("trace", failing, "--failed")).out).at(-1)).toMatch(/TURN_ABORTED +PROCESS_FAILED .*the value is too small/);
  });

  it("shows one event whole", async () => {
    const [log] = await objects("--event", "LOG");
    const { out } = await triad("trace", bell, "show", String(log?.["eventId"]));
    expect(out).toMatch(/^eventType +"LOG"$/m);
    expect(out).toMatch(/^body +\{"level": "info", "label": "bell", "data": \{"bits": \[/m);
    expect(onlyObject((await triad("trace", bell, "show", "1", "--json")).out)).toMatchObject({ schema: "triad.event/1", file: bell, event: { schema: 1, eventId: 1 } });
  });

  it("says for which event the state is that was asked for: the last one of its frame", async () => {
    const { out } = await triad("trace", bell, "state", "2");
    const answered = Number(/^answered +behind event (\d+): the frame that holds event 2 ends there/m.exec(out)?.[1]);
    expect(out).toMatch(/^asked +event 2$/m);
    expect(answered).toBeGreaterThan(2);
    expect(onlyObject((await triad("trace", bell, "state", "2", "--json")).out)).toMatchObject({ asked: 2, answered, state: { position: { event: answered } } });
    expect((await triad("trace", bell, "state", String(answered))).out).toMatch(new RegExp(`^answered +behind event ${answered}$`, "m"));
  });

  it.each(["show", "state"])("%s without a number says what to give", async (verb) => {
    const { code, err } = await triad("trace", bell, verb);
    expect(code).toBe(2);
    expect(err).toMatch(new RegExp(`^ +missing +the event to ${verb}\n +allowed +triad trace FILE ${verb} N: .*lists them`, "m"));
  });

  it("cuts lines at the edge of a terminal and nowhere else", async () => {
    const narrow = await triadOn({ columns: 40 }, "trace", bell);
    for (const line of lines(narrow.out)) expect(line.length).toBeLessThanOrEqual(40);
    expect(narrow.out).toContain("…");
    expect((await triad("trace", bell)).out).not.toContain("…");
  });

  it.each([
    [["show"]], [["show", "0"]], [["show", "100000"]], [["tell"]], [["--event", "LGO"]], [["--domain", "X"]], [["--from", "-1"]], [["--limit", "some"]],
  ])("refuses %j as usage", async (words) => {
    const { code, err } = await triad("trace", bell, ...words);
    expect(code).toBe(2);
    expect(err).toMatch(/^error USAGE 3401: [^]*triad help trace/);
  });

  it("suggests the event somebody meant", async () => {
    expect((await triad("trace", bell, "--event", "mesure")).err).toMatch(/suggestion +MEASURE\n/);
  });

  it("refuses a tampered trace with exit 4", async () => {
    expect((await triad("trace", tampered(700))).code).toBe(4);
  });
});
