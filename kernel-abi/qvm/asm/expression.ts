// Expressions: their tree, and the grammar that makes it. Nothing here is evaluated and nothing of the host can be named.
//   X1  Precedence, loosest first: `..`  ||  &&  !  comparisons  |  ^  &  << >>  + -  * / // %  signs  **  [index] .join(…).
//   X2  A tree is no deeper than EXPRESSION_DEPTH, whatever the text says: readers may recurse.
import { EXPRESSION_DEPTH, refuse, type Place } from "./place.ts";
import type { Scanner } from "./scanner.ts";

export type Expression = { readonly at: Place; readonly depth: number } & (
  | { readonly kind: "literal"; readonly value: number | string | boolean | null }
  | { readonly kind: "name"; readonly name: string }
  /** Text made of parts: `q{i}`, "n is {n}". */
  | { readonly kind: "template"; readonly parts: readonly (string | Expression)[] }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "record"; readonly entries: readonly (readonly [string, Expression])[] }
  | { readonly kind: "comprehension"; readonly item: Expression; readonly name: string; readonly over: Expression; readonly where?: Expression }
  | { readonly kind: "unary"; readonly sign: "-" | "+" | "!"; readonly of: Expression }
  | { readonly kind: "binary"; readonly sign: Sign; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "index"; readonly of: Expression; readonly index: Expression }
  | { readonly kind: "range"; readonly from: Expression; readonly to: Expression; readonly step?: Expression }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] });

/** How closely signs bind, loosest first. */
const LEVELS = { "||": 0, "&&": 1, "==": 2, "!=": 2, "<=": 2, ">=": 2, "<": 2, ">": 2, "|": 3, "^": 4, "&": 5, "<<": 6, ">>": 6, "+": 7, "-": 7, "*": 8, "//": 8, "/": 8, "%": 8 } as const;
type Infix = keyof typeof LEVELS;
export type Sign = Infix | "**";
const NEGATION_LEVEL = 2;
/** What may stand behind `==` in a guard. */
export const SUM_LEVEL = 7;
const SIGN = /\|\||&&|==|!=|<=|>=|<<|>>|\/\/|\*\*|->|<-|or(?![A-Za-z0-9_{])|and(?![A-Za-z0-9_{])|[|^&<>+\-*/%]/y;
const isInfix = (sign: string): sign is Infix => Object.hasOwn(LEVELS, sign);

type Bare<T> = T extends unknown ? Omit<T, "depth"> : never;

function made(bare: Bare<Expression>, inside: readonly Expression[] = []): Expression {
  const depth = 1 + inside.reduce((most, one) => Math.max(most, one.depth), 0);
  if (depth > EXPRESSION_DEPTH) refuse("QVM_ASM_LIMIT", bare.at, `an expression deeper than ${EXPRESSION_DEPTH} operators`, "Use .set for a part of it.");
  return { ...bare, depth };
}

export class ExpressionReader {
  readonly #in: Scanner;
  constructor(scanner: Scanner) { this.#in = scanner; }

  /** A whole expression; ranges too. */
  read(): Expression {
    return this.#in.nested(() => {
      const from = this.level(0);
      const { place: at } = this.#in;
      if (!this.#in.take("..")) return from;
      const to = this.level(0);
      const step = this.#in.word("step") ? this.level(0) : undefined;
      return made({ kind: "range", at, from, to, ...(step && { step }) }, step ? [from, to, step] : [from, to]);
    });
  }

  /** Operators that bind at least as closely as this level. */
  level(least: number): Expression {
    let left = this.#operand(least);
    for (;;) {
      const written = this.#in.peek(SIGN) ?? "";
      const sign = written === "or" ? "||" : written === "and" ? "&&" : written;
      if (!isInfix(sign) || LEVELS[sign] < least) return left;
      const { place: at } = this.#in;
      this.#in.take(written);
      const right = this.level(LEVELS[sign] + 1);
      left = made({ kind: "binary", sign, at, left, right }, [left, right]);
    }
  }

  #operand(least: number): Expression {
    if (least > NEGATION_LEVEL || !this.#negated()) return this.#signed();
    const { place: at } = this.#in;
    const of = this.#in.nested(() => this.level(NEGATION_LEVEL));
    return made({ kind: "unary", sign: "!", at, of }, [of]);
  }

  #negated(): boolean { return this.#in.word("not") || (this.#in.sees("!") && !this.#in.sees("!=") && this.#in.take("!")); }

  #signed(): Expression {
    this.#in.space();
    const { place: at } = this.#in;
    const sign = (["-", "+"] as const).find((one) => this.#in.next === one && !this.#in.sees("->") && this.#in.take(one));
    if (sign !== undefined) {
      const of = this.#in.nested(() => this.#signed());
      return made({ kind: "unary", sign, at, of }, [of]);
    }
    const left = this.#postfix();
    if (!this.#in.take("**")) return left;
    const right = this.#in.nested(() => this.#signed());
    return made({ kind: "binary", sign: "**", at, left, right }, [left, right]);
  }

  #postfix(): Expression {
    let of = this.#primary();
    for (;;) {
      const { place: at } = this.#in;
      if (this.#in.next === "[") {
        this.#in.take("[");
        const index = this.read();
        this.#in.expect("]", "Close the index with ].");
        of = made({ kind: "index", at, of, index }, [of, index]);
      } else if (this.#in.next === "." && this.#in.take(".join")) {
        this.#in.expect("(", "Write \", \".join(list).");
        const args = [...this.#items(")"), of];
        of = made({ kind: "call", at, name: "join", args }, args);
      } else return of;
    }
  }

  #primary(): Expression {
    this.#in.space();
    const { place: at } = this.#in;
    const { next } = this.#in;
    if (next === '"' || next === "'") return this.text();
    if (next === "(") {
      this.#in.take("(");
      const inner = this.read();
      this.#in.expect(")", "Close the bracket with ).");
      return inner;
    }
    if (next === "[") return this.#list();
    if (next === "{") {
      const record = this.#in.attempt(() => this.#record());
      if (record !== undefined) return record;
    }
    const digits = this.#in.number();
    if (digits !== undefined) return this.#number(digits, at);
    return this.word() ?? this.#in.wrong("a number, name, text, list or ( is expected", "Write a value, for example pi/4, \"text\", n - 1 or [q0, q1].");
  }

  #number(digits: string, at: Place): Expression {
    const value = Number(digits);
    if (!Number.isFinite(value)) refuse("QVM_ASM_VALUE", at, `${digits} is no finite number`, "Write a number below 1.8e308.");
    if (this.#in.namePart() !== undefined) refuse("QVM_ASM_SYNTAX", at, `a name cannot begin with a digit: ${digits}…`, "Begin names with a letter or _, and put an operator between a number and a name.");
    return made({ kind: "literal", at, value });
  }

  /** Text in quotes; a leading f is welcome and changes nothing. */
  text(): Expression {
    const { place: at } = this.#in;
    const parts = this.#in.quoted(() => this.read());
    const [only = "", more] = parts;
    if (more === undefined && typeof only === "string") return made({ kind: "literal", at, value: only });
    return made({ kind: "template", at, parts }, parts.filter((part) => typeof part !== "string"));
  }

  /** A name, a call, or a name with expressions in braces in it; undefined when none begins here. `{n}` alone is n in brackets. */
  word(): Expression | undefined {
    this.#in.space();
    const { place: at } = this.#in;
    const parts = this.parts();
    const [only] = parts;
    if (only === undefined) return undefined;
    if (parts.length > 1) return made({ kind: "template", at, parts }, parts.filter((part) => typeof part !== "string"));
    if (typeof only !== "string") return only;
    if (only === "f" && (this.#in.next === '"' || this.#in.next === "'")) return this.text();
    return this.#named(only, at);
  }

  /** What a name is made of: letters, and expressions in braces. Empty when none begins here. */
  parts(): readonly (string | Expression)[] {
    const parts: (string | Expression)[] = [];
    for (;;) {
      if (this.#in.next === "{") {
        this.#in.take("{");
        parts.push(this.read());
        this.#in.expect("}", "Close the expression with }.");
        continue;
      }
      const part = parts.length === 0 ? this.#in.name() : this.#in.namePart();
      if (part === undefined) return parts;
      parts.push(part);
    }
  }

  #named(name: string, at: Place): Expression {
    const called = name === "math" && this.#in.next === "." && this.#in.take(".") ? this.#in.name() ?? name : name;
    if (this.#in.next === "(") {
      this.#in.take("(");
      const args = this.#items(")");
      return made({ kind: "call", at, name: called, args }, args);
    }
    return made({ kind: "name", at, name: called });
  }

  /** Expressions between commas, up to and with the closing bracket. A comma may stand behind the last. */
  #items(closing: string): readonly Expression[] {
    const items: Expression[] = [];
    while (!this.#in.take(closing)) {
      items.push(this.read());
      if (this.#in.take(closing)) break;
      this.#in.expect(",", `Put commas between the elements and ${closing} at the end.`);
    }
    return items;
  }

  #list(): Expression {
    const { place: at } = this.#in;
    this.#in.take("[");
    if (this.#in.take("]")) return made({ kind: "list", at, items: [] });
    const first = this.read();
    if (this.#in.word("for")) return this.#comprehension(first, at);
    const items = this.#in.take("]") ? [first] : (this.#in.expect(",", "Put commas between the elements and ] at the end."), [first, ...this.#items("]")]);
    return made({ kind: "list", at, items }, items);
  }

  #comprehension(item: Expression, at: Place): Expression {
    this.#in.space();
    const name = this.#in.name() ?? this.#in.wrong("a name is expected behind for", "Write [q{i} for i in range(n)].");
    if (!this.#in.word("in")) this.#in.wrong("in is missing", "Write [q{i} for i in range(n)].");
    const over = this.read();
    const where = this.#in.word("if") ? this.read() : undefined;
    this.#in.expect("]", "Close the list with ].");
    return made({ kind: "comprehension", at, item, name, over, ...(where && { where }) }, where ? [item, over, where] : [item, over]);
  }

  /** `{}` or `{"key": value, …}`; undefined when it is something in braces. */
  #record(): Expression | undefined {
    const { place: at } = this.#in;
    this.#in.take("{");
    const entries: (readonly [string, Expression])[] = [];
    const keys = new Set<string>();
    if (this.#in.take("}")) return made({ kind: "record", at, entries });
    do {
      if (entries.length > 0 && this.#in.sees("}")) break;
      const key = this.key();
      if (key === undefined || !this.#in.take(":")) return entries.length === 0 ? undefined : this.#in.wrong("a key and : are expected", "Write {\"key\": value, \"other\": value}.");
      if (keys.has(key)) refuse("QVM_ASM_SYNTAX", at, `the key ${key} twice`, "Write each key once.");
      keys.add(key);
      entries.push([key, this.read()]);
    } while (this.#in.take(","));
    this.#in.expect("}", "Close the record with }.");
    return made({ kind: "record", at, entries }, entries.map(([, value]) => value));
  }

  /** A key of an argument or a record: a name, or text without expressions in quotes. */
  key(): string | undefined {
    this.#in.space();
    if (this.#in.next !== '"' && this.#in.next !== "'") return this.#in.name();
    return this.#in.plain();
  }
}
