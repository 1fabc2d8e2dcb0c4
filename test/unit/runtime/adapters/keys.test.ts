import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { defaultWorkers, freshSeed, hostFacts, packageVersion } from "../../../../runtime/adapters/host.ts";
import {
  configurationFolder, exportPublicKey, listKeys, loadOrCreateSigner, parsePublicKeyPem, publicKeyPem, trust, trustedKeyIds,
} from "../../../../runtime/adapters/keys.ts";
import { sha256 } from "../../../../runtime/adapters/sha256.ts";
import { faultName } from "../../../support/refusals.ts";

const root = mkdtempSync(join(tmpdir(), "triad-keys-"));
afterAll(() => rmSync(root, { recursive: true }));
let home = "";
let count = 0;
beforeEach(() => { home = join(root, String(count += 1), "triad"); });

const message = new TextEncoder().encode("a statement");
const keyPath = (): string => join(home, "signing-key.pem");

describe("the user's signing key", () => {
  it("is made on first use, private to the user, and is the same ever after", () => {
    const first = loadOrCreateSigner(home);
    expect([statSync(home).mode & 0o777, statSync(keyPath()).mode & 0o777, readdirSync(home)]).toEqual([0o700, 0o600, ["signing-key.pem"]]);
    const second = loadOrCreateSigner(home);
    expect([second.keyId, second.publicKey]).toEqual([first.keyId, first.publicKey]);
    expect(first.publicKey).toHaveLength(32);
    expect(first.keyId).toBe(Buffer.from(sha256(first.publicKey)).toString("hex"));
  });

  it("signs as Ed25519, the same bytes each time", () => {
    const signer = loadOrCreateSigner(home);
    const signature = signer.sign(message);
    expect(signature).toHaveLength(64);
    expect(signer.sign(message)).toEqual(signature);
    expect(verify(null, message, createPublicKey(publicKeyPem(signer.publicKey)), signature)).toBe(true);
  });

  it("is private whatever the umask says", () => {
    const umask = process.umask(0);
    try {
      loadOrCreateSigner(home);
    } finally {
      process.umask(umask);
    }
    expect(statSync(keyPath()).mode & 0o777).toBe(0o600);
  });

  it.each([
    ["damaged", "-----BEGIN PRIVATE KEY-----\nxx\n-----END PRIVATE KEY-----\n"],
    ["empty", ""],
    ["of another kind", generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "pem", type: "pkcs8" })],
  ])("is refused, and not replaced, when it is %s", (_, content) => {
    mkdirSync(home, { recursive: true });
    writeFileSync(keyPath(), content, { mode: 0o600 });
    expect([faultName(() => loadOrCreateSigner(home)), faultName(() => listKeys(home))]).toEqual(["KEY_UNUSABLE", "KEY_UNUSABLE"]);
    expect(readFileSync(keyPath(), "utf8")).toBe(String(content));
  });

  it("is refused when others may read it, or when its folder cannot be made", () => {
    loadOrCreateSigner(home);
    chmodSync(keyPath(), 0o640);
    expect(faultName(() => loadOrCreateSigner(home))).toBe("KEY_UNUSABLE");
    writeFileSync(join(root, "file"), "");
    expect(faultName(() => loadOrCreateSigner(join(root, "file", "triad")))).toBe("KEY_UNUSABLE");
  });
});

describe("trusted keys", () => {
  const stranger = parsePublicKeyPem(String(generateKeyPairSync("ed25519").publicKey.export({ format: "pem", type: "spki" })));

  it("are the user's own and those trusted by hand, each once", () => {
    expect([...trustedKeyIds(home)]).toEqual([]);
    expect(existsSync(home)).toBe(false); // looking makes nothing
    const own = loadOrCreateSigner(home);
    const id = trust(stranger, home);
    trust(stranger, home);
    trust(own.publicKey, home);
    expect(trustedKeyIds(home)).toEqual(new Set([own.keyId, id]));
    expect(listKeys(home).map((key) => [key.keyId, key.own]).toSorted()).toEqual([[own.keyId, true], [id, false]].toSorted());
    expect(listKeys(home).find((key) => key.keyId === id)?.publicKey).toEqual(stranger);
  });

  it("travel as PEM", () => {
    const own = loadOrCreateSigner(home);
    expect(parsePublicKeyPem(exportPublicKey(home))).toEqual(own.publicKey);
  });

  it("are refused when they are no public Ed25519 keys", () => {
    const { privateKey, publicKey } = generateKeyPairSync("x25519");
    for (const key of [privateKey.export({ format: "pem", type: "pkcs8" }), publicKey.export({ format: "pem", type: "spki" }), "", "junk"]) {
      expect(faultName(() => parsePublicKeyPem(String(key)))).toBe("KEY_UNUSABLE");
    }
    loadOrCreateSigner(home);
    expect(faultName(() => parsePublicKeyPem(readFileSync(keyPath(), "utf8")))).toBe("KEY_UNUSABLE");
    expect(faultName(() => trust(stranger.subarray(1), home))).toBe("KEY_UNUSABLE");
  });

  it("are refused, never skipped, when a file is damaged or misnamed", () => {
    const id = trust(stranger, home);
    const path = join(home, "trusted", `${id}.pem`);
    writeFileSync(join(home, "trusted", `${"0".repeat(64)}.pem`), readFileSync(path));
    expect(faultName(() => trustedKeyIds(home))).toBe("KEY_UNUSABLE");
    rmSync(join(home, "trusted", `${"0".repeat(64)}.pem`));
    writeFileSync(path, "junk");
    expect(faultName(() => trustedKeyIds(home))).toBe("KEY_UNUSABLE");
  });
});

describe("the configuration folder", () => {
  it("is $TRIAD_HOME, else below $XDG_CONFIG_HOME, else below ~/.config", () => {
    expect(configurationFolder({ TRIAD_HOME: "/t", XDG_CONFIG_HOME: "/x" })).toBe("/t");
    expect(configurationFolder({ TRIAD_HOME: "", XDG_CONFIG_HOME: "/x" })).toBe(join("/x", "triad"));
    expect(configurationFolder({})).toMatch(/\.config.triad$/);
  });
});

describe("host facts", () => {
  it("say what the seal has to say", () => {
    const facts = hostFacts({ workers: 2, label: "bench", started: "2020-01-01T00:00:00.000Z" });
    expect(facts).toMatchObject({ workers: 2, label: "bench", started: "2020-01-01T00:00:00.000Z", node: process.versions.node, v8: process.versions.v8 });
    expect(facts.triad).toBe(JSON.parse(readFileSync(new URL("../../../../package.json", import.meta.url), "utf8")).version);
    expect([packageVersion(), facts.sealed]).toEqual([facts.triad, expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)]);
    expect(defaultWorkers()).toBeGreaterThan(0);
    expect(freshSeed()).toMatch(/^[0-9a-f]{32}$/);
    expect(freshSeed()).not.toBe(freshSeed());
  });
});
