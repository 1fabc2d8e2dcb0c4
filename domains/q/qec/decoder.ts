// From a circuit and a decoder's name to what the kernel decodes with: the detector error model, and the matching graph or table made of it.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { QecDecoder } from "../../kernels/qec/job.ts";
import { analyze } from "../dem/analyze.ts";
import { decodingGraph } from "../decoder/graph.ts";
import type { StimCircuit } from "../stim/circuit.ts";
import type { DecoderName } from "./call.ts";

/** @throws Fault of the error model: detectors that are not deterministic, mechanisms no edge stands for */
export function decoderFor(circuit: StimCircuit, decoder: DecoderName): QecDecoder {
  switch (decoder) {
    case "matching": return { name: "matching", graph: decodingGraph(analyze(circuit, { decompose: true })).graph };
    case "union_find": return { name: "union-find", graph: decodingGraph(analyze(circuit, { decompose: true })).graph };
    case "bp_osd": case "lookup": throw new Fault("KERNEL_REFUSED", { decoder });
  }
}
