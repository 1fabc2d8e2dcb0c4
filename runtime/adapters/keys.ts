// Ed25519 keys in the user's configuration folder (contracts, rule 16). Owns the layout:
//   signing-key.pem     private key, PKCS #8, mode 0600, made on first use and never overwritten
//   trusted/ID.pem      public keys whose seals are trusted; ID is the key's SHA-256 fingerprint
//   K2  A key that cannot be read as what its name says is refused, never skipped or replaced.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { toHex } from "../../kernel-abi/canonical.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import type { Signer } from "../../kernel-abi/ports.ts";
import { attempt, hostDisk, readAll, stands, type Disk } from "./disk.ts";
import { writeAtomically } from "./files.ts";
import { guarded, makePrivateFile, makePrivateFolder, readPrivateFile } from "./private-file.ts";
import { sha256 } from "./sha256.ts";

/** $TRIAD_HOME, else $XDG_CONFIG_HOME/triad, else ~/.config/triad. */
export function configurationFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const { TRIAD_HOME, XDG_CONFIG_HOME } = env;
  if (TRIAD_HOME !== undefined && TRIAD_HOME !== "") return TRIAD_HOME;
  if (XDG_CONFIG_HOME !== undefined && XDG_CONFIG_HOME !== "") return join(XDG_CONFIG_HOME, "triad");
  return join(homedir(), ".config", "triad");
}

export interface KnownKey {
  readonly keyId: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The key this user signs with. */
  readonly own: boolean;
  readonly path: string;
}

const SPKI_BYTES = 44;
const RAW_BYTES = 32;

function rawPublicKey(key: KeyObject, path: string): Uint8Array {
  if (key.asymmetricKeyType !== "ed25519") throw new Fault("KEY_UNUSABLE", { path, what: `not an Ed25519 key but ${String(key.asymmetricKeyType)}` });
  return new Uint8Array(key.export({ format: "der", type: "spki" }).subarray(SPKI_BYTES - RAW_BYTES));
}

const keyIdOf = (publicKey: Uint8Array): string => toHex(sha256(publicKey));

const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** PEM (SubjectPublicKeyInfo) of a 32-byte Ed25519 public key. @throws Fault KEY_UNUSABLE */
export const publicKeyPem = (publicKey: Uint8Array): string => guarded("", "not a 32-byte Ed25519 public key", () =>
  String(createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: "der", type: "spki" }).export({ format: "pem", type: "spki" })));

/** The 32 bytes of a PEM public key. @throws Fault KEY_UNUSABLE */
export const parsePublicKeyPem = (pem: string, path = ""): Uint8Array =>
  guarded(path, "not a PEM public key", () => {
    if (!pem.startsWith("-----BEGIN PUBLIC KEY-----")) throw new TypeError("createPublicKey would take a private key as well");
    return rawPublicKey(createPublicKey(pem), path);
  });

const signingKeyPath = (home: string): string => join(home, "signing-key.pem");
const trustedFolder = (home: string): string => join(home, "trusted");

/** More than any key in PEM. */
const KEY_BYTES_MAX = 65_536;
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function makeSigningKey(disk: Disk, home: string): void {
  const pem = generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" });
  makePrivateFile(disk, signingKeyPath(home), home, new TextEncoder().encode(String(pem)));
}

const readSigningKey = (disk: Disk, path: string): KeyObject => createPrivateKey(textOf(readPrivateFile(disk, path, KEY_BYTES_MAX)));

/**
 * The user's signer; its key is made on first use.
 * @throws Fault KEY_UNUSABLE when the key is damaged, open to others, or cannot be made.
 */
export function loadOrCreateSigner(home: string = configurationFolder(), disk: Disk = hostDisk): Signer {
  const path = signingKeyPath(home);
  guarded(path, "it could not be made", () => { if (!stands(disk, path)) makeSigningKey(disk, home); });
  const key = guarded(path, "it is no readable private key", () => readSigningKey(disk, path));
  const publicKey = guarded(path, "it is no readable private key", () => rawPublicKey(createPublicKey(key), path));
  return { keyId: keyIdOf(publicKey), publicKey, sign: (bytes) => new Uint8Array(sign(null, bytes, key)) };
}

function readTrusted(disk: Disk, path: string, name: string): KnownKey {
  const publicKey = guarded(path, "it cannot be read", () => parsePublicKeyPem(textOf(readAll(disk, path, KEY_BYTES_MAX)), path));
  const keyId = keyIdOf(publicKey);
  if (`${keyId}.pem` !== name) throw new Fault("KEY_UNUSABLE", { path, what: "its name is not the key's fingerprint", keyId });
  return { keyId, publicKey, own: false, path };
}

function ownKey(disk: Disk, home: string): KnownKey {
  const { keyId, publicKey } = loadOrCreateSigner(home, disk);
  return { keyId, publicKey, own: true, path: signingKeyPath(home) };
}

/** The user's own key (when there is one yet) and the trusted ones, each once, by key id. @throws Fault KEY_UNUSABLE (K2) */
export function listKeys(home: string = configurationFolder(), disk: Disk = hostDisk): readonly KnownKey[] {
  const folder = trustedFolder(home);
  const names = guarded(folder, "it cannot be read", () => (stands(disk, folder) ? attempt(folder, "list", () => disk.readdirSync(folder)) : []));
  const trusted = names.filter((name) => name.endsWith(".pem")).map((name) => readTrusted(disk, join(folder, name), name));
  const path = signingKeyPath(home);
  const own = guarded(path, "it cannot be read", () => stands(disk, path)) ? [ownKey(disk, home)] : [];
  const others = trusted.filter(({ keyId }) => keyId !== own[0]?.keyId);
  return [...own, ...others].sort((a, b) => (a.keyId < b.keyId ? -1 : 1));
}

/** Ids of the keys whose seals are trusted here. @throws Fault KEY_UNUSABLE */
export const trustedKeyIds = (home: string = configurationFolder(), disk: Disk = hostDisk): ReadonlySet<string> =>
  new Set(listKeys(home, disk).map(({ keyId }) => keyId));

/** Trusts a 32-byte Ed25519 public key from now on; returns its id. @throws Fault KEY_UNUSABLE */
export function trust(publicKey: Uint8Array, home: string = configurationFolder(), disk: Disk = hostDisk): string {
  const pem = publicKeyPem(publicKey);
  const keyId = keyIdOf(publicKey);
  const path = join(trustedFolder(home), `${keyId}.pem`);
  guarded(path, "it could not be written", () => {
    makePrivateFolder(disk, trustedFolder(home));
    writeAtomically(path, new TextEncoder().encode(pem), 0o644, disk);
  });
  return keyId;
}

/** PEM of the user's own public key, to hand to whoever is to trust it. @throws Fault KEY_UNUSABLE */
export const exportPublicKey = (home: string = configurationFolder(), disk: Disk = hostDisk): string => publicKeyPem(loadOrCreateSigner(home, disk).publicKey);
