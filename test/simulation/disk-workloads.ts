// What is written while the disk fails: real runs through the whole path, and runs of the recorder alone, of every shape that
// changes what reaches the disk: many blocks, large blocks, barriers, outcomes, runs that end badly or are interrupted.
import type { Durability } from "../../kernel-abi/header.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import type { Frame } from "../../kernel-abi/frame.ts";
import type { Disk } from "../../runtime/adapters/disk.ts";
import { createBundleFile } from "../../runtime/adapters/files.ts";
import { defineProcess } from "../../runtime/app/index.ts";
import { record as recordRun, type RecordOptions } from "../../runtime/app/record.ts";
import { memorySource } from "../../runtime/adapters/memory.ts";
import { replayTrace } from "../../runtime/app/trace.ts";
import { createMemorySink } from "../../runtime/adapters/memory.ts";
import { Recorder } from "../../replay/recorder.ts";
import { verify } from "../../replay/verify.ts";
import { HOST, record } from "../support/recordings.ts";
import { chatter, runRecording, smallRun, tinyRun } from "../support/runs.ts";
import { testSigner } from "../support/signer.ts";

export const BUNDLE = "/disk/run.triad";
export const JOURNAL = `${BUNDLE}.partial`;

export interface Workload {
  readonly name: string;
  readonly durability: Durability;
  /** An older bundle and an older journal stand where this one goes, and are given up. */
  readonly replace: boolean;
  /** Writes the bundle; rejects with a Fault when the disk fails, and when the run is one that is interrupted. */
  readonly write: (disk: Disk) => Promise<unknown>;
}

const pair = {
  qubits: 2, clbits: 2,
  ops: Int32Array.of(1, 0, -1, -1, -1, -1, -1, -1, 13, 0, 1, -1, -1, -1, -1, -1, 19, 0, -1, -1, 0, -1, -1, 0, 19, 1, -1, -1, 1, -1, -1, 1),
  angles: new Float64Array(0), conditions: new Int32Array(0),
};

const listener = defineProcess({
  name: "listener",
  *run({ k }, rounds: number) {
    for (let round = 0; round < rounds; round++) yield* k.receive();
    return rounds;
  },
});

/** Circuits one after another: a barrier and a block of its own before each outcome. */
const circuits = (jobs: number): Behaviour => defineProcess({
  name: "circuits",
  domains: ["Q"],
  *run({ k, q }) {
    const contract = yield* q.reserve({ qubits: 2, budget: 40 * jobs });
    for (let job = 0; job < jobs; job++) {
      const bits = yield* q.measure(yield* q.submit(contract, pair));
      yield* k.log("bits", { bits });
    }
    return jobs;
  },
});

/** Messages of `bytes` bytes to a child, `count` of them. */
const letters = (count: number, bytes: number): Behaviour => defineProcess({
  name: "letters",
  *run({ k }) {
    const child = yield* k.spawn(listener, count);
    for (let n = 0; n < count; n++) {
      yield* k.send(child, new Uint8Array(bytes).fill(n + 1));
      yield* k.sleep(1);
    }
    return yield* k.join(child);
  },
});

const failing: Behaviour = defineProcess({
  name: "failing",
  *run({ k }) {
    yield* k.log("before", { n: 1 });
    yield* k.sleep(3);
    throw new RangeError("as intended");
  },
});

const stuck: Behaviour = defineProcess({ name: "stuck", *run({ k }) { yield* k.receive(); } });

const OLD: Uint8Array = record(tinyRun(), { recording: runRecording({ providers: [] }) }).file;

/** What stood on the disk before a run that replaces it. */
export const before = ({ replace }: Pick<Workload, "replace">): ReadonlyMap<string, Uint8Array> =>
  new Map(replace ? [[BUNDLE, OLD], [JOURNAL, OLD.subarray(0, OLD.length - 100)]] : [["/disk/other", Uint8Array.of(1)]]);

type Class = Pick<Workload, "durability" | "replace">;

const run = (name: string, program: Behaviour, how: Class, options: Partial<RecordOptions> = {}): Workload => ({
  name: `${name}, ${how.durability}${how.replace ? ", replacing" : ""}`,
  ...how,
  write: (disk) => recordRun({ program, seed: "disk", workers: 0, signer: testSigner(), out: BUNDLE, disk, ...how, ...options }),
});

/** Frames as they are, `null` for a barrier; `ends` false leaves the journal as it stands. */
function frames(name: string, script: readonly (Frame | null)[], how: Class, ends = true): Workload {
  return {
    name: `${name}, ${how.durability}${how.replace ? ", replacing" : ""}`,
    ...how,
    async write(disk) {
      const file = createBundleFile(BUNDLE, { ...how, disk });
      try {
        const recorder = new Recorder({ recording: runRecording(), sink: file, durability: how.durability });
        for (const frame of script) {
          if (frame === null) recorder.barrier();
          else recorder.append(frame);
        }
        if (!ends) return;
        recorder.seal({ signer: testSigner(), host: HOST, end: { status: "completed" } });
        file.seal();
      } finally {
        file.abandon();
      }
    },
  };
}

/** A replay written out as a bundle of its own. */
function again(name: string, program: Behaviour, how: Class): Workload {
  const sink = createMemorySink();
  const made = recordRun({ program, seed: "disk", workers: 0, signer: testSigner(), out: sink });
  return {
    name: `${name}, ${how.durability}${how.replace ? ", replacing" : ""}`,
    ...how,
    async write(disk) {
      await made;
      const file = createBundleFile(BUNDLE, { ...how, disk });
      try {
        const report = await replayTrace(sink.bytes(), { program, out: file });
        if (report.sealed !== null) file.seal();
      } finally {
        file.abandon();
      }
    },
  };
}

/** Frames with a barrier after every `every`th. */
const barred = (script: readonly Frame[], every: number): readonly (Frame | null)[] => script.flatMap((frame, at) => (at % every === every - 1 ? [frame, null] : [frame]));

const CLASSES: readonly Class[] = (["process", "power"] as const).flatMap((durability) => [false, true].map((replace) => ({ durability, replace })));
const POWER: Class = { durability: "power", replace: false };

/** A dozen or so: the shapes that differ. */
export const everyday = (): readonly Workload[] => [
  ...CLASSES.map((how) => run("circuits", circuits(2), how)),
  run("letters of a page", letters(3, 4_096), POWER),
  run("failing", failing, { durability: "power", replace: true }),
  run("stuck", stuck, { durability: "process", replace: false }),
  run("bounded", letters(50, 100), POWER, { bounds: { turns: 20 } }),
  run("interrupted", letters(50, 100), POWER, { signal: AbortSignal.abort() }),
  again("replayed", circuits(1), { durability: "process", replace: true }),
  frames("small", smallRun(), POWER),
  frames("a barrier every three frames", barred(chatter(30, 200), 3), { durability: "power", replace: true }),
  frames("without an end", barred(chatter(20, 300), 4), POWER, false),
  frames("without an end", barred(chatter(8, 300), 4), { durability: "process", replace: false }, false),
];

/** Many more, of growing size. */
export const long = (): readonly Workload[] => [
  ...everyday(),
  ...CLASSES.flatMap((how) => [
    ...[1, 5, 12].map((jobs) => run(`${jobs} circuits`, circuits(jobs), how)),
    ...[[2, 700], [4, 9_000], [2, 70_000]].map(([count = 0, bytes = 0]) => run(`${count} letters of ${bytes}`, letters(count, bytes), how)),
    ...[[10, 10, 1], [40, 700, 2], [60, 1_500, 5], [90, 60, 7], [12, 20_000, 1]].map(([count = 0, bytes = 0, every = 1]) =>
      frames(`${count} frames of ${bytes}, a barrier every ${every}`, barred(chatter(count, bytes), every), how)),
    frames("blocks that are full", chatter(90, 4_000), how),
  ]),
];

export const verified = (bytes: Uint8Array): ReturnType<typeof verify> => verify(memorySource(bytes));
export const inspected = (bytes: Uint8Array): ReturnType<typeof verify> => verify(memorySource(bytes), { allowUnsealed: true });
export const OLD_BUNDLE = OLD;
