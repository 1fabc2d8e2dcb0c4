// Divergence: where and how a replay left the recording, said so that a stranger can act on it (E3).
//   J57  A fault says of a body its size and digest, of a log too: faults travel, in messages, stacks, JSON and logs, and a body may carry
//        somebody's data. The members that differ stand beside the detail (`Divergence.members`), for whoever holds trace and program.
import { DOMAINS } from "../kernel-abi/domain.ts";
import { faultByCode, type FaultDetail } from "../kernel-abi/fault.ts";
import { entryName, EVENT, TURN_END, type Entry, type Frame } from "../kernel-abi/frame.ts";
import { sameBytes } from "../kernel-abi/canonical.ts";
import { digested } from "./entry/body.ts";
import { deliveryName } from "./entry/events.ts";
import type { ProcessNames } from "./entry/names.ts";
import { Divergence, type Member } from "./diverged.ts";
import { membersOf, membersOfBodies } from "./member.ts";

type Shown = string | number;
/** The first field in which two frames differ. */
export interface Difference {
  readonly field: string;
  readonly expected: Shown;
  readonly actual: Shown;
  /** Event within the frame, from 0. */
  readonly event: number;
  readonly cause: Cause;
  /** Of a body: what differs in it. */
  readonly members?: readonly Member[];
}

/** What usually stands behind a difference, by the kind of field. */
export const CAUSES = {
  order: "turns come in another order: the scheduling policy, a cost table or the semantics version is another",
  path: "the program went another way: it was changed, or it depends on something that is not recorded",
  value: "the program computed another value: it was changed, or it depends on something that is not recorded",
  judgement: "the kernel judged the call otherwise: capabilities, contracts, bounds or provider declarations differ",
  kernel: "the kernel recorded another fact: the semantics version or a provider declaration is another",
  outcome: "the outcome is another: another seed, another kernel, or it came from outside",
  missing: "the replay ended before the recording did",
  extra: "the recording ends here, the replay goes on",
} as const;
export type Cause = keyof typeof CAUSES;

/** The next step, by what stands behind it. `the program` gives way to a line of it where one is known. */
const FIXES: Readonly<Record<Cause, string>> = Object.freeze({
  order: "replay with the triad version that recorded (see `triad verify`), and with the recorded policy",
  path: "let the program's way depend on its input, messages, outcomes and k.random alone; look for state kept outside the process",
  value: "let the program's value follow from its input, messages, outcomes and k.random alone; look for state kept outside the process",
  judgement: "compare what the program may do and has reserved with the recording: `triad trace` lists both",
  kernel: "replay with the triad version that recorded (see `triad verify`)",
  outcome: "compare the two runs' seeds and providers: `triad diff` lists what decides them",
  missing: "look at the last event the program made: `triad trace` lists what was recorded behind it",
  extra: "look at what the program does after its recorded end",
});

type Field = readonly [name: string, expected: number, actual: number, show: (value: number) => Shown, cause: Cause];

const asIs = (value: number): number => value;
export const codeName = (code: number): string => entryName(code) ?? `#${code}`;
export const verdictName = (code: number): string => (code === 0 ? "OK" : faultByCode(code) ?? `#${code}`);
const domainName = (rank: number): string => DOMAINS[rank] ?? `#${rank}`;
const TURN_ENDS: readonly string[] = Object.keys(TURN_END);
export const endName = (kind: number): string => TURN_ENDS[kind] ?? `#${kind}`;

function firstOf(fields: readonly Field[], event: number): Difference | undefined {
  const found = fields.find(([, expected, actual]) => expected !== actual);
  if (found === undefined) return undefined;
  const [field, expected, actual, show, cause] = found;
  return { field, expected: show(expected), actual: show(actual), event, cause };
}

function ofEntry(expected: Entry, actual: Entry, name: string, event: number): Difference | undefined {
  const own = expected.code < 128;
  const found = firstOf([
    [`${name}.code`, expected.code, actual.code, codeName, own ? "path" : "kernel"],
    [`${name}.verdict`, expected.verdict, actual.verdict, verdictName, expected.code === EVENT.JOB_OUTCOME ? "outcome" : "judgement"],
    [`${name}.domain`, expected.domain, actual.domain, domainName, "path"],
    [`${name}.capability`, expected.capability, actual.capability, asIs, "judgement"],
    [`${name}.contract`, expected.contract, actual.contract, asIs, own ? "path" : "kernel"],
    [`${name}.subject`, expected.subject, actual.subject, asIs, own ? "path" : "kernel"],
  ], event);
  if (found !== undefined) return found;
  if (sameBytes(expected.body, actual.body)) return undefined;
  // The kernel records an intent, but what is in it, the circuit or the phases, is what the program asked for.
  const cause = expected.code === EVENT.JOB_OUTCOME ? "outcome" : own || expected.code === EVENT.JOB_INTENT ? "value" : "kernel";
  const field = `${name}.body`;
  return { field, expected: digested(expected.body), actual: digested(actual.body), event, cause, members: membersOf(field, expected, actual) };
}

function ofEntries(expected: readonly Entry[], actual: readonly Entry[], first: number): Difference | undefined {
  for (let at = 0; at < Math.max(expected.length, actual.length); at++) {
    const want = expected[at];
    const got = actual[at];
    const name = `entries[${at}]`;
    if (want === undefined || got === undefined) {
      const show = (entry: Entry | undefined): string => (entry === undefined ? "nothing" : codeName(entry.code));
      return { field: name, expected: show(want), actual: show(got), event: first + at, cause: "path" };
    }
    const difference = ofEntry(want, got, name, first + at);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** Processes by name; each side has its own. */
const ofWho = (field: string, expected: number, actual: number, names: ProcessNames, actualNames: ProcessNames): Difference | undefined =>
  (expected === actual ? undefined : { field, expected: names.of(expected).name, actual: actualNames.of(actual).name, event: 0, cause: "order" });

/** The first difference in the order in which the fields stand in a frame; undefined when the frames are equal. */
export function difference(expected: Frame, actual: Frame, names: ProcessNames, actualNames = names): Difference | undefined {
  if (expected.kind !== actual.kind) return { field: "kind", expected: expected.kind, actual: actual.kind, event: 0, cause: "order" };
  const common = firstOf([
    ["tick", expected.tick, actual.tick, asIs, "order"],
  ], 0) ?? ofWho("actor", expected.actor, actual.actor, names, actualNames);
  if (common !== undefined) return common;
  if (expected.kind === "kernel" || actual.kind === "kernel") return ofEntries(expected.entries, actual.entries, 0);
  const last = 1 + expected.entries.length;
  return firstOf([
    ["ready", expected.ready, actual.ready, asIs, "order"],
    ["delivery.kind", expected.delivery.kind, actual.delivery.kind, deliveryName, "order"],
  ], 0) ?? ofWho("delivery.from", expected.delivery.from, actual.delivery.from, names, actualNames) ?? firstOf([
    ["delivery.seq", expected.delivery.seq, actual.delivery.seq, asIs, "order"],
  ], 0) ?? ofEntries(expected.entries, actual.entries, 1) ?? firstOf([
    ["end.kind", expected.end.kind, actual.end.kind, endName, "path"],
    ["end.on", expected.end.on, actual.end.on, deliveryName, "path"],
    ["end.subject", expected.end.subject, actual.end.subject, asIs, "path"],
  ], last) ?? ofEnds(expected.end.body, actual.end.body, last);
}

const ofEnds = (expected: Uint8Array, actual: Uint8Array, event: number): Difference | undefined => (sameBytes(expected, actual) ? undefined
  : { field: "end.body", expected: digested(expected), actual: digested(actual), event, cause: "value", members: membersOfBodies("end.body", expected, actual) });

/** Names a whole frame, when the other side has none. */
export function frameName(frame: Frame | undefined): string {
  if (frame === undefined) return "nothing";
  if (frame.kind === "turn") return `turn (${deliveryName(frame.delivery.kind)})`;
  return frame.entries.map(({ code }) => codeName(code)).join(", ");
}

/** Where the recording stood when it was left. */
export interface Standpoint {
  /** Id of the frame's first event. */
  readonly event: number;
  readonly frame: number;
  readonly tick: number;
  readonly actor: string;
}

export const diverged = (at: Standpoint, { event, cause, members, ...rest }: Difference, more: FaultDetail = {}): Divergence =>
  new Divergence("REPLAY_DIVERGED", { ...at, event: at.event + event, ...rest, cause: CAUSES[cause], fix: FIXES[cause], ...more }, members);
