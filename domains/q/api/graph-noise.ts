// Logical noise on a graph's circuit: Pauli errors at the logical rate, drawn shot by shot, and the circuits they make.
//   1  An operation takes its logical cycles (kernel-abi/qvm/qec/rates.ts) on each of its qubits, whether or not its guard holds. At the
//      end of each the qubit suffers X, Y or Z, each with a third of its rate. A readout's event is flipped with the readout rate, the
//      state it leaves is not. A qubit that waits (graph-clock.ts) suffers as much in each cycle; of the cycles of one wait the product strikes.
//   2  What strikes shot s at place p depends on (key, s, p) alone: one draw of Philox. No rate, no draw, no error.
//   3  Shots with the same errors are shots of the same circuit. Those with none are the shots of the noiseless one.
import { Fault } from "../../../kernel-abi/fault.ts";
import { failureOver } from "../../../kernel-abi/qvm/qec/rates.ts";
import { philoxUniform } from "../../kernels/philox/portable.ts";
import { circuitOf, type Circuit } from "./circuit.ts";
import type { Lowered } from "./graph-lower.ts";
import { checkInteger, refuse, type Instruction } from "./instruction.ts";

/** Probabilities, per logical cycle and per readout. */
export interface QubitNoise {
  /** Of one Pauli error in one cycle; X, Y and Z are equally probable. */
  readonly pauli: number;
  /** Of a readout that says the opposite. */
  readonly readout: number;
}

/** What every qubit suffers, and what some suffer instead, by the names the graph gives them. */
export interface GraphNoise extends QubitNoise {
  readonly qubits?: Readonly<Record<string, QubitNoise>>;
}

/** Different error patterns one run may have: each is a job. */
export const NOISE_PATTERNS_MAX = 65_536;

/** Where an error can be, and how probable it is. */
interface Place {
  readonly rate: number;
  /** Each error that can be there makes these instructions, before instruction `at`. Equally probable. */
  readonly errors: readonly (readonly Insertion[])[];
}
interface Insertion {
  readonly at: number;
  readonly instruction: Instruction;
}

/** Shots that suffer the same. */
export interface NoisyCircuit {
  readonly circuit: Circuit;
  readonly shots: number;
  /** Errors in each of these shots. */
  readonly errors: number;
}

const rateOf = (what: string, rate: number): number => (typeof rate === "number" && rate >= 0 && rate <= 1 ? rate : refuse(`noise: ${what}`, rate, "a probability from 0 to 1"));

/** That the Paulis of so many cycles, each with probability p and X, Y and Z alike, come to one: each cycle multiplies every Pauli by 1 - 4p/3. */
const waitingRate = (p: number, cycles: number): number => 0.75 * failureOver((4 * p) / 3, cycles);

function placesOf({ places }: Lowered, noise: GraphNoise): readonly Place[] {
  const own = new Map(Object.entries(noise.qubits ?? {}));
  const pauli = (name: "x" | "y" | "z", qubit: number, at: number): Insertion => ({ at, instruction: { name, qubits: [qubit], when: [] } });
  return places.map(({ kind, at, cycles, copies, qubit, vq }): Place => {
    const rates = own.get(vq) ?? noise;
    const paulis = (["x", "y", "z"] as const).map((name) => [pauli(name, qubit, at)]);
    if (kind === "waiting") return { rate: waitingRate(rateOf("pauli", rates.pauli), cycles), errors: paulis };
    if (kind === "readout") return { rate: rateOf("readout", rates.readout), errors: [[pauli("x", qubit, at), pauli("x", qubit, at + copies)]] };
    return { rate: rateOf("pauli", rates.pauli), errors: paulis };
  });
}

/** What strikes one shot: places, and which of their errors. */
function struck(places: readonly Place[], shot: number, key0: number, key1: number): readonly (readonly [place: number, error: number])[] {
  const found: (readonly [number, number])[] = [];
  places.forEach(({ rate, errors }, place) => {
    if (rate === 0) return;
    const u = philoxUniform(key0, key1, shot, place);
    if (u < rate) found.push([place, Math.min(errors.length - 1, Math.floor((u / rate) * errors.length))]);
  });
  return found;
}

/** The instructions with insertions among them: first those at the same place that stand first in the list. */
function inserted(instructions: readonly Instruction[], insertions: readonly Insertion[]): readonly Instruction[] {
  const sorted = insertions.map((one, order) => ({ ...one, order })).sort((a, b) => a.at - b.at || a.order - b.order);
  const all: Instruction[] = [];
  let from = 0;
  for (const { at, instruction } of sorted) {
    for (; from < at; from++) all.push(instructions[from] as Instruction);
    all.push(instruction);
  }
  return all.concat(instructions.slice(from));
}

/**
 * The circuits of `shots` noisy shots: the noiseless one first, if any shot is spared, then the others in the order of their first shot.
 * `key` is two 32-bit words from a stream of the run.
 * @throws Fault ABI_MALFORMED for what is no probability; QVM_NOISE_LIMIT beyond NOISE_PATTERNS_MAX
 */
export function noisyCircuits(lowered: Lowered, noise: GraphNoise, shots: number, key: readonly [number, number]): readonly NoisyCircuit[] {
  checkInteger("noise: shots", shots, 1, Number.MAX_SAFE_INTEGER);
  const places = placesOf(lowered, noise);
  const quiet = places.every(({ rate }) => rate === 0);
  const patterns = new Map<string, { readonly hits: readonly (readonly [number, number])[]; shots: number }>([["", { hits: [], shots: 0 }]]);
  for (let shot = 0; shot < shots; shot++) {
    const hits = quiet ? [] : struck(places, shot, key[0], key[1]);
    const name = hits.join(";");
    const known = patterns.get(name);
    if (known !== undefined) known.shots++;
    else if (patterns.size >= NOISE_PATTERNS_MAX) throw new Fault("QVM_NOISE_LIMIT", { shot, allowed: NOISE_PATTERNS_MAX });
    else patterns.set(name, { hits, shots: 1 });
  }
  return [...patterns.values()].filter((pattern) => pattern.shots > 0).map(({ hits, shots: times }) => {
    const insertions = hits.flatMap(([place, error]) => places[place]?.errors[error] ?? []);
    return { circuit: circuitOf(lowered.qubits, lowered.clbits, inserted(lowered.instructions, insertions)), shots: times, errors: hits.length };
  });
}

/** Errors one qubit suffers over all shots. */
export interface Strikes {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Paulis of any kind while it waited; those above struck at work. */
  readonly waiting: number;
  /** Readouts that said the opposite. */
  readonly readout: number;
}

const PAULIS = ["x", "y", "z"] as const;

/** What `noisyCircuits` draws for the same arguments, by the names of the qubits that suffer any. @throws as it does for what is no probability */
export function noiseStrikes(lowered: Lowered, noise: GraphNoise, shots: number, key: readonly [number, number]): ReadonlyMap<string, Strikes> {
  const places = placesOf(lowered, noise);
  const found = new Map<string, { -readonly [Kind in keyof Strikes]: number }>();
  if (places.every(({ rate }) => rate === 0)) return found;
  for (let shot = 0; shot < shots; shot++) {
    for (const [at, error] of struck(places, shot, key[0], key[1])) {
      const { kind, vq } = lowered.places[at] ?? { kind: "cycle", vq: "" };
      const own = found.get(vq) ?? { x: 0, y: 0, z: 0, waiting: 0, readout: 0 };
      found.set(vq, own);
      own[kind !== "cycle" ? kind : PAULIS[error] ?? "x"]++;
    }
  }
  return found;
}
