// Telemetry as the wire has it: of a session, or of one of its jobs. Built from tables on request; nothing here is kept.
//   N4  What a session is told is its own: available qubits are what its quota leaves it, never what other tenants have left.
import { backlogAt, both, type DecodingFigures, NO_DECODING } from "../../../kernel-abi/qvm/qec/decoder-queue.ts";
import { logicalErrorRate, rateSource, type RateSource } from "../../../kernel-abi/qvm/qec/rates.ts";
import type { Account, QubitAccount } from "./accounts.ts";
import type { EpochRecord, EpochUsage } from "./epochs.ts";
import type { Channel } from "./channel.ts";

export interface QubitTelemetry {
  readonly qubit_id: string;
  readonly profile: string;
  readonly distance: number;
  readonly physical_qubits: number;
  readonly gate_count: number;
  readonly measurement_count: number;
  readonly decoder_cycles: number;
  /** How long the decoder worked on them. */
  readonly decoder_time_us: number;
  /** From a round's arrival to its correction, over those rounds. */
  readonly decoder_latency_max_us: number;
  readonly decoder_latency_mean_us: number;
  /** By how much it was late at most, and where the qubit stands. */
  readonly decoder_backlog_max_us: number;
  readonly decoder_backlog_us: number;
  /** How often it was overloaded, and whether it is. */
  readonly decoder_overloads: number;
  readonly decoder_overloaded: boolean;
  readonly correction_count: number;
  readonly syndrome_weight: number;
  readonly error_breakdown: { readonly depolarizing: number; readonly coherence: number; readonly measurement: number; readonly total: number };
  readonly logical_error_rate: number;
  /** Whether that rate is a scheme's formula or was sampled. */
  readonly logical_error_rate_source: RateSource;
  readonly total_time_us: number;
  readonly module: string;
}

export interface ChannelTelemetry {
  readonly channel_id: string;
  readonly vq_a: string;
  readonly vq_b: string;
  readonly state: "open" | "pending";
  readonly fidelity: number;
  readonly actual_fidelity: number;
  readonly purification_rounds: number;
  readonly pairs_consumed: number;
  readonly uses: number;
}

/** Of all the qubits that are told of together: sums, peaks, and how many of their decoders are overloaded. */
export interface DecoderTelemetry {
  readonly rounds: number;
  readonly time_us: number;
  readonly latency_max_us: number;
  readonly latency_mean_us: number;
  readonly backlog_max_us: number;
  readonly backlog_us: number;
  readonly overloads: number;
  readonly overloaded: number;
}

export interface Telemetry {
  readonly resource_usage: {
    readonly logical_qubits_allocated: number;
    readonly physical_qubits_used: number;
    readonly physical_qubits_available: number;
    readonly utilization: number;
    readonly channels_open: number;
  };
  readonly qubits: Readonly<Record<string, QubitTelemetry>>;
  readonly channels: Readonly<Record<string, ChannelTelemetry>>;
  readonly decoder: DecoderTelemetry;
  readonly simulation_time_us: number;
}

/** One job's, to its end: also what it was epoch by epoch. */
export interface JobTelemetry extends Telemetry {
  readonly usage: EpochUsage;
  /** In stretches (N5 of accounts.ts). */
  readonly epochs: readonly EpochRecord[];
  /** Of one that ended long ago only the sums are kept, and the last stretch of its epochs. */
  readonly summary?: true;
}

const mean = (sum: number, count: number): number => (count === 0 ? 0 : sum / count);

/** @param accounts whose qubits these are */
export function decoderTelemetry(qubits: readonly QubitAccount[], accounts: readonly Account[]): DecoderTelemetry {
  const rounds = qubits.reduce((sum, { decoderCycles }) => sum + decoderCycles, 0);
  const { latencyMaxNs, latencySumNs, backlogMaxNs, overloads } = qubits.reduce<DecodingFigures>((sum, { decoding = NO_DECODING }) => both(sum, decoding), NO_DECODING);
  return {
    rounds, time_us: qubits.reduce((sum, { decoderNs }) => sum + decoderNs, 0) / 1_000, latency_max_us: latencyMaxNs / 1_000, latency_mean_us: mean(latencySumNs, rounds) / 1_000, backlog_max_us: backlogMaxNs / 1_000,
    backlog_us: accounts.reduce((most, { backlogNs }) => Math.max(most, backlogNs), 0) / 1_000, overloads, overloaded: accounts.reduce((sum, { overloaded }) => sum + overloaded, 0),
  };
}

export const qubitTelemetry = (qubit: QubitAccount, drift: number): QubitTelemetry => ({
  ...decodingTelemetry(qubit),
  qubit_id: qubit.vq, profile: qubit.profile.text, distance: qubit.profile.distance, physical_qubits: qubit.profile.physicalQubits,
  gate_count: qubit.gates, measurement_count: qubit.measurements, decoder_cycles: qubit.decoderCycles, decoder_time_us: qubit.decoderNs / 1_000, correction_count: qubit.corrections,
  syndrome_weight: qubit.syndromeWeight, error_breakdown: { ...qubit.errors, total: qubit.errors.depolarizing + qubit.errors.coherence + qubit.errors.measurement },
  logical_error_rate: logicalErrorRate(qubit.profile, drift), logical_error_rate_source: rateSource(qubit.profile), total_time_us: qubit.clockNs / 1_000, module: qubit.module,
});

function decodingTelemetry({ decoderCycles, clockNs, live, decoding }: QubitAccount): Pick<QubitTelemetry, "decoder_latency_max_us" | "decoder_latency_mean_us" | "decoder_backlog_max_us" | "decoder_backlog_us" | "decoder_overloads" | "decoder_overloaded"> {
  const { latencyMaxNs, latencySumNs, backlogMaxNs, overloads } = decoding ?? NO_DECODING;
  const queue = live ? decoding?.queue : undefined;
  return {
    decoder_latency_max_us: latencyMaxNs / 1_000, decoder_latency_mean_us: mean(latencySumNs, decoderCycles) / 1_000, decoder_backlog_max_us: backlogMaxNs / 1_000,
    decoder_backlog_us: queue === undefined ? 0 : backlogAt(queue, clockNs) / 1_000, decoder_overloads: overloads, decoder_overloaded: queue?.overloaded === true,
  };
}

/** The form a channel has on the wire. */
export const channelTelemetry = (channel: Channel): ChannelTelemetry => ({
  channel_id: channel.id, vq_a: channel.a, vq_b: channel.b, state: channel.state === "OPEN" ? "open" : "pending", fidelity: channel.wanted,
  actual_fidelity: channel.fidelity, purification_rounds: channel.rounds, pairs_consumed: channel.made, uses: channel.uses,
});

/** Ids of several jobs' qubits may be the same name: the job goes before all but one job's own. */
export interface Part { readonly prefix: string; readonly account: Account; readonly drift: (module: string) => number }

export function telemetry(parts: readonly Part[], usage: { readonly logicalQubits: number; readonly reservedPhysical: number }, channels: readonly Channel[], physicalLimit: number): Telemetry {
  const qubits: Record<string, QubitTelemetry> = {};
  for (const { prefix, account, drift } of parts) {
    for (const qubit of account.qubits) if (qubit.live || parts.length === 1) qubits[prefix + qubit.vq] = qubitTelemetry(qubit, drift(qubit.module));
  }
  return {
    resource_usage: {
      logical_qubits_allocated: usage.logicalQubits, physical_qubits_used: usage.reservedPhysical,
      physical_qubits_available: Math.max(0, physicalLimit - usage.reservedPhysical),
      utilization: physicalLimit === 0 ? 0 : usage.reservedPhysical / physicalLimit, channels_open: channels.length,
    },
    qubits,
    channels: Object.fromEntries(channels.map((channel) => [(channel.job === null || parts.length === 1 ? "" : `${channel.job}:`) + channel.id, channelTelemetry(channel)])),
    decoder: decoderTelemetry(parts.flatMap(({ account }) => account.qubits.filter(({ live }) => live || parts.length === 1)), parts.map(({ account }) => account)),
    simulation_time_us: parts.reduce((sum, { account }) => sum + account.timeNs / 1_000, 0),
  };
}
