// Sampling a plan: every shot as if run alone, each distinct history simulated once.
//   S1  Shots that share all outcomes so far are one range of the shot array; a measurement splits a range. The outcome of
//       a shot depends on its number and its own history, so this gives the bits of one run per shot.
//   S2  When a range splits, the smaller part goes on and the larger waits at a checkpoint, so at most log2(shots) wait.
//       Without room for a checkpoint, a part waits at an earlier one and is evolved again along its recorded outcomes.
import { OP } from "../circuit.ts";
import type { Crew } from "../../../kernel-abi/ports.ts";
import type { Plan, Step } from "./plan.ts";
import { Register } from "./register.ts";
import { EXACT, StagedPlan } from "./stages.ts";

/** Bytes of state copies a job may hold beside its state; one copy is always allowed. */
const COPIES_BYTES_MAX = 1_073_741_824;

/** A place in the plan from which ranges can go on: the state before stage `at`. Slot -1 stands for |0…0⟩. */
interface Checkpoint {
  readonly at: number;
  readonly slot: number;
  readonly clbits: Uint8Array;
  waiting: number;
}

/** Shots [from, to) of the array, which read `outcomes` one after the other from the checkpoint on. */
interface Range {
  readonly base: Checkpoint;
  readonly outcomes: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** The range being evolved, with its outcomes since its checkpoint. */
interface Live {
  base: Checkpoint;
  outcomes: number[];
  from: number;
  to: number;
}

function holds(conditions: Int32Array, at: number, clbits: Uint8Array): boolean {
  const count = conditions[at] ?? 0;
  for (let pair = at + 1; pair <= at + 2 * count; pair += 2) {
    if (clbits[conditions[pair] ?? 0] !== conditions[pair + 1]) return false;
  }
  return true;
}

class Sampling {
  readonly #staged: StagedPlan;
  readonly #plan: Plan;
  readonly #register: Register;
  readonly #waiting: Range[] = [];
  readonly #freeSlots: number[] = [];

  constructor(staged: StagedPlan, register: Register, slots: number) {
    this.#staged = staged;
    this.#plan = staged.plan;
    this.#register = register;
    for (let slot = slots - 1; slot >= 0; slot--) this.#freeSlots.push(slot);
  }

  run(shots: number): void {
    const start: Checkpoint = { at: 0, slot: -1, clbits: new Uint8Array(this.#plan.clbits), waiting: 1 };
    this.#waiting.push({ base: start, outcomes: [], from: 0, to: shots });
    for (let range = this.#waiting.pop(); range !== undefined; range = this.#waiting.pop()) this.#follow(range);
  }

  #leave(base: Checkpoint): void {
    base.waiting--;
    if (base.waiting === 0 && base.slot >= 0) this.#freeSlots.push(base.slot);
  }

  /** Runs one range to the end of the circuit, putting aside what splits off. */
  #follow(range: Range): void {
    const { conditions } = this.#plan;
    const { stages } = this.#staged;
    const register = this.#register;
    if (range.base.slot >= 0) register.restore(range.base.slot);
    else register.clear();
    const clbits = range.base.clbits.slice();
    const live: Live = { base: range.base, outcomes: [], from: range.from, to: range.to };
    let replayed = 0;
    for (let at = live.base.at; at < stages.length; at++) {
      const stage = stages[at];
      if (stage === undefined) continue;
      const condition = stage.kind === "gates" ? stage.condition : stage.step.condition;
      if (condition >= 0 && !holds(conditions, condition, clbits)) continue;
      if (stage.kind === "gates") {
        register.evolve(this.#staged, at);
        continue;
      }
      const { step } = stage;
      const weights = register.weigh(step.q0);
      const outcome = range.outcomes[replayed++] ?? this.#measure(live, step, at, clbits, weights);
      live.outcomes.push(outcome);
      this.#collapse(step, outcome, clbits);
    }
    this.#finish(live, clbits);
  }

  #collapse(step: Step, outcome: number, clbits: Uint8Array): void {
    if (step.opcode === OP.RESET) return this.#register.reset(step.q0, outcome);
    this.#register.project(step.q0, outcome);
    clbits[step.clbit] = outcome;
  }

  /** Draws for every shot of the range, puts the larger part aside and gives the outcome of the part that goes on. */
  #measure(live: Live, step: Step, at: number, clbits: Uint8Array, [zero, one]: readonly [number, number]): number {
    const { from, to } = live;
    const middle = this.#register.wasm.split(from, to, step.ordinal, zero, one);
    if (middle === to) return 0;
    if (middle === from) return 1;
    this.#checkpoint(live, at, clbits);
    const { base, outcomes } = live;
    if (middle - from < to - middle) {
      live.to = middle;
      this.#waiting.push({ base, outcomes: [...outcomes, 1], from: middle, to });
      return 0;
    }
    live.from = middle;
    this.#waiting.push({ base, outcomes: [...outcomes, 0], from, to: middle });
    return 1;
  }

  /** Makes both parts of a splitting range start from here if there is a slot, else from where the range started. */
  #checkpoint(live: Live, at: number, clbits: Uint8Array): void {
    const slot = this.#freeSlots.pop();
    if (slot === undefined) {
      live.base.waiting++;
      return;
    }
    this.#register.save(slot);
    this.#leave(live.base);
    live.base = { at, slot, clbits: clbits.slice(), waiting: 2 };
    live.outcomes = [];
  }

  #finish(live: Live, clbits: Uint8Array): void {
    const { wasm, state, qubits, record, table } = this.#register;
    this.#register.writeRecord(clbits);
    wasm.publish(live.from, live.to, record);
    wasm.sampleRest(state, qubits, table, table + 12 * this.#plan.rest.length, live.from, live.to);
    this.#leave(live.base);
  }
}

/** Bits of `shots` runs, shot-major, clbit 0 first. `copies` bounds the checkpoints; neither they nor a crew change a bit. */
export function samplePlan(plan: Plan | StagedPlan, shots: number, key: Uint32Array, copies?: number, crew?: Crew): Uint8Array {
  const staged = plan instanceof StagedPlan ? plan : new StagedPlan(plan, EXACT);
  const { qubits, clbits, rest } = staged.plan;
  const register = new Register({ qubits, shots, clbits, rest: rest.length, program: staged.programBytes, crew });
  register.writeTable(rest);
  const { wasm, shots: list, result } = register;
  wasm.openShots(list, shots, result, clbits, key[0] ?? 0, key[1] ?? 0);
  const wanted = Math.min(64, Math.max(1, Math.floor(COPIES_BYTES_MAX / register.total)));
  try {
    new Sampling(staged, register, copies ?? Math.min(wanted, register.copiesMax)).run(shots);
    return register.readResult(shots * clbits);
  } finally {
    register.close();
  }
}
