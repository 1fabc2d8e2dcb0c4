import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FAULTS } from "../../../../kernel-abi/fault.ts";
import { packageVersion } from "../../../../runtime/adapters/host.ts";
import { publicKeyPem } from "../../../../runtime/adapters/keys.ts";
import { diagnose } from "../../../../runtime/app/cli/commands/doctor.ts";
import { settings } from "../../../../runtime/app/cli/config.ts";
import { CHECKS } from "../../../../runtime/app/cli/doctor/checks.ts";
import { exitOfError, exitOfRun } from "../../../../runtime/app/cli/exit.ts";
import { terminal } from "../../../../runtime/app/cli/terminal.ts";
import { capture, onlyObject, program, scratch, triad } from "../../../support/cli.ts";
import { testSigner } from "../../../support/signer.ts";

const at = scratch();
let home = "";
let homes = 0;
beforeEach(() => {
  home = at(`home-${homes += 1}`);
  process.env["TRIAD_HOME"] = home;
});

describe("triad", () => {
  it("prints its version and help on stdout, and help for a command", async () => {
    expect(await triad("--version")).toEqual({ code: 0, out: `${packageVersion()}\n`, err: "" });
    const help = await triad("help");
    expect([help.code, help.err]).toEqual([0, ""]);
    for (const name of ["run", "verify", "replay", "reproduce", "trace", "keys", "doctor"]) expect(help.out).toMatch(new RegExp(`^ {2}${name} `, "m"));
    expect(help.out).toContain("Exit codes: 0 ok");
    expect((await triad("help", "run")).out).toContain("--bounds <list>");
    expect((await triad("run", "--help")).out).toBe((await triad("help", "run")).out);
  });

  it("takes no words for bad usage", async () => {
    const { code, out, err } = await triad();
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("Usage: triad");
  });

  it.each([["verfy", "verify"], ["rpelay", "replay"], ["tace", "trace"]])("suggests a command for %s", async (word, meant) => {
    const { code, out, err } = await triad(word, "x");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(new RegExp(`^error USAGE 3401: [^]*suggestion +${meant}\\n`));
    expect((await triad("help", word)).err).toContain(meant);
    expect(onlyObject((await triad(word, "--json")).err)).toMatchObject({ error: { name: "USAGE", detail: { suggestion: meant } }, exit: 2 });
  });

  it("suggests nothing for what is like nothing, and an option for one mistyped", async () => {
    expect((await triad("zzzzzzzz")).err).not.toContain("suggestion");
    expect((await triad("verify", "--sigmer", "x", "y")).err).toMatch(/suggestion +--signer\n +next +See `triad help verify`/);
  });
});

describe("triad keys", () => {
  it("has none at first, makes one when it is to be handed out, and says whose is whose", async () => {
    const none = await triad("keys");
    expect([none.code, none.out]).toEqual([0, ""]);
    expect(none.err).toContain("triad run");
    expect((await triad("keys", "show")).code).toBe(2);
    const pem = (await triad("keys", "export")).out;
    expect(pem).toMatch(/^-----BEGIN PUBLIC KEY-----\n[^]*-----END PUBLIC KEY-----\n$/);
    const shown = onlyObject((await triad("keys", "show", "--json")).out);
    expect(shown).toMatchObject({ schema: "triad.key/1", role: "own", path: join(home, "signing-key.pem"), pem });
    expect((await triad("keys", "list")).out).toMatch(new RegExp(`^own +${String(shown["keyId"])} `, "m"));
  });

  it("trusts another's public key, and no private or damaged one", async () => {
    const other = testSigner(9);
    writeFileSync(at("other.pem"), publicKeyPem(other.publicKey));
    expect(await triad("keys", "trust", at("other.pem"))).toEqual({ code: 0, out: `trusted  ${other.keyId}\n`, err: "" });
    expect(onlyObject((await triad("keys", "--json")).out)).toMatchObject({ schema: "triad.keys/1", folder: home, keys: [{ keyId: other.keyId, role: "trusted" }] });
    expect((await triad("keys", "show", other.keyId.slice(0, 8))).out).toContain(other.keyId);
    await triad("keys", "export");
    const mistaken = await triad("keys", "trust", join(home, "signing-key.pem"));
    expect([mistaken.code, mistaken.out]).toEqual([2, ""]);
    expect(`${mistaken.err}`).not.toContain("PRIVATE KEY-----\n");
    expect((await triad("keys", "trust")).code).toBe(2);
    expect((await triad("keys", "trust", at("nowhere.pem"))).code).toBe(2);
    expect((await triad("keys", "burn")).code).toBe(2);
  });

  it("exits 7 with the path when the key cannot be used", async () => {
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "signing-key.pem"), "damaged", { mode: 0o600 });
    for (const words of [["keys"], ["run", program("stuck"), "--workers", "0", "--out", at("unsigned.triad")]]) {
      const { code, out, err } = await triad(...words);
      expect([code, out]).toEqual([7, ""]);
      expect(err).toMatch(/^error KEY_UNUSABLE 3502: [^]*signing-key\.pem[^]*next/);
    }
  });
});

describe("triad doctor", () => {
  it("finds nothing wrong where the tests run", async () => {
    const { code, out, err } = await triad("doctor", "--json");
    expect(err).toBe("");
    expect(onlyObject(out)).toMatchObject({ schema: "triad.doctor/1", ok: true, checks: CHECKS.map(({ name }) => ({ name, ok: true, next: null })) });
    expect(code).toBe(0);
  });

  const withCheap = async (json: boolean): Promise<{ readonly code: number; readonly out: string }> => {
    const [out, err] = [capture(), capture()];
    const io = { out: terminal(out.stream, false), err: terminal(err.stream, false), settings: { debug: false, colour: false } };
    const code = await diagnose(io, json, CHECKS.filter(({ name }) => name === "folder" || name === "key"));
    return { code, out: out.text() };
  };
  afterEach(() => { process.env["TRIAD_HOME"] = home; });

  it("exits 7 and says what to do when the folder of keys cannot be written", async () => {
    process.env["TRIAD_HOME"] = join(program("bell"), "no-folder");
    const { code, out } = await withCheap(false);
    expect(code).toBe(7);
    expect(out).toMatch(/^FAIL {2}folder +ENOTDIR[^]*next {2}Make the folder writable/);
    expect(onlyObject((await withCheap(true)).out)).toMatchObject({ ok: false, checks: [{ name: "folder", ok: false }, { name: "key" }] });
  });

  it.skipIf(process.platform === "win32")("exits 7 when others may read the signing key", async () => {
    await triad("keys", "export");
    expect((await withCheap(false)).code).toBe(0);
    chmodSync(join(home, "signing-key.pem"), 0o644);
    const { code, out } = await withCheap(false);
    expect(code).toBe(7);
    expect(out).toMatch(/^FAIL {2}key [^]*chmod 600/m);
  });
});

describe("exit codes and settings", () => {
  it("follow from how a run ended", () => {
    const fault = (name: keyof typeof FAULTS) => ({ name });
    expect(exitOfRun({ status: "completed", fault: null })).toBe(0);
    expect(exitOfRun({ status: "stuck", fault: fault("RUN_STUCK") })).toBe(1);
    expect(exitOfRun({ status: "bounded", fault: fault("RUN_BOUNDED") })).toBe(6);
    expect(exitOfRun({ status: "enforced", fault: fault("DOMAIN_UNAUTHORIZED") })).toBe(5);
    expect(exitOfRun({ status: "faulted", fault: fault("INPUT_INVALID") })).toBe(2);
    expect(exitOfRun({ status: "faulted", fault: null })).toBe(1);
  });

  it("make a defect of our own a typed error with exit 1", () => {
    expect(exitOfError(new TypeError("x is not a function"))).toBe(1);
  });

  it("take colours from NO_COLOR and TERM, stacks from TRIAD_DEBUG", () => {
    expect(settings({})).toEqual({ debug: false, colour: true });
    expect(settings({ NO_COLOR: "" })).toMatchObject({ colour: true });
    expect(settings({ NO_COLOR: "0" })).toMatchObject({ colour: false });
    expect(settings({ TERM: "dumb", TRIAD_DEBUG: "1" })).toEqual({ debug: true, colour: false });
  });
});
