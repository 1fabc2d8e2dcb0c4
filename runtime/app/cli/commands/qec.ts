// triad qec: error-correction experiments, one command a file in qec/.
import type { Command } from "commander";
import type { Entry, Invocation } from "../command.ts";
import { group } from "../group.ts";

const COMMANDS: readonly Entry[] = [
  { name: "circuit", summary: "the circuit of a code's memory, or of a file, as .stim text", load: () => import("./qec/circuit.ts") },
  { name: "dem", summary: "the detector error model of such a circuit, as .dem text", load: async () => ({ configure: (await import("./qec/circuit.ts")).configureDem }) },
  { name: "sample", summary: "detection events of a circuit, sampled in a sealed run; 01, b8, r8, hits, dets, ptb64", load: () => import("./qec/sample.ts") },
  { name: "decode", summary: "what a decoder predicts of recorded detection events, and how often it is wrong", load: () => import("./qec/decode.ts") },
  { name: "threshold", summary: "logical error rates over distances and physical rates, with threshold and Λ: one sealed run", load: () => import("./qec/threshold.ts") },
  { name: "report", summary: "rows, fits and plot of a study, from its sealed trace", load: () => import("./qec/report.ts") },
  { name: "estimate", summary: "physical qubits and time of a graph, a circuit or logical counts; what binds, what is left", load: () => import("./qec/estimate.ts") },
];

export const configure = (command: Command, invocation: Invocation): Promise<void> => group(command, invocation, COMMANDS);
