import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { forgetSnapshot, snapshotBeside } from "../../../../runtime/adapters/snapshot-file.ts";

let folder: string;
let partial: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "triad-snapshot-"));
  partial = join(folder, "run.triad.partial");
});
afterEach(() => { rmSync(folder, { recursive: true }); });

describe("the snapshot beside a journal", () => {
  it("is the newest, read whole or not there", () => {
    const store = snapshotBeside(partial);
    expect(store.read()).toBeUndefined();
    for (const bytes of [Uint8Array.of(1, 2), new Uint8Array(70_000).fill(3), new Uint8Array(0)]) {
      store.write(bytes);
      expect(store.read()).toEqual(bytes);
      expect(readdirSync(folder)).toEqual(["run.triad.partial.snapshot"]);
    }
  });

  it("is written over what a kill left of another", () => {
    writeFileSync(`${partial}.snapshot.new`, "half");
    snapshotBeside(partial).write(Uint8Array.of(7));
    expect([snapshotBeside(partial).read(), existsSync(`${partial}.snapshot.new`)]).toEqual([Uint8Array.of(7), false]);
  });

  it("goes with its journal, and nothing else does", () => {
    for (const ending of ["", ".snapshot", ".snapshot.new", ".other"]) writeFileSync(`${partial}${ending}`, "x");
    forgetSnapshot(partial);
    forgetSnapshot(partial);
    expect(readdirSync(folder)).toEqual(["run.triad.partial", "run.triad.partial.other"]);
  });

  it("is a typed fault where it cannot be written or read", () => {
    const nowhere = snapshotBeside(join(folder, "no", "run.triad.partial"));
    expect(() => { nowhere.write(Uint8Array.of(1)); }).toThrow(expect.objectContaining({ fault: "FILE_UNREADABLE" }));
    expect(nowhere.read()).toBeUndefined();
  });
});
