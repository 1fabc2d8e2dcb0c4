// On the same detection events the same weights as PyMatching 2.4.0, which keeps its matchings exact: circuits of up to 1,320 detectors and
// some two hundred events a shot, from circuit to error model to graph to matching. test/data/decoder holds its answers.
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDecoder } from "../../../../../domains/kernels/decoder/decoder.ts";
import { generateCircuit } from "../../../../../domains/q/codes/generate.ts";
import { decodingGraph } from "../../../../../domains/q/decoder/graph.ts";
import { analyze } from "../../../../../domains/q/dem/analyze.ts";

interface Case { readonly task: string; readonly distance: number; readonly p: number; readonly events: string; readonly predictions: string; readonly weights: readonly number[] }

const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, "../../../../data/decoder/pymatching-weights.json"), "utf8")) as { readonly cases: readonly Case[] };

describe("matching, beside PyMatching 2.4.0", () => {
  it.each(cases)("weighs every shot alike: $task, d = $distance, p = $p", ({ task, distance, p, events, predictions: theirs, weights: known }) => {
    const knobs = { afterCliffordDepolarization: p, beforeRoundDataDepolarization: p, beforeMeasureFlipProbability: p, afterResetFlipProbability: p };
    const { graph, scale } = decodingGraph(analyze(generateCircuit(task, { distance, rounds: distance, ...knobs }), { decompose: true }));
    const rows = Uint8Array.from(Buffer.from(events, "base64"));
    const shots = known.length;
    const ours = { predictions: new Uint8Array(shots), weights: new Float64Array(shots) };
    expect(openDecoder(graph).decode({ events: rows, shots, rowBytes: rows.length / shots, ...ours })).toEqual([]);
    ours.weights.forEach((weight, at) => { expect(Math.abs(weight / scale - (known[at] ?? NaN))).toBeLessThan(1e-9 * (1 + weight / scale)); });
    expect(ours.predictions.filter((bit, at) => bit !== Number(theirs[at])).length).toBeLessThanOrEqual(1); // ties
  });
});
