// What a definition declares is checked where it is made, for a root as for a child.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMachine } from "xstate";
import { describe, expect, it } from "vitest";
import { FLAGS } from "../../../../kernel-abi/version.ts";
import { Recorder } from "../../../../replay/recorder.ts";
import { createMemorySink } from "../../../../runtime/adapters/memory.ts";
import { defineMachine, defineProcess, forkRun, record, replayAgainst, replayTrace, resumeRun } from "../../../../runtime/app/index.ts";
import { programClosure } from "../../../../runtime/app/program/closure.ts";
import { programDigest } from "../../../../runtime/app/program/load.ts";
import { loadTrapped } from "../../../../runtime/app/record.ts";
import { recordInMemory } from "../../../support/examples.ts";
import { testSigner } from "../../../support/signer.ts";

const nothing = { name: "nothing", *run() { return yield* []; } } as const;
const malformed = (argument: string): unknown => expect.objectContaining({ fault: "ABI_MALFORMED", detail: expect.objectContaining({ argument }) as object });

describe("mailbox and priority", () => {
  it.each([[{ depth: -3, overflow: "bogus" }], [{ depth: 0, overflow: "block" }], [{ depth: 1.5, overflow: "block" }], [{ depth: 4, overflow: "drop" }], [{ depth: 1e9, overflow: "block" }], [{}], [7], [null]])("that are none are refused where they are declared: %j", (mailbox) => {
    expect(() => defineProcess({ ...nothing, mailbox: mailbox as never })).toThrow(malformed("mailbox") as Error);
    expect(() => defineMachine({ name: "m", machine: createMachine({}), mailbox: mailbox as never })).toThrow(malformed("mailbox") as Error);
  });

  it.each([77, -1, 1.5, "high", null, NaN])("of no level are refused where they are declared: %j", (priority) => {
    expect(() => defineProcess({ ...nothing, priority: priority as never })).toThrow(malformed("priority") as Error);
  });

  it("of a root made by hand are refused before anything is written", async () => {
    for (const [argument, wrong] of [["mailbox", { mailbox: { depth: -3, overflow: "bogus" } }], ["priority", { priority: 77 }]] as const) {
      const out = createMemorySink();
      await expect(record({ program: { ...defineProcess(nothing), ...wrong } as never, seed: "s", workers: 0, signer: testSigner(), out })).rejects.toEqual(malformed(argument));
      expect(out.bytes()).toHaveLength(0);
    }
  });

  it("of a root stood as they were declared in runs from before declarations were checked, whose journals go on so", async () => {
    const before = Object.keys(FLAGS).filter((name) => name !== "declarationsChecked");
    const folder = mkdtempSync(join(tmpdir(), "triad-declared-"));
    const file = join(folder, "declared.ts");
    writeFileSync(file, `import { createMachine, defineMachine, defineProcess } from "triad-runtime";
      const terms = { mailbox: { depth: -3, overflow: "bogus" } } as object;
      const machine = defineMachine({ name: "m", machine: createMachine({ id: "m" }), ...terms });
      export default defineProcess({ name: "declared", priority: 77 as never, *run({ k }) { yield* k.log("depth", machine.mailbox.depth); return defineProcess({ name: "late", *run({ k: own }) { yield* own.now(); }, ...terms }).mailbox.depth; }, ...terms });`);
    try {
      const section = await programClosure(file);
      expect(() => loadTrapped(section)).toThrow(malformed("mailbox") as Error);
      const root = loadTrapped(section, before);
      expect([root.mailbox, root.priority]).toEqual([{ depth: -3, overflow: "bogus" }, 77]);
      const { recording } = (await recordInMemory({ program: defineProcess(nothing) })).report;
      const header = { ...recording.header, abi: { ...recording.header.abi, flags: before }, program: { name: root.name, digest: programDigest(section) } };
      const journal = createMemorySink();
      new Recorder({ recording: { header, program: section, inputs: recording.inputs }, sink: journal });
      const out = createMemorySink();
      const more = { allow: [], trustProgram: true, workers: 0, signer: testSigner() } as const;
      await expect(resumeRun(journal.bytes(), { ...more, out })).resolves.toMatchObject({ end: { status: "completed", result: -3 } });
      await expect(replayTrace(out.bytes(), { trustProgram: true })).resolves.toMatchObject({ complete: true });
      await expect(replayAgainst(out.bytes(), file)).resolves.toMatchObject({ complete: true });
      const fork = createMemorySink();
      await expect(forkRun(out.bytes(), { ...more, at: 1, program: file, out: fork })).resolves.toMatchObject({ end: { result: -3 } });
      await expect(replayTrace(fork.bytes(), { trustProgram: true })).resolves.toMatchObject({ complete: true });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("that are sound stand", async () => {
    const program = defineProcess({ name: "sound", mailbox: { depth: 1, overflow: "drop-new" }, priority: 4, *run({ k }) { yield* k.send(yield* k.self(), 1); yield* k.send(yield* k.self(), 2); return (yield* k.receive()).body; } });
    expect((await recordInMemory({ program })).report.end).toMatchObject({ status: "completed", result: 1 });
  });
});
