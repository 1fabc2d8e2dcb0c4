// An input means the same in whatever order its keys were written: what a run is given is what its record holds.
import { describe, expect, it } from "vitest";
import { defineProcess, replayTrace } from "../../../../runtime/app/index.ts";
import { recordInMemory } from "../../../support/examples.ts";

const program = defineProcess({ name: "given", *run({ k }, input: { readonly b: number; readonly a: number }) { yield* k.log("keys", Object.keys(input)); return Object.keys(input); } });

describe("inputs", () => {
  it("reach a program as the record holds them, and replay", async () => {
    const one = await recordInMemory({ program, input: { b: 1, a: 2 } });
    const other = await recordInMemory({ program, input: { a: 2, b: 1 } });
    expect(one.report.end.result).toEqual(["a", "b"]);
    expect(one.report.digest).toBe(other.report.digest);
    expect(await replayTrace(one.bytes, { program })).toMatchObject({ complete: true, digest: one.report.digest });
  });
});
