// The instants between which a run can be killed, one by one, on files: what stands there, and that it is resumed to the same end.
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { EVENT, type Frame } from "../../../../kernel-abi/frame.ts";
import { SYSCALL } from "../../../../kernel-abi/syscall.ts";
import type { Behaviour } from "../../../../kernel-abi/operation.ts";
import { DELIVERY } from "../../../../kernel-abi/envelope.ts";
import { walk } from "../../../../replay/bundle.ts";
import { survey } from "../../../../replay/resumer.ts";
import { verify, type VerifyReport } from "../../../../replay/verify.ts";
import { hostDisk, type Disk } from "../../../../runtime/adapters/disk.ts";
import { defineProcess, record, resumeRun, type Resumed, type ResumeOptions, type ResumeReport } from "../../../../runtime/app/index.ts";
import { loadTrapped } from "../../../../runtime/app/record.ts";
import { memorySource } from "../../../support/memory.ts";
import { testSigner } from "../../../support/signer.ts";
import { blocksOf, cutAfter, programOf, SEED, uninterrupted, WORKLOADS, type Uninterrupted } from "../../../support/workloads.ts";

const LONG = process.env["TRIAD_LONG"] === "1";
const SHOTS = WORKLOADS.find(({ name }) => name === "shots") as (typeof WORKLOADS)[number];
const folder = mkdtempSync(join(tmpdir(), "triad-windows-"));
afterAll(() => { rmSync(folder, { recursive: true }); });

let run: Uninterrupted;
let frames: readonly Frame[] = [];
let program: Behaviour;
beforeAll(async () => {
  run = await uninterrupted(SHOTS);
  program = loadTrapped(run.report.recording.program);
  frames = [...walk(memorySource(run.file))].map(({ frame }) => ({ ...frame }));
});

let trace = "";
let journal = "";
let count = 0;
beforeEach(() => {
  trace = join(folder, `run-${count += 1}.triad`);
  journal = `${trace}.partial`;
});

/** What a kill at this instant leaves. */
const left = (bytes: Uint8Array): void => { writeFileSync(journal, bytes); };
const beside = (): readonly string[] => readdirSync(folder).filter((name) => join(folder, name).startsWith(`${trace}.`) || join(folder, name) === trace).map((name) => name.slice(trace.length - folder.length - 1));
const resume = (options: Partial<ResumeOptions> = {}): Promise<ResumeReport> =>
  resumeRun(journal, { allow: ["Q"], program, workers: 0, signer: testSigner(), ...options });
const verified = (path: string, allowUnsealed = false): VerifyReport => verify(memorySource(readFileSync(path)), { allowUnsealed });

async function refusal(running: Promise<unknown>): Promise<Fault> {
  try {
    await running;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** Sealed, the uninterrupted run's, and alone. */
function done(): VerifyReport {
  const report = verified(trace);
  expect([report.sealed, report.digest, beside()]).toEqual([true, run.report.digest, [""]]);
  return report;
}

const holds = (code: number) => (frame: Frame): boolean => frame.entries.some((entry) => entry.code === code);

describe("killed", () => {
  const cutAt = async (frame: number): Promise<Resumed> => {
    left(cutAfter(run.file, frame));
    const report = await resume({ replace: true });
    if (report.kind !== "resumed") throw new Error(report.kind);
    done();
    return report;
  };

  it("between a turn and the launch of its jobs: the intent was never recorded, the job starts", async () => {
    const turn = frames.findIndex((frame) => frame.kind === "turn" && holds(SYSCALL.XDV_CALL)(frame));
    expect(holds(EVENT.JOB_INTENT)(frames[turn + 1] as Frame)).toBe(true);
    left(cutAfter(run.file, turn + 1));
    expect(survey(memorySource(readFileSync(journal)))).toMatchObject({ jobs: 0, unanswered: new Set() });
    expect((await cutAt(turn + 1)).point.frames).toBe(turn + 1);
  });

  it("after the intent, before the outcome: the job is computed now", async () => {
    const intent = frames.findLastIndex(holds(EVENT.JOB_INTENT));
    left(cutAfter(run.file, intent + 1));
    expect([...(survey(memorySource(readFileSync(journal)))?.unanswered ?? [])].length).toBeGreaterThan(0);
    await cutAt(intent + 1);
  });

  it("after an outcome was delivered, before it was collected: completed is another event", async () => {
    const delivered = frames.findIndex(holds(EVENT.JOB_OUTCOME));
    const collected = frames.findIndex((frame) => frame.kind === "turn" && frame.delivery.kind === DELIVERY.OUTCOME);
    expect(collected).toBeGreaterThan(delivered);
    for (let cut = delivered + 1; cut <= collected + 1; cut++) await cutAt(cut);
  });

  it("between the last frame and the seal: nothing is executed anew, the end is what was recorded", async () => {
    const end = (blocksOf(run.file).at(-1) as { readonly end: number }).end;
    left(run.file.slice(0, end));
    expect(verified(journal, true)).toMatchObject({ sealed: false, status: "completed" });
    expect(await resume()).toMatchObject({ kind: "resumed", point: { frames: frames.length }, torn: 0, end: { result: run.report.end.result } });
    done();
  });

  it("while the seal was written: what there is of it is given up", async () => {
    const end = (blocksOf(run.file).at(-1) as { readonly end: number }).end;
    for (const more of [1, 5, 400, run.file.length - end - 8, run.file.length - end - 1]) {
      left(run.file.slice(0, end + more));
      expect(await resume({ replace: true })).toMatchObject({ kind: "resumed", torn: more });
      done();
    }
  });

  it("between the seal and the name: it has its name now, nothing is executed, nobody's authority is needed", async () => {
    left(run.file);
    expect(await resumeRun(journal, {})).toMatchObject({ kind: "named", trace, report: { sealed: true, digest: run.report.digest, status: "completed" } });
    done();
    left(run.file);
    expect((await refusal(resumeRun(journal, {}))).fault).toBe("FILE_UNREADABLE"); // the name is taken
    left(run.file.map((byte, at) => (at === run.file.length - 300 ? byte ^ 1 : byte)));
    expect((await refusal(resumeRun(journal, { replace: true }))).fault).toBe("TRACE_TAMPERED");
    expect(existsSync(journal)).toBe(true);
  });

  it("after the name: there is nothing to resume", async () => {
    writeFileSync(trace, run.file);
    expect(await refusal(resumeRun(trace, { allow: ["Q"], trustProgram: true }))).toMatchObject({ fault: "RESUME_REFUSED" });
    expect((await refusal(resume())).fault).toBe("FILE_UNREADABLE");
    done();
  });

  it("before its description was whole: there is nothing to resume, and it says what to do", async () => {
    left(run.file.slice(0, 200));
    expect((await refusal(resume())).toJSON()).toMatchObject({ name: "RESUME_REFUSED", detail: { why: expect.stringContaining("run it again") as unknown } });
    expect(beside()).toEqual([".partial"]);
  });
});

class Killed extends Error {}

/** A disk that is gone with the process: after so many operations none is done. */
function mortal(operations: number): { readonly disk: Disk; readonly survived: () => boolean } {
  let left = operations;
  const guarded = <A extends readonly unknown[], R>(call: (...words: A) => R) => (...words: A): R => {
    if (left <= 0) throw new Killed();
    left -= 1;
    return call(...words);
  };
  const disk: Disk = {
    openSync: guarded(hostDisk.openSync), readSync: guarded(hostDisk.readSync), writeSync: guarded(hostDisk.writeSync), fstatSync: guarded(hostDisk.fstatSync),
    fchmodSync: guarded(hostDisk.fchmodSync), fdatasyncSync: guarded(hostDisk.fdatasyncSync), fsyncSync: guarded(hostDisk.fsyncSync), closeSync: guarded(hostDisk.closeSync),
    lstatSync: guarded(hostDisk.lstatSync), renameSync: guarded(hostDisk.renameSync), linkSync: guarded(hostDisk.linkSync), unlinkSync: guarded(hostDisk.unlinkSync),
    mkdirSync: guarded(hostDisk.mkdirSync), readdirSync: guarded(hostDisk.readdirSync),
  };
  return { disk, survived: () => left > 0 };
}

describe("killed during the resumption itself", () => {
  it.each(LONG ? ["process", "power"] as const : ["process"] as const)("at every operation of the disk, class %s: the journal stands, holds no less, and is resumed", async (durability) => {
    const start = cutAfter(run.file, 14);
    let survivedAll = false;
    const seen = new Set<string>();
    for (let operations = 0; !survivedAll; operations++) {
      for (const name of beside()) rmSync(`${trace}${name}`);
      left(start);
      const { disk, survived } = mortal(operations);
      try {
        await resume({ disk, durability });
      } catch { /* killed, or what became of it */ }
      survivedAll = survived();
      if (!existsSync(trace)) {
        const report = verified(journal, true);
        expect(report.frames).toBeGreaterThanOrEqual(14);
        if (report.frames === 14) expect(readFileSync(journal)).toEqual(Buffer.from(start));
        seen.add(report.sealed ? "sealed" : report.frames === 14 ? "untouched" : report.status === null ? "further" : "ended");
        await resume();
      } else {
        seen.add("named");
      }
      const { host } = done();
      expect(host?.resumed?.[0]).toMatchObject({ frames: 14 });
    }
    expect([...seen].sort()).toEqual(["ended", "further", "named", "sealed", "untouched"]);
  });

  it("names every point in the seal, once each", async () => {
    left(cutAfter(run.file, 5));
    for (const limit of [3, 14, 22]) {
      const controller = new AbortController();
      let seen = 0;
      await refusal(resume({ signal: controller.signal, observer: { frame: () => { if ((seen += 1) === limit) controller.abort(); } } }));
    }
    expect(beside()).toEqual([".partial", ".partial.resumed"]);
    await resume();
    const points = done().host?.resumed ?? [];
    expect(points.map(({ frames: at }) => at)).toEqual([...points.map(({ frames: at }) => at)].sort((a, b) => a - b));
    expect(points[0]).toMatchObject({ frames: 5 });
    expect([points.length, new Set(points.map(({ frames: at }) => at)).size]).toEqual([4, 4]);
  });
});

describe("a resumption that fails", () => {
  it("leaves the journal as it was: another program, no authority, a name that is taken", async () => {
    const before = cutAfter(run.file, 9);
    left(before);
    const other = WORKLOADS.find(({ name }) => name === "chatty") as (typeof WORKLOADS)[number];
    await refusal(resume({ program: programOf(other) }));
    await refusal(resume({ allow: [] }));
    writeFileSync(trace, "somebody's");
    await refusal(resume());
    expect(readFileSync(trace, "utf8")).toBe("somebody's");
    rmSync(trace);
    expect([readFileSync(journal), beside()]).toEqual([Buffer.from(before), [".partial"]]);
  });

  it("by a divergence says where, and leaves the journal as it was", async () => {
    const before = cutAfter(run.file, 9);
    left(before);
    const impostor = defineProcess({ name: "shots", domains: ["Q"], *run({ k }) { yield* k.sleep(3); return 1; } });
    const fault = await refusal(resume({ program: impostor }));
    expect(fault).toMatchObject({ fault: "REPLAY_DIVERGED", exitCode: 3 });
    expect([readFileSync(journal), beside()]).toEqual([Buffer.from(before), [".partial"]]);
  });

  it("by an interruption before it had caught up leaves the journal as it was", async () => {
    const before = cutAfter(run.file, 25);
    left(before);
    const controller = new AbortController();
    expect((await refusal(resume({ signal: controller.signal, observer: { frame: () => { controller.abort(); } } }))).fault).toBe("RUN_INTERRUPTED");
    expect([readFileSync(journal), beside()]).toEqual([Buffer.from(before), [".partial"]]);
  });

  it("to another file leaves the journal in any case", async () => {
    left(cutAfter(run.file, 9));
    const out = join(folder, `elsewhere-${count}.triad`);
    expect(await resume({ out })).toMatchObject({ kind: "resumed", trace: out });
    expect([verified(out).digest, beside()]).toEqual([run.report.digest, [".partial"]]);
    copyFileSync(journal, join(folder, `unnamed-${count}`));
    expect((await refusal(resumeRun(join(folder, `unnamed-${count}`), { allow: ["Q"], trustProgram: true, signer: testSigner() }))).fault).toBe("USAGE");
  });
});

describe("two processes at one journal", () => {
  it("a run that still writes to it is noticed, and keeps it", async () => {
    left(cutAfter(run.file, 14));
    let grown = false;
    const observer = { frame: () => {
      if (grown) return;
      grown = true;
      writeFileSync(journal, "more", { flag: "a" });
    } };
    expect(await refusal(resume({ observer }))).toMatchObject({ fault: "RESUME_REFUSED", detail: { path: journal } });
    expect(statSync(journal).size).toBe(cutAfter(run.file, 14).length + 4);
    expect(beside()).toEqual([".partial"]);
  });

  it("a second resumption takes the first one's place, which gives way", async () => {
    left(cutAfter(run.file, 14));
    let second: Promise<ResumeReport> | undefined;
    const first = refusal(resume({ observer: { frame: () => { second ??= resume(); } } }));
    expect((await first).fault).toBe("RESUME_REFUSED");
    expect(await second).toMatchObject({ kind: "resumed", digest: run.report.digest });
    done();
  });

  it("a run whose journal was replaced under its hands does not give it the name", async () => {
    let replaced = false;
    const observer = { frame: () => {
      if (replaced || !existsSync(journal)) return;
      replaced = true;
      rmSync(journal);
      writeFileSync(journal, "another's");
    } };
    const running = record({ program: programOf(SHOTS), input: { size: 1 }, seed: SEED, workers: 0, signer: testSigner(), out: trace, observer });
    expect(await refusal(running)).toMatchObject({ fault: "FILE_UNREADABLE", detail: { path: journal } });
    expect([existsSync(trace), readFileSync(journal, "utf8")]).toEqual([false, "another's"]);
  });

  it("a new run of the name forgets what was noted of the old one", async () => {
    writeFileSync(`${journal}.resumed`, '[{"blocks":1,"frames":1,"tick":1}]');
    writeFileSync(`${journal}.resuming`, "stale");
    await record({ program: programOf(SHOTS), input: { size: 3 }, seed: SEED, workers: 0, signer: testSigner(), out: trace });
    expect(done().host).not.toHaveProperty("resumed");
  });
});
