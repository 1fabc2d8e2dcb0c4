// Syscall dispatch: one yielded operation → one judged call. The only place that maps operations to syscalls.
import { Fault } from "../../kernel-abi/fault.ts";
import type { Operation } from "../../kernel-abi/operation.ts";
import type { Process } from "../process/process.ts";
import { attenuateOwn, grantTo, list, revoke } from "./calls-capability.ts";
import { collect, ledger, release, reserve, reserveAll, submit } from "./calls-domain.ts";
import { join, log, metric, query, receive, send, sleep, type Reply } from "./calls-k.ts";
import { spawn, suspendOrResume } from "./calls-process.ts";
import type { KernelState } from "./state.ts";
import type { Transaction } from "./transaction.ts";

const unknownOperation = (op: unknown): Reply => ({
  kind: "fault",
  fault: new Fault("ABI_UNKNOWN_SYSCALL", { operation: typeof op === "object" && op !== null && "op" in op ? String(op.op) : typeof op }),
});

/** Every shape a program can yield is answered, with a fault if need be: the kernel never trusts it. */
export function dispatch(state: KernelState, caller: Process, op: Operation, tx: Transaction): Reply {
  if (typeof op !== "object" || op === null) return unknownOperation(op);
  switch (op.op) {
    case "send": return send(state, caller, op, tx);
    case "receive": return receive(state, caller, op, tx);
    case "now": case "self": case "parent": case "file": case "random": return query(state, caller, op);
    case "log": return log(state, caller, op, tx);
    case "metric": return metric(state, caller, op, tx);
    case "sleep": return sleep(state, caller, op, tx);
    case "suspend": case "resume": return suspendOrResume(state, caller, op, tx);
    case "spawn": return spawn(state, caller, op, tx);
    case "join": return join(state, caller, op, tx);
    case "capabilities": return list(state, caller, tx);
    case "attenuate": return attenuateOwn(state, caller, op, tx);
    case "grant": return grantTo(state, caller, op, tx);
    case "revoke": return revoke(state, caller, op, tx);
    case "reserve": return reserve(state, caller, op, tx);
    case "reserve-all": return reserveAll(state, caller, op, tx);
    case "release": return release(state, caller, op, tx);
    case "ledger": return ledger(state, caller, op, tx);
    case "submit": return submit(state, caller, op, tx);
    case "collect": return collect(state, caller, op, tx);
    default: return unknownOperation(op);
  }
}
