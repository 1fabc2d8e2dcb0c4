// defineProcess: from a generator function to the ProcessDefinition the kernel steps. The types carry the declared domains, so
// that a call to another domain does not compile.
import { Compile, type Static, type TSchema } from "../../kernel-abi/schema.ts";
import { phi, phiBefore, phiNarrower, type Phi } from "../../domains/phi/api/operations.ts";
import { q, qBefore, qNarrower, type Q } from "../../domains/q/api/operations.ts";
import { k, kBefore, kNarrower, type K } from "../../domains/k/api/operations.ts";
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import { malformed } from "../../kernel-abi/calls.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { label } from "../../kernel-abi/ids.ts";
import { mailboxTerms } from "../../kernel-abi/mailbox-terms.ts";
import type { MailboxTerms, ProcessDefinition, Program } from "../../kernel-abi/operation.ts";
import { priority as priorityOf, type Priority } from "../../kernel-abi/priority.ts";
import { CURRENT_OFFER } from "../../kernel-abi/version.ts";
import { declared } from "./declared.ts";
import { noted } from "./definitions.ts";
import { apisFor, bodyFor } from "./sites.ts";
import { pluginOf, type PolicyPlugin } from "../scheduler/plugin.ts";
import { activateProgram } from "../process/program.ts";

/** What a program of the domains D is handed: `k` always, `q` and `phi` only where declared. */
export type Apis<D extends BoundDomain> =
  & { readonly k: K }
  & ("Q" extends D ? { readonly q: Q } : unknown)
  & ("PHI" extends D ? { readonly phi: Phi } : unknown);

interface Spec<D extends readonly BoundDomain[], I, R> {
  /** A letter, then letters, digits, `_`, `.`, `-`; the last segment of the process's name. */
  readonly name: string;
  /** Order of the ready processes of runs of which this is the root, unless the caller of `record` chooses another. */
  readonly policy?: PolicyPlugin;
  /** Domains beside K. */
  readonly domains?: D;
  /** How many messages may wait, and what happens to one more: `{ depth: 64, overflow: "block" }`. Default: very many, `refuse`. */
  readonly mailbox?: MailboxTerms;
  /** 0 idle to 4 critical; an advice to policies that look at it, never above the parent's. */
  readonly priority?: Priority;
  readonly run: (apis: Apis<D[number]>, input: I) => Program<R, "K" | D[number]>;
}

const DOMAINS: readonly string[] = ["Q", "PHI"];

/** What the programs of a process are handed. */
const APIS = Object.freeze({ k, q, phi });
/** In a run from before `widerProviders`. */
const APIS_NARROWER = Object.freeze({ k: kNarrower, q: qNarrower, phi: phiNarrower });
/** In a run from before `refusalsInFull`. */
const APIS_BEFORE = Object.freeze({ k: kBefore, q: qBefore, phi: phiBefore });

const FORM = "defineProcess({ name, domains?, input?, mailbox?, priority?, policy?, *run(apis, input) { … } })";

/** What nothing looked at before `refusalsInFull`. @throws Fault ABI_MALFORMED */
function checkShape({ run, domains, input }: Readonly<Record<string, unknown>>): void {
  if (typeof run !== "function") throw malformed(FORM, { argument: "run", given: [run], allowed: "a generator function: *run({ k }, input) { … }" });
  if (domains !== undefined && !Array.isArray(domains)) throw malformed(FORM, { argument: "domains", given: [domains], allowed: 'a list of "Q" and "PHI", each once' });
  if (input !== undefined && (typeof input !== "object" || input === null)) throw malformed(FORM, { argument: "input", given: [input], allowed: "a schema made with Type, such as Type.Object({ n: Type.Integer() })" });
}

function checkSpec({ name, domains = [] }: { readonly name: string; readonly domains?: readonly BoundDomain[] }): void {
  label(name);
  const strange = domains.find((domain, at) => !DOMAINS.includes(domain) || domains.indexOf(domain) !== at);
  if (strange !== undefined) throw new Fault("PROGRAM_INVALID", { argument: "domains", value: String(strange), allowed: "Q, PHI, each once" });
}

const asIs = (input: unknown): unknown => input;
const isPlain = (value: object): boolean => [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);

/** Lists and records anew, each once; all else as it is. */
function copied(value: unknown, seen = new Map<object, unknown>()): unknown {
  if (typeof value !== "object" || value === null || seen.has(value)) return seen.get(value as object) ?? value;
  if (!Array.isArray(value) && !isPlain(value)) return value;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [] : {};
  seen.set(value, copy);
  if (Array.isArray(copy)) for (const item of value as readonly unknown[]) copy.push(copied(item, seen));
  else for (const [name, member] of Object.entries(value)) Object.defineProperty(copy, name, { value: copied(member, seen), writable: true, enumerable: true, configurable: true });
  return copy;
}

/** Checks an input against the declared schema, and fills in what it leaves out where the schema has a `default` for it. */
function admission(schema: TSchema | undefined): Pick<ProcessDefinition, "admit" | "complete"> {
  if (schema === undefined) return { admit: asIs };
  const check = Compile(schema);
  const text = JSON.stringify(schema);
  const admit = (input: unknown): unknown => {
    if (check.Check(input)) return input;
    const [first] = check.Errors(input);
    throw new Fault("INPUT_INVALID", { at: `input${(first?.instancePath ?? "").replaceAll("/", ".")}`, what: first?.message ?? "", schema: text });
  };
  if (!text.includes('"default":')) return { admit };
  // No input at all is a record with nothing in it, where the process wants a record.
  const none = "type" in schema && schema["type"] === "object" && !("default" in schema) ? (): unknown => ({}) : (): unknown => undefined;
  return { admit, complete: (input) => check.Default((input ?? undefined) === undefined && !check.Check(input) ? none() : copied(input)) };
}

type AnySpec = Spec<readonly BoundDomain[], unknown, unknown> & { readonly input?: TSchema };

/**
 * Defines a process. `run` is a generator that yields what `k`, `q` and `phi` make (`yield*`), and returns plain data.
 * With `input`, a TypeBox schema, the input is checked before the process exists and its type is known in `run`; what it leaves out and has
 * a `default` is filled in first, and recorded so. Where all has one, no input will do.
 * @throws Fault PROGRAM_INVALID | ABI_MALFORMED for a bad name, domain, mailbox or priority.
 */
export function defineProcess<const D extends readonly BoundDomain[] = readonly [], I = undefined, R = unknown>(
  spec: Spec<D, I, R> & { readonly input?: never }): ProcessDefinition<I, R>;
export function defineProcess<S extends TSchema, const D extends readonly BoundDomain[] = readonly [], R = unknown>(
  spec: Spec<D, NoInfer<Static<S>>, R> & { readonly input: S }): ProcessDefinition<Static<S>, R>;
export function defineProcess(spec: AnySpec): ProcessDefinition {
  return checkedWith(APIS, spec);
}

/** `defineProcess` for the program of a run from before `widerProviders`. */
export const defineProcessNarrower: (spec: never) => ProcessDefinition = (spec: AnySpec) => checkedWith(APIS_NARROWER, spec);

function checkedWith(apis: Parameters<typeof apisFor>[0], spec: AnySpec): ProcessDefinition {
  return declared(FORM, spec, () => {
    checkShape(spec as unknown as Readonly<Record<string, unknown>>);
    return definedWith(apis, spec);
  });
}

/** `defineProcess` for the program of a run from before `refusalsInFull`: what is wrong is told as it was then. */
export const defineProcessBefore: (spec: never) => ProcessDefinition = (spec: AnySpec) => definedWith(APIS_BEFORE, spec);

function definedWith(apis: Parameters<typeof apisFor>[0], spec: AnySpec): ProcessDefinition {
  checkSpec(spec);
  return defined(apis, spec, {
    ...(spec.mailbox === undefined ? {} : { mailbox: mailboxTerms(spec.mailbox) }),
    ...(spec.priority === undefined ? {} : { priority: priorityOf(spec.priority) }),
  });
}

/**
 * `defineProcess` for the program of a run from before `declarationsChecked`: mailbox and priority are what was declared, whatever that is.
 * @throws Fault PROGRAM_INVALID | ABI_MALFORMED for a bad name or domain
 */
export const defineProcessUnchecked: (spec: never) => ProcessDefinition = (spec: AnySpec) => {
  checkSpec(spec);
  return defined(APIS_BEFORE, spec, {
    ...(spec.mailbox === undefined ? {} : { mailbox: Object.freeze({ ...spec.mailbox }) }),
    ...(spec.priority === undefined ? {} : { priority: spec.priority }),
  });
};

function defined(apis: Parameters<typeof apisFor>[0], spec: AnySpec, terms: Pick<ProcessDefinition, "mailbox" | "priority">): ProcessDefinition {
  return noted(Object.freeze({
    name: spec.name,
    domains: Object.freeze([...(spec.domains ?? [])]),
    abi: CURRENT_OFFER,
    ...terms,
    ...(spec.policy === undefined ? {} : { policy: pluginOf(spec.policy) }),
    ...admission(spec.input),
    activate: (input: unknown) => activateProgram(bodyFor(spec.run(apisFor(apis) as Apis<BoundDomain>, input))),
  }), spec);
}
