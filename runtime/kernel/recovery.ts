// Recovery: what is done when an outcome is a fault, by the policy of the header (024). Deterministic, and recorded when a header states one.
//   F4  A fault reaches further only by the policy's word: a rule that halts, or more provider failures than it bears.
//   F5  A job that is called again is a new job under the same contract, charged anew; whoever waits for the first waits for the last.
import { DOMAIN_RANK } from "../../kernel-abi/domain.ts";
import { Fault, faultByCode, FAULTS, type FaultName } from "../../kernel-abi/fault.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import { tick } from "../../kernel-abi/ids.ts";
import { DEFAULT_RECOVERY, type FaultLevel, type RecoveryRule } from "../../kernel-abi/injection.ts";
import { pack } from "../../kernel-abi/packer.ts";
import { kernelKey, streamKey } from "../../kernel-abi/streams.ts";
import type { ContractRecord } from "./contract-table.ts";
import { endContract, viewOf } from "./contracts.ts";
import { condemn, freezeDomains, type Aftermath } from "./faults.ts";
import type { JobRecord } from "./job-table.ts";
import { knownProcess, type KernelState } from "./state.ts";
import { emptyRow, type Intent, type Transaction } from "./transaction.ts";

/** What follows from a failed outcome; `again` is to be launched, and nobody is told yet. */
export interface Containment extends Aftermath {
  readonly again: Intent | undefined;
}

const CONTINUE: RecoveryRule = Object.freeze({ fault: "", action: "continue" });

function ruleFor({ faults: { recovery } }: KernelState, fault: FaultName): RecoveryRule {
  const names = (rule: RecoveryRule): boolean => rule.fault === fault;
  return recovery.rules.find(names) ?? DEFAULT_RECOVERY.rules.find(names) ?? CONTINUE;
}

/** Enters what is done about the outcome of a job that failed. */
export function contain(state: KernelState, job: JobRecord, verdict: number, flying: readonly JobRecord[], tx: Transaction): Containment {
  const name = faultByCode(verdict);
  if (name === undefined) return { doomed: [], halted: undefined, end: undefined, again: undefined };
  const contract = state.contracts.get(job.contract);
  const rule = ruleFor(state, name);
  const again = rule.action === "retry" && mayCallAgain(state, job, contract, rule.limit ?? 0);
  const level: FaultLevel = rule.action === "halt" ? levelOf(rule) : 0;
  note(state, job, verdict, level, rule.action === "retry" && !again ? "continue" : rule.action, tx);
  if (rule.action === "rollback" && contract.state === "active") endContract(state, contract, "revoked", tx);
  const intent = again ? callAgain(state, job, contract, tx) : undefined;
  const doomed = level === 1 || level === 2 ? freezeDomains(state, level === 1 ? [job.domain] : ["Q", "PHI"], name, flying, tx) : [];
  return {
    doomed: [...doomed, ...escalate(state, job, verdict, flying, tx)],
    halted: rule.action === "halt" && level === 0 ? condemn(state, knownProcess(state, job.owner).name, name, tx) : undefined,
    end: level === 3 ? new Fault("RUN_HALTED", { why: name, level }) : undefined,
    again: intent,
  };
}

const levelOf = ({ level = 0 }: RecoveryRule): FaultLevel => (level === 1 || level === 2 || level === 3 ? level : 0);

function note(state: KernelState, job: JobRecord, verdict: number, level: FaultLevel, action: string, tx: Transaction): void {
  if (state.faults.stated) tx.record(EVENT.FAULT_CONTAINED, verdict, DOMAIN_RANK[job.domain], { ...emptyRow(), contract: job.contract, subject: job.id, body: pack({ level, action }) });
}

/** Too many failures of its providers freeze a domain: containing each has not helped. */
function escalate(state: KernelState, job: JobRecord, verdict: number, flying: readonly JobRecord[], tx: Transaction): readonly JobRecord[] {
  const { recovery: { escalate: bears }, failures, frozen } = state.faults;
  const name = faultByCode(verdict);
  if (bears === undefined || name === undefined || FAULTS[name].blame !== "provider" || frozen.has(job.domain)) return [];
  const { now } = state.clock;
  const recent = failures[job.domain];
  recent.push(now);
  while ((recent[0] ?? now) <= now - bears.within) recent.shift();
  if (recent.length < bears.failures) return [];
  note(state, job, verdict, 1, "halt", tx);
  return freezeDomains(state, [job.domain], name, flying, tx);
}

function mayCallAgain({ clock: { now }, faults: { frozen }, bounds, used, processes }: KernelState, { work, attempt, domain, owner }: JobRecord, contract: ContractRecord, limit: number): boolean {
  if (work === undefined || attempt >= limit || contract.state !== "active" || frozen.has(domain) || processes[owner]?.live !== true) return false;
  const { terms, ledger, calibratedUntil } = contract;
  const calibrated = now < Math.min(terms.calibration.until, calibratedUntil ?? Infinity) + terms.calibration.grace;
  return calibrated && now + work.cost <= terms.end && ledger.budget + work.charge.budget <= terms.budget && ledger.shots + work.charge.shots <= terms.shots
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
  const job = state.jobs.add({ domain, owner: owner.id, contract: contract.id, due }, tx.undo);
  state.jobs.succeed(before, job);
  owner.jobs += 1;
  tx.record(EVENT.JOB_RETRIED, 0, DOMAIN_RANK[domain], {
    capability: work.capability, contract: contract.id, subject: job.id, body: pack({ of: before.id, attempt: job.attempt, due, cost: work.cost, charge: work.charge }),
  });
  const key = kernelKey(streamKey(state.sha256, state.root, owner.name, `job/${owner.jobs}`));
  return { contract: contract.id, capability: work.capability, start: { job: job.id, domain, owner: owner.name, contract: viewOf(contract), descriptor: work.descriptor, key, issued: now, due } };
}
