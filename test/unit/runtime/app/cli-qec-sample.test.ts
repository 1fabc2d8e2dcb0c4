// triad qec sample, kept: the same words go on with a journal or find the trace sealed; shots as CSV and Parquet; the same files again from the trace alone.
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { uniformNoise } from "../../../../domains/q/qec/experiment.ts";
import { readShots } from "../../../../domains/q/stim/shots.ts";
import { SAMPLE_PROGRAM } from "../../../../runtime/app/qec/program-file.ts";
import { record } from "../../../../runtime/app/record.ts";
import { onlyObject, scratch, triad } from "../../../support/cli.ts";
import { cutAfter } from "../../../support/workloads.ts";

const path = scratch();
const code = ["--code", "surface_code:rotated_memory_z", "--distance", "3", "--p", "0.01"];
// Ten jobs: a job holds 4 MiB of events, of a row of one byte a shot at most a million.
const long = ["--code", "repetition_code:memory", "--distance", "3", "--rounds", "2", "--p", "0.01", "--shots", "10000000"];
const sample = (...words: readonly string[]) => triad("qec", "sample", "--workers", "0", "--seed", "7", ...words);
const bytes = (name: string): Buffer => readFileSync(path(name));
const nameOf = (text: string): unknown => (onlyObject(text)["error"] as { readonly name: string }).name;
/** Bits of shots from a table's row. */
const bits = (row: Readonly<Record<string, unknown>>, detectors: number): readonly boolean[] => [...Array.from({ length: detectors }, (_, at) => row[`D${at}`]), row["L0"]].map((value) => value === true || value === "1");

describe("triad qec sample --out", () => {
  it("goes on where it was killed, to the same digest and the same shots; a journal of another sampling or seed is refused", async () => {
    const whole = onlyObject((await sample(...long, "--out", path("whole.triad"), "--events", path("whole.b8"), "--json")).out);
    const cut = cutAfter(bytes("whole.triad"), 20);
    writeFileSync(path("cut.triad.partial"), cut);
    for (const [words, why] of [[[...long.slice(0, -1), "10000001"], "another sampling"], [[...long, "--seed", "8"], "another seed"]] as const) {
      const refused = await sample(...words, "--out", path("cut.triad"), "--json");
      expect([refused.code, nameOf(refused.err), refused.err.includes(why), bytes("cut.triad.partial").equals(cut)]).toEqual([2, "RESUME_REFUSED", true, true]);
    }
    const said = onlyObject((await sample(...long, "--out", path("cut.triad"), "--events", path("cut.b8"), "--json")).out);
    expect([said["digest"], said["sampled"], bytes("cut.b8").equals(bytes("whole.b8")), existsSync(path("cut.triad.partial"))]).toEqual([whole["digest"], true, true, false]);
  }, 120_000);

  it("finds the same sampling sealed: nothing is sampled, files that are missing are written, those that are the same are left, others refused", async () => {
    const words = [...code, "--shots", "640", "--out", path("kept.triad"), "--events", path("kept.b8"), "--csv", path("kept.csv")];
    const first = onlyObject((await sample(...words, "--json")).out);
    const [trace, events] = [bytes("kept.triad"), bytes("kept.b8")];
    rmSync(path("kept.b8"));
    const again = await sample(...words);
    expect([again.code, again.out]).toEqual([0, expect.stringContaining("sealed before: nothing was sampled again")]);
    const third = onlyObject((await sample(...words, "--json")).out);
    expect([bytes("kept.b8").equals(events), bytes("kept.triad").equals(trace), third]).toEqual([true, true, { ...first, sampled: false }]);
    writeFileSync(path("kept.csv"), "mine");
    const refused = await sample(...words, "--json");
    expect([refused.code, nameOf(refused.err), bytes("kept.csv").toString()]).toEqual([2, "FILE_UNREADABLE", "mine"]);
    rmSync(path("kept.csv"));
    for (const other of [["--seed", "8"], ["--shots", "641"]]) {
      const { err } = await sample(...words, ...other, "--json");
      expect(onlyObject(err)["error"]).toMatchObject({ name: "FILE_UNREADABLE", detail: { path: path("kept.triad") } });
    }
    const replaced = onlyObject((await sample(...words, "--seed", "8", "--replace", "--json")).out);
    expect([replaced["seed"], replaced["sampled"], replaced["digest"] === first["digest"]]).toEqual(["8", true, false]);
  }, 60_000);

  it("killed between its seal and its name, gets its name and its files", async () => {
    const first = onlyObject((await sample(...code, "--shots", "64", "--out", path("sealed.triad"), "--events", path("sealed.b8"), "--json")).out);
    renameSync(path("sealed.triad"), path("named.triad.partial"));
    const said = onlyObject((await sample(...code, "--shots", "64", "--out", path("named.triad"), "--events", path("named.b8"), "--json")).out);
    expect([said["digest"], said["sampled"], said["seed"], bytes("named.b8").equals(bytes("sealed.b8")), existsSync(path("named.triad.partial"))]).toEqual([first["digest"], false, "7", true, false]);
  });

  it("of a sealed run of the same words that did not complete makes no files, and says so", async () => {
    const experiment = { code: "surface_code:rotated_memory_z", distance: 3, rounds: 3, noise: uniformNoise(0.01) } as const;
    const { end } = await record({ program: SAMPLE_PROGRAM, input: { experiment, shots: 64 }, seed: "7", workers: 0, out: path("short.triad"), bounds: { shots: 63 } });
    expect(end.status).not.toBe("completed");
    const { code: exit, err } = await sample(...code, "--shots", "64", "--out", path("short.triad"), "--events", path("short.b8"), "--json");
    expect([exit, onlyObject(err)["error"], existsSync(path("short.b8"))]).toMatchObject([2, { name: "FILE_UNREADABLE", detail: { path: path("short.triad"), what: "it is a run of the same words that did not complete" } }, false]);
    expect(nameOf((await triad("qec", "report", path("short.triad"), "--json")).err)).toBe("USAGE");
  });

  it("of a damaged trace of its name takes nothing", async () => {
    await sample(...code, "--shots", "64", "--out", path("damaged.triad"));
    const damaged = bytes("damaged.triad");
    damaged[damaged.length - 400] = (damaged[damaged.length - 400] ?? 0) ^ 1;
    writeFileSync(path("damaged.triad"), damaged);
    const { code: exit, err } = await sample(...code, "--shots", "64", "--out", path("damaged.triad"), "--json");
    expect([exit > 0, nameOf(err)]).toEqual([true, expect.stringMatching(/^TRACE_/)]);
  });
});

describe("shots as tables", () => {
  it("have a row a shot, a column a bit, in CSV and in Parquet, as the shot files have them", async () => {
    expect((await sample(...code, "--shots", "100", "--events", path("t.b8"), "--csv", path("t.csv"), "--parquet", path("t.parquet"))).code).toBe(0);
    const { rows, shots } = readShots(bytes("t.b8"), "b8", { detectors: 24, observables: 1 });
    const wanted = Array.from({ length: shots }, (_, shot) => Array.from({ length: 25 }, (_, bit) => (((rows[4 * shot + (bit >> 3)] ?? 0) >> (bit & 7)) & 1) === 1));
    const counts = wanted.map((row) => row.slice(0, 24).filter(Boolean).length);
    const parquet = await parquetReadObjects({ file: await asyncBufferFromFile(path("t.parquet")) });
    expect(Object.keys(parquet[0] ?? {})).toEqual(["shot", "detection_events", ...Array.from({ length: 24 }, (_, at) => `D${at}`), "L0"]);
    expect(parquet.map(({ shot, detection_events: count }) => [Number(shot), Number(count)])).toEqual(counts.map((count, shot) => [shot, count]));
    expect(parquet.map((row) => bits(row, 24))).toEqual(wanted);
    const [head = "", ...lines] = bytes("t.csv").toString().trimEnd().split("\r\n");
    const names = head.split(",");
    const csv = lines.map((line) => Object.fromEntries(line.split(",").map((value, at) => [names[at], value])));
    expect(csv.map((row) => bits(row, 24))).toEqual(wanted);
    expect(csv.map(({ shot, detection_events: count }) => [Number(shot), Number(count)])).toEqual(counts.map((count, shot) => [shot, count]));
    expect(wanted.some((row) => row[24])).toBe(true);
  });

  it("have the indices of what is set where there are more than a thousand bits", async () => {
    const words = ["--code", "repetition_code:memory", "--distance", "11", "--rounds", "100", "--p", "0.001", "--shots", "20"];
    expect((await sample(...words, "--events", path("w.hits"), "--observables", path("w.l.hits"), "--csv", path("w.csv"), "--parquet", path("w.parquet"))).code).toBe(0);
    const wanted = bytes("w.hits").toString().trimEnd().split("\n").map((line) => line.replaceAll(",", " "));
    const flips = bytes("w.l.hits").toString().split("\n").slice(0, 20);
    const parquet = await parquetReadObjects({ file: await asyncBufferFromFile(path("w.parquet")) });
    expect(parquet.map(({ detectors, observables }) => [detectors, observables])).toEqual(wanted.map((line, shot) => [line, flips[shot]]));
    expect(bytes("w.csv").toString().split("\r\n")[0]).toBe("shot,detection_events,detectors,observables");
  });

  it("that would be too large are refused before anything is sampled", async () => {
    const { code: exit, err } = await sample(...code, "--shots", "9000000", "--csv", path("large.csv"), "--out", path("large.triad"), "--json");
    expect([exit, nameOf(err), existsSync(path("large.triad.partial"))]).toEqual([2, "USAGE", false]);
  });
});

describe("triad qec report of a sampling", () => {
  it("writes every file again from the sealed trace alone", async () => {
    const files = (name: string) => ["--events", path(`${name}.dets`), "--csv", path(`${name}.csv`), "--parquet", path(`${name}.parquet`)];
    const first = onlyObject((await sample(...code, "--shots", "500", "--out", path("r.triad"), ...files("r"), "--json")).out);
    const said = onlyObject((await triad("qec", "report", path("r.triad"), ...files("r2"), "--json")).out);
    expect(said).toMatchObject({ shots: 500, detectors: 24, detectionEvents: first["detectionEvents"], observableFlips: first["observableFlips"], seed: "7", digest: first["digest"] });
    for (const ending of ["dets", "csv", "parquet"]) expect([ending, bytes(`r2.${ending}`).equals(bytes(`r.${ending}`))]).toEqual([ending, true]);
    expect((await triad("qec", "report", path("r.triad"))).out).toMatch(/^sampled +500 shots of 24 detectors and 1 observable\n/);
  });

  it("refuses what a sampling has none of, what a study has none of, and a trace that is damaged", async () => {
    await sample(...code, "--shots", "64", "--out", path("s.triad"));
    const plot = await triad("qec", "report", path("s.triad"), "--plot", path("s.svg"), "--json");
    expect([plot.code, nameOf(plot.err)]).toEqual([2, "USAGE"]);
    await triad("qec", "threshold", "--code", "repetition_code:memory", "--distances", "3", "--p", "0.1", "--max-shots", "100", "--workers", "0", "--out", path("study.triad"));
    const events = await triad("qec", "report", path("study.triad"), "--events", path("s.b8"), "--json");
    expect([events.code, nameOf(events.err), existsSync(path("s.b8"))]).toEqual([2, "USAGE", false]);
    const damaged = bytes("s.triad");
    damaged[damaged.length - 400] = (damaged[damaged.length - 400] ?? 0) ^ 1;
    writeFileSync(path("s.triad"), damaged);
    expect(nameOf((await triad("qec", "report", path("s.triad"), "--json")).err)).toMatch(/^TRACE_/);
  });
});
