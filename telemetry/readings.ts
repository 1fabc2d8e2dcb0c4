// Readings: what each series shows at a tick. Pure views of the fold's state; integers only.
//   G1  The run's own value comes first, then one a source (contract, envelope, provider, gate, qubit), in order.
//   G2  What is not known is not made up: a figure nobody declared or reported has no reading.
import { ppm } from "./body.ts";
import type { EnvelopeReport } from "./envelopes.ts";
import type { FoldState } from "./fold-state.ts";
import { marginPpm, remainingOf, type OpenContract } from "./open-contracts.ts";
import { excessOf } from "./providers.ts";
import { isGauge, type CounterName, type GaugeName } from "./series.ts";

export interface Reading {
  /** `run`, `contract/3`, `envelope/7`, `qubit/0`, `statevector`, `statevector/MEASURE`, `process/4`. */
  readonly sourceId: string;
  /** 0: the run. */
  readonly processId: number;
  readonly resourceContractId: number;
  readonly value: number;
}

const RUN = "run";
const ofRun = (value: number): Reading => ({ sourceId: RUN, processId: 0, resourceContractId: 0, value });
const one = (value: number): readonly Reading[] => [ofRun(value)];
const ofProcess = (found: { readonly process: number } | undefined, value: number): readonly Reading[] =>
  [{ sourceId: RUN, processId: found?.process ?? 0, resourceContractId: 0, value }];

/** `amount` in `ticks`, by the million ticks; 0 in no time. */
const rate = (amount: number, ticks: number): number => (ticks <= 0 ? 0 : Math.floor((amount * 1_000_000) / ticks));
const least = (values: readonly number[]): number => values.reduce((smallest, value) => Math.min(smallest, value), Number.MAX_SAFE_INTEGER);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const ofContract = ({ id, owner }: OpenContract, value: number): Reading => ({ sourceId: `contract/${id}`, processId: owner, resourceContractId: id, value });
const ofEnvelope = ({ envelope, owner, contract }: EnvelopeReport, value: number): Reading => ({ sourceId: `envelope/${envelope}`, processId: owner, resourceContractId: contract, value });
const ofSource = (sourceId: string, value: number): Reading => ({ sourceId, processId: 0, resourceContractId: 0, value });

/** The least of the sources' values for the run, then each; nothing without sources. */
const leastAndEach = (each: readonly Reading[]): readonly Reading[] => (each.length === 0 ? [] : [ofRun(least(each.map(({ value }) => value))), ...each]);

function reported({ envelopes }: FoldState, of: (report: EnvelopeReport) => number): readonly Reading[] {
  const { latest } = envelopes;
  return latest === undefined ? [] : [ofRun(of(latest)), ...envelopes.open().map((report) => ofEnvelope(report, of(report)))];
}

const relaxation = ({ providers }: FoldState, of: (figure: ReturnType<FoldState["providers"]["relaxations"]>[number]) => number): readonly Reading[] =>
  providers.relaxations().map((figure) => ofSource(figure.provider, of(figure)));
const active = (contracts: readonly OpenContract[]): readonly OpenContract[] => contracts.filter(({ active: is }) => is);
const windows = ({ contracts }: FoldState): readonly OpenContract[] => contracts.of("PHI").filter(({ windowOpen }) => windowOpen);

function measurementError({ reads }: FoldState): readonly Reading[] {
  if (reads.size === 0) return [];
  const all = [...reads].sort(([a], [b]) => a - b);
  const total = ppm(sum(all.map(([, { mismatches }]) => mismatches)), sum(all.map(([, { samples }]) => samples)));
  return [ofRun(total), ...all.map(([qubit, { mismatches, samples }]) => ofSource(`qubit/${qubit}`, ppm(mismatches, samples)))];
}

const GAUGE_READINGS: Readonly<Record<GaugeName, (state: FoldState, at: number) => readonly Reading[]>> = Object.freeze({
  "k.ipc_throughput": ({ counts, window }, at) => one(rate(counts.get("k.messages_delivered") - window.delivered, at - window.from)),
  "k.queue_depth": ({ mail }) => one(mail.depth),
  "k.mailbox_depth": ({ mail }) => ofProcess(mail.deepest(), mail.deepest()?.depth ?? 0),
  "k.memory_bytes": ({ mail }) => one(mail.bytes),
  "k.memory_bytes_max": ({ mail }) => one(mail.bytesMax),
  "k.wait_max": ({ waitMax }) => one(waitMax),
  "k.wait_oldest": ({ mail }, at) => ofProcess(mail.oldest(at), mail.oldest(at)?.wait ?? 0),
  "k.ready_max": ({ readyMax }) => one(readyMax),
  "k.processes": ({ processes }) => one(processes),
  "q.containers": ({ contracts }) => one(active(contracts.of("Q")).length),
  "q.qubits_allocated": ({ contracts }) => one(sum(contracts.of("Q").map(({ units }) => units))),
  "q.jobs_in_flight": ({ inFlight }) => one(inFlight.q),
  "q.measurement_rate": ({ counts, window }, at) => one(rate(counts.get("q.measurements") - window.measured, at - window.from)),
  "q.margin": ({ contracts }) => {
    const open = contracts.of("Q");
    return [ofRun(sum(open.map(remainingOf))), ...open.map((contract) => ofContract(contract, remainingOf(contract)))];
  },
  "q.margin_ppm": ({ contracts }) => leastAndEach(contracts.of("Q").map((contract) => ofContract(contract, marginPpm(contract)))),
  "q.gate_fidelity": ({ providers }) => leastAndEach(providers.gates().map(({ provider, gate, errorPpm }) => ofSource(`${provider}/${gate}`, 1_000_000 - errorPpm))),
  "q.measurement_error": measurementError,
  "q.t1": (state) => leastAndEach(relaxation(state, ({ t1 }) => t1)),
  "q.t2": (state) => leastAndEach(relaxation(state, ({ t2 }) => t2)),
  "q.t2_excess": (state) => relaxation(state, excessOf),
  "q.availability": ({ counts }) => one(ppm(counts.get("q.measurements"), counts.get("q.measurements") + counts.get("q.failures"))),
  "phi.windows_open": (state) => one(windows(state).length),
  "phi.window_remaining": (state, at) => leastAndEach(windows(state).map((contract) => ofContract(contract, Math.max(0, contract.end - at)))),
  "phi.components_allocated": ({ contracts }) => one(sum(contracts.of("PHI").map(({ units }) => units))),
  "phi.envelopes_open": ({ envelopes }) => one(envelopes.open().length),
  "phi.jobs_in_flight": ({ inFlight }) => one(inFlight.phi),
  "phi.transform_rate": ({ counts, window }, at) => one(rate(counts.get("phi.transforms") - window.transformed, at - window.from)),
  "phi.stability_index": (state) => reported(state, ({ scores }) => scores.stability),
  "phi.noise": (state) => reported(state, ({ scores }) => scores.noise),
  "phi.noise_gradient": (state) => reported(state, ({ gradient }) => gradient),
  "phi.drift": (state) => reported(state, ({ scores }) => scores.drift),
  "phi.transform_impact": (state) => reported(state, ({ impact }) => impact),
  "phi.noise_threshold": ({ contracts }) => leastAndEach(contracts.of("PHI").map((contract) => ofContract(contract, contract.noisePpm))),
  "phi.headroom": ({ envelopes }) => leastAndEach(envelopes.open().map((report) => ofEnvelope(report, report.headroom))),
});

const counterReadings = ({ counts }: FoldState, name: CounterName): readonly Reading[] =>
  [ofRun(counts.get(name)), ...counts.byProcess(name).map(([process, value]): Reading => ({ sourceId: `process/${process}`, processId: process, resourceContractId: 0, value }))];

/** All readings of one series at tick `at` (G1). */
export const readingsOf = (state: FoldState, name: CounterName | GaugeName, at: number): readonly Reading[] =>
  (isGauge(name) ? GAUGE_READINGS[name](state, at) : counterReadings(state, name));
