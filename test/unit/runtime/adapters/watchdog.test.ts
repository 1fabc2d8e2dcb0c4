// The watchdog: code that ends is left alone, code that does not is stopped, and nothing is left behind in the globals.
import { describe, expect, it } from "vitest";
import { createWatchdog } from "../../../../runtime/adapters/watchdog.ts";

describe("a watchdog", () => {
  it("runs what ends, in this realm", () => {
    const before = Reflect.ownKeys(globalThis).length;
    const seen: unknown[] = [];
    expect(createWatchdog().ends(() => { seen.push([] instanceof Array, typeof process); })).toBe(true);
    expect(seen).toEqual([true, "object"]);
    expect(Reflect.ownKeys(globalThis).length).toBe(before);
  });

  it("stops what does not end, again and again, and runs on", () => {
    const watchdog = createWatchdog(20);
    for (let round = 0; round < 3; round++) {
      expect(watchdog.ends(() => { for (;;); })).toBe(false);
      let ran = false;
      expect(watchdog.ends(() => { ran = true; })).toBe(true);
      expect(ran).toBe(true);
    }
  });

  it("passes on what the work throws, which it should not", () => {
    const defect = new Error("a defect");
    expect(() => createWatchdog().ends(() => { throw defect; })).toThrow(defect);
  });
});
