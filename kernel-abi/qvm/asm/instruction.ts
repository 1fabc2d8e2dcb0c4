// The instruction line: `label: OP operands <- inputs -> outputs if guard [caps] meta {…}`, and the guards it may carry.
//   I1  What is not understood is refused: no part of a line is ever left out in silence.
import { ExpressionReader, SUM_LEVEL, type Expression } from "./expression.ts";
import { refuse } from "./place.ts";
import type { Scanner } from "./scanner.ts";
import type { GuardText, Handle, Instruction, Sigil, Word } from "./statement.ts";

const SIGILS: readonly Sigil[] = ["%", "@", "$"];
const LINE = "Write label: OP operands -> outputs if event == 1 [CAP_X].";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class InstructionReader {
  readonly #in: Scanner;
  readonly #expressions: ExpressionReader;
  constructor(scanner: Scanner) {
    this.#in = scanner;
    this.#expressions = new ExpressionReader(scanner);
  }

  /** A name with braces, or undefined when none begins here. */
  word(): Word | undefined {
    this.#in.space();
    const { place: at } = this.#in;
    const parts = this.#expressions.parts();
    return parts.length === 0 ? undefined : { at, parts };
  }

  /** What follows the op. */
  rest(op: Word): Instruction {
    const made: Mutable<Instruction> = { op, args: [], operands: [], inputs: [], outputs: [], caps: [] };
    if (!this.#clauseAhead() && !this.#in.ended) this.#operands(made);
    while (!this.#in.ended) this.#clause(made);
    return made;
  }

  #clauseAhead(): boolean {
    if (this.#in.sees("->") || this.#in.sees("<-") || this.#in.sees("[")) return true;
    return this.#keyword("if") || this.#keyword("meta");
  }

  /** Whether a clause begins with this word here; `if` may be a qubit too, but then something else follows it. */
  #keyword(word: string): boolean {
    let seen = false;
    this.#in.attempt(() => {
      seen = this.#in.word(word) && !this.#in.ended && !this.#in.sees(",") && !this.#in.sees("=") && !this.#in.sees("->") && !this.#in.sees("<-");
      return undefined;
    });
    return seen;
  }

  #operands(made: Mutable<Instruction>): void {
    const args: (readonly [string, Expression])[] = [];
    const operands: Handle[] = [];
    const keys = new Set<string>();
    do {
      const key = this.#argumentKey();
      if (key === undefined) {
        operands.push(this.#handle());
        continue;
      }
      if (keys.has(key)) this.#in.wrong(`the argument ${key} twice`, "Give each argument once.");
      keys.add(key);
      args.push([key, this.#expressions.read()]);
    } while (this.#in.take(","));
    made.args = args;
    made.operands = operands;
  }

  /** `key=`, taken; undefined when a handle stands here. */
  #argumentKey(): string | undefined {
    return this.#in.attempt(() => {
      const key = this.#expressions.key();
      return key !== undefined && this.#in.sees("=") && !this.#in.sees("==") && this.#in.take("=") ? key : undefined;
    });
  }

  #handle(): Handle {
    const sigil = SIGILS.find((one) => this.#in.take(one)) ?? "";
    const word = this.word() ?? this.#in.wrong("the name of a qubit, channel or event is expected", LINE);
    return { sigil, word };
  }

  #handles(): readonly Handle[] {
    const handles = [this.#handle()];
    while (this.#in.take(",")) handles.push(this.#handle());
    return handles;
  }

  #clause(made: Mutable<Instruction>): void {
    const once = (given: boolean, what: string): void => { if (given) this.#in.wrong(`${what} twice`, LINE); };
    if (this.#in.take("->")) {
      once(made.outputs.length > 0, "outputs");
      made.outputs = this.#handles();
    } else if (this.#in.take("<-")) {
      once(made.inputs.length > 0, "inputs");
      made.inputs = this.#handles();
    } else if (this.#in.word("if")) {
      once(made.guard !== undefined, "a guard");
      made.guard = this.guard();
    } else if (this.#in.sees("[")) {
      once(made.caps.length > 0, "capabilities");
      made.caps = this.#caps();
    } else if (this.#in.word("meta")) {
      once(made.metadata !== undefined, "meta");
      made.metadata = this.#expressions.read();
    } else this.#in.wrong("this belongs to no part of an instruction", made.args.length + made.operands.length > 0 ? "Put commas between operands; behind them come <- inputs, -> outputs, if guard, [capabilities]." : LINE);
  }

  #caps(): readonly Word[] {
    const { place: at } = this.#in;
    this.#in.take("[");
    const caps: Word[] = [];
    do {
      const word = this.word() ?? this.#in.wrong("a capability is expected", "Write [CAP_ALLOC, CAP_MEASURE].");
      if (this.#in.sees("==") || this.#in.sees("!=")) refuse("QVM_ASM_SYNTAX", at, "a condition in square brackets, where capabilities stand", "Write a guard with if: OP q0 if event == 1.");
      caps.push(word);
    } while (this.#in.take(","));
    this.#in.expect("]", "Close the capabilities with ].");
    return caps;
  }

  /** `a == 1 && (b != 0 || !c)`: || binds loosest, brackets keep what they hold together. */
  guard(): GuardText { return this.#in.nested(() => this.#chain("or", "||", () => this.#chain("and", "&&", () => this.#leaf()))); }

  #chain(kind: "and" | "or", sign: string, part: () => GuardText): GuardText {
    this.#in.space();
    const { place: at } = this.#in;
    const of = [part()];
    while (this.#in.take(sign) || this.#in.word(kind)) of.push(part());
    const [only] = of;
    return only !== undefined && of.length === 1 ? only : { kind, at, of };
  }

  #leaf(): GuardText {
    this.#in.space();
    const { place: at } = this.#in;
    if (this.#in.sees("!") && !this.#in.sees("!=") && this.#in.take("!")) return { kind: "not", at, of: this.#in.nested(() => this.#leaf()) };
    if (this.#in.take("(")) {
      const inner = this.guard();
      this.#in.expect(")", "Close the bracket with ).");
      return inner;
    }
    const group = this.#group("all", "and") ?? this.#group("any", "or");
    if (group !== undefined) return group;
    const event = this.word() ?? this.#in.wrong("the name of an event is expected", "Write if m0 == 1 && m1 == 0.");
    const sign = (["==", "!="] as const).find((one) => this.#in.take(one));
    if (sign === undefined && this.#in.sees("=")) this.#in.wrong("a guard compares with ==", "Write if event == 1.");
    if (sign === undefined && (this.#in.sees("<") && !this.#in.sees("<-") || this.#in.sees(">"))) this.#in.wrong("a guard compares with == or != alone", "Write if event == 1 || event == 2.");
    return { kind: "leaf", at, event, sign: sign ?? "==", ...(sign && { value: this.#expressions.level(SUM_LEVEL) }) };
  }

  /** `all(…)` and `any(…)`: an and, an or, of any number of conditions, also of one. */
  #group(word: "all" | "any", kind: "and" | "or"): GuardText | undefined {
    return this.#in.attempt(() => {
      const { place: at } = this.#in;
      if (!this.#in.word(word) || this.#in.next !== "(") return undefined;
      this.#in.take("(");
      const of: GuardText[] = [];
      do of.push(this.guard()); while (this.#in.take(","));
      this.#in.expect(")", `Close ${word}( with ).`);
      return { kind, at, of };
    });
  }
}
