// What the simulated Φ provider declares and how it issues windows (XDV-061: register, attest, declare, issue window).
// Pure facts; nothing here computes a phase or compiles a kernel.
//   1  The provider is attested as `simulated`: no oscillator hardware stands behind it, and it says so.
import type { Terms } from "../../kernel-abi/contract.ts";
import type { ProviderDeclaration } from "../../kernel-abi/header.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import { isingKernel } from "../kernels/phase/ising.ts";
import { kuramotoKernel } from "../kernels/phase/kuramoto.ts";
import { PROJECTION_STEPS, SHARE_MAX } from "../kernels/phase/jobs.ts";
import { spectrumKernel } from "../kernels/phase/spectrum.ts";
import { transformKernel } from "../kernels/phase/transform.ts";
import { TRANSFORMS } from "./transforms.ts";

/** Longest coherence window, in ticks. */
export const DURATION_MAX = 1_000_000_000;
/** Phase components the provider lends out in all. */
export const COMPONENTS_TOTAL = 16 * LIMITS.phi_components_max;

/**
 * Standard deviation of the phase kick a transform leaves on each component, in millionths of a radian. Opening and
 * evaluating an envelope leave none; the dynamics take the noise their call names. Phase resolution (061): steps of a turn
 * in which ψ is projected, of R likewise; ψ is kept back where one component carries more of it than `shareMax`, millionths.
 */
export const figures = Object.freeze({
  durationMax: DURATION_MAX, sigmaAlign: 2_000, sigmaShift: 2_000, sigmaMerge: 3_000, sigmaSplit: 3_000,
  phaseResolution: PROJECTION_STEPS, orderResolution: PROJECTION_STEPS, shareMax: SHARE_MAX * 1_000_000,
});

/** Coupled oscillators, oscillator Ising machine, spectra and phase envelopes. */
export const OSCILLATORS: ProviderDeclaration = Object.freeze({
  provider: "oscillators", domain: "PHI", attestation: "simulated", version: 1, units: COMPONENTS_TOTAL, channels: LIMITS.phi_envelopes_max,
  permitted: [...TRANSFORMS], figures: { ...figures },
  kernels: [transformKernel, kuramotoKernel, isingKernel, spectrumKernel].map(({ name, version, binary }) => ({ name, version, binary })),
});

/** Issue window: the contract the provider binds to [from, until); a window has no grace. */
export const issueWindow = (now: number, from: number, until: number): Terms["calibration"] =>
  Object.freeze({ id: now + 1, from, until, grace: 0 });
