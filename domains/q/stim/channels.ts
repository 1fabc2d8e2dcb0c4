// The noise of `.stim` files as frame channels: which flips happen together, and how often. Masks number the slots of a site: X and Z of its
// qubit, then of the second; or, of heralded noise, the record first.
import type { FrameChannel } from "../../kernels/frames/program.ts";

const channel = (probabilities: readonly number[], masks: readonly number[]): FrameChannel =>
  ({ probabilities: Float64Array.from(probabilities), masks: Uint8Array.from(masks) });

/** I, X, Y, Z as bits: X is 1, Z is 2. */
const PAULIS = [0, 1, 3, 2] as const;
/** IX, IY, …, ZZ: the first letter is the first qubit's. */
const PAIRS: readonly number[] = PAULIS.flatMap((first) => PAULIS.map((second) => first | (second << 2))).slice(1);
const HERALDED: readonly number[] = PAULIS.map((pauli) => 1 | (pauli << 1));

/** One slot. */
export const flipped = (probability: number): FrameChannel => channel([probability], [1]);
/** X and Z of one qubit together. */
export const yFlipped = (probability: number): FrameChannel => channel([probability], [3]);
export const depolarized1 = (probability: number): FrameChannel => channel([1, 2, 3].map(() => probability / 3), [1, 3, 2]);
export const depolarized2 = (probability: number): FrameChannel => channel(PAIRS.map(() => probability / 15), PAIRS);
/** Probabilities of X, Y, Z. */
export const pauliChannel1 = (probabilities: readonly number[]): FrameChannel => channel(probabilities, PAULIS.slice(1));
/** Probabilities of IX, IY, …, ZZ. */
export const pauliChannel2 = (probabilities: readonly number[]): FrameChannel => channel(probabilities, PAIRS);
/** Probabilities of I, X, Y, Z, each of them reported. Slots: record, X, Z. */
export const heralded = (probabilities: readonly number[]): FrameChannel => channel(probabilities, HERALDED);
