// Refusals in full (refusalsInFull): what a program gave that a call does not take, named by the call, the argument, what came and what is
// taken. The checks say which argument and what is allowed; what came is looked up here, in the operation, once it was refused.
import { formOf, malformed, unrun, type Wrong } from "../../kernel-abi/calls.ts";
import type { Fault, FaultDetail } from "../../kernel-abi/fault.ts";
import { LABEL } from "../../kernel-abi/ids.ts";
import { INJECTION_KINDS } from "../../kernel-abi/injection.ts";
import { isProgram, tried } from "../../kernel-abi/shown.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Fields of operations that a program knows by another name. */
const FIELD_OF: Readonly<Record<string, string>> = Object.freeze({ definition: "behaviour" });
/** Names that a check shared by several calls gives an argument, as each call has it. */
const ARGUMENT_OF: Readonly<Record<string, Readonly<Record<string, string>>>> = Object.freeze({ tether: { to: "child" }, random: { name: "stream" }, spawn: { name: "definition.name", mailbox: "definition.mailbox" }, receive: { ticks: "within" } });
/** What checks allow, in more words where a program's author would ask. */
const IN_WORDS: Readonly<Record<string, string>> = Object.freeze({
  "a process id": "a process id, or what spawn returned", "the id of another process": "a process id other than its own, or what spawn returned",
  [LABEL.source]: "a letter, then up to 63 letters, digits, _, . and -", "a record": "a record of from, until, uses, units, target: integers from 0", "{ kind, … }": `{ kind, … }, with kind: ${INJECTION_KINDS.join(", ")}`,
});
/** What the members of lists are. */
const MEMBER_OF: Readonly<Record<string, string>> = Object.freeze({ grants: "{ verb, scope? }", requests: "{ domain: Q or PHI, request }", arms: "{ on: message, timer, outcome, exit or room, … }" });
/** Where the arguments of a call to Q or Φ stand that is judged as a whole. */
const WHOLE: Readonly<Record<string, string>> = Object.freeze({ submit: "call", reserve: "request" });

/** What stands at a path such as `arms[2].on`; nothing when it cannot be read. */
const standsAt = (from: unknown, path: string): Wrong["given"] =>
  tried(() => [path.split(/[.[\]/]+/).filter((key) => key !== "").reduce<unknown>((value, key) => (value as Fields)[key], from)] as const, undefined);

/** What stands there in an operation, if it has such a field. */
function held(asked: Fields, path: string): Wrong["given"] {
  const [first = ""] = path.split(/[.[]/, 1);
  const field = FIELD_OF[first] ?? first;
  return Object.hasOwn(asked, field) ? standsAt(asked, path.replace(first, field)) : undefined;
}

/** As deep as a value is looked into for what cannot be read. */
const DEPTH_MAX = 4;

function isReadable(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || depth > DEPTH_MAX) return true;
  return tried(() => Object.values(value).every((member) => isReadable(member, depth + 1)), false);
}

/** Of a call that came to grief over what it was given: what that was. */
function culprit(asked: Fields): Wrong {
  const fields = Object.entries(asked).filter(([name]) => name !== "domain" && name !== "op");
  for (const [name, value] of fields) {
    const member = oddMember(name, value);
    if (member !== undefined) return member;
  }
  const [name, value] = fields.find(([, one]) => !isReadable(one)) ?? [];
  return name === undefined ? UNREADABLE : { argument: name, given: [value], allowed: UNREADABLE.allowed };
}

const UNREADABLE: Wrong = Object.freeze({ argument: "operation", allowed: "plain data that can be read" });

/** The first member of a list of records that is none. */
function oddMember(name: string, list: unknown): Wrong | undefined {
  const allowed = MEMBER_OF[name];
  if (allowed === undefined || !Array.isArray(list)) return undefined;
  const at = Array.from(list as readonly unknown[]).findIndex((item) => typeof item !== "object" || item === null);
  return at < 0 ? undefined : { argument: `${name}[${at}]`, given: [(list as readonly unknown[])[at]], allowed };
}

/** Whether something was written at a path, if only `undefined`. */
function isThere(from: unknown, path: string): boolean {
  const keys = path.split(/[.[\]/]+/).filter((key) => key !== "");
  const last = keys.pop();
  const parent = standsAt(from, keys.join("."))?.[0];
  return last === undefined || (typeof parent === "object" && parent !== null && tried(() => last in parent, false));
}

/** A call to Q or Φ: the place in it that was refused, and why, in the words of its schema. */
function inWhole(asked: Fields, op: string, at: string, what: string): Wrong {
  const path = at.split("/").filter((key) => key !== "").join(".");
  const whole = WHOLE[op];
  const from = path === "refs" ? asked : whole === undefined ? undefined : asked[whole];
  const given = from === undefined || !isThere(from, path) ? undefined : standsAt(from, path);
  return { argument: path === "" ? whole ?? "request" : path, ...(given === undefined ? {} : { given }), allowed: what };
}

function wrongIn(asked: Fields, { argument = "", value, allowed, at, what }: FaultDetail): Wrong {
  const op = asked["ends"] === "other" ? "tether" : String(asked["op"]);
  if (typeof at === "string") return inWhole(asked, op, at, String(what));
  if (what !== undefined) return tried(() => culprit(asked), UNREADABLE);
  const name = String(argument);
  const called = ARGUMENT_OF[op]?.[name] ?? name;
  const given = held(asked, called) ?? held(asked, name) ?? (value === undefined ? undefined : [value] as const);
  const odd = tried(() => oddMember(name, given?.[0]), undefined);
  return odd ?? { argument: called, ...(given === undefined ? {} : { given }), allowed: IN_WORDS[String(allowed)] ?? String(allowed ?? "what the domain declares") };
}

/** The jobs of envelopes, as the arguments that the envelopes are. */
const asWritten = (form: string, wrong: Wrong): Wrong => {
  const at = /^refs\[(\d+)\]$/.exec(wrong.argument)?.[1];
  const name = at === undefined ? undefined : form.slice(form.indexOf("(") + 1, -1).split(", ")[Number(at)];
  return name === undefined ? wrong : { argument: name, allowed: "what phi.open returned" };
};

/**
 * What was refused of `asked`, told in full, with how it is written; any other fault, and one that tells it all, as it is.
 * `program`: whether one that was not run is told from anything else.
 */
export function retold(form: string, asked: unknown, fault: Fault, program: boolean): Fault {
  const { detail } = fault;
  if (fault.fault !== "ABI_MALFORMED" || "call" in detail) return fault;
  const { at, what } = detail;
  const more = typeof at === "string" ? { at, what: what ?? null } : {};
  const wrong = wrongIn(asked as Fields, detail);
  if (!program || !isProgram(wrong.given?.[0])) return malformed(form, wrong, more, fault.cause);
  return unrun(form, asWritten(form, wrong), more, fault.cause);
}

/** A malformed call, told in full; `wider` as in `formOf`. */
export const inFull = (asked: unknown, fault: Fault, program: boolean, wider: boolean): Fault => retold(formOf(asked, wider), asked, fault, program);
