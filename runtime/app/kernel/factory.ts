// Where a kernel comes from: the one place that names the service `triad kernel serve` serves. Keys are the user's; nothing of a kernel is
// loaded before one is asked for.
import { resolve } from "node:path";
import { defaultWorkers } from "../../adapters/host.ts";
import type { KernelFactory } from "./serving.ts";

/** More would wait for the kernel's own thread. */
const RUN_THREADS_MAX = 4;

/** @throws Fault KEY_UNUSABLE; LEDGER_DAMAGED and the like when what an earlier kernel left cannot be read */
export const kernelFactory: KernelFactory = async (options) => {
  const [{ createKernelService }, { loadOrCreateSigner }, { loadOrCreateMac }] = await Promise.all([
    import("./service.ts"), import("../../adapters/keys.ts"), import("../../adapters/mac.ts"),
  ]);
  const threads = Math.min(options.workers ?? defaultWorkers(), RUN_THREADS_MAX);
  const { state, ...others } = options;
  return createKernelService({ signer: loadOrCreateSigner(), mac: loadOrCreateMac(), threads, ...others, ...(state === undefined ? {} : { state: resolve(state) }) }); // where a trace lies is told to who is elsewhere
};
