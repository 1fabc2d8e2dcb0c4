import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hostDisk, type Disk } from "../../../../runtime/adapters/disk.ts";
import { openLedger, readLedger, type LedgerOptions } from "../../../../runtime/adapters/ledger.ts";
import { faultName } from "../../../support/refusals.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "triad-ledger-"));
  path = join(folder, "ledger");
});
afterEach(() => { rmSync(folder, { recursive: true }); });

const entry = (text: string): Uint8Array => new TextEncoder().encode(text);
const texts = (entries: readonly Uint8Array[]): string[] => entries.map((one) => new TextDecoder().decode(one));
const TEXTS = ["a", "", "ccc", "dd\0", "e".repeat(40)];
const written = (options: Partial<LedgerOptions> = {}): Uint8Array => {
  const ledger = openLedger({ path, ...options });
  for (const text of TEXTS) ledger.append(entry(text));
  ledger.close();
  return new Uint8Array(readFileSync(path));
};
const found = (): string[] => {
  const ledger = openLedger({ path });
  ledger.close();
  return texts(ledger.found);
};

describe("a ledger", () => {
  it("gives back what was committed, in order, and goes on from there", () => {
    written();
    expect(found()).toEqual(TEXTS);
    const again = openLedger({ path });
    again.append(entry("f"));
    again.commit();
    again.append(entry("never committed"));
    expect(found()).toEqual([...TEXTS, "f"]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["ledger"]);
  });

  it("cut at any byte holds every whole entry before, and takes more", () => {
    const bytes = written();
    const wholeAt = (size: number): number => readLedger(bytes.subarray(0, size)).entries.length;
    for (let size = 0; size <= bytes.length; size++) {
      writeFileSync(path, bytes.subarray(0, size));
      const ledger = openLedger({ path });
      expect(texts(ledger.found), String(size)).toEqual(TEXTS.slice(0, wholeAt(size)));
      expect(readFileSync(path).length).toBeLessThanOrEqual(Math.max(size, 8));
      ledger.append(entry("more"));
      ledger.close();
      expect(found(), String(size)).toEqual([...TEXTS.slice(0, wholeAt(size)), "more"]);
    }
    expect(wholeAt(bytes.length)).toBe(TEXTS.length);
    expect(wholeAt(bytes.length - 1)).toBe(TEXTS.length - 1);
  });

  it("whose tail the disk left as zeros is cut there, at any byte", () => {
    const bytes = written();
    for (let size = 8; size < bytes.length; size++) {
      writeFileSync(path, bytes.map((byte, at) => (at < size ? byte : 0)));
      const kept = found();
      expect(kept, String(size)).toEqual(TEXTS.slice(0, kept.length));
      expect(kept.length, String(size)).toBe(readLedger(bytes.subarray(0, size)).entries.length);
    }
  });

  it("with any bit changed is refused, and left as it is", () => {
    const bytes = written();
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const forged = bytes.map((byte, place) => (place === at ? byte ^ (1 << bit) : byte));
        writeFileSync(path, forged);
        expect(faultName(() => openLedger({ path })), `${at}.${bit}`).toBe("LEDGER_DAMAGED");
      }
    }
    expect(new Uint8Array(readFileSync(path)).length).toBe(bytes.length);
  });

  it("with an entry taken out, doubled or moved is refused", () => {
    const bytes = written();
    const ends = [8];
    for (let size = 9; size <= bytes.length; size++) if (readLedger(bytes.subarray(0, size)).whole === size) ends.push(size);
    const records = ends.slice(1).map((end, at) => bytes.subarray(ends[at], end));
    const orders = [[1, 2, 3, 4], [0, 0, 1, 2, 3, 4], [1, 0, 2, 3, 4], [0, 1, 3, 2, 4], [0, 1, 2, 4]];
    for (const order of orders) {
      writeFileSync(path, Buffer.concat([bytes.subarray(0, 8), ...order.map((at) => records[at] ?? new Uint8Array())]));
      expect(faultName(() => openLedger({ path })), order.join()).toBe("LEDGER_DAMAGED");
    }
  });

  it("commits all that was appended with one write, and nothing with none", () => {
    const sizes: number[] = [];
    const disk: Disk = { ...hostDisk, writeSync: (fd, bytes, offset, length) => { sizes.push(length); return hostDisk.writeSync(fd, bytes, offset, length); } };
    const ledger = openLedger({ path, disk });
    sizes.length = 0;
    for (const text of ["a", "b", "c"]) ledger.append(entry(text));
    expect(ledger.pending).toBe(true);
    ledger.commit();
    expect([ledger.pending, sizes]).toEqual([false, [3 * 14]]);
    ledger.commit();
    expect(sizes.length).toBe(1);
    ledger.close();
    expect(found()).toEqual(["a", "b", "c"]);
  });

  it("syncs each commit where power may fail, and not elsewhere", () => {
    let syncs = 0;
    const disk: Disk = { ...hostDisk, fdatasyncSync: (fd) => { syncs++; hostDisk.fdatasyncSync(fd); } };
    written({ disk });
    expect(syncs).toBe(0);
    rmSync(path);
    written({ disk, durability: "power" });
    expect(syncs).toBe(1);
  });

  it("compacted holds what is live, and grows from there; a kill at any operation leaves the old one or the new one", () => {
    const bytes = written();
    for (let killed = 0; ; killed++) {
      writeFileSync(path, bytes);
      let calls = 0;
      const dying = new Set<keyof Disk>(["openSync", "writeSync", "fsyncSync", "renameSync", "closeSync", "fchmodSync"]);
      let armed = false;
      const disk = Object.fromEntries(Object.entries(hostDisk).map(([name, call]: [string, unknown]) => [name, (...given: unknown[]): unknown => {
        if (armed && dying.has(name as keyof Disk) && calls++ >= killed) throw Object.assign(new Error("EIO"), { code: "EIO" });
        return (call as (...given: unknown[]) => unknown)(...given);
      }])) as unknown as Disk;
      const ledger = openLedger({ path, disk });
      armed = true;
      const refused = faultName(() => { ledger.compact(["a", "ccc"].map(entry)); });
      armed = false;
      const now = found();
      expect([TEXTS, ["a", "ccc"]], String(killed)).toContainEqual(now);
      if (refused !== "none") expect(faultName(() => { ledger.append(entry("x")); })).toBe("DISK_FAILED");
      if (refused === "none") {
        ledger.append(entry("f"));
        ledger.close();
        expect(found()).toEqual(["a", "ccc", "f"]);
        expect(killed).toBeGreaterThan(5);
        break;
      }
    }
  });

  it("that failed once takes nothing more, and says what failed", () => {
    let full = false;
    const disk: Disk = { ...hostDisk, writeSync: (...given) => { if (full) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" }); return hostDisk.writeSync(...given); } };
    const ledger = openLedger({ path, disk });
    ledger.append(entry("a"));
    ledger.commit();
    full = true;
    ledger.append(entry("b"));
    expect(faultName(() => { ledger.commit(); })).toBe("DISK_FAILED");
    full = false;
    expect(faultName(() => { ledger.append(entry("c")); })).toBe("DISK_FAILED");
    expect(faultName(() => { ledger.commit(); })).toBe("DISK_FAILED");
    expect(found()).toEqual(["a"]);
  });

  it("leaves a file alone that somebody else writes to", () => {
    const ledger = openLedger({ path });
    ledger.append(entry("a"));
    ledger.commit();
    appendFileSync(path, "x");
    ledger.append(entry("b"));
    expect(faultName(() => { ledger.commit(); })).toBe("FILE_UNREADABLE");
    expect(readFileSync(path).length).toBe(8 + 14 + 1);
  });

  it("refuses what is no ledger, and keeps it", () => {
    writeFileSync(path, "something else");
    expect(faultName(() => openLedger({ path }))).toBe("LEDGER_DAMAGED");
    expect(existsSync(path)).toBe(true);
  });
});
