// Arbitrary frames and runs of frames for property tests.
import fc from "fast-check";
import { FAULTS } from "../../kernel-abi/fault.ts";
import { entryName, type Entry, type Frame, type KernelFrame, type TurnFrame } from "../../kernel-abi/frame.ts";
import { processId, tick } from "../../kernel-abi/ids.ts";

const CODES = Array.from({ length: 256 }, (_, code) => code).filter((code) => entryName(code) !== undefined);
const VERDICTS = [0, 0, 0, ...Object.values(FAULTS).map(({ code }) => code)];
const integer = fc.oneof(fc.nat({ max: 200 }), fc.maxSafeNat());
const body = fc.uint8Array({ maxLength: 40 });

export const entries: fc.Arbitrary<Entry> = fc.record({
  code: fc.constantFrom(...CODES), verdict: fc.constantFrom(...VERDICTS), domain: fc.constantFrom(0, 1, 2),
  capability: integer, contract: integer, subject: integer, body,
});
const turns: fc.Arbitrary<TurnFrame> = fc.record({
  kind: fc.constant("turn"), tick: integer.map(tick), actor: integer.map(processId), ready: integer,
  delivery: fc.record({ kind: fc.constantFrom(0, 1, 2, 3, 4), from: integer.map(processId), seq: integer }),
  entries: fc.array(entries, { maxLength: 4 }),
  end: fc.record({ kind: fc.constantFrom(0, 1, 2), on: fc.constantFrom(0, 1, 2, 3, 4), subject: integer, body }),
});
const kernels: fc.Arbitrary<KernelFrame> = fc.record({
  kind: fc.constant("kernel"), tick: integer.map(tick), actor: integer.map(processId), entries: fc.array(entries, { minLength: 1, maxLength: 4 }),
});
export const frames: fc.Arbitrary<Frame> = fc.oneof(turns, kernels);
