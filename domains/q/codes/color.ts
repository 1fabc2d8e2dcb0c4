// The triangular colour code on hexagons, measured by one ancilla a hexagon: every round turns the data qubits X to Y to Z (C_XYZ) and measures
// the same checks, so that each hexagon's three stabilizers come in turn (Stim's `memory_xyz`).
//   1  Two rounds in a row tell the third's outcome: a check's three latest outcomes multiply to a constant.
//   2  Qubits are numbered row by row; a place is a check where (x + 2y) mod 3 is 2, counted within its row.
import { byQubit, cxSteps, qubitsOf, recordsBack, support, type CheckSite, type Patch, type Site } from "./patch.ts";
import { CircuitScript, requireCount, type NoiseKnobs } from "./script.ts";
import type { StimCircuit } from "../stim/circuit.ts";

type Point = readonly [x: number, y: number];
interface Place { readonly qubit: number; readonly at: Point; readonly measured: boolean }

/** Where the data qubits of a hexagon are, in the order they are met. */
const AROUND: readonly Point[] = [[1, 0], [0.5, 1], [0.5, -1], [-1, 0], [-0.5, 1], [-0.5, -1]];

/** The checks of the patch stand for X and for Z alike. @throws Fault ABI_MALFORMED unless the distance is odd and at least 3 */
export function colorPatch(distance: number): Patch {
  requireCount("distance", distance, 3, true);
  const places = placesOf(distance + (distance - 1) / 2);
  const name = (x: number, y: number): string => `${String(x)},${String(y)}`;
  const dataAt = new Map(places.filter(({ measured }) => !measured).map(({ qubit, at }) => [name(...at), qubit]));
  const data = places.filter(({ measured }) => !measured).map(({ qubit, at }): Site => ({ qubit, at }));
  const checks = places.filter(({ measured }) => measured).map(({ qubit, at }): CheckSite =>
    ({ qubit, at, basis: "Z", meets: AROUND.map(([dx, dy]) => dataAt.get(name(at[0] + dx, at[1] + dy))) }));
  const bottom = data.filter(({ at }) => at[1] === 0).map(({ qubit }) => qubit);
  return { data, checks, logical: { X: bottom, Z: bottom } };
}

function placesOf(side: number): readonly Place[] {
  const places: Place[] = [];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side - y; x++) places.push({ qubit: places.length, at: [x + y / 2, y], measured: (x + 2 * y) % 3 === 2 });
  }
  return places;
}

export interface ColorMemoryOptions {
  /** At least 2. */
  readonly rounds: number;
  readonly noise: NoiseKnobs;
}

/** @throws Fault ABI_MALFORMED for rounds below 2 or a knob that is no probability */
export function colorMemoryCircuit(patch: Patch, { rounds, noise }: ColorMemoryOptions): StimCircuit {
  requireCount("rounds", rounds, 2);
  const { data, checks } = patch;
  const script = new CircuitScript(noise);
  const all = [...data, ...checks].toSorted(byQubit);
  for (const { qubit, at } of all) script.qubitCoordinates(qubit, at);
  script.reset(qubitsOf(all));
  script.repeat(2, (body) => { writeRound(body, patch); });
  writeDetectors(script, checks, 2);
  script.repeat(rounds - 2, (body) => {
    writeRound(body, patch);
    body.shiftCoordinates([0, 0, 1]);
    writeDetectors(body, checks, 3);
  });
  writeReadout(script, patch, rounds % 3);
  return script.items;
}

function writeRound(script: CircuitScript, { data, checks }: Patch): void {
  script.roundTick(qubitsOf(data));
  script.gate("C_XYZ", qubitsOf(data));
  for (const pairs of cxSteps(checks)) {
    script.tick();
    script.cx(pairs);
  }
  script.tick();
  script.measureReset(qubitsOf(checks));
}

/** Each check with itself over the latest `rounds` rounds. */
function writeDetectors(script: CircuitScript, checks: readonly CheckSite[], rounds: number): void {
  for (const [i, { at }] of checks.entries()) {
    script.detector([...at, 0], Array.from({ length: rounds }, (_, round) => checks.length * (round + 1) - i));
  }
}

/** `phase`: how many thirds of a turn the data stand from where they began; it says which of the last two rounds tell a check's value. */
function writeReadout(script: CircuitScript, { data, checks, logical }: Patch, phase: number): void {
  script.measure(qubitsOf(data), phase === 0 ? "Z" : phase === 1 ? "X" : "Y");
  const ofData = recordsBack(data);
  const last = recordsBack(checks, data.length);
  const earlier = recordsBack(checks, data.length + checks.length);
  const backs = (qubits: readonly number[]): readonly number[] => qubits.map((q) => ofData.get(q) ?? 0);
  for (const check of checks) {
    const own = [...(phase === 1 ? [] : [last]), ...(phase === 0 ? [] : [earlier])].map((back) => back.get(check.qubit) ?? 0);
    script.detector([...check.at, 1], [...backs(support(check)), ...own]);
  }
  script.observable(0, backs(logical.Z));
}
