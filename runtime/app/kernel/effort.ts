// What a run will take of a thread, told before it is made: rather too much than too little, for what is thought light is not given up.
// Pure; from counts of the graph alone, so the same job is light or heavy in every kernel.
import type { GraphNeeds } from "../../../kernel-abi/qvm/needs.ts";

export interface Asked {
  readonly shots: number;
  readonly noise?: unknown;
}

/** Beyond this a run is heavy, so that no request waits much longer for a run on the kernel's own thread. */
export const HEAVY_US = 50_000;

/**
 * Microseconds. Measured, one sample each, on 2 cores, the second run of each in a process, in ms: Bell 8, GHZ-50 17, 400 coins 31, GHZ-500 44, noisy
 * GHZ-50 of 10 shots 45 and of 100 192, 20 rotated qubits 92 and four layers 220, GHZ-2000 110. A first run took up to twice that, and on a host with seven
 * times the work it has cores for GHZ-500 took 44 to 133 of processor time. A node is verified, lowered, laid out and recorded; under noise so for every pattern of errors, which is a job. */
const RUN = 1_000;
const NODE = 45;
const PATTERN = 500;
/** One bit of one shot, drawn; one event of one outcome, as text. */
const BIT = 0.1;
const NAMED = 1;
/** Of a state vector one amplitude at one node; of a tableau one row. */
const AMPLITUDE = 0.004;
const ROW = 0.001;
/** A state vector of more is heavy, whatever else. */
const STATEVECTOR_QUBITS = 27;
/** Outcomes there may be of so many bits, at most. */
const BITS = 30;

/** Noise: a pattern a shot, and a state vector a shot, at worst. */
export function microsecondsOf({ nodes, peakQubits, rotations, tStates, measurements }: GraphNeeds, { shots, noise }: Asked): number {
  const clifford = rotations === 0 && tStates === 0;
  const noisy = noise !== undefined && noise !== null && noise !== false;
  const patterns = noisy ? shots : 1;
  const amplitudes = clifford ? 0 : nodes * (1 << Math.min(peakQubits, STATEVECTOR_QUBITS));
  const rows = clifford ? nodes * peakQubits : 0;
  const outcomes = Math.min(shots, 1 << Math.min(measurements, BITS));
  return RUN + patterns * (nodes * NODE + (noisy ? PATTERN : 0) + rows * ROW) + shots * (measurements * BIT + amplitudes * AMPLITUDE) + outcomes * measurements * NAMED;
}
