// Rules of recovery: what is done about a failed outcome is what the header's policy says, and all of it is done before anybody
// takes a turn; copies of handles are counted, and too many are answered.
import { DOMAIN_RANK, DOMAINS, type BoundDomain } from "../../kernel-abi/domain.ts";
import { faultByCode, FAULTS, type FaultName } from "../../kernel-abi/fault.ts";
import type { Entry } from "../../kernel-abi/frame.ts";
import { COPY_WAYS, HANDLE_KINDS } from "../../kernel-abi/handle.ts";
import { COPIES_DEFAULT, endsOverused, isFailure, levelOf, OVERUSE, recoveryRule, type RecoveryRule } from "../../kernel-abi/injection.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import type { FlagName } from "../../kernel-abi/version.ts";
import * as authority from "./authority.ts";
import { owing } from "./fault-rows.ts";
import type { JobRow, World } from "./world.ts";

const NO_CLONE = FAULTS.Q_ERR_NO_CLONE_VIOLATION.code;
const domainOf = ({ domain }: JobRow): BoundDomain => DOMAINS[domain] as BoundDomain;

/** JOB_OUTCOME: a fault is dealt with where the header states a policy. */
export function failed(world: World, entry: Entry): void {
  if (faultByCode(entry.verdict) === undefined || world.header.recovery === undefined) return;
  world.faults.owed.add(owing.contained(entry.subject, entry.verdict));
}

/** FAULT_CONTAINED: of an outcome, of a contract used beyond its terms, or of copies. */
export function contained(world: World, entry: Entry): void {
  world.faults.halting = world.moment.tick;
  if (entry.subject !== 0) return outcomeContained(world, entry);
  return entry.contract === 0 ? copiesAnswered(world, entry) : overuseAnswered(world, entry);
}

/** Work under way that ends with what it was done under. */
function endWork(world: World, body: unknown, which: (job: JobRow) => boolean): void {
  const { faults, moment: { tick } } = world;
  for (const id of world.ids(body, "jobs")) {
    const job = world.job(id);
    world.require(job.state === "intended" && job.due >= tick && which(job) && !faults.doomed.has(id), "a rollback ends work in flight under what it ends, once", { job: id });
    faults.doomed.set(id, FAULTS.CONTRACT_INVALID.code);
  }
}

function outcomeContained(world: World, entry: Entry): void {
  const { faults, header: { recovery } } = world;
  const job = world.job(entry.subject);
  const body = world.body(entry.body);
  const level = world.integer(body, "level");
  const action = world.text(body, "action");
  world.require(recovery !== undefined && job.state === "delivered" && job.due === world.moment.tick && job.contract === entry.contract && job.domain === entry.domain,
    "faults are contained where they came up, by the header's policy", { job: job.id });
  if (faults.owed.delete(owing.escalated(job.id, entry.verdict))) return escalated(world, job, level, action);
  world.require(faults.owed.delete(owing.contained(job.id, entry.verdict)), "a fault is contained once", { job: job.id });
  const name = faultByCode(entry.verdict) as FaultName; // or there was nothing to contain
  const rule = recoveryRule(recovery, name);
  world.require(level === levelOf(rule) && (action === rule.action || (rule.action === "retry" && action === "continue")), "a fault reaches as far as the policy lets it", { level, action });
  const contract = world.contract(job.contract);
  endWork(world, body, (other) => action === "rollback" && other.contract === job.contract);
  if (action === "rollback" && contract.state === "active") faults.owed.add(owing.revoked(contract.id));
  if (action === "retry") faults.owed.add(owing.retried(job.id));
  halts(world, job, rule);
  if (counts(world, name, job.id)) escalating(world, job, entry.verdict);
}

function halts(world: World, job: JobRow, rule: RecoveryRule): void {
  const { owed, frozen } = world.faults;
  if (rule.action !== "halt") return;
  switch (levelOf(rule)) {
    case 0:
      owed.add(owing.halted(job.owner));
      return;
    case 3:
      owed.add(owing.ended);
      return;
    default:
      for (const domain of levelOf(rule) === 1 ? [domainOf(job)] : ["Q", "PHI"] as const) if (!frozen.has(domain)) owed.add(owing.frozen(domain));
  }
}

const counts = (world: World, fault: FaultName, job: number): boolean =>
  (authority.goesBy(world) ? isFailure(fault, world.faults.landed === job) : FAULTS[fault].blame === "provider");

/** Counts failures as the kernel does: after the rule, unless that froze the domain. */
function escalating(world: World, job: JobRow, verdict: number): void {
  const { faults, moment: { tick }, header: { recovery } } = world;
  const bears = recovery?.escalate;
  const domain = domainOf(job);
  if (bears === undefined || faults.frozen.has(domain) || faults.owed.has(owing.frozen(domain))) return;
  const recent = faults.failures[domain];
  recent.push(tick);
  while ((recent[0] as number) <= tick - bears.within) recent.shift();
  if (recent.length >= bears.failures) faults.owed.add(owing.escalated(job.id, verdict));
}

function escalated(world: World, job: JobRow, level: number, action: string): void {
  const { faults, header: { recovery } } = world;
  faults.freezes += 1;
  const halting = faults.freezes === recovery?.escalate?.freezes;
  world.require(action === "halt" && level === (halting ? 3 : 1), "too many failures freeze their domain, too many freezes halt the run", { job: job.id, level });
  faults.owed.add(owing.frozen(domainOf(job)));
  if (halting) faults.owed.add(owing.ended);
}

/** JOB_RETRIED: as often as the rule of its fault says. */
export function calledAgain(world: World, before: JobRow, attempt: number): void {
  const { faults, header: { recovery } } = world;
  const most = recovery?.rules.reduce((limit, rule) => Math.max(limit, rule.limit ?? 0), 0) ?? 0;
  const made = (faults.attempts.get(before.origin) ?? 0) + 1;
  world.require(faults.owed.delete(owing.retried(before.id)) && attempt === made && attempt <= most, "jobs are called again as often as the header's policy says", { job: before.id, attempt });
  faults.attempts.set(before.origin, attempt);
}

const OVERUSE_ENDS: FlagName = "overuseEndsContracts";

/** A refused call of a turn that was not aborted: whether it asked for more than was left of its contract, where that ends it. */
export function refused(world: World, { code, verdict, contract }: Entry): void {
  const { recovery, abi } = world.header;
  const ends = abi.flags.includes(OVERUSE_ENDS);
  if (code !== SYSCALL.XDV_CALL || contract === 0 || !(ends || recovery?.overuse === "revoke")) return;
  const row = world.contract(contract);
  if (!endsOverused(recovery, row.terms.domain, ends)) return;
  if (row.state !== "active" || verdict !== FAULTS[OVERUSE[row.terms.domain]].code || world.faults.overused.has(contract)) return;
  world.faults.overused.set(contract, verdict);
  world.faults.owed.add(owing.overused(contract));
}

/** A granted call on a contract: one that was used beyond its terms serves no more, even within the turn. */
export function stillServes(world: World, contract: number): void {
  if (world.faults.overused.size > 0) world.require(!world.faults.overused.has(contract), "a contract used beyond its terms serves no more", { contract });
}

function overuseAnswered(world: World, entry: Entry): void {
  const { faults } = world;
  const body = world.body(entry.body);
  world.require(faults.owed.delete(owing.overused(entry.contract)) && faults.overused.get(entry.contract) === entry.verdict && world.text(body, "action") === "rollback" && world.integer(body, "level") === 0,
    "a contract ends for overuse when more was asked of it than was left", { contract: entry.contract });
  endWork(world, body, ({ contract }) => contract === entry.contract);
  faults.owed.add(owing.revoked(entry.contract));
}

/** CONTRACT_REVOKED and every other end. */
export function contractEnded(world: World, contract: number): void {
  const { owed, overused } = world.faults;
  if (owed.size > 0) {
    owed.delete(owing.revoked(contract));
    owed.delete(owing.overused(contract));
  }
  overused.delete(contract);
}

/** Attempts of a turn that stand in it as refused calls. */
export function refusedCopies(world: World, process: number, times: number): void { copied(world, process, times); }

/** FAULT 1007: attempts of the turn before that no call tells of. */
export function copiesTold(world: World, entry: Entry): void {
  const body = world.body(entry.body);
  const times = world.integer(body, "times");
  const [way, of] = [world.text(body, "way"), world.text(body, "of")];
  world.require(entry.domain === DOMAIN_RANK.K && times >= 1 && COPY_WAYS.some((known) => known === way) && HANDLE_KINDS.some((known) => known === of), "an attempt to copy says how, and what");
  const made = world.turns > 0 && world.process(entry.subject).live && (entry.subject === world.acted || entry.subject === world.moment.actor);
  world.require(made, "attempts to copy are told behind the turn that made them, or with the end of who did", { process: entry.subject });
  copied(world, entry.subject, times);
  world.require(world.integer(body, "attempts") === world.faults.copies.get(entry.subject), "attempts to copy add up", { process: entry.subject });
}

function copied(world: World, process: number, times: number): void {
  const { faults, header: { recovery } } = world;
  const bears = recovery?.copies ?? COPIES_DEFAULT;
  const before = faults.copies.get(process) ?? 0;
  const attempts = before + times;
  faults.copies.set(process, attempts);
  const crossed = (bound: number): boolean => before < bound && attempts >= bound;
  const stage = crossed(2 * bears) ? "halt" : crossed(bears) ? "rollback" : undefined;
  if (stage === "halt") faults.owed.delete(owing.copies(process, "rollback"));
  if (stage !== undefined) faults.owed.add(owing.copies(process, stage));
}

/** A process that ended is not answered any more. */
export function exited(world: World, process: number): void {
  const { owed } = world.faults;
  if (owed.size === 0) return;
  owed.delete(owing.copies(process, "rollback"));
  owed.delete(owing.copies(process, "halt"));
  owed.delete(owing.halted(process));
}

function copiesAnswered(world: World, entry: Entry): void {
  const body = world.body(entry.body);
  const process = world.integer(body, "process");
  const action = world.text(body, "action");
  world.require((action === "halt" || action === "rollback") && entry.verdict === NO_CLONE && world.integer(body, "level") === 0 && world.faults.owed.delete(owing.copies(process, action)),
    "copies of handles are answered when there are too many", { process });
  endWork(world, body, ({ owner }) => owner === process);
  if (action === "halt") world.faults.owed.add(owing.halted(process));
  else for (const contract of world.liveContractsOf(process)) world.faults.owed.add(owing.revoked(contract));
}

/** RUN_END: everything due has come; that the run ends may itself have been. */
export function checkDone(world: World): void {
  const { owed } = world.faults;
  owed.delete(owing.ended);
  for (const due of owed) world.refuse("what a fault leads to comes before the end", { owed: due });
}
