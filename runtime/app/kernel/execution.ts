// The loop that runs jobs: who is next, validated, through its epochs, its run made and sealed, its end written down. Owns nothing but the
// loop: states are kernel/jobs', authority and resources each their own table's.
//   K8  A job holds authority's place and its blocks exactly while it has a slot; whatever way it leaves, both are given back (`#leave`).
//   K9  A job is one run, made when its last epoch, or the fence it stops at, is reached: amplitudes never leave a provider, so until then
//       there is nothing to keep, and the same seed comes to the same events wherever it was interrupted.
//       A job that is cancelled tells of the run of the prefix before its fence, where that is light; a heavy one is not begun for a job
//       that nobody wants.
//   K10 Between two epochs everybody else has a turn of the event loop: requests are answered while jobs run.
import { setImmediate as turn } from "node:timers/promises";
import type { StatementText } from "../../../kernel-abi/dsse-batch.ts";
import { Fault, FAULTS } from "../../../kernel-abi/fault.ts";
import { InvariantBroken } from "../../../kernel-abi/invariant.ts";
import { priorityOf, type Job, type JobError, type JobOutcome, type Rollback } from "../../kernel/jobs/job.ts";
import type { FenceDecision } from "../../kernel/jobs/jobs.ts";
import type { Clearance } from "../../kernel/jobs/queue.ts";
import { isEnd } from "../../kernel/jobs/lifecycle.ts";
import { expiryOf } from "../../kernel/jobs/expiry.ts";
import { attestationOf } from "./attestation.ts";
import { eventsOf, isTransient, runOf, type SealedRun } from "./job-runs.ts";
import { strikesOf } from "./noise-drawn.ts";
import type { JobFacts } from "./job-facts.ts";
import type { Parts } from "./parts.ts";
import { UnderWay } from "./under-way.ts";

export class Execution {
  readonly #parts: Parts;
  #looking = false;
  #atWork = 0;
  readonly #underWay: UnderWay;
  #idle: (() => void)[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#underWay = new UnderWay({ isOver: (id) => this.#isOver(id), kick: () => { this.kick(); }, now: parts.now });
  }

  /** Work may have come, or be wanted no more: looked for once in this turn of the event loop, however often it is said. */
  kick(): void {
    if (this.#looking) return;
    this.#looking = true;
    setImmediate(() => {
      this.#looking = false;
      this.#look();
    });
  }

  /** Whether a job that is next may go. Nothing is held by asking: one that is taken reserves in the same turn of the event loop (`#validated`). */
  clearance(job: Job): Clearance {
    const { authority, jobs, places } = this.#parts;
    if (jobs.runningOf(job.order.session) >= authority.quotas.session(job.order.session).max_jobs) return "session";
    try {
      return authority.blocked(job.order.id) ?? (places.room(this.#facts(job)) ? "go" : "machine");
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault; // it may never: it goes, and fails in validation, where that is told
      return "go";
    }
  }

  /** Runs under way are left to the next kernel. */
  leave(): void { this.#underWay.leave(); }

  /** Whether a job that waits would have room if, of all jobs, these alone had theirs. */
  beside(waiting: Job, others: readonly Job[]): boolean {
    const { jobs, places } = this.#parts;
    return places.roomBeside(this.#facts(waiting), others.map((job) => ({ id: job.order.id, facts: this.#facts(job) })), (holder) => jobs.get(holder) !== undefined);
  }

  /** Resolves when no job is between two fences. */
  atRest(): Promise<void> {
    return this.#atWork === 0 ? Promise.resolve() : new Promise((resolve) => { this.#idle.push(resolve); });
  }

  #facts({ order: { id } }: Job): JobFacts {
    const facts = this.#parts.facts.get(id);
    if (facts === undefined) throw new InvariantBroken("E1", `facts of ${id}`);
    return facts;
  }

  #look(): void {
    const { jobs, stopping, now } = this.#parts;
    jobs.sweep(now(), (late) => { this.told(late); });
    this.#underWay.look();
    while (!stopping()) {
      const job = jobs.next() ?? this.#afterIdleEpoch();
      if (job === undefined) return;
      this.#atWork++;
      void this.#through(job).finally(() => {
        this.#atWork--;
        if (this.#atWork === 0) for (const resolve of this.#idle.splice(0)) resolve();
        this.kick();
      });
    }
  }

  /** With nobody at work there are no fences, and what the last ones used would never be made anew: an epoch passes for those who wait. */
  #afterIdleEpoch(): Job | undefined {
    const { jobs, places } = this.#parts;
    if (jobs.running > 0 || jobs.waiting === 0) return undefined;
    places.turnover();
    return jobs.next();
  }

  async #through(job: Job): Promise<void> {
    const { id } = job.order;
    try {
      this.#validated(job);
      if (job.resumed > 0 && job.attempts === 0) await this.#begun(id);
      await this.#epochs(id);
    } catch (error) {
      this.#failed(id, error);
    } finally {
      this.#leave(id);
    }
  }

  /** On disk before it runs: should it end this kernel too, the next one knows. */
  #begun(job: string): Promise<void> {
    const { memory } = this.#parts;
    memory.keep({ k: "begun", job, times: (memory.live.begun.get(job) ?? 0) + 1 });
    return memory.settled();
  }

  /** Certificate, authority, blocks; RUNNING when all are there. */
  #validated(job: Job): void {
    const { authority, graphs, jobs, histories, now } = this.#parts;
    const { id } = job.order;
    const facts = this.#facts(job);
    histories.add(id, { type: "state", state: "VALIDATING", epoch: job.epoch });
    graphs.check(facts.verified);
    if (!authority.start(id)) throw new InvariantBroken("E1", "what was cleared is reserved in the same turn");
    this.#parts.places.take(job, facts);
    const running = jobs.start(id, now());
    histories.add(id, { type: "state", state: "RUNNING", epoch: running.epoch });
  }

  async #epochs(id: string): Promise<void> {
    const { jobs, histories, places, stopping, now } = this.#parts;
    for (let first = true; ; first = false) {
      if (!first) await turn();
      const job = jobs.get(id);
      if (job === undefined) return;
      if (stopping() && !job.cancelAsked && job.order.epochs.length - job.epoch > 1) return this.#put(id);
      const entered = await places.enter(job, this.#facts(job));
      if (entered === "halted") return this.#halted(id);
      if (entered !== "through") return this.#rolledBack(job, entered);
      this.#detailed(job);
      const decision = this.#moved(id, jobs.fence(id, now()));
      places.turnover();
      const { state, epoch } = jobs.get(id) ?? job;
      if (decision.kind === "end") return this.#run(id);
      if (decision.kind === "cancel") return this.#cancelled(id);
      histories.add(id, { type: decision.kind === "gave way" ? "preempted" : "epoch", state, epoch });
      if (decision.kind === "expired") return this.told(jobs.get(id) ?? job);
      if (decision.kind === "gave way") return;
    }
  }

  /** To who asked for it, what an epoch came to: in stretches when the machine made it stop in between. */
  #detailed(job: Job): void {
    const { histories, places } = this.#parts;
    const { order: { id, epochs }, state, epoch } = job;
    if (!this.#facts(job).debug) return;
    for (const { epoch: _, ...record } of places.latest(id, epochs[epoch]?.from ?? 0)) histories.add(id, { type: "debug", state, epoch, data: { ...record, priority: priorityOf(job) } });
  }

  /** It gave way inside a REV segment, and waits where that began. */
  #rolledBack({ order: { id }, epoch }: Job, { from, to, cost }: Omit<Rollback, "epoch">): void {
    const { state } = this.#parts.jobs.preempt(id, to, { from, cost });
    this.#parts.histories.add(id, { type: "preempted", state, epoch, data: { rolled_back: { from, to, cost } } });
  }

  /** Whether a job that waits at its fence is to wait no longer. */
  isHalted(id: string): boolean {
    return this.#parts.stopping() || this.#isOver(id);
  }

  /** Whether a job is cancelled or out of time, wherever it is. */
  #isOver(id: string): boolean {
    const { jobs, now } = this.#parts;
    const job = jobs.get(id);
    return job === undefined || job.cancelAsked || expiryOf(job, { now: now(), epoch: jobs.epoch }) !== undefined;
  }

  /** It waited at its fence, and is cancelled there, out of time, or left to the next kernel. */
  #halted(id: string): Promise<void> | undefined {
    const { jobs, now } = this.#parts;
    const job = jobs.get(id);
    if (job === undefined) return undefined;
    if (job.cancelAsked) return this.#cancelled(id);
    const error = expiryOf(job, { now: now(), epoch: jobs.epoch });
    if (error === undefined) this.#put(id);
    else this.told(jobs.fail(id, error, now()));
    return undefined;
  }

  /** A kernel that stops leaves a job at the fence it reached: the next one takes it up. */
  #put(id: string): void {
    const job = this.#parts.jobs.get(id);
    if (job !== undefined) this.#parts.jobs.preempt(id, job.node);
  }

  #moved(id: string, decision: FenceDecision): FenceDecision {
    if (decision.kind !== "move") return decision;
    const { jobs, histories } = this.#parts;
    const { from, to, success } = this.#parts.places.move(id, decision.to === "" ? undefined : decision.to);
    const job = jobs.get(id);
    histories.add(id, { type: "migrated", state: "RUNNING", epoch: job?.epoch ?? 0, data: { from, to, success } });
    return jobs.moved(id, from, to);
  }

  /** The run of the whole graph. A cancel that comes when it has been made comes at the graph's end, which is the next fence. */
  async #run(id: string): Promise<void> {
    const { jobs, runs, now } = this.#parts;
    const before = jobs.get(id);
    if (before === undefined) return undefined;
    const asked = runOf(before.order, this.#facts(before));
    const run = await this.#underWay.wanted(before, (by) => runs.run({ ...asked, get signal() { return by.signal; } }));
    if (run === undefined) {
      jobs.back(id); // to the last fence before the graph's end
      return this.#halted(id);
    }
    const isCancelled = (): boolean => jobs.get(id)?.cancelAsked === true;
    const late = isCancelled() ? undefined : expiryOf(before, { now: now(), epoch: jobs.epoch });
    if (late !== undefined) return this.told(jobs.fail(id, late, now()));
    const outcome = await this.#kept(before, run, asked.graph.program.nodes.length);
    this.told(isCancelled() ? jobs.cancelled(id, outcome, now()) : jobs.finish(id, outcome, now()));
  }

  /** It stands at its fence: the run of the prefix before it, where that is light. */
  async #cancelled(id: string): Promise<void> {
    const { jobs, runs, now } = this.#parts;
    const job = jobs.get(id);
    if (job === undefined) return;
    const asked = runOf(job.order, this.#facts(job), job.node);
    const isTold = job.node > 0 && runs.isLight(asked);
    if (!isTold && job.epoch === job.order.epochs.length) jobs.back(id); // what ends the last epoch is its run
    const outcome = isTold ? await this.#kept(job, await runs.run(asked), job.node) : null;
    this.told(jobs.cancelled(id, outcome, now()));
  }

  /** A sealed run of so many nodes, as what the job came to: its evidence is kept before anybody hears of the end. */
  async #kept(job: Job, { counts, digest, bundle }: SealedRun, nodes: number): Promise<JobOutcome> {
    const { id, shots } = job.order;
    const { machine, traces, signing } = this.#parts;
    const { verified: { graph }, noise } = this.#facts(job);
    if (noise !== null && noise !== undefined) machine.account(id).noisy(shots, strikesOf({ graph, seed: job.order.seed, shots, nodes, noise }));
    const attested = this.#attested(job, digest, nodes);
    const trace = await traces.keep(id, { bundle, attestation: attested === undefined ? undefined : await signing.signed(attested) });
    return { events: shots === 1 ? eventsOf(counts) : {}, counts: shots === 1 ? null : counts, digest, trace };
  }

  /** Undefined where nothing was run, or nobody is known to say it of. */
  #attested(job: Job, run: string, nodes: number): StatementText | undefined {
    const { authority, places, signer, sha256 } = this.#parts;
    const { order: { id, tenant } } = job;
    const { verified, auditFrom } = this.#facts(job);
    const record = places.record(id);
    const namespace = authority.tenants.find(tenant)?.namespace;
    if (record === undefined || namespace === undefined) return undefined;
    const { size } = authority.audit;
    const from = Math.min(auditFrom, size);
    const events = authority.audit.since(from).filter(({ subject }) => subject === id).map(({ seq, at, kind, outcome, detail }) => ({ seq, at, kind, outcome, detail: { ...detail } }));
    return attestationOf({ job, verified, record, run, nodes, namespace, audit: { root: authority.audit.root(), size, from, to: size, events } }, { signer, sha256 });
  }

  #failed(id: string, error: unknown): void {
    const { jobs, histories, now } = this.#parts;
    if (error instanceof InvariantBroken) throw error; // no table can be relied on: the next kernel takes up what was accepted
    const fault = error instanceof Fault ? error : new Fault("RUNTIME_DEFECT", { what: error instanceof Error ? error.name : "no error" }, { cause: error });
    const told: JobError = { type: fault.fault, message: fault.message, code: FAULTS[fault.fault].code };
    const job = jobs.fail(id, told, now(), isTransient(fault));
    if (job.state === "QUEUED") histories.add(id, { type: "retried", state: job.state, epoch: job.epoch, data: { attempt: job.attempts, after: told.type } });
    else this.told(job);
  }

  /** An end: written down, then told. */
  told(job: Job): void {
    this.#parts.ended(job);
  }

  #leave(id: string): void {
    const { jobs, places } = this.#parts;
    const state = jobs.get(id)?.state;
    places.leave(id, state === undefined || isEnd(state));
    if (state === undefined) places.forget(id); // its session was closed, and forgot it as it ended
    this.#parts.authority.pause(id);
  }
}
