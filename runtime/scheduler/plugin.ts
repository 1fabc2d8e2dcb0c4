// Policies that are not built in. A plug-in is a pure function over the frozen ready view and plain data; what it answers is checked,
// and a plug-in that throws, answers nonsense or is not pure is POLICY_INVALID: the run ends and is sealed. One that does not come to an
// answer is POLICY_ENDLESS: when to stop waiting is the host's judgement, so nothing is put on record and the run is broken off.
//   S6  Its state is a canonical JSON value, kept as text between picks: the function is handed a fresh frozen copy every time.
//   S7  Every question is put twice. Two answers to one question show state of its own, which no snapshot would carry; state that
//       changes more seldom is not seen here, and makes the replay diverge.
import { canonicalJson, parseCanonicalJson, sameBytes, type Json } from "../../kernel-abi/canonical.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { label } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import type { AmbientGuard, Policy, ReadyEntry, ReadyView, Watchdog } from "../../kernel-abi/ports.ts";
import { shown, tried } from "../../kernel-abi/shown.ts";
import type { PolicyParameters } from "./built-in.ts";
import { PolicyScheduler } from "./policy-scheduler.ts";
import type { Scheduler, SchedulerSnapshot } from "./scheduler.ts";

/** What definePolicy is given. */
export interface PolicySpec<S, P extends PolicyParameters = PolicyParameters> {
  /** A letter, then up to 63 letters, digits, `_`, `.`, `-`; not the name of a built-in policy. */
  readonly name: string;
  /** From 1; raise it when the same ready queue would be picked from otherwise. */
  readonly version: number;
  /** Integers by name; they stand in the header. */
  readonly parameters?: P;
  /** The state before the first pick: a JSON value. */
  readonly initial: S;
  /** Pure: the position to pick, from 0 to `ready.length - 1`, and the next state. At least one actor is ready. */
  readonly pick: (ready: ReadyView, state: S, parameters: P) => { readonly position: number; readonly state: S };
}

/** A policy as `record` takes it and a program module may export it under the name `policy`. */
export interface PolicyPlugin {
  readonly name: string;
  readonly version: number;
  readonly parameters: PolicyParameters;
  readonly initial: Json;
  readonly pick: (ready: ReadyView, state: Json, parameters: PolicyParameters) => unknown;
  /** Text of `pick`, digested into the header. What it calls or closes over is covered where a program's closure embeds it. */
  readonly source: string;
}

/** What a plug-in runs under; both come from the composition root. */
export interface PluginPorts {
  readonly guard?: AmbientGuard | undefined;
  readonly watchdog?: Watchdog | undefined;
}

const refuse = (policy: unknown, why: string, detail: Readonly<Record<string, string | number>> = {}, cause?: unknown): Fault =>
  new Fault("POLICY_INVALID", { policy: typeof policy === "string" ? policy.slice(0, 80) : typeof policy, why, ...detail }, { cause });

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

const isParameters = (value: unknown): value is PolicyParameters =>
  isRecord(value) && Object.entries(value).every(([name, setting]) => /^[A-Za-z]\w{0,63}$/.test(name) && Number.isSafeInteger(setting) && !Object.is(setting, -0));

/** Canonical bytes of a state. */
function encoded(value: unknown, policy: string): Uint8Array {
  const bytes = canonicalOf(value, policy);
  const { policy_state_bytes_max: allowed } = LIMITS;
  if (bytes.length > allowed) throw refuse(policy, "the state is too large", { bytes: bytes.length, allowed });
  return bytes;
}

function canonicalOf(value: unknown, policy: string): Uint8Array {
  try {
    return canonicalJson(value);
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    throw refuse(policy, "the state is not plain JSON", { path: String(cause.detail["path"] ?? "$") }, cause);
  }
}

function frozen(value: unknown): Json {
  if (isRecord(value)) for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value) as Json; // parsed from canonical JSON
}

const decoded = (bytes: Uint8Array): Json => frozen(parseCanonicalJson(bytes));

/** Whether a value is shaped as definePolicy makes them; what stands in it is judged by pluginOf. */
export const looksLikePlugin = (value: unknown): value is Readonly<Record<string, unknown>> => isRecord(value) && "pick" in value && "initial" in value;

/** Reads a plug-in, made by definePolicy or shaped like it. @throws Fault POLICY_INVALID */
export function pluginOf(value: unknown): PolicyPlugin {
  if (!looksLikePlugin(value)) throw refuse(undefined, "not made by definePolicy");
  const { name, version, parameters = {}, initial, pick } = value;
  if (typeof name !== "string") throw refuse(name, "a policy has a name");
  label(name);
  if (typeof version !== "number" || !Number.isSafeInteger(version) || version < 1) throw refuse(name, "the version is not an integer from 1");
  if (!isParameters(parameters)) throw refuse(name, "parameters are not integers by name");
  if (typeof pick !== "function") throw refuse(name, "pick is not a function");
  return Object.freeze({
    name, version, parameters: Object.freeze({ ...parameters }), initial: decoded(encoded(initial, name)),
    pick: pick as PolicyPlugin["pick"], source: Function.prototype.toString.call(pick),
  });
}

/**
 * Defines a scheduling policy. It is handed to `record({ policy })`, or exported by a program module as `policy`, which embeds it in the
 * trace with the program.
 * @throws Fault POLICY_INVALID | ABI_MALFORMED (the name)
 */
export function definePolicy<S, P extends PolicyParameters = PolicyParameters>(spec: PolicySpec<S, P>): PolicyPlugin {
  if (!tried(() => looksLikePlugin(spec), false)) throw refuse(undefined, "it has no initial and no pick", { given: shown(spec), write: "definePolicy({ name, version, initial, pick(ready, state, parameters) { … } })" });
  return pluginOf(spec);
}

/** `definePolicy` for the program of a run from before `refusalsInFull`. */
export const definePolicyBefore: typeof definePolicy = (spec) => pluginOf(spec);

/** What the plug-in sees: the queue, frozen, for as long as the question lasts. */
function viewOf(ready: ReadyView, policy: string): ReadyView {
  const { length, step } = ready;
  return Object.freeze({
    length, step,
    at(position: number): ReadyEntry {
      if (!Number.isSafeInteger(position) || position < 0 || position >= length) throw refuse(policy, "it looked at a position that is not there", { ready: length });
      return ready.at(position);
    },
  });
}

interface Answer {
  readonly position: number;
  readonly state: Uint8Array;
}

function answerOf(plugin: PolicyPlugin, view: ReadyView, state: Uint8Array): Answer {
  const answer = plugin.pick(view, decoded(state), plugin.parameters);
  if (!isRecord(answer)) throw refuse(plugin.name, "it answered nothing");
  const { position, state: next } = answer;
  if (typeof position !== "number" || !Number.isSafeInteger(position) || position < 0 || position >= view.length) {
    throw refuse(plugin.name, "the position is not in the queue", { ready: view.length });
  }
  return { position: position + 0, state: encoded(next, plugin.name) };
}

/** A fault of ours as it is; of anything else only that it was thrown, since engines word errors differently. */
function thrown(policy: string, error: unknown): Fault {
  if (!(error instanceof Fault)) return refuse(policy, "it threw", {}, error);
  if (error.fault === "POLICY_INVALID") return error;
  const { what, at } = error.detail;
  return refuse(policy, "it threw", { fault: error.fault, ...(typeof what === "string" ? { what } : {}), ...(typeof at === "string" ? { at } : {}) }, error);
}

/** Puts one question twice, with the traps acting. @throws Fault POLICY_INVALID | POLICY_ENDLESS */
function ask(plugin: PolicyPlugin, view: ReadyView, state: Uint8Array, { guard, watchdog }: PluginPorts): Answer {
  let answers: readonly Answer[] = [];
  let failure: { readonly error: unknown } | undefined;
  const question = (): void => {
    try {
      answers = [answerOf(plugin, view, state), answerOf(plugin, view, state)];
    } catch (error) {
      failure = { error };
    }
  };
  guard?.enter();
  try {
    if (watchdog === undefined) question();
    else if (!watchdog.ends(question)) throw new Fault("POLICY_ENDLESS", { policy: plugin.name, version: plugin.version });
  } finally {
    guard?.leave();
  }
  if (failure !== undefined) throw thrown(plugin.name, (failure as { readonly error: unknown }).error);
  const [first, second] = answers;
  invariant(first !== undefined && second !== undefined, "S7");
  if (first.position !== second.position || !sameBytes(first.state, second.state)) throw refuse(plugin.name, "it gave two answers to one question");
  return first;
}

/** A plug-in's scheduler. Its picks throw Fault POLICY_INVALID when it fails, POLICY_ENDLESS when it does not end. */
export function pluginScheduler(plugin: PolicyPlugin, ports: PluginPorts, from?: SchedulerSnapshot): Scheduler {
  const { name, version } = plugin;
  const policy: Policy<Uint8Array> = { name, version, initial: encoded(plugin.initial, name), pick: (ready, state) => ask(plugin, viewOf(ready, name), state, ports) };
  const inner = new PolicyScheduler(policy, from === undefined ? undefined : { ...from, state: encoded(from.state, name) });
  return {
    policy: inner.policy,
    readsFacts: true,
    get length() { return inner.length; },
    ready: (actor, facts) => { inner.ready(actor, facts); },
    pick: () => inner.pick(),
    pickActor: () => inner.pickActor(),
    snapshot() {
      const snapshot = inner.snapshot();
      return { ...snapshot, state: snapshot.state instanceof Uint8Array ? decoded(snapshot.state) : null };
    },
  };
}
