// Statements of a program, as trees: instructions, macro calls and directives. What they mean is expand.ts.
import type { Expression } from "./expression.ts";
import type { Place } from "./place.ts";

/** A name with expressions in braces in it, as written. */
export interface Word { readonly at: Place; readonly parts: readonly (string | Expression)[] }

/** What a handle is said to be: a qubit, a channel, an event; nothing said, what its name is elsewhere. */
export type Sigil = "" | "%" | "@" | "$";
export interface Handle { readonly sigil: Sigil; readonly word: Word }

export type GuardText = { readonly at: Place } & (
  | { readonly kind: "leaf"; readonly event: Word; readonly sign: "==" | "!="; readonly value?: Expression }
  | { readonly kind: "not"; readonly of: GuardText }
  | { readonly kind: "and" | "or"; readonly of: readonly GuardText[] });

export interface Instruction {
  readonly op: Word;
  readonly args: readonly (readonly [key: string, value: Expression])[];
  readonly operands: readonly Handle[];
  /** Behind `<-`. */
  readonly inputs: readonly Handle[];
  /** Behind `->`. */
  readonly outputs: readonly Handle[];
  readonly guard?: GuardText;
  readonly caps: readonly Word[];
  readonly metadata?: Expression;
}

export interface Macro {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly body: readonly Statement[];
  readonly at: Place;
}

export type Statement = { readonly at: Place } & (
  | { readonly kind: "instruction"; readonly label?: Word; readonly instruction: Instruction }
  | { readonly kind: "call"; readonly label?: Word; readonly name: Word; readonly args: readonly Expression[] }
  | { readonly kind: "set" | "param"; readonly name: string; readonly value: Expression }
  | { readonly kind: "for"; readonly names: readonly string[]; readonly over: Expression; readonly body: readonly Statement[] }
  | { readonly kind: "if"; readonly arms: readonly { readonly condition?: Expression; readonly body: readonly Statement[] }[] }
  | { readonly kind: "macro"; readonly macro: Macro }
  | { readonly kind: "include"; readonly path: Expression }
  | { readonly kind: "caps" | "vqs" | "chs" | "events"; readonly names: readonly Word[] }
  | { readonly kind: "metadata"; readonly entry?: readonly [key: string, value: Expression] }
  | { readonly kind: "description"; readonly value: Expression }
  | { readonly kind: "version"; readonly version: string }
  | { readonly kind: "assert"; readonly condition: Expression; readonly message?: Expression }
  | { readonly kind: "error"; readonly message: Expression });
