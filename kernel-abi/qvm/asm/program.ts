// One file becomes a tree of statements: lines, directives, and blocks inside blocks. Nothing is evaluated here.
//   B1  Every block is closed where it was opened; what closes nothing is refused.
import { ExpressionReader, type Expression } from "./expression.ts";
import { InstructionReader } from "./instruction.ts";
import { refuse, type AsmLimits, type Place } from "./place.ts";
import { Scanner } from "./scanner.ts";
import type { Macro, Statement, Word } from "./statement.ts";
import { CONSTANTS } from "./scope.ts";

interface Open {
  readonly at: Place;
  readonly closes: ".endfor" | ".endif" | ".endmacro";
  /** Where statements go now. */
  body: Statement[];
  readonly finish: () => Statement;
  /** Of an .if: begins another arm. */
  readonly arm?: (condition: Expression | undefined) => Statement[];
}

const DIRECTIVES = [".version", ".caps", ".vqs", ".chs", ".events", ".metadata", ".description", ".include", ".param", ".set", ".for", ".endfor", ".if", ".elif", ".else", ".endif", ".macro", ".endmacro", ".assert", ".error"];

class FileReader {
  readonly #file: string;
  readonly #limits: AsmLimits;
  readonly #open: Open[] = [];
  readonly #statements: Statement[] = [];
  #in: Scanner;
  #expressions: ExpressionReader;
  constructor(file: string, limits: AsmLimits) {
    this.#file = file;
    this.#limits = limits;
    this.#in = new Scanner("", file, 1);
    this.#expressions = new ExpressionReader(this.#in);
  }

  read(text: string): readonly Statement[] {
    const lines = text.split("\n");
    for (const [index, line] of lines.entries()) {
      this.#in = new Scanner(index === 0 && line.startsWith("\ufeff") ? ` ${line.slice(1)}` : line, this.#file, index + 1);
      this.#expressions = new ExpressionReader(this.#in);
      if (!this.#in.ended) this.#line();
    }
    const left = this.#open.at(-1);
    if (left !== undefined) refuse("QVM_ASM_SYNTAX", left.at, "a block that is never closed", `Close it with ${left.closes}.`);
    return this.#statements;
  }

  get #body(): Statement[] { return this.#open.at(-1)?.body ?? this.#statements; }

  #line(): void {
    const { place: at } = this.#in;
    if (this.#in.take(".")) this.#directive(`.${this.#in.name() ?? ""}`, at);
    else this.#body.push(this.#instruction(at));
    if (!this.#in.ended) this.#in.wrong("something is left at the end of the line", "Put a comment behind ; and each statement on a line of its own.");
  }

  #instruction(at: Place): Statement {
    const reader = new InstructionReader(this.#in);
    const first = reader.word() ?? this.#in.wrong("an instruction, a macro or a directive is expected", "Write label: OP operands -> outputs, NAME(…), or a directive that begins with a dot.");
    const labelled = this.#in.take(":");
    const op = labelled ? reader.word() ?? this.#in.wrong("an op is expected behind the label", "Write label: OP operands -> outputs.") : first;
    const label = labelled ? { label: first } : {};
    if (this.#in.take("(")) {
      const args: Expression[] = [];
      while (!this.#in.take(")")) {
        args.push(this.#expressions.read());
        if (this.#in.take(")")) break;
        this.#in.expect(",", "Put commas between what the macro is given and ) at the end.");
      }
      return { kind: "call", at, name: op, args, ...label };
    }
    return { kind: "instruction", at, instruction: reader.rest(op), ...label };
  }

  #directive(name: string, at: Place): void {
    switch (name) {
      case ".for": return this.#for(at);
      case ".if": return this.#if(at);
      case ".macro": return this.#macro(at);
      case ".endfor": case ".endif": case ".endmacro": return this.#close(name, at);
      case ".elif": return this.#arm(at, name, this.#expressions.read());
      case ".else": return this.#arm(at, name, undefined);
      default: this.#body.push(this.#simple(name, at));
    }
  }

  #simple(name: string, at: Place): Statement {
    switch (name) {
      case ".set": case ".param": {
        const variable = this.#variable(`${name} n = 3`);
        this.#in.expect("=", `Write ${name} ${variable} = value.`);
        return { kind: name === ".set" ? "set" : "param", at, name: variable, value: this.#expressions.read() };
      }
      case ".include": return { kind: "include", at, path: this.#expressions.read() };
      case ".caps": case ".vqs": case ".chs": case ".events": return { kind: name.slice(1) as "caps" | "vqs" | "chs" | "events", at, names: this.#words() };
      case ".metadata": return { kind: "metadata", at, ...this.#metadata() };
      case ".description": return { kind: "description", at, value: this.#expressions.read() };
      case ".version": return { kind: "version", at, version: this.#version() };
      case ".error": return { kind: "error", at, message: this.#expressions.read() };
      case ".assert": {
        const condition = this.#expressions.read();
        return { kind: "assert", at, condition, ...(this.#in.take(",") ? { message: this.#expressions.read() } : {}) };
      }
      default: return refuse("QVM_ASM_SYNTAX", at, `there is no directive ${name}`, `There are ${DIRECTIVES.join(" ")}.`);
    }
  }

  /** A name that may be given a value. */
  #variable(instead: string): string {
    this.#in.space();
    const { place: at } = this.#in;
    const name = this.#in.name() ?? this.#in.wrong("a name is expected", `Write ${instead}.`);
    return CONSTANTS.has(name) ? refuse("QVM_ASM_VALUE", at, `${name} always means the same`, "Choose another name.") : name;
  }

  #version(): string {
    this.#in.space();
    const version = this.#in.next === '"' ? this.#in.plain() : this.#in.number();
    return version ?? this.#in.wrong("a version is expected", "Write .version 0.1.");
  }

  /** Names with spaces or commas between them. */
  #words(): readonly Word[] {
    const reader = new InstructionReader(this.#in);
    const words: Word[] = [];
    while (!this.#in.ended) {
      words.push(reader.word() ?? this.#in.wrong("a name is expected", "Write names with spaces between them."));
      this.#in.take(",");
    }
    return words;
  }

  #metadata(): { readonly entry?: readonly [string, Expression] } {
    if (this.#in.ended) return {};
    const key = this.#expressions.key() ?? this.#in.wrong("a key is expected", "Write .metadata key = \"value\".");
    this.#in.expect("=", "Write .metadata key = \"value\".");
    return { entry: [key, this.#expressions.read()] };
  }

  #push(open: Open): void {
    if (this.#open.length >= this.#limits.depth) refuse("QVM_ASM_LIMIT", open.at, `blocks deeper than ${this.#limits.depth}`, "Put inner blocks into macros.");
    this.#open.push(open);
  }

  #for(at: Place): void {
    const names = [this.#variable(".for i in 0..n-1")];
    while (this.#in.take(",")) names.push(this.#variable(".for i, q in enumerate(qubits)"));
    if (!this.#in.word("in")) this.#in.wrong("in is missing", "Write .for i in 0..n-1 or .for q in [q0, q1].");
    const over = this.#over();
    const body: Statement[] = [];
    this.#push({ at, closes: ".endfor", body, finish: () => ({ kind: "for", at, names, over, body }) });
  }

  /** One list, or its elements with commas between them. */
  #over(): Expression {
    const first = this.#expressions.read();
    if (!this.#in.sees(",")) return first;
    const items = [first];
    while (this.#in.take(",")) items.push(this.#expressions.read());
    return { kind: "list", at: first.at, items, depth: 1 + items.reduce((most, { depth }) => Math.max(most, depth), 0) };
  }

  #if(at: Place): void {
    const arms: { condition?: Expression; body: Statement[] }[] = [{ condition: this.#expressions.read(), body: [] }];
    this.#push({
      at, closes: ".endif", body: arms[0]?.body ?? [], finish: () => ({ kind: "if", at, arms }),
      arm: (condition) => {
        if (arms.at(-1)?.condition === undefined) refuse("QVM_ASM_SYNTAX", at, "an arm behind .else", "Put .else last.");
        const body: Statement[] = [];
        arms.push({ body, ...(condition && { condition }) });
        return body;
      },
    });
  }

  #arm(at: Place, name: string, condition: Expression | undefined): void {
    const open = this.#open.at(-1);
    if (open?.arm === undefined) return refuse("QVM_ASM_SYNTAX", at, `${name} without .if`, "Open the block with .if condition.");
    open.body = open.arm(condition);
  }

  #macro(at: Place): void {
    if (this.#open.length > 0) refuse("QVM_ASM_SYNTAX", at, "a macro inside another block", "Define macros outside .for, .if and .macro.");
    const name = this.#variable(".macro NAME(a, b)");
    const parameters: string[] = [];
    if (this.#in.take("(")) {
      while (!this.#in.take(")")) {
        const parameter = this.#variable(".macro NAME(a, b)");
        if (parameters.includes(parameter)) this.#in.wrong(`the parameter ${parameter} twice`, "Give each parameter a name of its own.");
        parameters.push(parameter);
        if (this.#in.take(")")) break;
        this.#in.expect(",", "Put commas between the parameters and ) at the end.");
      }
    }
    const body: Statement[] = [];
    const macro: Macro = { name, parameters, body, at };
    this.#push({ at, closes: ".endmacro", body, finish: () => ({ kind: "macro", at, macro }) });
  }

  #close(name: Open["closes"], at: Place): void {
    const open = this.#open.pop();
    if (open === undefined) refuse("QVM_ASM_SYNTAX", at, `${name} closes nothing`, "Take it away, or open the block it closes.");
    if (open.closes !== name) refuse("QVM_ASM_SYNTAX", at, `${name} where the block of line ${open.at.line} is open`, `Close that one with ${open.closes} first.`);
    this.#body.push(open.finish());
  }
}

/** @throws Fault QVM_ASM_SYNTAX, QVM_ASM_LIMIT, QVM_ASM_VALUE */
export const parseProgram = (text: string, file: string, limits: AsmLimits): readonly Statement[] => new FileReader(file, limits).read(text);
