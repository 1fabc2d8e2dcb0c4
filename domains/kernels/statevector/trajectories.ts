// Noise by trajectories: each shot meets its own errors, so that over many shots the records fall as the density matrix says.
//   J3  Shots that share all outcomes and errors so far are one range, evolved once; a site splits off those that go another way there. What a
//       shot does depends on its number and its own history, so this gives the bits of one run per shot, and memory for checkpoints changes none.
//   J4  Between sites that no shot of a range meets, gates go by the exact plan, which gives the numbers of gate by gate.
import { OP, type LoweredCircuit, type PauliSum } from "../circuit.ts";
import type { Crew } from "../../../kernel-abi/ports.ts";
import type { NoiseModel } from "../noise.ts";
import { Checkpoints, holds, type Checkpoint } from "./checkpoints.ts";
import { Events } from "./events.ts";
import { noisyPlan, type NoisyPlan, type Site } from "./noise.ts";
import { isMeasuring, type Step } from "./plan.ts";
import { Register } from "./register.ts";
import { GateRuns } from "./runs.ts";
import { expectationIn } from "./sums.ts";
import { wordsFor } from "./words.ts";

const PLAIN: Step = { opcode: 0, q0: -1, q1: -1, q2: -1, clbit: -1, condition: -1, ordinal: -1, cosine: 1, sine: 0 };
const PAULIS = [OP.X, OP.Y, OP.Z];

/** What a range did at a site: 0 is nothing, else a Pauli word, base 4, or 1. */
interface Deed {
  readonly site: number;
  readonly code: number;
}

/** Shots [from, to) of the array, which read `outcomes` and did `deeds` from the checkpoint on. */
interface Range {
  readonly base: Checkpoint;
  readonly outcomes: readonly number[];
  readonly deeds: readonly Deed[];
  readonly from: number;
  readonly to: number;
}

/** The range being evolved. */
interface Live {
  base: Checkpoint;
  outcomes: number[];
  deeds: Deed[];
  from: number;
  to: number;
  at: number;
  readonly clbits: Uint8Array;
  /** Whether the reading just passed was made. */
  read: boolean;
}

/** What is done with the shots of a range at the end of the circuit. */
type Finish = (from: number, to: number, clbits: Uint8Array) => void;

interface Noisy {
  readonly noisy: NoisyPlan;
  readonly noise: NoiseModel;
  readonly runs: GateRuns;
  readonly register: Register;
  readonly events: Events;
  readonly checkpoints: Checkpoints;
  readonly finish: Finish;
}

class Trajectories {
  readonly #of: Noisy;
  readonly #list: Int32Array;
  readonly #waiting: Range[] = [];

  constructor(of: Noisy, shots: number) {
    this.#of = of;
    this.#list = new Int32Array(of.register.wasm.memory.buffer, of.register.shots, shots);
  }

  run(): void {
    const { checkpoints, noisy: { plan } } = this.#of;
    const start: Checkpoint = { at: 0, slot: -1, clbits: new Uint8Array(plan.clbits), waiting: 1 };
    this.#waiting.push({ base: start, outcomes: [], deeds: [], from: 0, to: this.#list.length });
    for (let range = this.#waiting.pop(); range !== undefined; range = this.#waiting.pop()) {
      checkpoints.restore(range.base);
      this.#follow(range);
    }
  }

  /** Runs one range to the end of the circuit, putting aside what splits off. */
  #follow({ base, outcomes, deeds, from, to }: Range): void {
    const { noisy: { plan, sites, walked }, checkpoints, finish } = this.#of;
    const live: Live = { base, outcomes: [], deeds: [], from, to, at: base.at, clbits: base.clbits.slice(), read: false };
    const known = [...outcomes];
    for (let done = 0; ;) {
      const deed = deeds[done];
      const site = Math.min(this.#next(live), deed?.site ?? walked);
      this.#evolve(live, site < walked ? sites[site]?.at ?? 0 : plan.steps.length, known);
      if (site >= walked) break;
      if (deed?.site === site) {
        this.#act(live, deed);
        done += 1;
      } else this.#meet(live, site);
    }
    finish(live.from, live.to, live.clbits);
    checkpoints.leave(live.base);
  }

  /** The first site a shot of the range meets. */
  #next({ from, to }: Live): number {
    const { next } = this.#of.events;
    const list = this.#list;
    let first = this.#of.noisy.walked;
    for (let at = from; at < to; at++) first = Math.min(first, next[list[at] ?? 0] ?? 0);
    return first;
  }

  #evolve(live: Live, to: number, known: number[]): void {
    const { noisy: { plan: { steps, conditions } }, runs, register } = this.#of;
    while (live.at < to) {
      const step = steps[live.at] as Step;
      const acts = step.condition < 0 || holds(conditions, step.condition, live.clbits);
      if (!isMeasuring(step)) live.at = runs.pass(register, live.at, to, acts);
      else {
        if (acts) this.#measure(live, step, known);
        live.read = acts;
        live.at += 1;
      }
    }
  }

  #measure(live: Live, step: Step, known: number[]): void {
    const { register } = this.#of;
    const [zero, one] = register.weigh(step.q0);
    let outcome = known.shift();
    if (outcome === undefined) {
      const middle = register.wasm.split(live.from, live.to, step.ordinal, zero, one);
      const parts = [{ code: 0, from: live.from, to: middle }, { code: 1, from: middle, to: live.to }];
      outcome = this.#part(live, parts, (code) => ({ outcomes: [...live.outcomes, code], deeds: [...live.deeds] }));
    }
    live.outcomes.push(outcome);
    if (step.opcode === OP.RESET) return register.reset(step.q0, outcome);
    register.project(step.q0, outcome);
    live.clbits[step.clbit] = outcome;
  }

  /** Of the parts that have shots the smallest goes on, the others wait; gives its code. */
  #part(live: Live, parts: readonly { readonly code: number; readonly from: number; readonly to: number }[], history: (code: number) => Pick<Range, "outcomes" | "deeds">): number {
    const some = parts.filter(({ from, to }) => from < to).sort((a, b) => (b.to - b.from) - (a.to - a.from));
    const on = some.pop();
    if (on === undefined) return 0;
    if (some.length > 0) {
      const base = this.#of.checkpoints.part(live.base, some.length + 1, live.at, live.clbits);
      if (base !== live.base) {
        live.base = base;
        live.outcomes = [];
        live.deeds = [];
      }
      for (const { code, from, to } of some) this.#waiting.push({ base, ...history(code), from, to });
    }
    live.from = on.from;
    live.to = on.to;
    return on.code;
  }

  /** Splits a range by what its shots do at a site. */
  #meet(live: Live, index: number): void {
    const { noisy: { sites }, events } = this.#of;
    const list = this.#list;
    const site = sites[index] as Site;
    const codeOf = this.#codes(live, site);
    const groups = new Map<number, number[]>();
    let kept = live.from;
    for (let at = live.from; at < live.to; at++) {
      const shot = list[at] ?? 0;
      const meets = events.next[shot] === index;
      const code = meets && codeOf !== undefined ? codeOf(events.choice(shot)) : 0;
      if (meets) events.pass(shot);
      if (code === 0) list[kept++] = shot;
      else {
        const group = groups.get(code);
        if (group === undefined) groups.set(code, [shot]);
        else group.push(shot);
      }
    }
    const parts = [{ code: 0, from: live.from, to: kept }];
    for (const [code, shots] of groups) {
      list.set(shots, kept);
      parts.push({ code, from: kept, to: kept += shots.length });
    }
    const code = this.#part(live, parts, (other) => ({ outcomes: [...live.outcomes], deeds: other === 0 ? [...live.deeds] : [...live.deeds, { site: index, code: other }] }));
    if (code !== 0) this.#act(live, { site: index, code });
  }

  /** From a draw to what a shot does at a site; undefined where none does anything. */
  #codes({ clbits, read }: Live, { kind, qubits, condition, clbit }: Site): ((u: number) => number) | undefined {
    const { noisy: { plan: { conditions } }, register, noise: { readout: { zeroAsOne, oneAsZero } } } = this.#of;
    switch (kind) {
      case "pauli": {
        if (condition >= 0 && !holds(conditions, condition, clbits)) return undefined;
        const words = (1 << (2 * qubits.length)) - 1;
        return (u) => 1 + Math.floor(u * words);
      }
      case "flip": return () => 1;
      case "damping": {
        const [zero, one] = register.weigh(qubits[0] ?? 0);
        return (u) => (u < one / (zero + one) ? 1 : 0);
      }
      case "reading": {
        const wrong = (clbits[clbit] === 1 ? oneAsZero : zeroAsOne) / Math.max(zeroAsOne, oneAsZero);
        return read ? (u) => (u < wrong ? 1 : 0) : undefined;
      }
    }
  }

  #act(live: Live, deed: Deed): void {
    const { noisy: { sites }, register } = this.#of;
    const { kind, qubits, clbit } = sites[deed.site] as Site;
    live.deeds.push(deed);
    if (kind === "reading") live.clbits[clbit] = 1 - (live.clbits[clbit] ?? 0);
    else if (kind === "damping") register.reset(qubits[0] ?? 0, 1);
    else if (kind === "flip") register.apply({ ...PLAIN, opcode: OP.Z, q0: qubits[0] ?? 0 });
    else {
      qubits.forEach((q0, at) => {
        const opcode = PAULIS[((deed.code >> (2 * at)) & 3) - 1];
        if (opcode !== undefined) register.apply({ ...PLAIN, opcode, q0 });
      });
    }
  }
}

export interface NoisyRun {
  readonly shots: number;
  readonly key: Uint32Array;
  /** Bounds the checkpoints; neither they nor a crew change a bit. */
  readonly copies?: number | undefined;
  readonly crew?: Crew | undefined;
}

/** Runs all shots; `finishing` is told of each range at its end. */
function walk(noisy: NoisyPlan, noise: NoiseModel, { shots, key, copies, crew }: NoisyRun, width: number, finishing: (register: Register) => Finish): { readonly register: Register; readonly events: Events } {
  const { plan: { qubits, rest } } = noisy;
  const runs = new GateRuns(noisy);
  const register = new Register({ qubits, shots, clbits: width, rest: rest.length, program: runs.programBytes, crew });
  const events = new Events(noisy.ends, shots, key);
  register.wasm.openShots(register.shots, shots, register.result, width, key[0] ?? 0, key[1] ?? 0);
  try {
    new Trajectories({ noisy, noise, runs, register, events, checkpoints: new Checkpoints(register, copies), finish: finishing(register) }, shots).run();
  } finally {
    register.close();
  }
  return { register, events };
}

/** Bits of `shots` noisy runs, shot-major, clbit 0 first. @throws Fault KERNEL_REFUSED as `planCircuit` does */
export function sampleNoisy(circuit: LoweredCircuit, noise: NoiseModel, run: NoisyRun): Uint8Array {
  const noisy = noisyPlan(circuit, noise);
  const { plan: { clbits, rest }, sites } = noisy;
  const { register, events } = walk(noisy, noise, run, clbits, (of) => {
    of.writeTable(rest);
    return (from, to, bits) => {
      of.writeRecord(bits);
      of.wasm.publish(from, to, of.record);
      of.sampleRest(rest.length, from, to);
    };
  });
  const bits = register.readResult(run.shots * clbits);
  const { zeroAsOne, oneAsZero } = noise.readout;
  const most = Math.max(zeroAsOne, oneAsZero);
  for (let shot = 0; shot < run.shots; shot++) {
    for (let site = sites[events.next[shot] ?? -1]; site !== undefined; site = sites[events.next[shot] ?? -1]) {
      const at = shot * clbits + site.clbit;
      if (events.choice(shot) < (bits[at] === 1 ? oneAsZero : zeroAsOne) / most) bits[at] = 1 - (bits[at] ?? 0);
      events.pass(shot);
    }
  }
  return bits;
}

/** The mean over `shots` trajectories of ⟨ψ|P|ψ⟩, added in the order of the shots. @throws Fault KERNEL_REFUSED as `expectationOfPlan` does */
export function meanOfNoisy(circuit: LoweredCircuit, noise: NoiseModel, observable: PauliSum, run: NoisyRun): number {
  const noisy = noisyPlan(circuit, noise);
  const words = wordsFor(noisy.plan, observable);
  const values = new Float64Array(run.shots);
  walk(noisy, noise, run, 0, (register) => {
    const list = new Int32Array(register.wasm.memory.buffer, register.shots, run.shots);
    return (from, to) => {
      const [zero, one] = register.weigh(0);
      const value = expectationIn(register, words) / (zero + one);
      for (let at = from; at < to; at++) values[list[at] ?? 0] = value;
    };
  });
  return values.reduce((sum, value) => sum + value, 0) / run.shots;
}
