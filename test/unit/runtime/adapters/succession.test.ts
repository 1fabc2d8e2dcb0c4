import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { createSuccessor, earlierResumptions, forgetResumptions, nameSealed, type SuccessorOptions } from "../../../../runtime/adapters/succession.ts";
import { faultName } from "../../../support/refusals.ts";

const folder = mkdtempSync(join(tmpdir(), "triad-succession-"));
afterAll(() => { rmSync(folder, { recursive: true }); });
let path = "";
let count = 0;
beforeEach(() => {
  path = join(folder, `run-${count += 1}.triad`);
  writeFileSync(`${path}.partial`, "old journal");
});

const POINT = { blocks: 2, frames: 9, tick: 4 };
const OPTIONS: SuccessorOptions = { durability: "process", replace: false, size: 11, points: [POINT] };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (ending: string): string => readFileSync(`${path}${ending}`, "utf8");
const names = (): readonly string[] => readdirSync(folder).filter((name) => join(folder, name).startsWith(path)).map((name) => name.slice(path.length - folder.length - 1));

describe("a journal that takes another's place", () => {
  it("grows beside it, replaces it whole, notes where, and has its name when it is sealed", () => {
    const file = createSuccessor(path, OPTIONS);
    file.write(bytes("old journal"));
    expect([text(".partial"), text(".partial.resuming")]).toEqual(["old journal", "old journal"]);
    file.takeOver();
    file.write(bytes(" and more"));
    expect([names(), text(".partial"), text(".partial.resumed")]).toEqual([[".partial", ".partial.resumed"], "old journal and more", '[{"blocks":2,"frames":9,"tick":4}]']);
    file.seal();
    file.abandon();
    expect([names(), text("")]).toEqual([[""], "old journal and more"]);
  });

  it("leaves it alone when it is given up before", () => {
    const file = createSuccessor(path, OPTIONS);
    file.write(bytes("something else"));
    file.abandon();
    expect([names(), text(".partial")]).toEqual([[".partial"], "old journal"]);
  });

  it("stands where it took over when it is given up after", () => {
    const file = createSuccessor(path, OPTIONS);
    file.write(bytes("old journal, longer"));
    file.takeOver();
    file.abandon();
    expect([names(), text(".partial")]).toEqual([[".partial", ".partial.resumed"], "old journal, longer"]);
  });

  it("does not replace what changed since it was read, nor what another put there", () => {
    const grown = createSuccessor(path, OPTIONS);
    writeFileSync(`${path}.partial`, "old journal.", { flag: "w" });
    expect(faultName(() => { grown.takeOver(); })).toBe("RESUME_REFUSED");
    grown.abandon();
    const gone = createSuccessor(path, { ...OPTIONS, size: 12 });
    rmSync(`${path}.partial`);
    expect(faultName(() => { gone.takeOver(); })).toBe("RESUME_REFUSED");
    gone.abandon();
    writeFileSync(`${path}.partial`, "old journal");
    const first = createSuccessor(path, OPTIONS);
    const second = createSuccessor(path, OPTIONS);
    expect(faultName(() => { first.takeOver(); })).toBe("RESUME_REFUSED");
    first.abandon();
    expect(existsSync(`${path}.partial.resuming`)).toBe(true);
    second.takeOver();
    second.seal();
    expect(names()).toEqual([""]);
  });

  it("overwrites no bundle unasked: neither at the start nor at the end", () => {
    writeFileSync(path, "evidence");
    expect(faultName(() => createSuccessor(path, OPTIONS))).toBe("FILE_UNREADABLE");
    rmSync(path);
    const file = createSuccessor(path, OPTIONS);
    file.write(bytes("sealed"));
    writeFileSync(path, "evidence");
    expect(faultName(() => { file.seal(); })).toBe("FILE_UNREADABLE");
    expect([text(""), text(".partial")]).toEqual(["evidence", "sealed"]);
    expect(faultName(() => { nameSealed(path, { replace: false }); })).toBe("FILE_UNREADABLE");
    nameSealed(path, { replace: true });
    expect([names(), text("")]).toEqual([[""], "sealed"]);
  });
});

describe("the note of earlier resumptions", () => {
  const found = { blocks: 5, frames: 20, tick: 9 };
  const noted = (content: string | Uint8Array): readonly unknown[] => {
    writeFileSync(`${path}.partial.resumed`, content);
    return earlierResumptions(`${path}.partial`, found);
  };

  it("is read, and what does not fit the journal is left out", () => {
    expect(earlierResumptions(`${path}.partial`, found)).toEqual([]);
    expect(noted('[{"blocks":2,"frames":9,"tick":4}]')).toEqual([POINT]);
    expect(noted('[{"blocks":2,"frames":9,"tick":4},{"blocks":5,"frames":20,"tick":9},{"blocks":9,"frames":12,"tick":9}]')).toEqual([POINT]);
  });

  it("is no fact when it is anything else", () => {
    for (const content of ["", "null", "{}", "[1]", '[{"blocks":2}]', '[ {"blocks":2,"frames":9,"tick":4} ]', '[{"blocks":-1,"frames":9,"tick":4}]', "x".repeat(100_000)]) expect(noted(content)).toEqual([]);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (content) => { expect(noted(content)).toEqual([]); }), { numRuns: 200 });
  });

  it("goes with everything else a new run of the name finds", () => {
    for (const ending of [".resumed", ".resumed.new", ".resuming"]) writeFileSync(`${path}.partial${ending}`, "x");
    forgetResumptions(`${path}.partial`);
    expect(names()).toEqual([".partial"]);
  });
});
