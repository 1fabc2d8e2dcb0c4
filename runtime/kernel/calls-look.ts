// Syscalls that look at the run as a whole, for whoever was given the right to: its totals (READ_TRACE) and how it stands
// (READ_TELEMETRY). Both follow from what is recorded, so a replay sees the same.
import { DOMAIN_RANK } from "../../kernel-abi/domain.ts";
import type { Gauges, RunTotals } from "../../kernel-abi/operation.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import type { Process } from "../process/process.ts";
import { value, type Reply } from "./replies.ts";
import { authorise, type KernelState } from "./state.ts";
import { judged, type Transaction } from "./transaction.ts";

export const runTotals = (state: KernelState, caller: Process, tx: Transaction): Reply =>
  judged(tx, SYSCALL.TRACE_READ, DOMAIN_RANK.K, (row) => {
    row.capability = authorise(state, caller, "READ_TRACE", tx);
    const { turns, messages, shots, bytes } = state.used;
    return value(Object.freeze({ tick: state.clock.now, turns: turns - 1, messages, shots, bytes } satisfies RunTotals));
  });

export const gauges = (state: KernelState, caller: Process, tx: Transaction): Reply =>
  judged(tx, SYSCALL.TELEMETRY_READ, DOMAIN_RANK.K, (row) => {
    row.capability = authorise(state, caller, "READ_TELEMETRY", tx);
    const living = [...state.processes.alive()];
    return value(Object.freeze({
      processes: living.length,
      ready: living.filter(({ queued }) => queued).length,
      pending: living.reduce((sum, { inbox }) => sum + inbox.depth, 0),
      free: Object.freeze({ Q: state.contracts.free("Q"), PHI: state.contracts.free("PHI") }),
    } satisfies Gauges));
  });
