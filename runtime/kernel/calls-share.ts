// Sharing a contract (032, 053): only by its owner's explicit word, to one process at a time, with the measuring authority declared.
//   C5  It stays one contract: one ledger, one owner, whose end is the end of all sharing. A partner does work and reads what it did
//       itself, where it may measure; it neither releases nor shares.
import { DOMAIN_RANK, type BoundDomain } from "../../kernel-abi/domain.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { makeContract } from "../../kernel-abi/handle.ts";
import type { BoundOperation } from "../../kernel-abi/operation.ts";
import { pack } from "../../kernel-abi/packer.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import type { Process } from "../process/process.ts";
import { admissionOf, authoriseIn, checkAttestation, checkOwner, contractOf, VERBS_OF } from "./calls-domain.ts";
import { value, type Reply } from "./replies.ts";
import { processOf, type KernelState } from "./state.ts";
import { judged, type Transaction } from "./transaction.ts";
import { checkRun } from "./wanted.ts";

type Of<O extends BoundOperation<BoundDomain>["op"]> = Extract<BoundOperation<BoundDomain>, { readonly op: O }>;

/** Answers with the contract's number, which the partner attaches to. */
export const share = (state: KernelState, caller: Process, op: Of<"share">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.CONTRACT_SHARE, DOMAIN_RANK[op.domain], (row) => {
    if (!Number.isSafeInteger(op.to) || op.to < 0) throw new Fault("ABI_MALFORMED", { argument: "to", allowed: "a process id" });
    if (typeof op.measures !== "boolean") throw new Fault("ABI_MALFORMED", { argument: "measures", allowed: "true or false" });
    checkRun(state, "contract", op.contract, "contract");
    row.subject = op.to;
    row.capability = authoriseIn(state, caller, op.domain, VERBS_OF[op.domain].allocate, tx);
    const record = contractOf(state, caller, op.contract, op.domain);
    row.contract = record.id;
    checkOwner(record, caller);
    const partner = processOf(state, op.to);
    if (!partner.live || partner.id === caller.id) throw new Fault("PROCESS_UNKNOWN", { process: partner.id, name: partner.name, why: partner.live ? "the owner itself" : partner.state });
    if (record.partners?.has(partner.id) === true) throw new Fault("CONTRACT_INVALID", { contract: record.id, why: "shared with this process before" });
    const partners = (record.partners ??= new Map());
    partners.set(partner.id, op.measures);
    tx.undo.push(() => { partners.delete(partner.id); });
    row.body = pack({ measures: op.measures });
    return value(record.id);
  });

/** A handle of one's own for a contract somebody shares. */
export const attach = (state: KernelState, caller: Process, op: Of<"attach">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.CONTRACT_ATTACH, DOMAIN_RANK[op.domain], (row) => {
    if (!Number.isSafeInteger(op.contract) || op.contract < 1) throw new Fault("ABI_MALFORMED", { argument: "contract", allowed: "what share answered" });
    row.capability = authoriseIn(state, caller, op.domain, VERBS_OF[op.domain].execute, tx);
    checkAttestation(caller, admissionOf(state, op.domain));
    const record = state.contracts.find(op.contract);
    if (record?.partners?.has(caller.id) !== true || record.terms.domain !== op.domain) throw new Fault("CONTRACT_INVALID", { why: "not shared with this process, or ended" });
    row.contract = row.subject = record.id;
    const handle = makeContract(op.domain, state.copies.refuse);
    caller.keep(handle, { kind: "contract", record });
    return value(handle);
  });
