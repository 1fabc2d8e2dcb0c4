// The memory experiment of a bivariate bicycle code with the syndrome cycle of depth 8 of arXiv:2308.07915 (section 5, table 5): seven layers of
// CX, X and Z checks side by side; X checks are prepared while the Z checks begin and measured after these have ended.
//   1  Numbers: data (left block, right block), X checks, Z checks. A round measures the Z checks, then the X checks.
//   2  Observable i is the i-th logical operator of the kept basis.
//   3  Places: site (i, j) of the torus has its X check at (2i, 2j), its left qubit at (2i+1, 2j), right at (2i, 2j+1), Z check at (2i+1, 2j+1).
import { bicycleCode, bicycleNeighbours, type BicycleSpecification } from "./bicycle.ts";
import { CircuitScript, requireCount, type Basis } from "./script.ts";
import type { CssCode } from "./css.ts";
import type { MemoryOptions } from "./memory.ts";
import type { StimCircuit } from "../stim/circuit.ts";

/** Which of its neighbours a check meets in each of the seven layers. */
const SCHEDULE: Readonly<Record<Basis, readonly (number | undefined)[]>> = {
  X: [undefined, 1, 4, 3, 5, 0, 2],
  Z: [3, 5, 0, 1, 2, 4, undefined],
};

interface Machine {
  readonly specification: BicycleSpecification;
  readonly code: CssCode;
  readonly half: number;
  readonly data: readonly number[];
  readonly checks: Readonly<Record<Basis, readonly number[]>>;
}

function machineOf(specification: BicycleSpecification): Machine {
  const half = specification.l * specification.m;
  const run = (from: number, length: number): readonly number[] => Array.from({ length }, (_, i) => from + i);
  return { specification, code: bicycleCode(specification), half, data: run(0, 2 * half), checks: { X: run(2 * half, half), Z: run(3 * half, half) } };
}

/** @throws Fault ABI_MALFORMED for rounds below 1 or a knob that is no probability */
export function bicycleMemoryCircuit(specification: BicycleSpecification, { basis, rounds, noise }: MemoryOptions): StimCircuit {
  requireCount("rounds", rounds, 1);
  const machine = machineOf(specification);
  const script = new CircuitScript(noise);
  writePreparation(script, machine, basis);
  writeRound(script, machine);
  writeDetectors(script, machine, [basis], false);
  script.repeat(rounds - 1, (body) => {
    writeRound(body, machine);
    body.shiftCoordinates([0, 0, 1]);
    writeDetectors(body, machine, ["X", "Z"], true);
  });
  writeReadout(script, machine, basis);
  return script.items;
}

const siteAt = (m: number, site: number, dx: number, dy: number): readonly [number, number] => [2 * Math.floor(site / m) + dx, 2 * (site % m) + dy];

const checkAt = ({ specification }: Machine, basis: Basis, check: number): readonly [number, number] =>
  basis === "X" ? siteAt(specification.m, check, 0, 0) : siteAt(specification.m, check, 1, 1);

function writePreparation(script: CircuitScript, machine: Machine, basis: Basis): void {
  const { data, half, checks, specification: { m } } = machine;
  for (const qubit of data) script.qubitCoordinates(qubit, qubit < half ? siteAt(m, qubit, 1, 0) : siteAt(m, qubit - half, 0, 1));
  for (const own of ["X", "Z"] as const) for (const [i, qubit] of checks[own].entries()) script.qubitCoordinates(qubit, checkAt(machine, own, i));
  script.reset(data, basis);
  script.reset(checks.Z);
}

function writeRound(script: CircuitScript, machine: Machine): void {
  const { data, checks } = machine;
  script.roundTick(data);
  script.reset(checks.X, "X");
  for (let layer = 0; layer < SCHEDULE.X.length; layer++) {
    if (layer > 0) script.tick();
    script.cx([...layerPairs(machine, "X", layer), ...layerPairs(machine, "Z", layer)]);
  }
  script.measure(checks.Z);
  script.tick();
  script.measure(checks.X, "X");
  script.reset(checks.Z);
}

function layerPairs({ specification, checks }: Machine, basis: Basis, layer: number): readonly number[] {
  const met = SCHEDULE[basis][layer];
  if (met === undefined) return [];
  return checks[basis].flatMap((qubit, check) => {
    const data = bicycleNeighbours(specification, basis, check)[met] ?? 0;
    return basis === "X" ? [qubit, data] : [data, qubit];
  });
}

/** How many measurements ago, from a round's end. */
const checkBack = ({ half }: Machine, basis: Basis, check: number): number => (basis === "X" ? half : 2 * half) - check;

function writeDetectors(script: CircuitScript, machine: Machine, bases: readonly Basis[], compared: boolean): void {
  for (const basis of bases) {
    for (let check = 0; check < machine.half; check++) {
      const back = checkBack(machine, basis, check);
      script.detector([...checkAt(machine, basis, check), 0], compared ? [back, back + 2 * machine.half] : [back]);
    }
  }
}

function writeReadout(script: CircuitScript, machine: Machine, basis: Basis): void {
  const { data, code } = machine;
  script.measure(data, basis);
  const backs = (qubits: readonly number[]): readonly number[] => qubits.map((qubit) => data.length - qubit);
  for (const [check, own] of code.checks[basis].entries()) {
    script.detector([...checkAt(machine, basis, check), 1], [...backs(own), checkBack(machine, basis, check) + data.length]);
  }
  for (const [i, own] of code.logical[basis].entries()) script.observable(i, backs(own));
}
