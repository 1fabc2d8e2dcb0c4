// The frame kernel, q.frames: many noisy shots of a stabilizer circuit as Pauli frames. Owns what a job may ask for; the program's
// form is program.ts, its checks check.ts, the arithmetic assembly/.
import { Fault } from "../../../kernel-abi/fault.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { sha256 } from "../build/frames.ts";
import type { Kernel } from "../job.ts";
import { decodeFrameJob, type FrameJob } from "./program.ts";
import { openSampler } from "./sampler.ts";

const refuse = (argument: string, allowed: string): never => {
  throw new Fault("KERNEL_REFUSED", { argument, allowed });
};

/**
 * Rows of the job's shots, shot-major; nothing else.
 * @throws Fault KERNEL_REFUSED for a program that does not hold together and for sizes beyond the limits
 */
export function runFrameJob({ program, rows, first, shots, key }: FrameJob): Uint8Array {
  if (shots > LIMITS.shots_max) refuse("shots", `0 to ${LIMITS.shots_max}`);
  if (!Number.isSafeInteger(first + shots)) refuse("first", "a shot index below 2^53");
  const sampler = openSampler(program, rows);
  if (shots * sampler.rowBytes > LIMITS.result_bits_max) refuse("shots × bytes of a row", `at most ${LIMITS.result_bits_max}`);
  const out = new Uint8Array(shots * sampler.rowBytes);
  sampler.sample(key, first, shots, out);
  return out;
}

export const framesKernel: Kernel = Object.freeze({
  name: "q.frames",
  version: 1,
  binary: sha256,
  run: (input: Uint8Array): Uint8Array => runFrameJob(decodeFrameJob(input)),
});
