// What stands behind a gate's name: reading targets as integers (TARGET in circuit.ts), writing them, and whether a gate takes them.
//   T1  A pair acts on two different qubits; a product's factors multiply to a Hermitian operator; a bit stands only where it controls.
import { TARGET } from "./circuit.ts";
import type { Gate } from "./gates.ts";
import type { LineReader } from "./lines.ts";
import { forEachProduct, productOf } from "./products.ts";

const { VALUE, X, Z, INVERTED, RECORD, SWEEP, COMBINER } = TARGET;
const PAULI = X | Z;
const BANG = 33, STAR = 42;

/** Paulis in the order of their bits. */
const LETTERS = ["", "X", "Z", "Y"] as const;
const PAULI_OF: ReadonlyMap<number, number> = new Map([...LETTERS].flatMap((letter, bits): [number, number][] =>
  letter === "" ? [] : [[letter.charCodeAt(0), bits * X], [letter.toLowerCase().charCodeAt(0), bits * X]]));

export const isBit = (target: number): boolean => (target & (RECORD | SWEEP)) !== 0;

/** A target as it stands in a file. */
export function targetText(target: number): string {
  const value = target & VALUE;
  if ((target & COMBINER) !== 0) return "*";
  if ((target & RECORD) !== 0) return `rec[-${value}]`;
  if ((target & SWEEP) !== 0) return `sweep[${value}]`;
  return `${(target & INVERTED) === 0 ? "" : "!"}${LETTERS[(target & PAULI) / X] ?? ""}${value}`;
}

/** Targets with spaces between them, and none around `*`. */
export function targetsText(targets: readonly number[]): string {
  let text = "";
  let joined = true;
  for (const target of targets) {
    const combines = (target & COMBINER) !== 0;
    text += joined || combines ? targetText(target) : ` ${targetText(target)}`;
    joined = combines;
  }
  return text;
}

/** The rest of the line as targets of `gate`. @throws Fault with the place */
export function readTargets(reader: LineReader, gate: Gate): readonly number[] {
  const starred = gate.targets === "products" || gate.targets === "product";
  const targets: number[] = [];
  let combined = false;
  while (reader.more(combined || (starred && targets.length > 0 && reader.next === STAR))) {
    if (reader.next === STAR) {
      if (!starred || combined || targets.length === 0) reader.refuse("STIM_SYNTAX", "a * that joins nothing", starred ? "Write products as X1*Y2*Z3." : `${gate.name} takes no products.`);
      reader.skip(1);
      targets.push(COMBINER);
      combined = true;
      continue;
    }
    targets.push(read(reader, gate, targets));
    combined = false;
  }
  if (combined) reader.refuse("STIM_SYNTAX", "a * that joins nothing", "Write products as X1*Y2*Z3.");
  if (gate.targets === "pairs" && targets.length % 2 !== 0) reader.refuse("STIM_VALUE", `${gate.name} with ${targets.length} targets`, `${gate.name} acts on pairs: give it an even number of targets.`);
  if (gate.targets === "products") checkProducts(reader, gate, targets);
  return targets;
}

function checkProducts(reader: LineReader, gate: Gate, targets: readonly number[]): void {
  forEachProduct(targets, (from, to) => {
    if (productOf(targets, from, to).turns % 2 === 0) return;
    reader.refuse("STIM_VALUE", `${gate.name} with ${targetsText(targets.slice(from, Math.min(to, from + 15)))}, which is not Hermitian`, "Write Y0 for the product of X0 and Z0, and no qubit twice.");
  });
}

const EXPECTED: Readonly<Record<Gate["targets"], string>> = {
  none: "takes no targets", qubits: "takes qubits, such as 5", pairs: "takes pairs of qubits, such as 0 1", products: "takes Pauli products, such as X1*Y2*Z3",
  product: "takes Paulis, such as X1 Y2 Z3", records: "takes measurements, such as rec[-1]", "records or paulis": "takes measurements, such as rec[-1], and Paulis, such as X1", digits: "takes the digits 0 and 1",
};

function read(reader: LineReader, gate: Gate, before: readonly number[]): number {
  const at = { line: reader.line, column: reader.column };
  const target = readOne(reader);
  const second = gate.targets === "pairs" && before.length % 2 === 1;
  if (second && !isBit(target) && ((before.at(-1) ?? 0) & ~INVERTED) === (target & ~INVERTED)) reader.refuse("STIM_VALUE", `${gate.name} on the pair ${target & VALUE} ${target & VALUE}`, "Give a pair two different qubits.", at);
  if (!takes(gate, target, before.length)) reader.refuse("STIM_VALUE", `${gate.name} with the target ${targetText(target)}`, `${gate.name} ${EXPECTED[gate.targets]}${also(gate)}.`, at);
  return target;
}

function takes(gate: Gate, target: number, index: number): boolean {
  if ((target & INVERTED) !== 0 && !gate.inverts) return false;
  const isPauli = (target & PAULI) !== 0;
  switch (gate.targets) {
    case "none": return false;
    case "qubits": return !isPauli && !isBit(target);
    case "pairs": return !isPauli && (!isBit(target) || gate.classical.includes(index % 2));
    case "products": case "product": return isPauli;
    case "records": return (target & RECORD) !== 0;
    case "records or paulis": return isPauli || (target & RECORD) !== 0;
    case "digits": return target === 0 || target === 1;
  }
}

const also = ({ classical, inverts }: Gate): string =>
  `${classical.length > 0 ? `, and rec[-1] or sweep[0] as ${classical.length > 1 ? "either" : classical[0] === 0 ? "the first" : "the second"} of a pair` : ""}${inverts ? ", each with or without !" : ""}`;

function readOne(reader: LineReader): number {
  if (reader.take("rec[-")) return RECORD | closedBracket(reader, reader.digits(VALUE, "a measurement's distance"), "rec[-1]");
  if (reader.take("sweep[")) return SWEEP | closedBracket(reader, reader.digits(VALUE, "a sweep bit's index"), "sweep[0]");
  let sign = 0;
  if (reader.next === BANG) {
    sign = INVERTED;
    reader.skip(1);
  }
  const pauli = PAULI_OF.get(reader.next) ?? 0;
  if (pauli !== 0) reader.skip(1);
  return sign | pauli | reader.digits(VALUE, pauli === 0 ? "a target" : "a qubit");
}

function closedBracket(reader: LineReader, value: number, example: string): number {
  if (!reader.take("]")) reader.refuse("STIM_SYNTAX", `${reader.here} where ] belongs`, `Write ${example}.`);
  if (value === 0 && example.startsWith("rec")) reader.refuse("STIM_VALUE", "rec[-0]", "The latest measurement is rec[-1].");
  return value;
}
