// Formula strings of resource estimators, "(4 * twoQubitGateTime + 2 * oneQubitMeasurementTime) * codeDistance": + − * / parentheses,
// decimals and the variables the caller knows. Read by descent, evaluated while read; nothing of the text is ever run.
//   1  Depth and length are bounded, so that no text exhausts the stack.
//   2  A value is finite, or there is none.

const LENGTH_MAX = 1_024;
const DEPTH_MAX = 64;
const TOKEN = /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|([-+*/()]))/y;

type Token = { readonly kind: "number"; readonly value: number } | { readonly kind: "name"; readonly name: string } | { readonly kind: "sign"; readonly sign: string };

class Unreadable extends Error {}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  let at = 0;
  while (at < end) {
    TOKEN.lastIndex = at;
    const read = TOKEN.exec(text);
    if (read === null) throw new Unreadable(`there is no reading \`${text.slice(at, at + 12).trim()}\``);
    at = TOKEN.lastIndex;
    if (read[1] !== undefined) tokens.push({ kind: "number", value: Number(read[1]) });
    else if (read[2] !== undefined) tokens.push({ kind: "name", name: read[2] });
    else tokens.push({ kind: "sign", sign: read[3] ?? "" });
  }
  return tokens;
}

class Descent {
  readonly #tokens: readonly Token[];
  readonly #variables: Readonly<Record<string, number>>;
  #at = 0;
  #depth = 0;
  constructor(tokens: readonly Token[], variables: Readonly<Record<string, number>>) {
    this.#tokens = tokens;
    this.#variables = variables;
  }

  whole(): number {
    const value = this.#sum();
    if (this.#at < this.#tokens.length) throw new Unreadable("something follows the formula's end");
    return value;
  }

  #sign(...signs: readonly string[]): string | undefined {
    const token = this.#tokens[this.#at];
    if (token?.kind !== "sign" || !signs.includes(token.sign)) return undefined;
    this.#at += 1;
    return token.sign;
  }

  #sum(): number {
    let value = this.#product();
    for (let sign = this.#sign("+", "-"); sign !== undefined; sign = this.#sign("+", "-")) {
      const next = this.#product();
      value = sign === "+" ? value + next : value - next;
    }
    return value;
  }

  #product(): number {
    let value = this.#factor();
    for (let sign = this.#sign("*", "/"); sign !== undefined; sign = this.#sign("*", "/")) {
      const next = this.#factor();
      if (sign === "/" && next === 0) throw new Unreadable("it divides by zero");
      value = sign === "*" ? value * next : value / next;
    }
    return value;
  }

  #factor(): number {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw new Unreadable(`it is nested more than ${String(DEPTH_MAX)} deep`);
    const value = this.#bare();
    this.#depth -= 1;
    return value;
  }

  #bare(): number {
    if (this.#sign("-") !== undefined) return -this.#factor();
    if (this.#sign("+") !== undefined) return this.#factor();
    if (this.#sign("(") !== undefined) {
      const value = this.#sum();
      if (this.#sign(")") === undefined) throw new Unreadable("a parenthesis is not closed");
      return value;
    }
    const token = this.#tokens[this.#at];
    this.#at += 1;
    if (token?.kind === "number") return token.value;
    if (token?.kind !== "name") throw new Unreadable("a value is missing");
    if (!Object.hasOwn(this.#variables, token.name)) throw new Unreadable(`it has no variable ${token.name}; there are ${Object.keys(this.#variables).join(", ")}`);
    return this.#variables[token.name] ?? Number.NaN;
  }
}

/** The value of a formula over these variables, or why it has none. */
export function evaluate(formula: string, variables: Readonly<Record<string, number>>): { readonly value: number } | { readonly reason: string } {
  if (formula.length > LENGTH_MAX) return { reason: `it is longer than ${String(LENGTH_MAX)} characters` };
  try {
    const value = new Descent(tokensOf(formula), variables).whole();
    return Number.isFinite(value) ? { value } : { reason: "its value is not finite" };
  } catch (error) {
    if (error instanceof Unreadable) return { reason: error.message };
    throw error;
  }
}
