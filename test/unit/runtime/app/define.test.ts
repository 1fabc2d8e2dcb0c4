// What a definition declares is checked where it is made, for a root as for a child.
import { createMachine } from "xstate";
import { describe, expect, it } from "vitest";
import { createMemorySink } from "../../../../runtime/adapters/memory.ts";
import { defineMachine, defineProcess, record } from "../../../../runtime/app/index.ts";
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

  it("that are sound stand", async () => {
    const program = defineProcess({ name: "sound", mailbox: { depth: 1, overflow: "drop-new" }, priority: 4, *run({ k }) { yield* k.send(yield* k.self(), 1); yield* k.send(yield* k.self(), 2); return (yield* k.receive()).body; } });
    expect((await recordInMemory({ program })).report.end).toMatchObject({ status: "completed", result: 1 });
  });
});
