// The ground benchmarks of runs stand on: the link of a ring, a detached recording of any root, ports that do nothing, and a run timed.
import type { ProgramSection } from "../../kernel-abi/header.ts";
import { DEFAULT_BOUNDS } from "../../kernel-abi/limits.ts";
import type { ProcessId } from "../../kernel-abi/ids.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import type { Journal, Outcomes, Recording, RunEnd } from "../../kernel-abi/ports.ts";
import { Recorder } from "../../replay/recorder.ts";
import { hostFacts } from "../../runtime/adapters/host.ts";
import { execute } from "../../runtime/app/execute.ts";
import { defineProcess } from "../../runtime/app/define.ts";
import { allowed, createAdmissions, headerFor } from "../../runtime/app/header.ts";
import { testSigner } from "../support/signer.ts";

export const NO_OUTCOMES: Outcomes = { start: () => undefined, outcome: () => Promise.reject(new Error("none")), abandon: () => undefined, close: () => Promise.resolve() };
export const NO_JOURNAL: Journal = { append: () => undefined, barrier: () => undefined };

/** A run of `root`, bounded by `turns`, without its code. */
export function recordingOf(root: Behaviour, turns: number): Recording {
  const program: ProgramSection = { kind: "detached", entry: root.name, modules: [], executed: "", map: "" };
  return {
    header: headerFor({ seed: "bench", bounds: { ...DEFAULT_BOUNDS, turns }, policy: "cooperative", allow: allowed(root), program, root }, createAdmissions()),
    program, inputs: { input: null, files: {} },
  };
}

/** A link of a ring: told who comes next, it hands on whatever comes. */
export const link = defineProcess({
  name: "link",
  *run({ k }) {
    const { body: next } = yield* k.receive<ProcessId>();
    for (;;) {
      const { body } = yield* k.receive<number>();
      yield* k.send(next, body);
    }
  },
});

export interface Timed {
  readonly end: RunEnd;
  readonly seconds: number;
}

/** One run by the clock. */
export async function timed(root: Behaviour, recording: Recording, journal: Journal, outcomes: Outcomes = NO_OUTCOMES): Promise<Timed> {
  const started = process.hrtime.bigint();
  const end = await execute({ recording, root, journal, outcomes });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (end.status === "paused") throw new Error(`the run of ${root.name} was paused`);
  return { end, seconds };
}

export const sealWith = (recorder: Recorder, { status }: RunEnd): void => {
  recorder.seal({ signer: testSigner(), host: hostFacts({ workers: 0, label: "bench", started: "" }), end: { status } });
};

/** The best of several rounds of each subject, taken in turns so that a busy minute strikes them alike; the first round only warms up. */
export async function fastest<const N extends string>(rounds: number, subjects: Readonly<Record<N, () => Promise<number> | number>>): Promise<Readonly<Record<N, number>>> {
  const best = Object.fromEntries(Object.keys(subjects).map((name) => [name, Infinity])) as Record<N, number>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of Object.keys(subjects) as N[]) {
      const seconds = await subjects[name]();
      if (round > 0) best[name] = Math.min(best[name], seconds);
    }
  }
  return best;
}

/** Bytes of live objects, after a collection. */
export function liveBytes(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

/** A full collection. */
export const collect: () => void = await (async () => {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
})();
