// What an act is refused with; what a reader makes of altered bytes, and where the units of a bundle begin.
import { Fault } from "../../kernel-abi/fault.ts";
import { Refusal } from "../../kernel-abi/rpc/codes.ts";
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

type Told = Readonly<Record<string, unknown>>;

/** `fault` by name and its detail beside it; nothing when it was not refused. @throws when something else was thrown */
export function faultTold(run: () => unknown): Told {
  try {
    run();
    return {};
  } catch (error) {
    return told(error);
  }
}

function told(error: unknown): Told {
  if (error instanceof Fault) return { fault: error.fault, ...error.detail, cause: error.cause };
  if (error instanceof Refusal) return { fault: error.refusal, ...error.data };
  throw error;
}

/** The name of the fault, or of the code of the socket, that `run` is refused with; `none` when it is not refused. */
export const faultName = (run: () => unknown): string => String(faultTold(run)["fault"] ?? "none");

/** Why: the reason the fault gives, else its name; `none` when it was not refused. */
export function faultReason(run: () => unknown): string {
  const { fault = "none", reason = fault } = faultTold(run);
  return String(reason);
}

/** `faultName` of what is answered later. */
export const faultNameLater = (work: Promise<unknown>): Promise<string> => work.then(() => "none", (error: unknown) => String(told(error)["fault"]));

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
