// Jobs of every kernel, as bytes that are nearly one: numbers, lengths, fields and bytes altered. What is well formed and small is run: its answer
// is bytes, twice the same; the rest is refused by its field. What is well formed and vast is not run.
import { decodeBpOsdJob, encodeBpOsdJob } from "../../domains/kernels/bposd/job.ts";
import { decodeCircuitJob, encodeCircuitJob, OP, OP_WIDTH, type CircuitJob } from "../../domains/kernels/circuit.ts";
import { decodeDecodeJob, encodeDecodeJob } from "../../domains/kernels/decoder/job.ts";
import { decodeFrameJob, encodeFrameJob, FRAME_OP, type FrameProgram } from "../../domains/kernels/frames/program.ts";
import { DEFAULT_SCHEDULE, decodeIsingJob, decodeKuramotoJob, decodeSpectrumJob, decodeTransformOutput, encodeIsingJob, encodeKuramotoJob, encodeSpectrumJob, encodeTransformJob } from "../../domains/kernels/phase/jobs.ts";
import { decodeQecJob, encodeDecodeRows, encodeQecJob } from "../../domains/kernels/qec/job.ts";
import { runKernel } from "../../domains/kernels/registry.ts";
import { compileFrames } from "../../domains/q/stim/compile.ts";
import { parseStim } from "../../domains/q/stim/parse.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import type { Dice } from "./dice.ts";
import { altered, alteredValue, INTEGERS } from "./mutate.ts";
import { demand, verdict, type Target } from "./target.ts";

const KEY = Uint32Array.of(1, 2);
const row = (op: number, ...rest: number[]): number[] => [op, ...rest, ...[-1, -1, -1, -1, -1, -1, -1].slice(rest.length)];
const circuit = {
  qubits: 3, clbits: 2, angles: Float64Array.of(0.5, 1.25), conditions: Int32Array.of(1, 0, 1),
  ops: Int32Array.from([row(OP.H, 0), row(OP.CX, 0, 1), row(OP.RX, 2, -1, -1, -1, -1, 0), row(OP.MEASURE, 0, -1, -1, 0, -1, -1, 0), row(OP.X, 1, -1, -1, -1, 0), row(OP.RESET, 1, -1, -1, -1, -1, -1, 1), row(OP.CCX, 0, 1, 2), row(OP.MEASURE, 2, -1, -1, 1, -1, -1, 2)].flat()),
};
const unmeasured = { ...circuit, ops: Int32Array.from([row(OP.RX, 0, -1, -1, -1, -1, 0), row(OP.CP, 0, 1, -1, -1, -1, 1), row(OP.RY, 2, -1, -1, -1, -1, 1)].flat()), conditions: new Int32Array(0) };
const clifford = { ...circuit, ops: Int32Array.from([row(OP.H, 0), row(OP.CX, 0, 1), row(OP.MEASURE, 0, -1, -1, 0, -1, -1, 0), row(OP.X, 1, -1, -1, -1, 0), row(OP.RESET, 1, -1, -1, -1, -1, -1, 1), row(OP.MEASURE, 2, -1, -1, 1, -1, -1, 2)].flat()) };
const observable = { coefficients: Float64Array.of(1, -0.5), paulis: Uint8Array.of(3, 3, 0, 1, 2, 3) };
const parameters = { count: 1, entries: Int32Array.of(0, 1), of: Int32Array.of(0, 0), factors: Float64Array.of(1, 2) };
const frames = compileFrames(parseStim("R 0 1 2\nX_ERROR(0.1) 0 1 2\nREPEAT 3 {\n CX 0 1\n DEPOLARIZE2(0.01) 0 1\n M 1\n DETECTOR rec[-1]\n}\nM 0 2\nDETECTOR rec[-1] rec[-2]\nOBSERVABLE_INCLUDE(0) rec[-1]\n"));
const graph = { detectors: 4, observables: 1, ends: Int32Array.of(0, 1, 1, 2, 2, 3, 3, -1), weights: Int32Array.of(2, 4, 6, 2), masks: Uint32Array.of(1, 0, 0, 0, 1, 0, 0, 0) };
const problem = { detectors: 4, observables: 1, columns: Uint32Array.of(0, 1, 3, 5, 6), rows: Uint32Array.of(0, 0, 1, 1, 2, 3), probabilities: Float64Array.of(0.1, 0.2, 0.1, 0.05), masks: Uint32Array.of(1, 0, 0, 0, 1, 0, 0, 0) };
const options = { iterations: 9, scale: 0.625, order: 3 };
const ring = { offsets: Int32Array.of(0, 2, 4, 6), targets: Int32Array.of(1, 2, 0, 2, 0, 1), weights: Float64Array.of(1, 2, 1, 3, 2, 3) };
const QUIET = { noise: { sigma: 0.1, key: KEY }, tolerance: { errorBound: 3, noiseThreshold: 1 }, project: true } as const;
const init = encodeTransformJob({ op: "init", phases: Float64Array.of(0, 1, 2), ...QUIET });
const states = decodeTransformOutput(runKernel("phi.transform", init)).results.map(({ state }) => state);

const shots = { shots: 40, key: KEY };
const CIRCUITS: readonly Uint8Array[] = ([
  { mode: "sample", circuit, ...shots }, { mode: "sample", circuit: clifford, ...shots }, { mode: "sample", circuit, fusion: "fused", ...shots }, { mode: "expectation", circuit: unmeasured, observable },
  { mode: "gradient", circuit: unmeasured, observable, parameters, method: "adjoint" }, { mode: "gradient", circuit: unmeasured, observable, parameters, method: "shift" },
] satisfies CircuitJob[]).map(encodeCircuitJob);
const events = { shots: 3, events: Uint8Array.of(1, 6, 15) };

interface Family {
  readonly bases: readonly Uint8Array[];
  /** Steps that running it would take, about; any fault of the form is thrown. */
  readonly work: (bytes: Uint8Array) => number;
}

/** Repetitions of the innermost instruction, no less than they are. */
function repetitions({ code }: FrameProgram): number {
  let product = 1;
  for (let at = 0; at < code.length; at += 2 + Math.max(0, code[at + 1] ?? 0)) if (code[at] === FRAME_OP.LOOP) product *= Math.max(1, code[at + 2] ?? 1);
  return product;
}
const stepsOf = (program: FrameProgram, count: number): number =>
  (program.code.length + program.channels.length + program.detectors + program.observables + program.planes) * repetitions(program) * (1_024 + count);
const circuitWork = (dense: boolean) => (bytes: Uint8Array): number => {
  const job = decodeCircuitJob(bytes);
  const { qubits, clbits, ops } = job.circuit;
  const sweeps = ops.length / OP_WIDTH + 2 + (job.mode === "gradient" ? job.parameters.count + 2 * job.parameters.entries.length : 0) + (job.mode === "sample" ? 0 : job.observable.coefficients.length);
  return (dense ? 2 ** Math.min(40, qubits) : qubits * qubits) * sweeps * (job.mode === "sample" ? Math.min(job.shots, 64) : sweeps) + (job.mode === "sample" ? job.shots * (clbits + ops.length) : 0);
};

const FAMILIES: Readonly<Record<string, Family>> = {
  "q.statevector": { bases: CIRCUITS, work: circuitWork(true) },
  "q.stabilizer": { bases: CIRCUITS, work: circuitWork(false) },
  "q.frames": {
    bases: [encodeFrameJob({ program: frames, rows: "detections", first: 1_000, ...shots }), encodeFrameJob({ program: { ...frames, reference: Uint8Array.of(1) }, rows: "measurements", first: 0, ...shots })],
    work: (bytes) => { const { program, shots: count } = decodeFrameJob(bytes); return stepsOf(program, count); },
  },
  "q.qec": {
    bases: [
      encodeQecJob({ program: frames, decoder: null, ...shots }), encodeQecJob({ program: frames, decoder: { name: "matching", graph }, ...shots }), encodeQecJob({ program: frames, decoder: { name: "bp-osd", problem, options }, ...shots }),
      encodeQecJob({ program: frames, decoder: { name: "table", table: new Uint8Array(16) }, ...shots }), encodeDecodeRows({ decoder: { name: "union-find", graph }, detectors: 4, observables: 1, ...events }),
    ],
    work: (bytes) => { const job = decodeQecJob(bytes); return "program" in job ? stepsOf(job.program, job.shots) : job.shots * (1 + job.detectors) + job.observables * job.shots; },
  },
  "q.decode": {
    bases: (["matching", "union-find"] as const).map((decoder) => encodeDecodeJob({ graph, decoder, ...events, weighed: true })),
    work: (bytes) => { const { graph: of, shots: count } = decodeDecodeJob(bytes); return (count + 10) * (1 + of.detectors + of.ends.length); },
  },
  "q.bposd": {
    bases: [encodeBpOsdJob({ problem, options, ...events, rowBytes: 1 }), encodeBpOsdJob({ problem, options: { ...options, scale: "adaptive" }, ...events, rowBytes: 1 })],
    work: (bytes) => { const { problem: of, options: how, shots: count } = decodeBpOsdJob(bytes); return (count + 1) * (1 + how.iterations) * (1 + of.rows.length) * 2 ** Math.min(40, how.order) + of.detectors ** 2; },
  },
  "phi.kuramoto": {
    bases: [encodeKuramotoJob({ omega: Float64Array.of(1, 2, 3), couplings: Float64Array.of(1, 2), key: KEY, firstRun: 0, dt: 0.1, noise: 0.1, steps: 20, transient: 4, stride: 5, lockTolerance: 0.05, graph: ring })],
    work: (bytes) => { const { omega, couplings, steps } = decodeKuramotoJob(bytes); return omega.length * couplings.length * steps * 10; },
  },
  "phi.ising": {
    bases: [encodeIsingJob({ couplings: ring, fields: Float64Array.of(0.5, 0, -1), schedule: { ...DEFAULT_SCHEDULE, steps: 20, readFrom: 8 }, key: KEY, firstRestart: 0, restarts: 2, polish: true, cut: true })],
    work: (bytes) => { const { couplings, schedule, restarts } = decodeIsingJob(bytes); return (couplings.offsets.length + couplings.targets.length) * schedule.steps * restarts * 10; },
  },
  "phi.spectrum": {
    bases: [encodeSpectrumJob({ real: Float64Array.from({ length: 20 }, (_, at) => (at * 7) % 5), imaginary: new Float64Array(20), sampleRate: 10, window: "hann", padding: 2, top: 3 })],
    work: (bytes) => decodeSpectrumJob(bytes).real.length * 100,
  },
  "phi.transform": {
    bases: [init, ...states.slice(0, 1).flatMap((state) => [
      encodeTransformJob({ op: "shift", subjects: [{ envelope: 1, state }], delta: Float64Array.of(0.1), ...QUIET }), encodeTransformJob({ op: "merge", subjects: [{ envelope: 1, state }, { envelope: 2, state }], ...QUIET }),
    ])],
    work: () => 1,
  },
};
const NAMES = Object.keys(FAMILIES);
const EVERY = Object.values(FAMILIES).flatMap(({ bases }) => bases);
/** Beyond this many steps a job is legal and long. */
const VAST = 3_000_000;

const DOUBLES: readonly number[] = [0, -0, 1, -1, 0.5, NaN, Infinity, -Infinity, 5e-324, 1e308, 1e9, -1e9, 2 ** 53, 1e-300, Math.PI];
type Numbers = Int32Array | Uint32Array | Float64Array | Int8Array | Uint8Array;
const isNumbers = (value: unknown): value is Numbers =>
  value instanceof Int32Array || value instanceof Uint32Array || value instanceof Float64Array || value instanceof Int8Array || value instanceof Uint8Array;
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** One number another, one more, one less, or numbers of another kind. */
function numbersAltered(dice: Dice, value: Numbers): unknown {
  const list = [...value];
  const at = dice.below(list.length + 1);
  const other = value instanceof Float64Array ? dice.pick(DOUBLES) : dice.once(2) ? (list[at] ?? 0) + dice.pick([1, -1, 8, -8]) : dice.pick([...INTEGERS, -1, -2]);
  switch (dice.below(8)) {
    case 0: list.splice(at, 0, other); break;
    case 1: list.splice(at, 1); break;
    case 2: list.splice(at, 1 + dice.below(list.length)); break;
    case 3: list.push(...list.slice(at)); break;
    case 4: return dice.pick([Int32Array, Float64Array, Uint8Array, Uint32Array]).from(list);
    default: list[Math.min(at, Math.max(0, list.length - 1))] = other;
  }
  return Reflect.construct(value.constructor, [list]);
}

function valueAltered(dice: Dice, value: unknown): unknown {
  if (isNumbers(value) && !dice.once(10)) return numbersAltered(dice, value);
  if (isRecord(value) && !dice.once(6)) {
    const keys = Object.keys(value);
    const key = dice.pick(keys);
    return keys.length === 0 ? value : { ...value, [key]: valueAltered(dice, value[key]) };
  }
  return alteredValue(dice, value);
}

function bytesOf(dice: Dice, { bases }: Family): Uint8Array {
  const base = dice.pick(bases);
  switch (dice.below(12)) {
    case 0: return altered(dice, base, EVERY);
    case 1: return dice.pick(EVERY);
    case 2: return dice.bytes(60);
    default: {
      let value = unpack(base);
      for (let left = 1 + dice.below(dice.once(3) ? 3 : 1); left > 0; left--) value = valueAltered(dice, value);
      try {
        return pack(value);
      } catch {
        return altered(dice, base, EVERY); // what was made of it is nothing a message can hold
      }
    }
  }
}

/** A gate that is none of Clifford's is well formed, and refused by the stabilizer kernel by its name. */
const REFUSALS: ReadonlySet<string> = new Set(["ok", "KERNEL_REFUSED", "ABI_UNDECODABLE", "Q_ERR_GATE_UNSUPPORTED"]);

function once(dice: Dice): string {
  const name = dice.pick(NAMES);
  const family = FAMILIES[name] as Family;
  const bytes = bytesOf(dice, family);
  const before = bytes.slice();
  let vast = false;
  const formed = verdict(() => { vast = family.work(bytes) > VAST; });
  if (vast) return `${name} vast`;
  let answer: Uint8Array | undefined;
  const said = verdict(() => { answer = runKernel(name, bytes); });
  demand(REFUSALS.has(said) && REFUSALS.has(formed), `${name} refused with ${said}`);
  demand(formed === "ok" || formed === said, `${name}: ${formed} by its form, then ${said}`);
  demand(Buffer.compare(before, bytes) === 0, `${name} wrote into its job`);
  if (answer !== undefined && dice.once(8)) demand(Buffer.compare(answer, runKernel(name, bytes)) === 0, `${name} answers otherwise the second time`);
  return `${name} ${said}`;
}

export const kernel: Target = { name: "kernel", once };
