// What programs and hosts import to make codes, circuits and error models: from the package entry, pure enough to be called inside a turn.
import { describe, expect, it } from "vitest";
import { record } from "../../../../runtime/app/record.ts";
import { replayTrace } from "../../../../runtime/app/trace.ts";
import * as surface from "../../../../runtime/app/index.ts";
import { program, scratch } from "../../../support/cli.ts";

const at = scratch();

describe("codes, circuits and error models", () => {
  it("are made and read inside a program, and the run replays", async () => {
    const out = at("texts.triad");
    const { end, digest } = await record({ program: program("texts"), out, seed: "1", workers: 0 });
    expect([end.status, end.result]).toEqual(["completed", { again: true, dem: true, detectors: 24, errors: expect.any(Number) as number, n: 9 }]);
    expect((await replayTrace(out, { program: program("texts") })).digest).toBe(digest);
  });

  it("come from the package entry, by every name there is", () => {
    expect(surface.CODE_TASKS).toContain("bivariate_bicycle_code:memory_x");
    for (const task of surface.CODE_TASKS) {
      const distance = task.startsWith("bivariate") ? 6 : 3;
      const circuit = surface.generateCircuit(task, { distance, rounds: 2, afterResetFlipProbability: 0.01 });
      const model = surface.analyze(surface.parseStim(surface.printStim(circuit)));
      expect([task, surface.flattened(surface.printModel(model)).mechanisms]).toEqual([task, model.mechanisms]);
    }
  });
});
