// Turns a second: a ring of 64 processes passing tokens on the real machine, unrecorded, recorded (blocks hashed and chained) in memory
// and to a file; how fast that trace is verified and replayed, each in a process of its own; what recording costs a run of quantum jobs.
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createActor, fromTransition } from "xstate";
import type { Journal } from "../../kernel-abi/ports.ts";
import { openBundle } from "../../replay/bundle.ts";
import { Recorder } from "../../replay/recorder.ts";
import { replay } from "../../replay/replayer.ts";
import { verify } from "../../replay/verify.ts";
import { createBundleFile } from "../../runtime/adapters/files.ts";
import { createMemorySink, memorySource } from "../../runtime/adapters/memory.ts";
import { runMachine } from "../../runtime/app/execute.ts";
import { defineProcess, ghz, type Child } from "../../runtime/app/index.ts";
import { createRunner, liveOutcomes } from "../../runtime/app/outcomes.ts";
import { fastestAlone, type Subjects } from "./alone.ts";
import { least, most, type Figure } from "./figure.ts";
import { link, NO_JOURNAL, recordingOf, sealWith, timed, type Timed } from "./ground.ts";

const ACTORS = 64;
const TURNS = 1_000_000;
const ROUNDS = 6;

/** Builds a ring, gives every actor a token and lets it run into the bound on turns. */
const ring = defineProcess({
  name: "ring",
  *run({ k }) {
    const links: Child[] = [];
    for (let n = 0; n < ACTORS; n++) links.push(yield* k.spawn(link));
    for (const [at, child] of links.entries()) yield* k.send(child, links[(at + 1) % ACTORS]!.process);
    for (const child of links) yield* k.send(child, 1);
    yield* k.receive();
  },
});

/** The nearest thing a user has without Triad: nothing is isolated, authorised, ordered or recorded. */
function transitions(): number {
  const counter = createActor(fromTransition((count: number) => count + 1, 0)).start();
  const started = process.hrtime.bigint();
  for (let at = 0; at < TURNS; at++) counter.send({ type: "GO" });
  return Number(process.hrtime.bigint() - started) / 1e9;
}

const recording = recordingOf(ring, TURNS);
const traceIn = (folder: string): string => join(folder, "ring.triad");

async function recorded(folder: string): Promise<number> {
  const file = createBundleFile(traceIn(folder), { durability: "process", replace: true });
  const recorder = new Recorder({ recording, sink: file });
  const run = await timed(ring, recording, recorder);
  sealWith(recorder, run.end);
  file.seal();
  return run.seconds;
}

const secondsOf = async (work: () => Promise<void> | void): Promise<number> => {
  const started = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - started) / 1e9;
};

const openTrace = (folder: string) => memorySource(readFileSync(traceIn(folder)));

const JOBS = 1_000;
const QUBITS = 16;
const circuit = ghz(QUBITS).measureAll();

const sampling = defineProcess({
  name: "sampling", domains: ["Q"],
  *run({ q }) {
    const contract = yield* q.reserve({ qubits: QUBITS, budget: 1_000_000_000 });
    for (let at = 0; at < JOBS; at++) yield* q.measure(yield* q.sample(contract, circuit, 1_000));
  },
});

const jobsRecording = recordingOf(sampling, 1_000_000);

async function sampled(journal: Journal): Promise<Timed> {
  const run = await timed(sampling, jobsRecording, journal, liveOutcomes(createRunner({ workers: 0 })));
  if (run.end.status !== "completed") throw new Error(`the jobs ended ${run.end.status}`);
  return run;
}

/** Each in a process of its own; given is the folder in which the trace is. */
export const alone = {
  plain: async () => (await timed(ring, recording, NO_JOURNAL)).seconds,
  memory: async () => {
    const recorder = new Recorder({ recording, sink: createMemorySink() });
    const run = await timed(ring, recording, recorder);
    sealWith(recorder, run.end);
    return run.seconds;
  },
  file: recorded,
  sealed: (folder) => secondsOf(async () => { await recorded(folder); }),
  verified: (folder) => secondsOf(() => { verify(openTrace(folder)); }),
  replayed: (folder) => secondsOf(async () => {
    const { complete } = await replay(openBundle(openTrace(folder)), runMachine(ring), { compare: "blocks" });
    if (!complete) throw new Error("the ring was not replayed to its end");
  }),
  peer: transitions,
  jobs: async () => (await sampled(NO_JOURNAL)).seconds,
  jobsRecorded: async () => {
    const recorder = new Recorder({ recording: jobsRecording, sink: createMemorySink() });
    const { seconds, end } = await sampled(recorder);
    sealWith(recorder, end);
    return seconds;
  },
} as const satisfies Subjects;

async function ofTurns(folder: string): Promise<readonly Figure[]> {
  await recorded(folder);
  const bytes = statSync(traceIn(folder)).size;
  const { frames } = verify(openTrace(folder));
  const seconds = await fastestAlone(import.meta.url, ROUNDS, ["plain", "memory", "file", "sealed", "verified", "replayed", "peer"], folder);
  return [
    { name: "turns a second, recorded to a file (floor 800,000)", value: TURNS / seconds.file, unit: "turns/s", goal: least(1_200_000) },
    { name: "turns a second, recorded in memory", value: TURNS / seconds.memory, unit: "turns/s" },
    { name: "turns a second, nothing recorded", value: TURNS / seconds.plain, unit: "turns/s" },
    { name: "recorded / unrecorded time of an empty turn", value: seconds.file / seconds.plain, unit: "ratio", goal: most(1.5) },
    { name: "XState fromTransition, actor.send, nothing recorded", value: TURNS / seconds.peer, unit: "events/s" },
    { name: "recorded turns / XState fromTransition events", value: seconds.peer / seconds.file, unit: "ratio", goal: least(1.2 / 4.3) },
    { name: "frames verified a second", value: frames / seconds.verified, unit: "frames/s", goal: least(1_000_000) },
    { name: "verify / recording speed", value: seconds.file / seconds.verified, unit: "ratio" },
    { name: "replay / recording speed, from opening to the digest or the seal", value: seconds.sealed / seconds.replayed, unit: "ratio", goal: least(1) },
    { name: "turns replayed, opened and closed / turns recorded, nothing else", value: seconds.file / seconds.replayed, unit: "ratio" },
    { name: "bytes a frame", value: bytes / frames, unit: "bytes" },
  ];
}

/** What is profiled when a goal of this suite is the one missed furthest. */
export async function subject(): Promise<void> {
  const recording = recordingOf(ring, 3 * TURNS);
  const recorder = new Recorder({ recording, sink: createMemorySink() });
  sealWith(recorder, (await timed(ring, recording, recorder)).end);
}

/** Short jobs: in longer ones what recording adds weighs less. */
async function ofJobs(): Promise<readonly Figure[]> {
  const seconds = await fastestAlone(import.meta.url, ROUNDS, ["jobs", "jobsRecorded"]);
  return [
    { name: `a job of ${QUBITS} qubits, 1,000 shots`, value: 1e6 * seconds.jobs / JOBS, unit: "µs" },
    { name: "what recording adds to it", value: 100 * (seconds.jobsRecorded / seconds.jobs - 1), unit: "%", goal: most(5) },
  ];
}

export async function run(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "triad-bench-"));
  try {
    return [...await ofTurns(folder), ...await ofJobs()];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
