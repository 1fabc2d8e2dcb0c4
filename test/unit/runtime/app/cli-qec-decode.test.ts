// triad qec decode, kept: what was decoded before a kill is not decoded again, a journal of other work is refused, predictions as CSV and Parquet.
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { modelFor } from "../../../../domains/q/qec/decoder.ts";
import { knownExperiment } from "../../../../domains/q/qec/known.ts";
import { uniformNoise } from "../../../../domains/q/qec/experiment.ts";
import { readShots } from "../../../../domains/q/stim/shots.ts";
import { openLedger, readLedger } from "../../../../runtime/adapters/ledger.ts";
import { workDigest } from "../../../../runtime/app/qec/decode-journal.ts";
import { decodeShots, type DecodeTask } from "../../../../runtime/app/qec/decode-run.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { pack } from "../../../../kernel-abi/packer.ts";
import { keepingOn } from "../../../../runtime/app/cli/narrated.ts";
import { terminal } from "../../../../runtime/app/cli/terminal.ts";
import { capture, onlyObject, scratch, triad, triadOn } from "../../../support/cli.ts";

const path = scratch();
const code = ["--code", "surface_code:rotated_memory_z", "--distance", "3", "--p", "0.01"];
const SHOTS = 45_000;
const bytes = (name: string): Buffer => readFileSync(path(name));
const decode = (...words: readonly string[]) => triad("qec", "decode", ...code, "--events", path("e.b8"), "--observables", path("l.b8"), "--workers", "0", ...words);
const errorOf = (text: string): Readonly<Record<string, unknown>> => onlyObject(text)["error"] as Readonly<Record<string, unknown>>;

const model = modelFor(knownExperiment({ code: "surface_code:rotated_memory_z", distance: 3, rounds: 3, noise: uniformNoise(0.01) }).circuit, { name: "matching" });
const task = (): DecodeTask => ({ settings: { name: "matching" }, model, shots: SHOTS, events: new Uint8Array(bytes("e.b8")) });

beforeAll(async () => {
  await triad("qec", "sample", ...code, "--shots", String(SHOTS), "--seed", "3", "--workers", "0", "--events", path("e.b8"), "--observables", path("l.b8"));
  expect((await decode("--predictions", path("whole.b8"))).code).toBe(0);
  await decodeShots(task(), { workers: 0, journal: path("whole.journal") });
});

describe("a decoding", () => {
  it("that neither writes nor counts says how it would; one that does either says nothing of it", async () => {
    const told = async (...words: readonly string[]): Promise<string> => (await triad("qec", "decode", ...code, "--events", path("e.b8"), "--workers", "0", ...words)).out;
    expect(await told()).toMatch(/^decoded +45000 shots .*\nnext +--predictions FILE, --csv FILE or --parquet FILE keeps what is predicted\n +--observables FILE or --appended counts what is predicted wrongly\n$/);
    for (const words of [["--observables", path("l.b8")], ["--predictions", path("kept.b8")]]) expect(await told(...words)).not.toContain("next");
  });
});

describe("predictions", () => {
  it("are the same with none, one, two and four workers, whoever is late, and wherever they were stopped", async () => {
    const late = (ordinal: number): number => (ordinal * 7_919) % 23;
    for (const workers of [0, 1, 2, 4]) {
      const { predictions, before } = await decodeShots(task(), { workers, delayMs: late, journal: path(`late-${workers}.journal`) });
      expect([workers, Buffer.from(predictions).equals(bytes("whole.b8")), before]).toEqual([workers, true, 0]);
    }
    const ledger = bytes("late-4.journal");
    const { entries } = readLedger(ledger);
    expect(entries).toHaveLength(1 + 5);
    for (const cut of [ledger.length - 1, Math.floor(ledger.length * 0.6), Math.floor(ledger.length * 0.3), 40, 8, 3, 0]) {
      writeFileSync(path("cut.journal"), ledger.subarray(0, cut));
      const parts = Math.max(0, readLedger(ledger.subarray(0, cut)).entries.length - 1);
      const told: number[] = [];
      const { predictions, before, unsolved } = await decodeShots(task(), { workers: 1, journal: path("cut.journal"), progress: (done) => { told.push(done); } });
      expect([cut, Buffer.from(predictions).equals(bytes("whole.b8")), unsolved, told.length, told[0], told.at(-1)]).toEqual([cut, true, 0, 1 + 5 - parts, before, SHOTS]);
      expect(before > 0).toBe(parts > 0);
      expect(readLedger(bytes("cut.journal")).entries).toHaveLength(1 + 5);
    }
  }, 60_000);

  it("depend on nothing that their journal is not bound to", () => {
    const work = { ...task(), part: 10_000 };
    const flipped = work.events.slice();
    flipped[7] = (flipped[7] ?? 0) ^ 1;
    const mechanisms = model.mechanisms.map((one, at) => (at === 3 ? { ...one, probability: one.probability * (1 + 1e-9) } : one));
    const digests = [work, { ...work, events: flipped }, { ...work, shots: 44_999 }, { ...work, part: 9_999 }, { ...work, settings: { name: "union_find" as const } }, { ...work, model: { ...model, mechanisms } }, { ...work, model: { ...model, observables: 2 } }].map(workDigest);
    expect(new Set(digests).size).toBe(digests.length);
    expect(workDigest({ ...task(), part: 10_000 })).toBe(digests[0]);
  });
});

describe("triad qec decode, killed", () => {
  it("goes on with its journal, says so, and leaves the predictions alone", async () => {
    writeFileSync(path("p.b8.partial"), bytes("whole.journal").subarray(0, Math.floor(bytes("whole.journal").length * 0.7)));
    const said = onlyObject((await decode("--predictions", path("p.b8"), "--json")).out);
    expect([said["before"], bytes("p.b8").equals(bytes("whole.b8")), existsSync(path("p.b8.partial"))]).toEqual([30_000, true, false]);
    const { code: exit, err } = await decode("--predictions", path("p.b8"), "--json");
    expect([exit, errorOf(err)["name"]]).toEqual([2, "FILE_UNREADABLE"]);
  });

  it("between two of its files writes the other, and refuses one that is another's", async () => {
    copyFileSync(path("whole.b8"), path("two.b8"));
    copyFileSync(path("whole.journal"), path("two.b8.partial"));
    const words = ["--predictions", path("two.b8"), "--csv", path("two.csv")];
    expect(onlyObject((await decode(...words, "--json")).out)["before"]).toBe(SHOTS);
    expect(existsSync(path("two.csv"))).toBe(true);
    rmSync(path("two.csv"));
    copyFileSync(path("whole.journal"), path("two.b8.partial"));
    writeFileSync(path("two.b8"), "mine");
    const { code: exit, err } = await decode(...words, "--json");
    expect([exit, errorOf(err)["name"], bytes("two.b8").toString(), existsSync(path("two.b8.partial"))]).toEqual([2, "FILE_UNREADABLE", "mine", true]);
  });

  it.each<[string, readonly string[]]>([["another decoder", ["--decoder", "union_find"]], ["another rate", ["--p", "0.011"]], ["other events", ["--events", "other.b8"]]])("refuses a journal of %s and leaves it as it is", async (_, words) => {
    copyFileSync(path("whole.journal"), path("other.partial"));
    if (words[0] === "--events") {
      const events = bytes("e.b8");
      events[5] = (events[5] ?? 0) ^ 1;
      writeFileSync(path("other.b8"), events);
    }
    const { code: exit, err } = await decode(...words.map((word) => (word.endsWith(".b8") ? path(word) : word)), "--predictions", path("other"), "--replace", "--json");
    expect([exit, errorOf(err)]).toMatchObject([2, { name: "RESUME_REFUSED", detail: { journal: path("other.partial"), why: "it is of other detection events, another error model, decoder or version" } }]);
    expect([existsSync(path("other")), bytes("other.partial").equals(bytes("whole.journal"))]).toEqual([false, true]);
  });

  it("refuses what is no journal, or a damaged one, and says that it can be removed", async () => {
    const damaged = bytes("whole.journal");
    damaged[damaged.length >> 1] = (damaged[damaged.length >> 1] ?? 0) ^ 1;
    const other = openLedger({ path: path("other.ledger") });
    other.append(pack({ format: "another" }));
    other.close();
    for (const content of [Buffer.from("my own notes\n"), damaged, bytes("other.ledger")]) {
      writeFileSync(path("n.b8.partial"), content);
      const { code: exit, err } = await decode("--predictions", path("n.b8"), "--json");
      expect([exit, errorOf(err)["name"], String(errorOf(err)["next"]).includes("remove the journal"), bytes("n.b8.partial").equals(content)]).toEqual([2, "RESUME_REFUSED", true, true]);
    }
  });
});

describe("predictions as tables", () => {
  it("have a row a shot: what was predicted, what was observed, whether they differ", async () => {
    const { out } = await decode("--csv", path("t.csv"), "--parquet", path("t.parquet"), "--json");
    const [predicted, observed] = ["whole.b8", "l.b8"].map((name) => Array.from(readShots(bytes(name), "b8", { observables: 1 }).rows, (row) => row === 1));
    const parquet = await parquetReadObjects({ file: await asyncBufferFromFile(path("t.parquet")) });
    expect(Object.keys(parquet[0] ?? {})).toEqual(["shot", "predicted_L0", "observed_L0", "wrong"]);
    expect(parquet.map((row) => row["predicted_L0"])).toEqual(predicted);
    expect(parquet.map((row) => row["observed_L0"])).toEqual(observed);
    const wrong = parquet.map((row) => row["wrong"]);
    expect([wrong.filter(Boolean).length, wrong]).toEqual([onlyObject(out)["errors"], predicted?.map((flip, shot) => flip !== observed?.[shot])]);
    const lines = bytes("t.csv").toString().trimEnd().split("\r\n");
    expect(lines.slice(1).map((line) => line.split(",").map(Number))).toEqual(parquet.map((row) => [Number(row["shot"]), Number(row["predicted_L0"]), Number(row["observed_L0"]), Number(row["wrong"])]));
    expect(existsSync(path("t.csv.partial"))).toBe(false);
  });

  it("have predictions alone where nothing else is known", async () => {
    await triad("qec", "decode", ...code, "--events", path("e.b8"), "--workers", "0", "--csv", path("alone.csv"));
    expect(bytes("alone.csv").toString().split("\r\n")[0]).toBe("shot,predicted_L0");
  });
});

it("tells on a terminal how far it is", async () => {
  const { err } = await triadOn({ columns: 80 }, "qec", "decode", ...code, "--events", path("e.b8"), "--workers", "0");
  expect(err).toMatch(new RegExp(`^\\r\u001b\\[K0 of ${SHOTS} shots decoded[^]*\\r\u001b\\[K$`));
});

it("interrupted where nothing is kept, says what would have kept it", async () => {
  const err = capture();
  const io = { out: terminal(capture().stream, false), err: terminal(err.stream, false), settings: { debug: false, colour: false } };
  expect(await keepingOn(io, { partial: undefined, by: "--predictions", json: true }, () => Promise.reject(new Fault("RUN_INTERRUPTED", {})))).toBe(130);
  expect(errorOf(err.text())["next"]).toBe("Nothing of it was kept: with --predictions it is.");
});
