// Q calls: the plain data `submit` carries, its checks, and the public descriptor recorded with the intent.
//   1  A call is checked whole before anything else looks at it; what passes is a private copy.
//   2  The descriptor is canonical and holds no key: the same call gives the same bytes.
//   3  Nobody writes to a checked call or to a descriptor, so both are found once for calls that are made over and over (known-calls.ts).
import { byForm, widerProviders } from "../../kernel-abi/version.ts";
import { blame, blameByTag, compiled, Type, type Static } from "../../kernel-abi/schema.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import { OP, OP_WIDTH, decodeCircuitJob, encodeCircuitJob, underKey } from "../kernels/circuit.ts";
import type { CircuitJob, LoweredCircuit, PauliSum } from "../kernels/circuit.ts";
import { ANGLE_LIMIT } from "../kernels/libm/portable.ts";
import { CHANNELS_MAX } from "./declared.ts";
import { KnownCalls } from "./known-calls.ts";
import { encodeQecDescriptor, QEC_CALLS, qecJob, type QecJob } from "./qec/call.ts";
import { REACH, REACH_BEFORE, reachOf, type Reach } from "./provider-limits.ts";

const exact = { additionalProperties: false } as const;
const binary = (type: string, description: string) => Type.Unknown({ description: `${type}: ${description}`, "x-typed-array": type });

/** Typed arrays are checked by domains/kernels/circuit.ts; JSON Schema can only name them. */
const circuitSchema = (qubits: number) => Type.Object({
  qubits: Type.Integer({ minimum: 1, maximum: qubits }),
  clbits: Type.Integer({ minimum: 0, maximum: CHANNELS_MAX }),
  ops: binary("Int32Array", "eight fields an instruction: opcode, q0, q1, q2, clbit, condition, parameter, measurement ordinal; -1 where unused"),
  angles: binary("Float64Array", "radians, by the parameter field"),
  conditions: binary("Int32Array", "count, then count pairs (clbit, 0 or 1), by the condition field"),
}, exact);
export const ObservableSchema = Type.Object({
  coefficients: binary("Float64Array", "one real weight a term"),
  paulis: binary("Uint8Array", "term after term, one letter a qubit: 0 I, 1 X, 2 Y, 3 Z"),
}, exact);
const Shots = Type.Integer({ minimum: 1, maximum: LIMITS.shots_max });

const circuitCalls = ({ stabilizer }: Reach) => {
  const circuit = circuitSchema(stabilizer);
  return [
    Type.Object({ mode: Type.Literal("bits"), circuit, shots: Type.Optional(Type.Literal(1)) }, exact),
    Type.Object({ mode: Type.Literal("counts"), circuit, shots: Shots }, exact),
    Type.Object({ mode: Type.Literal("expectation"), circuit, shots: Shots, observable: ObservableSchema }, exact),
  ] as const;
};
export const QCallSchema = Type.Union([...circuitCalls(REACH), ...QEC_CALLS], { $id: "triad/q/call" });
/** Of runs from before `widerProviders`. */
const CallSchemaBefore = Type.Union([...circuitCalls(REACH_BEFORE)], { $id: "triad/q/call" });
/** The call as the api yields it: circuit arrays are `unknown` until `parseCall` has seen them. */
export type QCall = Static<typeof QCallSchema>;

/** A checked call. `bits`: one shot, its bits. `counts`: a histogram. `expectation`: an exact value, charged as `shots`. */
export type CircuitWork =
  | { readonly mode: "bits"; readonly circuit: LoweredCircuit; readonly shots: 1 }
  | { readonly mode: "counts"; readonly circuit: LoweredCircuit; readonly shots: number }
  | { readonly mode: "expectation"; readonly circuit: LoweredCircuit; readonly shots: number; readonly observable: PauliSum };

export type QJob = CircuitWork | QecJob;

const callCheck = compiled(QCallSchema);
const callCheckBefore = compiled(CallSchemaBefore);
const NO_KEY = new Uint32Array(2);

const refuse = (at: string, what: string): never => {
  throw new Fault("ABI_MALFORMED", { argument: "q.submit", at, what });
};

/** What the kernels demand beyond well-formed instructions, so that nothing is refused after admission. */
function checkForKernels({ ops, angles }: LoweredCircuit): void {
  if (ops.length > LIMITS.circuit_operations_max * OP_WIDTH) throw new Fault("ABI_LIMIT", { limit: "circuit_operations_max", allowed: LIMITS.circuit_operations_max });
  if (!angles.every((angle) => Math.abs(angle) <= ANGLE_LIMIT)) refuse("/circuit/angles", `at most ${ANGLE_LIMIT} radians either way`);
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

/** The circuit job behind a call's parts, through the one decoder that checks instructions. */
function checked(parts: unknown): CircuitJob {
  try {
    return decodeCircuitJob(pack(parts));
  } catch (cause) {
    if (!(cause instanceof Fault) || cause.fault !== "KERNEL_REFUSED") throw cause;
    return refuse(String(cause.detail["argument"] ?? "/circuit"), String(cause.detail["allowed"] ?? cause.message));
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
  const [schema, check] = widerProviders(flags) ? [QCallSchema, callCheck] as const : [CallSchemaBefore, callCheckBefore] as const;
  if (!check().Check(call)) {
    const { at, what } = byForm(flags) ? blameByTag(schema, "mode", call) : blame(schema, call, "no mode of a Q call");
    return refuse(at, what);
  }
  if ("experiment" in call) return qecJob(call);
  const job = checked(call.mode === "expectation" ? call : { ...call, mode: "sample", shots: call.mode === "bits" ? 1 : call.shots, key: NO_KEY });
  checkForKernels(job.circuit);
  const { circuit } = job;
  if (job.mode === "sample") return call.mode === "bits" ? { mode: "bits", circuit, shots: 1 } : { mode: "counts", circuit, shots: job.shots };
  checkObservable(job.observable);
  return { mode: "expectation", circuit, shots: call.mode === "expectation" ? call.shots : 1, observable: job.observable };
}

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
  if (job.mode !== "expectation") return pack({ mode, circuit, shots });
  const { coefficients, paulis } = job.observable;
  return pack({ mode, circuit, shots, observable: { coefficients, paulis } });
}

/** @throws Fault ABI_MALFORMED | ABI_UNDECODABLE */
export const decodeDescriptor = (bytes: Uint8Array): QJob => DESCRIBED.get(bytes) ?? parseCall(unpack(bytes));

/** What kernels are given of jobs that sample, under no key. */
const INPUTS = new WeakMap<CircuitWork, Uint8Array>();

/** The bytes a kernel is given, its own to write to. */
export function kernelInput(job: CircuitWork, key: Uint32Array): Uint8Array {
  const { circuit, shots } = job;
  if (job.mode === "expectation") return encodeCircuitJob({ mode: "expectation", circuit, observable: job.observable });
  let input = INPUTS.get(job);
  if (input === undefined) INPUTS.set(job, input = encodeCircuitJob({ mode: "sample", circuit, shots, key: NO_KEY }));
  return underKey(input, key);
}
