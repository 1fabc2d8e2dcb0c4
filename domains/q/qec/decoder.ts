// From a circuit and a decoder with its settings to what the kernel decodes with: the detector error model, and the matching graph or table made of it.
import type { QecDecoder } from "../../kernels/qec/job.ts";
import { analyze } from "../dem/analyze.ts";
import { withoutCertain } from "../decoder/certain.ts";
import { columnsOf, decodingProblem } from "../decoder/columns.ts";
import { decodingGraph } from "../decoder/graph.ts";
import { lookupOracle, type LookupOracle } from "../decoder/lookup.ts";
import { ownBasis } from "../decoder/own-basis.ts";
import type { ErrorModel } from "../dem/model.ts";
import type { StimCircuit } from "../stim/circuit.ts";
import type { DecoderSettings } from "./decoder-settings.ts";

/** The error model a decoder takes: split into parts of at most two detectors for those that match, of the kept basis alone where it says so. @throws Fault of the analyzer */
export function modelFor(circuit: StimCircuit, settings: DecoderSettings): ErrorModel {
  const model = analyze(circuit, { decompose: settings.name === "matching" || settings.name === "union_find", approximateDisjoint: settings.approximateDisjoint ?? 0 });
  return settings.name === "bp_osd" && settings.basis === "own" ? ownBasis(circuit, model) : model;
}

/** Belief propagation starts from what is likelier than not: an error merged with a certain one is told apart from it again. */
const LIKELY = 0.500_000_1;

/**
 * Errors that always happen are no part of what is decoded: they are known.
 * @throws Fault KERNEL_REFUSED for mechanisms no edge stands for; ABI_MALFORMED for too many detectors for a table
 */
export function decoderOfModel(model: ErrorModel, settings: DecoderSettings): QecDecoder {
  const { model: open, certain } = withoutCertain(model, settings.name === "bp_osd" ? LIKELY : 1);
  return certain === undefined ? decoderOfOpen(open, settings) : { ...decoderOfOpen(open, settings, true), certain };
}

/** `known`: something is certain, so that a model in which nothing else may happen is one: a graph without edges decodes it. */
function decoderOfOpen(model: ErrorModel, settings: DecoderSettings, known = false): QecDecoder {
  if (known && settings.name === "bp_osd" && columnsOf(model).length === 0) return { name: "matching", graph: decodingGraph(model).graph };
  switch (settings.name) {
    case "matching": return { name: "matching", graph: decodingGraph(model).graph };
    case "union_find": return { name: "union-find", graph: decodingGraph(model).graph };
    case "bp_osd": {
      const { iterations, scale, order } = settings;
      return { name: "bp-osd", problem: decodingProblem(model), options: { iterations, scale, order } };
    }
    case "lookup": return { name: "table", table: tableOf(lookupOracle(model)) };
  }
}

/** @throws Fault of the error model: detectors that are not deterministic, mechanisms that cannot be split; and as `decoderOfModel` */
export const decoderFor = (circuit: StimCircuit, settings: DecoderSettings): QecDecoder => decoderOfModel(modelFor(circuit, settings), settings);

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
