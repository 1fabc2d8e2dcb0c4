// Why a detector is random without noise, as a drawing: which Pauli it compares before each instruction that matters, down to the collapse
// that makes that Pauli random.
//   X1  The drawing is of one symptom, the first of those left open, and of its last steps before the collapse.
import { Fault } from "../../../kernel-abi/fault.ts";
import { TARGET, type StimCircuit, type StimInstruction } from "../stim/circuit.ts";
import { detectorCoordinates, type CircuitCounts } from "../stim/flatten.ts";
import { GATES } from "../stim/gates.ts";
import { instructionText } from "../stim/print.ts";
import { placeOf } from "../stim/refusal.ts";
import { targetText } from "../stim/targets.ts";
import { Sensitivity } from "./sensitivity.ts";
import { OBSERVABLE, SymptomSets } from "./symptom-sets.ts";
import { Walk, type Factor, type Open } from "./walk.ts";

const { VALUE, X, RECORD, SWEEP, COMBINER } = TARGET;
const ROWS_MAX = 12;
const SHOWN_MAX = 8;
const TEXT_MAX = 40;

export interface Undetermined extends Omit<Open, "symptoms"> {
  readonly symptoms: readonly number[];
}

const nameOf = (symptom: number): string => (symptom < OBSERVABLE ? `D${symptom}` : `L${symptom - OBSERVABLE}`);
const productText = (factors: readonly Factor[]): string => `${factors.slice(0, SHOWN_MAX).map(targetText).join("*")}${factors.length > SHOWN_MAX ? "*…" : ""}`;
const clipped = (text: string): string => (text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1)}…` : text);

interface Row {
  readonly item: StimInstruction;
  /** What is compared before it. */
  readonly compares: string;
}

/** Follows one symptom from the end and keeps what its Pauli was before each instruction that changed it. */
class Trail {
  readonly rows: Row[] = [];
  readonly #sensitivity: Sensitivity;
  readonly #paulis = new Map<number, number>();
  constructor(sensitivity: Sensitivity) { this.#sensitivity = sensitivity; }

  get compares(): string { return productText([...this.#paulis].sort(([a], [b]) => a - b).map(([qubit, bits]) => qubit | (bits * X))); }

  passed(item: StimInstruction): void {
    let changed = false;
    for (const target of item.targets) {
      if ((target & (RECORD | SWEEP | COMBINER)) !== 0 || item.name === "MPAD") continue;
      const qubit = target & VALUE;
      // It compares X where Z flips it.
      const bits = (this.#sensitivity.flips(qubit, 2) === 0 ? 0 : 1) | (this.#sensitivity.flips(qubit, 1) === 0 ? 0 : 2);
      if (bits === (this.#paulis.get(qubit) ?? 0)) continue;
      changed = true;
      if (bits === 0) this.#paulis.delete(qubit);
      else this.#paulis.set(qubit, bits);
    }
    if (!changed) return;
    this.rows.push({ item, compares: this.compares });
    if (this.rows.length > ROWS_MAX) this.rows.shift();
  }
}

/** Raised to end a walk: nobody else sees it. */
class Reached extends Error {}

function follow(circuit: StimCircuit, counts: CircuitCounts, symptom: number): Trail {
  const sets = new SymptomSets();
  const sensitivity = new Sensitivity(sets, counts.qubits);
  const trail = new Trail(sensitivity);
  const walk = new Walk(sets, sensitivity, counts, {
    noise: () => undefined, other: () => undefined, misreported: () => undefined, herald: () => undefined,
    followed: (other) => other === symptom,
    passed: (item) => { trail.passed(item); },
    open: () => { throw new Reached(); },
  });
  try {
    walk.run(circuit);
  } catch (error) {
    if (!(error instanceof Reached)) throw error;
  }
  return trail;
}

const lineText = ({ line }: StimInstruction): string => (line === 0 ? "" : `line ${line}  `);

function drawing({ item, factors }: Undetermined, trail: Trail, name: string): string {
  const collapse = item === undefined ? "the beginning" : `${lineText(item)}${clipped(instructionText(item))}`;
  const rows = [...trail.rows].reverse().map((row) => [`${lineText(row.item)}${clipped(instructionText(row.item))}`, row.compares] as const);
  const width = Math.max(collapse.length, ...rows.map(([text]) => text.length));
  const first = `${collapse.padEnd(width)}  fixes ${productText(factors)}: ${trail.compares === "" ? "what is compared" : trail.compares} is random behind it`;
  return [first, ...rows.map(([text, compares]) => `${text.padEnd(width)}  ${name} compares ${compares === "" ? "nothing" : compares} before it`)].join("\n");
}

/** @throws Fault DETECTOR_UNDETERMINED */
export function refuseUndetermined(circuit: StimCircuit, counts: CircuitCounts, open: Undetermined): never {
  const { item, factors, symptoms } = open;
  const [symptom = 0] = symptoms;
  const name = nameOf(symptom);
  const trail = follow(circuit, counts, symptom);
  const place = symptom < OBSERVABLE ? detectorCoordinates(circuit).get(symptom)?.join(", ") : undefined;
  const resets = item !== undefined && GATES.get(item.name)?.kind !== "measure";
  const collapse = item === undefined ? "the beginning of the circuit, where every qubit is 0," : `${item.name}${item.line === 0 ? "" : ` on line ${item.line}`}`;
  throw new Fault("DETECTOR_UNDETERMINED", {
    ...(item === undefined ? {} : placeOf(item)),
    what: `${collapse} ${item === undefined || resets ? "prepares" : "measures"} ${productText(factors)}; ${name}${place === undefined ? "" : ` at (${place})`} compares ${trail.compares} there, which anticommutes with it`,
    symptoms: `${symptoms.slice(0, SHOWN_MAX).map(nameOf).join(" ")}${symptoms.length > SHOWN_MAX ? ` and ${symptoms.length - SHOWN_MAX} more` : ""}`,
    drawing: drawing(open, trail, name),
  }, { next: `Prepare or measure what ${name} compares, ${trail.compares}, at that place; or let ${name} leave out the measurements behind it.` });
}
