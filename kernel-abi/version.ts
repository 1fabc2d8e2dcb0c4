// ABI version, feature flags and the deterministic refusal of incompatible callers (052).
import { Fault } from "./fault.ts";

/** Bumped in its first number when a syscall, check order or handle rule changes meaning. */
export const ABI_VERSION = Object.freeze({ major: 1, minor: 0 } as const);
/** Format of the trace file (replay/FORMAT.md). */
export const FORMAT_VERSION = 1;
/** Everything that decides what a run does with the same inputs: scheduler, kernels' streams, cost tables. */
export const SEMANTICS_VERSION = 1;

/**
 * Ids are permanent; a flag is retired, never reused. Those in force stand in the trace header. `optional`: a trace from before it is
 * executed without it, as it was recorded.
 */
export const FLAGS = Object.freeze({
  sequentialSampling: { id: 1, since: "0.1.0", why: "measurement k of shot s draws u(s,k), whatever the backend or batching" },
  exitAtNextTick: { id: 2, since: "0.1.0", why: "a join sees an exit one tick after it, like any message" },
  placesForStrands: { id: 3, since: "0.2.0", optional: true, why: "a strand whose send or request has to wait holds a place it can select and give up; before, its whole process waited" },
  scopesCoverWork: { id: 4, since: "0.2.0", optional: true, why: "a scope that ends cancels timers and jobs started inside it, not its children alone" },
  resumeTellsLost: { id: 5, since: "0.2.0", optional: true, why: "resuming a process records, and tells it, which of its contracts ended while it was suspended" },
  resumeTellsCalibrations: { id: 6, since: "0.2.0", optional: true, why: "resuming a process records, and tells it, under which of its contracts the calibration ended while it was suspended" },
  inputsTakeDefaults: { id: 7, since: "0.2.0", optional: true, why: "what an input leaves out is what the schema of its process says, before it is checked and recorded" },
  guardsFailAsThrown: { id: 8, since: "0.2.0", optional: true, why: "what a machine's guard throws ends its process as what it is; before, as the words that a guard threw" },
  authorityAfterFaults: { id: 9, since: "0.2.0", optional: true, why: "a contract ends with the capability it was issued under; a freeze revokes its domain's capabilities and a thaw issues the root's anew; failed work counts towards a freeze whatever its fault" },
  overuseEndsContracts: { id: 10, since: "0.2.0", optional: true, why: "a job beyond its decoherence budget ends its contract, unless the policy says that it is refused and no more" },
  callsRefusedByForm: { id: 11, since: "0.2.0", optional: true, why: "a call to Q or Φ that is malformed is refused for what is wrong with the form it names, not for not being the first form there is" },
  eventsAreRefused: { id: 12, since: "0.2.0", optional: true, why: "a message a machine has no transition for stands in the record as refused; before, as a line of its log like any other" },
  declarationsChecked: { id: 13, since: "0.2.0", optional: true, why: "a mailbox, a priority and every option of a supervisor are checked where they are declared; before, a root had whatever it declared, and options nobody knows were passed over" },
  suspendedRequestsWait: { id: 14, since: "0.2.0", optional: true, why: "a request that waits for contracts is passed over while its process is suspended; before, it was refused when its turn came" },
  contractsEndWithAuthority: { id: 15, since: "0.2.0", optional: true, why: "a contract ends at the latest when the capability it is issued under expires, and its owner gives it back without any; before, it outlived it, and nobody could give it back" },
  scopesCoverContracts: { id: 16, since: "0.2.0", optional: true, why: "a scope or a deadline that ends otherwise than by returning gives back the contracts reserved inside it; before, they stayed taken until their process ended" },
  ambientByAnyWay: { id: 17, since: "0.2.0", optional: true, why: "what RegExp keeps of the last match is refused, as is what else is the host's by way of globalThis, and a refusal names the program's own line; before, a program read and wrote it, and the line could be this package's" },
  refusalsInFull: { id: 18, since: "0.2.0", optional: true, why: "whatever a call is given that it does not take is refused with the call, the argument, what came and what is taken, and a failure passed on names where it began; before, some threw what the engine throws, and messages grew with each level" },
  entriesReachInvoked: { id: 19, since: "0.2.0", optional: true, why: "what the entry of a machine's state sends to a child that the state itself invokes is the first mail the child finds, and a delayed one comes when it is due, or is for nobody once that child is stopped, in a kept state as well; before, it was refused as sent to nobody, and a kept one was for whoever had the name" },
  exitsHeard: { id: 20, since: "0.2.0", optional: true, why: "a supervisor that stops children waits until they have ended, and what ended by itself in the same tick is taken as that; before, it was reported as stopped, and started again although it had finished" },
  callsReadOnce: { id: 21, since: "0.2.0", optional: true, why: "what a call is given is read once, as the records and lists it consists of; before, getters in it were asked again at every stage, and could answer otherwise" },
  unrunRefused: { id: 22, since: "0.2.0", optional: true, why: "a program that was not run (yield* was forgotten) is refused as that wherever a handle or a value belongs; before, it was taken for a copy of a handle, and counted as one, or for a value without a name" },
  widerProviders: { id: 23, since: "0.2.0", optional: true, why: "state vectors of 27 qubits and tableaux of 16,384, every measurement mode that came with them, and noise; before, 26, 4,096, and bits, counts and expectation values alone" },
} as const);
export type FlagName = keyof typeof FLAGS;

export interface AbiOffer {
  readonly major: number;
  readonly minor: number;
  readonly flags: readonly string[];
}

/**
 * Accepts a caller built for this ABI or refuses it, by versions and flags alone.
 * @throws Fault ABI_INCOMPATIBLE: another major, a newer minor, or a flag this runtime does not have.
 */
export function negotiate(offer: AbiOffer): void {
  const speaks = `${ABI_VERSION.major}.${ABI_VERSION.minor}`;
  const asked = `${offer.major}.${offer.minor}`;
  if (offer.major !== ABI_VERSION.major || offer.minor > ABI_VERSION.minor) throw new Fault("ABI_INCOMPATIBLE", { asked, speaks });
  const flag = offer.flags.find((name) => !Object.hasOwn(FLAGS, name));
  if (flag !== undefined) throw new Fault("ABI_INCOMPATIBLE", { asked, speaks, flag });
}

/** Whether this runtime executes a run that goes by exactly these flags: its own in their order, but for optional ones. */
export function executes(flags: readonly string[]): boolean {
  const rows: Readonly<Record<string, { readonly id: number; readonly optional?: boolean }>> = FLAGS;
  const expected = Object.entries(rows).filter(([name, { optional = false }]) => !optional || flags.includes(name)).map(([name]) => name);
  return expected.length === flags.length && expected.every((name, at) => name === flags[at]);
}

export const CURRENT_OFFER: AbiOffer = Object.freeze({ ...ABI_VERSION, flags: Object.freeze(Object.keys(FLAGS)) });

/** Whether what a program declares is checked where it is declared; a run without flags is one of this version. */
export const declarationsChecked = (flags: ReadonlySet<string> | undefined): boolean => flags === undefined || flags.has("declarationsChecked" satisfies FlagName);

/** Whether a malformed call is refused for what is wrong with the form it names; a run without flags is one of this version. */
export const byForm = (flags: ReadonlySet<string> | undefined): boolean => flags === undefined || flags.has("callsRefusedByForm" satisfies FlagName);

/** Whether the ambient world is refused by whatever way it is reached, at the program's own line; a run without flags is one of this version. */
export const ambientByAnyWay = (flags: ReadonlySet<string> | undefined): boolean => flags === undefined || flags.has("ambientByAnyWay" satisfies FlagName);

/** Whether a refusal names the call, what came and what is taken, whatever was given; a run without flags is one of this version. */
export const refusedInFull = (flags: ReadonlySet<string> | undefined): boolean => flags === undefined || flags.has("refusalsInFull" satisfies FlagName);

/** Whether a program where a handle or a value belongs is told from either. */
export const tellsUnrun = (flags: ReadonlySet<string> | undefined): boolean => flags === undefined || flags.has("unrunRefused" satisfies FlagName);

/** Whether providers take what they take today; a run without flags is one of this version. */
export const widerProviders = (flags: ReadonlySet<string> | undefined): boolean => flags === undefined || flags.has("widerProviders" satisfies FlagName);

/** Whether records in calls are read once. */
export const readsOnce = (flags: ReadonlySet<string> | undefined): boolean => flags === undefined || flags.has("callsReadOnce" satisfies FlagName);
