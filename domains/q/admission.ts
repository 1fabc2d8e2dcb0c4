// Q admission: what the kernel asks before a Q call becomes a job. Pure and synchronous; knows providers, calibration and
// cost tables, never an outcome. Stages come in the order of A2; the first that throws decides the code.
//   calibration  Q_ERR_CALIBRATION_INVALID
//   capacity     Q_ERR_RESOURCE_UNAVAILABLE  qubits, channels, bits of one result, work under noise
//   support      Q_ERR_GATE_UNSUPPORTED      gate set, size; Q_ERR_MEASUREMENT_FAILURE for the mode's demands
//   budget       Q_ERR_DECOHERENCE_EXCEEDED  budget, shots, duration, decoherence margin
import { Fault } from "../../kernel-abi/fault.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import { widerProviders } from "../../kernel-abi/version.ts";
import type { Admission, Admitted, ContractView, ParsedCall } from "../../kernel-abi/ports.ts";
import { OP, OP_WIDTH } from "../kernels/circuit.ts";
import type { LoweredCircuit } from "../kernels/circuit.ts";
import { COST_TABLE, GRADIENT_COST, NOISE_COST, circuitCost, circuitsOf, criticalPath } from "./api/cost.ts";
import { encodeDescriptor, parseCall } from "./job.ts";
import type { CircuitWork } from "./job.ts";
import { parsedQec, QEC_COSTS } from "./qec/admission.ts";
import { figures, providerFor, providersOf, type QProviders } from "./declared.ts";
import { parseReserve, termsOf } from "./request.ts";
import { tooMuchNoise } from "./provider-limits.ts";
import { Q_TICKS, ticksOf, workOf } from "./ticks.ts";

const GATE_NAMES: readonly string[] = Object.keys(OP);

/** Opcodes of the circuit, each once. */
function opcodesOf({ ops }: LoweredCircuit): ReadonlySet<number> {
  const seen = new Set<number>();
  for (let at = 0; at < ops.length; at += OP_WIDTH) seen.add(ops[at] ?? 0);
  return seen;
}

const gateName = (opcode: number): string => GATE_NAMES[opcode - 1] ?? String(opcode);

function measuredChannels({ ops }: LoweredCircuit): number {
  const clbits = new Set<number>();
  for (let at = 0; at < ops.length; at += OP_WIDTH) if (ops[at] === OP.MEASURE) clbits.add(ops[at + 4] ?? -1);
  return clbits.size;
}

function checkCalibration({ id, terms }: ContractView, now: number): void {
  const { from, until, grace } = terms.calibration;
  if (now < from || now >= until + grace) throw new Fault("Q_ERR_CALIBRATION_INVALID", { contract: id, tick: now, from, until, grace });
}

function checkCapacity(job: CircuitWork, { terms }: ContractView): void {
  const { circuit, shots, mode } = job;
  if (circuit.qubits > terms.units) throw new Fault("Q_ERR_RESOURCE_UNAVAILABLE", { qubits: circuit.qubits, allowed: terms.units });
  const channels = measuredChannels(circuit);
  if (channels > terms.channels) throw new Fault("Q_ERR_RESOURCE_UNAVAILABLE", { channels, allowed: terms.channels });
  if (samples(mode) && shots * circuit.clbits > LIMITS.result_bits_max) {
    throw new Fault("Q_ERR_RESOURCE_UNAVAILABLE", { resultBits: shots * circuit.clbits, allowed: LIMITS.result_bits_max });
  }
  if (!("noise" in job)) return;
  const work = workOf(job, "statevector");
  if (work > LIMITS.noisy_work_max) throw tooMuchNoise(work);
}

function checkSupport(job: CircuitWork, { terms }: ContractView, providers: QProviders): void {
  const { circuit, mode } = job;
  const opcodes = opcodesOf(circuit);
  for (const opcode of opcodes) {
    const gate = gateName(opcode);
    if (opcode !== OP.BARRIER && !terms.permitted.includes(gate)) throw new Fault("Q_ERR_GATE_UNSUPPORTED", { gate });
  }
  providerFor(job, providers);
  checkMode(circuit, mode, opcodes);
}

/** What modes that do not sample give. */
const VALUES = { expectation: "an expectation value", gradient: "a gradient" } as const;
const samples = (mode: CircuitWork["mode"]): mode is "bits" | "counts" => mode === "bits" || mode === "counts";

function checkMode({ ops }: LoweredCircuit, mode: CircuitWork["mode"], opcodes: ReadonlySet<number>): void {
  if (samples(mode)) {
    if (!opcodes.has(OP.MEASURE)) throw new Fault("Q_ERR_MEASUREMENT_FAILURE", { mode, what: "the circuit measures nothing" });
    return;
  }
  if (opcodes.has(OP.MEASURE) || opcodes.has(OP.RESET)) {
    throw new Fault("Q_ERR_MEASUREMENT_FAILURE", { mode, what: `${VALUES[mode]} needs a circuit without MEASURE and RESET` });
  }
  for (let at = 0; at < ops.length; at += OP_WIDTH) {
    if (ops[at + 5] !== -1) throw new Fault("Q_ERR_MEASUREMENT_FAILURE", { mode, what: `${VALUES[mode]} needs a circuit without conditions` });
  }
}

const errorOf = (opcode: number): number => {
  if (opcode === OP.MEASURE) return figures.errorMeasure;
  if (opcode === OP.RESET) return figures.errorReset;
  if (opcode === OP.BARRIER) return 0;
  if (opcode === OP.CCX) return figures.error3;
  return opcode === OP.CP || (opcode >= OP.CX && opcode <= OP.SWAP) ? figures.error2 : figures.error1;
};

/**
 * Declared error probability of one shot, in parts per million: Σ gate errors + ⌈t·10⁶/T2⌉ with t the critical path in
 * circuit-cost units (hybrid-runtime section 5), at most 10⁶ because it bounds a probability.
 */
export function decoherencePpm(circuit: LoweredCircuit): number {
  let errors = 0;
  for (let at = 0; at < circuit.ops.length; at += OP_WIDTH) errors += errorOf(circuit.ops[at] ?? 0);
  return Math.min(1_000_000, errors + Math.ceil((criticalPath(circuit) * 1_000_000) / figures.t2));
}

function admit(job: CircuitWork, { terms, ledger }: ContractView, now: number, providers: QProviders): Admitted {
  const { circuit } = job;
  const shots = job.shots * circuitsOf(job);
  const exceeded = (detail: Readonly<Record<string, number>>): never => {
    throw new Fault("Q_ERR_DECOHERENCE_EXCEEDED", detail);
  };
  const budget = circuitCost(circuit) * shots;
  if (budget > terms.budget - ledger.budget) exceeded({ charge: budget, remaining: terms.budget - ledger.budget });
  if (shots > terms.shots - ledger.shots) exceeded({ shots, remaining: terms.shots - ledger.shots });
  const cost = ticksOf(job, providerFor(job, providers).provider);
  if (now + cost > terms.end) exceeded({ due: now + cost, end: terms.end });
  const ppm = decoherencePpm(circuit);
  if (ppm > terms.errorPpm) exceeded({ errorPpm: ppm, allowed: terms.errorPpm });
  return { cost, charge: { budget, shots }, descriptor: encodeDescriptor(job) };
}

function parsed(job: CircuitWork, providers: QProviders): ParsedCall {
  return {
    units: job.circuit.qubits,
    calibration: checkCalibration,
    capacity: (contract) => { checkCapacity(job, contract); },
    support: (contract) => { checkSupport(job, contract, providers); },
    budget: (contract, now) => admit(job, contract, now, providers),
    accepted: () => undefined,
  };
}

/** Q's view for the kernel, in a run with these flags. Keeps nothing: two of them answer alike. */
export function createQAdmission(flags?: ReadonlySet<string>): Admission {
  const providers = providersOf(flags);
  const costTables = widerProviders(flags) ? [COST_TABLE, Q_TICKS, GRADIENT_COST, QEC_COSTS, NOISE_COST] : [COST_TABLE, Q_TICKS];
  return Object.freeze({
    domain: "Q",
    providers: Object.freeze([providers.statevector, providers.stabilizer]),
    costTables: Object.freeze(costTables),
    request: (request: unknown, now: number) => termsOf(parseReserve(request, flags), now),
    shape: (call: unknown, refs: readonly unknown[], inForce = flags) => {
      if (refs.length > 0) throw new Fault("ABI_MALFORMED", { argument: "q.submit", at: "refs", what: "a Q call builds on no other job" });
      const work = parseCall(call, inForce);
      return "experiment" in work ? parsedQec(work, checkCalibration) : parsed(work, providers);
    },
  } satisfies Admission);
}
