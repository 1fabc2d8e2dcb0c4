// Resuming over synthetic runs: what is compared, what is computed, what is refused.
import { describe, expect, it } from "vitest";
import { EVENT, type Frame } from "../../../kernel-abi/frame.ts";
import type { JobStart, Outcome, RunMachine } from "../../../kernel-abi/ports.ts";
import { pack } from "../../../kernel-abi/packer.ts";
import { survey, Resumption, type LiveOutcomes, type Remains } from "../../../replay/resumer.ts";
import { Recorder, type Sealed } from "../../../replay/recorder.ts";
import { memorySource, MemorySink } from "../../support/memory.ts";
import { HOST, record } from "../../support/recordings.ts";
import { faultOf, unitOffsets } from "../../support/refusals.ts";
import { chatter, runRecording, smallRun } from "../../support/runs.ts";
import { RUN_END, scriptedMachine } from "../../support/scripted-machine.ts";
import { testSigner } from "../../support/signer.ts";

const SCRIPT = smallRun();
const RUN = record(SCRIPT, { recording: runRecording() });

/** What a kill leaves after so many entries of the script, with everything before it in closed blocks. */
function journal(script: readonly (Frame | null)[]): Uint8Array {
  const sink = new MemorySink();
  const recorder = new Recorder({ recording: runRecording(), sink });
  for (const frame of script) {
    if (frame === null) recorder.barrier();
    else recorder.append(frame);
  }
  recorder.barrier();
  return sink.bytes();
}

interface Live extends LiveOutcomes {
  readonly started: number[];
  readonly remembered: number[];
}

const OUTCOME: Outcome = { verdict: 0, body: pack({ counts: [6, 0, 0, 4] }) };
function live(): Live {
  const made: Live = {
    started: [], remembered: [],
    start: ({ job }: JobStart) => { made.started.push(job); },
    remember: ({ job }: JobStart) => { made.remembered.push(job); },
    outcome: () => Promise.resolve(OUTCOME), abandon: () => undefined, close: () => Promise.resolve(),
  };
  return made;
}

interface Gone {
  readonly sealed: Sealed;
  readonly file: Uint8Array;
  readonly outcomes: Live;
  /** Frames in the new journal's closed blocks when it had caught up. */
  readonly caughtUp: readonly number[];
}

async function goOn(bytes: Uint8Array, machine: RunMachine = scriptedMachine(SCRIPT)): Promise<Gone> {
  const source = memorySource(bytes);
  const remains = survey(source) as Remains;
  const sink = new MemorySink();
  const caughtUp: number[] = [];
  const run = new Resumption(source, remains, { sink, durability: "process", caughtUp: () => { caughtUp.push((survey(memorySource(sink.bytes())) as Remains).point.frames); } });
  const outcomes = live();
  try {
    await machine.run({ recording: remains.recording, journal: run, outcomes: run.outcomes(outcomes) });
  } catch (error) {
    throw run.failure ?? error;
  }
  const sealed = run.seal({ signer: testSigner(), host: { ...HOST, resumed: [remains.point] }, end: RUN_END });
  return { sealed, file: sink.bytes(), outcomes, caughtUp };
}

const refusal = async (running: Promise<unknown>): Promise<{ readonly fault: string; readonly detail: Readonly<Record<string, unknown>> }> => {
  try {
    await running;
  } catch (error) {
    const { fault, detail } = faultOf(() => { throw error; });
    return { fault, detail };
  }
  throw new Error("nothing was refused");
};

describe("a journal that is resumed", () => {
  it("comes to the uninterrupted digest and the same bytes up to the seal, cut after any frame", async () => {
    for (let length = 0; length <= SCRIPT.length; length++) {
      const cut = journal(SCRIPT.slice(0, length));
      const { sealed, file } = await goOn(cut);
      expect([length, sealed.digest]).toEqual([length, RUN.digest]);
      const chained = unitOffsets(RUN.file).at(-2) as number;
      expect(file.subarray(0, chained)).toEqual(RUN.file.subarray(0, chained));
    }
  });

  it("starts a job without a recorded outcome, and no other", async () => {
    const at = (code: number): number => 1 + SCRIPT.findIndex((frame) => frame?.entries.some((entry) => entry.code === code) === true);
    const done = (length: number): Promise<Gone> => goOn(journal(SCRIPT.slice(0, length)));
    expect((await done(at(EVENT.JOB_INTENT) - 1)).outcomes).toMatchObject({ started: [1], remembered: [] });
    expect((await done(at(EVENT.JOB_INTENT))).outcomes).toMatchObject({ started: [1], remembered: [] });
    expect((await done(at(EVENT.JOB_OUTCOME) - 1)).outcomes).toMatchObject({ started: [1], remembered: [] });
    expect((await done(at(EVENT.JOB_OUTCOME))).outcomes).toMatchObject({ started: [], remembered: [1] });
  });

  it("has caught up once, when every frame of the old journal is in a closed block of the new one", async () => {
    const frames = chatter(3_000);
    for (const cut of [0, 1, 700, 1_024, 1_500, 2_048, frames.length]) {
      const { caughtUp } = await goOn(journal(frames.slice(0, cut)), scriptedMachine(frames));
      expect(caughtUp).toHaveLength(1);
      expect([cut, caughtUp[0] as number >= cut]).toEqual([cut, true]);
    }
  });

  it("is surveyed: where it stops, what is torn, what was asked and not answered", () => {
    const intent = 1 + SCRIPT.findIndex((frame) => frame?.entries.some(({ code }) => code === EVENT.JOB_INTENT) === true);
    const bytes = journal(SCRIPT.slice(0, intent));
    const remains = survey(memorySource(bytes));
    expect(remains).toMatchObject({ point: { blocks: 1, frames: 3, tick: 1 }, intactBytes: bytes.length, torn: 0, jobs: 1, unanswered: new Set([1]) });
    expect(survey(memorySource(RUN.file.subarray(0, RUN.file.length - 9)))).toMatchObject({ point: { frames: 10 }, unanswered: new Set() });
    expect(survey(memorySource(RUN.file))).toBeUndefined();
  });

  it("stands wherever it is cut, but for its description", () => {
    const bytes = journal(SCRIPT);
    const offsets = unitOffsets(bytes);
    const blocks = offsets[4] as number;
    for (let length = 0; length <= bytes.length; length++) {
      if (length % 23 !== 0 && !offsets.some((offset) => Math.abs(length - offset) < 7)) continue;
      const source = memorySource(bytes.subarray(0, length));
      if (length < blocks) expect(faultOf(() => survey(source)).fault).toBe("RESUME_REFUSED");
      else {
        const intact = Math.max(...offsets.filter((offset) => offset <= length), blocks);
        expect(survey(source)).toMatchObject({ intactBytes: intact, torn: length - intact });
      }
    }
  });
});

describe("a resumption is refused", () => {
  it("when the run is no longer what was recorded, before anything beyond it is written", async () => {
    const other = SCRIPT.map((frame) => (frame !== null && frame.tick === 2 && frame.kind === "turn" ? { ...frame, ready: 7 } : frame));
    const bytes = journal(SCRIPT.slice(0, -1));
    expect(await refusal(goOn(bytes, scriptedMachine(other)))).toMatchObject({ fault: "REPLAY_DIVERGED", detail: { field: "ready", actual: 7 } });
    expect(await refusal(goOn(bytes, scriptedMachine(SCRIPT.slice(0, 3))))).toMatchObject({ fault: "REPLAY_DIVERGED", detail: { actual: "nothing" } });
  });

  it("when blocks end elsewhere than they did, but for the last one", async () => {
    const without = SCRIPT.filter((frame) => frame !== null);
    expect(await refusal(goOn(journal(SCRIPT), scriptedMachine(without)))).toMatchObject({ fault: "REPLAY_DIVERGED", detail: { field: "block" } });
  });

  it("when the journal was altered", async () => {
    const bytes = journal(SCRIPT);
    bytes[(unitOffsets(bytes)[4] as number) + 9] = 0x7f;
    expect(await refusal(goOn(bytes))).toMatchObject({ fault: "TRACE_TAMPERED" });
  });
});
