// Whether an experiment may be run under a contract, and what it costs. Stages as in ../admission.ts; what they weigh is the circuit's size.
import { Fault } from "../../../kernel-abi/fault.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import type { Admitted, ContractView, ParsedCall } from "../../../kernel-abi/ports.ts";
import { REACH } from "../provider-limits.ts";
import { encodeQecDescriptor, type QecJob } from "./call.ts";
import { compiledJob } from "./task.ts";
import { knownExperiment } from "./known.ts";
import type { CircuitSize } from "./size.ts";

/** As run headers digest it. */
export const QEC_COSTS = Object.freeze({
  name: "q.experiment",
  version: 1,
  table: Object.freeze({
    /** Circuit-cost units of a target of a gate, measurement, reset or noise channel. */
    operation: 1,
    /** Targets, detectors and observables over all shots that one tick stands for. */
    work_per_tick: 1_000_000_000,
    ticks_base: 1,
    ticks_max: 1_000_000_000_000,
  }),
});

/** Targets of one shot, repetitions included. */
const OPERATIONS_MAX = LIMITS.circuit_operations_max;
/** What a contract must permit for an experiment: the generators every operation is spelled in. */
const GENERATORS = ["H", "S", "CX", "RESET", "MEASURE"] as const;

function checkCapacity({ shots, mode }: QecJob, { qubits, detectors, observables }: CircuitSize, { terms }: ContractView): void {
  if (qubits > terms.units) throw new Fault("Q_ERR_RESOURCE_UNAVAILABLE", { qubits, allowed: terms.units });
  const channels = detectors + observables;
  if (channels > terms.channels) throw new Fault("Q_ERR_RESOURCE_UNAVAILABLE", { channels, allowed: terms.channels });
  const resultBits = 8 * ((channels + 7) >> 3) * shots;
  if (mode === "events" && resultBits > LIMITS.result_bits_max) throw new Fault("Q_ERR_RESOURCE_UNAVAILABLE", { resultBits, allowed: LIMITS.result_bits_max });
}

function checkSupport(job: QecJob, { qubits, operations, detectors, observables }: CircuitSize, { terms }: ContractView): void {
  const { mode } = job;
  const gate = GENERATORS.find((name) => !terms.permitted.includes(name));
  if (gate !== undefined) throw new Fault("Q_ERR_GATE_UNSUPPORTED", { gate, what: "an experiment is spelled in it" });
  if (qubits > REACH.stabilizer) throw new Fault("Q_ERR_GATE_UNSUPPORTED", { provider: "stabilizer", qubits, allowed: REACH.stabilizer });
  if (operations > OPERATIONS_MAX) throw new Fault("Q_ERR_GATE_UNSUPPORTED", { operations, allowed: OPERATIONS_MAX });
  if (detectors + observables === 0) throw new Fault("Q_ERR_MEASUREMENT_FAILURE", { mode, what: "the circuit has neither detectors nor observables" });
  if (mode === "logical" && observables === 0) throw new Fault("Q_ERR_MEASUREMENT_FAILURE", { mode, what: "the circuit has no observable to predict" });
  compiledJob(job); // whatever sampler or decoder cannot take is refused here, not later
}

function admit(job: QecJob, { operations, detectors, observables }: CircuitSize, { terms, ledger }: ContractView, now: number): Admitted {
  const { shots } = job;
  const exceeded = (detail: Readonly<Record<string, number>>): never => { throw new Fault("Q_ERR_DECOHERENCE_EXCEEDED", detail); };
  const { operation, work_per_tick, ticks_base, ticks_max } = QEC_COSTS.table;
  const budget = operation * operations * shots;
  if (budget > terms.budget - ledger.budget) exceeded({ charge: budget, remaining: terms.budget - ledger.budget });
  if (shots > terms.shots - ledger.shots) exceeded({ shots, remaining: terms.shots - ledger.shots });
  const cost = Math.min(ticks_max, ticks_base + Math.floor((shots * (operations + detectors + observables)) / work_per_tick));
  if (now + cost > terms.end) exceeded({ due: now + cost, end: terms.end });
  return { cost, charge: { budget, shots }, descriptor: encodeQecDescriptor(job) };
}

/**
 * @throws Fault STIM_SYNTAX, STIM_VALUE, STIM_LIMIT | ABI_MALFORMED when there is no such circuit; in `support` what sampler or decoder do not take
 */
export function parsedQec(job: QecJob, calibration: ParsedCall["calibration"]): ParsedCall {
  const { size } = knownExperiment(job.experiment);
  return {
    units: size.qubits,
    calibration,
    capacity: (contract) => { checkCapacity(job, size, contract); },
    support: (contract) => { checkSupport(job, size, contract); },
    budget: (contract, now) => admit(job, size, contract, now),
    accepted: () => undefined,
  };
}
