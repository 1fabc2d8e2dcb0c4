// The phi.spectrum kernel: dominant frequencies of a signal. Owns padding, scaling to hertz and amplitude, and the bare
// transform for tests; numbers come from the binary.
import { sha256 } from "../build/phase.ts";
import type { Kernel } from "../job.ts";
import { withBinary } from "./binary.ts";
import { decodeSpectrumJob, encodeSpectrumOutput, transformSize } from "./spectrum-job.ts";
import type { SpectrumJob, SpectrumOutput } from "./spectrum-job.ts";

/** float64 of a peak record: position in bins, peak power, lobe power. */
const RECORD = 3;

/** Samples as interleaved complex numbers, zeros behind them. */
export function padded({ real, imaginary, padding }: SpectrumJob): Float64Array {
  const z = new Float64Array(2 * transformSize(real.length, padding));
  real.forEach((sample, at) => { z[2 * at] = sample; });
  imaginary?.forEach((sample, at) => { z[2 * at + 1] = sample; });
  return z;
}

/** Peak records in bins to hertz, amplitude and share; `gain` is Σw, the response of a unit sinusoid. */
export function scaled(job: SpectrumJob, records: Float64Array, totalPower: number, gain: number): SpectrumOutput {
  const size = transformSize(job.real.length, job.padding);
  const isReal = job.imaginary === undefined;
  const peaks = Array.from({ length: records.length / RECORD }, (_, at) => {
    const [position = 0, power = 0, lobe = 0] = records.subarray(at * RECORD, (at + 1) * RECORD);
    const bin = !isReal && position >= size / 2 ? position - size : position;
    const inner = isReal && position > 0 && position < size / 2;
    return { frequency: (bin * job.sampleRate) / size, amplitude: ((inner ? 2 : 1) * Math.sqrt(power)) / gain, share: lobe / totalPower };
  });
  return { peaks };
}

/** A job that `decodeSpectrumJob` accepts. @throws Fault KERNEL_REFUSED when memory is short. */
export function runSpectrum(job: SpectrumJob): SpectrumOutput {
  const samples = job.real.length;
  return withBinary(({ exports, place, reserve, read }) => {
    const z = padded(job);
    const at = place(z);
    const gain = job.window === "hann" && samples > 1 ? exports.fourierWindow(samples, at) : samples;
    exports.fourierOpen(z.length / 2);
    exports.fourierTransform(at, 1);
    const records = reserve((job.top + 1) * RECORD);
    const found = exports.fourierPeaks(at, job.imaginary === undefined ? 1 : 0, job.top, records);
    return scaled(job, read(records, found * RECORD), exports.totalPower.value, gain);
  });
}

/** The bare transform of 2n interleaved numbers, n a power of two; inverse includes the factor 1/n. */
export function fourier(z: Float64Array, direction: "forward" | "inverse"): Float64Array {
  return withBinary(({ exports, place, read }) => {
    const at = place(z);
    exports.fourierOpen(z.length / 2);
    exports.fourierTransform(at, direction === "forward" ? 1 : -1);
    return read(at, z.length);
  });
}

export const spectrumKernel: Kernel = Object.freeze({
  name: "phi.spectrum",
  version: 1,
  binary: sha256,
  run: (input: Uint8Array): Uint8Array => encodeSpectrumOutput(runSpectrum(decodeSpectrumJob(input))),
});
