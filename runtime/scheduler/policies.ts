// The policies there are, and how one is chosen: by name, by name with parameters, or by handing over a plug-in.
// They never see payloads, outcomes or anything of the host (hybrid-runtime section 9, row 2).
import { Fault } from "../../kernel-abi/fault.ts";
import type { Observer } from "../../kernel-abi/ports.ts";
import type { BuiltInPolicy, PolicyParameters } from "./built-in.ts";
import { COOPERATIVE } from "./cooperative.ts";
import { DOMAIN_FAIR } from "./domain-fair.ts";
import { looksLikePlugin, pluginOf, pluginScheduler, type PluginPorts, type PolicyPlugin } from "./plugin.ts";
import { PRIORITY_POLICY } from "./priority.ts";
import { PROGRESS_AWARE } from "./progress-aware.ts";
import { ROUND_ROBIN } from "./round-robin.ts";
import type { PolicyIdentity, Scheduler, SchedulerSnapshot } from "./scheduler.ts";
import { watched } from "./watched.ts";

export const POLICY_NAMES = Object.freeze(["cooperative", "round-robin", "priority", "progress-aware", "domain-fair"] as const);
export type PolicyName = (typeof POLICY_NAMES)[number];

/** A built-in policy with some of its parameters. */
export interface PolicySetting {
  readonly name: PolicyName;
  readonly parameters?: PolicyParameters;
}

export type PolicyChoice = PolicyName | PolicySetting | PolicyPlugin;

/** A choice, judged. */
export interface ChosenPolicy extends PolicyIdentity {
  /** All of them, in force. */
  readonly parameters: PolicyParameters;
  /** Whether a header has to state them: not where all are the built-in policy's defaults. */
  readonly stated: boolean;
  /** What a digest has to cover beyond name, version and stated parameters. */
  readonly plugin: Pick<PolicyPlugin, "source" | "initial"> | undefined;
  scheduler(ports?: SchedulerPorts, from?: SchedulerSnapshot): Scheduler;
}

export interface SchedulerPorts extends PluginPorts {
  readonly observer?: Pick<Observer, "pick"> | undefined;
}

/** The parameters of a built-in policy, completed. @throws Fault USAGE */
function completed<P extends PolicyParameters>(policy: BuiltInPolicy<P>, given: PolicyParameters): P {
  const rows = Object.entries(policy.parameters);
  const known = rows.map(([name, { min, max }]) => `${name}=${min}..${max}`).join(", ");
  for (const [name, value] of Object.entries(given)) {
    const parameter = Object.hasOwn(policy.parameters, name) ? policy.parameters[name] : undefined;
    const fits = parameter !== undefined && Number.isSafeInteger(value) && !Object.is(value, -0) && value >= parameter.min && value <= parameter.max;
    if (!fits) throw new Fault("USAGE", { policy: policy.name, parameter: name, value: String(value).slice(0, 80), allowed: known === "" ? "no parameters" : known });
  }
  return Object.fromEntries(rows.map(([name, row]) => [name, given[name] ?? row.default])) as P; // every name of P, by construction of the rows
}

function builtIn<P extends PolicyParameters>(policy: BuiltInPolicy<P>, given: PolicyParameters): ChosenPolicy {
  const parameters = Object.freeze(completed(policy, given));
  const stated = Object.entries(parameters).some(([name, value]) => value !== policy.parameters[name]?.default);
  const { name, version } = policy;
  return { name, version, parameters, stated, plugin: undefined, scheduler: (ports, from) => watched(policy.scheduler(parameters, from), ports?.observer) };
}

function setting(name: PolicyName, given: PolicyParameters): ChosenPolicy {
  switch (name) {
    case "cooperative": return builtIn(COOPERATIVE, given);
    case "round-robin": return builtIn(ROUND_ROBIN, given);
    case "priority": return builtIn(PRIORITY_POLICY, given);
    case "progress-aware": return builtIn(PROGRESS_AWARE, given);
    case "domain-fair": return builtIn(DOMAIN_FAIR, given);
  }
}

function plugged(value: unknown): ChosenPolicy {
  const plugin = pluginOf(value);
  const { name, version, parameters } = plugin;
  if (isPolicyName(name)) throw new Fault("POLICY_INVALID", { policy: name, why: "a built-in policy has this name" });
  return {
    name, version, parameters, stated: Object.keys(parameters).length > 0, plugin,
    scheduler: (ports = {}, from) => watched(pluginScheduler(plugin, ports, from), ports.observer),
  };
}

export const isPolicyName = (name: string): name is PolicyName => POLICY_NAMES.some((known) => known === name);

/** @throws Fault USAGE when there is no such policy. */
export function policyName(name: unknown): PolicyName {
  if (typeof name === "string" && isPolicyName(name)) return name;
  throw new Fault("USAGE", { policy: typeof name === "string" ? name.slice(0, 80) : typeof name, known: POLICY_NAMES.join(", ") });
}

/** Built-in policies as they are without parameters: most runs choose one. */
const PLAIN = new Map<PolicyName, ChosenPolicy>();

function plain(name: PolicyName): ChosenPolicy {
  let policy = PLAIN.get(name);
  if (policy === undefined) PLAIN.set(name, policy = Object.freeze(setting(name, {})));
  return policy;
}

/**
 * Judges a choice of policy.
 * @throws Fault USAGE for an unknown name or parameter; POLICY_INVALID for a plug-in that cannot be one.
 */
export function choosePolicy(choice: PolicyChoice): ChosenPolicy {
  if (typeof choice !== "object" || (choice as unknown) === null) return plain(policyName(choice)); // callers may be untyped
  return looksLikePlugin(choice) ? plugged(choice) : setting(policyName(choice.name), "parameters" in choice ? choice.parameters ?? {} : {});
}

/** `priority`, or `priority:agingQuantum=4,…`. @throws Fault USAGE */
export function parsePolicy(text: string): PolicySetting {
  const [name = "", list] = text.split(/:(.*)/s);
  const parameters: Record<string, number> = {};
  for (const part of list === undefined ? [] : list.split(",")) {
    const [, key, value] = /^([A-Za-z]\w*)=(\d{1,16})$/.exec(part) ?? [];
    if (key === undefined || Object.hasOwn(parameters, key)) throw new Fault("USAGE", { policy: name.slice(0, 80), parameter: part.slice(0, 80), allowed: "NAME=INTEGER, each once, joined by commas" });
    parameters[key] = Number(value);
  }
  const chosen = { name: policyName(name), parameters };
  choosePolicy(chosen);
  return chosen;
}

export const schedulerWith = (choice: PolicyChoice, ports: SchedulerPorts = {}, from?: SchedulerSnapshot): Scheduler => choosePolicy(choice).scheduler(ports, from);
