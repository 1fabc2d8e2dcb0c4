// Syscalls of the contract-bound domains under a contract: release, ledger, submit, collect (calls-reserve.ts issues them). The check order A2 is the shape of this file:
// descriptor shape → capability → attestation → contract → calibration or window → capacity → gate or transform set → budget or
// stability → policy → isolation. The first failure decides the code; everything is recorded with its verdict.
import type { VerbName } from "../../kernel-abi/capability.ts";
import { CONTRACT_STATE } from "../../kernel-abi/contract.ts";
import { DOMAIN_RANK, DOMAINS, type BoundDomain } from "../../kernel-abi/domain.ts";
import { DELIVERY } from "../../kernel-abi/envelope.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { makeJob, type Contract, type Job } from "../../kernel-abi/handle.ts";
import { endsOverused, OVERUSE } from "../../kernel-abi/injection.ts";
import { jobId, tick, type CapabilityId, type JobId } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { BoundOperation } from "../../kernel-abi/operation.ts";
import { pack } from "../../kernel-abi/packer.ts";
import type { Admission, Admitted } from "../../kernel-abi/ports.ts";
import { kernelKey, streamKey } from "../../kernel-abi/streams.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import type { FlagName } from "../../kernel-abi/version.ts";
import type { Process } from "../process/process.ts";
import { DONE, outcomeReply, value, waiting, type Reply } from "./replies.ts";
import { waitFor } from "../process/wait.ts";
import { checkFreeze, checkThawed, ENDS_WITH_AUTHORITY } from "./authority.ts";
import { checkCalibrated } from "./faults.ts";
import type { ContractRecord } from "./contract-table.ts";
import type { JobRecord } from "./job-table.ts";
import { endContract, viewOf } from "./contracts.ts";
import { NO_DEMAND, type Demand } from "./capability-table.ts";
import { authorise, type KernelState } from "./state.ts";
import { BoundReached, judged, type Transaction } from "./transaction.ts";
import { checkRun, unknown } from "./wanted.ts";

type Of<O extends BoundOperation<BoundDomain>["op"]> = Extract<BoundOperation<BoundDomain>, { readonly op: O }>;

/** Second stage. A domain the process never declared is named as such: no grant could help. @throws Fault DOMAIN_UNAUTHORIZED */
export function authoriseIn(state: KernelState, caller: Process, domain: BoundDomain, verb: VerbName, tx: Transaction, demand: Partial<Demand> = {}): CapabilityId {
  if (!caller.behaviour.domains.includes(domain)) {
    throw new Fault("DOMAIN_UNAUTHORIZED", { verb, why: `the process does not declare ${domain}: add "${domain}" to the domains of ${caller.behaviour.name}` });
  }
  checkFreeze(state, caller, verb);
  const capability = authorise(state, caller, verb, tx, { ...NO_DEMAND, ...demand });
  checkThawed(state, domain);
  return capability;
}

export const VERBS_OF: Readonly<Record<BoundDomain, { readonly allocate: VerbName; readonly execute: VerbName; readonly collect: VerbName }>> = Object.freeze({
  Q: { allocate: "ALLOCATE_Q", execute: "EXECUTE_Q", collect: "MEASURE_Q" },
  PHI: { allocate: "ALLOCATE_PHI", execute: "TRANSFORM_PHI", collect: "PROJECT_PHI" },
});

export function admissionOf(state: KernelState, domain: BoundDomain): Admission {
  if (!DOMAINS.includes(domain) || state.admissions[domain] === undefined) throw new Fault("ABI_MALFORMED", { argument: "domain", allowed: "Q, PHI" });
  return state.admissions[domain];
}

/** Third stage: the domain is bound and every provider behind it has attested itself. */
export function checkAttestation(caller: Process, admission: Admission): void {
  if (caller.binding(admission.domain) !== "active") throw new Fault("CONTRACT_INVALID", { domain: admission.domain, why: `the process is not bound to the domain: add "${admission.domain}" to its domains` });
  if (admission.providers.length === 0) throw new Fault("CONTRACT_INVALID", { domain: admission.domain, why: "no attested provider" });
}

/** Whether what a program gave is a list at all; its type is only a promise. */
export const isList = (value: unknown): boolean => Array.isArray(value);

/** Fourth stage: the handle is the caller's own and its contract is active. @throws Fault CONTRACT_INVALID | PHI_ERR_COHERENCE_TIMEOUT */
export function contractOf(state: KernelState, caller: Process, handle: Contract, domain: BoundDomain): ContractRecord {
  const entry = caller.resolve(handle);
  if (entry?.kind !== "contract") throw new Fault("CONTRACT_INVALID", unknown(state, handle));
  const { record } = entry;
  if (record.terms.domain !== domain) throw new Fault("CONTRACT_INVALID", { contract: record.id, why: `of domain ${record.terms.domain}` });
  if (record.overused) throw new Fault("CONTRACT_INVALID", { contract: record.id, why: "it was used beyond its terms" });
  if (record.state === "active") return record;
  const { start, end } = record.terms;
  if (domain === "PHI" && record.ended !== "revoked" && record.ended !== "completed") {
    throw new Fault("PHI_ERR_COHERENCE_TIMEOUT", { contract: record.id, now: state.clock.now, start, end });
  }
  throw new Fault("CONTRACT_INVALID", { contract: record.id, state: record.ended ?? record.state });
}

/** A partner works under a contract that is shared with it; what becomes of the contract is its owner's affair. @throws Fault CONTRACT_INVALID */
export function checkOwner({ id, owner }: ContractRecord, caller: Process): void {
  if (owner !== caller.id) throw new Fault("CONTRACT_INVALID", { contract: id, why: "shared with the caller, not its own" });
}

/** The handle's contract, if it is the caller's to give back: without another capability than the one it was issued under, and before its window too (F10). */
function ownOf({ flags }: KernelState, caller: Process, handle: Contract, domain: BoundDomain): ContractRecord | undefined {
  const entry = flags.has(ENDS_WITH_AUTHORITY) ? caller.resolve(handle) : undefined;
  if (entry?.kind !== "contract") return undefined;
  const { owner, terms, state, overused } = entry.record;
  return owner === caller.id && terms.domain === domain && !overused && CONTRACT_STATE[state] <= CONTRACT_STATE.active ? entry.record : undefined;
}

export const release = (state: KernelState, caller: Process, op: Of<"release">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.CONTRACT_RELEASE, DOMAIN_RANK[op.domain], (row) => {
    checkRun(state, "contract", op.contract, "contract");
    const own = ownOf(state, caller, op.contract, op.domain);
    row.capability = own?.capability ?? authoriseIn(state, caller, op.domain, VERBS_OF[op.domain].allocate, tx);
    const record = own ?? contractOf(state, caller, op.contract, op.domain);
    row.contract = row.subject = record.id;
    checkOwner(record, caller);
    endContract(state, record, "completed", tx);
    return DONE;
  });

/** Terms and what has been consumed of them; readable after the end too. */
export const ledger = (state: KernelState, caller: Process, op: Of<"ledger">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.CONTRACT_QUERY, DOMAIN_RANK[op.domain], (row) => {
    checkRun(state, "contract", op.contract, "contract");
    row.capability = authoriseIn(state, caller, op.domain, VERBS_OF[op.domain].allocate, tx);
    const entry = caller.resolve(op.contract);
    if (entry?.kind !== "contract") throw new Fault("CONTRACT_INVALID", unknown(state, op.contract));
    const { record } = entry;
    if (record.terms.domain !== op.domain) throw new Fault("CONTRACT_INVALID", { contract: record.id, why: `of domain ${record.terms.domain}` });
    row.contract = row.subject = record.id;
    return value(Object.freeze({ ...record.ledger, state: record.ended ?? record.state, terms: record.terms, free: Object.freeze({ budget: record.terms.budget - record.ledger.budget, shots: record.terms.shots - record.ledger.shots }) }));
  });

/** A foreign or copied handle names no job: 0, which no table holds. @throws Fault ABI_MALFORMED for a program */
const jobOf = (state: KernelState, caller: Process, handle: Job, at: number): JobId => {
  checkRun(state, `refs[${at}]`, handle, "job");
  const entry = caller.resolve(handle);
  return entry?.kind === "job" ? entry.record.id : jobId(0);
};

const OVERUSE_ENDS: FlagName = "overuseEndsContracts";

export function submit(state: KernelState, caller: Process, op: Of<"submit">, tx: Transaction): Reply {
  const reply = submitWithin(state, caller, op, tx);
  if (reply.kind === "fault" && endsOverused(state.faults.recovery, op.domain, state.flags.has(OVERUSE_ENDS))) overuse(state, caller, op, reply.fault, tx);
  return reply;
}

/** A call that asked for more than was left: its contract serves no more, and ends behind the turn unless that is aborted. */
function overuse(state: KernelState, caller: Process, { domain, contract: handle }: Of<"submit">, { fault, code }: Fault, tx: Transaction): void {
  const entry = caller.resolve(handle);
  if (fault !== OVERUSE[domain] || entry?.kind !== "contract") return;
  const { record } = entry;
  if (record.overused || record.state !== "active" || record.terms.domain !== domain) return;
  const { overused } = state.faults;
  record.overused = true;
  overused.push({ contract: record, verdict: code });
  tx.undo.push(() => { record.overused = false; overused.pop(); });
}

const submitWithin = (state: KernelState, caller: Process, op: Of<"submit">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.XDV_CALL, DOMAIN_RANK[op.domain], (row) => {
    const { now } = state.clock;
    const admission = admissionOf(state, op.domain);
    if (!isList(op.refs)) throw new Fault("ABI_MALFORMED", { argument: "refs", allowed: "job handles" });
    const refs = op.refs.map((handle, at) => jobOf(state, caller, handle, at));
    checkRun(state, "contract", op.contract, "contract");
    const call = admission.shape(op.call, refs, state.flags);
    row.capability = authoriseIn(state, caller, op.domain, VERBS_OF[op.domain].execute, tx, { units: call.units });
    checkAttestation(caller, admission);
    const record = contractOf(state, caller, op.contract, op.domain);
    row.contract = record.id;
    const view = viewOf(record);
    checkCalibrated(record, now);
    call.calibration(view, now);
    call.capacity(view);
    call.support(view);
    const admitted = call.budget(view, now);
    checkLedger(state, record, admitted);
    checkPolicy(state, admitted, tx);
    if (refs.includes(jobId(0))) throw new Fault("Q_ERR_NO_CLONE_VIOLATION", unknown(state, op.refs[refs.indexOf(jobId(0))]));
    const job = enterJob(state, caller, record, admitted, row.capability, tx);
    call.accepted(job.id, view, tick(now + admitted.cost));
    row.subject = job.id;
    row.body = pack({ due: now + admitted.cost, cost: admitted.cost, charge: admitted.charge });
    const handle = makeJob(op.domain, state.copies.refuse);
    caller.keep(handle, { kind: "job", record: job });
    return value(handle);
  });

/** Eighth stage, the kernel's part: what the domain priced, against the ledger and the contract's end. */
function checkLedger(state: KernelState, record: ContractRecord, { cost, charge }: Admitted): void {
  const { terms, ledger: spent } = record;
  invariant(Number.isSafeInteger(cost) && cost >= 1 && charge.budget >= 0 && charge.shots >= 0, "T3");
  const short = terms.domain === "Q" ? "Q_ERR_DECOHERENCE_EXCEEDED" : "RESOURCE_EXHAUSTED";
  if (spent.budget + charge.budget > terms.budget) throw new Fault(short, { asked: charge.budget, left: terms.budget - spent.budget });
  if (spent.shots + charge.shots > terms.shots) throw new Fault(short, { shots: charge.shots, left: terms.shots - spent.shots });
  if (state.clock.now + cost > terms.end) {
    throw new Fault(terms.domain === "Q" ? "CONTRACT_INVALID" : "PHI_ERR_COHERENCE_TIMEOUT", { due: state.clock.now + cost, end: terms.end });
  }
}

/** Ninth stage: what the operator allows this run as a whole. */
function checkPolicy(state: KernelState, { charge }: Admitted, tx: Transaction): void {
  if (state.used.shots + tx.shots + charge.shots > state.bounds.shots) throw new BoundReached("shots", state.bounds.shots);
}

function enterJob(state: KernelState, caller: Process, record: ContractRecord, admitted: Admitted, capability: number, tx: Transaction): JobRecord {
  const { now } = state.clock;
  const due = tick(now + admitted.cost);
  const { domain } = record.terms;
  state.contracts.charge(record, admitted.charge, tx.undo);
  const job = state.jobs.add({ domain, owner: caller.id, contract: record.id, due }, tx.undo);
  if (record.owner !== caller.id && record.partners?.get(caller.id) !== true) job.sealed = true;
  if (state.faults.retries) job.work = { descriptor: admitted.descriptor, cost: admitted.cost, charge: admitted.charge, capability };
  caller.jobs += 1;
  tx.shots += admitted.charge.shots;
  const key = kernelKey(streamKey(state.sha256, state.seeds.root, caller.name, `job/${caller.jobs}`));
  tx.intents.push({
    contract: record.id, capability,
    start: { job: job.id, domain, owner: caller.name, contract: viewOf(record), descriptor: admitted.descriptor, key, issued: now, due },
  });
  return job;
}

/** MEASURE and PROJECT: the recorded outcome, at once or when it is due. A later read gives the same value. */
export const collect = (state: KernelState, caller: Process, op: Of<"collect">, tx: Transaction): Reply =>
  judged(tx, op.domain === "Q" ? SYSCALL.MEASURE : SYSCALL.PROJECT, DOMAIN_RANK[op.domain], (row) => {
    checkRun(state, "job", op.job, "job");
    row.capability = authoriseIn(state, caller, op.domain, VERBS_OF[op.domain].collect, tx);
    const entry = caller.resolve(op.job);
    if (entry?.kind !== "job") throw new Fault("Q_ERR_NO_CLONE_VIOLATION", unknown(state, op.job));
    const { id, latest: job } = entry.record;
    if (job.domain !== op.domain) throw new Fault("CONTRACT_INVALID", { job: id, why: `of domain ${job.domain}` });
    row.subject = job.id;
    row.contract = job.contract;
    if (job.sealed) throw new Fault("DOMAIN_UNAUTHORIZED", { job: id, contract: job.contract, why: "its contract is shared without the right to measure" });
    if (job.state === "abandoned") throw new Fault("CANCELLED", { job: id });
    if (job.outcome === undefined) return waiting(waitFor(DELIVERY.OUTCOME, id));
    state.jobs.collect(job);
    return outcomeReply(job.outcome);
  });
