// Who observes a replay is told what is recorded and nothing behind a difference; who only wants to know compares whole blocks and is
// told the same of the difference.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { EXIT } from "../../../../kernel-abi/fault.ts";
import { record } from "../../../../runtime/app/record.ts";
import { replayTrace } from "../../../../runtime/app/trace.ts";
import { scratch, triad } from "../../../support/cli.ts";
import { recordInMemory } from "../../../support/examples.ts";

const folder = mkdtempSync(join(tmpdir(), "triad-observed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = scratch();
/** Differs at its fifth turn, when its host says so, and goes on for a hundred. */
const flips = join(folder, "flips.ts");
writeFileSync(flips, [
  'import { defineProcess } from "triad-runtime";',
  "const flipped = () => (globalThis as never as { triadFlip?: boolean }).triadFlip === true;",
  "export default defineProcess({ name: \"flips\", *run({ k }) {",
  "  for (let turn = 0; turn < 100; turn++) {",
  "    yield* k.log(\"turn\", turn === 5 && flipped() ? -1 : turn);",
  "    yield* k.sleep(1);",
  "  }",
  "} });", "",
].join("\n"));

async function diverging(compare?: "frames" | "blocks"): Promise<{ readonly frames: number; readonly detail: unknown }> {
  const { bytes } = await recordInMemory({ program: flips });
  const host = globalThis as { triadFlip?: boolean };
  host.triadFlip = true;
  let frames = 0;
  try {
    await replayTrace(bytes, { trustProgram: true, observer: { frame: () => { frames += 1; } }, ...(compare && { compare }) });
  } catch (error) {
    return { frames, detail: (error as { detail?: unknown }).detail };
  } finally {
    delete host.triadFlip;
  }
  throw new Error("it did not diverge");
}

describe("a replay that diverges", () => {
  it("tells an observer nothing behind the difference", async () => {
    const { frames, detail } = await diverging();
    expect(detail).toMatchObject({ frame: frames, actual: expect.anything(), at: "flips.ts:5" });
  });

  it("says the same of the difference, whatever is compared at once", async () => {
    const [frames, blocks] = [await diverging("frames"), await diverging("blocks")];
    expect(blocks.detail).toEqual(frames.detail);
    expect(blocks.frames).toBeGreaterThan(frames.frames);
  });
});

describe("metrics of a replay that diverges", () => {
  it("count nothing behind the difference", async () => {
    const [trace, metrics] = [at("flips.triad"), at("flips.jsonl")];
    await triad("run", flips, "--out", trace, "--workers", "0");
    const host = globalThis as { triadFlip?: boolean };
    host.triadFlip = true;
    const { code } = await triad("replay", trace, "--trust-program", "--metrics", metrics);
    delete host.triadFlip;
    expect(code).toBe(EXIT.divergence);
    const turns = readFileSync(metrics, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line) as { readonly metricId?: string; readonly value?: number }).filter(({ metricId }) => metricId === "k.turns");
    expect(Math.max(...turns.map(({ value = 0 }) => value))).toBeLessThan(10);
  });
});

describe("record", () => {
  it.each([undefined, null, 7, {}, { name: "p" }])("asks for a program where it is given none: %j", async (program) => {
    await expect(record({ program: program as never })).rejects.toMatchObject({ fault: "USAGE", detail: { option: "program" } });
    await expect(record(program === undefined ? "program.ts" as never : { program } as never)).rejects.toMatchObject({ fault: "USAGE" });
  });
});
