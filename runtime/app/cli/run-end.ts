// The end of a run, of a replay or of a reproduction, for people and for machines.
import type { FaultJson } from "../../../kernel-abi/fault.ts";
import type { RunEnd, RunPause, WaitEdge } from "../../../kernel-abi/ports.ts";
import { printFault, type Facts } from "./output.ts";
import { table } from "./table.ts";
import type { Io, Paint } from "./terminal.ts";
import { plural, prettyJson, printable, toJson } from "./values.ts";

/** An uncaught error of a program: where, and in the engine's words, which are not part of the record. */
export interface Uncaught {
  readonly process: string;
  /** FILE:LINE of the program's source. */
  readonly place: string | null;
  readonly said: string;
}

export const endJson = ({ status, result, fault, tick, turns, messages, shots, waits, failures }: RunEnd): Readonly<Record<string, unknown>> =>
  ({ outcome: status, result: toJson(result), ticks: tick, turns, messages, shots, fault, failures, waits });

const counted = ({ tick, turns, messages, shots }: RunEnd): string =>
  [plural(tick, "tick"), plural(turns, "turn"), plural(messages, "message"), plural(shots, "shot")].join(", ");

export const endFacts = (end: RunEnd): Facts => [
  end.status === "completed" ? ["result", prettyJson(toJson(end.result))] : undefined,
  ["used", counted(end)],
];

const painted = (status: RunEnd["status"], { good, warn, bad }: Paint): string =>
  (status === "completed" ? good(status) : status === "bounded" ? warn(status) : bad(status));

const edge = ({ process, on, target }: WaitEdge): string => `${process} waits for ${on}${target === null ? "" : ` of ${target}`}`;

/** The engine's words say more than the record only where the record leaves them out. */
const uncaughtFacts = (uncaught: readonly Uncaught[], process: string, fault: FaultJson | null): Facts =>
  uncaught.filter((error) => fault !== null && error.process === process).flatMap(({ place, said }): Facts => [
    place === null ? undefined : ["place", printable(place)],
    fault?.name !== "PROCESS_FAILED" || "message" in fault.detail ? undefined : ["said", printable(said)],
  ]);

/**
 * Failures a fault came of: of the processes it names and of those between. A supervisor knows its children by ids of its own: the last that
 * failed of what it says then. Where a run is stuck, whoever failed may be the one the others wait for.
 */
function chainOf(uncaught: readonly Uncaught[], { name, detail: { process, from, cause } }: FaultJson): readonly Uncaught[] {
  if (name === "RUN_STUCK") return uncaught;
  const named = uncaught.filter((error) => error.process === process || error.process === from || String(from ?? "").startsWith(`${error.process}/`));
  if (name !== "SUPERVISION_ESCALATED" || named.some((error) => error.process === from)) return named;
  const last = uncaught.findLast(({ process: failed, said }) => failed !== "root" && said.startsWith(`${String(cause)}: `));
  return last === undefined ? named : [...named, last];
}

/** Failures of processes that somebody joined: what the fault of the one above only names. */
const beneath = (uncaught: readonly Uncaught[], failures: RunEnd["failures"], fault: FaultJson): Facts =>
  chainOf(uncaught, fault).filter(({ process }) => process !== "root" && !failures.some((failure) => failure.process === process))
    .map(({ process, place, said }): readonly [string, string] => ["beneath", printable(`${process}${place === null ? "" : ` at ${place}`}: ${said}`)]);

/** How to give a run more of what it ran out of. */
const raise = ({ name, detail }: FaultJson): { readonly next?: string } =>
  (name === "RUN_BOUNDED" ? { next: `Raise it with --bounds ${String(detail["bound"])}=N, or give the program less to do.` } : {});

/** The outcome on stdout, its reasons on stderr: the fault, the wait-for graph, and every failure nobody asked about. */
export function printEnd({ out, err }: Io, name: string, { status, fault, waits, failures }: RunEnd, uncaught: readonly Uncaught[]): void {
  out.print(`${painted(status, out.paint)}  ${printable(name)}`);
  const waiting: Facts = waits.map((one): readonly [string, string] => ["who", printable(edge(one))]);
  if (fault !== null) printFault(err, fault, { ...raise(fault), more: [...uncaughtFacts(uncaught, "root", fault), ...beneath(uncaught, failures, fault), ...waiting] });
  for (const failure of failures) printFailure(err, failure, uncaught);
}

function printFailure(err: Io["err"], { process, fault }: { readonly process: string; readonly fault: FaultJson }, uncaught: readonly Uncaught[]): void {
  printFault(err, fault, { kind: "warning", more: [["note", `nobody joined ${printable(process)}, so nobody was told`], ...uncaughtFacts(uncaught, process, fault)] });
}

/** Why a recorded run did not complete, as facts: in a replay they are data, not an error. */
export const reasonFacts = ({ fault, waits, failures }: RunEnd, uncaught: readonly Uncaught[]): Facts => [
  ...(fault === null ? [] : [["fault", printable(`${fault.name} ${fault.code}: ${fault.message}`)] as const]),
  ...uncaughtFacts(uncaught, "root", fault),
  ...waits.map((one) => ["who", printable(edge(one))] as const),
  ...failures.flatMap((failure): Facts => [
    ["failed", printable(`${failure.process}: ${failure.fault.name} ${failure.fault.code}: ${failure.fault.message}`)],
    ...uncaughtFacts(uncaught, failure.process, failure.fault),
  ]),
];

/** What every process of a paused replay is doing. */
export async function printPause({ out }: Io, { processes }: RunPause): Promise<void> {
  const rows = processes.map(({ name, state, waitsFor, inbox }) => [printable(name), state, waitsFor ?? "-", String(inbox)]);
  await out.flow(table([{ title: "process" }, { title: "state" }, { title: "waits for" }, { title: "inbox", align: "right" }], rows, out.width, out.paint.dim));
}
