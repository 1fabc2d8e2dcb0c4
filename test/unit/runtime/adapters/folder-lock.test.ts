// A folder belongs to one process at a time, and to nobody once that process is gone.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockFolder } from "../../../../runtime/adapters/folder-lock.ts";
import { Memory } from "../../../../runtime/app/kernel/memory.ts";
import { testKernel } from "../../../support/kernel-service.ts";

let folder = "";
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "triad-lock-")); });
afterEach(() => { rmSync(folder, { recursive: true }); });
const lock = (): string => join(folder, "lock");

/** The number of a process that has ended. */
const dead = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

describe("the lock of a folder", () => {
  it("binds until it is released, by whatever name the folder is called, and leaves nothing", () => {
    const release = lockFolder(folder);
    expect(() => lockFolder(join(folder, "..", folder.split("/").at(-1) ?? ""))).toThrow(expect.objectContaining({ fault: "STATE_IN_USE", detail: { path: expect.any(String) as string, pid: process.pid } }));
    expect(readdirSync(folder)).toEqual(["lock"]);
    release();
    expect(readdirSync(folder)).toEqual([]);
    const next = lockFolder(folder);
    release(); // a second time, which is not the next one's end
    expect(existsSync(lock())).toBe(true);
    next();
  });

  it("of another process that lives is left alone", () => {
    writeFileSync(lock(), `${process.ppid} \n`);
    expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ fault: "STATE_IN_USE", detail: { path: folder, pid: process.ppid } }));
    expect(readFileSync(lock(), "utf8")).toBe(`${process.ppid} \n`);
    expect(readdirSync(folder)).toEqual(["lock"]);
  });

  it.each([
    ["of a dead process", () => `${dead()} 1\n`],
    ["of an earlier process of this number", () => `${process.pid} 1\n`],
    ["that is empty", () => ""],
    ["that is torn", () => String(process.ppid)],
    ["of no process", () => "0 \n"],
  ])("%s is taken over at once", (_, content) => {
    writeFileSync(lock(), content());
    const release = lockFolder(folder);
    expect(readFileSync(lock(), "utf8")).toMatch(new RegExp(`^${process.pid} \\d*\\n$`));
    expect(readdirSync(folder)).toEqual(["lock"]);
    release();
  });

  it.runIf(process.platform === "linux")("of a process number that is another's by now is taken over", () => {
    writeFileSync(lock(), `${process.ppid} 1\n`); // the parent did not begin with the machine
    lockFolder(folder)();
    expect(existsSync(lock())).toBe(false);
  });

  it("a lock that cannot be read is no lock of ours", () => {
    mkdirSync(lock());
    expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ fault: "FILE_UNREADABLE" }));
    rmSync(lock(), { recursive: true });
    symlinkSync(join(folder, "nowhere"), lock());
    expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ fault: "FILE_UNREADABLE" }));
  });
});

describe("a kernel's state folder", () => {
  it("is one kernel's at a time; a refused one does not hurt the first, and the next begins when it has stopped", async () => {
    const first = testKernel({ state: folder });
    expect(() => testKernel({ state: folder })).toThrow(expect.objectContaining({ fault: "STATE_IN_USE" }));
    first.parts.memory.keep({ k: "started", at: 1, resumed: {} });
    await first.parts.memory.settled();
    await first.stop();
    await testKernel({ state: folder }).stop();
  });

  it("is free again after a kernel that could not begin", () => {
    writeFileSync(join(folder, "ledger"), "no ledger");
    for (const _ of [1, 2]) expect(() => testKernel({ state: folder })).toThrow(expect.objectContaining({ fault: "LEDGER_DAMAGED" }));
    rmSync(join(folder, "ledger"));
    writeFileSync(join(folder, "traces"), "");
    for (const _ of [1, 2]) expect(() => testKernel({ state: folder })).toThrow(expect.objectContaining({ fault: "FILE_UNREADABLE" }));
  });

  it("that is a file is told as one", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(() => new Memory(file)).toThrow(expect.objectContaining({ fault: "FILE_UNREADABLE", detail: { path: file, doing: "create", what: "it is there already", system: "EEXIST" } }));
  });
});
