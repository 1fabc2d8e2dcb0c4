// Facts about this machine and this moment. They stand in the seal beside the run, never in what determines it (E2).
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { arch, availableParallelism, platform } from "node:os";
import process from "node:process";
import type { HostFacts } from "../../kernel-abi/header.ts";

/** The nearest package.json above this file is ours, from source and from dist alike. */
function readVersion(folder: URL): string {
  const path = new URL("package.json", folder);
  if (!existsSync(path)) return readVersion(new URL("..", folder));
  const found: unknown = JSON.parse(readFileSync(path, "utf8"));
  return typeof found === "object" && found !== null && "version" in found ? String(found.version) : "unknown";
}

let known: string | undefined;
/** Version of the installed package. */
export const packageVersion = (): string => (known ??= readVersion(new URL(".", import.meta.url)));

/** As it was when this was loaded: where traps are in, they need not be asked on the way. */
const HostDate = Date;
const { now } = HostDate;
let millisecond = NaN;
let text = "";

/** RFC 3339, UTC, milliseconds. For seals and people; nothing in a run may depend on it. */
export function wallClock(): string {
  const at = now();
  if (at !== millisecond) {
    text = new HostDate(at).toISOString();
    millisecond = at;
  }
  return text;
}

/** Wall-clock milliseconds, for progress lines and watchdogs. */
export const wallMilliseconds = (): number => Date.now();

export interface HostLabels {
  readonly workers: number;
  /** Free text the operator gives a run; may be empty. */
  readonly label: string;
  /** `wallClock()` when the run began. */
  readonly started: string;
}

/** Host facts as of now: call it when the run is about to be sealed. */
export const hostFacts = ({ workers, label, started }: HostLabels): HostFacts => ({
  triad: packageVersion(),
  node: process.versions.node,
  v8: process.versions.v8,
  platform: `${platform()}-${arch()}`,
  workers,
  started,
  sealed: wallClock(),
  label,
});

/** Workers to use when nobody said how many: one for each core but the one the run's own thread needs, and at least one. */
export const defaultWorkers = (): number => Math.max(1, availableParallelism() - 1);

/** Bytes this process may still take, whatever else bounds it. For refusals beforehand. */
export const availableMemory = (): number => process.availableMemory();

/** A fresh run seed: 128 bits of the host's entropy, hex. It is recorded, so the run stays reproducible. */
export const freshSeed = (): string => randomBytes(16).toString("hex");
