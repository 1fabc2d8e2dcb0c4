// Noisy sampling by trajectories: each shot draws its own errors, so that over many shots the records fall as the density matrix says.
//   J1  Error draws are u(shot, NOISE_DRAWS + 8·instruction + slot): a space of their own, so that noise shifts no measurement's draw, and a shot
//       in which nothing goes wrong reads what it reads without noise.
//   J2  Where errors are Paulis and wrong readings alone, shots that draw none are sampled together, without noise; only the others run alone.
import { ARITY, OP, OP_WIDTH, type LoweredCircuit } from "../circuit.ts";
import { philoxUniform } from "../philox/portable.ts";
import { checkNoise, isGate, noiseOf, overRotated, type GateNoise, type NoiseModel } from "./noise.ts";
import { planCircuit, type Step } from "./plan.ts";
import { Register } from "./register.ts";
import { samplePlan } from "./sample.ts";

/** 2^40: no circuit has so many measurements. */
const NOISE_DRAWS = 1_099_511_627_776;
const SLOTS = 8;
const DEPOLARIZING = 0, DAMPING = 1, FLIPPING = 4, READING = 7;

const PLAIN: Step = { opcode: 0, q0: -1, q1: -1, q2: -1, clbit: -1, condition: -1, ordinal: -1, cosine: 1, sine: 0 };
const PAULIS = [OP.X, OP.Y, OP.Z];

/** One instruction with what may go wrong at it. */
interface Site {
  readonly step: Step;
  readonly qubits: readonly number[];
  readonly noise: GateNoise | undefined;
  readonly draws: number;
}

function sitesOf(circuit: LoweredCircuit, noise: NoiseModel): readonly Site[] {
  const { steps, rest } = planCircuit(circuit);
  // In the circuit's order: what may wait until the end of a noiseless run is measured where it stands.
  const waiting = new Map(rest.map((step) => [step.ordinal, step]));
  const found: Site[] = [];
  let next = 0;
  for (let at = 0; at < circuit.ops.length; at += OP_WIDTH) {
    const opcode = circuit.ops[at] ?? 0;
    if (opcode === OP.BARRIER) continue;
    const late = isGate(opcode) ? undefined : waiting.get(circuit.ops[at + 7] ?? -1);
    const step = late ?? steps[next++] ?? PLAIN;
    const qubits = [step.q0, step.q1, step.q2].slice(0, ARITY[opcode]);
    found.push({ step, qubits, noise: isGate(opcode) ? noiseOf(noise, opcode) : undefined, draws: NOISE_DRAWS + (SLOTS * at) / OP_WIDTH });
  }
  return found;
}

class Trajectories {
  readonly #circuit: LoweredCircuit;
  readonly #sites: readonly Site[];
  readonly #noise: NoiseModel;
  readonly #key: Uint32Array;
  readonly #register: Register;

  constructor(circuit: LoweredCircuit, noise: NoiseModel, key: Uint32Array) {
    this.#circuit = circuit;
    this.#sites = sitesOf(circuit, noise);
    this.#noise = noise;
    this.#key = key;
    this.#register = new Register({ qubits: circuit.qubits });
  }

  #u(shot: number, draw: number): number {
    return philoxUniform(this.#key[0] ?? 0, this.#key[1] ?? 0, shot, draw);
  }

  /** Whether a shot could read other bits than without noise. */
  errs(shot: number): boolean {
    const { zeroAsOne, oneAsZero } = this.#noise.readout;
    const misread = Math.max(zeroAsOne, oneAsZero);
    return this.#sites.some(({ step, noise, draws }) => (noise === undefined ? step.opcode === OP.MEASURE && this.#u(shot, draws + READING) < misread
      : noise.damping > 0 || noise.flipping > 0 || this.#u(shot, draws + DEPOLARIZING) < noise.depolarizing));
  }

  #holds(at: number, bits: Uint8Array): boolean {
    const { conditions } = this.#circuit;
    const count = at < 0 ? 0 : conditions[at] ?? 0;
    for (let pair = 0; pair < count; pair++) if (bits[conditions[at + 1 + 2 * pair] ?? 0] !== conditions[at + 2 + 2 * pair]) return false;
    return true;
  }

  /** One shot from |0…0⟩ to its record. */
  run(shot: number, bits: Uint8Array): void {
    this.#register.clear();
    for (const site of this.#sites) {
      const { step, noise } = site;
      if (!this.#holds(step.condition, bits)) continue;
      if (noise === undefined) this.#read(site, shot, bits);
      else {
        this.#register.apply(step);
        this.#disturb(site, noise, shot);
      }
    }
  }

  #read({ step, draws }: Site, shot: number, bits: Uint8Array): void {
    const [zero, one] = this.#register.weigh(step.q0);
    const outcome = this.#u(shot, step.ordinal) < zero / (zero + one) ? 0 : 1;
    if (step.opcode === OP.RESET) return this.#register.reset(step.q0, outcome);
    this.#register.project(step.q0, outcome);
    const { zeroAsOne, oneAsZero } = this.#noise.readout;
    const wrong = this.#u(shot, draws + READING) < (outcome === 0 ? zeroAsOne : oneAsZero);
    bits[step.clbit] = wrong ? 1 - outcome : outcome;
  }

  #disturb({ qubits, draws }: Site, { depolarizing, damping, flipping }: GateNoise, shot: number): void {
    const u = this.#u(shot, draws + DEPOLARIZING);
    if (u < depolarizing) this.#pauli(qubits, 1 + Math.floor((u / depolarizing) * ((1 << (2 * qubits.length)) - 1)));
    qubits.forEach((qubit, at) => {
      if (damping > 0) this.#damp(qubit, damping, this.#u(shot, draws + DAMPING + at));
      if (this.#u(shot, draws + FLIPPING + at) < flipping) this.#register.apply({ ...PLAIN, opcode: OP.Z, q0: qubit });
    });
  }

  /** A Pauli by its letters, base 4. */
  #pauli(qubits: readonly number[], word: number): void {
    qubits.forEach((q0, at) => {
      const opcode = PAULIS[((word >> (2 * at)) & 3) - 1];
      if (opcode !== undefined) this.#register.apply({ ...PLAIN, opcode, q0 });
    });
  }

  /** Falls with probability damping × P(1); else what is known of 1 shrinks by √(1 - damping). Weights are not normalised. */
  #damp(q0: number, damping: number, u: number): void {
    const [zero, one] = this.#register.weigh(q0);
    if (u < (damping * one) / (zero + one)) this.#register.reset(q0, 1);
    else this.#register.apply({ ...PLAIN, opcode: OP.P, q0, cosine: Math.sqrt(1 - damping), sine: 0 });
  }
}

/** Bits of `shots` noisy runs, shot-major, clbit 0 first. @throws Fault KERNEL_REFUSED for a model that is none */
export function sampleNoisy(given: LoweredCircuit, noise: NoiseModel, shots: number, key: Uint32Array): Uint8Array {
  checkNoise(noise);
  const circuit = overRotated(given, noise);
  const trajectories = new Trajectories(circuit, noise, key);
  const bits = samplePlan(planCircuit(circuit), shots, key);
  for (let shot = 0; shot < shots; shot++) {
    if (!trajectories.errs(shot)) continue;
    const own = bits.subarray(shot * circuit.clbits, (shot + 1) * circuit.clbits);
    own.fill(0);
    trajectories.run(shot, own);
  }
  return bits;
}
