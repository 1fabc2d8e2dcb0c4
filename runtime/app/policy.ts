// Scheduling policies between a caller, a header and the machine: what a header says of a policy, and which policy a header means.
// A plug-in comes with the root's definition (`defineProcess({ policy })`), which a trace embeds with the program, or from the caller,
// who then hands it over again at replay. In both cases its digest must be the recorded one.
import { canonicalJson, toHex } from "../../kernel-abi/canonical.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import type { Header } from "../../kernel-abi/header.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import { sha256 } from "../adapters/sha256.ts";
import { choosePolicy, isPolicyName, type PolicyChoice } from "../scheduler/policies.ts";
import { looksLikePlugin, pluginOf, type PolicyPlugin } from "../scheduler/plugin.ts";

/** What a header says of a policy. @throws Fault USAGE | POLICY_INVALID */
export function policyHeader(choice: PolicyChoice): Header["policy"] {
  const { name, version, parameters, stated, plugin } = choosePolicy(choice);
  const said = { name, version, ...(stated ? { parameters: { ...parameters } } : {}) };
  const digested = plugin === undefined ? said : { ...said, source: plugin.source, initial: plugin.initial };
  return { ...said, digest: toHex(sha256(canonicalJson(digested))) };
}

/** The plug-in among the choices, if it is one. */
export const pluginAmong = (choice: PolicyChoice | undefined): PolicyPlugin | undefined =>
  (typeof choice === "object" && looksLikePlugin(choice) ? pluginOf(choice) : undefined);

/** The policy a root's definition carries for runs of its own. @throws Fault POLICY_INVALID */
export const rootPolicy = (root: Behaviour): PolicyPlugin | undefined =>
  ("policy" in root && root.policy !== undefined ? pluginOf(root.policy) : undefined);

/**
 * The policy a header means: a built-in one with the parameters stated, or the plug-in given, when it is the one that was recorded.
 * @throws Fault POLICY_INVALID when it is not built in and the plug-in is missing or another; TRACE_VERSION when this runtime has no such parameters.
 */
export function recordedPolicy({ policy: { name, parameters, digest } }: Header, plugin: PolicyPlugin | undefined): PolicyChoice {
  if (isPolicyName(name)) return builtInAsRecorded({ name, ...(parameters === undefined ? {} : { parameters }) });
  if (plugin === undefined) throw new Fault("POLICY_INVALID", { policy: name, why: "it is not built in: hand over the policy that was recorded" });
  const given = policyHeader(plugin).digest;
  if (given !== digest) throw new Fault("POLICY_INVALID", { policy: name, why: "the policy given is not the one that was recorded", given: plugin.name, digest: given, recorded: digest });
  return plugin;
}

function builtInAsRecorded(setting: PolicyChoice): PolicyChoice {
  try {
    choosePolicy(setting);
    return setting;
  } catch (cause) {
    throw new Fault("TRACE_VERSION", { differs: "policy" }, { cause });
  }
}
