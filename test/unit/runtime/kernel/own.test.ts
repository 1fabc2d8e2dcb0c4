// The kernel's own copies of what programs yield: each field read once and in order, and data whatever its name is.
import { describe, expect, it } from "vitest";
import type { Arm, Operation } from "../../../../kernel-abi/operation.ts";
import { withOwnRecords } from "../../../../runtime/kernel/own.ts";

type Select = Extract<Operation, { readonly op: "select" }>;
const select = (arms: unknown): Select => ({ domain: "K", op: "select", arms: arms as readonly Arm[] });
const armsOf = (arms: unknown): unknown => withOwnRecords(select(arms), true).arms;

describe("an own copy", () => {
  it("reads every field once, depth first and in the order of its keys", () => {
    const read: string[] = [];
    const telling = (name: string, fields: Readonly<Record<string, unknown>>): object =>
      Object.defineProperties({}, Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, { enumerable: true, get: () => { read.push(`${name}.${key}`); return value; } }])));
    const first = telling("first", { deep: telling("deep", { x: 1, y: [2] }), on: "timer", timer: 1 });
    const copy = armsOf([first, telling("second", { on: "message" })]);
    expect(read).toEqual(["first.deep", "deep.x", "deep.y", "first.on", "first.timer", "second.on"]);
    expect(copy).toEqual([{ deep: { x: 1, y: [2] }, on: "timer", timer: 1 }, { on: "message" }]);
    expect(read).toHaveLength(6); // what was compared is data
  });

  it("has fields of its own under names that objects inherit something under", () => {
    const [arm] = armsOf([JSON.parse('{ "__proto__": { "on": "timer" }, "toString": "text", "timer": 1 }')]) as [object];
    expect(Object.entries(arm)).toEqual([["__proto__", { on: "timer" }], ["toString", "text"], ["timer", 1]]);
    expect(Object.getPrototypeOf(arm)).toBe(Object.prototype);
  });

  it("calls nothing that a program has put where all objects inherit it", () => {
    const called: unknown[] = [];
    try {
      Object.defineProperty(Object.prototype, "on", { configurable: true, set: (value) => { called.push(value); } });
      expect(Object.entries((armsOf([{ ["timer"]: 1, ...JSON.parse('{ "on": "timer" }') as object }]) as [object])[0])).toEqual([["timer", 1], ["on", "timer"]]);
    } finally {
      delete (Object.prototype as { on?: unknown }).on;
    }
    expect(called).toEqual([]);
  });
});
