// The walk along recorded outcomes by state vector. Gates and projections are the kernel's; nothing is drawn. Targets that share
// all outcomes so far are evolved together; where they part, the smaller part goes on and the larger waits.
//   Y1  A final measurement sends each target to the side its record says; a hidden one sends all to both (final-writes.ts).
//   Y4  A part waits in a copy of the state while there is room, else it is evolved again from the start along its outcomes.
import { log } from "../../kernels/libm/portable.ts";
import { OP, type LoweredCircuit } from "../../kernels/circuit.ts";
import { isMeasuring, planCircuit, type Plan, type Step } from "../../kernels/statevector/plan.ts";
import { Register } from "../../kernels/statevector/register.ts";
import { FLOOR, HISTORIES_MAX, PRUNED, TooManyHistories, goOn, sideOfPoint, type Aim, type Odds, type Path, type Sides } from "./aim.ts";
import { finalWrites } from "./final-writes.ts";
import { Readout } from "./readout.ts";
import { readersOf } from "./terminal.ts";

/** Bytes of state copies kept beside the state. */
const COPIES_BYTES_MAX = 1_073_741_824;
const COPIES_MAX = 64;
/** Bytes of amplitudes gone over that hidden outcomes may cost, if no number of shots pays for more. */
const HIDDEN_WORK = 8_589_934_592;

/** Targets with one history so far. */
interface Group extends Path {
  /** The measurement it waits at, when in a slot: the state before it stands there. Otherwise -1. */
  at: number;
  slot: number;
  /** Every outcome so far, of hidden measurements and resets too; the last is that of `at`. */
  readonly outcomes: number[];
  readonly clbits: Uint8Array;
}

function holds(conditions: Int32Array, at: number, clbits: Uint8Array): boolean {
  const count = conditions[at] ?? 0;
  for (let pair = at + 1; pair <= at + 2 * count; pair += 2) if (clbits[conditions[pair] ?? 0] !== conditions[pair + 1]) return false;
  return true;
}

export class StatevectorWalk {
  readonly #plan: Plan;
  readonly #aim: Aim;
  readonly #finals: ReadonlySet<number>;
  readonly #readout: Readout;
  readonly #register: Register;
  readonly #waiting: Group[] = [];
  readonly #freeSlots: number[] = [];
  readonly #historiesMax: number;
  #histories = 0;
  /** Whether hidden outcomes made several paths: then an account's odds and intervals mean nothing. */
  branched = false;

  /** @throws Fault KERNEL_REFUSED when the host has no memory for the state */
  constructor(circuit: LoweredCircuit, aim: Aim, shots: number) {
    this.#plan = planCircuit(circuit);
    this.#aim = aim;
    this.#finals = finalWrites(circuit);
    this.#readout = new Readout(aim, readersOf(this.#plan.rest, this.#finals));
    this.#register = new Register({ qubits: circuit.qubits });
    const affordable = HIDDEN_WORK / (this.#register.total * (1 + this.#plan.steps.length));
    this.#historiesMax = Math.min(HISTORIES_MAX, Math.max(4 * shots, affordable));
    const slots = Math.min(COPIES_MAX, Math.floor(COPIES_BYTES_MAX / this.#register.total));
    for (let slot = slots - 1; slot >= 0; slot--) this.#freeSlots.push(slot);
  }

  /** @throws TooManyHistories */
  run(): void {
    const targets = this.#aim.kind === "all" ? [0] : Array.from(this.#aim.account.lnP, (_, target) => target);
    this.#waiting.push({ at: -1, slot: -1, outcomes: [], clbits: new Uint8Array(this.#plan.clbits), targets, lnP: 0, p: 1, from: 0 });
    for (let group = this.#waiting.pop(); group !== undefined; group = this.#waiting.pop()) this.#follow(group);
  }

  #follow(group: Group): void {
    const { steps, conditions } = this.#plan;
    for (let at = this.#resume(group); at < steps.length; at++) {
      const step = steps[at] as Step;
      if (step.condition >= 0 && !holds(conditions, step.condition, group.clbits)) continue;
      if (!isMeasuring(step)) this.#register.apply(step);
      else if (this.#measure(group, step, at)) this.#collapse(step, group.outcomes.at(-1) ?? 0);
      else return;
    }
    this.#readout.finish(group, group.clbits, this.#register);
  }

  /** The register as it was when the group was put aside (Y4). Returns the step to go on with. */
  #resume({ at, slot, outcomes }: Group): number {
    if (slot < 0) return this.#again(outcomes);
    this.#register.restore(slot);
    this.#freeSlots.push(slot);
    this.#collapse(this.#plan.steps[at] as Step, outcomes.at(-1) ?? 0);
    return at + 1;
  }

  #again(outcomes: readonly number[]): number {
    const { steps, conditions } = this.#plan;
    this.#register.clear();
    const clbits = new Uint8Array(this.#plan.clbits);
    let at = 0;
    for (let replayed = 0; replayed < outcomes.length; at++) {
      const step = steps[at] as Step;
      if (step.condition >= 0 && !holds(conditions, step.condition, clbits)) continue;
      if (!isMeasuring(step)) {
        this.#register.apply(step);
        continue;
      }
      this.#register.weigh(step.q0); // scales a worn state as it did the first time
      const outcome = outcomes[replayed++] ?? 0;
      this.#collapse(step, outcome);
      if (step.opcode === OP.MEASURE) clbits[step.clbit] = outcome;
    }
    return at;
  }

  #collapse(step: Step, outcome: number): void {
    if (step.opcode === OP.RESET) this.#register.reset(step.q0, outcome);
    else this.#register.project(step.q0, outcome);
  }

  /** Splits the group at a measurement and puts the larger part aside; false when nobody goes on. */
  #measure(group: Group, step: Step, at: number): boolean {
    const [zero, one] = this.#register.weigh(step.q0);
    const odds: Odds = [zero / (zero + one), one / (zero + one)];
    const followed = this.#aim.kind === "account" && this.#finals.has(step.ordinal);
    const sides = followed ? this.#sides(group, step, odds) : this.#bothWays(group, odds);
    if (sides[0].length === 0 && sides[1].length === 0) return false;
    const bit = sides[1].length === 0 || (sides[0].length > 0 && sides[0].length <= sides[1].length) ? 0 : 1;
    const other = bit === 0 ? 1 : 0;
    if (sides[other].length > 0) {
      this.#countHistory(followed);
      this.#putAside(group, step, at, other, odds, sides[other]);
    }
    this.#take(group, step, bit, odds, sides[bit]);
    return true;
  }

  #countHistory(followed: boolean): void {
    if (!followed) this.branched = true;
    if (this.branched) this.#histories += 1;
    if (this.#histories > this.#historiesMax) throw new TooManyHistories();
  }

  #putAside(group: Group, step: Step, at: number, bit: 0 | 1, odds: Odds, targets: readonly number[]): void {
    const aside: Group = { ...group, outcomes: [...group.outcomes], clbits: group.clbits.slice(), at, slot: this.#freeSlots.pop() ?? -1 };
    if (aside.slot >= 0) this.#register.save(aside.slot);
    this.#take(aside, step, bit, odds, targets);
    this.#waiting.push(aside);
  }

  #take(group: Group, step: Step, bit: 0 | 1, odds: Odds, targets: readonly number[]): void {
    goOn(group, bit, odds, targets);
    group.lnP += log(odds[bit]);
    group.outcomes.push(bit);
    if (step.opcode === OP.MEASURE) group.clbits[step.clbit] = bit;
  }

  #bothWays({ targets }: Group, odds: Odds): Sides {
    return [odds[0] < PRUNED ? [] : targets, odds[1] < PRUNED ? [] : targets];
  }

  /** Each target to its side; none to a side that cannot be. */
  #sides(group: Group, step: Step, odds: Odds): Sides {
    if (this.#aim.kind === "all") return this.#bothWays(group, odds);
    const { account } = this.#aim;
    const { records, bits } = account.tally;
    const open = odds[0] >= FLOOR && odds[1] >= FLOOR;
    if (open) account.node(step.ordinal, odds[0], odds[1]);
    const sides: [number[], number[]] = [[], []];
    for (const target of group.targets) {
      const isPoint = target >= records.length;
      const bit = isPoint ? sideOfPoint(group, odds, account.points[target - records.length] ?? 0)
        : bits[target * this.#plan.clbits + step.clbit] === 1 ? 1 : 0;
      if (odds[bit] < FLOOR) continue;
      if (open && !isPoint) account.take(target, bit);
      sides[bit].push(target);
    }
    return sides;
  }
}
