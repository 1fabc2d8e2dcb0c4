// What the command line says: facts in two columns, errors with cause and next step, one JSON object per command.
//   O3  No error without a code, what happened, its cause and what to do next; a stack only with TRIAD_DEBUG=1.
//   O4  With --json, stdout holds exactly one object, or nothing when the command failed; the error is one object on stderr.
import type { Json } from "../../../kernel-abi/canonical.ts";
import { FAULTS, type FaultDetail, type FaultJson } from "../../../kernel-abi/fault.ts";
import { exitOfError, faultOf } from "./exit.ts";
import { Divergence, memberText, type Member } from "../../../replay/diverged.ts";
import type { Io, Terminal } from "./terminal.ts";
import { jsonText, printable, toJson } from "./values.ts";

/** Version of the JSON objects; a field may be added within one, none may change or go. */
const SCHEMA = 1;

/** `triad.run/1` and the like stands first in every object. */
export function printJson(terminal: Terminal, name: string, facts: Readonly<Record<string, unknown>>): void {
  terminal.print(jsonObject(name, facts));
}

/** The same as text, for those who add a long member to it. */
export const jsonObject = (name: string, facts: Readonly<Record<string, unknown>>): string =>
  jsonText({ schema: `triad.${name}/${SCHEMA}`, ...(toJson(facts) as { readonly [key: string]: Json }) });

export type Facts = readonly (readonly [name: string, value: string] | undefined)[];

const LABEL_CHARACTERS = 10;

/** Facts, one a line; the lines of one value stand below each other. */
export function printFacts(terminal: Terminal, facts: Facts, indent = ""): void {
  const shown = facts.filter((fact) => fact !== undefined);
  const width = shown.reduce((widest, [name]) => Math.max(widest, name.length), LABEL_CHARACTERS);
  for (const [name, value] of shown) {
    const margin = `\n${indent}${" ".repeat(width + 1)}`;
    terminal.print(`${indent}${terminal.paint.dim(name.padEnd(width))} ${value.split("\n").join(margin)}`);
  }
}

export interface FaultNotes {
  /** Replaces the registry's general advice where the command knows better. */
  readonly next?: string;
  /** Further facts, such as the place in the program. */
  readonly more?: Facts;
  /** An error that ends the command, or something to know. */
  readonly kind?: "error" | "warning";
  /** Of a divergence: what differs inside a body. */
  readonly members?: readonly Member[];
}

const saidOf = (member: Member): string => `${member.field} ${memberText(member).expected} → ${memberText(member).actual}`;

/** The detail for people; of a body that differs, its first member in the place of its digests, and the others behind it. */
function detailFacts(detail: FaultDetail, [first, ...others]: readonly Member[]): Facts {
  const shown = first === undefined ? {} : { field: first.field, ...memberText(first) };
  return Object.entries({ ...detail, ...shown }).flatMap(([name, value]): Facts => {
    const fact = [printable(name), printable(String(value))] as const;
    return name === "actual" && others.length > 0 ? [fact, ["also", others.map((member) => printable(saidOf(member))).join("\n")]] : [fact];
  });
}

/** The same for machines: values as JSON. */
function detailJson(detail: FaultDetail, [first, ...others]: readonly Member[]): Readonly<Record<string, Json>> {
  return first === undefined ? detail : { ...detail, ...first, ...(others.length === 0 ? {} : { also: others.map((member) => ({ ...member })) }) };
}

/** A fault for people. */
export function printFault(terminal: Terminal, fault: FaultJson, { next = fault.next, more = [], kind = "error", members = [] }: FaultNotes = {}): void {
  const { paint } = terminal;
  const head = `${kind} ${fault.name} ${fault.code}`;
  terminal.print(`${kind === "error" ? paint.bad(head) : paint.warn(head)}: ${FAULTS[fault.name].says}`);
  printFacts(terminal, [...detailFacts(fault.detail, members), ...more, ["next", next]], "  ");
}

const causeOf = (error: unknown): string | undefined => {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? printable(`${cause.name}: ${cause.message}`) : undefined;
};

export interface ErrorNotes extends FaultNotes {
  readonly json: boolean;
  /** Whether what differs inside a body is shown by value; by size and digest otherwise. */
  readonly values?: boolean;
}

/** Reports what ended a command; returns its exit code. */
export function reportError({ err, settings }: Io, error: unknown, { json, values = false, ...notes }: ErrorNotes): number {
  const fault = faultOf(error);
  const members = values && fault instanceof Divergence ? fault.members : [];
  const exit = exitOfError(error);
  const next = notes.next ?? fault.toJSON().next;
  const cause = causeOf(fault);
  if (json) printJson(err, "error", { error: { ...fault.toJSON(), next, detail: detailJson(fault.detail, members) }, ...(cause === undefined ? {} : { cause }), exit });
  else printFault(err, fault.toJSON(), { ...notes, members, more: [...(notes.more ?? []), cause === undefined || "cause" in fault.detail || "system" in fault.detail ? undefined : ["cause", cause]] });
  if (settings.debug) err.print(String(fault.stack).split("\n").map(printable).join("\n"));
  return exit;
}
