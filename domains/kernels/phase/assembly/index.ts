// The phase kernels' WebAssembly binary: envelopes, Kuramoto networks, the oscillator Ising machine, spectra.
// Addresses are bytes in linear memory; every array starts at a multiple of 16. An instance lives for one job.
export {
  collectivePhase, drift, envelopeAlign, envelopeInit, envelopeKick, envelopeMeasure, envelopeMix, envelopeOrder,
  envelopeShift, isCollective, orderParameter, stability,
} from "./envelope";
export {
  collectiveFrequency, frequencySpread, kuramotoOpen, kuramotoRun, kuramotoSeed, lockedFraction, meanOrder, orderDeviation,
} from "./kuramoto";
export { bestEnergy, isingBest, isingOpen, isingRestart } from "./ising";
export { fourierOpen, fourierPeaks, fourierTransform, fourierWindow, totalPower } from "./fourier";

/** The address of that many fresh bytes. */
export function allocate(bytes: usize): usize { return heap.alloc(bytes); }
