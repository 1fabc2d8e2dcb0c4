// Random noisy circuits in which every detector and observable is fixed without noise: something is done to prepared qubits, undone, and
// measured in the bases they were prepared in; beside it products measured twice, records fed back, heralds and pads.
import fc from "fast-check";
import { GATES } from "../../domains/q/stim/gates.ts";

const QUBITS = 4;
const ANCILLA = QUBITS;
const unitaries = (targets: string): readonly string[] => [...GATES.values()].filter((gate) => gate.kind === "unitary" && gate.targets === targets).map(({ name }) => name);
const p = fc.constantFrom(0, 0.001, 0.01, 0.03, 0.125);
const qubit = fc.nat(QUBITS - 1);
const pair = fc.uniqueArray(qubit, { minLength: 2, maxLength: 2 }).map((qubits) => qubits.join(" "));
const letter = fc.constantFrom("X", "Y", "Z");
const product = fc.tuple(fc.uniqueArray(qubit, { minLength: 1, maxLength: QUBITS }), fc.array(letter, { minLength: QUBITS, maxLength: QUBITS }), fc.boolean())
  .map(([qubits, letters, minus]) => `${minus ? "!" : ""}${qubits.map((at, index) => `${letters[index] ?? "X"}${at}`).join("*")}`);

/** Whatever strikes; `exact` channels are those that independent errors are exactly. */
const exactNoise = fc.oneof(
  fc.tuple(letter, p, qubit).map(([axis, chance, at]) => `${axis}_ERROR(${chance}) ${at}`),
  fc.tuple(p, qubit, qubit).map(([chance, a, b]) => `DEPOLARIZE1(${chance}) ${a} ${b}`),
  fc.tuple(p, pair).map(([chance, both]) => `DEPOLARIZE2(${chance}) ${both}`),
  fc.tuple(p, product).map(([chance, factors]) => `E(${chance}) ${factors.replace("!", "").replaceAll("*", " ")}`),
  fc.tuple(p, p, qubit).map(([a, b, at]) => `PAULI_CHANNEL_1(${(a * (1 - b))}, ${a * b}, ${b * (1 - a)}) ${at}`),
  fc.tuple(p, qubit).map(([chance, at]) => `I_ERROR(${chance}) ${at}`),
);

interface Step {
  readonly does: string;
  readonly undoes: string;
}
const step = (does: string, name: string, on: string): Step => ({ does, undoes: `${GATES.get(name)?.inverse ?? name} ${on}` });
const done = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...unitaries("qubits")), qubit).map(([name, at]) => step(`${name} ${at}`, name, String(at))) },
  { weight: 5, arbitrary: fc.tuple(fc.constantFrom(...unitaries("pairs")), pair).map(([name, both]) => step(`${name} ${both}`, name, both)) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom("SPP", "SPP_DAG"), product).map(([name, factors]) => step(`${name} ${factors}`, name, factors)) },
);

/** A block that adds detectors of its own and leaves the qubits as they were, up to noise. */
const aside = fc.oneof(
  fc.tuple(fc.constantFrom("CX rec[-1] 4", "XCZ 4 rec[-1]", "CY rec[-1] 4", "YCZ 4 rec[-1]"), fc.constantFrom("M", "MR", "MZZ"), p).map(([feedback, measured, chance]) =>
    `RX ${ANCILLA}\nZ_ERROR(${chance}) ${ANCILLA}\nM(${chance}) ${ANCILLA}\n${feedback}\n${measured === "MZZ" ? `R 5\nMZZ(${chance}) ${ANCILLA} 5` : `${measured}(${chance}) ${ANCILLA}`}\nDETECTOR rec[-1]`),
  p.map((chance) => `R ${ANCILLA}\nRX 5\nM(${chance}) 5\nH ${ANCILLA}\nCZ rec[-1] ${ANCILLA} sweep[2] ${ANCILLA}\nH ${ANCILLA}\nMR(${chance}) ${ANCILLA}\nDETECTOR rec[-1] rec[-2]`),
  p.map((chance) => `MPAD(${chance}) 0 1\nDETECTOR(1, 2) rec[-2]\nOBSERVABLE_INCLUDE(1) rec[-1]`),
);

/** At the end of a circuit: a product measured twice with something between. */
const twice = fc.tuple(fc.oneof(product.map((factors) => `MPP ${factors}`), fc.tuple(fc.constantFrom("MXX", "MYY", "MZZ"), pair).map(([name, both]) => `${name} ${both}`)), exactNoise, p)
  .map(([measured, noise, chance]) => `${measured.replace(" ", `(${chance}) `)}\n${noise}\n${measured}\nDETECTOR rec[-1] rec[-2]`);

/** Text of a circuit with at most 7 detectors and 2 observables, whose channels are independent errors exactly. */
export const noisyCircuit: fc.Arbitrary<string> = fc.tuple(
  fc.array(fc.constantFrom("", "X", "Y"), { minLength: QUBITS, maxLength: QUBITS }),
  fc.array(fc.tuple(done, fc.option(exactNoise), fc.boolean()), { maxLength: 8 }), fc.array(aside, { maxLength: 2 }), fc.option(twice), p, fc.integer({ min: 1, max: 2 }),
).map(([bases, steps, asides, last, wrong, rounds]) => {
  const prepared = bases.map((basis, at) => `R${basis} ${at}`);
  const forward = steps.flatMap(([one, noise]) => [one.does, ...(noise === null ? [] : [noise])]);
  const back = steps.toReversed().flatMap(([one, noise, late]) => [one.undoes, ...(late && noise !== null ? [noise] : [])]);
  const measured = bases.map((basis, at) => `${at % 2 === 0 ? "M" : "MR"}${basis}(${wrong}) ${at === 1 ? "!" : ""}${at}`);
  const ends = last === null ? [...back, ...measured, `DETECTOR rec[-1] rec[-2]`, "SHIFT_COORDS(1)", "DETECTOR(0.5) rec[-3]", "OBSERVABLE_INCLUDE(0) rec[-4] rec[-2]"] : [last];
  const observed = last === null ? [`OBSERVABLE_INCLUDE(0) ${bases[0] === "" ? "Z" : bases[0] ?? "Z"}0`] : [];
  const body = [...prepared, ...forward, ...asides, ...ends, ...observed];
  return rounds === 1 ? `${body.join("\n")}\n` : `REPEAT ${rounds} {\n${body.slice(0, -observed.length || undefined).join("\n")}\n}\n`;
});
