// Faults: what befalls a run by its script or by an operator's program, and how far it reaches (024). Each strike is one kernel frame.
//   F1  A strike hits what is there behind the turns of its tick; work in flight that it hits ends with the strike's fault at the
//       tick it was due.
//   F2  A fault is contained at the least level that can: process, domain, VHM, system.
//   F3  A frozen domain holds no contract and grants no call until it is thawed.
// What a freeze takes and a thaw gives of authority is in authority.ts.
import { DOMAIN_RANK, type BoundDomain } from "../../kernel-abi/domain.ts";
import { Fault, FAULTS } from "../../kernel-abi/fault.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import type { Tick } from "../../kernel-abi/ids.ts";
import { injectionRow, type InjectionKindRow, type Strike } from "../../kernel-abi/injection.ts";
import { pack } from "../../kernel-abi/packer.ts";
import type { Process } from "../process/process.ts";
import type { ContractRecord } from "./contract-table.ts";
import { giveAnew, takeAll, withdraw } from "./authority.ts";
import { endContract } from "./contracts.ts";
import { doom } from "./doom.ts";
import type { JobRecord } from "./job-table.ts";
import type { KernelState } from "./state.ts";
import type { Transaction } from "./transaction.ts";

/** What the machine has to do behind a strike's frame. */
export interface Aftermath {
  /** Work nobody has to go on with: how it ends is decided. */
  readonly doomed: readonly JobRecord[];
  readonly halted: Process | undefined;
  readonly end: Fault | undefined;
}

interface Hit {
  readonly jobs: readonly JobRecord[];
  readonly contracts: readonly ContractRecord[];
}

/** Tick of the next strike of the script that can still fall within the run's bounds. */
export function nextStrike({ faults: { script, next }, bounds }: KernelState): Tick | undefined {
  const at = script[next]?.at;
  return at === undefined || at > bounds.ticks ? undefined : at as Tick;
}

const liveOf = (state: KernelState, domains: readonly BoundDomain[]): ContractRecord[] =>
  [...state.contracts.live].filter(({ terms }) => domains.includes(terms.domain)).sort((a, b) => a.id - b.id);

function processNamed(state: KernelState, name: string): Process | undefined {
  for (const process of state.processes.alive()) if (process.name === name) return process;
  return undefined;
}

/** What a strike hits: what it names, of that what lives or is in flight, in the domains it can befall. */
function hitBy(state: KernelState, { contract, job, process, domain }: Strike, { domains, revokes, needs }: InjectionKindRow, flying: readonly JobRecord[]): Hit {
  if (needs !== "work" && needs !== "domain" && needs !== "nothing") return { jobs: [], contracts: [] };
  const within = domain === undefined ? domains : [domain];
  const owner = process === undefined ? undefined : processNamed(state, process)?.id ?? -1;
  const under = job === undefined ? contract : flying.find(({ id }) => id === job)?.contract ?? -1;
  const contracts = liveOf(state, within).filter(({ id, owner: of }) => (under === undefined || id === under) && (owner === undefined || of === owner));
  const gone = new Set(contracts.filter(({ terms }) => revokes.includes(terms.domain)).map(({ id }) => id as number));
  const jobs = flying.filter((one) => within.includes(one.domain) && (gone.has(one.contract)
    || (job === undefined ? (contract === undefined || one.contract === contract) && (owner === undefined || one.owner === owner) : one.id === job)));
  return { jobs, contracts };
}

/** Enters one strike and what it does at once; `place` is that in the script, 0 for an operator's. */
export function strike(state: KernelState, struck: Strike, place: number, flying: readonly JobRecord[], tx: Transaction): Aftermath {
  const { kind, domain, process, verb } = struck;
  const row = injectionRow(kind);
  const { jobs, contracts } = hitBy(state, struck, row, row.outcome.Q === undefined && row.outcome.PHI === undefined ? [] : flying);
  const doomed = jobs.filter((job) => doom(job, row, kind));
  for (const job of doomed) job.struck = row.level === 0;
  const [first] = row.domains;
  const outcome = row.outcome[domain ?? contracts[0]?.terms.domain ?? doomed[0]?.domain ?? first ?? "Q"];
  tx.record(EVENT.FAULT_INJECTED, outcome === undefined ? 0 : FAULTS[outcome].code, row.domains.length === 1 && first !== undefined ? DOMAIN_RANK[first] : domain === undefined ? 0 : DOMAIN_RANK[domain], {
    capability: 0, contract: 0, subject: place,
    body: pack({ kind, level: row.level, jobs: doomed.map(({ id }) => id), contracts: contracts.map(({ id }) => id), ...(process === undefined ? {} : { process }), ...(verb === undefined ? {} : { verb }) }),
  });
  for (const contract of contracts) if (row.revokes.includes(contract.terms.domain)) endContract(state, contract, "revoked", tx);
  const more: Aftermath = { doomed, halted: undefined, end: undefined };
  switch (kind) {
    case "calibration-expiry":
      for (const contract of contracts) expireCalibration(state, contract, tx);
      return more;
    case "capability-revocation":
      revokeVerb(state, struck, tx);
      return { ...more, doomed: [...doomed, ...tx.doomed] };
    case "process-kill": return { ...more, halted: condemn(state, process, kind, tx) };
    case "domain-freeze":
    case "vhm-freeze":
      for (const of of domain === undefined ? row.domains : [domain]) freeze(state, of, kind, [], tx);
      return more;
    case "domain-thaw":
      return domain === undefined ? more : { ...more, end: thaw(state, domain, tx) };
    case "system-halt": return { ...more, end: new Fault("RUN_HALTED", { why: kind, level: row.level }) };
    default: return more;
  }
}

function expireCalibration(state: KernelState, record: ContractRecord, tx: Transaction): void {
  if (record.calibratedUntil !== undefined) return;
  record.calibratedUntil = state.clock.now;
  tx.event(EVENT.CALIBRATION_EXPIRED, DOMAIN_RANK[record.terms.domain], { contract: record.id, subject: record.id, body: pack({ grace: record.terms.calibration.grace }) });
}

/** The first tick at which no call is taken under the contract for want of a calibration. */
export const calibrationEnd = ({ calibratedUntil, terms: { calibration: { until, grace } } }: ContractRecord): number => Math.min(until, calibratedUntil ?? until) + grace;

/** What a strike left of the calibration. @throws Fault Q_ERR_CALIBRATION_INVALID */
export function checkCalibrated({ id, calibratedUntil: until, terms: { calibration: { grace } } }: ContractRecord, now: Tick): void {
  if (until !== undefined && now >= until + grace) throw new Fault("Q_ERR_CALIBRATION_INVALID", { contract: id, tick: now, until, grace });
}

function revokeVerb(state: KernelState, { process: name, verb }: Strike, tx: Transaction): void {
  const process = name === undefined ? undefined : processNamed(state, name);
  for (const id of process?.held ?? []) {
    if (state.capabilities.get(id).grant.verb === verb) withdraw(state, id, tx);
  }
}

/** Says that a process is going to end behind this frame. */
export function condemn(state: KernelState, name: string | undefined, why: string, tx: Transaction): Process | undefined {
  const process = name === undefined ? undefined : processNamed(state, name);
  if (process !== undefined) tx.event(EVENT.PROCESS_HALTED, DOMAIN_RANK.K, { subject: process.id, body: pack({ why }) });
  return process;
}

/** F3. Its contracts have ended before; `jobs` are those that end with it. */
function freeze(state: KernelState, domain: BoundDomain, why: string, jobs: readonly JobRecord[], tx: Transaction): void {
  const { frozen } = state.faults;
  if (frozen.has(domain)) return;
  frozen.add(domain);
  tx.event(EVENT.DOMAIN_FROZEN, DOMAIN_RANK[domain], { body: pack({ why, jobs: jobs.map(({ id }) => id) }) });
  takeAll(state, domain, tx);
}

/** Emergency freeze by policy: contracts end, work in flight ends with DOMAIN_PANIC. Gives that work. */
export function freezeDomains(state: KernelState, domains: readonly BoundDomain[], why: string, flying: readonly JobRecord[], tx: Transaction): readonly JobRecord[] {
  const row = injectionRow("domain-freeze");
  return domains.filter((domain) => !state.faults.frozen.has(domain)).flatMap((domain) => {
    for (const contract of liveOf(state, [domain])) endContract(state, contract, "revoked", tx);
    const doomed = flying.filter((job) => job.domain === domain && doom(job, row, "domain-freeze"));
    freeze(state, domain, why, doomed, tx);
    return doomed;
  });
}

/** Gives the fault that ends the run when there is no number left for what has to be issued. */
function thaw(state: KernelState, domain: BoundDomain, tx: Transaction): Fault | undefined {
  const { frozen, failures } = state.faults;
  if (!frozen.has(domain)) return undefined;
  const before = tx.mark();
  try {
    tx.event(EVENT.DOMAIN_THAWED, DOMAIN_RANK[domain], {});
    giveAnew(state, domain, tx);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    tx.rollback(before);
    return error;
  }
  frozen.delete(domain);
  failures[domain].length = 0;
  return undefined;
}
