import * as disk from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Disk } from "../../../../runtime/adapters/disk.ts";
import { createBundleFile, openSource, readText, writeAtomically, type BundleFileOptions } from "../../../../runtime/adapters/files.ts";
import { createMemorySink, memorySource } from "../../../../runtime/adapters/memory.ts";
import { sha256 } from "../../../../runtime/adapters/sha256.ts";
import { faultTold } from "../../../support/refusals.ts";

const root = disk.mkdtempSync(join(tmpdir(), "triad-files-"));
afterAll(() => disk.rmSync(root, { recursive: true }));
let path = "";
let count = 0;
beforeEach(() => { path = join(root, `run-${count += 1}.triad`); });

const PLAIN: BundleFileOptions = { durability: "process", replace: false };
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const failing = (code: string) => (): never => { throw Object.assign(new Error(code), { code }); };

describe("a bundle on disk", () => {
  it("grows as .partial and has its name only when sealed", () => {
    const file = createBundleFile(path, PLAIN);
    file.write(bytes(1, 2, 3));
    expect([disk.existsSync(path), disk.readFileSync(`${path}.partial`)]).toEqual([false, Buffer.from([1, 2, 3])]);
    file.write(bytes(4));
    file.sync();
    file.seal();
    expect([disk.existsSync(`${path}.partial`), disk.readFileSync(path)]).toEqual([false, Buffer.from([1, 2, 3, 4])]);
    file.abandon();
  });

  it("stays .partial when the run is abandoned", () => {
    const file = createBundleFile(path, PLAIN);
    file.write(bytes(9));
    file.abandon();
    expect([disk.existsSync(path), disk.readFileSync(file.partial)]).toEqual([false, Buffer.from([9])]);
  });

  it("overwrites nothing unasked: neither a bundle, nor a journal, nor a bundle that appeared meanwhile", () => {
    disk.writeFileSync(path, "evidence");
    expect(faultTold(() => createBundleFile(path, PLAIN))).toMatchObject({ fault: "FILE_UNREADABLE", path, doing: "create" });
    disk.rmSync(path);
    const first = createBundleFile(path, PLAIN);
    expect(faultTold(() => createBundleFile(path, PLAIN))).toMatchObject({ fault: "FILE_UNREADABLE", path: first.partial });
    disk.writeFileSync(path, "evidence");
    expect(faultTold(() => first.seal())).toMatchObject({ fault: "FILE_UNREADABLE", path });
    expect([disk.readFileSync(path, "utf8"), disk.existsSync(first.partial)]).toEqual(["evidence", true]);
  });

  it("replaces both when asked, without writing into somebody else's open journal", () => {
    const first = createBundleFile(path, PLAIN);
    disk.writeFileSync(path, "old");
    const second = createBundleFile(path, { ...PLAIN, replace: true });
    first.write(bytes(1, 1, 1, 1));
    second.write(bytes(2));
    second.seal();
    expect(disk.readFileSync(path)).toEqual(Buffer.from([2]));
    first.abandon();
  });

  it("writes all of a buffer on a disk that takes a few bytes at a time", () => {
    const slow: Disk = { ...disk, writeSync: (fd, data, offset, length) => disk.writeSync(fd, data, offset, Math.min(length, 3)) };
    const file = createBundleFile(path, { ...PLAIN, disk: slow });
    const content = Uint8Array.from({ length: 100 }, (_, index) => index);
    file.write(content);
    file.seal();
    expect(disk.readFileSync(path)).toEqual(Buffer.from(content));
  });

  it.each(["ENOSPC", "EIO"])("says which call failed and keeps the cause (%s)", (code) => {
    const full = createBundleFile(path, { ...PLAIN, disk: { ...disk, writeSync: failing(code) } });
    expect(faultTold(() => full.write(bytes(1)))).toMatchObject({ fault: "DISK_FAILED", path: `${path}.partial`, doing: "write", what: code, cause: { code } });
    const lying = createBundleFile(`${path}2`, { ...PLAIN, disk: { ...disk, fdatasyncSync: failing(code), renameSync: failing(code) } });
    expect(faultTold(() => lying.seal())).toMatchObject({ doing: "rename", what: code });
    const unsynced = createBundleFile(`${path}4`, { ...PLAIN, disk: { ...disk, fdatasyncSync: failing(code) } });
    const first = faultTold(() => unsynced.sync());
    expect(first).toMatchObject({ doing: "sync", what: code });
    for (const later of [() => unsynced.write(bytes(1)), () => unsynced.sync(), () => unsynced.seal()]) expect(faultTold(later)).toEqual(first);
    unsynced.abandon();
    expect(disk.existsSync(`${path}4`)).toBe(false);
    const stuck = createBundleFile(`${path}3`, { ...PLAIN, disk: { ...disk, writeSync: () => 0 } });
    expect(faultTold(() => stuck.write(bytes(1)))).toMatchObject({ fault: "DISK_FAILED", doing: "write" });
    expect(faultTold(() => createBundleFile(join(root, "nowhere", "x.triad"), PLAIN))).toMatchObject({ doing: "create", system: "ENOENT" });
  });

  it("syncs content before the rename and the folder after it, in class power", () => {
    const calls: string[] = [];
    const folders = new Set<number>();
    const traced: Disk = {
      ...disk,
      openSync(name, flags) {
        const fd = disk.openSync(name, flags);
        if (name === root) folders.add(fd);
        return fd;
      },
      fdatasyncSync: (fd) => { calls.push("content"); disk.fdatasyncSync(fd); },
      fsyncSync: (fd) => { calls.push(folders.has(fd) ? "folder" : "other"); disk.fsyncSync(fd); },
      renameSync: (from, to) => { calls.push("rename"); disk.renameSync(from, to); },
    };
    const file = createBundleFile(path, { durability: "power", replace: false, disk: traced });
    calls.push("written");
    file.write(bytes(1));
    file.seal();
    expect(calls).toEqual(["folder", "written", "content", "rename", "folder"]);
  });
});

describe("a file as a byte source", () => {
  it("reads exactly what is asked, anywhere", () => {
    disk.writeFileSync(path, bytes(0, 1, 2, 3, 4, 5));
    const source = openSource(path);
    expect([source.size, source.read(2, 3), source.read(6, 0), source.read(0, 6)]).toEqual([6, bytes(2, 3, 4), bytes(), bytes(0, 1, 2, 3, 4, 5)]);
    for (const [offset, length] of [[4, 3], [-1, 1], [0, 7], [0, -1], [Number.NaN, 1]] as const) {
      expect(faultTold(() => source.read(offset, length))).toMatchObject({ fault: "FILE_UNREADABLE", size: 6 });
    }
    disk.truncateSync(path, 3);
    expect(faultTold(() => source.read(2, 3))).toMatchObject({ fault: "FILE_UNREADABLE", offset: 3 });
    source.close();
  });

  it("refuses what is no readable file", () => {
    expect(faultTold(() => openSource(path))).toMatchObject({ fault: "FILE_UNREADABLE", what: "it is not there", system: "ENOENT" });
    expect(faultTold(() => openSource(root))).toMatchObject({ fault: "FILE_UNREADABLE", what: "not a regular file" });
    expect(faultTold(() => readText(path))).toMatchObject({ fault: "FILE_UNREADABLE", what: "it is not there", system: "ENOENT" });
    disk.writeFileSync(path, bytes(0xff, 0xfe));
    expect(faultTold(() => readText(path))).toMatchObject({ fault: "FILE_UNREADABLE", path });
  });

  it("shows a reader the old content or the new one, nothing between", () => {
    writeAtomically(path, bytes(65));
    writeAtomically(path, bytes(66, 67), 0o600);
    expect([readText(path), disk.statSync(path).mode & 0o777, disk.readdirSync(root).filter((name) => name.endsWith(".new"))]).toEqual(["BC", 0o600, []]);
  });
});

describe("memory as byte ports", () => {
  it("keeps its own copy of what was written and reads it back", () => {
    const sink = createMemorySink();
    const buffer = bytes(1, 2, 3);
    sink.write(buffer);
    buffer.fill(0);
    sink.write(bytes(4));
    sink.sync();
    expect(sink.bytes()).toEqual(bytes(1, 2, 3, 4));
    const source = memorySource(sink.bytes());
    expect([source.size, source.read(1, 2)]).toEqual([4, bytes(2, 3)]);
    for (const [offset, length] of [[3, 2], [-1, 1], [0, 5], [Number.NaN, 1]] as const) {
      expect(faultTold(() => source.read(offset, length))).toMatchObject({ fault: "FILE_UNREADABLE" });
    }
  });
});

describe("memory that is read where it stands", () => {
  it("gives every stretch, within its pieces and across them, and refuses what is beyond", () => {
    const sink = createMemorySink();
    for (const [at, length] of [70_000, 3, 65_530, 6, 200_000, 1, 0, 65_536].entries()) sink.write(Uint8Array.from({ length }, (_, byte) => (byte * 7 + at * 31) & 0xff));
    const whole = sink.bytes();
    const source = sink.source();
    expect(source.size).toBe(whole.length);
    for (const from of [0, 1, 69_999, 70_000, 70_003, 135_539, 135_540, 300_000, whole.length - 1, whole.length]) {
      for (const length of [0, 1, 2, 5, 70_000, 266_000, whole.length]) {
        if (from + length <= whole.length) expect([from, length, Buffer.compare(source.read(from, length), whole.subarray(from, from + length))]).toEqual([from, length, 0]);
        else expect(faultTold(() => source.read(from, length))).toMatchObject({ fault: "FILE_UNREADABLE" });
      }
    }
    expect(source.read(70_000, 2).buffer === source.read(70_001, 1).buffer).toBe(true); // no copy within a piece, from its first byte on
    expect(faultTold(() => source.read(Number.NaN, 1))).toMatchObject({ fault: "FILE_UNREADABLE" });
    expect(createMemorySink().source().read(0, 0)).toEqual(bytes());
  });
});

describe("sha256", () => {
  it("agrees with FIPS 180-4 and takes views", () => {
    const hex = (data: Uint8Array): string => Buffer.from(sha256(data)).toString("hex");
    expect(hex(new TextEncoder().encode("abc"))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(hex(new TextEncoder().encode("xabcx").subarray(1, 4))).toBe(hex(new TextEncoder().encode("abc")));
    expect(hex(bytes())).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect([sha256(bytes()).length, Buffer.isBuffer(sha256(bytes()))]).toEqual([32, false]);
  });
});
