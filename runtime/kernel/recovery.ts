// Recovery: what is done when an outcome is a fault, a contract is used beyond its terms or handles are copied, by the policy of the
// header (024). Deterministic, and recorded when a header states one.
//   F4  A fault reaches further only by the policy's word: a rule that halts, or more failures of work than it bears.
//   F5  A job that is called again is a new job under the same contract, charged anew; whoever waits for the first waits for the last.
import { DOMAIN_RANK } from "../../kernel-abi/domain.ts";
import { Fault, faultByCode, FAULTS, type FaultName } from "../../kernel-abi/fault.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import { tick } from "../../kernel-abi/ids.ts";
import { isFailure, levelOf, recoveryRule, type FaultLevel, type RecoveryRule } from "../../kernel-abi/injection.ts";
import { pack } from "../../kernel-abi/packer.ts";
import { kernelKey, streamKey } from "../../kernel-abi/streams.ts";
import type { Process } from "../process/process.ts";
import type { ContractRecord } from "./contract-table.ts";
import { endContract, viewOf } from "./contracts.ts";
import { NO_CLONE, type CopyStage } from "./copies.ts";
import { AUTHORITY } from "./authority.ts";
import { doom, WITH_ITS_CONTRACT } from "./doom.ts";
import { calibrationEnd, condemn, freezeDomains, type Aftermath } from "./faults.ts";
import type { JobRecord } from "./job-table.ts";
import { knownProcess, type KernelState } from "./state.ts";
import { emptyRow, type Intent, type Transaction } from "./transaction.ts";

/** What follows from a failed outcome; `again` is to be launched, and nobody is told yet. */
export interface Containment extends Aftermath {
  readonly again: Intent | undefined;
}

/** Enters what is done about the outcome of a job that failed. */
export function contain(state: KernelState, job: JobRecord, verdict: number, flying: readonly JobRecord[], tx: Transaction): Containment {
  const name = faultByCode(verdict);
  if (name === undefined) return { doomed: [], halted: undefined, end: undefined, again: undefined };
  const contract = state.contracts.find(job.contract);
  const rule = recoveryRule(state.faults.recovery, name);
  const again = rule.action === "retry" && mayCallAgain(state, job, contract, rule.limit ?? 0);
  const level = levelOf(rule);
  const rolledBack = rule.action === "rollback" && contract?.state === "active" ? contract : undefined;
  const under = rolledBack !== undefined && state.faults.stated ? endWork(flying, ({ contract: of }) => of === job.contract) : [];
  note(state, job, verdict, { level, action: rule.action === "retry" && !again ? "continue" : rule.action, jobs: under.map(({ id }) => id) }, tx);
  if (rolledBack !== undefined) endContract(state, rolledBack, "revoked", tx);
  const intent = again && contract !== undefined ? callAgain(state, job, contract, tx) : undefined;
  const frozen = level === 1 || level === 2 ? freezeDomains(state, level === 1 ? [job.domain] : ["Q", "PHI"], name, flying, tx) : [];
  const more = escalate(state, job, verdict, flying, tx);
  return {
    doomed: [...under, ...frozen, ...more.doomed],
    halted: rule.action === "halt" && level === 0 ? condemn(state, knownProcess(state, job.owner).name, name, tx) : undefined,
    end: level === 3 ? new Fault("RUN_HALTED", { why: name, level }) : more.end,
    again: intent,
  };
}

interface Note { readonly level: FaultLevel; readonly action: RecoveryRule["action"]; readonly jobs: readonly number[]; readonly process?: number }

function note(state: KernelState, job: JobRecord, verdict: number, body: Note, tx: Transaction): void {
  if (state.faults.stated) tx.record(EVENT.FAULT_CONTAINED, verdict, DOMAIN_RANK[job.domain], { ...emptyRow(), contract: job.contract, subject: job.id, body: pack(body) });
}

/** Work under way that ends with what it was done under. */
const endWork = (flying: readonly JobRecord[], which: (job: JobRecord) => boolean): readonly JobRecord[] =>
  flying.filter((job) => which(job) && doom(job, WITH_ITS_CONTRACT, "rollback"));

/** Whether an outcome counts; before, the blame for a refused call with its fault decided. */
const counts = ({ flags }: KernelState, fault: FaultName, struck: boolean): boolean =>
  (flags.has(AUTHORITY) ? isFailure(fault, struck) : FAULTS[fault].blame === "provider");

/** Too many failures of its work freeze a domain: containing each has not helped. Too many such freezes halt the run. */
function escalate(state: KernelState, job: JobRecord, verdict: number, flying: readonly JobRecord[], tx: Transaction): Pick<Aftermath, "doomed" | "end"> {
  const { faults, clock: { now } } = state;
  const { recovery: { escalate: bears }, failures, frozen } = faults;
  const name = faultByCode(verdict);
  if (bears === undefined || name === undefined || !counts(state, name, job.struck) || frozen.has(job.domain)) return { doomed: [], end: undefined };
  const recent = failures[job.domain];
  recent.push(now);
  while ((recent[0] ?? now) <= now - bears.within) recent.shift();
  if (recent.length < bears.failures) return { doomed: [], end: undefined };
  faults.freezes += 1;
  const level = faults.freezes === bears.freezes ? 3 : 1;
  note(state, job, verdict, { level, action: "halt", jobs: [] }, tx);
  return { doomed: freezeDomains(state, [job.domain], name, flying, tx), end: level === 3 ? new Fault("RUN_HALTED", { why: name, level }) : undefined };
}

/** A contract of which more was asked than was left, behind the turn that did. */
export function endOverused(state: KernelState, contract: ContractRecord, verdict: number, flying: readonly JobRecord[], tx: Transaction): Aftermath {
  const doomed = endWork(flying, ({ contract: of }) => of === contract.id);
  tx.record(EVENT.FAULT_CONTAINED, verdict, DOMAIN_RANK[contract.terms.domain], { ...emptyRow(), contract: contract.id, body: pack({ level: 0, action: "rollback", jobs: doomed.map(({ id }) => id) }) });
  endContract(state, contract, "revoked", tx);
  return { doomed, halted: undefined, end: undefined };
}

/** A process that tried to copy handles too often: it loses its contracts, and then itself. */
export function punish(state: KernelState, process: Process, stage: CopyStage, flying: readonly JobRecord[], tx: Transaction): Aftermath {
  const halts = stage === "process";
  const contracts = halts ? [] : state.contracts.ownedBy(process.id);
  const held = new Set<number>(contracts.map(({ id }) => id));
  const doomed = endWork(flying, ({ contract }) => held.has(contract));
  tx.record(EVENT.FAULT_CONTAINED, NO_CLONE, DOMAIN_RANK.K, {
    ...emptyRow(), body: pack({ level: 0, action: halts ? "halt" : "rollback", jobs: doomed.map(({ id }) => id), process: process.id } satisfies Note),
  });
  for (const contract of contracts) endContract(state, contract, "revoked", tx);
  return { doomed, halted: halts ? condemn(state, process.name, "copies of handles", tx) : undefined, end: undefined };
}

function mayCallAgain({ clock: { now }, faults: { frozen }, bounds, used, processes }: KernelState, { work, attempt, domain, owner }: JobRecord, contract: ContractRecord | undefined, limit: number): boolean {
  if (work === undefined || attempt >= limit || contract?.state !== "active" || frozen.has(domain) || processes.living(owner) === undefined) return false;
  const { terms, ledger } = contract;
  return now < calibrationEnd(contract) && now + work.cost <= terms.end && ledger.budget + work.charge.budget <= terms.budget && ledger.shots + work.charge.shots <= terms.shots
    && used.shots + work.charge.shots <= bounds.shots;
}

function callAgain(state: KernelState, before: JobRecord, contract: ContractRecord, tx: Transaction): Intent | undefined {
  const { work, domain } = before;
  if (work === undefined) return undefined;
  const { now } = state.clock;
  const owner = knownProcess(state, before.owner);
  const due = tick(now + work.cost);
  state.contracts.charge(contract, work.charge, tx.undo);
  state.used.shots += work.charge.shots;
  state.tallies?.count(owner.id, { shots: work.charge.shots });
  const job = state.jobs.add({ domain, owner: owner.id, contract: contract.id, due }, tx.undo);
  state.jobs.succeed(before, job);
  owner.jobs += 1;
  tx.record(EVENT.JOB_RETRIED, 0, DOMAIN_RANK[domain], {
    capability: work.capability, contract: contract.id, subject: job.id, body: pack({ of: before.id, attempt: job.attempt, due, cost: work.cost, charge: work.charge }),
  });
  const key = kernelKey(streamKey(state.sha256, state.seeds.root, owner.name, `job/${owner.jobs}`));
  return { contract: contract.id, capability: work.capability, start: { job: job.id, domain, owner: owner.name, contract: viewOf(contract), descriptor: work.descriptor, key, issued: now, due } };
}
