// Where a job's qubits stand, epoch by epoch: its blocks are acquired before it starts and its graph's allocations placed on them as its
// epochs pass. Owns the records; the tables are kernel/logical's.
import type { Job } from "../../kernel/jobs/job.ts";
import { placementOf, type Placement } from "../../kernel/logical/block.ts";
import { isProfile } from "../../../kernel-abi/qvm/qec/terms.ts";
import { parseProfile } from "../../../kernel-abi/qvm/qec/profile.ts";
import { profileText } from "./needed.ts";
import type { JobFacts, JobRecord, Parts } from "./parts.ts";

interface Kept {
  readonly mappings: (readonly Placement[])[];
  readonly peak: { logicalQubits: number; physicalQubits: number; channels: number };
}

export class Places {
  readonly #kept = new Map<string, Kept>();
  /** Stand elsewhere than at the fence before. */
  readonly #moved = new Set<string>();
  readonly #parts: Pick<Parts, "resources" | "records">;

  constructor(parts: Pick<Parts, "resources" | "records">) { this.#parts = parts; }

  /** Whether its blocks are to be had now. */
  room({ verified }: JobFacts): boolean { return this.#parts.resources.shortage(verified.blocks.wanted) === undefined; }

  /** Before it starts or goes on: all of its blocks, and the qubits that are alive where it stands. @throws Fault RESOURCES_EXHAUSTED, holding nothing */
  take({ order: { id, session, tenant }, epoch }: Job, { verified }: JobFacts): void {
    const { resources } = this.#parts;
    resources.open({ job: id, session, tenant });
    try {
      resources.acquire(id, verified.blocks.wanted);
      for (let at = 0; at < epoch; at++) this.#walk(id, verified, at);
    } catch (error) {
      resources.close(id);
      throw error;
    }
  }

  /** The job goes through an epoch: what that allocates is placed, and where everything stands is recorded. */
  enter({ order: { id }, epoch }: Job, { verified }: JobFacts): void {
    const { resources, records } = this.#parts;
    const record: Kept = this.#kept.get(id) ?? { mappings: [], peak: { logicalQubits: 0, physicalQubits: 0, channels: verified.needs.channels } };
    const changed = this.#walk(id, verified, epoch);
    const mapping = changed ?? (this.#moved.delete(id) ? undefined : record.mappings[epoch - 1]) ?? resources.mapping(id);
    if (changed !== undefined || record.mappings.length === 0) {
      record.peak.logicalQubits = Math.max(record.peak.logicalQubits, mapping.length);
      record.peak.physicalQubits = Math.max(record.peak.physicalQubits, mapping.reduce((sum, place) => sum + place.physicalQubits, 0));
    }
    record.mappings.length = Math.min(record.mappings.length, epoch); // it may have been rolled back
    while (record.mappings.length < epoch) record.mappings.push([]); // before it was restored
    record.mappings.push(mapping);
    this.#kept.set(id, record);
    records.set(id, record);
  }

  /** It waits again, or has ended: it holds nothing. */
  leave(id: string): void {
    this.#moved.add(id); // it may be placed elsewhere when it goes on
    this.#parts.resources.close(id);
  }
  forget(id: string): void {
    this.#kept.delete(id);
    this.#moved.delete(id);
    this.#parts.records.delete(id);
  }

  /** Moves every qubit of a job, or none when one has no room; where they were and are. */
  move(id: string, to: string | undefined): { readonly from: string; readonly to: string; readonly success: boolean } {
    const { resources } = this.#parts;
    const modules = (): string => [...new Set(resources.mapping(id).map(({ module }) => module))].sort().join("+");
    const from = modules();
    resources.atFence(id, true);
    const moved = resources.mapping(id).map(({ vq }) => resources.move(id, vq, to));
    resources.atFence(id, false);
    this.#moved.add(id);
    return { from, to: modules(), success: moved.every(({ success }) => success) };
  }

  /** Where the qubits of an epoch stood, those it freed included; undefined when it allocated and freed none. */
  #walk(id: string, { graph, epochs }: JobFacts["verified"], epoch: number): readonly Placement[] | undefined {
    const { resources } = this.#parts;
    const { from, to } = epochs[epoch] ?? { from: 0, to: 0 };
    const { nodes } = graph.program;
    const freed: Placement[] = [];
    let changed = false;
    for (let at = from; at < to; at++) {
      const node = nodes[at];
      if (node?.op !== "FREE_LQ" && node?.op !== "ALLOC_LQ") continue;
      changed = true;
      const profile = parseProfile(profileText(node.args));
      if (node.op === "ALLOC_LQ" && isProfile(profile)) resources.place(id, node.vqs, profile.text);
      if (node.op === "FREE_LQ") {
        freed.push(...node.vqs.map((vq) => placementOf(resources.blockOf(id, vq), vq)));
        resources.free(id, node.vqs);
      }
    }
    if (!changed) return undefined;
    const now = resources.mapping(id);
    const names = new Set(now.map(({ vq }) => vq));
    return [...freed.filter(({ vq }) => !names.has(vq)), ...now].sort((a, b) => (a.vq < b.vq ? -1 : 1));
  }
}

/** Of a job nothing is recorded of. */
export const NO_RECORD: JobRecord = Object.freeze({ mappings: [], peak: Object.freeze({ logicalQubits: 0, physicalQubits: 0, channels: 0 }) });
