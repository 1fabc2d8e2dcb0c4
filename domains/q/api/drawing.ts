// Drawings of circuits: one line a qubit, time to the right, folded at WIDTH characters.
//   ● control   ⊕ X of a controlled X   × swap   M→c0 measure into clbit 0   |0⟩ reset   ░ barrier
//   "X if c0 & !c1": acts in the shots where clbit 0 is 1 and clbit 1 is 0.
// A column holds what can run side by side; an instruction never stands left of a measurement it hangs on.
import type { Instruction } from "./instruction.ts";
import { Parameter } from "./parameter.ts";

/** Characters of a line, the qubit's name included. */
const WIDTH = 100;
/** Cells beyond which a drawing would help nobody. */
const CELLS_MAX = 20_000;

interface Column {
  readonly cells: Map<number, string>;
  /** r stands for the line between qubits r and r + 1. */
  readonly links: Map<number, string>;
}

/** π fractions where the angle is exactly one, else four digits. */
export function angleText(angle: number): string {
  if (angle === 0) return "0";
  for (const divisor of [1, 2, 3, 4, 6, 8, 12, 16, 32, 64]) {
    const times = Math.round((angle * divisor) / Math.PI);
    if (Math.abs(times) > 4 * divisor || (times * Math.PI) / divisor !== angle) continue;
    const multiple = times === 1 ? "π" : times === -1 ? "-π" : `${times}π`;
    return divisor === 1 ? multiple : `${multiple}/${divisor}`;
  }
  return String(Number(angle.toPrecision(4)));
}

const SINGLE: Readonly<Record<string, string>> = { sdg: "S†", tdg: "T†", reset: "|0⟩" };

/** What stands on each operand's line, in operand order; the condition goes with the last. */
function symbolsOf({ name, qubits, angle, moved, clbit, when }: Instruction): readonly string[] {
  const turned = angle === undefined ? "" : `(${moved === undefined ? angleText(angle) : new Parameter(moved.name, moved.factor, angle).toString()})`;
  const guard = when.length === 0 ? "" : ` if ${when.map(([bit, value]) => (value === 1 ? `c${bit}` : `!c${bit}`)).join(" & ")}`;
  const controls = qubits.slice(1).map(() => "●");
  switch (name) {
    case "cx": case "ccx": return [...controls, `⊕${guard}`];
    case "cz": return [...controls, `●${guard}`];
    case "swap": return ["×", `×${guard}`];
    case "cp": return [...controls, `P${turned}${guard}`];
    case "measure": return [`M→c${clbit ?? ""}${guard}`];
    default: return [`${SINGLE[name] ?? name.toUpperCase()}${turned}${guard}`];
  }
}

/** Which column each instruction may stand in: behind all it touches, the qubits it crosses and the bits it hangs on. */
class Layout {
  readonly columns: Column[] = [];
  readonly #rows: number[];
  readonly #written = new Map<number, number>();
  readonly #read = new Map<number, number>();

  constructor(qubits: number) { this.#rows = new Array<number>(qubits).fill(0); }

  place(instruction: Instruction): void {
    const { name, qubits, clbit, when } = instruction;
    const top = name === "barrier" ? 0 : Math.min(...qubits);
    const bottom = name === "barrier" ? this.#rows.length - 1 : Math.max(...qubits);
    const span = Array.from({ length: bottom - top + 1 }, (_, index) => top + index);
    const bits = clbit === undefined ? 0 : Math.max(this.#written.get(clbit) ?? 0, this.#read.get(clbit) ?? 0);
    const at = when.reduce((latest, [bit]) => Math.max(latest, this.#written.get(bit) ?? 0),
      span.reduce((latest, row) => Math.max(latest, this.#rows[row] ?? 0), bits));
    for (const row of span) this.#rows[row] = at + 1;
    for (const [bit] of when) this.#read.set(bit, Math.max(this.#read.get(bit) ?? 0, at + 1));
    if (clbit !== undefined) this.#written.set(clbit, at + 1);
    draw(this.columns[at] ??= { cells: new Map(), links: new Map() }, instruction, span);
  }
}

function draw({ cells, links }: Column, instruction: Instruction, span: readonly number[]): void {
  const barrier = instruction.name === "barrier";
  for (const row of span) cells.set(row, barrier ? "░" : "┼");
  for (const row of span.slice(0, -1)) links.set(row, barrier ? "░" : "│");
  const symbols = symbolsOf(instruction);
  instruction.qubits.forEach((qubit, index) => { cells.set(qubit, symbols[index] ?? ""); });
}

const widthOf = ({ cells }: Column): number => [...cells.values()].reduce((most, cell) => Math.max(most, cell.length), 1);

/** `text` in the middle of `width`, with one more of `fill` on either side. */
function centred(text: string, width: number, fill: string): string {
  const left = (width - text.length) >> 1;
  return fill.repeat(left + 1) + text + fill.repeat(width - text.length - left + 1);
}

/** Columns that fit beside the qubits' names, at least one a band. */
function bandsOf(columns: readonly Column[], room: number): Column[][] {
  const bands: Column[][] = [[]];
  let used = 0;
  for (const column of columns) {
    const width = widthOf(column) + 2;
    if (used > 0 && used + width > room) {
      bands.push([]);
      used = 0;
    }
    bands.at(-1)?.push(column);
    used += width;
  }
  return bands;
}

function drawBand(band: readonly Column[], names: readonly string[]): string {
  const indent = " ".repeat(names[0]?.length ?? 0);
  return names.flatMap((name, row) => {
    const wire = band.map((column) => centred(column.cells.get(row) ?? "─", widthOf(column), "─")).join("");
    const linked = band.some(({ links }) => links.get(row) === "│");
    const link = band.map((column) => centred(column.links.get(row) ?? " ", widthOf(column), " ")).join("");
    return linked ? [name + (wire === "" ? "──" : wire), (indent + link).trimEnd()] : [name + (wire === "" ? "──" : wire)];
  }).join("\n");
}

export function drawCircuit(qubits: number, instructions: readonly Instruction[]): string {
  const layout = new Layout(qubits);
  for (const instruction of instructions) {
    layout.place(instruction);
    if (layout.columns.length * qubits > CELLS_MAX) return `a circuit of ${qubits} qubits and ${instructions.length} instructions, too large to draw`;
  }
  const digits = `q${qubits - 1}: `.length;
  const names = Array.from({ length: qubits }, (_, qubit) => `q${qubit}: `.padEnd(digits));
  return bandsOf(layout.columns, WIDTH - digits).map((band) => drawBand(band, names)).join("\n\n");
}
