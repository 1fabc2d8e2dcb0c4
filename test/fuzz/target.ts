// What is fuzzed: something that makes one input from dice and says what became of it. Whatever it throws is a finding.
import { Fault, FAULTS } from "../../kernel-abi/fault.ts";
import type { ByteSource } from "../../kernel-abi/ports.ts";
import type { Dice } from "./dice.ts";

export interface Target {
  readonly name: string;
  /** Fault names, joined, or `ok`. Told apart, they are what was reached. */
  readonly once: (dice: Dice) => string | Promise<string>;
  close?(): void;
}

export class Finding extends Error {
  override readonly name = "Finding";
}

/** The verdict of a reader: `ok`, or the name of the fault. @throws Finding for anything that is no fault of the registry */
export function verdict(read: () => unknown): string {
  try {
    read();
    return "ok";
  } catch (error) {
    return faultName(error);
  }
}

export function faultName(error: unknown): string {
  if (!(error instanceof Fault)) throw new Finding(`no fault: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`, { cause: error });
  if (FAULTS[error.fault]?.code !== error.code) throw new Finding(`a fault the registry does not have: ${error.fault}`);
  if (error.fault === "RUNTIME_DEFECT") throw new Finding(`a defect: ${error.message}`, { cause: error });
  JSON.stringify(error); // details are plain data
  return error.fault;
}

export function demand(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Finding(what);
}

/** Reads of one reader over a small file: units, a window, the tail, each once or twice. */
const READS_MAX = 64;

/** A source that counts: no declared length may make a reader ask for more than there is, or go round and round. */
export function countedSource(bytes: Uint8Array): ByteSource & { readonly check: () => void } {
  let read = 0;
  return {
    size: bytes.length,
    read(offset, length) {
      demand(offset >= 0 && length >= 0 && offset + length <= bytes.length, `read of ${length} bytes at ${offset} of ${bytes.length}`);
      read += length;
      return bytes.subarray(offset, offset + length);
    },
    check: () => { demand(read <= READS_MAX * (bytes.length + 1), `${read} bytes read of a file of ${bytes.length}`); },
  };
}
