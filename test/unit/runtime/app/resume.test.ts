// Whole runs, cut and resumed: every workload, every place, in memory. TRIAD_LONG=1 cuts after every frame.
import process from "node:process";
import { describe, expect, it } from "vitest";
import { EXIT, Fault } from "../../../../kernel-abi/fault.ts";
import { survey } from "../../../../replay/resumer.ts";
import { verify } from "../../../../replay/verify.ts";
import { createMemorySink } from "../../../../runtime/adapters/memory.ts";
import { record, replayTrace, reproduceTrace, resumeRun, type ResumeOptions } from "../../../../runtime/app/index.ts";
import { loadTrapped } from "../../../../runtime/app/record.ts";
import { verifiedByBoth } from "../../../support/independent.ts";
import { memorySource } from "../../../support/memory.ts";
import { testSigner } from "../../../support/signer.ts";
import { blocksOf, cutAfter, programOf, resumed, SEED, uninterrupted, WORKLOADS } from "../../../support/workloads.ts";

const LONG = process.env["TRIAD_LONG"] === "1";

const workload = (name: string): (typeof WORKLOADS)[number] => {
  const found = WORKLOADS.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

/** After every frame, or after a few: nothing, everything, ends of blocks and what lies between. */
function cuts(frames: number, blocks: readonly { readonly frames: number }[]): readonly number[] {
  if (LONG) return Array.from({ length: frames + 1 }, (_, at) => at);
  let sum = 0;
  const ends = blocks.map((block) => (sum += block.frames));
  const some = [0, 1, frames - 1, frames, ...ends.filter((_, at) => at % Math.ceil(ends.length / 3) === 1), Math.floor(frames / 3)];
  return [...new Set(some)].sort((a, b) => a - b);
}

const refusal = async (running: Promise<unknown>): Promise<Fault> => {
  try {
    await running;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

describe("a run that was cut short", () => {
  it.each(WORKLOADS)("$name: comes to the uninterrupted digest wherever it was cut", async (one) => {
    const { report, file } = await uninterrupted(one);
    const program = loadTrapped(report.recording.program);
    for (const cut of cuts(report.sealed.frames, blocksOf(file))) {
      const again = await resumed(cutAfter(file, cut), { program });
      expect([cut, again.report.digest, again.report.point.frames]).toEqual([cut, report.digest, cut]);
      expect(again.report.end).toEqual(report.end);
    }
  }, 600_000);

  it("loses an unfinished block, whatever there is of it", async () => {
    const { report, file } = await uninterrupted(workload("envelopes"));
    const program = loadTrapped(report.recording.program);
    const [{ offset, end } = { offset: 0, end: 0 }] = blocksOf(file).filter((block) => block.frames === 3);
    expect(end - offset).toBeGreaterThan(100);
    const lengths = LONG ? Array.from({ length: end - offset }, (_, at) => at) : [1, 4, 5, 60, end - offset - 33, end - offset - 32, end - offset - 1];
    for (const length of lengths) {
      const again = await resumed(file.slice(0, offset + length), { program });
      expect([length, again.report.digest, again.report.torn]).toEqual([length, report.digest, length]);
    }
  }, 600_000);

  it("is sealed as any other, with where it was resumed among the host's facts, and replays and reproduces", async () => {
    const { report, file } = await uninterrupted(workload("both"));
    const again = await resumed(cutAfter(file, 20), { label: "second half" });
    const verified = verify(memorySource(again.file));
    expect(verified).toMatchObject({ sealed: true, digest: report.digest, keyId: testSigner(9).keyId, host: { label: "second half", resumed: [again.report.point] } });
    expect(again.report.point).toMatchObject({ frames: 20 });
    expect(verifiedByBoth(again.file).digest).toBe(report.digest);
    expect((await replayTrace(again.file, { trustProgram: true })).digest).toBe(report.digest);
    expect((await reproduceTrace(again.file, { trustProgram: true, workers: 0 })).unconfirmed).toBe(0);
    expect(verify(memorySource(file)).host).not.toHaveProperty("resumed");
  });

  it.each([0, 1, 2])("comes to the same digest on %i workers, however late they are", async (workers) => {
    const { report, file } = await uninterrupted(workload("both"));
    for (const cut of LONG ? [2, 11, 25] : [11]) {
      expect((await resumed(cutAfter(file, cut), { workers, delayMs: (ordinal) => (ordinal * 7) % 5 })).report.digest).toBe(report.digest);
    }
  });

  it("and again, and again: each resumption goes on where the last one was cut", async () => {
    const { report, file } = await uninterrupted(workload("envelopes"));
    let journal = cutAfter(file, 10);
    for (const cut of [25, 31, 60, 90]) journal = cutAfter((await resumed(journal)).file, cut);
    expect((await resumed(journal)).report.digest).toBe(report.digest);
  });

  it("by an interruption, goes on from there: the block that was closed early is closed where it belongs", async () => {
    const sink = createMemorySink();
    const controller = new AbortController();
    let frames = 0;
    const observer = { frame: () => { if ((frames += 1) === 12) controller.abort(); } };
    const running = record({ program: programOf(workload("shots")), input: { size: 3 }, seed: SEED, workers: 0, signer: testSigner(), out: sink, signal: controller.signal, observer });
    expect((await refusal(running)).fault).toBe("RUN_INTERRUPTED");
    expect(survey(memorySource(sink.bytes()))?.point.frames).toBeGreaterThanOrEqual(12);
    expect((await resumed(sink.bytes())).report.digest).toBe((await uninterrupted(workload("shots"))).report.digest);
  });

  it("resumes with a local file of the same digest, and with no other", async () => {
    const { report, file } = await uninterrupted(workload("stuck"));
    expect((await resumed(cutAfter(file, 3), { trustProgram: false, program: programOf(workload("stuck")) })).report.digest).toBe(report.digest);
    expect(await refusal(resumed(cutAfter(file, 3), { trustProgram: false, program: programOf(workload("chatty")) }))).toMatchObject({ fault: "PROGRAM_UNTRUSTED", exitCode: EXIT.denied });
    expect(await refusal(resumed(cutAfter(file, 3), { trustProgram: false }))).toMatchObject({ fault: "PROGRAM_UNTRUSTED", exitCode: EXIT.denied });
  });
});

describe("authority", () => {
  const attempt = async (name: string, options: Partial<ResumeOptions>): Promise<readonly [Fault, number]> => {
    const { file } = await uninterrupted(workload(name));
    const sink = createMemorySink();
    const fault = await refusal(resumeRun(cutAfter(file, 4), { trustProgram: true, workers: 0, signer: testSigner(), ...options, out: sink }));
    return [fault, sink.bytes().length];
  };

  it("is given again or nothing happens: none, less, another domain", async () => {
    for (const [name, allow, given, allowed] of [
      ["shots", undefined, "nothing", "K,Q"], ["shots", [], "K", "K,Q"], ["shots", ["PHI"], "K,PHI", "K,Q"],
      ["both", ["Q"], "K,Q", "K,Q,PHI"], ["chatty", undefined, "nothing", "K"],
      ["watchful", ["Q", "READ_TRACE"], "K,Q,READ_TRACE", "K,Q,READ_TRACE,READ_TELEMETRY"],
    ] as const) {
      const [fault, written] = await attempt(name, { allow });
      expect([fault.fault, fault.exitCode, written]).toEqual(["RESUME_UNAUTHORIZED", EXIT.denied, 0]);
      expect(fault.detail).toMatchObject({ given, allowed });
    }
  });

  it("beyond what the run began with changes nothing", async () => {
    const { report, file } = await uninterrupted(workload("refused"));
    expect((await resumed(cutAfter(file, 4), { allow: ["Q", "PHI"] })).report).toMatchObject({ digest: report.digest, end: { status: "enforced" } });
    expect((await resumed(cutAfter(file, 4), { allow: [] })).report.digest).toBe(report.digest);
  });
});

describe("nothing is resumed", () => {
  it("of a sealed trace, of a damaged journal, of one whose description is not whole", async () => {
    const { file } = await uninterrupted(workload("shots"));
    const [first, second] = blocksOf(file);
    expect(await refusal(resumed(file))).toMatchObject({ fault: "RESUME_REFUSED", exitCode: EXIT.usage });
    const altered = cutAfter(file, 10);
    altered[(second?.offset ?? 0) + 20] = (altered[(second?.offset ?? 0) + 20] ?? 0) ^ 1;
    expect(await refusal(resumed(altered))).toMatchObject({ fault: "TRACE_TAMPERED", exitCode: EXIT.tamper });
    for (const length of [0, 7, 44, 300, (first?.offset ?? 0) - 1]) {
      expect(await refusal(resumed(file.slice(0, length)))).toMatchObject({ fault: "RESUME_REFUSED" });
    }
    expect((await resumed(file.slice(0, first?.offset))).report.point).toEqual({ blocks: 0, frames: 0, tick: 0 });
  });
});
