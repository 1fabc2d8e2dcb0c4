import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EVENT } from "../../../kernel-abi/frame.ts";
import { pack } from "../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { memberText, type Member } from "../../../replay/diverged.ts";
import { brief, membersOf, membersOfBodies } from "../../../replay/member.ts";
import { entry } from "../../support/recordings.ts";

const between = (a: unknown, b: unknown): readonly Member[] => membersOfBodies("body", pack(a), pack(b));

describe("the members in which two bodies differ", () => {
  it.each<[string, unknown, unknown, readonly Member[]]>([
    ["a number", { charge: { budget: 1, shots: 100 } }, { charge: { budget: 1, shots: 101 } }, [{ field: "body.charge.shots", expected: 100, actual: 101 }]],
    ["several", { a: 1, b: 2, c: 3 }, { a: 2, b: 2, c: 4 }, [{ field: "body.a", expected: 1, actual: 2 }, { field: "body.c", expected: 3, actual: 4 }]],
    ["the whole value", "one", "two", [{ field: "body", expected: "one", actual: "two" }]],
    ["a list: its first element, and its length", { n: [1, 2, 3] }, { n: [1, 9, 2, 3] }, [{ field: "body.n[1]", expected: 2, actual: 9 }, { field: "body.n.length", expected: 3, actual: 4 }]],
    ["a list that goes on", [1], [1, 2], [{ field: "body[1]", expected: null, actual: 2, only: "actual" }, { field: "body.length", expected: 1, actual: 2 }]],
    ["a typed array", Float64Array.of(0, 0.1), Float64Array.of(0, 0.2), [{ field: "body[1]", expected: 0.1, actual: 0.2 }]],
    ["a kind of array", Float64Array.of(1), [1], [{ field: "body", expected: { Float64Array: [1] }, actual: [1] }]],
    ["bytes", { raw: Uint8Array.of(1, 2) }, { raw: Uint8Array.of(1, 3) }, [{ field: "body.raw[1]", expected: 2, actual: 3 }]],
    ["a member that is gone", { a: null }, {}, [{ field: "body.a", expected: null, actual: null, only: "expected" }]],
    ["names that are no identifiers", { "two words": { "": 1 } }, { "two words": { "": 2 } }, [{ field: 'body["two words"][""]', expected: 1, actual: 2 }]],
    ["the order of members alone", { a: 1, b: 2 }, { b: 2, a: 1 }, [{ field: "body (order)", expected: ["a", "b"], actual: ["b", "a"] }]],
    ["a list for a number", { x: Array.from({ length: 300 }, () => 0) }, { x: 0 }, [{ field: "body.x", expected: { items: 300 }, actual: 0 }]],
    ["numbers JSON has no form for", Float64Array.of(-0), Float64Array.of(0), [{ field: "body[0]", expected: "-0", actual: 0 }]],
  ])("%s", (_, a, b, members) => { expect(between(a, b)).toEqual(members); });

  it("opens what is encoded within: inputs of processes, descriptors of jobs", () => {
    const spawn = (input: unknown) => entry(SYSCALL.PROC_SPAWN, { body: pack({ name: "root/child#1", input: pack(input) }) });
    expect(membersOf("e", spawn(3000), spawn(3001))).toEqual([{ field: "e.input", expected: 3000, actual: 3001 }]);
    expect(membersOf("e", spawn(undefined), spawn({ n: 1 }))).toEqual([{ field: "e.input", expected: null, actual: { n: 1 }, only: "actual" }]);
    const intent = (shots: number) => entry(EVENT.JOB_INTENT, { body: pack({ actor: "root", due: 9, descriptor: pack({ mode: "counts", shots }) }) });
    expect(membersOf("entries[3].body", intent(100), intent(101))).toEqual([{ field: "entries[3].body.descriptor.shots", expected: 100, actual: 101 }]);
    const send = (raw: Uint8Array) => entry(SYSCALL.IPC_SEND, { body: pack({ input: raw }) });
    expect(membersOf("e", send(pack(5)), send(pack(6)))).toEqual([{ field: "e.input[0]", expected: 5, actual: 6 }]); // a program's own bytes stay bytes
  });

  it("shows long texts around the place where they part", () => {
    const [found] = between("x".repeat(5_000) + "one" + "y".repeat(500), "x".repeat(5_000) + "two" + "y".repeat(500));
    expect([found?.expected, found?.actual].map(String)).toEqual([expect.stringMatching(/^…x{40}oney+…$/), expect.stringMatching(/^…x{40}twoy+…$/)]);
  });

  it("tells nothing from null, for people", () => {
    expect(memberText({ field: "f", expected: null, actual: null, only: "expected" })).toEqual({ expected: "null", actual: "nothing" });
    expect(memberText({ field: "f", expected: "3", actual: 3 })).toEqual({ expected: '"3"', actual: "3" });
  });

  it("of bodies that are no value, or that refer to themselves", () => {
    expect(membersOfBodies("b", new Uint8Array(0), pack(1))).toEqual([{ field: "b", expected: null, actual: 1, only: "actual" }]);
    expect(membersOfBodies("b", Uint8Array.of(0xd9), Uint8Array.of(0xda))).toEqual([{ field: "b[0]", expected: 0xd9, actual: 0xda }]);
    const itself: unknown[] = [];
    itself.push(itself, itself);
    expect(brief(itself)).toEqual({ items: 2 });
  });

  it("any two values that differ have one, and it fits on a line; equal ones have none", () => {
    const value = fc.jsonValue({ maxDepth: 5 }).filter((json) => !JSON.stringify(json).includes("__proto__"));
    fc.assert(fc.property(value, value, (a, b) => {
      const [one, other] = [JSON.parse(JSON.stringify(a)) as unknown, JSON.parse(JSON.stringify(b)) as unknown];
      const members = between(one, other);
      expect(members.length > 0).toBe(JSON.stringify(one) !== JSON.stringify(other));
      for (const { expected, actual } of members) expect(Math.max(JSON.stringify(expected).length, JSON.stringify(actual).length)).toBeLessThan(1_200);
    }), { numRuns: 300 });
  });

  it("survives any bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), fc.uint8Array({ maxLength: 80 }), (a, b) => { JSON.stringify(membersOfBodies("b", a, b)); }), { numRuns: 2_000 });
  });
});
