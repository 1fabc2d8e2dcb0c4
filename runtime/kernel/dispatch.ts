// Syscall dispatch: one yielded operation → one judged call. The only place that maps operations to syscalls. The traps act: what it reads of
// the program's may be code.
import { Fault } from "../../kernel-abi/fault.ts";
import type { Operation } from "../../kernel-abi/operation.ts";
import { isProgram } from "../../kernel-abi/shown.ts";
import { readsOnce, tellsUnrun } from "../../kernel-abi/version.ts";
import type { Process } from "../process/process.ts";
import { attenuateOwn, grantTo, list, revoke } from "./calls-capability.ts";
import { collect, ledger, release, submit } from "./calls-domain.ts";
import { reserve, reserveAll } from "./calls-reserve.ts";
import { join, log, metric, query, receive, send, sleep } from "./calls-k.ts";
import { withdraw } from "./calls-place.ts";
import { spawn } from "./calls-process.ts";
import { gauges, runTotals } from "./calls-look.ts";
import { inject } from "./calls-fault.ts";
import { attach, share } from "./calls-share.ts";
import { suspendOrResume } from "./calls-suspend.ts";
import { continueWith, link, monitor, stop, unlink } from "./calls-ties.ts";
import { cancelJob, cancelTimer, select, timer } from "./calls-wait.ts";
import { withOwnRecords } from "./own.ts";
import type { Reply } from "./replies.ts";
import type { KernelState } from "./state.ts";
import { refusalOf, type Transaction } from "./transaction.ts";

/** A generator that was yielded instead of delegated to is the slip everybody makes once. */
function unknownOperation(yielded: unknown): Reply {
  const hint = isProgram(yielded) ? "write yield* before the call, not yield" : "yield what k, q and phi make, with yield*";
  return { kind: "fault", fault: new Fault("ABI_UNKNOWN_SYSCALL", { operation: typeof yielded, hint }) };
}

/** The two calls every message takes: their fields are read once, where they are judged, so they need no copy. */
function commonest(yielded: Operation): "send" | "receive" | undefined {
  try {
    if (yielded.domain !== "K") return undefined;
    const { op } = yielded;
    return op === "send" || op === "receive" ? op : undefined;
  } catch {
    return undefined;
  }
}

/** Every shape a program can yield is answered, with a fault if need be: the kernel never trusts it. */
export function dispatch(state: KernelState, caller: Process, yielded: Operation, tx: Transaction): Reply {
  tx.asked = yielded;
  try {
    switch (commonest(yielded)) {
      case "send": return send(state, caller, yielded as Extract<Operation, { op: "send" }>, tx);
      case "receive": return receive(state, caller, yielded as Extract<Operation, { op: "receive" }>, tx);
      case undefined:
    }
    const once = readsOnce(state.flags);
    const fields = ownCopy(yielded, once);
    if (fields === undefined) return unknownOperation(yielded);
    const op = once ? withOwnRecords(fields, tellsUnrun(state.flags)) : fields;
    tx.asked = op;
    return call(state, caller, op, tx);
  } catch (error) { // a value of the program's that was read outside a judged call
    return { kind: "fault", fault: tx.told(refusalOf(error)) };
  }
}

/** Operations of Q and Φ; all others are K's. */
const BOUND_OPERATIONS: ReadonlySet<unknown> = new Set<Operation["op"]>(["reserve", "reserve-all", "release", "ledger", "share", "attach", "submit", "collect", "cancel"]);

/**
 * The operation's own fields, read once: later reads see what was checked. Undefined for what is no record or cannot be read.
 * @throws the fault that reading a field met, where that is `told`
 */
function ownCopy(yielded: unknown, told: boolean): Operation | undefined {
  try {
    if (typeof yielded !== "object" || yielded === null) return undefined;
    const copy = { ...yielded } as Operation; // its fields are checked by the call it names
    const bound = BOUND_OPERATIONS.has(copy.op);
    return typeof copy.op === "string" && (bound ? copy.domain === "Q" || copy.domain === "PHI" : copy.domain === "K") ? copy : undefined;
  } catch (error) {
    if (told && error instanceof Fault) throw error;
    return undefined;
  }
}

function call(state: KernelState, caller: Process, op: Operation, tx: Transaction): Reply {
  switch (op.op) {
    case "send": return send(state, caller, op, tx);
    case "receive": return receive(state, caller, op, tx);
    case "now": case "self": case "parent": case "file": case "random": case "in-force": case "lost": case "uncalibrated": return query(state, caller, op, tx);
    case "log": return log(state, caller, op, tx);
    case "metric": return metric(state, caller, op, tx);
    case "sleep": return sleep(state, caller, op, tx);
    case "suspend": case "resume": return suspendOrResume(state, caller, op, tx);
    case "spawn": return spawn(state, caller, op, tx);
    case "join": return join(state, caller, op, tx);
    case "timer": return timer(state, caller, op, tx);
    case "cancel-timer": return cancelTimer(state, caller, op, tx);
    case "withdraw": return withdraw(state, caller, op, tx);
    case "select": return select(state, caller, op, tx);
    case "link": return link(state, caller, op, tx);
    case "unlink": return unlink(state, caller, op, tx);
    case "monitor": return monitor(state, caller, op, tx);
    case "stop": return stop(state, caller, op, tx);
    case "continue": return continueWith(state, caller, op, tx);
    case "run-totals": return runTotals(state, caller, op, tx);
    case "gauges": return gauges(state, caller, op, tx);
    case "capabilities": return list(state, caller, tx);
    case "attenuate": return attenuateOwn(state, caller, op, tx);
    case "grant": return grantTo(state, caller, op, tx);
    case "revoke": return revoke(state, caller, op, tx);
    case "inject": return inject(state, caller, op, tx);
    case "reserve": return reserve(state, caller, op, tx);
    case "reserve-all": return reserveAll(state, caller, op, tx);
    case "release": return release(state, caller, op, tx);
    case "ledger": return ledger(state, caller, op, tx);
    case "share": return share(state, caller, op, tx);
    case "attach": return attach(state, caller, op, tx);
    case "submit": return submit(state, caller, op, tx);
    case "cancel": return cancelJob(state, caller, op, tx);
    case "collect": return collect(state, caller, op, tx);
    default: return unknownOperation(op);
  }
}
