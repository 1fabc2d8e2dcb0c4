// Sampling a plan: every shot as if run alone, each distinct history simulated once.
//   S1  Shots that share all outcomes so far are one range of the shot array; a measurement splits a range. The outcome of
//       a shot depends on its number and its own history, so this gives the bits of one run per shot.
import { OP } from "../circuit.ts";
import type { Crew } from "../../../kernel-abi/ports.ts";
import { Checkpoints, holds, type Checkpoint } from "./checkpoints.ts";
import type { Plan, Step } from "./plan.ts";
import { Register } from "./register.ts";
import { EXACT, StagedPlan } from "./stages.ts";

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

class Sampling {
  readonly #staged: StagedPlan;
  readonly #plan: Plan;
  readonly #register: Register;
  readonly #waiting: Range[] = [];
  readonly #checkpoints: Checkpoints;

  constructor(staged: StagedPlan, register: Register, copies: number | undefined) {
    this.#staged = staged;
    this.#plan = staged.plan;
    this.#register = register;
    this.#checkpoints = new Checkpoints(register, copies);
  }

  run(shots: number): void {
    const start: Checkpoint = { at: 0, slot: -1, clbits: new Uint8Array(this.#plan.clbits), waiting: 1 };
    this.#waiting.push({ base: start, outcomes: [], from: 0, to: shots });
    for (let range = this.#waiting.pop(); range !== undefined; range = this.#waiting.pop()) this.#follow(range);
  }

  /** Runs one range to the end of the circuit, putting aside what splits off. */
  #follow(range: Range): void {
    const { conditions } = this.#plan;
    const { stages } = this.#staged;
    const register = this.#register;
    this.#checkpoints.restore(range.base);
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
    const base = this.#checkpoints.part(live.base, 2, at, clbits);
    if (base === live.base) return;
    live.base = base;
    live.outcomes = [];
  }

  #finish(live: Live, clbits: Uint8Array): void {
    const { wasm, record } = this.#register;
    this.#register.writeRecord(clbits);
    wasm.publish(live.from, live.to, record);
    this.#register.sampleRest(this.#plan.rest.length, live.from, live.to);
    this.#checkpoints.leave(live.base);
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
  try {
    new Sampling(staged, register, copies).run(shots);
    return register.readResult(shots * clbits);
  } finally {
    register.close();
  }
}
