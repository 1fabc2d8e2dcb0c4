// How large an experiment's circuit is: what admission weighs, and what it is charged by. From the circuit as written, never from what was
// compiled of it, so that a better compiler changes no charge (T3).
import type { StimCircuit, StimInstruction } from "../stim/circuit.ts";
import { isRepeat, TARGET } from "../stim/circuit.ts";
import { GATES } from "../stim/gates.ts";

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
