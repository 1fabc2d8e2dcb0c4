// Turns a second: a ring of processes passing tokens, on the real machine, unrecorded, recorded (journal in memory, blocks hashed and
// chained) and recorded to a file; how fast such a trace is verified, and how fast it is
// replayed: against the recording before it each time, in memory. Ratios are taken in one run.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DEFAULT_BOUNDS } from "../../kernel-abi/limits.ts";
import type { ProcessId } from "../../kernel-abi/ids.ts";
import type { Journal, Outcomes, Recording } from "../../kernel-abi/ports.ts";
import { Recorder } from "../../replay/recorder.ts";
import { openBundle } from "../../replay/bundle.ts";
import { replay } from "../../replay/replayer.ts";
import { verify } from "../../replay/verify.ts";
import { createBundleFile, openSource } from "../../runtime/adapters/files.ts";
import { createMemorySink, memorySource } from "../../runtime/adapters/memory.ts";
import { execute, runMachine } from "../../runtime/app/execute.ts";
import { allowed, createAdmissions, headerFor } from "../../runtime/app/header.ts";
import { defineProcess, type Child } from "../../runtime/app/index.ts";
import { testSigner } from "../support/signer.ts";
import { hostFacts } from "../../runtime/adapters/host.ts";

export interface Figure { readonly name: string; readonly value: number; readonly unit: string }

const ACTORS = 64;
const TURNS = 200_000;

const link = defineProcess({
  name: "link",
  *run({ k }) {
    const { body: next } = yield* k.receive<ProcessId>();
    for (;;) {
      const { body } = yield* k.receive<number>();
      yield* k.send(next, body);
    }
  },
});

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

const NO_OUTCOMES: Outcomes = { start: () => undefined, outcome: () => Promise.reject(new Error("none")), abandon: () => undefined, close: () => Promise.resolve() };
const NO_JOURNAL: Journal = { append: () => undefined, barrier: () => undefined };

const recording: Recording = (() => {
  const program = { kind: "detached", entry: "ring", modules: [], executed: "", map: "" } as const;
  const bounds = { ...DEFAULT_BOUNDS, turns: TURNS };
  return {
    header: headerFor({ seed: "bench", bounds, policy: "cooperative", allow: allowed(ring), program: { ...program, modules: [] }, root: ring }, createAdmissions()),
    program: { ...program, modules: [] }, inputs: { input: null, files: {} },
  };
})();

async function turnsASecond(journal: Journal): Promise<number> {
  const started = process.hrtime.bigint();
  const end = await execute({ recording, root: ring, journal, outcomes: NO_OUTCOMES });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (end.status !== "bounded" || end.turns !== TURNS) throw new Error(`the ring ended ${end.status} after ${end.turns} turns`);
  return TURNS / seconds;
}

const best = async (runs: number, once: () => Promise<number>): Promise<number> => {
  let most = 0;
  for (let n = 0; n < runs; n++) most = Math.max(most, await once());
  return most;
};

const sealWith = (recorder: Recorder): unknown => recorder.seal({ signer: testSigner(), host: hostFacts({ workers: 0, label: "bench", started: "" }), end: { status: "bounded" } });

export async function run(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "triad-bench-"));
  try {
    const path = join(folder, "ring.triad");
    const plain = await best(3, () => turnsASecond(NO_JOURNAL));
    let bytes = new Uint8Array(0);
    const recorded = await best(3, async () => {
      const sink = createMemorySink();
      const recorder = new Recorder({ recording, sink });
      const rate = await turnsASecond(recorder);
      sealWith(recorder);
      bytes = Uint8Array.from(sink.bytes());
      return rate;
    });
    const written = await best(3, async () => {
      const file = createBundleFile(path, { durability: "process", replace: true });
      const recorder = new Recorder({ recording, sink: file });
      const rate = await turnsASecond(recorder);
      sealWith(recorder);
      file.seal();
      return rate;
    });
    /** Time of a replay over that of the recording before it, and turns a second of the replay: the median, and the best. */
    const ratios: number[] = [];
    const replayed = await best(7, async () => {
      const recorder = new Recorder({ recording, sink: createMemorySink() });
      const rate = await turnsASecond(recorder);
      sealWith(recorder);
      const started = process.hrtime.bigint();
      const { complete } = await replay(openBundle(memorySource(bytes)), runMachine(ring));
      if (!complete) throw new Error("the replay did not come to the end");
      const again = TURNS / (Number(process.hrtime.bigint() - started) / 1e9);
      ratios.push(rate / again);
      return again;
    });
    const source = openSource(path);
    source.close();
    let frames = 0;
    const verified = await best(3, () => {
      const started = process.hrtime.bigint();
      ({ frames } = verify(memorySource(bytes)));
      return Promise.resolve(frames / (Number(process.hrtime.bigint() - started) / 1e9));
    });
    return [
      { name: "turns a second, nothing recorded", value: plain, unit: "turns/s" },
      { name: "turns a second, recorded in memory", value: recorded, unit: "turns/s" },
      { name: "turns a second, recorded to a file", value: written, unit: "turns/s" },
      { name: "recorded / unrecorded time", value: plain / written, unit: "ratio" },
      { name: "turns a second, replayed", value: replayed, unit: "turns/s" },
      { name: "replay / recording time, median", value: ratios.sort((a, b) => a - b)[3] ?? NaN, unit: "ratio" },
      { name: "frames verified a second", value: verified, unit: "frames/s" },
      { name: "bytes a frame", value: bytes.length / frames, unit: "bytes" },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const { name, value, unit } of await run()) console.log(`${name.padEnd(40)} ${value.toLocaleString("en", { maximumFractionDigits: 2 }).padStart(14)} ${unit}`);
}
