// Every example: its result is the expected one; its bundle verifies, replays without a kernel, replays again from the replay,
// reproduces from the seeds, and the independent reader agrees.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { replayTrace, reproduceTrace, verifyTrace } from "../../runtime/app/index.ts";
import { createMemorySink } from "../../runtime/adapters/memory.ts";
import { verifiedByBoth } from "../support/independent.ts";
import { EXAMPLES, expectedOf, recordInMemory } from "../support/examples.ts";

const lines = (name: string): number => readFileSync(resolve(import.meta.dirname, `../../examples/${name}/${name}.ts`), "utf8").trimEnd().split("\n").length;

describe.each(EXAMPLES)("example $name", (example) => {
  it("is short, and gives what is written beside it", async () => {
    expect(lines(example.name)).toBeLessThanOrEqual(100);
    const run = await recordInMemory(example, { workers: 1 });
    expect(run.report.end.status).toBe("completed");
    expect(JSON.parse(JSON.stringify(run.report.end.result))).toEqual(expectedOf(example));

    const verified = await verifyTrace(run.bytes);
    expect(verified).toMatchObject({ ok: true, digest: run.report.digest, status: "completed" });
    expect(verifiedByBoth(run.bytes).digest).toBe(verified.digest);

    const again = createMemorySink();
    const replayed = await replayTrace(run.bytes, { trustProgram: true, out: again });
    expect(replayed).toMatchObject({ complete: true, digest: run.report.digest });
    const fixpoint = await replayTrace(again.bytes(), { trustProgram: true });
    expect(fixpoint.digest).toBe(run.report.digest);

    const reproduced = await reproduceTrace(run.bytes, { trustProgram: true, workers: 0 });
    expect(reproduced).toMatchObject({ complete: true, digest: run.report.digest, unconfirmed: 0 });
    expect(reproduced.confirmed).toBeGreaterThan(0);
  });
});
