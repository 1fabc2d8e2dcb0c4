// The private bytes of a phase envelope. Opaque to everyone but the provider that keeps them and the transform kernel (A4).
// Layout, little-endian: u32 mark, u32 n, u32 ordinal, u32 zero, then 2n float64 of z (real, imaginary), then 2n of z*.
import { refuse } from "../wire.ts";

/** Components of one envelope. */
export const COMPONENTS_MAX = 4096;
/** Transforms one envelope can live through. */
export const ORDINAL_MAX = 0x7fffffff;

const MARK = 0x31494850; // "PHI1"
const HEADER = 16;

export interface EnvelopeState {
  /** How many transforms made this state; keys the noise of the next. */
  readonly ordinal: number;
  /** 2n numbers: real and imaginary part of each component. */
  readonly z: Float64Array;
  /** The same without noise. */
  readonly reference: Float64Array;
}

export const componentsOf = (state: EnvelopeState): number => state.z.length / 2;

export function encodeEnvelope({ ordinal, z, reference }: EnvelopeState): Uint8Array {
  const bytes = new Uint8Array(HEADER + 8 * (z.length + reference.length));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MARK, true);
  view.setUint32(4, z.length / 2, true);
  view.setUint32(8, ordinal, true);
  z.forEach((value, at) => { view.setFloat64(HEADER + 8 * at, value, true); });
  reference.forEach((value, at) => { view.setFloat64(HEADER + 8 * (z.length + at), value, true); });
  return bytes;
}

/** @throws Fault KERNEL_REFUSED when the bytes are no envelope. */
export function decodeEnvelope(bytes: Uint8Array): EnvelopeState {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER || view.getUint32(0, true) !== MARK || view.getUint32(12, true) !== 0) return refuse("state", "an envelope");
  const n = view.getUint32(4, true);
  const ordinal = view.getUint32(8, true);
  if (n < 1 || n > COMPONENTS_MAX || bytes.length !== HEADER + 32 * n) return refuse("state", `1 to ${COMPONENTS_MAX} components`);
  if (ordinal > ORDINAL_MAX) return refuse("state", `at most ${ORDINAL_MAX} transforms`);
  const numbers = Float64Array.from({ length: 4 * n }, (_, at) => view.getFloat64(HEADER + 8 * at, true));
  if (!numbers.every((value) => Math.abs(value) <= AMPLITUDE_MAX)) return refuse("state", "finite amplitudes");
  return { ordinal, z: numbers.slice(0, 2 * n), reference: numbers.slice(2 * n) };
}

/** Far above what normalised envelopes can reach by merging, far below overflow. */
const AMPLITUDE_MAX = 1e60;
