// q_submit: whether a graph becomes a job. Owns the order of the questions; each is answered elsewhere.
//   K6  Verified, then admitted (capabilities, firewall, quotas), then taken in, then on disk, then answered. What is refused leaves nothing.
//   K7  With a client token a submit may be made twice and is one job; another submit under it is refused.
import { isDeepStrictEqual } from "node:util";
import { toHex } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { METHODS, type ParamsOf, type ResultOf } from "../../../kernel-abi/rpc/methods.ts";
import { Refusal } from "../../../kernel-abi/rpc/codes.ts";
import { Policy } from "../../../kernel-abi/rpc/shapes.ts";
import { PRIORITY_DEFAULT, type Job, type JobOrder } from "../../kernel/jobs/job.ts";
import { graphNoise } from "../../../domains/q/api/graph-rates.ts";
import type { Verified } from "./graphs.ts";
import type { JobFacts } from "./job-facts.ts";
import type { Parts } from "./parts.ts";

const JOB_ID_BYTES = 8;
const SEED_DIGITS = 32;
/** Attempts after the first, when the provider is to blame. */
const RETRIES = 2;
const WARNINGS_MAX = 16;

/** What an accepted job begins from: the start, or a checkpoint. */
export interface Beginning {
  readonly startEpoch: number;
  readonly restored: string | null;
}
const FROM_THE_START: Beginning = Object.freeze({ startEpoch: 0, restored: null });

export type Wish = Pick<JobOrder, "shots" | "priority" | "deadlineEpochs" | "timeoutMs"> & Pick<JobFacts, "debug" | "noise" | "clientToken"> & { readonly seed: string | null };

export class Admission {
  readonly #parts: Parts;
  readonly #tokens = new Map<string, string>();
  /** The other way round. */
  readonly #tokenOf = new Map<string, string>();

  constructor(parts: Parts) { this.#parts = parts; }

  async submit(params: ParamsOf<"q_submit">, strangers: readonly string[] = []): Promise<ResultOf<"q_submit">> {
    const { authority, graphs, memory } = this.#parts;
    const session = params.session_id;
    authority.call(session, "q_submit");
    if (this.#parts.stopping()) throw new Refusal("STOPPING");
    const wish = wishOf(params);
    const before = wish.clientToken === null ? undefined : this.#tokens.get(`${session} ${wish.clientToken}`);
    const known = before === undefined ? undefined : this.#parts.jobs.get(before);
    const verified = graphs.of(params.graph);
    const asked = { ...wish, noise: noiseOf(wish, verified) };
    const warnings = warningsOf(params, strangers);
    if (known !== undefined && !this.#isAgain(known, verified, asked)) throw new Refusal("INVALID_PARAMS", { at: "/client_token", what: "another submit of this session had it, with another graph or policy" });
    const job = known ?? this.take(session, verified, asked, FROM_THE_START);
    await memory.settled();
    return { job_id: job.order.id, state: job.state, estimated_epochs: job.order.epochs.length, ...(warnings.length === 0 ? {} : { warnings }) };
  }

  /** Whether what is asked for is what this job was asked for (K7). */
  #isAgain({ order }: Job, { digest }: Verified, { seed, debug, noise, clientToken: _, ...wish }: Wish): boolean {
    const own = this.#parts.facts.get(order.id);
    const { shots, priority, deadlineEpochs, timeoutMs } = order;
    return own !== undefined && digest === order.graph && seed === (own.seedGiven ? order.seed : null) && debug === own.debug
      && isDeepStrictEqual(wish, { shots, priority, deadlineEpochs, timeoutMs }) && isDeepStrictEqual(noise ?? null, own.noise ?? null);
  }

  /** A job of a verified graph, waiting. @throws Fault what authority refuses with; RESOURCES_EXHAUSTED for more than the machine has */
  take(session: string, verified: Verified, wish: Wish, { startEpoch, restored }: Beginning): Job {
    const { authority, graphs, machine, facts, jobs, histories, memory, now, fresh } = this.#parts;
    if (wish.debug) authority.need(session, ["CAP_DEBUG"]);
    const id = `job_${toHex(fresh(JOB_ID_BYTES))}`;
    const lacking = machine.resources.impossible(verified.wanted);
    if (lacking !== undefined) throw new Fault("RESOURCES_EXHAUSTED", { ...lacking });
    const auditFrom = authority.audit.size;
    const tenant = this.admit(session, id, verified, false);
    const seed = wish.seed ?? this.#seedOf(id);
    const order: JobOrder = {
      id, tenant, session, graph: verified.digest, seed, shots: wish.shots, epochs: verified.epochs, priority: wish.priority, deadlineEpochs: wish.deadlineEpochs,
      deadlineHint: verified.deadlineHint, timeoutMs: wish.timeoutMs, retries: RETRIES, startEpoch, restored,
    };
    const at = now();
    const own: JobFacts = { auditFrom, verified, debug: wish.debug, noise: wish.noise, clientToken: wish.clientToken, seedGiven: wish.seed !== null, createdAt: at };
    facts.set(id, own);
    this.recall(session, wish.clientToken, id);
    memory.keepGraph(verified.digest, verified.graph, graphs.written(verified));
    memory.keep(acceptedEntry(order, own));
    const job = jobs.accept(order, at);
    histories.add(id, { type: "state", state: "QUEUED", epoch: startEpoch, ...(restored === null ? {} : { data: { restored } }) });
    const kick = (): void => { this.#parts.kick(); };
    memory.settled().then(kick, kick); // what was accepted is on disk, and answered, before work on it begins
    return job;
  }

  /** The tenant of an admitted job. `again`: an earlier kernel accepted it. @throws Fault */
  admit(session: string, job: string, { graph, needs, physicalQubits }: Verified, again: boolean): string {
    const admission = this.#parts.authority.admit({
      session, job, graph, again, needs: { caps: needs.caps, peakQubits: needs.peakQubits, channels: needs.channels, physicalQubits },
    });
    if (!admission.allowed) throw admission.fault;
    return admission.tenant;
  }

  /** The job of this token is known again. */
  recall(session: string, token: string | null, job: string): void {
    if (token === null) return;
    this.#tokens.set(`${session} ${token}`, job);
    this.#tokenOf.set(job, `${session} ${token}`);
  }

  forget(job: string): void {
    const key = this.#tokenOf.get(job);
    this.#tokenOf.delete(job);
    if (key !== undefined) this.#tokens.delete(key);
  }

  /** Of a job whose seed nobody gave: from the kernel's and its id, so it stands in the run like any other. */
  #seedOf(id: string): string {
    return toHex(this.#parts.sha256(new TextEncoder().encode(`${this.#parts.seed} ${id}`))).slice(0, SEED_DIGITS);
  }
}

const acceptedEntry = (order: JobOrder, facts: JobFacts) => {
  const { epochs: _, deadlineHint: __, ...kept } = order;
  return { k: "accepted", ...kept, at: facts.createdAt, token: facts.clientToken, debug: facts.debug, noise: facts.noise ?? null, seedGiven: facts.seedGiven } as const;
};

/** Members that other kernels may read are let pass here, and told of. */
function warningsOf({ policy = {} }: ParamsOf<"q_submit">, strangers: readonly string[]): string[] {
  const known = METHODS.q_submit.params;
  const beside = strangers.map((name) => `${name.slice(0, 80)} is read by nobody${Object.hasOwn(Policy.properties, name) ? `; policy.${name} is` : `; there are ${Object.keys(known).join(", ")}`}`);
  const inside = Object.keys(policy).filter((name) => !Object.hasOwn(Policy.properties, name)).map((name) => `policy.${name.slice(0, 80)} is read by nobody; there are ${Object.keys(Policy.properties).join(", ")}`);
  return [...beside, ...inside].slice(0, WARNINGS_MAX);
}

/** Noise that was asked for without rates is that of the graph's own profiles. */
function noiseOf({ noise }: Wish, { graph }: Verified): unknown {
  if (typeof noise === "boolean") return noise ? graphNoise(graph) : null;
  const named = typeof noise === "object" && noise !== null && "qubits" in noise ? Object.keys(noise.qubits ?? {}) : [];
  const known = new Set(named.length === 0 ? [] : graph.program.nodes.flatMap(({ vqs }) => vqs));
  const stranger = named.find((name) => !known.has(name));
  if (stranger !== undefined) throw new Refusal("INVALID_PARAMS", { at: `/params/policy/noise/qubits/${stranger.replaceAll("~", "~0").replaceAll("/", "~1")}`, what: "the graph has no qubit of this name" });
  return noise;
}

/** 0 is no limit, of time as of epochs: so it is of `q_wait`. */
const limitOf = (given: number | null | undefined): number | null => given || null;

/** Members beside `policy` are as good as those in it, and weigh more. */
function wishOf({ policy = {}, deadline_epochs, timeout_ms, client_token }: ParamsOf<"q_submit">): Wish {
  const { seed, noise = null } = policy;
  return {
    seed: seed === undefined || seed === null || seed === "" ? null : String(seed), shots: policy.shots ?? 1, priority: policy.priority ?? PRIORITY_DEFAULT,
    deadlineEpochs: limitOf(deadline_epochs ?? policy.deadline_epochs), timeoutMs: limitOf(timeout_ms ?? policy.timeout_ms),
    debug: policy.debug ?? false, noise, clientToken: client_token ?? null,
  };
}
