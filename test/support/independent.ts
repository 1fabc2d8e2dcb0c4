// Agreement of the two readers: the library and replay/independent-reader.mjs, which shares no code with it.
import { expect } from "vitest";
import { verify, type VerifyReport } from "../../replay/verify.ts";
import { readTrace, readTraceFile, type Reading } from "./independent-reader.ts";
import { memorySource } from "./memory.ts";

export { readTrace, readTraceFile, type Reading };

/** Verifies sealed bytes with both readers, expects them to say the same, and returns the library's report. */
export function verifiedByBoth(bytes: Uint8Array): VerifyReport {
  const report = verify(memorySource(bytes));
  const { digest, frames, events, blocks, status, keyId } = report;
  expect(readTrace(bytes)).toEqual({ digest, frames, events, blocks, status, keyId });
  return report;
}

/** Whether both readers refuse the bytes; false when both accept them. @throws when they disagree */
export function refusedByBoth(bytes: Uint8Array): boolean {
  const refuses = (read: () => unknown): boolean => {
    try {
      read();
      return false;
    } catch {
      return true;
    }
  };
  const library = refuses(() => verify(memorySource(bytes)));
  expect(refuses(() => readTrace(bytes))).toBe(library);
  return library;
}
