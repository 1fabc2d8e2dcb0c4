// From a circuit and a decoder's name to what the kernel decodes with: the detector error model, and the matching graph or table made of it.
import type { QecDecoder } from "../../kernels/qec/job.ts";
import { analyze } from "../dem/analyze.ts";
import { decodingProblem } from "../decoder/columns.ts";
import { decodingGraph } from "../decoder/graph.ts";
import { lookupOracle, type LookupOracle } from "../decoder/lookup.ts";
import type { StimCircuit } from "../stim/circuit.ts";
import type { DecoderName } from "./call.ts";

/** @throws Fault of the error model: detectors that are not deterministic, mechanisms no edge stands for */
export function decoderFor(circuit: StimCircuit, decoder: DecoderName): QecDecoder {
  switch (decoder) {
    case "matching": return { name: "matching", graph: decodingGraph(analyze(circuit, { decompose: true })).graph };
    case "union_find": return { name: "union-find", graph: decodingGraph(analyze(circuit, { decompose: true })).graph };
    case "bp_osd": return { name: "bp-osd", problem: decodingProblem(analyze(circuit)) };
    case "lookup": return { name: "table", table: tableOf(lookupOracle(analyze(circuit))) };
  }
}

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
