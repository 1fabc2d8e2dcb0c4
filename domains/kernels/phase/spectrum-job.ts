// phi.spectrum: what a spectrum takes and gives. Owns the job's shape, limits and bytes; the arithmetic is in
// assembly/fourier.ts. Phases of the spectrum are not projected.
import { pack } from "../../../kernel-abi/packer.ts";
import { readCount, readFields, readFloats, readOptional, readRate, readWord, refuse } from "../wire.ts";

export const SAMPLES_MAX = 1_048_576;
/** Points of the transform after padding. */
export const TRANSFORM_MAX = 4_194_304;
export const PEAKS_MAX = 256;
const SAMPLE_MAX = 1e100;

export interface SpectrumJob {
  /** The signal, or its real part. */
  readonly real: Float64Array;
  /** Imaginary part, of the same length; absent: a real signal. */
  readonly imaginary?: Float64Array;
  /** Samples a second. */
  readonly sampleRate: number;
  /** hann: w_j = ½ - ½cos(2πj/n). */
  readonly window: "none" | "hann";
  /** Zeros are appended to the next power of two and then to this many times it: 1, 2, 4 or 8. */
  readonly padding: number;
  /** How many peaks at most. */
  readonly top: number;
}

export interface SpectrumPeak {
  /** Hz; in [0, sampleRate/2] for real signals, in [-sampleRate/2, sampleRate/2) for complex ones. */
  readonly frequency: number;
  /** Of the sinusoid A·cos or A·e^{i…} that makes such a peak, corrected for the window. */
  readonly amplitude: number;
  /** Power of the lobe, down to the valleys beside it, over the power of the whole spectrum. */
  readonly share: number;
}

/** Strongest bin first. */
export interface SpectrumOutput { readonly peaks: readonly SpectrumPeak[] }

/** Points of the transform of a job, at least 2. */
export function transformSize(samples: number, padding: number): number {
  let size = 2;
  while (size < samples) size *= 2;
  return size * padding;
}

export const encodeSpectrumJob = ({ sampleRate, ...job }: SpectrumJob): Uint8Array =>
  pack({ ...job, sampleRate: Float64Array.of(sampleRate) });

/** @throws Fault KERNEL_REFUSED | ABI_UNDECODABLE */
export function decodeSpectrumJob(bytes: Uint8Array): SpectrumJob {
  const fields = readFields(bytes, "job");
  const real = readFloats(fields, "real", 1, SAMPLES_MAX);
  const imaginary = readOptional(fields, "imaginary", () => readFloats(fields, "imaginary", real.length, real.length));
  for (const part of [real, imaginary ?? real]) {
    if (part.some((sample) => Math.abs(sample) > SAMPLE_MAX)) refuse("samples", `within ±${SAMPLE_MAX}`);
  }
  const padding = readCount(fields, "padding", 1, 8);
  if (![1, 2, 4, 8].includes(padding) || transformSize(real.length, padding) > TRANSFORM_MAX) {
    refuse("padding", `1, 2, 4 or 8, to at most ${TRANSFORM_MAX} points`);
  }
  return {
    real, ...(imaginary === undefined ? {} : { imaginary }), padding,
    sampleRate: readRate(readFloats(fields, "sampleRate", 1, 1), 0, "sampleRate", 1e-12, 1e15),
    window: readWord(fields, "window", ["none", "hann"]), top: readCount(fields, "top", 1, PEAKS_MAX),
  };
}

export const encodeSpectrumOutput = ({ peaks }: SpectrumOutput): Uint8Array => pack({
  frequencies: Float64Array.from(peaks, (peak) => peak.frequency),
  amplitudes: Float64Array.from(peaks, (peak) => peak.amplitude),
  shares: Float64Array.from(peaks, (peak) => peak.share),
});

/** For the provider. @throws Fault KERNEL_REFUSED | ABI_UNDECODABLE when the bytes are no output of this kernel. */
export function decodeSpectrumOutput(bytes: Uint8Array): SpectrumOutput {
  const fields = readFields(bytes, "output");
  const frequencies = readFloats(fields, "frequencies", 0, PEAKS_MAX);
  const count = frequencies.length;
  const amplitudes = readFloats(fields, "amplitudes", count, count);
  const shares = readFloats(fields, "shares", count, count);
  return {
    peaks: Array.from(frequencies, (frequency, at) => ({ frequency, amplitude: amplitudes[at] ?? 0, share: shares[at] ?? 0 })),
  };
}
