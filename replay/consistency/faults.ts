// Rules of faults: what befalls a run is what its header says or an operator's program asked for, hits what is there, and holds.
import { DOMAIN_RANK, DOMAINS, type BoundDomain } from "../../kernel-abi/domain.ts";
import { FAULTS } from "../../kernel-abi/fault.ts";
import type { Entry } from "../../kernel-abi/frame.ts";
import { INJECTIONS, type Injection, type InjectionKindRow } from "../../kernel-abi/injection.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { bodyOf, field } from "../entry/body.ts";
import * as authority from "./authority.ts";
import { owing } from "./fault-rows.ts";
import { said } from "./outcomes.ts";
import type { World } from "./world.ts";

const kindRow = (world: World, kind: string): InjectionKindRow =>
  (Object.hasOwn(INJECTIONS, kind) ? INJECTIONS[kind as keyof typeof INJECTIONS] : world.refuse("a strike is of a known kind", { kind }));

const script = (world: World): readonly Injection[] => (world.header.faults ?? []) as readonly Injection[];

/** FAULT_INJECTED: the next of the script at its tick, or what was asked for in the turn before. */
export function injected(world: World, entry: Entry): void {
  const { faults, moment: { tick } } = world;
  const body = world.body(entry.body);
  const kind = world.text(body, "kind");
  if (entry.subject === 0) {
    world.require(kind === field(faults.asked.shift(), "kind"), "a strike outside the script was asked for", { kind });
  } else {
    const planned = script(world)[entry.subject - 1];
    world.require(entry.subject === faults.struck + 1 && planned?.at === tick && planned.kind === kind, "strikes are those of the header, in its order", { strike: entry.subject, kind });
    faults.struck += 1;
  }
  const row = kindRow(world, kind);
  world.require(world.integer(body, "level") === row.level, "a fault has the level of its kind", { kind });
  for (const id of world.ids(body, "jobs")) {
    const job = world.job(id);
    const outcome = row.outcome[DOMAINS[job.domain] as BoundDomain];
    world.require(job.state === "intended" && job.due > tick && outcome !== undefined && !faults.doomed.has(id), "a strike hits work in flight, once", { job: id });
    faults.doomed.set(id, FAULTS[outcome].code);
    if (row.level === 0) faults.hit.add(id);
  }
  if (kind === "capability-revocation") authority.aimed(world, world.text(body, "process"), world.text(body, "verb"));
  for (const id of world.ids(body, "contracts")) {
    const { state, terms } = world.contract(id);
    world.require((state === "issued" || state === "active") && row.domains.includes(terms.domain), "a strike hits live contracts of its domains", { contract: id });
  }
  faults.halting = tick;
}

/** FAULT_INJECT, granted. */
export function asked(world: World, entry: Entry): void { world.faults.asked.push(bodyOf(entry.body)); }

/** Time goes on to `tick`: what befalls earlier ones has come. */
export function checkStruck(world: World, tick: number): void {
  const next = script(world)[world.faults.struck];
  if (next !== undefined && next.at < tick) world.refuse("a strike comes at its tick, behind the turns", { strike: world.faults.struck + 1, at: next.at });
}

/** A turn may only be taken when what was asked for has come, what is due has come, and what freezes has taken everything away. */
export function settled(world: World): void {
  const { faults, moment: { tick } } = world;
  if (faults.struck > 0 && script(world)[faults.struck - 1]?.at === tick) world.refuse("a strike comes at its tick, behind the turns", { strike: faults.struck });
  if (faults.asked.length > 0) world.refuse("what an operator's program asked for comes behind its turn");
  for (const owed of faults.owed) world.refuse("what a fault leads to comes before anybody takes a turn", { owed });
  for (const domain of faults.frozen) world.require(world.attested[domain].allocated === 0, "a frozen domain holds no contract", { domain });
}

/** An outcome of work that was hit is the strike's. */
export function ended(world: World, entry: Entry): void {
  const { hit, doomed } = world.faults;
  world.faults.landed = hit.delete(entry.subject) ? entry.subject : 0;
  const doom = doomed.get(entry.subject);
  said(world, entry, doom !== undefined);
  if (doom === undefined) return;
  world.require(entry.verdict === doom, "work that was hit ends with the strike's fault", { job: entry.subject, verdict: entry.verdict, strike: doom });
  doomed.delete(entry.subject);
}

const BOUND_CALLS: ReadonlySet<number> = new Set([SYSCALL.CONTRACT_REQUEST, SYSCALL.CONTRACT_RELEASE, SYSCALL.CONTRACT_QUERY, SYSCALL.CONTRACT_SHARE, SYSCALL.CONTRACT_ATTACH, SYSCALL.XDV_CALL, SYSCALL.MEASURE, SYSCALL.PROJECT]);

/** A granted call: not in a frozen domain, no work on a calibration that gave out. */
export function granted(world: World, entry: Entry): void {
  const { frozen, uncalibrated } = world.faults;
  if (frozen.size > 0 && BOUND_CALLS.has(entry.code)) {
    for (const domain of frozen) world.require(entry.domain !== DOMAIN_RANK[domain], "nothing is granted in a frozen domain", { domain });
  }
  if (uncalibrated.size === 0 || entry.code !== SYSCALL.XDV_CALL) return;
  const until = uncalibrated.get(entry.contract);
  if (until !== undefined && world.moment.tick >= until) world.refuse("no work is taken on a calibration that gave out", { contract: entry.contract, until });
}

/** Of an entry whose domain is Q or PHI: its fields have been looked at. */
const domainOf = ({ domain }: Entry): BoundDomain => DOMAINS[domain] as BoundDomain;

export function frozen(world: World, entry: Entry): void {
  const domain = domainOf(entry);
  const { tick } = world.moment;
  world.require(world.faults.halting === tick, "a domain is frozen by a fault of its tick", { domain });
  for (const id of world.ids(world.body(entry.body), "jobs")) {
    const job = world.job(id);
    world.require(job.state === "intended" && job.due > tick && job.domain === entry.domain && !world.faults.doomed.has(id), "a freeze ends work in flight, once", { job: id });
    world.faults.doomed.set(id, FAULTS.DOMAIN_PANIC.code);
  }
  world.require(!world.faults.frozen.has(domain), "a domain is frozen once", { domain });
  world.faults.frozen.add(domain);
  authority.frozen(world, domain);
  world.faults.owed.delete(owing.frozen(domain));
}

export function thawed(world: World, entry: Entry): void {
  const domain = domainOf(entry);
  world.require(world.faults.frozen.delete(domain), "a domain is thawed that was frozen", { domain });
  world.faults.failures[domain].length = 0;
  authority.thawed(world, domain);
}

export function uncalibrated(world: World, entry: Entry): void {
  const row = world.contract(entry.subject);
  world.require(entry.contract === row.id && entry.domain === DOMAIN_RANK[row.terms.domain], "a contract event names one contract");
  const grace = world.integer(world.body(entry.body), "grace");
  world.require(row.state === "issued" || row.state === "active", "a calibration gives out under a live contract", { contract: row.id });
  world.require(grace === row.terms.calibration.grace && !world.faults.uncalibrated.has(row.id), "a calibration gives out once, with the grace of its terms", { contract: row.id });
  world.faults.uncalibrated.set(row.id, world.moment.tick + grace);
}

/** PROCESS_HALTED: a fault of this tick ends it; each that is contained so says it, whether or not another one has. */
export function halted(world: World, entry: Entry): void {
  const row = world.process(entry.subject);
  const already = world.ending.includes(row);
  const again = already && world.faults.owed.has(owing.halted(row.id));
  world.require(row.live && (again || !row.stopping) && world.faults.halting === world.moment.tick, "a process is halted by a fault of its tick", { process: row.name });
  if (!already) world.ending.push(row);
  row.stopping = true;
  world.faults.owed.delete(owing.halted(row.id));
}
