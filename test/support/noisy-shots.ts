// One run a shot, gate by gate, nothing shared: what the tree of histories is measured against, in bits and in time.
import { OP, type LoweredCircuit } from "../../domains/kernels/circuit.ts";
import type { NoiseModel } from "../../domains/kernels/noise.ts";
import { Events } from "../../domains/kernels/statevector/events.ts";
import { noisyPlan, type NoisyPlan, type Site } from "../../domains/kernels/statevector/noise.ts";
import { isMeasuring, type Step } from "../../domains/kernels/statevector/plan.ts";
import { Register } from "../../domains/kernels/statevector/register.ts";
import { philoxUniform } from "../../domains/kernels/philox/portable.ts";

const holds = (conditions: Int32Array, at: number, bits: Uint8Array): boolean =>
  at < 0 || Array.from({ length: conditions[at] ?? 0 }, (_, pair) => at + 1 + 2 * pair).every((place) => bits[conditions[place] ?? 0] === conditions[place + 1]);

class Shot {
  readonly bits: Uint8Array;
  readonly #noisy: NoisyPlan;
  readonly #noise: NoiseModel;
  readonly #register: Register;
  readonly #u: (draw: number) => number;
  constructor(noisy: NoisyPlan, noise: NoiseModel, register: Register, u: (draw: number) => number) {
    [this.#noisy, this.#noise, this.#register, this.#u] = [noisy, noise, register, u];
    this.bits = new Uint8Array(noisy.plan.clbits);
    register.clear();
  }
  read({ opcode, q0, clbit, ordinal }: Step): void {
    const [zero, one] = this.#register.weigh(q0);
    const outcome = this.#u(ordinal) < zero / (zero + one) ? 0 : 1;
    if (opcode === OP.RESET) this.#register.reset(q0, outcome);
    else {
      this.#register.project(q0, outcome);
      this.bits[clbit] = outcome;
    }
  }
  /** Whether a step acts. */
  step(step: Step): boolean {
    if (!holds(this.#noisy.plan.conditions, step.condition, this.bits)) return false;
    if (isMeasuring(step)) this.read(step);
    else this.#register.apply(step);
    return true;
  }
  meet({ kind, qubits, condition, clbit }: Site, u: number, acted: boolean): void {
    const [q0 = 0] = qubits;
    const z: Step = { opcode: OP.Z, q0, q1: -1, q2: -1, clbit: -1, condition: -1, ordinal: -1, cosine: 1, sine: 0 };
    const { zeroAsOne, oneAsZero } = this.#noise.readout;
    if (kind === "flip") this.#register.apply(z);
    if (kind === "damping") {
      const [zero, one] = this.#register.weigh(q0);
      if (u < one / (zero + one)) this.#register.reset(q0, 1);
    }
    if (kind === "reading" && acted && u < (this.bits[clbit] === 1 ? oneAsZero : zeroAsOne) / Math.max(zeroAsOne, oneAsZero)) this.bits[clbit]! ^= 1;
    if (kind !== "pauli" || !holds(this.#noisy.plan.conditions, condition, this.bits)) return;
    const word = 1 + Math.floor(u * (4 ** qubits.length - 1));
    qubits.forEach((qubit, at) => {
      const letter = Math.floor(word / 4 ** at) % 4;
      if (letter > 0) this.#register.apply({ ...z, opcode: [OP.X, OP.Y, OP.Z][letter - 1]!, q0: qubit });
    });
  }
}

/** As `sampleNoisy`. */
export function onePerShot(circuit: LoweredCircuit, noise: NoiseModel, shots: number, key: Uint32Array): Uint8Array {
  const noisy = noisyPlan(circuit, noise);
  const { plan: { steps, rest, qubits, clbits }, sites, walked } = noisy;
  const events = new Events(noisy.ends, shots, key);
  const register = new Register({ qubits });
  const all = new Uint8Array(shots * clbits);
  for (let number = 0; number < shots; number++) {
    const shot = new Shot(noisy, noise, register, (draw) => philoxUniform(key[0] ?? 0, key[1] ?? 0, number, draw));
    let acted = false;
    const meetAll = (here: (site: Site, index: number) => boolean): void => {
      for (let index = events.next[number] ?? 0; index < sites.length && here(sites[index]!, index); index = events.next[number] ?? 0) {
        shot.meet(sites[index]!, events.choice(number), acted);
        events.pass(number);
      }
    };
    steps.forEach((step, at) => {
      meetAll((site, index) => index < walked && site.at <= at);
      acted = shot.step(step);
    });
    meetAll((_, index) => index < walked);
    for (const step of rest) shot.read(step);
    acted = true;
    meetAll(() => true);
    all.set(shot.bits, number * clbits);
  }
  return all;
}
