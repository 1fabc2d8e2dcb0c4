// Execution: one description of a run → the machine, wired. Recording, replay and reproduction all come through here; what
// differs is the journal and where outcomes come from (E3: the same code path).
import { VERBS, type VerbName } from "../../kernel-abi/capability.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { parseFaultScript, parseRecovery } from "../../kernel-abi/injection.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import type { Header, InputsSection } from "../../kernel-abi/header.ts";
import type { Tick } from "../../kernel-abi/ids.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import type { Journal, Keeper, Observer, Outcomes, Recording, RunEnd, RunMachine, RunPause, Sealer, TakenUp } from "../../kernel-abi/ports.ts";
import { seededRandom } from "../../domains/k/random.ts";
import { createAmbientGuard } from "../adapters/ambient.ts";
import { sha256 } from "../adapters/sha256.ts";
import { createWatchdog } from "../adapters/watchdog.ts";
import { runContext, type ContextReport } from "../context/context.ts";
import { drive, type DriveOptions } from "../context/driver.ts";
import { isolated } from "../../telemetry/observer.ts";
import type { MachineConfig } from "../kernel/machine.ts";
import type { PolicyChoice } from "../scheduler/policies.ts";
import type { PolicyPlugin } from "../scheduler/plugin.ts";
import { loadedOf } from "./definitions.ts";
import { builtAs, checkRuntime, createAdmissions, type Admissions } from "./header.ts";
import { recordedPolicy, rootPolicy } from "./policy.ts";
import { ambientOf } from "./program/load.ts";

export interface Execution {
  readonly recording: Recording;
  readonly root: Behaviour;
  readonly journal: Journal;
  readonly outcomes: Outcomes;
  readonly observer?: Observer | undefined;
  readonly until?: Tick | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The plug-in the header means, when it is neither built in nor the root's. */
  readonly policy?: PolicyPlugin | undefined;
  /** Who keeps what the run has come to. */
  readonly keeper?: Keeper | undefined;
  /** What the run was when it was put down: it goes on from there. */
  readonly from?: TakenUp | undefined;
}

/** What the machine is told of a run besides where its frames go. */
export interface Described {
  readonly header: Header;
  readonly inputs: InputsSection;
  readonly root: Behaviour;
  readonly admissions: Admissions;
  readonly policy: PolicyChoice;
}

/** @throws Fault TRACE_VERSION for what this runtime has no name for */
export const machineConfig = ({ header, inputs, root, admissions, policy }: Described): MachineConfig => ({
  seed: header.seed, bounds: header.bounds, policy, allow: verbs(header.allow), admissions, root, input: inputs.input, files: inputs.files,
  flags: header.abi.flags, mailboxBound: LIMITS.mailbox_depth_max, node: header.node, vhm: header.vhm, slice: header.slice,
  faults: header.faults === undefined ? undefined : parseFaultScript(header.faults), reseeds: header.reseeds, recovery: header.recovery === undefined ? undefined : parseRecovery(header.recovery),
  definitions: loadedOf(root)?.definitions,
});

const isVerb = (name: string): name is VerbName => VERBS.some((verb) => verb === name);

function verbs(names: readonly string[]): readonly VerbName[] {
  return names.map((name) => {
    if (!isVerb(name)) throw new Fault("TRACE_VERSION", { differs: "allow", verb: name });
    return name;
  });
}

/** Wires a run's description to the machine and hands it to `use`, with the ambient traps in for as long as that takes. */
async function wired<R>({ recording, root, journal, outcomes, observer = {}, signal, policy: plugin, keeper, from }: Execution, use: (options: DriveOptions) => Promise<R>): Promise<R> {
  const { header, program, inputs } = recording;
  const admissions = createAdmissions(header.abi.flags);
  const policy = recordedPolicy(header, plugin ?? rootPolicy(root));
  checkRuntime(header, admissions, policy);
  const guard = createAmbientGuard(ambientOf(program, header.abi.flags));
  const uninstall = guard.install();
  try {
    return await use({
      config: machineConfig({ header, inputs, root, admissions: builtAs(header, admissions), policy }),
      ports: { sha256, random: seededRandom, journal, guard, observer: isolated(observer), watchdog: createWatchdog(), keeper },
      outcomes, signal, from,
    });
  } finally {
    loadedOf(root)?.modules.leave();
    uninstall();
  }
}

/** @throws Fault TRACE_VERSION when this runtime would decide otherwise than the recording one did; whatever `drive` throws. */
export const execute = (execution: Execution): Promise<RunEnd | RunPause> => wired(execution, (options) => drive({ ...options, until: execution.until }));

/** Runs to the end and seals it. @throws as `execute` */
export const executeAndSeal = <R>(execution: Omit<Execution, "until">, sealer: Sealer<R>): Promise<ContextReport<R>> =>
  wired(execution, (options) => runContext(options, sealer));

/** The RunMachine port for replay/: drives this machine with the root given, or with what the program section holds. */
export const runMachine = (root: Behaviour, options: Pick<Execution, "observer" | "signal" | "policy"> = {}): RunMachine => ({
  run: (request) => execute({ ...options, ...request, root }),
});
