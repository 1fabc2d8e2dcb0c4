// The detectors that tell of the observables. In a CSS code X errors and Z errors fire different checks, and a Y is one of each: propagation over
// both at once runs in their many short circles and settles seldom, so codes are decoded basis by basis (arXiv:2308.07915, section 6).
//   1  Which detectors and observables belong together is found by the circuit alone: with every noise as X errors, and as Z errors, whatever an
//      error flips is of one kind. Where that leaves everything together, nothing is left out.
//   2  A detector that is left out has an error of its own of probability ½: it is explained whatever it says, and weighs nothing.
import { GATES } from "../stim/gates.ts";
import { isRepeat, type StimCircuit } from "../stim/circuit.ts";
import { analyze } from "../dem/analyze.ts";
import type { ErrorModel } from "../dem/model.ts";
import { columnsOf } from "./columns.ts";

/** Any will do: it is which symptoms come together that is asked for. */
const SOME = 0.125;
/** Noise that is one Pauli on each target of its own; chains and heralds join what they join. */
const PLAIN: ReadonlySet<string> = new Set(["X_ERROR", "Y_ERROR", "Z_ERROR", "DEPOLARIZE1", "DEPOLARIZE2", "PAULI_CHANNEL_1", "PAULI_CHANNEL_2"]);

const isPlain = (circuit: StimCircuit): boolean => circuit.every((item) => (isRepeat(item) ? isPlain(item.body)
  : PLAIN.has(item.name) || !["noise", "herald"].includes(GATES.get(item.name)?.kind ?? "") || item.name === "I_ERROR" || item.name === "II_ERROR"));

const underErrors = (circuit: StimCircuit, name: "X_ERROR" | "Z_ERROR"): StimCircuit => circuit.map((item) =>
  (isRepeat(item) ? { ...item, body: underErrors(item.body, name) } : PLAIN.has(item.name) ? { ...item, name, args: [SOME] } : item));

/** Of each detector, then of each observable: what it belongs with, by the least number there. */
class Together {
  readonly #above: number[];
  constructor(count: number) { this.#above = Array.from({ length: count }, (_, at) => at); }
  of(at: number): number {
    let top = at;
    while (this.#above[top] !== top) top = this.#above[top] = this.#above[this.#above[top] ?? top] ?? top;
    return top;
  }
  join(a: number, b: number): void {
    const [one, other] = [this.of(a), this.of(b)];
    this.#above[Math.max(one, other)] = Math.min(one, other);
  }
}

function detectorsOfObservables(circuit: StimCircuit, { detectors, observables }: ErrorModel): readonly boolean[] {
  const together = new Together(detectors + observables);
  for (const name of ["X_ERROR", "Z_ERROR"] as const) {
    for (const column of columnsOf(analyze(underErrors(circuit, name)))) {
      const [first = 0, ...rest] = [...column.detectors, ...column.observables.map((o) => detectors + o)];
      for (const other of rest) together.join(first, other);
    }
  }
  const told = new Set(Array.from({ length: observables }, (_, o) => together.of(detectors + o)));
  return Array.from({ length: detectors }, (_, d) => told.has(together.of(d)));
}

/** The model of a circuit with what its observables depend on alone; as it is where that is all of it. @throws Fault of the analyzer */
export function ownBasis(circuit: StimCircuit, model: ErrorModel): ErrorModel {
  const kept = isPlain(circuit) ? detectorsOfObservables(circuit, model) : [];
  if (kept.every((keeps) => keeps)) return model;
  const mechanisms = model.mechanisms.map(({ probability, parts }) => ({ probability, parts: parts.map(({ detectors, observables }) => ({ detectors: detectors.filter((d) => kept[d]), observables })) }));
  const free = kept.flatMap((keeps, d) => (keeps ? [] : [{ probability: 0.5, parts: [{ detectors: [d], observables: [] }] }]));
  return { ...model, mechanisms: [...mechanisms, ...free] };
}
