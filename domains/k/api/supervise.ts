// Supervision: a program that keeps children running, as Erlang/OTP's supervisors do (OTP Design Principles, supervisor behaviour).
// Made of spawn, tether, select, stop and sleep alone; time is ticks. A supervisor is a process like any other, so supervisors nest.
import { malformed } from "../../../kernel-abi/calls.ts";
import { escalated } from "../../../kernel-abi/cause.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { ProcessId } from "../../../kernel-abi/ids.ts";
import type { Arm, Child, ExitReason, ProcessDefinition, Program } from "../../../kernel-abi/operation.ts";
import { inForce, unreadable } from "./given.ts";
import { k, spawned, type SpawnOptions } from "./operations.ts";

/** Which children are started again when one has to be: it alone, all of them, or it and those after it. */
export type Strategy = "one-for-one" | "one-for-all" | "rest-for-one";
/** When a child is started again: always, when it did not finish, never. With a sibling too, unless it had ended by itself for good by then. */
export type Restart = "permanent" | "transient" | "temporary";

export interface ChildSpec {
  /** Its name among its siblings. */
  readonly id: string;
  readonly start: ProcessDefinition<never, unknown> | ProcessDefinition<undefined, unknown>;
  readonly input?: unknown;
  readonly restart?: Restart;
  readonly options?: SpawnOptions;
}

export interface SupervisionSpec {
  readonly strategy: Strategy;
  /** More than `restarts` within `within` ticks is too many: the supervisor stops its children and fails. Default 3 in 1,000. */
  readonly intensity?: { readonly restarts: number; readonly within: number };
  /** Ticks between a failure and the restart. Default 0. */
  readonly pause?: number;
  readonly children: readonly ChildSpec[];
}

/** How each child ended for good, by id. */
export type SupervisionReport = Readonly<Record<string, ExitReason>>;

interface Row {
  readonly spec: ChildSpec;
  child: Child<unknown> | undefined;
}
type Running = Row & { readonly child: Child<unknown> };

const DEFAULT_INTENSITY = Object.freeze({ restarts: 3, within: 1_000 });

const STRATEGIES: readonly unknown[] = ["one-for-one", "one-for-all", "rest-for-one"] satisfies readonly Strategy[];
const RESTARTS: readonly unknown[] = ["permanent", "transient", "temporary"] satisfies readonly Restart[];
const FIELDS = ["strategy", "intensity", "pause", "children"] satisfies readonly (keyof SupervisionSpec)[];
const CHILD_FIELDS = ["id", "start", "input", "restart", "options"] satisfies readonly (keyof ChildSpec)[];

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);
const count = (value: unknown, least: number): boolean => typeof value === "number" && Number.isSafeInteger(value) && value >= least;

const FORM = "supervise({ strategy, children, intensity?, pause? })";

const refuse = (argument: string, allowed: string, given: unknown): never => { throw malformed(FORM, { argument, given: [given], allowed }); };

/** A misspelt option would go unnoticed. */
function checkFields(given: Readonly<Record<string, unknown>>, fields: readonly string[], of: string): void {
  const strange = Object.keys(given).find((name) => !fields.includes(name));
  if (strange !== undefined) refuse(`${of}${strange}`, fields.join(", "), given[strange]);
}

function checkChild(child: unknown, at: number): void {
  const of = `children[${at}]`;
  if (!isRecord(child)) return refuse(of, `{ ${CHILD_FIELDS.join(", ")} }`, child);
  const { id, start, restart = "permanent", options = {} } = child;
  checkFields(child, CHILD_FIELDS, `${of}.`);
  if (typeof id !== "string" || id === "") refuse(`${of}.id`, "a text that is not empty", id);
  if (!isRecord(start)) refuse(`${of}.start`, "what defineProcess returns", start);
  if (!RESTARTS.includes(restart)) refuse(`${of}.restart`, RESTARTS.join(", "), restart);
  if (!isRecord(options)) refuse(`${of}.options`, "a record of spawn options", options);
}

/** Given by programs: nothing of it is taken on trust. @throws Fault ABI_MALFORMED */
function check(spec: unknown): void {
  if (!isRecord(spec)) return refuse("supervise", `{ ${FIELDS.join(", ")} }`, spec);
  const { strategy, intensity = DEFAULT_INTENSITY, pause = 0, children } = spec;
  checkFields(spec, FIELDS, "");
  if (!STRATEGIES.includes(strategy)) refuse("strategy", STRATEGIES.join(", "), strategy);
  if (!isRecord(intensity) || !count(intensity["restarts"], 0) || !count(intensity["within"], 1)) return refuse("intensity", "{ restarts: from 0, within: ticks from 1 }", intensity);
  checkFields(intensity, ["restarts", "within"], "intensity.");
  if (!count(pause, 0)) refuse("pause", "ticks from 0", pause);
  const ids = (list: readonly unknown[]): number => new Set(list.map((child) => (isRecord(child) ? child["id"] : child))).size;
  if (!Array.isArray(children) || children.length === 0 || ids(children) !== children.length) return refuse("children", "at least one, each with an id of its own", children);
  children.forEach(checkChild);
}

/** All that was looked at before `declarationsChecked`. @throws Fault ABI_MALFORMED, and whatever reading the specification throws */
function checkAsBefore({ strategy, intensity = DEFAULT_INTENSITY, pause = 0, children }: SupervisionSpec): void {
  if (!STRATEGIES.includes(strategy)) refuse("strategy", STRATEGIES.join(", "), strategy);
  if (!count(intensity.restarts, 0) || !count(intensity.within, 1)) refuse("intensity", "{ restarts: from 0, within: ticks from 1 }", intensity);
  if (!count(pause, 0)) refuse("pause", "ticks from 0", pause);
  if (children.length === 0 || new Set(children.map(({ id }) => id)).size !== children.length) refuse("children", "at least one, each with an id of its own", children);
}

/** A refusal as it was told before `refusalsInFull`. */
function asBefore(error: unknown): unknown {
  if (!(error instanceof Fault)) return error;
  const { argument = "", allowed = "" } = error.detail;
  return new Fault("ABI_MALFORMED", { argument, allowed });
}

/** @throws Fault ABI_MALFORMED; in a run recorded before `declarationsChecked`, what was thrown then */
function* checkedSpec(spec: SupervisionSpec): Program<void> {
  try {
    check(spec);
  } catch (error) {
    if (yield* inForce("declarationsChecked")) throw (yield* inForce("refusalsInFull")) ? unreadable(FORM, error) : asBefore(error);
    try {
      checkAsBefore(spec);
    } catch (earlier) {
      throw asBefore(earlier);
    }
  }
}

/** Whether a child that ended so is started again; one that has not ended is not. */
const wantsRestart = ({ restart = "permanent" }: ChildSpec, end: ExitReason | undefined): boolean =>
  end !== undefined && (restart === "permanent" || (restart === "transient" && end.kind !== "finished"));

function* start(row: Row): Program<void> {
  row.child = yield* spawned(row.spec.start as ProcessDefinition<unknown, unknown>, row.spec.input, row.spec.options);
  yield* k.tether(row.child); // a supervisor that fails takes its turn's effects back, and with them what it stopped
}

/** Stops what still runs, the last one first. */
function* stopAll(rows: readonly Row[], reason: string): Program<void> {
  for (const row of rows.toReversed()) {
    const { child } = row;
    row.child = undefined;
    if (child !== undefined) yield* k.stop(child, reason);
  }
}

/** Those that are stopped with `row`. */
const affected = (rows: readonly Row[], row: Row, strategy: Strategy): readonly Row[] =>
  (strategy === "one-for-one" ? [row] : strategy === "one-for-all" ? rows : rows.slice(rows.indexOf(row)));

const runs = (row: Row): row is Running => row.child !== undefined;

/**
 * Stops `rows` and gives how each ended: as it did, where that was by itself, in the same tick, and nobody had heard of it yet.
 * So it waits for what it stops, as OTP's supervisors do. Before `exitsHeard` it took all of them for stopped.
 */
function* endOf(rows: readonly Running[], why: string): Program<ReadonlyMap<Row, ExitReason>> {
  const stopped = rows.map(({ child }) => child);
  yield* stopAll(rows, why);
  const ends = new Map<Row, ExitReason>(rows.map((row) => [row, { kind: "stopped", reason: why }]));
  if (rows.length === 0 || !(yield* inForce("exitsHeard"))) return ends;
  for (const [at, row] of rows.entries()) ends.set(row, yield* k.exitOf(stopped[at] as Child<unknown>));
  return ends;
}

/**
 * Starts the children in order and keeps them running until none is to be started again; gives how each ended.
 * @throws Fault SUPERVISION_ESCALATED when they fail too often (its parent decides then), ABI_MALFORMED for a bad specification
 */
export function* supervise(spec: SupervisionSpec): Program<SupervisionReport> {
  yield* checkedSpec(spec);
  const { strategy, intensity = DEFAULT_INTENSITY, pause = 0 } = spec;
  const rows: readonly Row[] = spec.children.map((child) => ({ spec: child, child: undefined }));
  const report: Record<string, ExitReason> = {};
  const restarts: number[] = [];
  try {
    for (const row of rows) yield* start(row);
    for (let running = rows.filter(runs); running.length > 0; running = rows.filter(runs)) {
      const { arm, value } = yield* k.select(running.map(({ child }): Arm => ({ on: "exit", process: child.process })));
      const row = running[arm] as Row;
      const reason = value as ExitReason;
      row.child = undefined;
      report[row.spec.id] = reason;
      if (!wantsRestart(row.spec, reason)) continue;
      yield* admitRestart(row, reason, restarts, intensity);
      const ends = yield* endOf(affected(rows, row, strategy).filter(runs), `restarted with ${row.spec.id}`);
      const again = rows.filter((other) => other === row || wantsRestart(other.spec, ends.get(other)));
      for (const [other, end] of ends) if (!wantsRestart(other.spec, end)) report[other.spec.id] = end;
      if (pause > 0) yield* k.sleep(pause);
      for (const other of again) yield* start(other);
    }
    return report;
  } finally {
    yield* stopAll(rows, "its supervisor ended");
  }
}

/** Counts a restart. @throws Fault SUPERVISION_ESCALATED */
function* admitRestart({ spec }: Row, reason: ExitReason, restarts: number[], { restarts: most, within }: { readonly restarts: number; readonly within: number }): Program<void> {
  const now = yield* k.now();
  restarts.push(now);
  while ((restarts[0] ?? now) <= now - within) restarts.shift();
  if (restarts.length <= most) return;
  const last = reason.kind === "failed" && (yield* inForce("refusalsInFull")) ? escalated(spec.id, reason.fault) : { last: describe(reason) };
  throw new Fault("SUPERVISION_ESCALATED", { child: spec.id, restarts: most, within, ...last });
}

function describe(reason: ExitReason): string {
  switch (reason.kind) {
    case "finished": return "finished";
    case "failed": return `${reason.fault.name}: ${reason.fault.message}`.slice(0, 300);
    case "stopped": return `stopped: ${reason.reason}`;
    case "linked": return `ended with process ${String(reason.process satisfies ProcessId)}`;
  }
}

