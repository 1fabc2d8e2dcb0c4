// Where jobs stand on the logical machine: what a job wants it holds from its slot to its end, its epochs are walked there one by one, and
// what the machine did about its conditions is told. Owns what remains of a job when it holds nothing any more: its telemetry.
//   K15 A job that waits for the machine (T states, the decoder, teleports, a place for a block) stands at its fence: kernel epochs pass
//       until it is given what it asked for, and it can be cancelled and run out of time there as anywhere.
//   K30 A job the machine made stop between two fences gives way there only inside a REV segment, undone to where that began; it is charged.
//   K35 Its decoders' overload signal (accounts.ts N6) is told when it begins and when it is over, by the fence it shows at.
//   K16 A job that gave way comes back to other blocks, and to the account it had; one that was restored is accounted for from its beginning.
import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import { rollbackTo } from "../../../kernel-abi/qvm/epochs.ts";
import type { Graph, GraphNode } from "../../../kernel-abi/qvm/graph.ts";
import { wayBack } from "../../../kernel-abi/qvm/rev.ts";
import type { EpochSpan, Job, Rollback } from "../../kernel/jobs/job.ts";
import type { EpochRecord } from "../../kernel/logical/epochs.ts";
import { tightened } from "../../kernel/logical/conditions.ts";
import type { LogicalMachine } from "../../kernel/logical/machine.ts";
import type { JobTelemetry } from "../../kernel/logical/telemetry.ts";
import type { Histories } from "./histories.ts";
import type { JobFacts } from "./job-facts.ts";

export interface PlacesOptions {
  readonly machine: LogicalMachine;
  readonly histories: Histories;
  /** Physical qubits a session may hold: what its jobs' telemetry is measured against. */
  readonly physicalLimit: (session: string) => number;
  /** Whether the job is to stop where it stands: cancelled, out of time, or the kernel stops. */
  readonly halted: (id: string) => boolean;
  /** Whether the job is to give way, now that the machine made it stop between two fences. */
  readonly outranked: (id: string) => boolean;
  /** A kernel epoch passed while a job waited: deadlines are counted in them. */
  readonly passed: () => void;
  /** Stretches of epochs, places in them, qubits and channels that are kept of jobs which hold nothing any more, over all of them. */
  readonly weightMax?: number;
}

const WEIGHT_MAX = 500_000;

/** What keeping it costs; epochs that stand alike share their mapping. */
function weightOf(record: JobTelemetry | undefined): number {
  if (record === undefined) return 0;
  let weight = Object.keys(record.qubits).length + Object.keys(record.channels).length;
  for (const [at, { mapping, moves }] of record.epochs.entries()) weight += 1 + moves.length + (record.epochs[at - 1]?.mapping === mapping ? 0 : mapping.length);
  return weight;
}

/** Of the epochs the number remains. */
const summaryOf = (record: JobTelemetry): JobTelemetry => ({ ...record, qubits: {}, channels: {}, epochs: record.epochs.slice(-1).map((last) => ({ ...last, mapping: [], moves: [] })), summary: true });

/** Turns of the event loop a job waits by before it waits by the clock. */
const TURNS = 64;
const WAIT_MS = 2;

export class Places {
  readonly #options: PlacesOptions;
  /** Of jobs that hold nothing any more. */
  readonly #records = new Map<string, JobTelemetry>();

  /** Those of them that are more than sums, the oldest first. */
  readonly #whole = new Set<string>();
  #weight = 0;
  /** Jobs whose decoders were told to be overloaded, and not yet to have caught up. */
  readonly #overloaded = new Set<string>();
  readonly #weightMax: number;

  constructor(options: PlacesOptions) {
    this.#options = options;
    this.#weightMax = options.weightMax ?? WEIGHT_MAX;
  }

  /** Whether its blocks are to be had now. */
  room({ verified }: JobFacts): boolean { return this.#options.machine.resources.shortage(verified.wanted) === undefined; }

  /** Whether they were if, of all holders that are jobs, these alone had what they have, or would be given now. What is held by hand stays. */
  roomBeside({ verified }: JobFacts, others: readonly { readonly id: string; readonly facts: JobFacts }[], isJob: (holder: string) => boolean): boolean {
    const { resources } = this.#options.machine;
    const kept = new Set(others.map(({ id }) => id));
    const coming = others.filter(({ id }) => !resources.holds(id)).map(({ facts }) => facts.verified.wanted);
    return resources.fitsBeside(verified.wanted, (holder) => kept.has(holder) || !isJob(holder), coming);
  }

  /** All of its blocks, and the qubits that are alive where it stands (K16). @throws Fault RESOURCES_EXHAUSTED, holding nothing; CHANNEL_… */
  take(job: Job, { verified: { wanted, epochs, steps } }: JobFacts): void {
    const { order: { id, session, tenant }, epoch, node } = job;
    const from = epochs[epoch]?.from ?? node;
    const behind = [...epochs.slice(0, epoch), ...(node > from ? [{ from, to: node }] : [])];
    this.#options.machine.resume({ job: id, session, tenant }, wanted, behind.map((span) => ({ ...span, nodes: nodesOf(steps, span) })), reachedBy(job));
  }

  /**
   * The job goes through its next epoch, to the fence; or it was halted before the epoch's end; or it was to give way there, and has undone
   * what it did since its REV segment began. Outside of a segment nothing can be undone, and it goes on to its fence. @throws Fault of the walk
   */
  async enter(job: Job, { verified: { graph, steps, epochs } }: JobFacts): Promise<"through" | "halted" | Omit<Rollback, "epoch">> {
    const { machine, outranked } = this.#options;
    const { order: { id }, epoch } = job;
    const span = epochs[epoch] ?? { from: 0, to: 0 };
    let at = Math.max(job.node, reachedBy(job));
    let back = job.node;
    do {
      const most = await this.#ready(id, epoch, nodesOf(steps, { from: back, to: span.to }));
      if (most === "halted") return most;
      const [part = { from: at, to: span.to }] = tightened([{ from: at, to: span.to }], most.fenceEvery);
      const from = most.rollback ? rollbackTo(graph, at) : back;
      this.#signalled(id, epoch, machine.run(id, { from, to: part.to }, nodesOf(steps, { from, to: part.to })));
      at = back = part.to;
      if (at < span.to) await turn();
      const to = at < span.to ? rollbackTo(graph, at) : at;
      if (to < at && outranked(id)) return this.#undone(id, graph, { from: at, to });
    } while (at < span.to);
    return "through";
  }

  /** The overload signal of its decoders, where it changed since its last fence: at most twice an epoch, however often it did (K35). */
  #signalled(id: string, epoch: number, { decoding, backlogNs }: EpochRecord): void {
    const { histories, machine } = this.#options;
    const { overloaded, backlogNs: late } = machine.account(id);
    if (overloaded + (decoding?.overloads ?? 0) > 0 && !this.#overloaded.has(id)) {
      this.#overloaded.add(id);
      histories.add(id, { type: "decoder overloaded", state: "RUNNING", epoch, data: { backlog_max_us: backlogNs / 1_000, latency_max_us: (decoding?.latencyMaxNs ?? 0) / 1_000 } });
    }
    if (overloaded === 0 && this.#overloaded.delete(id)) histories.add(id, { type: "decoder caught up", state: "RUNNING", epoch, data: { backlog_us: late / 1_000 } });
  }

  #undone(id: string, graph: Graph, { from, to }: { readonly from: number; readonly to: number }): Omit<Rollback, "epoch"> {
    const way = wayBack(graph, { from: to, to: from });
    this.#options.machine.undo(id, way);
    return { from, to, cost: way.cost };
  }

  /** A kernel epoch has passed: what was used is made anew. */
  turnover(): void { this.#options.machine.turnover(); }

  /** What a job has used: as it stands, or as it stood when it last held something. */
  record(id: string): JobTelemetry | undefined {
    const { machine, physicalLimit } = this.#options;
    const holder = machine.resources.holds(id) ? machine.resources.holder(id) : undefined;
    return holder === undefined ? this.#records.get(id) : machine.jobTelemetry(id, physicalLimit(holder.session));
  }

  /** What a job that stands at a fence did since it stood at the one before, `from`. */
  latest(id: string, from: number): readonly EpochRecord[] {
    const { epochs } = this.#options.machine.account(id);
    return epochs.slice(epochs.findLastIndex((epoch) => epoch.from <= from));
  }

  /** It waits again, or has ended: it holds nothing. */
  leave(id: string, over: boolean): void {
    const told = this.record(id);
    if (told !== undefined) this.#keep(id, told);
    if (over) {
      this.#overloaded.delete(id);
      this.#options.machine.finish(id);
    } else this.#options.machine.leave(id);
  }
  forget(id: string): void {
    this.#weight -= weightOf(this.#records.get(id));
    this.#records.delete(id);
    this.#whole.delete(id);
  }
  /** Jobs whose record is kept. */
  get size(): number { return this.#records.size; }

  /** Moves every qubit of a job at its fence that is not where it is to be, on a block that is whole; where they were and are, and how many went. */
  move(id: string, to: string | undefined): { readonly from: string; readonly to: string; readonly success: boolean; readonly moved: number } {
    const { machine } = this.#options;
    const modules = (): string => [...new Set(machine.resources.mapping(id).map(({ module }) => module))].sort().join("+");
    const from = modules();
    const hurt = new Set(machine.resources.damaged(id).map(({ vq }) => vq));
    const moves = machine.resources.mapping(id).filter(({ vq, module }) => module !== to || hurt.has(vq)).map(({ vq }) => machine.move(id, vq, to));
    return { from, to: modules(), success: moves.every(({ success }) => success), moved: moves.filter(({ success }) => success).length };
  }

  /** The oldest make room: their sums remain. */
  #keep(id: string, told: JobTelemetry): void {
    this.forget(id);
    this.#records.set(id, { ...told, epochs: [...told.epochs] });
    this.#whole.add(id);
    this.#weight += weightOf(told);
    for (const other of this.#whole) {
      const record = this.#records.get(other);
      if (this.#weight <= this.#weightMax || other === id || record === undefined) break;
      this.#whole.delete(other);
      this.#records.set(other, summaryOf(record));
      this.#weight += weightOf(this.#records.get(other)) - weightOf(record);
    }
  }

  /** Waits at the fence until the machine has what the next nodes ask for (K15). */
  async #ready(id: string, epoch: number, nodes: readonly GraphNode[]): Promise<"halted" | { readonly fenceEvery: number | null; readonly rollback: boolean }> {
    const { machine, histories, halted } = this.#options;
    let rollback = false;
    for (let waited = 0; ; waited++) {
      const report = machine.fence(id);
      rollback ||= report.rollback;
      for (const { vq, from, to, success, reason } of report.moves) histories.add(id, { type: "migrated", state: "RUNNING", epoch, data: { vq, from, to, success, reason } });
      if (report.rollback) histories.add(id, { type: "rolled back", state: "RUNNING", epoch });
      const admitted = report.stranded > 0 ? undefined : machine.admit(id, machine.demand(id, nodes));
      if (admitted?.kind === "go") return { fenceEvery: report.fenceEvery, rollback };
      if (waited === 0) histories.add(id, { type: "waiting", state: "RUNNING", epoch, data: { for: admitted?.for ?? "a module with room" } });
      await (waited < TURNS ? turn() : pause(WAIT_MS));
      this.#options.passed();
      if (halted(id)) return "halted";
      machine.turnover();
    }
  }
}

/** The node a job had come to when it was rolled back to where it stands; where it stands when it was not. */
function reachedBy({ node, epoch, rollbacks }: Job): number {
  const last = rollbacks.at(-1);
  return last !== undefined && last.to === node && last.epoch === epoch ? last.from : node;
}

const nodesOf = (nodes: readonly GraphNode[], { from, to }: EpochSpan): readonly GraphNode[] => nodes.slice(from, to);
