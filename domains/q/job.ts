// Q calls: the plain data `submit` carries, its checks, and the public descriptor recorded with the intent.
//   1  A call is checked whole before anything else looks at it; what passes is a private copy.
//   2  The descriptor is canonical and holds no key: the same call gives the same bytes.
//   3  Nobody writes to a checked call or to a descriptor, so both are found once for calls that are made over and over (known-calls.ts).
import { byForm, widerProviders } from "../../kernel-abi/version.ts";
import { blame, blameByTag, compiled } from "../../kernel-abi/schema.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import { OP, OP_WIDTH, decodeCircuitJob, encodeCircuitJob, underKey } from "../kernels/circuit.ts";
import type { CircuitJob, GradientMethod, LoweredCircuit, ParameterMap, PauliSum } from "../kernels/circuit.ts";
import { ANGLE_LIMIT } from "../kernels/libm/portable.ts";
import type { NoiseModel } from "../kernels/noise.ts";
import { QCallSchema, QCallSchemaBefore, type QCall } from "./call.ts";
import { KnownCalls } from "./known-calls.ts";
import { noiseModel, NoiseSchema } from "./noise.ts";
import { reachOf } from "./provider-limits.ts";
import { checkDecoderOf, encodeQecDescriptor, qecJob, type QecJob } from "./qec/call.ts";

/**
 * A checked call. `bits`: one shot, its bits. `counts`: a histogram. `expectation`: an exact value, charged as `shots`. `gradient`: the value and
 * its derivatives, charged as `shots` of every circuit that measuring them would take (api/cost.ts). With noise every shot is a trajectory, and an
 * expectation value the mean of theirs.
 */
export type CircuitWork =
  | { readonly mode: "bits"; readonly circuit: LoweredCircuit; readonly shots: 1 } & Run
  | { readonly mode: "counts"; readonly circuit: LoweredCircuit; readonly shots: number } & Run
  | { readonly mode: "expectation"; readonly circuit: LoweredCircuit; readonly shots: number; readonly observable: PauliSum } & Run
  | GradientJob;
/** How the circuit is run: at most one of these. */
interface Run {
  readonly noise?: NoiseModel;
  readonly fusion?: "fused";
}
export interface GradientJob {
  readonly mode: "gradient";
  readonly circuit: LoweredCircuit;
  readonly shots: number;
  readonly observable: PauliSum;
  readonly parameters: ParameterMap;
  readonly method: GradientMethod;
}

export type QJob = CircuitWork | QecJob;

const callCheck = compiled(QCallSchema);
const callCheckBefore = compiled(QCallSchemaBefore);
const NO_KEY = new Uint32Array(2);

const refuse = (at: string, what: string): never => {
  throw new Fault("ABI_MALFORMED", { argument: "q.submit", at, what });
};

/** What the kernels demand beyond well-formed instructions, so that nothing is refused after admission. */
function checkForKernels({ ops, angles }: LoweredCircuit, overRotation: number): void {
  if (ops.length > LIMITS.circuit_operations_max * OP_WIDTH) throw new Fault("ABI_LIMIT", { limit: "circuit_operations_max", allowed: LIMITS.circuit_operations_max });
  if (!angles.every((angle) => Math.abs(angle) <= ANGLE_LIMIT && Math.abs(angle + overRotation) <= ANGLE_LIMIT)) refuse("/circuit/angles", `at most ${ANGLE_LIMIT} radians either way`);
  let ordinal = 0;
  for (let at = 0; at < ops.length; at += OP_WIDTH) {
    if (ops[at] !== OP.MEASURE && ops[at] !== OP.RESET) continue;
    if (ops[at + 7] !== ordinal) refuse(`/circuit/ops/${at + 7}`, "the place among MEASURE and RESET");
    ordinal += 1;
  }
}

function checkObservable({ coefficients, paulis }: PauliSum): void {
  if (!coefficients.every(Number.isFinite)) refuse("/observable/coefficients", "finite numbers");
  if (!paulis.every((letter) => letter <= 3)) refuse("/observable/paulis", "letters 0 to 3");
}

/** Where in a call the kernels' argument of that name stands; undefined for what has its name there. */
function placeOf(argument: string): string | undefined {
  if (argument === "paulis" || argument === "coefficients") return `/observable/${argument}`;
  const [, noise] = /^noise (\w+)$/.exec(argument) ?? [];
  if (noise === undefined) return undefined;
  return `/noise/${noise in NoiseSchema.properties ? "" : noise in NoiseSchema.properties.readout.properties ? "readout/" : "relaxation/"}${noise}`;
}

/** The circuit job behind a call's parts, through the one decoder that checks instructions. */
function checked(parts: unknown, placed: boolean): CircuitJob {
  try {
    return decodeCircuitJob(pack(parts));
  } catch (cause) {
    if (!(cause instanceof Fault) || cause.fault !== "KERNEL_REFUSED") throw cause;
    const argument = String(cause.detail["argument"] ?? "/circuit");
    return refuse((placed ? placeOf(argument) : undefined) ?? argument, String(cause.detail["allowed"] ?? cause.message));
  }
}

const KNOWN = new KnownCalls<CircuitWork>();

/** @throws Fault ABI_MALFORMED | ABI_LIMIT naming the place in the call; Q_ERR_NO_CLONE_VIOLATION when a handle hides in it. */
export function parseCall(call: unknown, flags?: ReadonlySet<string>): QJob {
  const known = KNOWN.find(call);
  if (known !== undefined && known.circuit.qubits <= reachOf(flags).stabilizer) return known;
  const job = parsedCall(call, flags);
  if ("circuit" in job) KNOWN.keep(job);
  return job;
}

function parsedCall(call: unknown, flags: ReadonlySet<string> | undefined): QJob {
  const [schema, check] = widerProviders(flags) ? [QCallSchema, callCheck] as const : [QCallSchemaBefore, callCheckBefore] as const;
  if (!check().Check(call)) {
    if (widerProviders(flags)) checkDecoderOf(call);
    const { at, what } = byForm(flags) ? blameByTag(schema, "mode", call) : blame(schema, call, "no mode of a Q call");
    return refuse(at, what);
  }
  if ("experiment" in call) return qecJob(call);
  const { shots = 1 } = call;
  const job = checked(asKernelJob(call), widerProviders(flags));
  const run: Run = "noise" in job && job.noise !== undefined ? { noise: job.noise } : "fusion" in job && job.fusion === "fused" ? { fusion: "fused" } : {};
  checkForKernels(job.circuit, run.noise?.overRotation ?? 0);
  const { circuit } = job;
  if (job.mode === "sample") return call.mode === "bits" ? { mode: "bits", circuit, shots: 1, ...run } : { mode: "counts", circuit, shots, ...run };
  checkObservable(job.observable);
  const { observable } = job;
  return job.mode === "gradient" ? { mode: "gradient", circuit, shots, observable, parameters: job.parameters, method: job.method }
    : { mode: "expectation", circuit, shots, observable, ...run };
}

/** The call as a kernel would be given it, for its checks. */
function asKernelJob(call: CircuitCall): unknown {
  if (call.mode === "gradient") return call;
  const { circuit, shots = 1, noise, fusion } = call;
  if (noise !== undefined && fusion === "fused") refuse("/fusion", "exact, where there is noise");
  const run = noise === undefined ? fusion === undefined ? {} : { fusion } : { noise: noiseModel(noise) };
  if (call.mode !== "expectation") return { mode: "sample", circuit, ...run, shots, key: NO_KEY };
  const { observable } = call;
  return "noise" in run ? { mode: "mean", circuit, observable, ...run, shots, key: NO_KEY } : { mode: "expectation", circuit, observable, ...run };
}
type CircuitCall = Extract<QCall, { readonly circuit: unknown }>;

const circuitFields = ({ qubits, clbits, ops, angles, conditions }: LoweredCircuit): LoweredCircuit => ({ qubits, clbits, ops, angles, conditions });

const DESCRIPTORS = new WeakMap<QJob, Uint8Array>();
/** What descriptors of this process say: a run that starts its own job has no need to read it. */
const DESCRIBED = new WeakMap<Uint8Array, QJob>();

/** Public and canonical: fields in this order, no key. Nobody writes to it. */
export function encodeDescriptor(job: QJob): Uint8Array {
  let bytes = DESCRIPTORS.get(job);
  if (bytes === undefined) {
    bytes = descriptorOf(job);
    DESCRIPTORS.set(job, bytes);
    DESCRIBED.set(bytes, job);
  }
  return bytes;
}

function descriptorOf(job: QJob): Uint8Array {
  if ("experiment" in job) return encodeQecDescriptor(job);
  const { mode, shots } = job;
  const circuit = circuitFields(job.circuit);
  const run = "noise" in job ? { noise: noiseModel(job.noise) } : "fusion" in job ? { fusion: job.fusion } : {};
  if (job.mode === "bits" || job.mode === "counts") return pack({ mode, circuit, shots, ...run });
  const { coefficients, paulis } = job.observable;
  const observable = { coefficients, paulis };
  if (job.mode === "expectation") return pack({ mode, circuit, shots, observable, ...run });
  const { count, entries, of, factors } = job.parameters;
  return pack({ mode, circuit, shots, observable, parameters: { count, entries, of, factors }, method: job.method });
}

/** @throws Fault ABI_MALFORMED | ABI_UNDECODABLE */
export const decodeDescriptor = (bytes: Uint8Array): QJob => DESCRIBED.get(bytes) ?? parseCall(unpack(bytes));

/** What kernels are given of jobs that draw, under no key. */
const INPUTS = new WeakMap<CircuitWork, Uint8Array>();

/** The bytes a kernel is given, its own to write to. */
export function kernelInput(job: CircuitWork, key: Uint32Array): Uint8Array {
  const { circuit } = job;
  if (job.mode === "expectation" && job.noise === undefined) return encodeCircuitJob({ mode: "expectation", circuit, ...fusionOf(job), observable: job.observable });
  if (job.mode === "gradient") return encodeCircuitJob({ mode: "gradient", circuit, observable: job.observable, parameters: job.parameters, method: job.method });
  let input = INPUTS.get(job);
  if (input === undefined) INPUTS.set(job, input = encodeCircuitJob(drawing(job)));
  return underKey(input, key);
}

function drawing(job: Exclude<CircuitWork, GradientJob>): CircuitJob {
  const { circuit, shots } = job;
  const noise = job.noise === undefined ? {} : { noise: job.noise };
  return job.mode === "expectation" && job.noise !== undefined
    ? { mode: "mean", circuit, observable: job.observable, noise: job.noise, shots, key: NO_KEY } : { mode: "sample", circuit, ...fusionOf(job), ...noise, shots, key: NO_KEY };
}

const fusionOf = ({ fusion }: Run): Pick<Run, "fusion"> => (fusion === undefined ? {} : { fusion });
