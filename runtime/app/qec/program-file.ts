// Where the program that runs studies is: a file, because what stands in a trace is loaded from one.
import { fileURLToPath } from "node:url";

/** The program of a study, for `record({ program: STUDY_PROGRAM, input: study })`. Its result is `{ rows, fits }`. */
export const STUDY_PROGRAM: string = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "./program.ts" : "./program.js", import.meta.url));
/** The program of `triad qec sample`, for `record({ program: SAMPLE_PROGRAM, input: { experiment, shots } })`. */
export const SAMPLE_PROGRAM: string = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "./sample-program.ts" : "./sample-program.js", import.meta.url));
