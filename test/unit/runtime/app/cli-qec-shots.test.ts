// Shots at the command line's end: what cannot be written or held is refused before anything is sampled or decoded, and nothing is made that nobody asked for.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { uniformNoise } from "../../../../domains/q/qec/experiment.ts";
import { availableMemory } from "../../../../runtime/adapters/host.ts";
import { createMemorySink } from "../../../../runtime/adapters/memory.ts";
import { parted } from "../../../../runtime/app/cli/shot-files.ts";
import { checkShotMemory } from "../../../../runtime/app/cli/shot-memory.ts";
import { defineProcess, Type } from "../../../../runtime/app/index.ts";
import { eventsOf } from "../../../../runtime/app/qec/sample-run.ts";
import { record } from "../../../../runtime/app/record.ts";
import { writeShots } from "../../../../domains/q/stim/shot-writing.ts";
import { readShots } from "../../../../domains/q/stim/shots.ts";
import { onlyObject, scratch, triad } from "../../../support/cli.ts";
import { faultOf } from "../../../support/refusals.ts";

const path = scratch();
const code = ["--code", "repetition_code:memory", "--p", "0.05", "--workers", "0"];
interface Refused { readonly name: string; readonly next: string; readonly detail: Readonly<Record<string, unknown>> }
async function refused(...words: readonly string[]): Promise<Refused> {
  const { code: exit, out, err } = await triad("qec", ...words, "--json");
  expect([exit > 0, out]).toEqual([true, ""]);
  return onlyObject(err)["error"] as Refused;
}

describe("ptb64 of no multiple of 64 shots", () => {
  it.each<readonly [string, readonly string[], string, string]>([
    ["its format is said", ["--events", "e.b8", "--format", "ptb64"], "--events", "960 or 1024 shots, or another format"],
    ["its name says it", ["--events", "e.b8", "--observables", "e.ptb64"], "--observables", "960 or 1024 shots, or another format"],
    ["there are fewer", ["--events", "e.ptb64", "--shots", "63"], "--events", "64 shots, or another format"],
  ])("is refused before it is sampled: %s", async (_, words, option, allowed) => {
    const placed = words.map((word) => (word.startsWith("e.") ? path(word) : word));
    expect(await refused("sample", ...code, "--out", path("p.triad"), ...placed)).toMatchObject({ name: "USAGE", detail: { option, allowed } });
    expect([existsSync(path("p.triad")), existsSync(path("p.triad.partial")), existsSync(path("e.b8"))]).toEqual([false, false, false]);
  });

  it("is refused before it is decoded, and by report before any file is written", async () => {
    await triad("qec", "sample", ...code, "--shots", "100", "--seed", "1", "--out", path("r.triad"), "--events", path("r.dets"), "--observables", path("r.l.b8"));
    expect(await refused("decode", ...code, "--events", path("r.dets"), "--predictions", path("p.ptb64"))).toMatchObject({ name: "USAGE", detail: { option: "--predictions" } });
    expect(existsSync(path("p.ptb64.partial"))).toBe(false);
    expect(await refused("report", path("r.triad"), "--events", path("again.b8"), "--observables", path("again.ptb64"))).toMatchObject({ name: "USAGE", detail: { option: "--observables" } });
    expect(existsSync(path("again.b8"))).toBe(false);
  });
});

describe("shots that are too many", () => {
  const shape = { detectors: 120, observables: 1 };
  const GiB = 1024 * 1024 * 1024;
  it("are refused with how much they take, and how many can be had", () => {
    const told = (flags: Parameters<typeof checkShotMemory>[0], shots: number, kept: boolean, available: number): unknown => faultOf(() => { checkShotMemory(flags, shots, shape, { kept, available }); }).detail["allowed"];
    const most = (bytes: number): string => `at most ${Math.floor(GiB / bytes)} of such shots, with another --seed each time`;
    expect([told({}, 100_000_000, true, GiB), told({}, 100_000_000, false, GiB)]).toEqual([most(16), most(32)]);
    expect([told({ events: "e.01" }, 100_000_000, true, GiB), told({ events: "e.b8", observables: "o.b8" }, 100_000_000, true, GiB), told({ csv: "e.csv" }, 100_000_000, true, GiB)]).toEqual([most(16 + 2 * 122), most(16 + 15 + 1), most(16 + 15 + 1)]);
    expect(() => { checkShotMemory({}, Math.floor(GiB / 16), shape, { kept: true, available: GiB }); }).not.toThrow();
    const { detail } = faultOf(() => { checkShotMemory({}, 300_000_000, shape, { kept: true, available: Infinity }); });
    expect(detail).toMatchObject({ option: "--shots", value: 300_000_000, what: "4.5 GiB of events in one run, of 4.0 GiB" });
    expect(availableMemory()).toBeGreaterThan(0);
  });

  it("are refused by the command before a run is begun", async () => {
    const { name, detail } = await refused("sample", "--code", "surface_code:rotated_memory_z", "--distance", "15", "--shots", "1000000000", "--out", path("m.triad"));
    expect([name, detail["option"], detail["what"], existsSync(path("m.triad.partial"))]).toEqual(["USAGE", "--shots", expect.stringMatching(/GiB of events in one run/), false]);
  });
});

describe("dets with observables behind the detectors", () => {
  it("say --appended where it was not said", async () => {
    writeFileSync(path("own.dets"), "shot D0 L0\nshot\n");
    expect(await refused("decode", ...code, "--rounds", "1", "--events", path("own.dets"))).toMatchObject({ name: "SHOTS_MALFORMED", next: expect.stringContaining("--appended") as string, detail: { option: "--events", file: path("own.dets"), offset: 9, what: "an observable, L, behind the detectors" } });
    expect((await triad("qec", "decode", ...code, "--rounds", "1", "--events", path("own.dets"), "--appended")).code).toBe(0);
    writeFileSync(path("far.dets"), "shot D9\n");
    expect((await refused("decode", ...code, "--rounds", "1", "--events", path("far.dets"))).next).not.toContain("--appended");
  });
});

describe("the rows of a trace", () => {
  /** A program of the same name that samples each shot `times`. */
  const sampling = async (times: number, shots: number): Promise<Uint8Array> => {
    const experiment = { code: "repetition_code:memory", distance: 3, rounds: 1, noise: uniformNoise(0.1) } as const;
    const program = defineProcess({ name: "qec-sample", domains: ["Q"], input: Type.Object({ shots: Type.Number() }), *run({ q }) {
      const contract = yield* q.reserve({ qubits: 8, shots: 1_000, channels: 8, budget: 1_000_000 });
      for (let time = 0; time < times; time++) yield* q.measure(yield* q.detect(contract, experiment, 70));
      return null;
    } });
    const sink = createMemorySink();
    await record({ program, input: { shots }, seed: "2", workers: 0, out: sink });
    return sink.bytes();
  };

  it("are as many as its input asks for, or fewer where it was stopped; more are no sampling's, and none none", async () => {
    const [two, one, none] = [await eventsOf(await sampling(2, 140)), await eventsOf(await sampling(1, 140)), await eventsOf(await sampling(0, 140))];
    expect([two?.shots, two?.rows.length, one?.shots, one?.rows.length, none]).toEqual([140, 140, 70, 70, undefined]);
    expect(Buffer.compare(one?.rows ?? new Uint8Array(0), two?.rows.subarray(0, 70) ?? new Uint8Array(0))).toBe(0);
    for (const shots of [139, -1, 0.5]) await expect(sampling(2, shots).then(eventsOf)).rejects.toMatchObject({ fault: "TRACE_INCONSISTENT" });
    expect((await eventsOf(await sampling(1, 1_000_000_000)))?.rows.buffer.byteLength).toBeLessThan(1_000_000); // no more room than the trace itself takes
  });
});

describe("rows", () => {
  it.each([[1, 1], [7, 2], [8, 8], [16, 3], [23, 10], [64, 1]])("of %i detectors and %i observables are cut where they meet, each part when it is asked for", (detectors, observables) => {
    const width = Math.ceil((detectors + observables) / 8);
    const bits = Array.from({ length: 50 }, (_, shot) => Array.from({ length: detectors + observables }, (__, at) => ((shot * 73 + at * 29 + ((shot * at) >> 2)) & 3) === 0));
    const rows = new Uint8Array(50 * width);
    bits.forEach((row, shot) => { row.forEach((set, at) => { if (set) rows[shot * width + (at >> 3)] = (rows[shot * width + (at >> 3)] ?? 0) | (1 << (at & 7)); }); });
    const line = (row: readonly boolean[]): string => `${row.map(Number).join("")}\n`;
    const parts = parted({ shots: 50, rows }, { detectors, observables });
    expect(Buffer.from(writeShots(parts.events, "01", { detectors })).toString()).toBe(bits.map((row) => line(row.slice(0, detectors))).join(""));
    expect(Buffer.from(writeShots(parts.flips, "01", { observables })).toString()).toBe(bits.map((row) => line(row.slice(detectors))).join(""));
    expect(parts.events).toBe(parts.events);
  });

  it("of more shots than lines are made of at once are written and read as the same, in every format", () => {
    const shots = 64 * 200;
    const rows = Uint8Array.from({ length: 3 * shots }, (_, at) => (at % 3 === 2 ? 0 : ((at * 2_654_435_761) >>> 13) & ((at * 40_503) >>> 5) & 0xff));
    for (const format of ["01", "b8", "r8", "hits", "dets", "ptb64"] as const) {
      const read = readShots(writeShots({ shots, rows }, format, { detectors: 17, observables: 2 }), format, { detectors: 17, observables: 2 });
      expect([format, read.shots, Buffer.compare(read.rows, rows)]).toEqual([format, shots, 0]);
    }
  });

  it("that were sampled are counted as the files hold them", async () => {
    const said = onlyObject((await triad("qec", "sample", ...code, "--distance", "5", "--shots", "70000", "--seed", "4", "--events", path("c.dets"), "--json")).out);
    const text = readFileSync(path("c.dets"), "utf8");
    expect([said["detectionEvents"], said["observableFlips"]]).toEqual([text.match(/D\d/g)?.length, text.match(/L\d/g)?.length]);
  });
});
