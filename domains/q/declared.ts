// What the two simulated Q providers declare, how they calibrate and which circuit goes to whom (XDV-060: register, attest,
// declare, issue calibration). Pure facts; nothing here computes a state or compiles a kernel.
//   1  A provider is attested as `simulated`: no hardware stands behind it, and it says so.
//   2  Calibrations follow each other on a schedule of fixed ticks, the same for both providers and every contract.
//   3  What is asked of a circuit decides the provider: bits, counts and values of Clifford circuits without noise go to the stabilizer, all
//      else to the state vector.
import type { Terms } from "../../kernel-abi/contract.ts";
import type { ProviderDeclaration } from "../../kernel-abi/header.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import { widerProviders } from "../../kernel-abi/version.ts";
import { OP } from "../kernels/circuit.ts";
import type { LoweredCircuit } from "../kernels/circuit.ts";
import type { Kernel } from "../kernels/job.ts";
import type { NoiseModel } from "../kernels/noise.ts";
import { isClifford } from "../kernels/stabilizer/clifford.ts";
import { bposdKernel } from "../kernels/bposd/kernel.ts";
import { decodeKernel } from "../kernels/decoder/kernel.ts";
import { framesKernel } from "../kernels/frames/kernel.ts";
import { qecKernel } from "../kernels/qec/kernel.ts";
import { stabilizerKernel } from "../kernels/stabilizer/kernel.ts";
import { statevectorKernel } from "../kernels/statevector/kernel.ts";
import { REACH, REACH_BEFORE, tooManyForGradient, tooManyForNoise, tooManyQubits, type Reach } from "./provider-limits.ts";

/** Ticks one calibration is valid for: the providers calibrate every so many ticks, whoever asks. */
export const CALIBRATION_SPAN = 1_000_000;
/** Longest contract, in ticks; it may outlast the calibration it binds. */
export const DURATION_MAX = 1_000_000_000;
/** Classical bits one circuit may measure into. */
export const CHANNELS_MAX = LIMITS.clbits_max;

/** Every gate, by the name of its opcode; a barrier is none. */
export const GATES: readonly string[] = Object.freeze(Object.keys(OP).filter((name) => name !== "BARRIER"));

/**
 * Figures of both simulated providers. They declare a noise model and enforce it at admission (hybrid-runtime section 5);
 * the kernels behind them are noiseless but for noise that a call asks for, of which the declaration says nothing. T1, T2 in circuit-cost units; errors in parts per million of one application.
 */
export const figures = Object.freeze({
  t1: 1_000_000_000, t2: 1_000_000_000, error1: 0, error2: 1, error3: 3, errorMeasure: 1, errorReset: 1, calibrationSpan: CALIBRATION_SPAN, durationMax: DURATION_MAX,
});

const declare = (provider: string, units: number, permitted: readonly string[], ...kernels: readonly Kernel[]): ProviderDeclaration => Object.freeze({
  provider, domain: "Q", attestation: "simulated", version: 1, units, channels: CHANNELS_MAX, permitted: [...permitted], figures: { ...figures },
  kernels: kernels.map(({ name, version, binary }) => ({ name, version, binary })),
});

/** The providers there are. */
export interface QProviders {
  readonly reach: Reach;
  /** State vector: any gate. */
  readonly statevector: ProviderDeclaration;
  /** Stabilizer tableau: Clifford circuits; rotations by multiples of a quarter turn only. */
  readonly stabilizer: ProviderDeclaration;
}

const declared = (reach: Reach, ...samplers: readonly Kernel[]): QProviders => Object.freeze({
  reach,
  statevector: declare("statevector", reach.statevector, GATES, statevectorKernel),
  stabilizer: declare("stabilizer", reach.stabilizer, GATES.filter((name) => name !== "T" && name !== "TDG" && name !== "CCX"), stabilizerKernel, ...samplers),
});

export const PROVIDERS: QProviders = declared(REACH, qecKernel, framesKernel, decodeKernel, bposdKernel);
const PROVIDERS_BEFORE: QProviders = declared(REACH_BEFORE);
/** As runs with these flags declare them. */
export const providersOf = (flags: ReadonlySet<string> | undefined): QProviders => (widerProviders(flags) ? PROVIDERS : PROVIDERS_BEFORE);

/**
 * The provider a circuit goes to.
 * @throws Fault Q_ERR_GATE_UNSUPPORTED when no provider takes a circuit of this kind at this size.
 */
export function chooseProvider(circuit: LoweredCircuit, { reach, statevector, stabilizer }: QProviders = PROVIDERS): ProviderDeclaration {
  const kind = isClifford(circuit) ? "stabilizer" : "statevector";
  if (circuit.qubits > reach[kind]) throw tooManyQubits(kind, circuit.qubits, reach);
  return kind === "stabilizer" ? stabilizer : statevector;
}

/**
 * The provider a call goes to.
 * @throws Fault Q_ERR_GATE_UNSUPPORTED as `chooseProvider`, for noise on more qubits than a state vector has, and for a gradient of more than
 * two states have memory for.
 */
export function providerFor({ mode, circuit, noise, fusion }: Asked, providers: QProviders = PROVIDERS): ProviderDeclaration {
  if (noise !== undefined) {
    if (circuit.qubits > providers.reach.statevector) throw tooManyForNoise(circuit.qubits, providers.reach);
    return providers.statevector;
  }
  if (fusion !== undefined) {
    if (circuit.qubits > providers.reach.statevector) throw tooManyQubits("statevector", circuit.qubits, providers.reach);
    return providers.statevector;
  }
  if (mode !== "gradient") return chooseProvider(circuit, providers);
  if (circuit.qubits > LIMITS.gradient_qubits_max) throw tooManyForGradient(circuit.qubits);
  return providers.statevector;
}

/** As much of a call as decides who computes it. */
export interface Asked {
  readonly mode: "bits" | "counts" | "expectation" | "gradient";
  readonly circuit: LoweredCircuit;
  readonly noise?: NoiseModel;
  readonly fusion?: "fused";
}

/**
 * Issue calibration: the one in force at tick `now` of the providers' own schedule. Calibration k, of id k + 1, is valid in
 * [k·span, (k + 1)·span); a contract keeps the one it was issued under and may have it honoured `grace` ticks beyond its end.
 */
export function issueCalibration(now: number, grace: number): Terms["calibration"] {
  const k = Math.floor(now / CALIBRATION_SPAN);
  return Object.freeze({ id: k + 1, from: k * CALIBRATION_SPAN, until: (k + 1) * CALIBRATION_SPAN, grace });
}
