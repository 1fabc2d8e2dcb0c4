// Studies as runs: the same bytes whatever the workers and their speed, taken up where a kill left them, judged and reproduced.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { uniformNoise } from "../../../../domains/q/qec/experiment.ts";
import type { Study } from "../../../../domains/q/qec/study.ts";
import { isStudyResult, runStudy } from "../../../../runtime/app/qec/study-run.ts";
import { STUDY_PROGRAM } from "../../../../runtime/app/qec/program-file.ts";
import { judgeTrace } from "../../../../runtime/app/judge.ts";
import { record } from "../../../../runtime/app/record.ts";
import { reproduceTrace } from "../../../../runtime/app/trace.ts";
import { defineProcess } from "../../../../runtime/app/index.ts";
import { scratch } from "../../../support/cli.ts";
import { recordInMemory } from "../../../support/examples.ts";
import { cutAfter } from "../../../support/workloads.ts";

const at = scratch();
const ones = (byte: number): number => byte.toString(2).replaceAll("0", "").length;
const cell = (distance: number, p: number): Study["cells"][number] =>
  ({ p, decoder: "matching", experiment: { code: "repetition_code:memory", distance, rounds: distance, noise: uniformNoise(p) } });
const study: Study = {
  cells: [cell(3, 0.02), cell(5, 0.02), cell(3, 0.06), cell(5, 0.06)],
  stop: { maxShots: 60_000, maxErrors: 400 }, interval: { method: "wilson", confidence: 0.95 }, per: "shot",
};
const digestWith = async (name: string, workers: number, delayMs?: (ordinal: number) => number): Promise<string> =>
  (await record({ program: STUDY_PROGRAM, input: study, seed: "workers", out: at(`${name}.triad`), workers, ...(delayMs === undefined ? {} : { delayMs }) })).digest;

describe("a study", () => {
  it("is the same run with none, one, two and four workers, whoever is late", async () => {
    const first = await digestWith("none", 0);
    const late = (ordinal: number): number => (ordinal * 7_919) % 23;
    expect([await digestWith("one", 1, late), await digestWith("two", 2, late), await digestWith("four", 4, late)]).toEqual([first, first, first]);
  }, 60_000);

  it("ends each cell by its rule, says all a rate depends on, and is judged and reproduced", async () => {
    const out = at("whole.triad");
    const { end } = await runStudy({ study, out, replace: false, seed: "s", workers: 0 });
    if (!isStudyResult(end.result)) throw new Error("no result");
    const { rows, fits } = end.result;
    expect(rows.map(({ code, distance, rounds, p, decoder, per, method, confidence }) => [code, distance, rounds, p, decoder, per, method, confidence]))
      .toEqual(study.cells.map(({ experiment, p }) => ["repetition_code:memory", "distance" in experiment && experiment.distance, "rounds" in experiment && experiment.rounds, p, { name: "matching" }, "shot", "wilson", 0.95]));
    for (const { shots, errors, rate, low, high, stopped } of rows) {
      expect(stopped).toBe(errors >= 400 ? "errors" : "shots");
      expect(shots).toBeLessThanOrEqual(60_000);
      expect([rate, low < rate && rate < high]).toEqual([errors / shots, true]);
    }
    expect(fits).toMatchObject([{ code: "repetition_code:memory", decoder: { name: "matching" }, threshold: null }]);
    expect(fits[0]?.lambda.map(({ p }) => p)).toEqual([0.02, 0.06]);
    expect((await judgeTrace(out)).jobs.every(({ standing }) => standing === "possible")).toBe(true);
    expect((await reproduceTrace(out, { program: STUDY_PROGRAM, workers: 0 })).confirmed).toBeGreaterThan(4);
  }, 60_000);

  it("goes on where it was killed, to the digest it would have had; a journal of another study or seed is refused", async () => {
    const whole = at("uninterrupted.triad");
    const { digest } = await runStudy({ study, out: whole, replace: false, seed: "kill", workers: 0 });
    const out = at("killed.triad");
    const cut = cutAfter(readFileSync(whole), 40);
    writeFileSync(`${out}.partial`, cut);
    const other = { ...study, stop: { ...study.stop, maxErrors: 401 } };
    await expect(runStudy({ study: other, out, replace: false, seed: "kill", workers: 0 })).rejects.toMatchObject({ fault: "RESUME_REFUSED", detail: { why: "it is the journal of another study" } });
    await expect(runStudy({ study, out, replace: false, seed: "another", workers: 0 })).rejects.toMatchObject({ fault: "RESUME_REFUSED", detail: { seed: "kill" } });
    expect([existsSync(out), readFileSync(`${out}.partial`).equals(cut)]).toEqual([false, true]);
    expect((await runStudy({ study, out, replace: false, workers: 1 })).digest).toBe(digest);
    expect(existsSync(`${out}.partial`)).toBe(false);
  }, 60_000);
});

describe("jobs of one run", () => {
  const coins = { circuit: `R ${[...Array(64).keys()].join(" ")}\nX_ERROR(0.5) ${[...Array(64).keys()].join(" ")}\nM ${[...Array(64).keys()].join(" ")}\n${[...Array(64).keys()].map((bit) => `DETECTOR rec[-${bit + 1}]\n`).join("")}` };
  const program = defineProcess({
    name: "coins", domains: ["Q"],
    *run({ q }) {
      const contract = yield* q.reserve({ qubits: 64, budget: 1e9 });
      const asked = [yield* q.detect(contract, coins, 4_000), yield* q.detect(contract, coins, 4_000), yield* q.detect(contract, coins, 4_000)];
      const rows = [];
      for (const handle of asked) rows.push((yield* q.measure(handle)).rows);
      return rows;
    },
  });

  it("draw independently of one another, though they ask for the very same", async () => {
    const { report } = await recordInMemory({ program });
    const rows = report.end.result as readonly Uint8Array[];
    const bits = 8 * 32_000;
    expect(rows.map(({ length }) => length)).toEqual([32_000, 32_000, 32_000]);
    for (const [one, other] of [[0, 1], [0, 2], [1, 2]] as const) {
      for (const shift of [0, 8, 80]) { // shots of one against the same and later shots of the other
        const apart = rows[one]?.reduce((sum, byte, at) => sum + ones(byte ^ (rows[other]?.[(at + shift) % 32_000] ?? 0)), 0) ?? 0;
        expect(Math.abs(apart - bits / 2)).toBeLessThan(5 * Math.sqrt(bits / 4));
      }
    }
  });
});
