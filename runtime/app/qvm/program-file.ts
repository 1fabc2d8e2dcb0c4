// Where the program that runs graphs is: a file, because what stands in a trace is loaded from one.
import { fileURLToPath } from "node:url";

/**
 * The program of a graph's run, for `record({ program: GRAPH_PROGRAM, input: { graph, shots } })`. Its result is `{ counts }`.
 * Source when this is source, built when this is built.
 */
export const GRAPH_PROGRAM: string = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "./program.ts" : "./program.js", import.meta.url));
