// The logical machine: resources, links, flows, conditions and accounts as one, driven by whoever runs jobs. Pure and synchronous.
//   A job's way: start → at each fence: fence, admit → run → … → finish. Between, turnover: once for every kernel epoch. A job that has to
//   wait without its resources: leave, later resume.
//   LM1  A job starts with everything it will ever hold, or not at all.
//   LM2  What is done about conditions is done at the job's own fences, and recorded in the epoch that follows.
//   LM3  A job that ended holds nothing: no block, channel, claim or account.
import { Fault } from "../../../kernel-abi/fault.ts";
import { Account } from "./accounts.ts";
import type { EpochRecord } from "./epochs.ts";
import type { Holder, MoveRecord, Wanted } from "./block.ts";
import type { LinksOptions } from "./channel.ts";
import { checkInjection, Conditions, type Injection, type Mode, targetOf } from "./conditions.ts";
import { type Demand, type Step, demandOf, isMeasurementHeavy, profileOf } from "./demand.ts";
import { Flow, type FlowSpec } from "./flow.ts";
import { EntanglementLinks } from "./links.ts";
import { type MachineSaved, readMachine } from "./machine-saved.ts";
import type { ModuleSpec } from "./module.ts";
import { LogicalResources } from "./resources.ts";
import { type JobTelemetry, type Telemetry, telemetry } from "./telemetry.ts";
import { GATE_FIDELITY, Walk, fidelityOf, isJoint } from "./walk.ts";

export interface MachineOptions {
  readonly modules: readonly ModuleSpec[];
  readonly links: LinksOptions;
  /** T states made in an epoch, and kept. */
  readonly tStates: FlowSpec;
  /** Teleports in an epoch while a link is degraded (serialised); without end while none is. */
  readonly teleportsDegraded: number;
}

/** Two modules that any job of the default quotas fits many times; T factories that keep up. */
export const MACHINE: MachineOptions = Object.freeze({
  modules: Object.freeze([{ name: "module-0", physicalQubits: 131_072 }, { name: "module-1", physicalQubits: 131_072 }]),
  links: Object.freeze({ links: Object.freeze([]) }),
  tStates: Object.freeze({ perEpoch: 65_536, buffer: 1_048_576 }),
  teleportsDegraded: 1,
});

type FlowName = "decoder" | "t-states" | "teleports";

/** An epoch of a graph and its nodes, [from, to). */
export interface Span { readonly from: number; readonly to: number; readonly nodes: readonly Step[] }

/** What a job does at its fence. */
export interface FenceReport {
  readonly moves: readonly MoveRecord[];
  /** A module under it failed since the last fence: the REV segment it was in is to be rolled back. */
  readonly rollback: boolean;
  /** Hurt blocks that found no place: the job waits here. */
  readonly stranded: number;
  /** Nodes the next epoch may have at most; null: as the graph says. */
  readonly fenceEvery: number | null;
}
export type Admission = { readonly kind: "go" } | { readonly kind: "wait"; readonly for: FlowName; readonly epochs: number | null };

const ENDLESS: FlowSpec = Object.freeze({ perEpoch: null, buffer: 0 });

export class LogicalMachine {
  readonly #options: MachineOptions;
  readonly conditions = new Conditions();
  #resources: LogicalResources;
  #links: EntanglementLinks;
  #tStates: Flow;
  #teleports = new Flow(ENDLESS);
  #decoder = new Flow(ENDLESS);
  readonly #accounts = new Map<string, Account>();
  readonly #moved = new Map<string, MoveRecord[]>();
  readonly #struck = new Set<string>();
  /** Flows a job was given what its next epoch uses up by. */
  readonly #granted = new Map<string, Set<FlowName>>();

  constructor(options: MachineOptions = MACHINE) {
    this.#options = options;
    this.#resources = new LogicalResources(options.modules, this.conditions);
    this.#links = new EntanglementLinks(options.links);
    this.#tStates = new Flow(options.tStates);
  }

  get resources(): LogicalResources { return this.#resources; }
  get links(): EntanglementLinks { return this.#links; }
  get epoch(): number { return this.#resources.epoch; }
  get flows(): Readonly<Record<"tStates" | "teleports" | "decoder", Flow>> { return { tStates: this.#tStates, teleports: this.#teleports, decoder: this.#decoder }; }

  /** A job begins with all that it wants (LM1). @throws Fault RESOURCES_EXHAUSTED | HOLDER_UNKNOWN */
  start(holder: Holder, wanted: readonly Wanted[]): void {
    this.#resources.open(holder);
    try {
      this.#resources.acquire(holder.job, wanted);
    } catch (error) {
      this.#resources.close(holder.job);
      throw error;
    }
    if (!this.#accounts.has(holder.job)) this.#accounts.set(holder.job, new Account());
  }
  /** Whether what is wanted is there now. */
  fits(wanted: readonly Wanted[]): boolean { return this.#resources.shortage(wanted) === undefined; }

  /** A job gives its resources back and keeps its account: it waits at a fence, with nothing. */
  leave(job: string): void {
    for (const flow of [this.#tStates, this.#teleports, this.#decoder]) flow.withdraw(job);
    this.#links.closeAll({ job });
    this.#resources.close(job);
    this.#granted.delete(job);
  }
  /**
   * A job starts, at the fence after the spans that are behind it: what lives there is placed again. Spans that no account tells of yet (it
   * was restored from a checkpoint) are accounted for, because its run goes through them; one that begins before what its account tells of (it
   * is tried again) has a fresh account, which tells of this attempt alone; not so one that was rolled back from the node it had `reached`. @throws as start and run, and nothing is held then
   */
  resume(holder: Holder, wanted: readonly Wanted[], behind: readonly Span[], reached = 0): void {
    this.start(holder, wanted);
    const { job } = holder;
    if (this.#account(job).next > Math.max(reached, behind.at(-1)?.to ?? 0)) this.#accounts.set(job, new Account());
    const account = this.#account(job);
    try {
      for (const { from, to, nodes } of behind) {
        if (account.next < to) this.run(job, { from, to }, nodes);
        else new Walk({ resources: this.#resources, links: this.#links, account }, holder).again(nodes);
      }
    } catch (error) {
      this.leave(job);
      throw error;
    }
  }

  /** A job stands at a fence: its blocks leave what is out of service or drifted (LM2). @throws Fault HOLDER_UNKNOWN */
  fence(job: string): FenceReport {
    this.#resources.atFence(job, true);
    this.#resources.replaceSpare(job);
    const moves = this.#resources.mapping(job).flatMap(({ vq }) => this.#mend(job, vq) ?? []);
    const rollback = this.#struck.delete(job);
    return { moves, rollback, stranded: this.#resources.damaged(job).length, fenceEvery: this.conditions.fenceEvery(this.#resources.modules(job)) };
  }

  /** Moves one qubit, at a fence, on somebody's wish. @throws as LogicalResources.move */
  move(job: string, vq: string, to?: string): MoveRecord {
    const record = this.#resources.move(job, vq, to);
    if (record.success) this.#account(job).seat(vq, this.#resources.blockOf(job, vq));
    this.#moved.set(job, [...this.#moved.get(job) ?? [], record]);
    return record;
  }

  /** Moves every qubit of a job; one record each. @throws as LogicalResources.move */
  migrate(job: string, to?: string): readonly MoveRecord[] { return this.#resources.mapping(job).map(({ vq }) => this.move(job, vq, to)); }

  /** What the nodes of a job's next epoch use up. */
  demand(job: string, nodes: readonly Step[]): Demand {
    const fresh = new Map(nodes.filter(({ op }) => op === "ALLOC_LQ").flatMap((node) => node.vqs.map((vq) => [vq, profileOf(node).distance] as const)));
    const placed = new Map(this.#resources.mapping(job).map(({ vq, distance }) => [vq, distance]));
    return demandOf(nodes, (vq) => placed.get(vq) ?? fresh.get(vq) ?? 0);
  }

  /** Whether a job's next epoch may run now; ask again after a turnover, for the same. Whoever waited first goes first. */
  admit(job: string, demand: Demand): Admission {
    const granted = this.#granted.get(job) ?? new Set();
    this.#granted.set(job, granted);
    const wants: readonly (readonly [FlowName, Flow, number])[] = [
      ["decoder", this.#decoder, isMeasurementHeavy(demand) ? demand.rounds : 0], ["t-states", this.#tStates, demand.tStates], ["teleports", this.#teleports, demand.teleports],
    ];
    for (const [name, flow, amount] of wants) {
      if (granted.has(name)) continue;
      if (flow.ask(job, amount) === "wait") return { kind: "wait", for: name, epochs: flow.epochsFor(0) };
      granted.add(name);
    }
    return { kind: "go" };
  }

  /**
   * Accounts for an epoch of a job: places and frees its qubits, opens and closes its channels, charges every node.
   * A job whose epoch throws is finished or restarted: what it had placed stays until then.
   * @param span nodes of the graph, from where it stood or, after a rollback, from before
   * @throws Fault PROFILE_INVALID | QUBIT_UNKNOWN | RESOURCES_EXHAUSTED | CHANNEL_*
   */
  run(job: string, span: { readonly from: number; readonly to: number }, nodes: readonly Step[]): EpochRecord {
    const account = this.#account(job);
    this.#bringTogether(job, nodes);
    this.#resources.atFence(job, false);
    account.begin({ ...span, moves: this.#moved.get(job) ?? [], conditions: this.conditions.all.map((each) => `${each.mode} ${targetOf(each)}`) });
    this.#moved.delete(job);
    this.#granted.delete(job);
    new Walk({ resources: this.#resources, links: this.#links, account }, this.#resources.holder(job)).epoch(nodes, account.next - span.from);
    this.#resources.atFence(job, true);
    return account.end();
  }

  /** A job that is to give way between two fences undoes what it did since its segment began, by these inverses, where it stands (N4). @throws Fault HOLDER_UNKNOWN */
  undo(job: string, { nodes, cost }: { readonly nodes: readonly Step[]; readonly cost: number }): EpochRecord {
    const account = this.#account(job);
    const at = account.next;
    account.begin({ from: at, to: at, moves: [], conditions: [], undone: { nodes: nodes.length, cost } });
    new Walk({ resources: this.#resources, links: this.#links, account }, this.#resources.holder(job)).undo(nodes);
    return account.end();
  }

  /** A job that begins again from its first node: its qubits are freed, its channels closed, its account is empty. @throws Fault HOLDER_UNKNOWN */
  restart(job: string): void {
    this.#resources.free(job, this.#resources.mapping(job).map(({ vq }) => vq));
    this.#links.closeAll({ job });
    this.#accounts.set(job, new Account());
    this.#granted.delete(job);
  }

  /** Ends a job, however it ended (LM3). Its last telemetry; undefined when it never started. */
  finish(job: string, physicalLimit = 0): JobTelemetry | undefined {
    const told = this.#accounts.has(job) ? this.jobTelemetry(job, physicalLimit) : undefined;
    this.leave(job);
    this.#accounts.delete(job);
    this.#moved.delete(job);
    this.#struck.delete(job);
    return told;
  }
  /** Ends everything a session had; its jobs. */
  closeSession(session: string): readonly string[] {
    const jobs = this.#resources.holders.filter((holder) => holder.session === session).map(({ job }) => job);
    for (const job of jobs) this.finish(job);
    this.#links.closeAll({ session });
    return jobs;
  }

  /** The next kernel epoch. */
  turnover(): void {
    this.#resources.turnover();
    this.#links.turnover();
    for (const flow of [this.#tStates, this.#teleports, this.#decoder]) flow.turnover();
  }

  /** Makes the machine worse; it stays so until cleared. @throws Fault MODULE_UNKNOWN */
  inject(injection: Injection): void {
    this.#known(injection);
    this.conditions.inject(injection);
    if (injection.mode === "module-failure") {
      this.#resources.mark(injection.module, "FAULTY");
      for (const { job } of this.#resources.holders) if (this.#resources.damaged(job).length > 0) this.#struck.add(job);
    }
    if (injection.mode === "link-degradation") this.#links.degrade(injection.a, injection.b, injection);
    this.#setRates();
  }
  /** Puts it right again; false when nothing of this held. */
  clear(mode: Mode, target: string): boolean {
    const held = this.conditions.clear(mode, target);
    if (held === undefined) return false;
    if (held.mode === "module-failure") this.#resources.mark(held.module, "SERVICE");
    if (held.mode === "link-degradation") this.#links.degrade(held.a, held.b, null);
    this.#setRates();
    return true;
  }

  /** Makes these hold and no others: what is not among them is put right, what held as it stands here goes on as it did (G1). Refused whole. @throws Fault MODULE_UNKNOWN */
  setConditions(injections: readonly Injection[]): { readonly lifted: number; readonly begun: number } {
    for (const injection of injections) {
      this.#known(injection);
      checkInjection(injection);
    }
    const { lifted, begun } = this.conditions.towards(injections);
    for (const injection of lifted) this.clear(injection.mode, targetOf(injection));
    for (const injection of begun) this.inject(injection);
    return { lifted: lifted.length, begun: begun.length };
  }

  /** Of one live job. @throws Fault HOLDER_UNKNOWN */
  jobTelemetry(job: string, physicalLimit: number): JobTelemetry {
    const account = this.#account(job);
    const part = { prefix: "", account, drift: (module: string) => this.conditions.drift(module) };
    return { ...telemetry([part], this.#resources.usage({ job }), this.#links.channels({ job }), physicalLimit), usage: account.usage, epochs: account.epochs };
  }
  /** Of a session's live jobs and what it holds on its own; `holder`: the id that is held under, whose qubits go without a prefix. */
  sessionTelemetry(session: string, physicalLimit: number, holder?: string): Telemetry {
    const jobs = this.#resources.holders.filter((each) => each.session === session).map(({ job }) => job);
    const parts = jobs.map((job) => ({
      prefix: jobs.length === 1 || job === holder ? "" : `${job}:`, account: this.#accounts.get(job) ?? this.#asPlaced(job), drift: (module: string) => this.conditions.drift(module),
    }));
    return telemetry(parts, this.#resources.usage({ session }), this.#links.channels({ session }), physicalLimit);
  }
  /** @throws Fault HOLDER_UNKNOWN */
  account(job: string): Account { return this.#account(job); }

  /** Between epochs: no job runs while this is asked. */
  saved(): MachineSaved {
    return {
      resources: this.#resources.saved(), links: this.#links.saved(), injections: this.conditions.all,
      flows: { tStates: this.#tStates.saved(), teleports: this.#teleports.saved(), decoder: this.#decoder.saved() },
      accounts: [...this.#accounts].map(([job, account]) => ({ job, ...account.saved() })),
      moved: [...this.#moved].map(([job, moves]) => ({ job, moves })), struck: [...this.#struck],
      granted: [...this.#granted].map(([job, flows]) => ({ job, flows: [...flows] })),
    };
  }
  /** @throws Fault RESUME_REFUSED for what `saved` did not give; InvariantBroken for tables that contradict themselves */
  static restored(data: unknown, options: MachineOptions = MACHINE): LogicalMachine {
    const saved = readMachine(data);
    const machine = new LogicalMachine(options);
    for (const injection of saved.injections) machine.conditions.inject(injection);
    machine.#resources = LogicalResources.restored(saved.resources, machine.conditions);
    machine.#links = EntanglementLinks.restored(saved.links, options.links);
    machine.#tStates = Flow.restored(saved.flows.tStates);
    machine.#teleports = Flow.restored(saved.flows.teleports);
    machine.#decoder = Flow.restored(saved.flows.decoder);
    for (const { job, ...account } of saved.accounts) machine.#accounts.set(job, Account.restored(account));
    for (const { job, moves } of saved.moved) machine.#moved.set(job, [...moves]);
    for (const job of saved.struck) machine.#struck.add(job);
    for (const { job, flows } of saved.granted) machine.#granted.set(job, new Set(flows));
    return machine;
  }

  #account(job: string): Account {
    const account = this.#accounts.get(job);
    if (account === undefined) throw new Fault("HOLDER_UNKNOWN", { job });
    return account;
  }

  /** Of a holder that runs nothing: its qubits, which have done nothing. */
  #asPlaced(job: string): Account {
    const account = new Account();
    for (const { vq } of this.#resources.mapping(job)) account.seat(vq, this.#resources.blockOf(job, vq));
    return account;
  }

  #known(injection: Injection): void {
    const named = injection.mode === "link-degradation" ? [injection.a, injection.b] : injection.mode === "decoder-overload" ? [] : [injection.module];
    const modules = this.#options.modules.map(({ name }) => name);
    for (const module of named) if (!modules.includes(module)) throw new Fault("MODULE_UNKNOWN", { module, modules: modules.join(" ") });
  }
  #setRates(): void {
    const overload = this.conditions.all.find((each) => each.mode === "decoder-overload");
    this.#decoder.setRate(overload?.mode === "decoder-overload" ? overload.roundsPerEpoch : null);
    this.#teleports.setRate(this.#links.degraded ? this.#options.teleportsDegraded : null);
  }

  /** A qubit on a hurt block, or on one whose code does not hold here any more, moves. */
  #mend(job: string, vq: string): MoveRecord | undefined {
    const { hurt, asked, profile, module } = this.#resources.blockOf(job, vq);
    const needed = this.conditions.profileOn(asked, module);
    return hurt.length > 0 || needed === undefined || needed.distance > profile.distance ? this.move(job, vq) : undefined;
  }

  /** Where no channel will do, qubits that are to be joined come into one module before the epoch: what is local needs no pairs from afar. */
  #bringTogether(job: string, nodes: readonly Step[]): void {
    if (!this.#links.degraded) return;
    const placed = new Map(this.#resources.mapping(job).map(({ vq, module }) => [vq, module]));
    for (const node of nodes) {
      const [first, ...rest] = node.op === "OPEN_CHAN" || isJoint(node) ? node.vqs : [];
      const home = placed.get(first ?? "");
      for (const vq of home === undefined ? [] : rest) {
        const module = placed.get(vq);
        if (home === undefined || module === undefined || module === home) continue;
        const wanted = node.op === "OPEN_CHAN" ? fidelityOf(node) : GATE_FIDELITY;
        if (this.#links.route(home, module, wanted).kind === "local" && this.move(job, vq, home).success) placed.set(vq, home);
      }
    }
  }
}
