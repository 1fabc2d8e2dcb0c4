// Calls: what a program writes to make an operation, so that a refusal can name the call and say how it is written. Words for people:
// nothing is decided by them, but they are recorded with the refusals they stand in.
import type { BoundDomain } from "./domain.ts";
import { Fault, type FaultDetail } from "./fault.ts";
import type { Operation } from "./operation.ts";
import { isOfProgram } from "./packer.ts";
import { shown, tried } from "./shown.ts";

type Op = Operation<"K" | BoundDomain>["op"];

/** By operation, as it is written; `D` stands for the domain's name. */
const FORMS: Readonly<Record<Op, string>> = Object.freeze({
  now: "k.now()", self: "k.self()", parent: "k.parent()", lost: "k.lost()", uncalibrated: "k.uncalibrated()", capabilities: "k.capabilities()", "in-force": "k.inForce(flag)",
  file: "k.file(name)", random: "k.random(stream?)", log: "k.log(label, data?, level?)", metric: "k.metric(name, value, unit?)", sleep: "k.sleep(ticks)",
  spawn: "k.spawn(definition, input?, { grants?, priority? })", join: "k.join(child)", timer: "k.timer(ticks)", "cancel-timer": "k.cancelTimer(timer)", select: "k.select(arms)",
  link: "k.link(to)", unlink: "k.unlink(to)", monitor: "k.monitor(to)", stop: "k.stop(child, reason?)", continue: "k.continueWith(state)", suspend: "k.suspend(child)", resume: "k.resume(child)",
  send: "k.send(to, body)", withdraw: "k.withdraw(place)", receive: "k.receive({ within: ticks })", "run-totals": "k.runTotals({ of: process })", gauges: "k.gauges({ of: process })",
  attenuate: "k.attenuate(capability, scope)", grant: "k.grant(capability, to, scope?)", revoke: "k.revoke(capability)", inject: "k.inject({ kind, domain?, contract?, job?, process?, verb? })",
  reserve: "D.reserve(request, { within? })", "reserve-all": "reserveAll({ domain, request }, …)", release: "D.release(contract)", ledger: "D.ledger(contract)",
  share: "D.share(contract, to, { measures? })", attach: "D.attach(contract)", submit: "D.submit(contract, call)", collect: "D.collect(job)", cancel: "D.cancel(job)",
});

/** Calls that make the same operation as another, told apart by a field of it. */
const TETHER = "k.tether(child)";
const COLLECTS: Readonly<Record<string, string>> = Object.freeze({ Q: "q.measure(job)", PHI: "phi.project(job)" });
const SUBMITS: Readonly<Record<string, string>> = Object.freeze({
  bits: "q.submit(contract, circuit)", counts: "q.sample(contract, circuit, shots)", expectation: "q.estimate(contract, circuit, observable, { shots? })",
  gradient: "q.gradient(contract, circuit, observable, { method?, shots? })",
  logical: "q.logical(contract, experiment, shots, { decoder? })", events: "q.detect(contract, experiment, shots)",
  open: "phi.open(contract, phases, magnitudes?)", shift: "phi.shift(envelope, delta)", align: "phi.align(envelope, kappa)", merge: "phi.merge(a, b)", split: "phi.split(a, b)",
  evaluate: "phi.evaluate(envelope)", close: "phi.close(envelope)",
  kuramoto: "phi.kuramoto(contract, { omega, couplings, graph?, initial?, dt?, steps?, transient?, noise?, stride?, lockTolerance? })",
  ising: "phi.ising(contract, { couplings, fields?, schedule?, restarts?, polish?, cut? })", spectrum: "phi.spectrum(contract, signal, { sampleRate?, window?, padding?, top? })",
});

/** What these calls take besides in a run that goes by `widerProviders`. */
const WIDER: Readonly<Record<string, string>> = Object.freeze({
  bits: "q.submit(contract, circuit, { noise?, fusion? })", counts: "q.sample(contract, circuit, shots, { noise?, fusion? })",
  expectation: "q.estimate(contract, circuit, observable, { shots?, noise?, fusion? })",
});

const row = (table: Readonly<Record<string, string>>, name: unknown): string | undefined => (typeof name === "string" && Object.hasOwn(table, name) ? table[name] : undefined);

type Fields = Readonly<Record<string, unknown>>;

function formFor({ domain, op, ends, call }: Fields, wider: boolean): string {
  if (op === "link" && ends === "other") return TETHER;
  const { mode, op: transform } = (typeof call === "object" && call !== null ? call : {}) as Fields;
  const special = op === "submit" ? (wider && domain === "Q" ? row(WIDER, mode) : undefined) ?? row(SUBMITS, domain === "Q" ? mode : transform) : op === "collect" ? row(COLLECTS, domain) : undefined;
  return (special ?? row(FORMS, op) ?? "yield* (a call of k, q or phi)").replace(/^D\b/, domain === "PHI" ? "phi" : "q");
}

/** How the call is written that makes an operation, whatever that is: `k.send(to, body)`. `wider`: with the options that came with `widerProviders`. */
export const formOf = (operation: unknown, wider: boolean): string => tried(() => formFor(operation as Fields, wider), "yield* (a call of k, q or phi)");

/** The members of the record that a call takes last, as its form writes them: within, of `{ within: ticks }`. None where it takes no record. */
export function membersOf(form: string): readonly string[] {
  const full = form.includes("…") ? row(SUBMITS, form.slice("phi.".length, form.indexOf("("))) ?? form : form;
  const [, inside = ""] = /\{([^{}]*)\}\)$/.exec(full) ?? [];
  return inside.split(",").map((member) => /\w+/.exec(member)?.[0] ?? "").filter((name) => name !== "");
}

/** What is wrong with one argument of a call. */
export interface Wrong {
  /** By name, or by its place in one: `arms[2]`. */
  readonly argument: string;
  /** What was given, where that is known. */
  readonly given?: readonly [unknown];
  /** What it may be, as in "ticks: ALLOWED". */
  readonly allowed: string;
}

/** A call that was given what it does not take: names the call, the argument, what came and what is taken, `what` in `more` where that says it. `form`: as it is written. */
export function malformed(form: string, { argument, given, allowed }: Wrong, more: FaultDetail = {}, cause?: unknown): Fault {
  const [call = ""] = form.split(/[\s(]/, 1);
  const value = given === undefined ? {} : { value: shown(given[0]) };
  return new Fault("ABI_MALFORMED", { call, argument, ...value, ...("what" in more ? {} : { allowed }), ...more }, { ...(cause === undefined ? {} : { cause }), next: `Write ${form}, with ${argument}: ${allowed}.` });
}

const UNRUN = "a program that was not run";
/** How it comes about. */
const RUN_IT = "write yield* before the call";

/** A call that was given a program where something else belongs (unrunRefused), told as `malformed` does. */
export const unrun = (form: string, { argument, allowed }: Wrong, more: FaultDetail = {}, cause?: unknown): Fault =>
  malformed(form, { argument, given: [undefined], allowed: `${allowed}: ${RUN_IT} that makes it` }, { value: UNRUN, ...more }, cause);

/** What has no encoded form, said by name in a run that goes by unrunRefused: a program, an instance of a nameless class. */
export function unencoded(fault: Fault): Fault {
  if (isOfProgram(fault)) return new Fault("ABI_UNENCODABLE", { ...fault.detail, what: `${UNRUN}: ${RUN_IT}` }, { next: "Write yield* before the call: what it gives then has an encoded form." });
  const nameless = fault.fault === "ABI_UNENCODABLE" && fault.detail["what"] === "";
  return nameless ? new Fault("ABI_UNENCODABLE", { ...fault.detail, what: "an instance of a class without a name" }) : fault;
}
