// The kernel registry: from the name a job carries to the kernel that computes it. Used on pool workers and inline alike.
import { Fault } from "../../kernel-abi/fault.ts";
import { bposdKernel } from "./bposd/kernel.ts";
import { decodeKernel } from "./decoder/kernel.ts";
import { framesKernel } from "./frames/kernel.ts";
import type { Kernel } from "./job.ts";
import { isingKernel } from "./phase/ising.ts";
import { kuramotoKernel } from "./phase/kuramoto.ts";
import { qecKernel } from "./qec/kernel.ts";
import { spectrumKernel } from "./phase/spectrum.ts";
import { transformKernel } from "./phase/transform.ts";
import { stabilizerKernel } from "./stabilizer/kernel.ts";
import { statevectorKernel } from "./statevector/kernel.ts";

/** Every kernel there is, in order of its name. */
export const KERNELS: readonly Kernel[] = Object.freeze(
  [bposdKernel, decodeKernel, framesKernel, isingKernel, kuramotoKernel, qecKernel, spectrumKernel, stabilizerKernel, statevectorKernel, transformKernel]
    .sort((a, b) => (a.name < b.name ? -1 : 1)));

const BY_NAME: ReadonlyMap<string, Kernel> = new Map(KERNELS.map((kernel) => [kernel.name, kernel]));

/**
 * Runs one job: bytes in, bytes out, the same on every thread and host.
 * @throws Fault KERNEL_REFUSED for a name the registry has not, and whatever Fault the kernel refuses its input with.
 */
export function runKernel(name: string, input: Uint8Array): Uint8Array {
  const kernel = BY_NAME.get(name);
  if (kernel === undefined) {
    throw new Fault("KERNEL_REFUSED", { argument: "kernel", value: name.slice(0, 80), allowed: [...BY_NAME.keys()].join(", ") });
  }
  return kernel.run(input);
}
