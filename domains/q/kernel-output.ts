// What a circuit kernel answers, checked: the bytes crossed a thread.
import { Fault } from "../../kernel-abi/fault.ts";
import { unpack } from "../../kernel-abi/packer.ts";
import type { CircuitOutput } from "../kernels/circuit.ts";

/** @throws Fault Q_ERR_HARDWARE_FAILURE when the bytes are no circuit output. */
export function decodeCircuitOutput(bytes: Uint8Array): CircuitOutput {
  const value = unpack(bytes);
  if (typeof value === "object" && value !== null && "mode" in value) {
    const plan = "plan" in value && value.plan instanceof Uint8Array ? { plan: value.plan } : {};
    if (value.mode === "sample" && "bits" in value && value.bits instanceof Uint8Array) return { mode: "sample", bits: value.bits, ...plan };
    if (value.mode === "expectation" && "value" in value && value.value instanceof Float64Array) return { mode: "expectation", value: value.value, ...plan };
    if (value.mode === "gradient" && "value" in value && value.value instanceof Float64Array && "gradient" in value && value.gradient instanceof Float64Array) {
      return { mode: "gradient", value: value.value, gradient: value.gradient };
    }
  }
  throw new Fault("Q_ERR_HARDWARE_FAILURE", { what: "the kernel's answer is no circuit output" });
}
