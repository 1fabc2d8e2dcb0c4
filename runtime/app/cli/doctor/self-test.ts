// The kernels' self-test: one tiny job for every kernel there is, with the bytes its plain TypeScript reference answers.
import { sameBytes } from "../../../../kernel-abi/canonical.ts";
import { pack } from "../../../../kernel-abi/packer.ts";
import { encodeBpOsdJob, encodeBpOsdOutput, type BpOsdJob } from "../../../../domains/kernels/bposd/job.ts";
import { BPOSD_DEFAULTS } from "../../../../domains/kernels/bposd/problem.ts";
import { decodePlainly } from "../../../../domains/kernels/bposd/reference.ts";
import { encodeCircuitJob, encodeCircuitOutput, OP, type CircuitJob } from "../../../../domains/kernels/circuit.ts";
import { encodeDecodeJob, encodeDecodeOutput, type DecodeJob } from "../../../../domains/kernels/decoder/job.ts";
import { decodeReference } from "../../../../domains/kernels/decoder/reference.ts";
import { encodeQecJob } from "../../../../domains/kernels/qec/job.ts";
import { encodeFrameJob, FRAME_OP, type FrameJob } from "../../../../domains/kernels/frames/program.ts";
import { referenceFrames } from "../../../../domains/kernels/frames/reference.ts";
import { encodeIsingOutput } from "../../../../domains/kernels/phase/ising-job.ts";
import { isingReference } from "../../../../domains/kernels/phase/ising-reference.ts";
import { DEFAULT_SCHEDULE, decodeTransformJob, encodeIsingJob, encodeKuramotoJob, encodeSpectrumJob, encodeTransformJob } from "../../../../domains/kernels/phase/jobs.ts";
import type { CsrGraph, IsingJob, KuramotoJob, SpectrumJob, TransformJob } from "../../../../domains/kernels/phase/jobs.ts";
import { encodeKuramotoOutput } from "../../../../domains/kernels/phase/kuramoto-job.ts";
import { kuramotoReference } from "../../../../domains/kernels/phase/kuramoto-reference.ts";
import { encodeSpectrumOutput } from "../../../../domains/kernels/phase/spectrum-job.ts";
import { spectrumReference } from "../../../../domains/kernels/phase/spectrum-reference.ts";
import { encodeTransformOutput } from "../../../../domains/kernels/phase/transform-job.ts";
import { transformReference } from "../../../../domains/kernels/phase/transform-reference.ts";
import { KERNELS } from "../../../../domains/kernels/registry.ts";
import { referenceJob as stabilizerReference } from "../../../../domains/kernels/stabilizer/reference.ts";
import { referenceJob as statevectorReference } from "../../../../domains/kernels/statevector/reference.ts";

const KEY = Uint32Array.of(0x74726961, 0x64000001);

const instruction = (opcode: number, q0: number, q1: number, clbit: number, ordinal: number): readonly number[] => [opcode, q0, q1, -1, clbit, -1, -1, ordinal];

/** Three entangled qubits, eight shots. */
const CIRCUIT: CircuitJob = {
  mode: "sample", shots: 8, key: KEY,
  circuit: {
    qubits: 3, clbits: 3, angles: new Float64Array(0), conditions: new Int32Array(0),
    ops: Int32Array.from([
      instruction(OP.H, 0, -1, -1, -1), instruction(OP.CX, 0, 1, -1, -1), instruction(OP.S, 1, -1, -1, -1), instruction(OP.H, 2, -1, -1, -1),
      ...[0, 1, 2].map((at) => instruction(OP.MEASURE, at, -1, at, at)),
    ].flat()),
  },
};

/** A coin that is copied and disturbed; one detector compares the copies. */
const FRAMES: FrameJob = {
  rows: "measurements", first: 1_020, shots: 8, key: KEY,
  program: {
    planes: 2, measurements: 2, detectors: 1, observables: 0, reference: Uint8Array.of(1), channels: [{ probabilities: Float64Array.of(0.25), masks: Uint8Array.of(1) }],
    code: Int32Array.of(FRAME_OP.COIN, 1, 0, FRAME_OP.ADD, 2, 1, 0, FRAME_OP.NOISE, 3, 0, 1, 1, FRAME_OP.RECORD, 2, 0, 1, FRAME_OP.DETECT, 2, -1, -2),
  },
};

const TRIANGLE: CsrGraph = { offsets: Int32Array.of(0, 2, 4, 6), targets: Int32Array.of(1, 2, 0, 2, 0, 1), weights: Float64Array.of(1, 1, 1, 1, 1, 1) };

/** A ring of three detectors, one of them beside the boundary. */
const DECODE: DecodeJob = {
  decoder: "matching", shots: 3, events: Uint8Array.of(0b110, 0b001, 0b111), weighed: true,
  graph: { detectors: 3, observables: 2, ends: Int32Array.of(0, 1, 1, 2, 2, 0, 0, -1), weights: Int32Array.of(2, 8, 4, 6), masks: Uint32Array.of(1, 0, 2, 0, 0, 0, 3, 0) },
};

const ISING: IsingJob = { couplings: TRIANGLE, schedule: { ...DEFAULT_SCHEDULE, steps: 20, readFrom: 10 }, key: KEY, firstRestart: 0, restarts: 2, polish: true, cut: true };
const KURAMOTO: KuramotoJob = {
  omega: Float64Array.of(-0.5, 0, 0.5), couplings: Float64Array.of(0.5, 2), graph: TRIANGLE, key: KEY, firstRun: 0,
  dt: 0.1, noise: 0.01, steps: 20, transient: 5, stride: 5, lockTolerance: 0.05,
};
const SPECTRUM: SpectrumJob = { real: Float64Array.of(0, 1, 0, -1, 0, 1, 0, -1), sampleRate: 8, window: "hann", padding: 1, top: 2 };
const TRANSFORM: TransformJob = {
  op: "init", phases: Float64Array.of(0, 0.25, 0.5), noise: { sigma: 0, key: KEY }, tolerance: { errorBound: 3, noiseThreshold: 1 }, project: true,
};

/** A line of two detectors and three mechanisms, both detectors' events. */
const BPOSD: BpOsdJob = {
  problem: {
    detectors: 2, observables: 1, columns: Uint32Array.of(0, 1, 3, 4), rows: Uint32Array.of(0, 0, 1, 1),
    probabilities: Float64Array.of(0.125, 0.0625, 0.125), masks: Uint32Array.of(0, 0, 1, 0, 0, 0),
  },
  options: BPOSD_DEFAULTS, events: Uint8Array.of(0b11), shots: 1, rowBytes: 1,
};

function bposdExpected(): Uint8Array {
  const { mask, weight, stage } = decodePlainly(BPOSD.problem, new Set([0, 1]), BPOSD.options);
  return encodeBpOsdOutput({ predictions: Uint8Array.of(Number(mask)), weights: Float64Array.of(weight), stages: Uint8Array.of(stage) });
}

interface Probe {
  readonly input: Uint8Array;
  /** What the reference answers. */
  readonly expected: () => Uint8Array;
}

const circuitJob = encodeCircuitJob(CIRCUIT);
const transformJob = encodeTransformJob(TRANSFORM);

export const PROBES: Readonly<Record<string, Probe>> = Object.freeze({
  "phi.ising": { input: encodeIsingJob(ISING), expected: () => encodeIsingOutput(isingReference(ISING)) },
  "phi.kuramoto": { input: encodeKuramotoJob(KURAMOTO), expected: () => encodeKuramotoOutput(kuramotoReference(KURAMOTO)) },
  "phi.spectrum": { input: encodeSpectrumJob(SPECTRUM), expected: () => encodeSpectrumOutput(spectrumReference(SPECTRUM)) },
  "phi.transform": { input: transformJob, expected: () => encodeTransformOutput(transformReference(decodeTransformJob(transformJob))) },
  "q.bposd": { input: encodeBpOsdJob(BPOSD), expected: bposdExpected },
  "q.decode": { input: encodeDecodeJob(DECODE), expected: () => encodeDecodeOutput(decodeReference(DECODE)) },
  "q.frames": { input: encodeFrameJob(FRAMES), expected: () => referenceFrames(FRAMES) },
  "q.qec": { input: encodeQecJob({ program: FRAMES.program, decoder: null, shots: FRAMES.shots, key: FRAMES.key }), expected: () => pack({ rows: referenceFrames({ ...FRAMES, first: 0, rows: "detections" }) }) },
  "q.stabilizer": { input: circuitJob, expected: () => encodeCircuitOutput(stabilizerReference(CIRCUIT)) },
  "q.statevector": { input: circuitJob, expected: () => encodeCircuitOutput(statevectorReference(CIRCUIT)) },
});

/** Names of kernels whose bytes are not the reference's, or that have no probe. */
export const failingKernels = (): readonly string[] =>
  KERNELS.filter(({ name, run }) => {
    const probe = PROBES[name];
    return probe === undefined || !sameBytes(run(probe.input), probe.expected());
  }).map(({ name }) => name);
