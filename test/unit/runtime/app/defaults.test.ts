// Defaults of an input's schema: filled in before the input is checked and recorded, for the root, children and fresh bodies; never in
// runs that were recorded before.
import { describe, expect, it } from "vitest";
import { EVENT } from "../../../../kernel-abi/frame.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import { FLAGS } from "../../../../kernel-abi/version.ts";
import { walk } from "../../../../replay/bundle.ts";
import { createMemorySink, memorySource } from "../../../../runtime/adapters/memory.ts";
import { defineProcess, record, replayTrace, Type, verifyTrace } from "../../../../runtime/app/index.ts";
import { run } from "../../../support/run.ts";
import { testSigner } from "../../../support/signer.ts";

const Input = Type.Object({
  times: Type.Integer({ minimum: 1, default: 3 }),
  word: Type.Optional(Type.String({ default: "go" })),
  deep: Type.Optional(Type.Object({ list: Type.Array(Type.Object({ x: Type.Number({ default: 1 }) })) })),
});
const echo = defineProcess({ name: "echo", input: Input, *run({ k }, input) { yield* k.now(); return input; } });

async function recorded(input: unknown): Promise<{ readonly bytes: Uint8Array; readonly result: unknown }> {
  const sink = createMemorySink();
  const { end } = await record({ program: echo as never, seed: "s", workers: 0, signer: testSigner(), out: sink, input });
  return { bytes: Uint8Array.from(sink.bytes()), result: end.result };
}

describe("an input's defaults", () => {
  it.each([
    [undefined, { times: 3, word: "go" }],
    [{}, { times: 3, word: "go" }],
    [{ times: 5 }, { times: 5, word: "go" }],
    [{ deep: { list: [{}, { x: 2 }] } }, { times: 3, word: "go", deep: { list: [{ x: 1 }, { x: 2 }] } }],
  ])("complete %j", async (input, whole) => {
    const { bytes, result } = await recorded(input);
    expect(result).toEqual(whole);
    const [boot] = [...walk(memorySource(bytes))];
    const declared = boot!.frame.entries.findLast(({ code }) => code === EVENT.PROCESS_DECLARED);
    expect(unpack((unpack(declared!.body) as { input: Uint8Array }).input)).toEqual(whole);
    expect((await verifyTrace(bytes)).ok).toBe(true);
    expect((await replayTrace(bytes, { program: echo as never })).complete).toBe(true);
  });

  it("are filled in for children and fresh bodies, and change nothing that was handed over", async () => {
    const given = Object.freeze({ deep: Object.freeze({ list: Object.freeze([Object.freeze({})]) }) });
    const counting = defineProcess({ name: "counting", input: Type.Object({ left: Type.Integer({ default: 2 }), said: Type.String({ default: "nothing" }) }), *run({ k }, { left, said }) {
      return left === 0 ? said : yield* k.continueWith({ left: left - 1 });
    } });
    const { end } = await run(defineProcess({ name: "root", *run({ k }) {
      return [yield* k.join(yield* k.spawn(echo, given as never)), yield* k.join(yield* k.spawn(counting, {} as never))];
    } }));
    expect(end.result).toEqual([{ times: 3, word: "go", deep: { list: [{ x: 1 }] } }, "nothing"]);
    expect(given).toEqual({ deep: { list: [{}] } });
  });

  it("are what is checked, too; and none are shared between two processes", async () => {
    const wrong = defineProcess({ name: "wrong", input: Type.Object({ n: Type.Integer({ minimum: 5, default: 1 }) }), *run({ k }, { n }) { yield* k.now(); return n; } });
    await expect(record({ program: wrong as never, seed: "s", workers: 0, signer: testSigner(), out: createMemorySink() })).rejects.toMatchObject({ fault: "INPUT_INVALID", detail: { at: "input.n" } });
    const listed = defineProcess({ name: "listed", input: Type.Object({ list: Type.Array(Type.Integer(), { default: [] }) }), *run({ k }, { list }) { yield* k.now(); list.push(1); return list.length; } });
    const { end } = await run(defineProcess({ name: "root", *run({ k }) { return [yield* k.join(yield* k.spawn(listed, {} as never)), yield* k.join(yield* k.spawn(listed, {} as never))]; } }));
    expect(end.result).toEqual([1, 1]);
  });

  it("take nothing from an input that has everything, nor from null where null will do", async () => {
    const nullable = defineProcess({ name: "nullable", input: Type.Union([Type.Null(), Type.Object({ n: Type.Integer({ default: 1 }) })]), *run({ k }, input) { yield* k.now(); return input; } });
    expect((await run(nullable, { input: null })).end.result).toBe(null);
    expect((await run(nullable, { input: {} })).end.result).toEqual({ n: 1 });
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    expect((await run(defineProcess({ name: "root", *run({ k }) { yield* k.spawn(echo, cyclic as never); } }))).end.fault).toMatchObject({ name: "ABI_UNENCODABLE" });
  });

  it("were not filled in before, so a run that was recorded before takes none", async () => {
    const flags = Object.keys(FLAGS).filter((name) => name !== "inputsTakeDefaults");
    const { end } = await run(echo, { input: {}, flags });
    expect(end.fault).toMatchObject({ name: "INPUT_INVALID" });
    expect((await run(echo, { input: { times: 2 }, flags })).end.result).toEqual({ times: 2 });
  });
});
