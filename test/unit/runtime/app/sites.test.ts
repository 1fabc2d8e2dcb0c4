// A divergence names the line of the program where it shows (E3). The programs keep hidden state at module scope: a real source of
// nondeterminism that no trap can see.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { defineProcess, Fault, replayAgainst, replayTrace, type ProcessDefinition } from "../../../../runtime/app/index.ts";
import { callerOf } from "../../../../runtime/adapters/source-site.ts";
import { recordInMemory } from "../../../support/examples.ts";

const folder = mkdtempSync(join(tmpdir(), "triad-sites-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  Reflect.deleteProperty(globalThis, "triadFlip");
});

async function divergence(program: ProcessDefinition): Promise<Fault> {
  const run = await recordInMemory({ program });
  try {
    await replayTrace(run.bytes, { program });
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("the replay did not diverge");
}

/** Gives its argument back and remembers the line it is called on (of the script as executed). */
let marked = 0;
function marking<T>(value: T): T {
  marked = callerOf(marking, 0)?.line ?? 0;
  return value;
}

describe("a divergence is located", () => {
  it("at the operation whose content changed, between reads and other operations", async () => {
    let runs = 0;
    const fault = await divergence(defineProcess({
      name: "hidden",
      *run({ k }) {
        runs += 1;
        yield* k.now();
        yield* k.lost();
        yield* k.uncalibrated();
        yield* k.log("before", { same: 1 });
        yield* k.log("counter", marking(runs > 1 ? 2 : 1));
        yield* k.log("after");
        return 1;
      },
    }));
    expect(fault.fault).toBe("REPLAY_DIVERGED");
    expect(fault.detail).toMatchObject({ actor: "root", field: "entries[1].body", at: `sites.test.ts:${marked}` });
  });

  it("at an operation that was added, also behind a spawn", async () => {
    let runs = 0;
    const child = defineProcess({ name: "child", *run({ k }) { return yield* k.now(); } });
    const fault = await divergence(defineProcess({
      name: "hidden",
      *run({ k }) {
        runs += 1;
        const one = yield* k.spawn(child);
        if (runs > 1) yield* k.log("extra", marking(0));
        return yield* k.join(one);
      },
    }));
    expect(fault.detail["at"]).toBe(`sites.test.ts:${marked}`);
  });

  it("in the program's own source when the code came from the trace", async () => {
    const path = join(folder, "flip.ts");
    Object.assign(globalThis, { triadFlip: {} }); // the host's: a program cannot put it there
    writeFileSync(path, [
      'import { defineProcess } from "triad-runtime";',
      "const shared: { runs?: number } = (globalThis as never as { triadFlip: { runs?: number } }).triadFlip;",
      "export default defineProcess({",
      '  name: "flip",',
      "  *run({ k }) {",
      "    shared.runs = (shared.runs ?? 0) + 1;",
      '    yield* k.log("same");',
      '    yield* k.log("other", shared.runs > 1);',
      "    return 0;",
      "  },",
      "});",
    ].join("\n"));
    const run = await recordInMemory({ program: path });
    const fault: unknown = await replayTrace(run.bytes, { trustProgram: true }).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(Fault);
    expect((fault as Fault).detail).toMatchObject({ at: "flip.ts:8", actor: "root" });
  });

  it.each(["run", "import"] as const)("of a call of k, whether it comes from %s", async (from) => {
    const path = join(folder, `${from}.ts`);
    const [imported, handed] = from === "import" ? ["defineProcess, k", ""] : ["defineProcess", "{ k }"];
    const source = (text: string): string => [
      `import { ${imported} } from "triad-runtime";`,
      `function* inner(${from === "run" ? "k: any" : ""}): any {`,
      `  yield* k.log("${text}");`,
      "}",
      "export default defineProcess({",
      '  name: "called",',
      `  *run(${handed}) {`,
      `    yield* inner(${from === "run" ? "k" : ""});`,
      "    return 0;",
      "  },",
      "});",
    ].join("\n");
    writeFileSync(path, source("as it was"));
    const run = await recordInMemory({ program: path });
    writeFileSync(path, source("as it is"));
    const fault: unknown = await replayAgainst(run.bytes, path).catch((error: unknown) => error);
    expect((fault as Fault).detail).toMatchObject({ at: `${from}.ts:3`, actor: "root" });
  });
});
