// Where a kernel comes from: the one place that names the service `triad kernel serve` serves. Keys are the user's; nothing of a kernel is
// loaded before one is asked for.
import type { KernelFactory } from "./serving.ts";

/** @throws Fault KEY_UNUSABLE; LEDGER_DAMAGED and the like when what an earlier kernel left cannot be read */
export const kernelFactory: KernelFactory = async (options) => {
  const [{ createKernelService }, { loadOrCreateSigner }, { loadOrCreateMac }] = await Promise.all([
    import("./service.ts"), import("../../adapters/keys.ts"), import("../../adapters/mac.ts"),
  ]);
  return createKernelService({ signer: loadOrCreateSigner(), mac: loadOrCreateMac(), ...options });
};
