// Measurement error, where the public record allows it (XDV-072): reads whose right answer follows from the circuit alone.
//   E1  A qubit that nothing touched since it was reset, or since the start, reads 0.
//   E2  A qubit that nothing touched since it was read, reads the same again.
//   E3  Conditional instructions make what they touch unknown; a classical bit written again answers for its last writer only.
// Descriptors are recorded with the intent and outcomes with the result, so the estimate needs no state and no second run.
import { bytesIn, countIn, fieldsOf, numbersIn, recordIn, textIn, textsIn, type Fields } from "./body.ts";

/** Opcodes and width of the lowered circuit (domains/kernels/circuit.ts); a test holds them equal. */
export const CODES = Object.freeze({ RESET: 18, MEASURE: 19, BARRIER: 20, WIDTH: 8 } as const);

/** Instructions looked at; what is larger is left out rather than slow. */
const OPERATIONS_MAX = 262_144;
const READS_MAX = 4_096;

/** `clbit` must read 0, or what `like` reads. */
interface KnownRead { readonly qubit: number; readonly clbit: number; readonly like: number | undefined }

export interface KnownReads {
  readonly reads: readonly KnownRead[];
  readonly shots: number;
}

export interface ReadTotals { readonly samples: number; readonly mismatches: number }

type Wire = "zero" | "unknown" | { readonly clbit: number; readonly writer: number };

class Scan {
  readonly #wires = new Map<number, Wire>();
  /** The last instruction to write each classical bit. */
  readonly #writers = new Map<number, number>();
  readonly #found: (KnownRead & { readonly writer: number; readonly likeWriter: number })[] = [];

  instruction(at: number, opcode: number, qubits: readonly number[], clbit: number, conditional: boolean): void {
    const [qubit = -1] = qubits;
    if (opcode === CODES.MEASURE) {
      if (!conditional) this.#read(qubit, clbit, at);
      this.#writers.set(clbit, conditional ? -1 : at);
      this.#wires.set(qubit, conditional ? "unknown" : { clbit, writer: at });
    } else if (opcode === CODES.RESET && !conditional) this.#wires.set(qubit, "zero");
    else for (const wire of qubits) this.#wires.set(wire, "unknown");
  }

  #read(qubit: number, clbit: number, at: number): void {
    const wire = this.#wires.get(qubit) ?? "zero";
    if (wire === "unknown" || this.#found.length >= READS_MAX) return;
    const [like, likeWriter] = wire === "zero" ? [undefined, at] : [wire.clbit, wire.writer];
    this.#found.push({ qubit, clbit, like, writer: at, likeWriter });
  }

  get reads(): readonly KnownRead[] {
    return this.#found
      .filter(({ clbit, like, writer, likeWriter }) => this.#writers.get(clbit) === writer && (like === undefined || this.#writers.get(like) === likeWriter))
      .map(({ qubit, clbit, like }) => ({ qubit, clbit, like }));
  }
}

const NONE: KnownReads = Object.freeze({ reads: Object.freeze([]), shots: 0 });

/** The reads of a recorded Q job whose answers are known. `descriptor` as it stands in the intent, decoded. */
export function knownReads(descriptor: Fields): KnownReads {
  const { ops } = recordIn(descriptor, "circuit");
  const mode = textIn(descriptor, "mode");
  if (!(ops instanceof Int32Array) || (mode !== "bits" && mode !== "counts") || ops.length > OPERATIONS_MAX * CODES.WIDTH) return NONE;
  const scan = new Scan();
  for (let at = 0; at + CODES.WIDTH <= ops.length; at += CODES.WIDTH) {
    const opcode = ops[at] ?? 0;
    if (opcode === CODES.BARRIER) continue;
    const qubits = [ops[at + 1] ?? -1, ops[at + 2] ?? -1, ops[at + 3] ?? -1].filter((qubit) => qubit >= 0);
    scan.instruction(at, opcode, qubits, ops[at + 4] ?? -1, (ops[at + 5] ?? -1) !== -1);
  }
  const { reads } = scan;
  return reads.length === 0 ? NONE : { reads, shots: mode === "bits" ? 1 : countIn(descriptor, "shots") };
}

/** One way to read an outcome: how often each row of bits came up. */
function* rowsOf(outcome: Fields): Generator<{ readonly bit: (clbit: number) => number; readonly times: number }> {
  if (textIn(outcome, "kind") === "bits") {
    const bits = bytesIn(outcome, "bits");
    yield { bit: (clbit) => bits[clbit] ?? 0, times: 1 };
    return;
  }
  const counts = numbersIn(outcome, "counts");
  for (const [at, key] of textsIn(outcome, "keys").entries()) yield { bit: (clbit) => (key[clbit] === "1" ? 1 : 0), times: counts[at] ?? 0 };
}

/** Mismatches by qubit: what the outcome of the job says about its known reads. */
export function mismatches({ reads }: KnownReads, body: Uint8Array): ReadonlyMap<number, ReadTotals> {
  const totals = new Map<number, { samples: number; mismatches: number }>();
  if (reads.length === 0) return totals;
  for (const { bit, times } of rowsOf(fieldsOf(body))) {
    if (!Number.isSafeInteger(times) || times < 0) continue;
    for (const { qubit, clbit, like } of reads) {
      const total = totals.get(qubit) ?? { samples: 0, mismatches: 0 };
      totals.set(qubit, total);
      total.samples += times;
      if (bit(clbit) !== (like === undefined ? 0 : bit(like))) total.mismatches += times;
    }
  }
  return totals;
}
