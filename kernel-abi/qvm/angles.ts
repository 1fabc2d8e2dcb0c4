// Angles written as text: "pi/2", "-3*pi/4", "2*pi/3+0.1". A grammar of its own, so that nothing is ever evaluated but arithmetic.
//   A1  sum = product (("+" | "-") product)*;  product = signed (("*" | "/") signed)*;  signed = ("+" | "-")* value;
//       value = number | name | "(" sum ")".  White space is free.
//   A2  Linear in the text; brackets nest no deeper than NESTING; the result is finite, or it is refused with the place.
//   A3  One order of evaluation, left to right, in doubles: the same text is the same number everywhere. -0 becomes 0.

export const ANGLE_TEXT_MAX = 256;
const NESTING = 32;

/** What names mean when the caller gives none. */
export const ANGLE_NAMES: ReadonlyMap<string, number> = new Map([["pi", Math.PI], ["π", Math.PI], ["tau", 2 * Math.PI]]);

export type Angle =
  | { readonly ok: true; readonly value: number }
  /** `at`: the character, from 0, where the text stops making sense. */
  | { readonly ok: false; readonly at: number; readonly what: string };

const TOKEN = /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_π][A-Za-z0-9_]*)|([-+*/()]))/y;

type Token = { readonly at: number } & ({ readonly kind: "number"; readonly value: number } | { readonly kind: "name" | "sign" | "end"; readonly text: string });

class Misread extends Error {
  readonly at: number;
  constructor(at: number, what: string) { super(what); this.at = at; }
}

function tokens(text: string): readonly Token[] {
  const found: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new Misread(from, "no number, name, operator or bracket");
    const [whole, number, name, sign = ""] = match;
    const at = from + whole.length - whole.trimStart().length;
    found.push(number !== undefined ? { at, kind: "number", value: Number(number) } : name !== undefined ? { at, kind: "name", text: name } : { at, kind: "sign", text: sign });
  }
  found.push({ at: end, kind: "end", text: "the end" });
  return found;
}

class Reading {
  readonly #tokens: readonly Token[];
  readonly #names: ReadonlyMap<string, number>;
  #next = 0;
  #depth = 0;
  constructor(text: string, names: ReadonlyMap<string, number>) {
    this.#tokens = tokens(text);
    this.#names = names;
  }

  whole(): number {
    const value = this.#sum();
    const left = this.#peek();
    if (left.kind !== "end") throw new Misread(left.at, "something after the end of the expression");
    if (!Number.isFinite(value)) throw new Misread(0, "not a finite number");
    return value + 0;
  }

  #peek(): Token {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw new Misread(0, "an unfinished expression");
    return token;
  }

  /** Takes the next token when it is one of these signs. */
  #sign(signs: string): string | undefined {
    const token = this.#peek();
    if (token.kind !== "sign" || !signs.includes(token.text)) return undefined;
    this.#next++;
    return token.text;
  }

  #sum(): number {
    let value = this.#product();
    for (let sign = this.#sign("+-"); sign !== undefined; sign = this.#sign("+-")) value = sign === "+" ? value + this.#product() : value - this.#product();
    return value;
  }

  #product(): number {
    let value = this.#signed();
    for (let sign = this.#sign("*/"); sign !== undefined; sign = this.#sign("*/")) {
      const { at } = this.#peek();
      const by = this.#signed();
      if (sign === "/" && by === 0) throw new Misread(at, "a division by zero");
      value = sign === "*" ? value * by : value / by;
    }
    return value;
  }

  #signed(): number {
    let negative = false;
    for (let sign = this.#sign("+-"); sign !== undefined; sign = this.#sign("+-")) negative = negative !== (sign === "-");
    const value = this.#value();
    return negative ? -value : value;
  }

  #value(): number {
    const token = this.#peek();
    this.#next++;
    if (token.kind === "number") return token.value;
    if (token.kind === "name") {
      const value = this.#names.get(token.text);
      if (value === undefined) throw new Misread(token.at, `no such name: ${token.text.slice(0, 40)}`);
      return value;
    }
    if (token.kind !== "sign" || token.text !== "(") throw new Misread(token.at, `a number, a name or ( is expected, not ${token.text}`);
    if (++this.#depth > NESTING) throw new Misread(token.at, `brackets nest deeper than ${NESTING}`);
    const value = this.#sum();
    if (this.#sign(")") === undefined) throw new Misread(this.#peek().at, ") is missing");
    this.#depth--;
    return value;
  }
}

/** Radians of an expression; never throws. `names` replace pi, π and tau. */
export function readAngle(text: string, names: ReadonlyMap<string, number> = ANGLE_NAMES): Angle {
  if (text.length > ANGLE_TEXT_MAX) return { ok: false, at: ANGLE_TEXT_MAX, what: `longer than ${ANGLE_TEXT_MAX} characters` };
  try {
    return { ok: true, value: new Reading(text, names).whole() };
  } catch (error) {
    if (error instanceof Misread) return { ok: false, at: error.at, what: error.message };
    throw error;
  }
}
