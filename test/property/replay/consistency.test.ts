// The machine and the rules of verify were written apart: whatever the machine does, verify accepts, and what it could not
// have done is refused.
import { describe, expect, it } from "vitest";
import { EVENT, TURN_END, type Frame } from "../../../kernel-abi/frame.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { verifiedByBoth } from "../../support/independent.ts";
import { monkey } from "../../support/monkey.ts";
import { record, recording } from "../../support/recordings.ts";
import { faultOf, refusalOf, verified } from "../../support/refusals.ts";
import type { Bounds } from "../../../kernel-abi/header.ts";
import { DEFAULT_BOUNDS } from "../../../kernel-abi/limits.ts";
import { allVerbs, run, toyAdmission } from "../../support/run.ts";

const boundsOf = (seed: number): Bounds => ({ ...DEFAULT_BOUNDS, ...(seed % 5 === 0 ? { turns: 10 + seed } : {}) });
const wild = (seed: number): ReturnType<typeof run> => run(monkey(), {
  seed: `monkey ${seed}`, bounds: boundsOf(seed), policy: seed % 2 === 0 ? "cooperative" : "round-robin",
});
/** The longest of a few. */
async function longest(): ReturnType<typeof run> {
  const runs = await Promise.all([1, 2, 3, 4, 6, 7, 8, 9].map(wild));
  return runs.reduce((best, one) => (one.frames.length > best.frames.length ? one : best));
}
const sealed = (frames: readonly Frame[], status: Awaited<ReturnType<typeof run>>["end"]["status"], bounds: Bounds = DEFAULT_BOUNDS): Uint8Array =>
  record(frames, { recording: recording({ allow: [...allVerbs], providers: [...toyAdmission("Q").providers, ...toyAdmission("PHI").providers], bounds }), status }).file;

/** Frames whose absence, repetition or early arrival nothing else would notice: none but these. */
const TELLING = (frame: Frame): boolean => frame.kind === "turn" || frame.entries.some(({ code }) =>
  code === SYSCALL.PROC_EXIT || code === EVENT.JOB_INTENT || code === EVENT.JOB_OUTCOME || code === EVENT.RUN_END || code === EVENT.CONTRACT_ACTIVATED);

describe("wild programs", () => {
  it("leave traces that both readers accept, however they end", async () => {
    const ends = new Set<string>();
    for (let seed = 0; seed < 80; seed++) {
      const { frames, end } = await wild(seed);
      ends.add(end.status);
      expect(verifiedByBoth(sealed(frames, end.status, boundsOf(seed)))).toMatchObject({ frames: frames.length, status: end.status });
    }
    expect([...ends].sort()).toEqual(expect.arrayContaining(["bounded", "completed", "faulted", "stuck"]));
  });

  it("with one frame missing or repeated are refused", async () => {
    const { frames, end } = await longest();
    const telling = frames.flatMap((frame, at) => (at > 0 && at < frames.length - 1 && TELLING(frame) ? [at] : []));
    expect(telling.length).toBeGreaterThan(30);
    for (const at of telling.filter((_, index) => index % Math.ceil(telling.length / 60) === 0)) {
      const missing = sealed(frames.filter((_, place) => place !== at), end.status);
      const repeated = sealed(frames.flatMap((frame, place) => (place === at ? [frame, frame] : [frame])), end.status);
      for (const bytes of [missing, repeated]) expect(refusalOf(bytes)).toMatchObject({ fault: "TRACE_INCONSISTENT" });
    }
  });

  it("with a refused call granted in the record are refused, unless it asked for nothing that is accounted for", async () => {
    const { frames, end } = await longest();
    let tried = 0;
    for (const [at, frame] of frames.entries()) {
      for (const [place, entry] of frame.entries.entries()) {
        if (entry.verdict === 0 || frame.kind !== "turn" || frame.end.kind === TURN_END.ABORTED || tried >= 25) continue;
        tried += 1;
        const entries = frame.entries.map((one, index) => (index === place ? { ...one, verdict: 0 } : one));
        const bytes = sealed(frames.map((one, index) => (index === at ? { ...one, entries } : one)), end.status);
        if (entry.capability === 0 || entry.code === SYSCALL.IPC_SEND || entry.code === SYSCALL.XDV_CALL) {
          expect(faultOf(() => verified(bytes)).fault).toBe("TRACE_INCONSISTENT");
        }
      }
    }
    expect(tried).toBeGreaterThan(5);
  });
});
