// q_get_telemetry and q_get_mapping: what a session or one of its jobs uses and has used. Nothing of anybody else's, and no state (A4).
//   K29 Epochs are told in pages of bounded size; the mapping of one that stands as the one before it in the page did is not repeated.
import { setImmediate as turn } from "node:timers/promises";
import type { Handlers } from "../../../kernel-abi/rpc/handlers.ts";
import type { ParamsOf, ResultOf } from "../../../kernel-abi/rpc/methods.ts";
import { isProfile, parseProfile } from "../../../kernel-abi/qvm/qec/profile.ts";
import { Refusal } from "../../../kernel-abi/rpc/codes.ts";
import { eachEpoch, epochCount, type EpochFacts } from "../../kernel/logical/epochs.ts";
import { isEnd } from "../../kernel/jobs/lifecycle.ts";
import { targetOf } from "../../kernel/logical/conditions.ts";
import { attestedOf } from "./attested.ts";
import { handHolder } from "./by-hand.ts";
import type { Parts } from "./parts.ts";
import type { Watching } from "./watching.ts";

type Mapping = ResultOf<"q_get_mapping">["mapping"];
interface Placed { readonly vq: string; readonly profile: string; readonly physicalQubits: number; readonly module: string }

const placed = (prefix: string, places: readonly Placed[]): Mapping =>
  Object.fromEntries(places.map(({ vq, profile, physicalQubits, module }) => [prefix + vq, { profile, distance: distanceOf(profile), physical_qubits: physicalQubits, module }]));

/** Of a profile's canonical text; 0, which none has, for a text that is none. */
const distanceOf = (text: string): number => {
  const profile = parseProfile(text);
  return isProfile(profile) ? profile.distance : 0;
};

const LIMIT = 1_000;
/** JSON of the epochs of one page; the first is told whatever it takes. */
const PAGE_BYTES = 4 * 1024 * 1024;

interface Page {
  readonly epochs: readonly unknown[];
  /** Of the job. */
  readonly epochs_total: number;
  /** The first that is still told: of jobs that ended long ago the earlier ones are forgotten. */
  readonly epochs_from: number;
  /** Where the next page begins; null: there is none. */
  readonly next_epoch: number | null;
}

function pageOf(records: readonly EpochFacts[], from: number, limit: number, epochs_total: number): Page {
  const epochs: unknown[] = [];
  const epochs_from = records[0]?.epoch ?? 0;
  let mapping: EpochFacts["mapping"] | undefined;
  let bytes = 0;
  for (const { times: _, ...each } of eachEpoch<EpochFacts>(records.slice(Math.max(0, records.findLastIndex(({ epoch }) => epoch <= from))))) {
    if (each.epoch < from) continue;
    const { mapping: stands, ...rest } = each;
    const told = stands === mapping ? rest : each;
    bytes += JSON.stringify(told).length;
    if (epochs.length > 0 && (epochs.length === limit || bytes > PAGE_BYTES)) return { epochs, epochs_total, epochs_from, next_epoch: each.epoch };
    epochs.push(told);
    mapping = stands;
  }
  return { epochs, epochs_total, epochs_from, next_epoch: null };
}

/** What is told of a job of which this kernel has no account. */
const HOLDS_NOTHING = {
  resource_usage: { logical_qubits_allocated: 0, physical_qubits_used: 0, physical_qubits_available: 0, utilization: 0, channels_open: 0 }, qubits: {}, channels: {}, simulation_time_us: 0,
} as const;

const physicalOf = (places: readonly Placed[]): number => places.reduce((sum, { physicalQubits }) => sum + physicalQubits, 0);

export function telemetryCalls(parts: Parts, watching: Watching): Pick<Handlers, "q_get_telemetry" | "q_get_mapping"> {
  const { authority, jobs, machine, places, totals } = parts;
  const conditions = () => machine.conditions.all.map((each) => ({ ...each, target: targetOf(each) }));

  const ofSession = (session: string): ResultOf<"q_get_telemetry"> => {
    const told = machine.sessionTelemetry(session, authority.quotas.session(session).max_physical_qubits, handHolder(session));
    const { usage, timeUs, jobs: jobs_ended } = totals.of(session, jobs.of(session).filter(({ state }) => !isEnd(state)).map(({ order }) => places.record(order.id)));
    return { ...told, qubits: { ...told.qubits }, channels: { ...told.channels }, simulation_time_us: timeUs, usage: { ...usage }, jobs_ended, ...{ conditions: conditions() } };
  };
  /** One more job of an earlier kernel; false when that was all. */
  const counted = (session: string): boolean => totals.take(session, (id) => attestedOf(parts, id)?.usage);
  /** A file a turn: others are answered meanwhile. */
  const ofSessionOnceCounted = async (session: string): Promise<ResultOf<"q_get_telemetry">> => {
    do {
      await turn();
      authority.call(session, "q_get_telemetry"); // closed by now, perhaps
    } while (counted(session));
    return ofSession(session);
  };
  const attestationOf = (id: string): { readonly attestation?: string } => {
    const attestation = parts.traces.attestation(id);
    return attestation === undefined ? {} : { attestation: new TextDecoder().decode(attestation) };
  };
  const ofJob = (id: string, { epoch, from_epoch, limit }: Pick<ParamsOf<"q_get_telemetry">, "epoch" | "from_epoch" | "limit">): ResultOf<"q_get_telemetry"> => {
    const record = places.record(id);
    const known = record === undefined ? attestedOf(parts, id) : { ...record, count: epochCount(record.epochs) };
    const attestation = (from_epoch ?? 0) > 0 ? {} : attestationOf(id); // with the first page alone
    if (known === undefined) return { ...HOLDS_NOTHING, ...attestation, attested_only: true };
    const { usage, epochs, count } = known;
    const single = epoch ?? undefined;
    const page = pageOf(epochs, single ?? from_epoch ?? 0, single === undefined ? limit ?? LIMIT : 1, count);
    const stretch = single === undefined ? undefined : epochs.find((each) => each.epoch <= single && single < each.epoch + each.times);
    if (single !== undefined && stretch === undefined) throw new Refusal("INVALID_PARAMS", { at: "/epoch", what: `the job has run ${count} epochs, and those from ${page.epochs_from} up to ${epochCount(epochs)} are kept` });
    return { ...HOLDS_NOTHING, ...record, ...(record === undefined ? { attested_only: true } : {}), qubits: { ...record?.qubits }, channels: { ...record?.channels }, ...{ usage: { ...stretch?.usage ?? usage }, ...page, conditions: conditions() }, ...attestation };
  };
  /** Where it stands, or stood when it last held something. */
  const mappingOf = (id: string): readonly Placed[] => {
    if (machine.resources.holds(id)) return machine.resources.mapping(id);
    const record = places.record(id);
    if (record !== undefined && record.summary === undefined) return record.epochs.at(-1)?.mapping ?? [];
    const attested = attestedOf(parts, id);
    return attested === undefined || epochCount(attested.epochs) < attested.count ? [] : attested.epochs.at(-1)?.mapping ?? [];
  };

  return {
    q_get_telemetry({ session_id, job_id, ...which }: ParamsOf<"q_get_telemetry">) {
      if (job_id !== undefined && job_id !== null) {
        watching.seen({ session_id, job_id }, "q_get_telemetry");
        return ofJob(job_id, which);
      }
      authority.call(session_id, "q_get_telemetry");
      return counted(session_id) ? ofSessionOnceCounted(session_id) : ofSession(session_id);
    },
    q_get_mapping({ session_id, job_id }: ParamsOf<"q_get_mapping">) {
      if (job_id !== undefined && job_id !== null) {
        watching.seen({ session_id, job_id }, "q_get_mapping");
        const own = mappingOf(job_id);
        return { mapping: placed("", own), physical_qubits_used: physicalOf(own) };
      }
      authority.call(session_id, "q_get_mapping");
      const holders = machine.resources.holders.filter(({ session }) => session === session_id);
      const all = holders.map(({ job }) => [job === handHolder(session_id) ? "" : `${job}:`, machine.resources.mapping(job)] as const);
      return { mapping: Object.assign({}, ...all.map(([prefix, own]) => placed(prefix, own))) as Mapping, physical_qubits_used: all.reduce((sum, [, own]) => sum + physicalOf(own), 0) };
    },
  };
}
