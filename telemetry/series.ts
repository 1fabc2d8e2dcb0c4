// The metric series that can be derived from frames today, with what each means (XDV-070, mandatory series per domain; XDV-072).
// All are counts, ticks, contract units or parts per million: integers derived from the trace, so a replay yields the same records.

/** Numbers of XDV-070's categories. */
export const CATEGORY = Object.freeze({ performance: 1, resource: 2, stability: 3, security: 4, fault: 5, scheduling: 6 } as const);
export type Category = (typeof CATEGORY)[keyof typeof CATEGORY];

export interface Series {
  readonly domain: "K" | "Q" | "PHI";
  readonly category: Category;
  readonly unit: string;
  /** A counter never falls within a run; a gauge is the value at the record's tick. */
  readonly kind: "counter" | "gauge";
  readonly help: string;
}

const row = (domain: Series["domain"], category: keyof typeof CATEGORY, kind: Series["kind"], unit: string, help: string): Series =>
  Object.freeze({ domain, category: CATEGORY[category], unit, kind, help });

export const SERIES = Object.freeze({
  "k.turns": row("K", "performance", "counter", "turns", "Turns taken: the processor time of a deterministic run."),
  "k.context_switches": row("K", "scheduling", "counter", "turns", "Turns taken by another process than the turn before."),
  "k.messages_sent": row("K", "performance", "counter", "messages", "Messages sent by turns that were committed."),
  "k.messages_delivered": row("K", "performance", "counter", "messages", "Messages handed to their receivers."),
  "k.queue_depth": row("K", "resource", "gauge", "messages", "Messages sent and not yet delivered or discarded with their receiver."),
  "k.payload_bytes": row("K", "resource", "counter", "bytes", "Encoded payload of the messages sent."),
  "k.ready_max": row("K", "scheduling", "gauge", "processes", "Most processes that were ready at once."),
  "k.interrupts": row("K", "performance", "counter", "turns", "Turns caused by a timer, an outcome or an exit."),
  "k.processes": row("K", "resource", "gauge", "processes", "Processes that live, domain services not counted."),
  "k.calls_refused": row("K", "security", "counter", "calls", "Syscalls the kernel refused, in any domain."),
  "k.turns_aborted": row("K", "fault", "counter", "turns", "Turns that ended by an uncaught fault and left no effect."),
  "q.contracts_active": row("Q", "resource", "gauge", "contracts", "Active Q contracts: the containers."),
  "q.qubits_allocated": row("Q", "resource", "gauge", "qubits", "Logical qubits held by open contracts."),
  "q.submissions": row("Q", "performance", "counter", "jobs", "Q jobs admitted."),
  "q.jobs_in_flight": row("Q", "scheduling", "gauge", "jobs", "Q jobs whose outcome is not due yet."),
  "q.measurements": row("Q", "performance", "counter", "jobs", "Q jobs whose classical outcome was recorded."),
  "q.shots": row("Q", "performance", "counter", "shots", "Shots charged."),
  "q.budget_used": row("Q", "stability", "counter", "cost units", "Decoherence budget charged."),
  "q.margin": row("Q", "stability", "gauge", "cost units", "Decoherence budget left in open contracts."),
  "q.failures": row("Q", "fault", "counter", "jobs", "Q jobs whose outcome was a provider's fault."),
  "q.availability": row("Q", "performance", "gauge", "ppm", "Share of Q outcomes that were no provider's fault."),
  "phi.windows_open": row("PHI", "resource", "gauge", "windows", "Coherence windows that are open."),
  "phi.windows": row("PHI", "performance", "counter", "windows", "Coherence windows opened."),
  "phi.components_allocated": row("PHI", "resource", "gauge", "components", "Phase components held by open contracts."),
  "phi.calls": row("PHI", "performance", "counter", "jobs", "Φ calls admitted: transforms, evaluations, dynamics."),
  "phi.jobs_in_flight": row("PHI", "scheduling", "gauge", "jobs", "Φ calls whose outcome is not due yet."),
  "phi.stability_index": row("PHI", "stability", "gauge", "ppm", "Stability in the latest report of an envelope."),
  "phi.noise": row("PHI", "stability", "gauge", "ppm", "Noise in the latest report of an envelope."),
  "phi.drift": row("PHI", "stability", "gauge", "microradians", "Phase drift in the latest report of an envelope."),
  "phi.noise_threshold": row("PHI", "stability", "gauge", "ppm", "Tightest noise threshold among open contracts; 0 when none is open."),
  "phi.violations": row("PHI", "stability", "counter", "calls", "Window and stability violations (2001, 2002)."),
} satisfies Record<string, Series>);
export type SeriesName = keyof typeof SERIES;

/** In order of name, by code units. */
export const SERIES_NAMES: readonly SeriesName[] = Object.freeze((Object.keys(SERIES) as SeriesName[]).sort());
