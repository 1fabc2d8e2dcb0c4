import { describe, expect, it } from "vitest";
import { decodeSpectrumOutput, encodeSpectrumJob } from "../../../../domains/kernels/phase/jobs.ts";
import type { SpectrumJob } from "../../../../domains/kernels/phase/jobs.ts";
import { fourier, runSpectrum, spectrumKernel } from "../../../../domains/kernels/phase/spectrum.ts";
import { naiveFourier, recursiveFourier, spectrumReference } from "../../../../domains/kernels/phase/spectrum-reference.ts";
import { philoxUniform } from "../../../../domains/kernels/philox/portable.ts";

const noise = (count: number): Float64Array => Float64Array.from({ length: count }, (_, at) => philoxUniform(1, 2, 3, at) - 0.5);
const tone = (count: number, rate: number, parts: readonly (readonly [hertz: number, amplitude: number])[]): Float64Array =>
  Float64Array.from({ length: count }, (_, at) => parts.reduce((sum, [f, a]) => sum + a * Math.cos((2 * Math.PI * f * at) / rate + f), 0));
const job = (change: Partial<SpectrumJob> & Pick<SpectrumJob, "real">): SpectrumJob =>
  ({ sampleRate: 1000, window: "none", padding: 1, top: 3, ...change });

const energy = (z: Float64Array): number => z.reduce((sum, x) => sum + x * x, 0);
const worst = (a: Float64Array, b: Float64Array): number => a.reduce((most, x, at) => Math.max(most, Math.abs(x - (b[at] ?? Number.NaN))), 0);

describe("the transform", () => {
  it("is the sum that defines it", () => {
    for (const n of [2, 4, 64, 256]) {
      const z = noise(2 * n);
      expect(worst(fourier(z, "forward"), naiveFourier(z))).toBeLessThan(1e-13);
    }
  });
  it("has the bits of its recursive reference", () => {
    const z = noise(2 * 4096);
    expect(fourier(z, "forward")).toEqual(recursiveFourier(z));
  });
  it("comes back within 1e-14 from 2^16 points, and keeps the energy (Parseval)", () => {
    const z = noise(2 ** 17);
    const there = fourier(z, "forward");
    expect(worst(fourier(there, "inverse"), z)).toBeLessThan(1e-14);
    expect(Math.abs(energy(there) / (energy(z) * 2 ** 16) - 1)).toBeLessThan(2e-15);
  });
  it("sends a constant to bin 0 and bin k to a turning unit vector, exactly", () => {
    const z = Float64Array.from({ length: 16 }, (_, at) => (at % 2 === 0 ? 1 : 0));
    expect(Array.from(fourier(z, "forward"), (x) => x + 0)).toEqual([8, ...new Array<number>(15).fill(0)]);
    const impulse = Float64Array.of(0, 0, 1, 0, 0, 0, 0, 0);
    expect(worst(fourier(impulse, "forward"), Float64Array.of(1, 0, 0, -1, -1, 0, 0, 1))).toBeLessThan(1e-16);
  });
});

describe("phi.spectrum against its reference", () => {
  const jobs: Readonly<Record<string, SpectrumJob>> = {
    "noise, real": job({ real: noise(1000), top: 256 }),
    "noise, complex, windowed, padded": job({ real: noise(300), imaginary: noise(600).slice(300), window: "hann", padding: 4, top: 40 }),
    "a tone": job({ real: tone(900, 1000, [[123.4, 2]]), window: "hann", top: 5 }),
    "one sample": job({ real: Float64Array.of(3), window: "hann" }),
    "one complex sample": job({ real: Float64Array.of(3), imaginary: Float64Array.of(-1) }),
    "silence": job({ real: new Float64Array(64) }),
    "an impulse": job({ real: Float64Array.of(1, 0, 0, 0, 0, 0, 0, 0) }),
    "two samples": job({ real: Float64Array.of(1, -2), padding: 2 }),
  };
  for (const [name, one] of Object.entries(jobs)) {
    it(`gives the same bits: ${name}`, () => { expect(runSpectrum(one)).toEqual(spectrumReference(one)); });
  }
  it("survives its bytes", () => {
    const one = job({ real: noise(100), sampleRate: 44_100.5 });
    expect(decodeSpectrumOutput(spectrumKernel.run(encodeSpectrumJob(one)))).toEqual(runSpectrum(one));
  });
});

describe("peaks", () => {
  it("are the tones of a mixture, strongest first, off the bins", () => {
    const { peaks } = runSpectrum(job({ real: tone(4000, 1000, [[50.3, 1], [120.77, 3], [333.1, 0.2]]), window: "hann", padding: 4 }));
    [[120.77, 3], [50.3, 1], [333.1, 0.2]].forEach(([hertz = 0, amplitude = 0], at) => {
      expect(Math.abs((peaks[at]?.frequency ?? 0) - hertz)).toBeLessThan(0.002);
      expect(Math.abs((peaks[at]?.amplitude ?? 0) / amplitude - 1)).toBeLessThan(0.002);
      expect(Math.abs((peaks[at]?.share ?? 0) - amplitude ** 2 / (9 + 1 + 0.04))).toBeLessThan(0.003);
    });
  });
  it("are exact on a bin, at zero and at the Nyquist frequency", () => {
    const on = runSpectrum(job({ real: tone(1024, 1024, [[64, 1.5]]), sampleRate: 1024, top: 1 })).peaks[0];
    expect(on?.frequency).toBeCloseTo(64, 9);
    expect(on?.amplitude).toBeCloseTo(1.5, 12);
    expect(on?.share).toBeCloseTo(1, 12);
    const constant = runSpectrum(job({ real: new Float64Array(64).fill(-2), top: 1 })).peaks[0];
    expect(constant).toEqual({ frequency: 0, amplitude: 2, share: 1 });
    const fastest = runSpectrum(job({ real: Float64Array.from({ length: 64 }, (_, at) => (at % 2 === 0 ? 1 : -1)), top: 1 })).peaks[0];
    expect(fastest).toEqual({ frequency: 500, amplitude: 1, share: 1 });
  });
  it("tell turning left from turning right in a complex signal", () => {
    const angle = (at: number): number => (2 * Math.PI * -70.5 * at) / 1000;
    const real = Float64Array.from({ length: 2000 }, (_, at) => 2 * Math.cos(angle(at)));
    const imaginary = Float64Array.from({ length: 2000 }, (_, at) => 2 * Math.sin(angle(at)));
    const [peak] = runSpectrum(job({ real, imaginary, window: "hann", padding: 2, top: 1 })).peaks;
    expect(Math.abs((peak?.frequency ?? 0) + 70.5)).toBeLessThan(0.002);
    expect(Math.abs((peak?.amplitude ?? 0) - 2)).toBeLessThan(0.005);
  });
  it("are as many as there are, at most as many as asked for", () => {
    expect(runSpectrum(job({ real: new Float64Array(64) })).peaks).toEqual([]);
    expect(runSpectrum(job({ real: noise(500), top: 4 })).peaks).toHaveLength(4);
  });
});

describe("refusals", () => {
  const good = job({ real: noise(8) });
  const bad: Readonly<Record<string, Partial<SpectrumJob>>> = {
    "no samples": { real: new Float64Array(0) },
    "too many samples": { real: new Float64Array(1_048_577) },
    "a sample that is no number": { real: Float64Array.of(1, Number.NaN) },
    "an imaginary part of another length": { imaginary: noise(7) },
    "no sample rate": { sampleRate: 0 },
    "padding by three": { padding: 3 },
    "too much padding": { real: new Float64Array(1_048_576), padding: 8 },
    "no peaks": { top: 0 },
    "an unknown window": { window: "kaiser" as "hann" },
  };
  for (const [name, change] of Object.entries(bad)) {
    it(`cover ${name}`, () => {
      expect(() => spectrumKernel.run(encodeSpectrumJob({ ...good, ...change })))
        .toThrowError(expect.objectContaining({ fault: "KERNEL_REFUSED" }));
    });
  }
});
