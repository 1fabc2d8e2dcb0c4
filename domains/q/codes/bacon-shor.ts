// The Bacon-Shor code on a square grid: neighbours in a column have the gauge operator XX, neighbours in a row ZZ (D. Bacon, quant-ph/0506023).
// Gauges are measured one by one and are random each; a stabilizer is the product of those between two rows (X) or two columns (Z).
//   1  The logical X is a row of X, the logical Z a column of Z.
//   2  A round measures the X gauges, then the Z gauges: neighbours of different kinds do not commute.
import { CircuitScript, requireCount, type Basis } from "./script.ts";
import type { CssCode } from "./css.ts";
import type { MemoryOptions } from "./memory.ts";
import type { StimCircuit } from "../stim/circuit.ts";

/** One gauge: the ancilla, the two data qubits, and which stabilizer it is part of. */
interface Gauge { readonly ancilla: number; readonly pair: readonly [number, number]; readonly stabilizer: number }

interface Grid {
  readonly side: number;
  readonly width: number;
  readonly data: readonly number[];
  readonly gauges: Readonly<Record<Basis, readonly Gauge[]>>;
}

function gridOf(side: number): Grid {
  requireCount("distance", side, 2);
  const width = 2 * side - 1;
  const at = (x: number, y: number): number => x + y * width;
  const line = Array.from({ length: side }, (_, i) => 2 * i);
  const gaps = line.slice(1).map((i) => i - 1);
  return {
    side,
    width,
    data: line.flatMap((y) => line.map((x) => at(x, y))),
    gauges: {
      X: gaps.flatMap((y, stabilizer) => line.map((x): Gauge => ({ ancilla: at(x, y), pair: [at(x, y - 1), at(x, y + 1)], stabilizer }))),
      Z: line.flatMap((y) => gaps.map((x, stabilizer): Gauge => ({ ancilla: at(x, y), pair: [at(x - 1, y), at(x + 1, y)], stabilizer }))),
    },
  };
}

/** [[d², 1, d]] with gauge qubits. @throws Fault ABI_MALFORMED for a distance below 2 */
export function baconShorCode(distance: number): CssCode {
  const { data, gauges, side } = gridOf(distance);
  const number = new Map(data.map((qubit, i) => [qubit, i]));
  const pairs = (basis: Basis): readonly (readonly number[])[] => gauges[basis].map(({ pair }) => pair.map((q) => number.get(q) ?? 0));
  const rows = (r: number): readonly number[] => Array.from({ length: side }, (_, i) => r * side + i);
  const columns = (c: number): readonly number[] => Array.from({ length: side }, (_, i) => i * side + c);
  const between = (line: (i: number) => readonly number[]): readonly (readonly number[])[] =>
    Array.from({ length: side - 1 }, (_, i) => [...line(i), ...line(i + 1)].toSorted((a, b) => a - b));
  return {
    name: "bacon_shor_code",
    n: side * side,
    k: 1,
    distance: { X: distance, Z: distance },
    checks: { X: between(rows), Z: between(columns) },
    logical: { X: [rows(0)], Z: [columns(0)] },
    gauges: { X: pairs("X"), Z: pairs("Z") },
  };
}

/** @throws Fault ABI_MALFORMED for a distance below 2, rounds below 1 or a knob that is no probability */
export function baconShorMemoryCircuit(distance: number, { basis, rounds, noise }: MemoryOptions): StimCircuit {
  const grid = gridOf(distance);
  requireCount("rounds", rounds, 1);
  const script = new CircuitScript(noise);
  writePreparation(script, grid, basis);
  writeRound(script, grid);
  writeDetectors(script, grid, [basis], 0, false);
  script.repeat(rounds - 1, (body) => {
    writeRound(body, grid);
    body.shiftCoordinates([0, 0, 1]);
    writeDetectors(body, grid, ["X", "Z"], 0, true);
  });
  writeReadout(script, grid, basis);
  return script.items;
}

const ancillas = (gauges: readonly Gauge[]): readonly number[] => gauges.map(({ ancilla }) => ancilla);

function writePreparation(script: CircuitScript, { data, gauges, width }: Grid, basis: Basis): void {
  const measured = [...ancillas(gauges.X), ...ancillas(gauges.Z)].toSorted((a, b) => a - b);
  for (const qubit of [...data, ...measured].toSorted((a, b) => a - b)) script.qubitCoordinates(qubit, [qubit % width, Math.floor(qubit / width)]);
  script.reset(data, basis);
  script.reset(measured);
}

function writeRound(script: CircuitScript, { data, gauges }: Grid): void {
  script.roundTick(data);
  script.gate("H", ancillas(gauges.X));
  for (const side of [0, 1] as const) {
    script.tick();
    script.cx(gauges.X.flatMap(({ ancilla, pair }) => [ancilla, pair[side]]));
  }
  script.tick();
  script.gate("H", ancillas(gauges.X));
  script.tick();
  script.measureReset(ancillas(gauges.X));
  for (const side of [0, 1] as const) {
    script.tick();
    script.cx(gauges.Z.flatMap(({ ancilla, pair }) => [pair[side], ancilla]));
  }
  script.tick();
  script.measureReset(ancillas(gauges.Z));
}

/** How many measurements ago, counted from a round's end, the gauges of a stabilizer were measured. */
function gaugesBack({ gauges }: Grid, basis: Basis, stabilizer: number): readonly number[] {
  const later = basis === "X" ? gauges.Z.length : 0;
  const own = gauges[basis];
  return own.flatMap((gauge, i) => (gauge.stabilizer === stabilizer ? [own.length - i + later] : []));
}

const stabilizerAt = ({ side }: Grid, basis: Basis, stabilizer: number): readonly number[] =>
  basis === "X" ? [side - 1, 2 * stabilizer + 1] : [2 * stabilizer + 1, side - 1];

function writeDetectors(script: CircuitScript, grid: Grid, bases: readonly Basis[], time: number, compared: boolean): void {
  const aRound = grid.gauges.X.length + grid.gauges.Z.length;
  for (const basis of bases) {
    for (let stabilizer = 0; stabilizer < grid.side - 1; stabilizer++) {
      const now = gaugesBack(grid, basis, stabilizer);
      script.detector([...stabilizerAt(grid, basis, stabilizer), time], [...now, ...(compared ? now.map((back) => back + aRound) : [])]);
    }
  }
}

function writeReadout(script: CircuitScript, grid: Grid, basis: Basis): void {
  const { data, side } = grid;
  script.measure(data, basis);
  /** The i-th row (X) or column (Z) of data. */
  const line = (i: number): readonly number[] =>
    Array.from({ length: side }, (_, j) => data.length - (basis === "X" ? i * side + j : j * side + i));
  for (let stabilizer = 0; stabilizer < side - 1; stabilizer++) {
    const before = gaugesBack(grid, basis, stabilizer).map((back) => back + data.length);
    script.detector([...stabilizerAt(grid, basis, stabilizer), 1], [...line(stabilizer), ...line(stabilizer + 1), ...before]);
  }
  script.observable(0, line(0));
}
