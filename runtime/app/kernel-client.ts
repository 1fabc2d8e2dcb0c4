// The package entry `triad-runtime/kernel-client`: a client of a kernel's socket, and what its calls take, give and are refused with.
export { CODES, type CodeName, type CodeRow } from "../../kernel-abi/rpc/codes.ts";
export { KernelError, type RetryPolicy } from "../../kernel-abi/rpc/client.ts";
export { METHODS, type JobEventObject, type JobObject, type MethodName, type ParamsOf, type ResultOf } from "../../kernel-abi/rpc/methods.ts";
export type { OpenRpc } from "../../kernel-abi/rpc/openrpc.ts";
export { JOB_STATES, isTerminal, type JobState } from "../../kernel-abi/rpc/shapes.ts";
export { Fault, type FaultName } from "../../kernel-abi/fault.ts";
export { connectKernel, type CallOptions, type Calls, type KernelClient, type KernelClientOptions, type KernelJob, type KernelSession, type SubmitOptions } from "./kernel/client.ts";
