// Texts there and back: random circuits of every instruction and random error models; and counting against unrolling.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDem } from "../../../../domains/q/dem/parse.ts";
import { printDem } from "../../../../domains/q/dem/print.ts";
import { observableTarget, type DemProgram } from "../../../../domains/q/dem/program.ts";
import { isRepeat, TARGET, type StimCircuit, type StimInstruction } from "../../../../domains/q/stim/circuit.ts";
import { countsOf, flattenStim, unrolled } from "../../../../domains/q/stim/flatten.ts";
import { GATES, type Gate } from "../../../../domains/q/stim/gates.ts";
import { parseStim } from "../../../../domains/q/stim/parse.ts";
import { printStim } from "../../../../domains/q/stim/print.ts";

const numRuns = process.env["TRIAD_LONG"] === undefined ? 300 : 100_000;
const { X, Z, INVERTED, RECORD, SWEEP, COMBINER } = TARGET;
const value = fc.oneof(fc.nat(20), fc.nat(TARGET.VALUE));
const pauli = fc.tuple(value, fc.constantFrom(X, Z, X | Z)).map(([qubit, bits]) => qubit | bits);
const inverted = (of: fc.Arbitrary<number>, inverts: boolean): fc.Arbitrary<number> => (inverts ? fc.tuple(of, fc.boolean()).map(([target, not]) => (not ? target | INVERTED : target)) : of);
const record = fc.integer({ min: 1, max: TARGET.VALUE }).map((back) => back | RECORD);
const bit = fc.oneof(record, value.map((index) => index | SWEEP));
const tag = fc.oneof({ weight: 3, arbitrary: fc.constant("") }, { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom("a", " ", "]", "[", "\\", "\n", "\r", "#", "{", "é") }) });
const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()).map((one) => (one === 0 ? 0 : one));

function targetsOf({ targets, inverts, classical }: Gate): fc.Arbitrary<readonly number[]> {
  switch (targets) {
    case "none": return fc.constant([]);
    case "qubits": return fc.array(inverted(value, inverts));
    case "digits": return fc.array(fc.nat(1));
    case "records": return fc.array(record);
    case "records or paulis": return fc.array(fc.oneof(record, inverted(pauli, inverts)));
    case "product": return fc.array(pauli);
    case "pairs": return fc.array(fc.oneof(
      fc.tuple(inverted(value, inverts), inverted(value, inverts)).filter(([a, b]) => (a & TARGET.VALUE) !== (b & TARGET.VALUE)),
      ...classical.map((place) => fc.tuple(bit, value).map(([control, qubit]) => (place === 0 ? [control, qubit] : [qubit, control]))),
    )).map((pairs) => pairs.flat());
    case "products": return fc.array(fc.uniqueArray(inverted(pauli, inverts), { minLength: 1, maxLength: 5, selector: (factor) => factor & TARGET.VALUE }))
      .map((products) => products.flatMap((factors) => factors.flatMap((factor, at) => (at === 0 ? [factor] : [COMBINER, factor]))));
  }
}

const argsOf = ({ args: { are, least, most } }: Gate): fc.Arbitrary<readonly number[]> => {
  const one = are === "coordinates" ? number : are === "index" ? fc.nat(1_000) : fc.double({ min: 0, max: 1 / Math.max(1, Math.min(most, 15)), noNaN: true }).map((chance) => chance + 0);
  return fc.array(one, { minLength: least, maxLength: Math.min(most, Math.max(least, 5)) });
};

const instruction: fc.Arbitrary<StimInstruction> = fc.constantFrom(...GATES.values())
  .chain((gate) => fc.record({ name: fc.constant(gate.name), tag, args: argsOf(gate), targets: targetsOf(gate), line: fc.constant(0) }));
const circuit: fc.Arbitrary<StimCircuit> = fc.letrec<{ readonly circuit: StimCircuit }>((tie) => ({
  circuit: fc.array(fc.oneof({ maxDepth: 3 }, { weight: 6, arbitrary: instruction },
    { weight: 1, arbitrary: fc.record({ name: fc.constant("REPEAT" as const), tag, count: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.maxSafeNat().map((count) => count + (count === 0 ? 1 : 0))), body: tie("circuit").filter((body) => body.length > 0), line: fc.constant(0) }) }), { maxLength: 5 }),
})).circuit;

/** Places do not matter here. */
const unnumbered = (items: StimCircuit): StimCircuit => items.map(({ column: _, ...item }) => (isRepeat(item) ? { ...item, line: 0, body: unnumbered(item.body) } : { ...item, line: 0 }));

const symptom = fc.oneof(fc.maxSafeNat(), fc.nat(TARGET.VALUE).map(observableTarget));
const parts = fc.oneof(fc.array(fc.array(symptom, { minLength: 1 }), { minLength: 1 }), fc.constant([[]]));
const dem: fc.Arbitrary<DemProgram> = fc.letrec<{ readonly dem: DemProgram }>((tie) => ({
  dem: fc.array(fc.oneof({ maxDepth: 3 },
    fc.record({ name: fc.constant("error" as const), tag, args: fc.double({ min: 0, max: 1, noNaN: true }).map((chance) => [chance + 0]), parts, line: fc.constant(0) }),
    fc.record({ name: fc.constant("detector" as const), tag, args: fc.array(number), parts: fc.array(fc.maxSafeNat(), { minLength: 1 }).map((part) => [part]), line: fc.constant(0) }),
    fc.record({ name: fc.constant("logical_observable" as const), tag, args: fc.constant([]), parts: fc.nat(9).map((index) => [[observableTarget(index)]]), line: fc.constant(0) }),
    fc.record({ name: fc.constant("shift_detectors" as const), tag, args: fc.array(number), parts: fc.maxSafeNat().map((by) => [[by]]), line: fc.constant(0) }),
    fc.record({ name: fc.constant("repeat" as const), tag, count: fc.maxSafeNat(), body: tie("dem").filter((body) => body.length > 0), line: fc.constant(0) })), { maxLength: 5 }),
})).dem;
const demUnnumbered = (items: DemProgram): DemProgram => items.map(({ column: _, ...item }) => ("body" in item ? { ...item, line: 0, body: demUnnumbered(item.body) } : { ...item, line: 0 }));

describe("texts there and back", () => {
  it("a circuit is what its text is parsed to", () => {
    fc.assert(fc.property(circuit, (items) => {
      const text = printStim(items);
      expect(unnumbered(parseStim(text))).toEqual(items);
      expect(printStim(parseStim(text))).toBe(text);
    }), { numRuns });
  });

  it("an error model's program is what its text is parsed to", () => {
    fc.assert(fc.property(dem, (items) => { expect(demUnnumbered(parseDem(printDem(items)))).toEqual(items); }), { numRuns });
  });

  it("a circuit is counted as it is unrolled", () => {
    const noRecords = (items: StimCircuit): StimCircuit => items.map((item) => (isRepeat(item) ? { ...item, count: 1 + (item.count % 3), body: noRecords(item.body) } : { ...item, targets: item.targets.some((target) => (target & RECORD) !== 0) ? [] : item.targets }));
    fc.assert(fc.property(circuit.map(noRecords), (items) => {
      expect(countsOf(flattenStim(items))).toEqual(countsOf(items));
      expect([...unrolled(items)].length).toBe(countsOf(items).instructions);
    }), { numRuns });
  });
});
