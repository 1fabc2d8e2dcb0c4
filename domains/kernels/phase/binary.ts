// One instance of the phase binary, for one job. Owns addresses and the typed view of the exports; what goes in has been
// checked by the job files. The instance dies with its job (A4).
import { Fault } from "../../../kernel-abi/fault.ts";
import { base64 } from "../build/phase.ts";
import { compileKernel } from "../load.ts";

interface Scalar { readonly value: number }

/** Exports of assembly/index.ts; addresses are bytes in `memory`. */
export interface PhaseExports {
  readonly memory: WebAssembly.Memory;
  readonly allocate: (bytes: number) => number;
  readonly envelopeInit: (n: number, phases: number, magnitudes: number, z: number) => void;
  readonly envelopeShift: (n: number, z: number, delta: number, stride: number) => void;
  readonly envelopeAlign: (n: number, z: number, kappa: number) => void;
  readonly envelopeMix: (n: number, a: number, b: number, sign: number) => void;
  readonly envelopeKick: (n: number, z: number, sigma: number, key0: number, key1: number, envelope: number, ordinal: number) => void;
  readonly envelopeMeasure: (n: number, z: number, reference: number) => void;
  readonly envelopeOrder: (n: number, z: number) => void;
  readonly stability: Scalar;
  readonly drift: Scalar;
  readonly orderParameter: Scalar;
  readonly collectivePhase: Scalar;
  readonly isCollective: Scalar;
  readonly kuramotoOpen: (nodes: number, omega: number, offsets: number, targets: number, weights: number) => void;
  readonly kuramotoSeed: (initial: number, key0: number, key1: number) => void;
  readonly kuramotoRun: (k: number, dt: number, noise: number, tolerance: number, steps: number, transient: number, stride: number,
    initial: number, series: number, key0: number, key1: number, shot: number) => void;
  readonly meanOrder: Scalar;
  readonly orderDeviation: Scalar;
  readonly collectiveFrequency: Scalar;
  readonly frequencySpread: Scalar;
  readonly lockedFraction: Scalar;
  readonly isingOpen: (nodes: number, offsets: number, targets: number, weights: number, fields: number) => void;
  readonly isingBest: () => number;
  readonly isingRestart: (steps: number, inertial: number, dt: number, damping: number, coupling: number, injectionStart: number,
    injectionEnd: number, noiseStart: number, noiseEnd: number, readEvery: number, readFrom: number, polish: number,
    key0: number, key1: number, restart: number) => void;
  readonly bestEnergy: Scalar;
  readonly fourierOpen: (length: number) => void;
  readonly fourierWindow: (count: number, z: number) => number;
  readonly fourierTransform: (z: number, sign: number) => void;
  readonly fourierPeaks: (z: number, real: number, count: number, out: number) => number;
  readonly totalPower: Scalar;
}

export interface PhaseBinary {
  readonly exports: PhaseExports;
  /** Address of a copy of the array; 0 for an absent one. */
  readonly place: (array: Float64Array | Int32Array | undefined) => number;
  /** Address of that many float64, zero at first. */
  readonly reserve: (count: number) => number;
  /** A copy of `count` float64 from an address. */
  readonly read: (at: number, count: number) => Float64Array;
}

/**
 * Runs one job in an instance of its own.
 * @throws Fault KERNEL_REFUSED when the instance cannot have the memory the job needs: the binary traps when memory cannot grow.
 */
export function withBinary<T>(use: (binary: PhaseBinary) => T): T {
  try {
    return use(openBinary());
  } catch (cause) {
    if (cause instanceof Error && cause.name === "RuntimeError") throw outOfMemory();
    throw cause;
  }
}

const outOfMemory = (): Fault => new Fault("KERNEL_REFUSED", { argument: "job", allowed: "what fits the kernel's memory" });

function openBinary(): PhaseBinary {
  const instance = new WebAssembly.Instance(compileKernel(base64), { env: { abort: () => { throw outOfMemory(); } } });
  const exports = instance.exports as unknown as PhaseExports; // the one place that knows the exports; tests call each of them
  const reserve = (count: number): number => exports.allocate(count * Float64Array.BYTES_PER_ELEMENT) >>> 0;
  return {
    exports,
    place(array) {
      if (array === undefined) return 0;
      const at = exports.allocate(array.byteLength) >>> 0;
      new Uint8Array(exports.memory.buffer, at, array.byteLength).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
      return at;
    },
    reserve,
    read: (at, count) => new Float64Array(exports.memory.buffer, at, count).slice(),
  };
}
