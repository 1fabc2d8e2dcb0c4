// The kernel registry: name → function from bytes to bytes. Runs on a pool worker or inline; both give the same bytes.
// Kernels hold no policy, keep nothing of a job and never touch the host.
import type { Crew } from "../../kernel-abi/ports.ts";

export interface Kernel {
  /** `domain.name`, as it stands in trace headers. */
  readonly name: string;
  /** Raised whenever the same input may give other bytes. */
  readonly version: number;
  /** SHA-256 of the WebAssembly binary, hex. */
  readonly binary: string;
  /** @throws Fault KERNEL_REFUSED | ABI_UNDECODABLE */
  readonly run: (input: Uint8Array, crew?: Crew) => Uint8Array;
}
