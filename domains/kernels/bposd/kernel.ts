// The BP+OSD kernel, q.bposd: a batch of rows of events in, predictions, weights and stages out. Keeps nothing of a job.
import { sha256 } from "../build/bposd.ts";
import type { Kernel } from "../job.ts";
import { openBpOsd } from "./decoder.ts";
import { decodeBpOsdJob, encodeBpOsdOutput } from "./job.ts";
import { bytesOf, refuse } from "./problem.ts";

/** Shots of one job. */
const SHOTS_MAX = 1 << 24;

function run(input: Uint8Array): Uint8Array {
  const { problem, options, ...batch } = decodeBpOsdJob(input);
  if (!(Number.isSafeInteger(batch.shots) && batch.shots >= 0 && batch.shots <= SHOTS_MAX)) refuse("shots", `an integer from 0 to ${SHOTS_MAX}`);
  const decoder = openBpOsd(problem, options);
  const output = { predictions: new Uint8Array(batch.shots * bytesOf(problem.observables)), weights: new Float64Array(batch.shots), stages: new Uint8Array(batch.shots) };
  decoder.decode({ ...batch, ...output });
  return encodeBpOsdOutput(output);
}

export const bposdKernel: Kernel = Object.freeze({ name: "q.bposd", version: 1, binary: sha256, run });
