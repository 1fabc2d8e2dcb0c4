// Memory experiments of codes whose checks are measured all at once by one ancilla each (repetition, surface): the state is prepared, kept for
// so many rounds, and read out. Gate for gate the circuits of `stim gen`.
//   1  The first round has detectors for the kept basis alone: the other basis is random there. Later rounds compare every check with itself.
//   2  A round adds 1 to the last coordinate.
import { checksOf, cxSteps, qubitsOf, recordsBack, support, type Patch } from "./patch.ts";
import { CircuitScript, requireCount, type Basis, type NoiseKnobs } from "./script.ts";
import type { StimCircuit } from "../stim/circuit.ts";

export interface MemoryOptions {
  readonly basis: Basis;
  /** At least 1. */
  readonly rounds: number;
  readonly noise: NoiseKnobs;
}

/** @throws Fault ABI_MALFORMED for rounds below 1 or a knob that is no probability */
export function memoryCircuit(patch: Patch, { basis, rounds, noise }: MemoryOptions): StimCircuit {
  requireCount("rounds", rounds, 1);
  const script = new CircuitScript(noise);
  writePreparation(script, patch, basis);
  writeRound(script, patch);
  const back = recordsBack(patch.checks);
  for (const { at, qubit } of checksOf(patch.checks, basis)) script.detector([...at, 0], [back.get(qubit) ?? 0]);
  script.repeat(rounds - 1, (body) => { writeLaterRound(body, patch); });
  writeReadout(script, patch, basis);
  return script.items;
}

function writePreparation(script: CircuitScript, { data, checks }: Patch, basis: Basis): void {
  if (data[0]?.at.length === 1) {
    script.reset([...qubitsOf(data), ...qubitsOf(checks)].toSorted((a, b) => a - b));
    return;
  }
  for (const { qubit, at } of [...data, ...checks].toSorted((a, b) => a.qubit - b.qubit)) script.qubitCoordinates(qubit, at);
  script.reset(qubitsOf(data), basis);
  script.reset(qubitsOf(checks));
}

function writeRound(script: CircuitScript, { data, checks }: Patch): void {
  const turned = qubitsOf(checks.filter((check) => check.basis === "X"));
  script.roundTick(qubitsOf(data));
  if (turned.length > 0) script.gate("H", turned);
  for (const [step, pairs] of cxSteps(checks).entries()) {
    if (step > 0 || turned.length > 0) script.tick();
    script.cx(pairs);
  }
  script.tick();
  if (turned.length > 0) {
    script.gate("H", turned);
    script.tick();
  }
  script.measureReset(qubitsOf(checks));
}

function writeLaterRound(script: CircuitScript, patch: Patch): void {
  const { checks } = patch;
  writeRound(script, patch);
  script.shiftCoordinates([...(checks[0]?.at ?? []).map(() => 0), 1]);
  for (const [i, { at }] of checks.entries()) script.detector([...at, 0], [checks.length - i, 2 * checks.length - i]);
}

function writeReadout(script: CircuitScript, { data, checks, logical }: Patch, basis: Basis): void {
  script.measure(qubitsOf(data), basis);
  const ofData = recordsBack(data);
  const ofChecks = recordsBack(checks, data.length);
  const backs = (qubits: readonly number[]): readonly number[] => qubits.map((q) => ofData.get(q) ?? 0);
  for (const check of checksOf(checks, basis)) {
    script.detector([...check.at, 1], [...backs(support(check)), ofChecks.get(check.qubit) ?? 0]);
  }
  script.observable(0, backs(logical[basis]));
}
