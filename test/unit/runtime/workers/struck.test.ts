// Long jobs struck in their middle: a thread that dies, work that is given up. Memory and helper threads go with them.
import process from "node:process";
import { describe, expect, it } from "vitest";
import { scene } from "../../../support/trouble.ts";

interface Struck {
  readonly undisturbed: unknown;
  readonly struck: unknown;
  readonly afterwards: unknown;
  /** Before the job, after it, and when the pool was closed. */
  readonly threads: readonly [most: number, left: number, closed: number];
  /** Whether its memory was there when it was struck, and was gone afterwards. */
  readonly resident: readonly [midst: boolean, gone: boolean];
}
const DIGEST: unknown = expect.stringMatching(/^[0-9a-f]{16}$/);
/** Of the same job, whatever the workers. */
const digests = new Set<unknown>();
const COUNTS = process.env["TRIAD_LONG"] === "1" ? [1, 2, 4] : [2];

function leavesNothing({ threads: [most, left, closed], resident, afterwards }: Struck, heavy: boolean): void {
  expect(left).toBeLessThanOrEqual(most);
  expect(closed).toBeLessThan(most);
  expect([resident, afterwards]).toEqual([[heavy, true], DIGEST]);
}

describe.runIf(process.platform === "linux")("in the middle of 24 qubits", () => {
  it.each(COUNTS)("a thread dies: the job is done again to the same bits, its helpers and its memory are gone; %i workers", async (workers) => {
    const came = await scene("killed", workers) as Struck;
    expect([came.undisturbed, came.struck]).toEqual([DIGEST, came.undisturbed]);
    expect(digests.add(came.struck).size).toBe(1);
    leavesNothing(came, true);
  });

  it.each(COUNTS)("the job is given up: it ends, and all it held is gone; %i workers", async (workers) => {
    const came = await scene("given-up", workers) as Struck;
    expect(came.struck).toMatchObject({ name: "RUN_INTERRUPTED", detail: { kernel: "q.statevector", attempts: 1 } });
    leavesNothing(came, true);
  });
});

describe.runIf(process.platform === "linux")("in the middle of ten million shots", () => {
  it("an experiment is given up: it ends, and the pool goes on", async () => {
    const came = await scene("study-given-up", 1) as Struck;
    expect(came.struck).toMatchObject({ name: "RUN_INTERRUPTED", detail: { kernel: "q.qec", attempts: 1 } });
    leavesNothing(came, false);
  });
});

it.runIf(process.env["TRIAD_LONG"] === "1")("a helper dies while it holds a block: the attempt is given up in bounded time, and done again on another thread to the same bits", async () => {
  expect(await scene("lost-helper", 1)).toEqual({ undisturbed: DIGEST, struck: DIGEST, afterwards: DIGEST, started: 2 });
});
