// Exact copies: what is taken cannot be told from what was kept, or it is not kept.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { pack, unpack } from "../../../../kernel-abi/packer.ts";
import { Answers, told } from "../../../../runtime/process/answers.ts";
import { kept, keptDecoded, keptFault, keptResumption, taken, takenFault, takenResumption, Unkeepable } from "../../../../runtime/process/exact.ts";

/** Everything a program could see of a value, but for its identity. */
function seen(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : [typeof value, String(value)];
  const members = ArrayBuffer.isView(value) ? [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)]
    : value instanceof Set ? [...value].map(seen) : Reflect.ownKeys(value).map((key) => [key, seen((value as Record<string | symbol, unknown>)[key])]);
  return [value.constructor.name, Object.isFrozen(value), Object.isExtensible(value), Array.isArray(value) ? value.length : 0, members];
}

const leaf = fc.oneof(fc.string({ unit: "binary" }), fc.double(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.float64Array({ maxLength: 3 }), fc.uint8Array({ maxLength: 5 }), fc.int32Array({ maxLength: 3 }));
const { value: anything } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("value"), { maxLength: 4 }), fc.dictionary(fc.string({ maxLength: 4 }), tie("value"), { maxKeys: 4 })),
}));

/** Freezes some of the objects of a value. */
function frozenHere(value: unknown, choices: readonly boolean[], at = { n: 0 }): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  for (const member of Object.values(value)) frozenHere(member, choices, at);
  return choices[at.n++ % choices.length] === true ? Object.freeze(value) : value;
}

describe("a value that is kept", () => {
  it("comes back as it was, or is not kept", () => {
    let [copies, refused] = [0, 0];
    fc.assert(fc.property(anything, fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }), (value, choices) => {
      frozenHere(value, choices);
      try {
        const copy = taken(unpack(pack(kept(value))) as ReturnType<typeof kept>);
        expect(seen(copy)).toEqual(seen(value));
        expect(kept(copy)).toEqual(kept(value));
        copies += 1;
      } catch (error) {
        if (!(error instanceof Unkeepable)) throw error;
        refused += 1;
      }
    }), { numRuns: 1_500 });
    expect([copies > 500, refused > 20]).toEqual([true, true]);
  });

  it.each([
    ["minus zero", -0], ["half a surrogate", "\ud800"], ["a function", () => 1], ["a symbol", Symbol("x")], ["a date", new Date(0)], ["a map", new Map()], ["an instance", new (class Thing { x = 1; })()],
    ["no prototype", Object.assign(Object.create(null) as object, { a: 1 })], ["a getter", { get x() { return 1; } }], ["a hole", [1, , 2]], ["a list with a name", Object.assign([1], { x: 1 })],
    ["sealed", Object.seal({ a: 1 })], ["two names of one", ((one) => ({ a: one, b: one }))({})], ["hidden", Object.defineProperty({ a: 1 }, "b", { value: 2, enumerable: false })],
    ["numbers with a name", Object.assign(Float64Array.of(1), { x: 1 })],
  ])("is none: %s", (_, value) => { expect(() => kept(value)).toThrow(Unkeepable); expect(() => kept({ deep: [value] })).toThrow(Unkeepable); });

  it("is a fault by its name and details, and no fault with more to it", () => {
    const fault = new Fault("MAILBOX_FULL", { process: 4, name: "root", deep: null });
    const copy = takenFault(keptFault(fault));
    expect([copy, copy.detail, copy.message, copy.code, Object.isFrozen(copy.detail)]).toEqual([fault, fault.detail, fault.message, fault.code, true]);
    expect(() => keptFault(new Fault("MAILBOX_FULL", {}, { cause: new Error("x") }))).toThrow(Unkeepable);
    expect(() => keptFault(Object.assign(new Fault("MAILBOX_FULL"), { more: 1 }))).toThrow(Unkeepable);
    expect(takenResumption(keptResumption({ kind: "fault", fault }))).toEqual({ kind: "fault", fault });
  });
});

describe("what a body was told", () => {
  it("is told again as it was, whatever the body did to it", () => {
    const message = { from: 3, body: { list: [1, 2], bytes: Float64Array.of(-0) } };
    const frozen = Object.freeze({ process: 4 });
    const answers = new Answers(unpack(pack({ state: [1] })));
    for (const value of [undefined, message, { from: 5, body: "text" }, frozen, 7]) answers.add({ kind: "value", value });
    message.body.list.push(3);
    const again = answers.told.map(told).map((resumption) => (resumption.kind === "value" ? resumption.value : resumption.fault));
    expect(again.map(seen)).toEqual([undefined, { from: 3, body: { list: [1, 2], bytes: Float64Array.of(-0) } }, { from: 5, body: "text" }, frozen, 7].map(seen));
    expect(Answers.restored(unpack(pack({ input: answers.input, told: answers.told })) as Answers)).toMatchObject({ input: answers.input, told: answers.told, weight: answers.weight });
    expect(seen(taken(keptDecoded(unpack(pack({ a: [1, "x"] })))))).toEqual(seen({ a: [1, "x"] }));
  });

  it("are faults as they were thrown, those with a next step of their own too, and never messages", () => {
    const answers = new Answers(null);
    const faults = [new Fault("PROCESS_UNKNOWN", { process: 9 }), new Fault("ABI_MALFORMED", { call: "k.unlink" }, { next: "Write k.unlink(to)." })];
    for (const fault of faults) answers.add({ kind: "fault", fault });
    const { told: kept } = Answers.restored(unpack(pack({ input: answers.input, told: answers.told })) as Answers);
    expect(kept.map(told).map((resumption) => (resumption.kind === "fault" ? resumption.fault.toJSON() : resumption))).toEqual(faults.map((fault) => fault.toJSON()));
  });
});
