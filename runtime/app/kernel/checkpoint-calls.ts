// q_checkpoint, q_restore, q_migrate: a job at a fence kept, taken up again, or moved.
//   K13 A checkpoint is of a fence the job has reached; of an ended job, of the last fence inside it. The prefix up to there is run and its
//       events and digest kept: a restored job runs that prefix again first, and goes on only when it comes to the same digest.
import type { CallContext } from "../../../kernel-abi/rpc/handlers.ts";
import type { ParamsOf, ResultOf } from "../../../kernel-abi/rpc/methods.ts";
import { Refusal } from "../../../kernel-abi/rpc/codes.ts";
import { PROVIDERS as Q_PROVIDERS } from "../../../domains/q/declared.ts";
import { checkpointId, type CheckpointRecord } from "../../kernel/jobs/checkpoint-record.ts";
import type { Job } from "../../kernel/jobs/job.ts";
import { isEnd } from "../../kernel/jobs/lifecycle.ts";
import type { Admission } from "./admission.ts";
import { eventsOf, runOf } from "./job-runs.ts";
import type { JobFacts } from "./job-facts.ts";
import type { Parts } from "./parts.ts";
import type { Watching } from "./watching.ts";

const CAP = ["CAP_CHECKPOINT"];
const PROVIDERS: readonly string[] = [Q_PROVIDERS.stabilizer, Q_PROVIDERS.statevector].map(({ provider }) => provider);

export class CheckpointCalls {
  readonly #parts: Parts;
  readonly #watching: Watching;
  readonly #admission: Admission;

  constructor(parts: Parts, watching: Watching, admission: Admission) {
    this.#parts = parts;
    this.#watching = watching;
    this.#admission = admission;
  }

  /** @throws Refusal CHECKPOINT_REFUSED | JOB_NOT_FOUND; as Lanes.run */
  async checkpoint(params: ParamsOf<"q_checkpoint">, { signal }: CallContext): Promise<ResultOf<"q_checkpoint">> {
    const { authority, jobs, checkpoints, memory, histories } = this.#parts;
    const job = this.#watching.seen(params, "q_checkpoint");
    authority.need(params.session_id, CAP);
    const { order } = job;
    if (job.state === "FAILED" || (job.state === "CANCELLED" && job.epoch === 0)) throw new Refusal("CHECKPOINT_REFUSED", { job_id: order.id, what: `it is ${job.state}: it came to no fence that could be kept` });
    const epoch = Math.min(job.epoch, order.epochs.length - 1);
    const node = order.epochs[epoch]?.from ?? 0;
    const facts = this.#facts(order.id);
    const run = node === 0 ? undefined : await this.#prefix(job, facts, node, signal);
    if (this.#parts.stopping()) throw new Refusal("STOPPING");
    if (jobs.get(order.id) === undefined) throw new Refusal("JOB_NOT_FOUND", { kind: "job", id: order.id }); // forgotten meanwhile
    const ordinal = jobs.number(order.id);
    const { bytes } = checkpoints.make({
      checkpoint_id: checkpointId(order.id, ordinal), job: order.id, tenant: order.tenant, session: order.session, graph: order.graph, epoch, node, seed: order.seed, shots: order.shots,
      events: { ...run?.events }, prefix: run?.digest ?? "",
    });
    memory.keep({ k: "checkpoint", job: order.id, text: new TextDecoder().decode(bytes) });
    histories.add(order.id, { type: "checkpoint", state: jobs.get(order.id)?.state ?? job.state, epoch, data: { checkpoint_id: checkpointId(order.id, ordinal) } });
    await memory.settled();
    return { checkpoint_id: checkpointId(order.id, ordinal), epoch, size_bytes: bytes.length, job_id: order.id };
  }

  /** @throws Refusal CHECKPOINT_INVALID | STOPPING; Fault what a submit is refused with; as Lanes.run */
  async restore({ checkpoint_id, session_id }: ParamsOf<"q_restore">, { signal }: CallContext): Promise<ResultOf<"q_restore">> {
    const { authority, checkpoints, memory } = this.#parts;
    authority.call(session_id, "q_restore");
    authority.need(session_id, CAP);
    if (this.#parts.stopping()) throw new Refusal("STOPPING");
    const record = checkpoints.open(session_id, checkpoint_id);
    const origin = this.#parts.jobs.seen(session_id, record.job);
    const facts = this.#facts(record.job);
    if (record.prefix !== "") await this.#sameAgain(record, { origin, facts, signal });
    if (this.#parts.stopping()) throw new Refusal("STOPPING");
    const { priority } = origin.order;
    const job = this.#admission.take(session_id, facts.verified, {
      seed: record.seed, shots: record.shots, priority, deadlineEpochs: null, timeoutMs: null, debug: false, noise: facts.noise, clientToken: null,
    }, { startEpoch: record.epoch, restored: checkpoint_id });
    await memory.settled();
    return { job_id: job.order.id, state: job.state, checkpoint_id, epoch: record.epoch };
  }

  async migrate(params: ParamsOf<"q_migrate">, { signal }: CallContext): Promise<ResultOf<"q_migrate">> {
    const { jobs, histories, stopping } = this.#parts;
    const { order: { id, session }, state, epoch, moves: before } = this.#watching.seen(params, "q_migrate");
    if (isEnd(state)) throw new Refusal("ALREADY_COMPLETED", { job_id: id, state });
    const target = params.target ?? "";
    if (this.#isProvider(id, target)) return { job_id: id, from: target, to: target, epoch, success: true, moved: 0 };
    jobs.migrate(session, id, target);
    const over = (): boolean => { const job = jobs.get(id); return job === undefined || isEnd(job.state) || job.moves.length > before.length || stopping(); };
    await histories.until(id, over, { timeoutMs: 0, signal });
    const move = jobs.get(id)?.moves[before.length];
    if (move === undefined && stopping()) throw new Refusal("STOPPING");
    if (move === undefined) throw new Refusal("MIGRATION_REFUSED", { job_id: id, what: signal.aborted ? "nobody waits any more" : "the job ended before it came to a fence" });
    const told = histories.after(id, 0).flatMap(({ type, data }) => (type === "migrated" && typeof data === "object" && data !== null && "moved" in data ? [data] : [])).at(-1);
    return { job_id: id, from: move.from, to: move.to, epoch: move.epoch, success: told !== undefined && "success" in told && told.success === true, moved: Number(told?.moved ?? 0) };
  }

  /** Whether the target is the provider that the job is on already; false: a module, or none named. @throws Refusal MIGRATION_REFUSED for any other */
  #isProvider(id: string, target: string): boolean {
    const modules = this.#parts.machine.resources.inventory().map(({ name }) => name);
    if (target === "" || modules.includes(target)) return false;
    const { provider } = this.#facts(id).verified;
    if (target === provider) return true;
    const why = PROVIDERS.includes(target) ? `the circuit alone decides the provider, and this one goes to ${provider ?? "none"}` : `there is no module or provider ${target}`;
    throw new Refusal("MIGRATION_REFUSED", { job_id: id, what: `${why}; modules are ${modules.join(", ")}` });
  }

  async #prefix({ order }: Job, facts: JobFacts, nodes: number, signal: AbortSignal): Promise<{ readonly events: Readonly<Record<string, number>>; readonly digest: string }> {
    const { lanes, runs } = this.#parts;
    const { counts, digest } = await lanes.run(order, signal, (wanted) => runs.run({ ...runOf(order, facts, nodes), signal: wanted, for: "call" }));
    return { events: order.shots === 1 ? eventsOf(counts) : {}, digest };
  }

  /** @throws Refusal CHECKPOINT_INVALID */
  async #sameAgain(record: CheckpointRecord, { origin, facts, signal }: { readonly origin: Job; readonly facts: JobFacts; readonly signal: AbortSignal }): Promise<void> {
    const { digest, events } = await this.#prefix(origin, facts, record.node, signal);
    const same = digest === record.prefix && Object.entries(record.events).every(([name, value]) => events[name] === value);
    if (!same) throw new Refusal("CHECKPOINT_INVALID", { checkpoint_id: record.checkpoint_id, what: "its prefix comes to another digest here" });
  }

  #facts(id: string): JobFacts {
    const facts = this.#parts.facts.get(id);
    if (facts === undefined) throw new Refusal("JOB_NOT_FOUND", { kind: "job", id });
    return facts;
  }
}
