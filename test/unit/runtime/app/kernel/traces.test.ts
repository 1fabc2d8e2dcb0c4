import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import { createTraceWriter } from "../../../../../runtime/app/kernel/trace-writer.ts";
import { tracesIn, tracesInMemory } from "../../../../../runtime/app/kernel/traces.ts";

const ground = mkdtempSync(join(tmpdir(), "triad-traces-"));
afterAll(() => { rmSync(ground, { recursive: true }); });
const folderOf = (name: string): string => {
  const folder = join(ground, name);
  mkdirSync(folder);
  return folder;
};
const bytes = (at: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => (at + index) % 251);
const evidence = (at: number) => ({ bundle: bytes(at, 100 + at), attestation: at % 3 === 0 ? undefined : bytes(at + 7, 50) });
const fault = async (answer: Promise<unknown>): Promise<unknown> => answer.then(() => "nothing", (error: unknown) => (error instanceof Fault ? error.fault : error));

describe("evidence on the disk", () => {
  it.each([["here", 1_000], ["aside", 0], ["first here, then aside", 5]] as const)("written %s is whole under its names when it is told of", async (_, after) => {
    const folder = folderOf(`written ${after}`);
    const writer = createTraceWriter({ folder, aside: true, after });
    const jobs = Array.from({ length: 20 }, (_, at) => at);
    await Promise.all(jobs.map(async (at) => {
      if (at > 9) await new Promise((resolve) => { setImmediate(resolve); }); // while the first are being written
      await writer.write(`job_${at}`, evidence(at));
      expect(new Uint8Array(readFileSync(join(folder, `job_${at}.triad`)))).toEqual(evidence(at).bundle);
    }));
    await writer.close();
    const attested = jobs.filter((at) => at % 3 !== 0);
    expect(readdirSync(folder).sort()).toEqual([...jobs.map((at) => `job_${at}.triad`), ...attested.map((at) => `job_${at}.triad.attestation`)].sort());
    for (const at of attested) expect(new Uint8Array(readFileSync(join(folder, `job_${at}.triad.attestation`)))).toEqual(evidence(at).attestation);
  });

  it.each([["here", false], ["aside", true]] as const)("of one job cannot be kept %s: the others' is, and that one is told why", async (_, aside) => {
    const folder = folderOf(`refused ${aside}`);
    mkdirSync(join(folder, "job_1.triad.new")); // a folder where the file is to be written
    const writer = createTraceWriter({ folder, aside, after: 0 });
    expect(await Promise.all([0, 1, 2].map((at) => fault(writer.write(`job_${at}`, evidence(at)))))).toEqual(["nothing", "FILE_UNREADABLE", "nothing"]);
    await writer.close();
    expect(readdirSync(folder).filter((name) => name.endsWith(".triad"))).toEqual(["job_0.triad", "job_2.triad"]);
  });

  it("that a kill left half written is removed when its job is taken up again, and nothing else is", async () => {
    const traces = tracesIn(folderOf("tidied"), { workers: 0 });
    const path = await traces.keep("job_a", evidence(1));
    for (const name of ["job_a.triad.new", "job_a.triad.attestation.new", "job_b.triad.new"]) writeFileSync(join(ground, "tidied", name), "half");
    traces.tidy("job_a");
    expect(readdirSync(join(ground, "tidied")).sort()).toEqual(["job_a.triad", "job_a.triad.attestation", "job_b.triad.new"]);
    traces.forget("job_a");
    expect([path, traces.read("job_a"), traces.attestation("job_a")]).toEqual([join(ground, "tidied", "job_a.triad"), evidence(1).bundle, evidence(1).attestation]);
    expect([traces.read("job_b"), traces.attestation("job_b")]).toEqual([undefined, undefined]);
    await traces.close();
  });
});

describe("evidence in memory", () => {
  it("is the latest there is room for, each with its attestation", async () => {
    const traces = tracesInMemory(250);
    for (const at of [1, 2, 4]) expect(await traces.keep(`job_${at}`, evidence(at))).toBeNull();
    expect([1, 2, 4].map((at) => traces.read(`job_${at}`)?.length)).toEqual([undefined, 102, 104]);
    expect([1, 2, 4].map((at) => traces.attestation(`job_${at}`)?.length)).toEqual([undefined, 50, 50]);
    await traces.keep("job_2", { bundle: bytes(0, 10), attestation: undefined });
    expect([traces.read("job_2")?.length, traces.attestation("job_2")]).toEqual([10, undefined]);
    await traces.keep("job_5", evidence(30));
    expect([2, 4, 5].map((at) => traces.read(`job_${at}`)?.length)).toEqual([10, 104, 130]);
    traces.forget("job_5");
    await traces.keep("job_6", evidence(30));
    expect(traces.read("job_4")?.length).toBe(104);
  });
});
