// What a reader makes of altered bytes, and where the units of a bundle begin.
import { Fault } from "../../kernel-abi/fault.ts";
import { UnitReader } from "../../replay/units.ts";
import { verify, type VerifyOptions, type VerifyReport } from "../../replay/verify.ts";
import { memorySource } from "./memory.ts";

/** The fault `run` throws. @throws when it throws something else or nothing */
export function faultOf(run: () => unknown): Fault {
  let value: unknown;
  try {
    value = run();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error(`nothing was refused: ${JSON.stringify(value)}`);
}

export const refusalOf = (bytes: Uint8Array, options?: VerifyOptions): Fault => faultOf(() => verify(memorySource(bytes), options));
export const verified = (bytes: Uint8Array, options?: VerifyOptions): VerifyReport => verify(memorySource(bytes), options);

/** First bytes of preamble, header, program, inputs, every block, the seal; then the file's length. */
export function unitOffsets(bytes: Uint8Array): readonly number[] {
  const reader = new UnitReader(memorySource(bytes));
  const offsets = [0, reader.offset];
  while (reader.next() !== undefined) offsets.push(reader.offset);
  return [...offsets, bytes.length];
}

export const unitAt = (offsets: readonly number[], at: number): number => offsets.findLast((offset) => offset <= at) ?? 0;

export function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(pieces));
}
