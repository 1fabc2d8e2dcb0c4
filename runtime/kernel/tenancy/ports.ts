// What tenancy needs from outside, as functions: it reads no clock, holds no key and draws no randomness of its own, so that with the same
// ports it decides the same.
import type { Mac, Sha256 } from "../../../kernel-abi/ports.ts";

export interface TenancyPorts {
  /** Milliseconds since the epoch, a safe integer, never going back. */
  now(): number;
  readonly mac: Mac;
  readonly sha256: Sha256;
  /** That many unpredictable bytes. */
  fresh(bytes: number): Uint8Array;
  /** Told of each row that is made, changed or gone (null), where somebody keeps them over the kernel's own end. */
  kept?(table: LastingTable, id: string, row: unknown): void;
  /** Told of each entry of the audit log, as its canonical JSON, in their order. */
  audited?(entry: string): void;
}

/** Tables whose rows outlast a kernel: what tenants agreed among themselves. */
export const LASTING_TABLES = Object.freeze(["tokens", "delegations", "broker"] as const);
export type LastingTable = (typeof LASTING_TABLES)[number];
