// Where a kernel comes from: the one place that names the service `triad kernel serve` serves.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { KernelFactory } from "./serving.ts";

/** @throws Fault ENVIRONMENT */
export const kernelFactory: KernelFactory = () => {
  throw new Fault("ENVIRONMENT", { what: "this build has no kernel service" });
};
