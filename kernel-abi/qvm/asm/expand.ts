// Expansion: statements are executed in the order they stand, blocks inside blocks, until only instructions are left.
//   M1  One interpreter: .set, .include, .for, .if and macros see each other wherever they stand; nothing is a phase of its own.
//   M2  Handles are names: a bare name that is a variable here is refused, for it would be taken for the variable.
//   M3  Whatever is asked for is executed within a Budget; recursion ends at its depth.
import { Evaluator } from "./evaluate.ts";
import type { Expression } from "./expression.ts";
import { includePaths, type SourceReader } from "./include.ts";
import { refuse, type Budget, type Place } from "./place.ts";
import { parseProgram } from "./program.ts";
import { CONSTANTS, Scope } from "./scope.ts";
import type { GuardText, Handle, Instruction, Macro, Sigil, Statement, Word } from "./statement.ts";
import { integerOf, isList, listOf, plain, shown, sizeOf, spelled, truthOf, type Value } from "./value.ts";

export interface Named { readonly sigil: Sigil; readonly name: string; readonly at: Place }
export type GuardTree = { readonly at: Place } & (
  | { readonly kind: "leaf"; readonly event: string; readonly sign: "==" | "!="; readonly value: number }
  | { readonly kind: "not"; readonly of: GuardTree }
  | { readonly kind: "and" | "or"; readonly of: readonly GuardTree[] });

/** An instruction with nothing left to expand. */
export interface Emitted {
  readonly at: Place;
  readonly label?: string;
  /** Stands in a macro or a loop, where a label may come again. */
  readonly repeated: boolean;
  readonly op: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly operands: readonly Named[];
  readonly inputs: readonly Named[];
  readonly outputs: readonly Named[];
  readonly guard?: GuardTree;
  readonly caps: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface Expanded {
  readonly nodes: readonly Emitted[];
  readonly caps?: readonly string[];
  readonly vqs?: readonly string[];
  readonly chs?: readonly string[];
  readonly events?: readonly string[];
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const CAP = /^CAP_[A-Z_]+$/;

/** Where a statement is executed. */
interface Frame {
  readonly scope: Scope;
  readonly file: string;
  /** Put before labels: those of the calls that led here. */
  readonly prefix: string;
  readonly repeated: boolean;
  readonly depth: number;
}

export class Expander {
  readonly #budget: Budget;
  readonly #read: SourceReader;
  readonly #evaluator: Evaluator;
  readonly #given: ReadonlyMap<string, Value>;
  readonly #parsed = new Map<string, readonly Statement[]>();
  readonly #macros = new Map<string, Macro>();
  readonly #nodes: Emitted[] = [];
  readonly #declared = new Map<"caps" | "vqs" | "chs" | "events", readonly string[]>();
  readonly #metadata = new Map<string, unknown>();
  #hasMetadata = false;
  #description: string | undefined;
  #calls = 0;

  constructor(budget: Budget, read: SourceReader, given: ReadonlyMap<string, Value>) {
    this.#budget = budget;
    this.#read = read;
    this.#given = given;
    this.#evaluator = new Evaluator(budget);
  }

  /** @throws Fault QVM_ASM_* */
  program(text: string, file: string): Expanded {
    const start: Place = { file, line: 1, column: 1 };
    const scope = new Scope(this.#given);
    this.#file(this.#statements(text, file, start), { scope, file, prefix: "", repeated: false, depth: 0 });
    for (const name of this.#given.keys()) {
      if (!scope.asked(name)) refuse("QVM_ASM_VALUE", start, `nothing asks for the parameter ${name}`, "Name a .param of the program.");
    }
    return {
      nodes: this.#nodes, ...Object.fromEntries(this.#declared),
      ...(this.#description === undefined ? {} : { description: this.#description }),
      ...(this.#hasMetadata ? { metadata: Object.fromEntries(this.#metadata) } : {}),
    };
  }

  #statements(text: string, file: string, at: Place): readonly Statement[] {
    this.#budget.text(text.length, at);
    this.#budget.spend(text.length >> 4, at);
    const parsed = parseProgram(text, file, this.#budget.limits);
    this.#parsed.set(file, parsed);
    return parsed;
  }

  /** Its macros first: they may be called before they are defined. */
  #file(statements: readonly Statement[], frame: Frame): void {
    for (const statement of statements) if (statement.kind === "macro") this.#define(statement.macro);
    this.#block(statements, frame);
  }

  #define(macro: Macro): void {
    const before = this.#macros.get(macro.name);
    if (before !== undefined && before !== macro) refuse("QVM_ASM_VALUE", macro.at, `the macro ${macro.name} is defined in ${before.at.file}, line ${before.at.line} already`, "Choose another name.");
    this.#macros.set(macro.name, macro);
  }

  #block(statements: readonly Statement[], frame: Frame): void {
    const [first] = statements;
    if (first !== undefined && frame.depth > this.#budget.limits.depth) {
      refuse("QVM_ASM_LIMIT", first.at, `blocks, macros and includes deeper than ${this.#budget.limits.depth}`, "End the recursion with .if.");
    }
    for (const statement of statements) {
      this.#budget.spend(1, statement.at);
      this.#statement(statement, frame);
    }
  }

  #statement(statement: Statement, frame: Frame): void {
    const { at } = statement;
    const value = (of: Expression, symbols = false): Value => this.#evaluator.value(of, frame.scope, symbols);
    switch (statement.kind) {
      case "instruction": return this.#emit(statement.instruction, statement.label, at, frame);
      case "call": return this.#call(statement, frame);
      case "set": return frame.scope.set(statement.name, value(statement.value, true));
      case "param": return this.#parameter(statement, frame);
      case "for": return this.#loop(statement, frame);
      case "if": {
        const arm = statement.arms.find(({ condition }) => condition === undefined || truthOf(value(condition), condition.at));
        return arm === undefined ? undefined : this.#block(arm.body, { ...frame, depth: frame.depth + 1 });
      }
      case "macro": return undefined;
      case "include": return this.#include(this.#textOf(value(statement.path), statement.path.at), at, frame);
      case "caps": case "vqs": case "chs": case "events": return this.#declare(statement.kind, this.#names(statement.names, frame, statement.kind === "caps" ? CAP : NAME));
      case "metadata": return this.#annotate(statement, frame);
      case "description": {
        if (this.#description !== undefined) refuse("QVM_ASM_SYNTAX", at, "a description twice", "Describe a program once.");
        this.#description = this.#textOf(value(statement.value), at);
        return undefined;
      }
      case "version": return statement.version === "0.1" ? undefined : refuse("QVM_ASM_VALUE", at, `version ${statement.version} of the graph format`, "Write .version 0.1: there is no other.");
      case "assert": {
        if (truthOf(value(statement.condition), statement.condition.at)) return undefined;
        return refuse("QVM_ASM_VALUE", at, statement.message === undefined ? "an assertion does not hold" : this.#textOf(value(statement.message), at), "Give other values to the macro or parameter.");
      }
      case "error": return refuse("QVM_ASM_VALUE", at, this.#textOf(value(statement.message), at), "The program itself says this; give it other values.");
    }
  }

  #textOf(value: Value, at: Place): string {
    return typeof value === "string" ? value : refuse("QVM_ASM_VALUE", at, `${shown(value)} is no text`, "Write it in quotes.");
  }

  /** Given from outside, set before, or this value: in this order. */
  #parameter({ name, value }: Statement & { kind: "param" | "set" }, { scope }: Frame): void {
    if (scope.value(name) === undefined) scope.set(name, this.#evaluator.value(value, scope, true));
  }

  #loop({ names, over, body, at }: Statement & { kind: "for" }, frame: Frame): void {
    for (const element of this.#evaluator.elements(over, frame.scope)) {
      this.#budget.spend(4, at);
      const parts = names.length === 1 ? [element] : isList(element) && element.items.length === names.length ? element.items
        : refuse("QVM_ASM_VALUE", at, `${shown(element)} is not ${names.length} values`, "Go through pairs, as in .for i, q in enumerate(qubits).");
      this.#block(body, { ...frame, repeated: true, depth: frame.depth + 1, scope: frame.scope.inner(new Map(names.map((name, index) => [name, parts[index] ?? null]))) });
    }
  }

  /** The name of a macro may come from a variable: `{unitary}(control, target)`. */
  #call({ name: called, args, label, at }: Statement & { kind: "call" }, frame: Frame): void {
    const name = this.#name(called, frame, "a macro");
    const macro = this.#macros.get(name) ?? refuse("QVM_ASM_VALUE", at, `there is no macro ${name}`, this.#macros.size === 0 ? "Define it with .macro, or include the file that does." : `There are ${[...this.#macros.keys()].slice(0, 40).join(", ")}.`);
    if (args.length !== macro.parameters.length) refuse("QVM_ASM_VALUE", at, `${name} is given ${args.length} values and takes ${macro.parameters.length}`, `Write ${name}(${macro.parameters.join(", ")}).`);
    const values = new Map<string, Value>(macro.parameters.map((parameter, index) => {
      const argument = args[index];
      return [parameter, argument === undefined ? null : this.#evaluator.value(argument, frame.scope, true)];
    }));
    if (!values.has("call")) values.set("call", ++this.#calls);
    const prefix = label === undefined ? frame.prefix : `${frame.prefix}${this.#name(label, frame, "a label")}_`;
    this.#block(macro.body, { ...frame, scope: frame.scope.call(values), prefix, repeated: true, depth: frame.depth + 1 });
  }

  #include(path: string, at: Place, frame: Frame): void {
    for (const file of includePaths(path, frame.file, at)) {
      const known = this.#parsed.get(file);
      const text = known === undefined ? this.#read(file) : undefined;
      if (known === undefined && text === undefined) continue;
      return this.#file(known ?? this.#statements(text ?? "", file, at), { ...frame, file, depth: frame.depth + 1 });
    }
    return refuse("QVM_ASM_INCLUDE", at, `there is no file ${JSON.stringify(path.slice(0, 120))}`, "Write a path from this file or from the program's folder, or std/NAME.qasm of the library.");
  }

  /** The first declaration stands as it is; later ones add what is not there. */
  #declare(kind: "caps" | "vqs" | "chs" | "events", names: readonly string[]): void {
    const before = this.#declared.get(kind);
    if (before === undefined) return void this.#declared.set(kind, names);
    const known = new Set(before);
    this.#declared.set(kind, [...before, ...names.filter((name) => !known.has(name))]);
  }

  #annotate({ entry, at }: Statement & { kind: "metadata" }, { scope }: Frame): void {
    this.#hasMetadata = true;
    if (entry === undefined) return;
    const [key, expression] = entry;
    if (this.#metadata.has(key)) refuse("QVM_ASM_SYNTAX", at, `metadata ${key} twice`, "Give each key once.");
    this.#metadata.set(key, this.#data(this.#evaluator.value(expression, scope, true), at));
  }

  /** Plain data that goes into the graph, paid for. */
  #data(value: Value, at: Place): unknown {
    this.#budget.spend(sizeOf(value), at);
    return plain(value);
  }

  #emit({ op, args, operands, inputs, outputs, guard, caps, metadata }: Instruction, label: Word | undefined, at: Place, frame: Frame): void {
    this.#budget.node(at);
    const value = (of: Expression): Value => this.#evaluator.value(of, frame.scope);
    const name = this.#evaluator.text(op.parts, frame.scope, op.at);
    if (this.#macros.has(name)) refuse("QVM_ASM_SYNTAX", op.at, `${name} is a macro and is called with brackets`, `Write ${name}(${this.#macros.get(name)?.parameters.join(", ") ?? ""}).`);
    this.#nodes.push({
      at, repeated: frame.repeated, op: name,
      ...(label === undefined ? {} : { label: frame.prefix + this.#name(label, frame, "a label") }),
      args: Object.fromEntries(args.map(([key, expression]) => [key, this.#data(value(expression), expression.at)] as const)),
      operands: this.#handles(operands, frame), inputs: this.#handles(inputs, frame), outputs: this.#handles(outputs, frame),
      caps: this.#names(caps, frame, CAP),
      ...(guard === undefined ? {} : { guard: this.#guard(guard, frame) }),
      ...(metadata === undefined ? {} : { metadata: this.#record(value(metadata), metadata.at) }),
    });
  }

  #record(value: Value, at: Place): Readonly<Record<string, unknown>> {
    const data = this.#data(value, at);
    return typeof data === "object" && data !== null && !Array.isArray(data) ? data as Readonly<Record<string, unknown>>
      : refuse("QVM_ASM_VALUE", at, `${shown(value)} is no record`, "Write meta {\"key\": value}.");
  }

  /** One name. */
  #name(word: Word, frame: Frame, what: string, pattern = NAME): string {
    const [only] = word.parts;
    const name = word.parts.length === 1 && typeof only !== "string" && only !== undefined
      ? spelled(this.#evaluator.value(only, frame.scope, true), only.at) : this.#evaluator.text(word.parts, frame.scope, word.at);
    this.#budget.spend(1, word.at);
    return this.#checked(name, word.at, what, pattern);
  }

  #checked(name: string, at: Place, what: string, pattern: RegExp): string {
    if (pattern.test(name) && name.length <= 256) return name;
    return refuse("QVM_ASM_VALUE", at, `${JSON.stringify(name.slice(0, 80))} is no name for ${what}`, pattern === CAP ? "Capabilities are named CAP_ and capitals; a condition is written with if." : "Names begin with a letter or _ and go on with letters, digits and _.");
  }

  /** Names, of which one in braces may be a list, or a text with commas in it. */
  #several(word: Word, frame: Frame, what: string, pattern = NAME): readonly string[] {
    const [only] = word.parts;
    if (word.parts.length !== 1 || only === undefined || typeof only === "string") return [this.#name(word, frame, what, pattern)];
    const value = this.#evaluator.value(only, frame.scope, true);
    const list = isList(value) ? value.items : typeof value === "string" && value.includes(",") ? listOf(value.split(",").map((part) => part.trim())).items : [value];
    this.#budget.spend(sizeOf(value), word.at);
    return list.map((item) => this.#checked(spelled(item, word.at), word.at, what, pattern));
  }

  #names(words: readonly Word[], frame: Frame, pattern: RegExp): readonly string[] {
    return words.flatMap((word) => this.#several(word, frame, pattern === CAP ? "a capability" : "a handle", pattern));
  }

  #handles(handles: readonly Handle[], frame: Frame): readonly Named[] {
    return handles.flatMap(({ sigil, word }) => {
      if (sigil === "") this.#noVariable(word, frame);
      return this.#several(word, frame, "a handle").map((name) => ({ sigil, name, at: word.at }));
    });
  }

  /** M2. */
  #noVariable({ parts: [name, more], at }: Word, { scope }: Frame): void {
    if (typeof name !== "string" || more !== undefined || CONSTANTS.has(name) || !scope.has(name)) return;
    refuse("QVM_ASM_VALUE", at, `${name} is a variable here`, `Write {${name}} for what it holds; rename it if a handle ${name} is meant, or write %${name}.`);
  }

  #guard(guard: GuardText, frame: Frame): GuardTree {
    const { at } = guard;
    this.#budget.spend(1, at);
    switch (guard.kind) {
      case "leaf": {
        this.#noVariable(guard.event, frame);
        const value = guard.value === undefined ? 1 : integerOf(this.#evaluator.value(guard.value, frame.scope), guard.value.at, "a guard");
        return { kind: "leaf", at, event: this.#name(guard.event, frame, "an event"), sign: guard.sign, value };
      }
      case "not": return { kind: "not", at, of: this.#guard(guard.of, frame) };
      case "and": case "or": return { kind: guard.kind, at, of: guard.of.map((one) => this.#guard(one, frame)) };
    }
  }
}
