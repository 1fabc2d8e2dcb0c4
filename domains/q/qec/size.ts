// How large an experiment's circuit is: what admission weighs, and what it is charged by. From the circuit as written, never from what was
// compiled of it, so that a better compiler changes no charge (T3).
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { REACH } from "../provider-limits.ts";
import { isRepeat, TARGET, type StimCircuit, type StimInstruction, type StimItem } from "../stim/circuit.ts";
import { GATES } from "../stim/gates.ts";
import { tooLarge } from "../stim/largest.ts";
import { refuseAt } from "../stim/refusal.ts";

export interface CircuitSize {
  /** One more than the largest qubit named by an operation. */
  readonly qubits: number;
  /** Targets of gates, measurements, resets and noise in one shot, repetitions included; at most 2^53. */
  readonly operations: number;
  readonly detectors: number;
  readonly observables: number;
}

const { VALUE, RECORD, SWEEP, COMBINER } = TARGET;
const NO_QUBIT = RECORD | SWEEP | COMBINER;

class Sizing {
  qubits = 0;
  operations = 0;
  detectors = 0;
  observables = 0;

  block(circuit: StimCircuit, times: number): void {
    for (const item of circuit) {
      if (isRepeat(item)) this.block(item.body, times * item.count);
      else this.#instruction(item, times);
    }
  }

  #instruction({ name, args, targets }: StimInstruction, times: number): void {
    if (name === "DETECTOR") this.detectors += times;
    else if (name === "OBSERVABLE_INCLUDE") this.observables = Math.max(this.observables, (args[0] ?? 0) + 1);
    else if (GATES.get(name)?.kind !== "annotation") {
      this.operations += times * targets.length;
      for (const target of targets) if ((target & NO_QUBIT) === 0) this.qubits = Math.max(this.qubits, (target & VALUE) + 1);
    }
  }
}

export function sizeOf(circuit: StimCircuit): CircuitSize {
  const { qubits, operations, detectors, observables } = sized(circuit);
  return Object.freeze({ qubits, operations: Math.min(operations, Number.MAX_SAFE_INTEGER), detectors, observables });
}

function sized(circuit: StimCircuit): Sizing {
  const sizing = new Sizing();
  sizing.block(circuit, 1);
  return sizing;
}

const refuseOf = (circuit: StimCircuit) => (weigh: (item: StimItem) => number, most: number, what: string, next: string): never => refuseAt("STIM_LIMIT", tooLarge(circuit, weigh, most) ?? { line: 0 }, what, next);

/** That a circuit is no longer than is gone through, operation by operation. @throws Fault STIM_LIMIT with the place where it becomes too long */
export function requireOperations(circuit: StimCircuit): void {
  const { operations } = sized(circuit);
  if (operations > LIMITS.circuit_operations_max) refuseOf(circuit)((item) => sized([item]).operations, LIMITS.circuit_operations_max, `${operations} operations in a shot`, `At most ${LIMITS.circuit_operations_max}: make the repetitions fewer.`);
}

/**
 * Before a run is begun that could only be refused: that a circuit is of a size that is sampled, and has something to sample.
 * @throws Fault STIM_LIMIT with the place where it becomes too large; STIM_UNSUPPORTED without detectors and observables
 */
export function requireSampled(circuit: StimCircuit): void {
  const { qubits, detectors, observables } = sized(circuit);
  const refuse: ReturnType<typeof refuseOf> = refuseOf(circuit);
  if (qubits > REACH.stabilizer) refuse((item) => (sized([item]).qubits > REACH.stabilizer ? 1 : 0), 0, `${qubits} qubits`, `At most ${REACH.stabilizer}: number them from 0, without gaps.`);
  requireOperations(circuit);
  const room = LIMITS.clbits_max - observables;
  if (detectors > room) refuse((item) => sized([item]).detectors, room, `${detectors} detectors and ${observables} observables in a shot`, `At most ${LIMITS.clbits_max} together: make the repetitions fewer.`);
  if (detectors + observables === 0) refuseAt("STIM_UNSUPPORTED", { line: 0 }, "a circuit with neither detectors nor observables", "Say with DETECTOR and OBSERVABLE_INCLUDE which measurements are compared: they are what is sampled and decoded.");
}
