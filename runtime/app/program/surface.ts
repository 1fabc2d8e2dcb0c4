// What a program may import from `triad-runtime`: definitions, operations, builders, mathematics. No host: nothing that opens a
// file, starts a run or reads a clock is in reach of a program.
export { defineProcess, type Apis } from "../define.ts";
export {
  checkpoint, continueAsNew, defineMachine, explainMachine, machineConfig, fromProcess, fromProgram, processRef, type ActionCalls, type EventOf, type Explanation, type MachineDefinition, type MachineState, type Sent,
} from "../define-machine.ts";
// XState's own; `log` is the logarithm here, so that one comes from "xstate", or from what `setup` gives.
export {
  and, assign, cancel, createMachine, emit, enqueueActions, forwardTo, not, or, raise, sendParent, sendTo, setup, spawnChild, stateIn, stopChild,
} from "xstate";
export { definePolicy, type PolicyPlugin, type PolicySpec } from "../../scheduler/plugin.ts";
export type { ReadyEntry, ReadyFacts, ReadyView } from "../../../kernel-abi/ports.ts";
export * from "../../../domains/index.ts";
export { Fault, type FaultJson, type FaultName } from "../../../kernel-abi/fault.ts";
export type { Capability, Contract, Job } from "../../../kernel-abi/handle.ts";
export type { ProcessId } from "../../../kernel-abi/ids.ts";
export type { Arm, Child, ExitReason, Message, ProcessDefinition, Program, Selected } from "../../../kernel-abi/operation.ts";
export { Type, type Static } from "../../../kernel-abi/schema.ts";
