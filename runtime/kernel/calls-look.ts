// Syscalls that look at the run, or at one process and those below it, for whoever was given the right to: totals (READ_TRACE) and how
// things stand (READ_TELEMETRY). Both follow from what is recorded, so a replay sees the same.
//   V1  A capability aimed at a process covers that process and those below it: looking at the run as a whole, or at anybody else, is
//       refused. What is answered then tells nothing of others: no units that are free, only those held.
//   V2  A run has one VHM: of another tenant's there is nothing to see.
import type { VerbName } from "../../kernel-abi/capability.ts";
import { DOMAIN_RANK, type BoundDomain } from "../../kernel-abi/domain.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { KERNEL, type CapabilityId, type ProcessId } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { Gauges, KOperation, RunTotals, SubtreeGauges } from "../../kernel-abi/operation.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import type { Process } from "../process/process.ts";
import { NO_DEMAND } from "./capability-table.ts";
import { value, type Reply } from "./replies.ts";
import { authorise, processOf, type KernelState } from "./state.ts";
import { judged, type Row, type Transaction } from "./transaction.ts";

type Of<O extends KOperation["op"]> = Extract<KOperation, { readonly op: O }>;

/** Shows a capability that covers `of`: one for the run, for it, or for anybody above it. @throws Fault DOMAIN_UNAUTHORIZED */
function covering(state: KernelState, caller: Process, verb: VerbName, of: ProcessId, tx: Transaction): CapabilityId {
  const { capabilities, processes, clock: { now } } = state;
  let refusal: unknown;
  for (let target = of; target !== KERNEL; target = processes.parentOf(target)) {
    try {
      return capabilities.use(caller.held, verb, { ...NO_DEMAND, target }, now, tx.undo);
    } catch (error) {
      refusal ??= error;
    }
  }
  throw refusal;
}

/** The process looked at, once a capability was shown; undefined for the run. Who holds none learns nothing of who there is. */
function lookedAt(state: KernelState, caller: Process, verb: VerbName, of: unknown, row: Row, tx: Transaction): Process | undefined {
  if (of === undefined) {
    row.capability = authorise(state, caller, verb, tx);
    return undefined;
  }
  if (typeof of !== "number" || !Number.isSafeInteger(of) || of < 0) throw new Fault("ABI_MALFORMED", { argument: "of", allowed: "a process or a child" });
  const known = of > KERNEL && of < state.processes.length;
  row.capability = known ? covering(state, caller, verb, of as ProcessId, tx) : authorise(state, caller, verb, tx);
  const process = processOf(state, of);
  if (!process.live) throw new Fault("PROCESS_UNKNOWN", { process: of, name: process.name, why: "it has ended" });
  row.subject = process.id;
  return process;
}

export const runTotals = (state: KernelState, caller: Process, op: Of<"run-totals">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.TRACE_READ, DOMAIN_RANK.K, (row) => {
    const of = lookedAt(state, caller, "READ_TRACE", op.of, row, tx);
    const used = of === undefined ? state.used : state.tallies?.below(of.id);
    invariant(used !== undefined, "P6"); // a run with READ_TRACE in it keeps tallies
    const { turns, messages, shots, bytes } = used;
    const taking = of === undefined || state.processes.descends(caller.id, of.id) ? 1 : 0;
    return value(Object.freeze({ tick: state.clock.now, turns: turns - taking, messages, shots, bytes } satisfies RunTotals));
  });

const standing = (living: readonly Process[]): Pick<Gauges, "processes" | "ready" | "pending"> => ({
  processes: living.length,
  ready: living.filter(({ queued }) => queued).length,
  pending: living.reduce((sum, { inbox }) => sum + inbox.depth, 0),
});

function subtree({ processes, contracts }: KernelState, of: Process): SubtreeGauges {
  const living = [...processes.alive()].filter(({ id }) => processes.descends(id, of.id));
  const held = (domain: BoundDomain): number => living.reduce((sum, { id }) =>
    contracts.ownedBy(id).reduce((units, { terms }) => units + (terms.domain === domain ? terms.units : 0), sum), 0);
  return { ...standing(living), held: Object.freeze({ Q: held("Q"), PHI: held("PHI") }) };
}

export const gauges = (state: KernelState, caller: Process, op: Of<"gauges">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.TELEMETRY_READ, DOMAIN_RANK.K, (row) => {
    const of = lookedAt(state, caller, "READ_TELEMETRY", op.of, row, tx);
    if (of !== undefined) return value(Object.freeze(subtree(state, of)));
    const free = Object.freeze({ Q: state.contracts.free("Q"), PHI: state.contracts.free("PHI") });
    return value(Object.freeze({ ...standing([...state.processes.alive()]), free } satisfies Gauges));
  });
