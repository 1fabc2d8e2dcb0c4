// The syscall of operators' programs: faults at will, freezing, thawing. In check order A2: shape, then capability.
import { DOMAIN_RANK } from "../../kernel-abi/domain.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { checkStrike, type Strike } from "../../kernel-abi/injection.ts";
import type { KOperation } from "../../kernel-abi/operation.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import type { Process } from "../process/process.ts";
import { encode } from "./calls-k.ts";
import { DONE, type Reply } from "./replies.ts";
import { authorise, type KernelState } from "./state.ts";
import { judged, type Transaction } from "./transaction.ts";

const FIELDS = ["kind", "domain", "contract", "job", "process", "verb"] as const;

/** A copy of its own fields. @throws Fault ABI_MALFORMED | FAULTS_INVALID */
function ownStrike(strike: Strike): Strike {
  if (typeof strike !== "object" || strike === null) throw new Fault("ABI_MALFORMED", { argument: "strike", allowed: "{ kind, … }" });
  const copy = Object.fromEntries(FIELDS.map((name) => [name, strike[name]]).filter(([, value]) => value !== undefined)) as unknown as Strike;
  const { domain, contract, job, process } = copy;
  const isId = (id: unknown): boolean => id === undefined || (Number.isSafeInteger(id) && (id as number) >= 1);
  const sound = typeof copy.kind === "string" && (domain === undefined || domain === "Q" || domain === "PHI") && isId(contract) && isId(job) && (process === undefined || typeof process === "string");
  if (!sound) throw new Fault("ABI_MALFORMED", { argument: "strike", allowed: "{ kind, domain: Q or PHI, contract, job: ids, process: a name, verb }" });
  return Object.freeze(checkStrike(copy));
}

/** Takes effect behind the turn; an aborted turn asks for nothing. */
export const inject = (state: KernelState, caller: Process, op: Extract<KOperation, { readonly op: "inject" }>, tx: Transaction): Reply =>
  judged(tx, SYSCALL.FAULT_INJECT, DOMAIN_RANK.K, (row) => {
    const strike = ownStrike(op.strike);
    row.body = encode(strike);
    row.capability = authorise(state, caller, "ADMIN_FAULT", tx);
    const { requested } = state.faults;
    requested.push(strike);
    tx.undo.push(() => { requested.pop(); });
    return DONE;
  });
