// Syscalls on capabilities: look, cut down, hand on, take back. Nothing here can add authority (A3).
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { DOMAIN_RANK } from "../../kernel-abi/domain.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { makeCapability, type Capability } from "../../kernel-abi/handle.ts";
import type { CapabilityId, ProcessId } from "../../kernel-abi/ids.ts";
import type { Scope } from "../../kernel-abi/capability.ts";
import { refusedInFull } from "../../kernel-abi/version.ts";
import type { KOperation } from "../../kernel-abi/operation.ts";
import type { Process } from "../process/process.ts";
import { hold, withdraw } from "./authority.ts";
import { DONE, value, type Reply } from "./replies.ts";
import { checkProcess, processOf, type KernelState } from "./state.ts";
import { judged, type Transaction } from "./transaction.ts";
import { checkRun, unknown } from "./wanted.ts";

type Of<O extends KOperation["op"]> = Extract<KOperation, { readonly op: O }>;

/** @throws Fault ABI_MALFORMED */
export function checkScope(scope: Partial<Scope>): void {
  if (typeof scope !== "object" || scope === null) throw new Fault("ABI_MALFORMED", { argument: "scope", allowed: "a record" });
  for (const [key, limit] of Object.entries(scope)) {
    const known = ["from", "until", "uses", "units", "target"].includes(key);
    if (!known || !(limit === null || (Number.isSafeInteger(limit) && limit >= 0))) {
      throw new Fault("ABI_MALFORMED", { argument: `scope.${key}`, value: String(limit), allowed: "from, until, uses, units, target: integers from 0" });
    }
  }
}

/** @throws Fault DOMAIN_UNAUTHORIZED for a handle this process was not given: a copy is dead; ABI_MALFORMED for a program */
function resolve(state: KernelState, caller: Process, handle: Capability): CapabilityId {
  checkRun(state, "capability", handle, "capability");
  const entry = caller.resolve(handle);
  if (entry?.kind !== "capability") throw new Fault("DOMAIN_UNAUTHORIZED", unknown(state, handle));
  return entry.id;
}

function handleFor(state: KernelState, caller: Process, id: CapabilityId): Capability {
  const handle = makeCapability(state.copies.refuse);
  caller.keep(handle, { kind: "capability", id });
  return handle;
}

/** What the process holds: a handle for each grant, to be cut down or handed on. */
export const list = (state: KernelState, caller: Process, tx: Transaction): Reply =>
  judged(tx, SYSCALL.CAP_REQUEST, DOMAIN_RANK.K, () => value(Object.freeze(caller.held.map((id) => {
    const { grant, revoked, usesLeft } = state.capabilities.get(id);
    return Object.freeze({ capability: handleFor(state, caller, id), verb: grant.verb, scope: grant.scope, usesLeft, revoked });
  }))));

const derive = (state: KernelState, caller: Process, op: Of<"attenuate" | "grant">, to: ProcessId | undefined, tx: Transaction): Reply =>
  judged(tx, SYSCALL.CAP_ATTENUATE, DOMAIN_RANK.K, (row) => {
    if (op.op === "grant" && refusedInFull(state.flags)) checkProcess("to", op.to);
    checkScope(op.scope);
    const id = resolve(state, caller, op.capability);
    row.capability = id;
    if (!caller.held.includes(id)) throw new Fault("DOMAIN_UNAUTHORIZED", { verb: state.capabilities.verbOf(id), why: "held by another process" });
    const holder = to === undefined ? caller : processOf(state, to);
    if (!holder.live) throw new Fault("PROCESS_UNKNOWN", { process: holder.id, name: holder.name, state: holder.state });
    const record = state.capabilities.derive(state.capabilities.get(id), holder.id, op.scope);
    row.subject = record.id;
    hold(state, record, holder, tx);
    return value(handleFor(state, caller, record.id));
  });

export const attenuateOwn = (state: KernelState, caller: Process, op: Of<"attenuate">, tx: Transaction): Reply => derive(state, caller, op, undefined, tx);
export const grantTo = (state: KernelState, caller: Process, op: Of<"grant">, tx: Transaction): Reply => derive(state, caller, op, op.to, tx);

/** Takes back a capability the caller holds or handed on, with everything derived from it and the contracts issued under any of them. */
export const revoke = (state: KernelState, caller: Process, op: Of<"revoke">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.CAP_REVOKE, DOMAIN_RANK.K, (row) => {
    const id = resolve(state, caller, op.capability);
    row.subject = id;
    const owned = caller.held.find((mine) => state.capabilities.descends(id, mine));
    if (owned === undefined) throw new Fault("DOMAIN_UNAUTHORIZED", { why: "not derived from what the caller holds" });
    row.capability = owned;
    withdraw(state, id, tx);
    return DONE;
  });
