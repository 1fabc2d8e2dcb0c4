// q_get_telemetry and q_get_mapping: what a session or one of its jobs uses and has used. Nothing of anybody else's, and no state (A4).
import type { Handlers } from "../../../kernel-abi/rpc/handlers.ts";
import type { ParamsOf, ResultOf } from "../../../kernel-abi/rpc/methods.ts";
import { isProfile, parseProfile } from "../../../kernel-abi/qvm/qec/profile.ts";
import { Refusal } from "../../../kernel-abi/rpc/codes.ts";
import { targetOf } from "../../kernel/logical/conditions.ts";
import type { JobTelemetry } from "../../kernel/logical/telemetry.ts";
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

const physicalOf = (places: readonly Placed[]): number => places.reduce((sum, { physicalQubits }) => sum + physicalQubits, 0);

export function telemetryCalls(parts: Parts, watching: Watching): Pick<Handlers, "q_get_telemetry" | "q_get_mapping"> {
  const { authority, machine, places } = parts;
  const conditions = () => machine.conditions.all.map((each) => ({ ...each, target: targetOf(each) }));

  const ofSession = (session: string): ResultOf<"q_get_telemetry"> => {
    const told = machine.sessionTelemetry(session, authority.quotas.session(session).max_physical_qubits, handHolder(session));
    return { ...told, qubits: { ...told.qubits }, channels: { ...told.channels }, ...{ conditions: conditions() } };
  };
  const ofJob = (id: string, epoch: number | null | undefined): ResultOf<"q_get_telemetry"> => {
    const record: JobTelemetry | undefined = places.record(id);
    if (record === undefined) return { resource_usage: { logical_qubits_allocated: 0, physical_qubits_used: 0, physical_qubits_available: 0, utilization: 0, channels_open: 0 }, qubits: {}, channels: {}, simulation_time_us: 0 };
    const one = epoch === undefined || epoch === null ? undefined : record.epochs[epoch];
    if (epoch !== undefined && epoch !== null && one === undefined) throw new Refusal("INVALID_PARAMS", { at: "/epoch", what: `the job has run ${record.epochs.length} epochs` });
    const attestation = parts.traces.attestation(id);
    return {
      ...record, qubits: { ...record.qubits }, channels: { ...record.channels },
      ...{ usage: one?.usage ?? record.usage, epochs: one === undefined ? record.epochs : [one], conditions: conditions() },
      ...(attestation === undefined ? {} : { attestation: new TextDecoder().decode(attestation) }),
    };
  };
  const mappingOf = (id: string): readonly Placed[] => (machine.resources.holds(id) ? machine.resources.mapping(id) : places.record(id)?.epochs.at(-1)?.mapping ?? []);

  return {
    q_get_telemetry({ session_id, job_id, epoch }: ParamsOf<"q_get_telemetry">) {
      if (job_id === undefined || job_id === null) authority.call(session_id, "q_get_telemetry");
      else watching.seen({ session_id, job_id }, "q_get_telemetry");
      return job_id === undefined || job_id === null ? ofSession(session_id) : ofJob(job_id, epoch);
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
