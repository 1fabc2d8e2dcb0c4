// From a circuit and a decoder's name to what the kernel decodes with: the detector error model, and the matching graph or table made of it.
import type { QecDecoder } from "../../kernels/qec/job.ts";
import { analyze } from "../dem/analyze.ts";
import { decodingProblem } from "../decoder/columns.ts";
import { decodingGraph } from "../decoder/graph.ts";
import { lookupOracle, type LookupOracle } from "../decoder/lookup.ts";
import type { ErrorModel } from "../dem/model.ts";
import type { StimCircuit } from "../stim/circuit.ts";
import type { DecoderName } from "./call.ts";

/** The error model a decoder takes: split into parts of at most two detectors for those that match. @throws Fault of the analyzer */
export const modelFor = (circuit: StimCircuit, decoder: DecoderName): ErrorModel =>
  analyze(circuit, { decompose: decoder === "matching" || decoder === "union_find" });

/** @throws Fault KERNEL_REFUSED for mechanisms no edge stands for; ABI_MALFORMED for too many detectors for a table */
export function decoderOfModel(model: ErrorModel, decoder: DecoderName): QecDecoder {
  switch (decoder) {
    case "matching": return { name: "matching", graph: decodingGraph(model).graph };
    case "union_find": return { name: "union-find", graph: decodingGraph(model).graph };
    case "bp_osd": return { name: "bp-osd", problem: decodingProblem(model) };
    case "lookup": return { name: "table", table: tableOf(lookupOracle(model)) };
  }
}

/** @throws Fault of the error model: detectors that are not deterministic, mechanisms that cannot be split; and as `decoderOfModel` */
export const decoderFor = (circuit: StimCircuit, decoder: DecoderName): QecDecoder => decoderOfModel(modelFor(circuit, decoder), decoder);

/** Observables fit two bytes: the oracle takes no more. */
function tableOf({ detectors, observables, predict }: LookupOracle): Uint8Array {
  const width = (observables + 7) >> 3;
  const table = new Uint8Array(width << detectors);
  for (let syndrome = 0; syndrome < 1 << detectors; syndrome++) {
    const mask = predict(syndrome);
    for (let byte = 0; byte < width; byte++) table[syndrome * width + byte] = mask >> (8 * byte);
  }
  return table;
}
