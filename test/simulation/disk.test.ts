// Every write, sync and rename of a bundle fails once and is followed by a crash once; so is every step of making a key, and every
// read of a reader. `npm run crash` does the same with more workloads and more states of the disk.
import { describe, expect, it } from "vitest";
import { Fault } from "../../kernel-abi/fault.ts";
import { verify } from "../../replay/verify.ts";
import { openSource, readText, writeAtomically } from "../../runtime/adapters/files.ts";
import { listKeys, loadOrCreateSigner, trust } from "../../runtime/adapters/keys.ts";
import { testSigner } from "../support/signer.ts";
import { SimulatedDisk, type Mishap, type Operation } from "../support/simulated-disk.ts";
import { crashEverywhere, failEverywhere, noTally, seeded } from "./disk-crashes.ts";
import { everyday, OLD_BUNDLE } from "./disk-workloads.ts";

const workloads = everyday().map((workload) => [workload.name, workload] as const);

describe("a crash after every operation", () => {
  const tally = noTally();
  it.each(workloads)("%s", async (_, workload) => { await crashEverywhere(workload, { samples: 4, seed: 1 }, tally); });

  it("was made thousands of times", () => { expect(tally.kills + tally.cuts).toBeGreaterThan(5_000); });
});

describe("each operation failing once", () => {
  const tally = noTally();
  const some = workloads.filter((_, at) => at % 2 === 1); // `npm run crash` takes them all, and more errors
  it.each(some)("%s", async (_, workload) => { await failEverywhere(workload, { samples: 1, seed: 1 }, tally, ["EIO"]); });

  it("happened hundreds of times", () => { expect(tally.failures).toBeGreaterThan(300); });
});

const once = (ordinal: number, mishap: Mishap) => (operation: Operation): Mishap | undefined => (operation.ordinal === ordinal ? mishap : undefined);

/** The fault an act ends with; undefined when it does not. */
function faultOf(act: () => unknown): Fault | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

/** Fails each operation of `act` once with each mishap, on a disk made anew; hands over what became of it. */
function eachFailing(disk: () => SimulatedDisk, act: (disk: SimulatedDisk) => unknown, check: (disk: SimulatedDisk, fault: Fault | undefined, code: string) => void): number {
  const counted = disk();
  act(counted);
  for (let ordinal = 0; ordinal < counted.operations; ordinal++) {
    for (const code of ["EIO", "EACCES", "EMFILE", "EINTR"]) {
      const failing = disk();
      failing.mishap = once(ordinal, { code });
      const fault = faultOf(() => act(failing));
      expect([failing.open, code === "EINTR" ? fault : undefined]).toEqual([0, undefined]);
      check(failing, fault, code);
    }
  }
  return counted.operations;
}

describe("reading", () => {
  const sealed = (): SimulatedDisk => new SimulatedDisk(new Map([["/disk/a.triad", OLD_BUNDLE]]));
  function verified(disk: SimulatedDisk): unknown {
    const source = openSource("/disk/a.triad", disk);
    try {
      return verify(source);
    } finally {
      source.close();
    }
  }

  it("ends with a typed fault wherever the disk fails, and leaves nothing open", () => {
    const operations = eachFailing(sealed, verified, (_, fault, code) => {
      if (code !== "EINTR") expect([fault?.fault, fault?.detail["system"] ?? fault?.detail["what"]]).toEqual([code === "EACCES" ? "FILE_UNREADABLE" : "DISK_FAILED", code]);
    });
    expect(operations).toBeGreaterThan(3);
  });

  it("goes on where a read gives less than was asked", () => {
    const disk = sealed();
    disk.mishap = ({ name }) => (name === "read" ? { bytes: 13 } : undefined);
    expect(verified(disk)).toMatchObject({ ok: true, sealed: true });
    disk.mishap = ({ name }) => (name === "read" ? { bytes: 0 } : undefined);
    expect(faultOf(() => verified(disk))).toMatchObject({ fault: "FILE_UNREADABLE" });
    expect(disk.open).toBe(0);
  });

  it("gives up a call that is interrupted for ever", () => {
    const disk = sealed();
    disk.mishap = ({ name }) => (name === "read" ? { code: "EINTR" } : undefined);
    expect(faultOf(() => verified(disk))).toMatchObject({ fault: "DISK_FAILED", detail: { what: "EINTR" } });
  });

  it("of texts does the same", () => {
    const disk = (): SimulatedDisk => new SimulatedDisk(new Map([["/disk/text", new TextEncoder().encode("naïve")]]));
    eachFailing(disk, (one) => readText("/disk/text", one), (_, fault, code) => { expect(fault === undefined).toBe(code === "EINTR"); });
  });
});

describe("replacing a small file", () => {
  const old = new TextEncoder().encode("old");
  const fresh = new TextEncoder().encode("new content that is longer than a sector".repeat(20));
  const disk = (): SimulatedDisk => new SimulatedDisk(new Map([["/disk/text", old]]));
  const texts: readonly string[] = [old, fresh].map((bytes) => Buffer.from(bytes).toString());

  it("leaves the old content or the new one, whatever fails and whenever the power goes", () => {
    eachFailing(disk, (one) => writeAtomically("/disk/text", fresh, 0o600, one), (one, fault) => {
      expect(texts).toContain(Buffer.from(one.files().get("/disk/text") ?? []).toString());
      if (fault === undefined) expect([...one.files().keys()]).toEqual(["/disk/text"]);
    });
    const cut = disk();
    let cuts = 0;
    cut.watch = () => {
      for (const left of cut.powerCuts(seeded(1), 8)) {
        expect(texts).toContain(Buffer.from(left.get("/disk/text") ?? []).toString());
        cuts += 1;
      }
    };
    writeAtomically("/disk/text", fresh, 0o600, cut);
    expect(cuts).toBeGreaterThan(20);
    expect([...cut.powerCuts(seeded(1), 8)].map((left) => left.get("/disk/text")?.length)).toEqual([fresh.length]);
  });
});

describe("the signing key", () => {
  const HOME = "/home/triad";
  const KEY = `${HOME}/signing-key.pem`;

  it("is whole or not there, whatever fails, and the next attempt makes do", () => {
    eachFailing(() => new SimulatedDisk(), (disk) => loadOrCreateSigner(HOME, disk), (disk, fault) => {
      if (fault !== undefined) expect(fault.fault).toBe("KEY_UNUSABLE");
      disk.mishap = () => undefined;
      const { keyId } = loadOrCreateSigner(HOME, disk);
      expect(loadOrCreateSigner(HOME, disk).keyId).toBe(keyId);
    });
  });

  it("that signed anything survives every power cut", () => {
    const disk = new SimulatedDisk();
    let states = 0;
    disk.watch = () => {
      for (const left of disk.powerCuts(seeded(1), 8)) {
        states += 1;
        const again = new SimulatedDisk(left, 0o600);
        const made = again.files().has(KEY);
        const before = again.operations;
        loadOrCreateSigner(HOME, again);
        expect(again.operations - before > 10).toBe(!made); // one that is there is whole: it is read, not made anew
      }
    };
    const { keyId } = loadOrCreateSigner(HOME, disk);
    disk.watch = () => undefined;
    expect(states).toBeGreaterThan(8);
    for (const left of disk.powerCuts(seeded(1), 8)) expect(loadOrCreateSigner(HOME, new SimulatedDisk(left, 0o600)).keyId).toBe(keyId);
  });

  it("of somebody else is trusted or not, never half", () => {
    const { publicKey, keyId } = testSigner();
    eachFailing(() => new SimulatedDisk(), (disk) => trust(publicKey, HOME, disk), (disk, fault) => {
      disk.mishap = () => undefined;
      const known = listKeys(HOME, disk).map((key) => key.keyId);
      expect(fault === undefined ? known : known.concat(keyId)).toContain(keyId);
      if (fault !== undefined) expect(fault.fault).toBe("KEY_UNUSABLE");
    });
  });
});

describe("the simulated disk", () => {
  it("loses what was not synced, and names that were not", () => {
    const disk = new SimulatedDisk(new Map([["/disk/a", new Uint8Array(600).fill(1)]]));
    const fd = disk.openSync("/disk/b", "wx");
    disk.writeSync(fd, new Uint8Array(1_100).fill(2), 0, 1_100);
    const states = [...disk.powerCuts(seeded(1), 0)];
    expect(states.some((left) => !left.has("/disk/b"))).toBe(true);
    const lengths = new Set(states.map((left) => left.get("/disk/b")?.length));
    expect([...lengths]).toEqual(expect.arrayContaining([undefined, 0, 512, 1_024, 1_100]));
    expect(states.some((left) => left.get("/disk/b")?.[0] === 0 && left.get("/disk/b")?.[600] === 2)).toBe(true);
    disk.fdatasyncSync(fd);
    expect([...disk.powerCuts(seeded(1), 0)].map((left) => left.get("/disk/b")?.length)).toEqual([undefined, 1_100]);
    disk.closeSync(fd);
    const folder = disk.openSync("/disk", "r");
    disk.fsyncSync(folder);
    expect([...disk.powerCuts(seeded(1), 0)].map((left) => [...left.keys()])).toEqual([["/disk/a", "/disk/b"]]);
    expect(disk.open).toBe(1);
    expect(() => disk.closeSync(fd)).toThrow("EBADF");
  });

  it("forgets what a failed sync was to bring, and lets the next one pass", () => {
    const disk = new SimulatedDisk(new Map([["/disk/a", new Uint8Array(0)]]));
    const fd = disk.openSync("/disk/b", "wx");
    disk.writeSync(fd, Uint8Array.of(1, 2, 3), 0, 3);
    disk.mishap = ({ name }) => (name === "datasync" ? { code: "EIO" } : undefined);
    expect(() => disk.fdatasyncSync(fd)).toThrow("EIO");
    disk.mishap = () => undefined;
    disk.fsyncSync(disk.openSync("/disk", "r"));
    expect([...disk.powerCuts(seeded(1), 4)].map((left) => left.get("/disk/b"))).toEqual([new Uint8Array(0)]);
  });
});
