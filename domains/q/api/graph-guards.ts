// Guards as classical conditions: from a formula over classical bits to disjoint conjunctions, which is what an instruction can hang on.
// Owns the bound on that expansion; knows bits, not events.
//   B1  The conjunctions of a formula exclude each other, so what hangs on all of them happens once or not at all.
//   B2  A formula that needs more than GUARD_TERMS_MAX of them, or a graph whose guards take more than GUARD_WORK_MAX steps to
//       expand, is refused by name; the work is counted, so no graph can make it long.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Bit, Condition } from "./instruction.ts";

/** Conjunctions one guard may expand to. */
export const GUARD_TERMS_MAX = 256;
/** Literals looked at while all guards of one graph are expanded. */
export const GUARD_WORK_MAX = 16_777_216;

export interface Literal {
  readonly bit: number;
  readonly value: Bit;
}
export interface Joint {
  readonly type: "and" | "or";
  readonly of: readonly Formula[];
}
/** What can be said of classical bits. An empty `and` is true, an empty `or` false. */
export type Formula = boolean | Literal | Joint;

const isLiteral = (formula: Literal | Joint): formula is Literal => "bit" in formula;

export const literal = (bit: number, value: Bit): Literal => ({ bit, value });
export const and = (...of: readonly Formula[]): Formula => joint("and", of);
export const or = (...of: readonly Formula[]): Formula => joint("or", of);

/** Without what decides nothing: true in an `and`, false in an `or`. */
function joint(type: "and" | "or", given: readonly Formula[]): Formula {
  const neutral = type === "and";
  const of = given.filter((part) => part !== neutral);
  if (of.includes(!neutral)) return !neutral;
  return of.length === 0 ? neutral : of.length === 1 ? of[0] ?? neutral : { type, of };
}

/** Whether a row of bits satisfies a conjunction. */
export const holds = (condition: Condition, bits: ArrayLike<number>): boolean => condition.every(([bit, value]) => bits[bit] === value);

/** Both at once, each bit once; undefined when they contradict each other. */
export function both(one: Condition, other: Condition): Condition | undefined {
  const added = other.filter(([bit]) => !one.some(([known]) => known === bit));
  const agree = other.every(([bit, value]) => one.every(([known, wanted]) => known !== bit || wanted === value));
  return agree ? [...one, ...added] : undefined;
}

/** Expands the guards of one graph, and keeps count. */
export class GuardExpansion {
  #work = 0;

  /** @throws Fault QVM_GUARD_LIMIT beyond B2, naming the node */
  termsOf(formula: Formula, node: string): readonly Condition[] {
    if (formula === true) return [[]];
    if (formula === false) return [];
    if (isLiteral(formula)) return [[[formula.bit, formula.value]]];
    const terms: Condition[] = [];
    this.#expand(formula, [], terms, node);
    return terms;
  }

  /** Shannon: where the first bit is as wanted, and where it is not. Exclusive by construction (B1). */
  #expand(formula: Formula, so: Condition, terms: Condition[], node: string): void {
    if (formula === false) return;
    if (formula === true) {
      if (terms.push(so) > GUARD_TERMS_MAX) throw new Fault("QVM_GUARD_LIMIT", { node, terms: terms.length, allowed: GUARD_TERMS_MAX });
      return;
    }
    const { bit, value } = firstOf(formula);
    for (const given of [value, value === 1 ? 0 : 1] as const) this.#expand(this.#given(formula, bit, given, node), [...so, [bit, given]], terms, node);
  }

  /** The formula once a bit is known. */
  #given(formula: Formula, bit: number, value: Bit, node: string): Formula {
    if (++this.#work > GUARD_WORK_MAX) throw new Fault("QVM_GUARD_LIMIT", { node, work: this.#work, allowed: GUARD_WORK_MAX });
    if (typeof formula === "boolean") return formula;
    if (isLiteral(formula)) return formula.bit === bit ? formula.value === value : formula;
    return joint(formula.type, formula.of.map((part) => this.#given(part, bit, value, node)));
  }
}

function firstOf(formula: Literal | Joint): Literal {
  let at: Formula = formula;
  while (typeof at !== "boolean" && !isLiteral(at)) at = at.of[0] ?? false;
  return typeof at === "boolean" ? { bit: 0, value: 1 } : at; // `joint` leaves no constant inside
}
