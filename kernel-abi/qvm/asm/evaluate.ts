// Evaluation: an expression in a scope becomes a value. Order left to right; everything is paid for.
//   E1  A name without a value is refused; only where a bare name can stand for itself (symbols) it is its own text.
import type { Expression, Sign } from "./expression.ts";
import { called, rangeOf } from "./functions.ts";
import { refuse, type Budget, type Place } from "./place.ts";
import { Scope } from "./scope.ts";
import { finite, integerOf, isList, kindOf, listOf, numberOf, recordOf, sameValue, shown, sizeOf, spelled, truthOf, weighed, type Value } from "./value.ts";

const POWER_MOST = 4_096;

function power(base: number, exponent: number, at: Place): number {
  if (!Number.isSafeInteger(exponent) || Math.abs(exponent) > POWER_MOST) refuse("QVM_ASM_VALUE", at, `an exponent of ${String(exponent)}`, `Use an integer up to ${POWER_MOST}; sqrt(x) is there for roots.`);
  let [result, square] = [1, base];
  for (let rest = Math.abs(exponent); rest > 0; rest = Math.floor(rest / 2), square *= square) if (rest % 2 === 1) result *= square;
  return exponent < 0 ? 1 / result : result;
}

/** Bits of numbers from 0 to 2^53. */
function bitwise(sign: "|" | "^" | "&", left: number, right: number, at: Place): number {
  if (left < 0 || right < 0) return refuse("QVM_ASM_VALUE", at, `${sign} of a negative number`, "Bits are taken of numbers from 0.");
  const [a, b] = [BigInt(left), BigInt(right)];
  return Number(sign === "|" ? a | b : sign === "^" ? a ^ b : a & b);
}

function shifted(sign: "<<" | ">>", value: number, by: number, at: Place): number {
  if (by < 0 || by > 53) return refuse("QVM_ASM_VALUE", at, `a shift by ${String(by)}`, "Shift by 0 to 53.");
  return sign === "<<" ? value * power(2, by, at) : Math.floor(value / power(2, by, at));
}

function compared(sign: "<" | ">" | "<=" | ">=", left: Value, right: Value, at: Place): boolean {
  if (!(typeof left === "number" && typeof right === "number") && !(typeof left === "string" && typeof right === "string")) {
    return refuse("QVM_ASM_VALUE", at, `${shown(left)} ${sign} ${shown(right)} compares ${kindOf(left)} with ${kindOf(right)}`, "Compare two numbers or two texts.");
  }
  return sign === "<" ? left < right : sign === ">" ? left > right : sign === "<=" ? left <= right : left >= right;
}

function calculated(sign: Sign, left: number, right: number, at: Place): number {
  switch (sign) {
    case "-": return left - right;
    case "*": return left * right;
    case "/": return left / right;
    case "//": return Math.floor(left / right);
    case "%": return left - right * Math.floor(left / right);
    case "**": return power(left, right, at);
    case "+": default: return left + right;
  }
}

/** Texts and lists grow by +; everything else adds numbers. */
function added(left: Value, right: Value, at: Place, budget: Budget): Value {
  if (typeof left === "string" && typeof right === "string") {
    budget.size(left.length + right.length, at);
    budget.spend((left.length + right.length) >> 4, at);
    return left + right;
  }
  if (!isList(left) || !isList(right)) return finite(numberOf(left, at, "+") + numberOf(right, at, "+"), at, "the sum");
  budget.size(left.size + right.size, at);
  budget.spend(left.items.length + right.items.length, at);
  return listOf([...left.items, ...right.items]);
}

export class Evaluator {
  readonly #budget: Budget;
  constructor(budget: Budget) { this.#budget = budget; }

  /** The value of an expression. With `symbols`, a bare name that has no value is its own text. @throws Fault QVM_ASM_VALUE, QVM_ASM_LIMIT */
  value(of: Expression, scope: Scope, symbols = false): Value {
    const { at } = of;
    this.#budget.spend(1, at);
    switch (of.kind) {
      case "literal": return of.value;
      case "name": return scope.value(of.name) ?? (symbols && !scope.has(of.name) ? of.name : this.#nothing(of.name, scope, at));
      case "template": return this.text(of.parts, scope, at);
      case "list": return weighed(listOf(of.items.map((item) => this.value(item, scope, symbols))), at, this.#budget);
      case "record": return weighed(recordOf(of.entries.map(([key, value]) => [key, this.value(value, scope, symbols)] as const)), at, this.#budget);
      case "comprehension": return this.#comprehended(of, scope, symbols);
      case "range": return this.#range(of, scope);
      case "unary": return this.#unary(of, scope);
      case "binary": return this.#binary(of, scope);
      case "index": return this.#element(of, scope);
      case "call": return called({ at, name: of.name, args: of.args.map((argument) => this.value(argument, scope)), budget: this.#budget });
    }
  }

  /** What parts of a name or text spell. */
  text(parts: readonly (string | Expression)[], scope: Scope, at: Place): string {
    const text = parts.map((part) => (typeof part === "string" ? part : spelled(this.value(part, scope), part.at))).join("");
    this.#budget.size(text.length, at);
    this.#budget.spend(text.length >> 4, at);
    return text;
  }

  /** The elements to go through. */
  elements(of: Expression, scope: Scope): readonly Value[] {
    const value = this.value(of, scope, true);
    return isList(value) ? value.items : refuse("QVM_ASM_VALUE", of.at, `${shown(value)} is no list`, "Go through a range or a list, as in 0..n-1 or [q0, q1].");
  }

  #nothing(name: string, scope: Scope, at: Place): Value {
    if (scope.has(name)) return null;
    return refuse("QVM_ASM_VALUE", at, `${name} has no value here`, `Define it with .set or .param before this line, or write "${name}" for a text.`);
  }

  #range(of: Expression & { kind: "range" }, scope: Scope): Value {
    const end = (expression: Expression): number => integerOf(this.value(expression, scope), expression.at, "a range");
    return rangeOf(end(of.from), end(of.to), of.step === undefined ? 1 : end(of.step), of.at, this.#budget);
  }

  #comprehended({ item, name, over, where, at }: Expression & { kind: "comprehension" }, scope: Scope, symbols: boolean): Value {
    const items: Value[] = [];
    let size = 1;
    for (const element of this.elements(over, scope)) {
      const inner = scope.inner(new Map([[name, element]]));
      if (where !== undefined && !truthOf(this.value(where, inner), where.at)) continue;
      const made = this.value(item, inner, symbols);
      items.push(made);
      size += sizeOf(made);
      this.#budget.size(size, at);
    }
    return weighed(listOf(items), at, this.#budget);
  }

  #unary({ sign, of, at }: Expression & { kind: "unary" }, scope: Scope): Value {
    const value = this.value(of, scope);
    if (sign === "!") return !truthOf(value, at);
    return (sign === "-" ? -numberOf(value, at, "-") : numberOf(value, at, "+")) + 0;
  }

  #binary({ sign, left, right, at }: Expression & { kind: "binary" }, scope: Scope): Value {
    const first = this.value(left, scope);
    if (sign === "&&") return truthOf(first, left.at) && truthOf(this.value(right, scope), right.at);
    if (sign === "||") return truthOf(first, left.at) || truthOf(this.value(right, scope), right.at);
    const second = this.value(right, scope);
    switch (sign) {
      case "==": case "!=": {
        this.#budget.spend(Math.min(sizeOf(first), sizeOf(second)), at);
        return sameValue(first, second) === (sign === "==");
      }
      case "<": case ">": case "<=": case ">=": return compared(sign, first, second, at);
      case "|": case "^": case "&": return bitwise(sign, integerOf(first, at, sign), integerOf(second, at, sign), at);
      case "<<": case ">>": return finite(shifted(sign, integerOf(first, at, sign), integerOf(second, at, sign), at), at, "the shifted number");
      case "+": return added(first, second, at, this.#budget);
      default: {
        const result = calculated(sign, numberOf(first, at, sign), numberOf(second, at, sign), at);
        return Number.isFinite(result) ? result + 0 : finite(result, at, `${shown(first)} ${sign} ${shown(second)}`);
      }
    }
  }

  /** One element, or those a list of indices names. An index below 0 counts from the end. */
  #element({ of, index, at }: Expression & { kind: "index" }, scope: Scope): Value {
    const whole = this.value(of, scope);
    const which = this.value(index, scope);
    if (!isList(which)) return this.#at(whole, which, at);
    this.#budget.spend(which.items.length, at);
    return weighed(listOf(which.items.map((one) => this.#at(whole, one, at))), at, this.#budget);
  }

  #at(whole: Value, which: Value, at: Place): Value {
    if (typeof whole !== "string" && !isList(whole)) return refuse("QVM_ASM_VALUE", at, `${shown(whole)} has no elements`, "Only lists and texts are indexed.");
    const place = integerOf(which, at, "an index");
    const length = typeof whole === "string" ? whole.length : whole.items.length;
    const found = typeof whole === "string" ? whole.at(place) : whole.items.at(place);
    return found === undefined ? refuse("QVM_ASM_VALUE", at, `element ${place} of ${length}`, "Indices run from 0 to len(list) - 1.") : found;
  }
}
