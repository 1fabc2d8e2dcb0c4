// The kernel q.decode at its border: what it answers, what it refuses, and that decoders leave nothing behind.
import { describe, expect, it } from "vitest";
import { openDecoder, DECODERS } from "../../../../../domains/kernels/decoder/decoder.ts";
import type { MatchingGraph } from "../../../../../domains/kernels/decoder/graph.ts";
import { decodeDecodeJob, encodeDecodeJob, encodeDecodeOutput, type DecodeJob } from "../../../../../domains/kernels/decoder/job.ts";
import { decodeReference } from "../../../../../domains/kernels/decoder/reference.ts";
import { runKernel } from "../../../../../domains/kernels/registry.ts";
import { pack, unpack } from "../../../../../kernel-abi/packer.ts";
import { below, cube, graphOf, rowsOf, sampled } from "../../../../support/matching-graphs.ts";
import { faultOf } from "../../../../support/refusals.ts";

const RING: MatchingGraph = graphOf(3, 2, [
  { a: 0, b: 1, weight: 2, mask: 1n }, { a: 1, b: 2, weight: 8, mask: 2n }, { a: 2, b: 0, weight: 4, mask: 0n }, { a: 0, b: -1, weight: 6, mask: 3n },
]);
const JOB: DecodeJob = { graph: RING, decoder: "matching", shots: 3, events: Uint8Array.of(0b110, 0b001, 0b111), weighed: true };
const run = (job: unknown): unknown => unpack(runKernel("q.decode", pack(job)));

describe("q.decode", () => {
  it("answers as the reference does, and weighs only when asked", () => {
    expect(runKernel("q.decode", encodeDecodeJob(JOB))).toEqual(encodeDecodeOutput(decodeReference(JOB)));
    expect(run({ ...JOB, weighed: false })).toEqual({ predictions: Uint8Array.of(1, 3, 2), unsolved: new Uint32Array(0) });
    expect(decodeReference(JOB).weights).toEqual(Float64Array.of(6, 6, 12));
  });

  it("says which shots nothing explains", () => {
    const open = graphOf(4, 1, [{ a: 0, b: 1, weight: 2, mask: 1n }]);
    for (const decoder of DECODERS) {
      expect(run({ graph: open, decoder, shots: 5, events: Uint8Array.of(0b0001, 0b0011, 0b0100, 0, 0b1111), weighed: true })).toEqual(
        { predictions: Uint8Array.of(0, 1, 0, 0, 0), unsolved: Uint32Array.of(0, 2, 4), weights: Float64Array.of(Infinity, 2, Infinity, 0, Infinity) });
    }
  });

  it("takes graphs without detectors, edges, observables or shots", () => {
    const none = { detectors: 0, observables: 0, ends: new Int32Array(0), weights: new Int32Array(0), masks: new Uint32Array(0) };
    expect(run({ graph: none, decoder: "matching", shots: 2, events: new Uint8Array(0), weighed: false })).toEqual({ predictions: new Uint8Array(0), unsolved: new Uint32Array(0) });
    expect(run({ ...JOB, shots: 0, events: new Uint8Array(0) })).toMatchObject({ predictions: new Uint8Array(0) });
  });

  it.each([
    ["job", null], ["graph", { ...JOB, graph: 1 }], ["decoder", { ...JOB, decoder: "guess" }], ["shots", { ...JOB, shots: -1 }], ["shots", { ...JOB, shots: 1e9 }],
    ["events", { ...JOB, events: new Uint8Array(2) }], ["events", { ...JOB, events: Uint8Array.of(8, 0, 0) }], ["weighed", { ...JOB, weighed: 1 }],
    ["detectors", { ...JOB, graph: { ...RING, detectors: 1.5 } }], ["detectors", { ...JOB, graph: { ...RING, detectors: 2 ** 30 } }],
    ["observables", { ...JOB, graph: { ...RING, observables: 65 } }], ["masks", { ...JOB, graph: { ...RING, observables: 1 } }],
    ["masks", { ...JOB, graph: { ...RING, masks: new Uint32Array(7) } }], ["ends", { ...JOB, graph: { ...RING, ends: Int32Array.of(0, 0, 1, 2, 2, 0, 0, -1) } }],
    ["ends", { ...JOB, graph: { ...RING, ends: Int32Array.of(0, 3, 1, 2, 2, 0, 0, -1) } }], ["ends", { ...JOB, graph: { ...RING, ends: Int32Array.of(-1, 0, 1, 2, 2, 0, 0, -1) } }],
    ["ends", { ...JOB, graph: { ...RING, ends: new Float64Array(8) } }], ["weights", { ...JOB, graph: { ...RING, weights: Int32Array.of(1, 2, 2, 2) } }],
    ["weights", { ...JOB, graph: { ...RING, weights: Int32Array.of(2 ** 26, 2, 2, 2) } }], ["weights", { ...JOB, graph: { ...RING, weights: new Int32Array(3) } }],
  ])("refuses what is no job: %s", (argument, job) => {
    expect(faultOf(() => run(job))).toMatchObject({ fault: "KERNEL_REFUSED", detail: { argument } });
  });

  it("refuses bytes that are no MessagePack", () => {
    expect(faultOf(() => runKernel("q.decode", Uint8Array.of(0x93))).fault).toBe("ABI_UNDECODABLE");
  });

  it("reads what it writes", () => {
    expect(decodeDecodeJob(encodeDecodeJob(JOB))).toEqual(JOB);
  });
});

describe("an open decoder", () => {
  const draw = below(5);
  const graph = cube(5, 5, (kind, at) => 5 + ((kind + at) % 3));
  const shots = Array.from({ length: 1_100 }, () => sampled(graph, 20, draw).events);
  const rows = rowsOf(graph.detectors, shots);

  const decoded = (decoder: ReturnType<typeof openDecoder>, from: number, to: number): { readonly predictions: Uint8Array; readonly weights: Float64Array } => {
    const answer = { predictions: new Uint8Array(to - from), weights: new Float64Array(to - from) };
    decoder.decode({ events: rows.events.subarray(from * rows.rowBytes, to * rows.rowBytes), shots: to - from, rowBytes: rows.rowBytes, ...answer });
    return answer;
  };

  it.each(DECODERS)("says of a shot the same however shots are cut into batches: %s", (name) => {
    const whole = decoded(openDecoder(graph, name), 0, 1_100);
    const other = openDecoder(graph, name);
    const pieces = [[0, 1], [1, 700], [700, 700], [700, 1_100]].map(([from = 0, to = 0]) => decoded(other, from, to));
    expect(Uint8Array.from(pieces.flatMap(({ predictions }) => [...predictions]))).toEqual(whole.predictions);
    expect(Float64Array.from(pieces.flatMap(({ weights }) => [...weights]))).toEqual(whole.weights);
    expect(decoded(other, 0, 1_100)).toEqual(whole);
  });

  it.each(DECODERS)("takes no more memory for more shots, and is one of many: %s", (name) => {
    const many = Array.from({ length: 12 }, () => openDecoder(graph, name));
    const first = many.map((each) => decoded(each, 0, 200));
    const bytes = many.map((each) => each.bytes());
    expect(many.map((each) => decoded(each, 0, 200))).toEqual(first);
    expect(many.map((each) => each.bytes())).toEqual(bytes);
    expect(Math.max(...bytes)).toBeLessThan(1 << 20);
  });

  it("looks at no bit behind the detectors", () => {
    const soiled = rows.events.map((byte, at) => (at % rows.rowBytes === rows.rowBytes - 1 ? byte | 0xe0 : byte));
    const predictions = new Uint8Array(1_100);
    openDecoder(graph).decode({ events: soiled, shots: 1_100, rowBytes: rows.rowBytes, predictions });
    expect(graph.detectors % 8).toBe(5);
    expect(predictions).toEqual(decoded(openDecoder(graph), 0, 1_100).predictions);
  });

  it.each([
    ["shots", { shots: 1.5 }], ["rowBytes", { rowBytes: 1 }], ["events", { shots: 7 }], ["predictions", { predictions: new Uint8Array(1) }], ["weights", { weights: new Float64Array(1) }],
  ])("refuses a batch whose %s do not fit", (argument, wrong) => {
    const batch = { ...rows, predictions: new Uint8Array(1_100), ...wrong };
    expect(faultOf(() => openDecoder(graph).decode(batch)).detail["argument"]).toBe(argument);
  });
});
