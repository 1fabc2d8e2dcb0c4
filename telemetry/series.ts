// The series: everything a fold can read, with domain, category, unit, kind and meaning (XDV-070, mandatory series per domain;
// XDV-072 by the formulas of hybrid-runtime section 5). METRICS.md is this table.
//   All are counts, ticks, bytes, contract units or parts per million: integers derived from the trace.
import { CATEGORY, type Category } from "./schema.ts";

export interface Series {
  readonly domain: "K" | "Q" | "PHI";
  readonly category: Category;
  /** A counter never falls within a run; a gauge is the value at the record's tick. */
  readonly kind: "counter" | "gauge";
  readonly unit: string;
  /** What one value stands for, besides the run as a whole. */
  readonly per: "run" | "contract" | "envelope" | "provider" | "gate" | "qubit";
  /** The scheduler's or the kernel's own: left out where a scope hides somebody, because it would tell of them. */
  readonly shared: boolean;
  readonly help: string;
}

type Options = Partial<Pick<Series, "per" | "shared">>;
const maker = (domain: Series["domain"], kind: Series["kind"]) =>
  (category: keyof typeof CATEGORY, unit: string, help: string, { per = "run", shared = false }: Options = {}): Series =>
    Object.freeze({ domain, category: CATEGORY[category], kind, unit, per, shared, help });
const kCounter = maker("K", "counter");
const kGauge = maker("K", "gauge");
const qCounter = maker("Q", "counter");
const qGauge = maker("Q", "gauge");
const phiCounter = maker("PHI", "counter");
const phiGauge = maker("PHI", "gauge");

/** Counters, each raised by entries of frames; `counts.ts` holds them. */
export const COUNTERS = Object.freeze({
  "k.turns": kCounter("performance", "turns", "Turns taken: the processor time of a deterministic run."),
  "k.operations": kCounter("performance", "calls", "Syscalls judged: the processor's work within turns."),
  "k.context_switches": kCounter("scheduling", "turns", "Turns taken by another process than the turn before.", { shared: true }),
  "k.messages_sent": kCounter("performance", "messages", "Messages sent by turns that were committed."),
  "k.messages_delivered": kCounter("performance", "messages", "Messages handed to their receivers."),
  "k.messages_lost": kCounter("fault", "messages", "Messages whose receiver ended before it took them, or whose mailbox dropped them."),
  "k.payload_bytes": kCounter("resource", "bytes", "Encoded payload of the messages sent."),
  "k.recorded_bytes": kCounter("resource", "bytes", "Bodies of all entries recorded, RUN_END apart."),
  "k.interrupts": kCounter("performance", "turns", "Turns caused by a timer, an outcome, an exit or room in a mailbox."),
  "k.interrupts_timer": kCounter("performance", "turns", "Turns caused by a timer."),
  "k.interrupts_outcome": kCounter("performance", "turns", "Turns caused by the outcome of a job."),
  "k.interrupts_exit": kCounter("performance", "turns", "Turns caused by the end of another process."),
  "k.interrupts_room": kCounter("performance", "turns", "Turns caused by room in a mailbox that had been full."),
  "k.slices": kCounter("scheduling", "turns", "Turns that went on after a time slice: preemptions."),
  "k.calls_refused": kCounter("security", "calls", "Syscalls the kernel refused, in any domain."),
  "k.calls_denied": kCounter("security", "calls", "Syscalls refused for want of authority (DOMAIN_UNAUTHORIZED at the ABI)."),
  "k.turns_aborted": kCounter("fault", "turns", "Turns that ended by an uncaught fault and left no effect."),
  "q.submissions": qCounter("performance", "jobs", "Q jobs admitted."),
  "q.measurements": qCounter("performance", "jobs", "Q jobs whose classical outcome was recorded."),
  "q.failures": qCounter("fault", "jobs", "Q jobs whose outcome was a fault."),
  "q.shots": qCounter("performance", "shots", "Shots charged."),
  "q.budget_used": qCounter("stability", "cost units", "Decoherence budget charged."),
  "q.measurement_samples": qCounter("stability", "reads", "Reads whose right answer follows from the circuit: of a qubit nothing touched since it was reset or read."),
  "q.measurement_mismatches": qCounter("stability", "reads", "Those of them that gave the other answer."),
  "phi.windows": phiCounter("performance", "windows", "Coherence windows opened."),
  "phi.envelopes": phiCounter("performance", "envelopes", "Envelopes opened."),
  "phi.calls": phiCounter("performance", "jobs", "Φ calls admitted: envelope operations and dynamics."),
  "phi.transforms": phiCounter("performance", "transforms", "Transforms whose outcome was recorded: align, shift, merge, split, Kuramoto, Ising, spectrum."),
  "phi.violations": phiCounter("stability", "calls", "Window and stability violations (COHERENCE_VIOLATION at the ABI)."),
  "phi.violations_timeout": phiCounter("stability", "calls", "Violations of a window's duration (PHI_ERR_COHERENCE_TIMEOUT)."),
  "phi.violations_breach": phiCounter("stability", "calls", "Violations of a tolerance (PHI_ERR_STABILITY_BREACH)."),
} satisfies Record<string, Series>);
export type CounterName = keyof typeof COUNTERS;

/** Gauges, read when asked; `readings.ts` says how. */
export const GAUGES = Object.freeze({
  "k.ipc_throughput": kGauge("performance", "messages per 10^6 ticks", "Messages delivered since the last flush, by its length."),
  "k.queue_depth": kGauge("resource", "messages", "Messages sent and not yet delivered or lost."),
  "k.mailbox_depth": kGauge("resource", "messages", "Messages for the process that has most waiting."),
  "k.memory_bytes": kGauge("resource", "bytes", "Payload of messages sent and not yet delivered or lost."),
  "k.memory_bytes_max": kGauge("resource", "bytes", "The most it has been."),
  "k.wait_max": kGauge("scheduling", "ticks", "Longest that a message delivered since the last flush had waited beyond the tick it was due."),
  "k.wait_oldest": kGauge("scheduling", "ticks", "How long the oldest message that is due has waited: starvation."),
  "k.ready_max": kGauge("scheduling", "processes", "Most processes that were ready at once.", { shared: true }),
  "k.processes": kGauge("resource", "processes", "Processes that live, domain services not counted."),
  "q.containers": qGauge("resource", "contracts", "Active Q contracts."),
  "q.qubits_allocated": qGauge("resource", "qubits", "Logical qubits held by open contracts."),
  "q.jobs_in_flight": qGauge("scheduling", "jobs", "Q jobs whose outcome is not due yet."),
  "q.measurement_rate": qGauge("performance", "jobs per 10^6 ticks", "Q jobs measured since the last flush, by its length."),
  "q.margin": qGauge("stability", "cost units", "DecoherenceMargin: remaining = budget - used, of open contracts.", { per: "contract" }),
  "q.margin_ppm": qGauge("stability", "ppm", "floor(remaining * 10^6 / budget); of the contract nearest to its end for the run.", { per: "contract" }),
  "q.gate_fidelity": qGauge("stability", "ppm", "GateFidelity: 10^6 - declared error_ppm of one application; the lowest for the run.", { per: "gate" }),
  "q.measurement_error": qGauge("stability", "ppm", "MeasurementError: floor(mismatches * 10^6 / samples).", { per: "qubit" }),
  "q.t1": qGauge("stability", "cost units", "T1 as the provider declares it; the shortest for the run.", { per: "provider" }),
  "q.t2": qGauge("stability", "cost units", "T2 as the provider declares it; the shortest for the run.", { per: "provider" }),
  "q.t2_excess": qGauge("stability", "cost units", "max(0, T2 - 2·T1): no provider can mean more than 0.", { per: "provider" }),
  "q.availability": qGauge("performance", "ppm", "Share of Q outcomes that were no fault; 10^6 before the first."),
  "phi.windows_open": phiGauge("resource", "windows", "Coherence windows that are open."),
  "phi.window_remaining": phiGauge("scheduling", "ticks", "Ticks to the end of the open window; of the one that ends first for the run.", { per: "contract" }),
  "phi.components_allocated": phiGauge("resource", "components", "Phase components held by open contracts."),
  "phi.envelopes_open": phiGauge("resource", "envelopes", "Envelopes that are open."),
  "phi.jobs_in_flight": phiGauge("scheduling", "jobs", "Φ calls whose outcome is not due yet."),
  "phi.transform_rate": phiGauge("performance", "transforms per 10^6 ticks", "Transforms since the last flush, by its length."),
  "phi.stability_index": phiGauge("stability", "ppm", "StabilityIndex: S of the envelope's latest report; of the latest report for the run.", { per: "envelope" }),
  "phi.noise": phiGauge("stability", "ppm", "N = 10^6 - S as reported; of the latest report for the run.", { per: "envelope" }),
  "phi.noise_gradient": phiGauge("stability", "ppm per 10^6 ticks", "NoiseGradient: trunc(ΔN * 10^6 / ΔL) between an envelope's last two reports; of the latest for the run.", { per: "envelope" }),
  "phi.drift": phiGauge("stability", "microradians", "EnvelopeDrift: D as reported; of the latest report for the run.", { per: "envelope" }),
  "phi.transform_impact": phiGauge("stability", "ppm", "TransformImpact: S_after - S_before where the envelope's latest report is a transform's, otherwise 0; of the latest report for the run.", { per: "envelope" }),
  "phi.noise_threshold": phiGauge("stability", "ppm", "Noise threshold of an open contract; the tightest for the run.", { per: "contract" }),
  "phi.headroom": phiGauge("stability", "ppm", "Share of the tolerance an envelope has left: the lesser of (threshold - N) / threshold and (bound - D) / bound; the least for the run.", { per: "envelope" }),
} satisfies Record<string, Series>);
export type GaugeName = keyof typeof GAUGES;

export const SERIES = Object.freeze({ ...COUNTERS, ...GAUGES });
export type SeriesName = keyof typeof SERIES;

const inOrder = <N extends string>(names: readonly N[]): readonly N[] => Object.freeze([...names].sort());
export const COUNTER_NAMES = inOrder(Object.keys(COUNTERS) as CounterName[]);
export const GAUGE_NAMES = inOrder(Object.keys(GAUGES) as GaugeName[]);
/** In order of name, by code units. */
export const SERIES_NAMES: readonly SeriesName[] = inOrder(Object.keys(SERIES) as SeriesName[]);

export const isSeries = (id: string): id is SeriesName => Object.hasOwn(SERIES, id);
export const isGauge = (id: string): id is GaugeName => Object.hasOwn(GAUGES, id);
