// Sites: which line of a program did what. Only a replay that has diverged pays for this: it is run once more with the probe on, up
// to the same frame, so that the report can name a line (E3). What differs is a call, how the turn ended, or what it threw. So does a run
// in which a process failed by what the kernel refused it.
import type { Fault } from "../../kernel-abi/fault.ts";
import { EVENT, TURN_END, type Frame, type TurnFrame } from "../../kernel-abi/frame.ts";
import type { Operation } from "../../kernel-abi/operation.ts";
import type { Journal } from "../../kernel-abi/ports.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { bodyOf, field } from "../../replay/entry/body.ts";
import { callersOf, PROGRAM_SCRIPT, type SourceSite } from "../adapters/source-site.ts";

/** What the programs did in the turn being stepped. Programs are stepped one at a time, so one of these serves. */
interface Watch {
  readonly operations: Operation[];
  thrown: { readonly error: unknown } | undefined;
}

/** Undefined while nobody asks. */
let watch: Watch | undefined;
/** Where an operation was made: the call of `k`, `q` or `phi` that yields it, and where the body was meanwhile, if that is elsewhere. */
interface Made {
  readonly site: SourceSite;
  readonly body: SourceSite;
}
let sites = new WeakMap<Operation, Made>();
/** Where the call was made that was answered with a fault. */
let refusals = new WeakMap<object, Made>();

type Body = Generator<Operation, unknown, unknown>;
type Constructor = (...args: readonly never[]) => Body;

/** Delegates to a generator and tells what it yields, is refused and throws. */
function* told(body: Body, yields: (operation: Operation) => void, throws: (error: unknown) => void, refused: (fault: unknown) => void = ignore): Body {
  let over = false;
  try {
    for (let step = body.next(); ;) {
      if (step.done === true) {
        over = true;
        return step.value;
      }
      yields(step.value);
      let answer: unknown;
      try {
        answer = yield step.value;
      } catch (fault) {
        refused(fault);
        step = body.throw(fault);
        continue;
      }
      step = body.next(answer);
    }
  } catch (error) {
    over = true;
    throws(error);
    throw error;
  } finally {
    if (!over) body.return(undefined);
  }
}

const isObject = (value: unknown): value is Operation => typeof value === "object" && value !== null;
const ignore = (): void => undefined;
const isConstructor = (value: unknown): value is Constructor => typeof value === "function";

/** The innermost place, and the outermost one of the program: what delegates to a generator is on the stack beneath it. */
function madeBy(frames: readonly SourceSite[]): Made | undefined {
  const [site] = frames;
  return site === undefined ? undefined : { site, body: frames.findLast(({ file }) => file === PROGRAM_SCRIPT) ?? site };
}

/** The same API; while a place is looked for it notes the call site of every operation. Whoever imports one has it before anybody looks. */
export function watchable<T extends object>(api: T): T {
  const probe = (call: Constructor): Constructor => {
    const caller: Constructor = (...args) => {
      const made = watch === undefined ? undefined : madeBy(callersOf(caller, 0));
      if (made === undefined) return call(...args);
      return told(call(...args), (operation) => { if (isObject(operation)) sites.set(operation, made); }, ignore, (fault) => { if (isObject(fault)) refusals.set(fault, made); });
    };
    return caller;
  };
  return Object.fromEntries(Object.entries(api).map(([name, member]) => [name, isConstructor(member) ? probe(member) : member])) as T;
}

/** The APIs a program is activated with: as they are, unless a place is looked for. */
export const apisFor = <T extends Readonly<Record<string, object>>>(apis: T): T =>
  (watch === undefined ? apis : Object.fromEntries(Object.entries(apis).map(([name, api]) => [name, watchable(api)])) as T);

/** A program's body: as it is, unless a divergence is being located. */
export const bodyFor = (body: Body): Body =>
  (watch === undefined ? body : told(body, (operation) => watch?.operations.push(operation), (error) => { if (watch !== undefined) watch.thrown = { error }; }));

// ---- from a field that differs to an operation --------------------------------------------------------------------------

/** Operations that leave no entry; others leave one each, unless the turn ends with them. */
const UNRECORDED: ReadonlySet<unknown> = new Set<Operation["op"]>(["now", "self", "parent", "file", "random", "in-force", "lost", "uncalibrated"]);
/** Syscalls the kernel records on its own behalf, not a program's. */
const KERNEL_CALLS: ReadonlySet<number> = new Set<number>([SYSCALL.BIND, SYSCALL.UNBIND, SYSCALL.PROC_EXIT]);

/** The operations up to the one that made entry `at`: calls and operations stand in one order. */
function operationsTo(operations: readonly Operation[], { entries }: TurnFrame, at: number): readonly Operation[] {
  const recorded = operations.filter((operation) => isObject(operation) && !UNRECORDED.has(operation.op));
  const calls = entries.slice(0, at + 1).filter(({ code }) => code < EVENT.PROCESS_DECLARED && !KERNEL_CALLS.has(code));
  return recorded.slice(0, calls.length);
}

/** A turn that was accepted, with what the program did in it. */
interface Accepted {
  readonly frame: TurnFrame;
  readonly operations: readonly Operation[];
}

/** The probe's view of a replay: the frame that was refused, the turn before it, and each actor's last known place. */
class Watching {
  last: Frame | undefined;
  before: Accepted | undefined;
  readonly places = new Map<number, Made>();
  /** For each turn that was aborted, the call that was refused with what it threw, if that is why. */
  readonly failures: (SourceSite | undefined)[] = [];

  journal(inner: Journal): Journal {
    return {
      append: (frame) => {
        this.last = frame;
        inner.append(frame);
        if (frame.kind === "turn") this.#accept(frame);
      },
      barrier: () => inner.barrier(),
    };
  }

  #accept(frame: TurnFrame): void {
    const operations = watch?.operations ?? [];
    this.before = { frame, operations };
    const made = lastMade(operations);
    if (made !== undefined) this.places.set(frame.actor, made);
    if (frame.end.kind === TURN_END.ABORTED) this.failures.push(refusedAt(watch?.thrown?.error));
    watch = { operations: [], thrown: undefined };
  }
}

const refusedAt = (error: unknown): SourceSite | undefined => (isObject(error) ? refusals.get(error)?.site : undefined);
const lastMade = (operations: readonly Operation[]): Made | undefined =>
  operations.map((operation) => (isObject(operation) ? sites.get(operation) : undefined)).findLast((made) => made !== undefined);
const lastSite = (operations: readonly Operation[]): SourceSite | undefined => lastMade(operations)?.site;

// ---- from an operation to a line ----------------------------------------------------------------------------------------

/** Names places of one program, `FILE:LINE` (program/lines.ts). */
export interface Lines {
  site(site: SourceSite | undefined): string | undefined;
  /** Where an error that ended a turn came from. */
  error(error: unknown): string | undefined;
  /** The return that follows a place in its function, or that function's end. */
  returnAfter(place: string | undefined): string | undefined;
  /** Where the body of a process begins, or its definition. */
  definition(process: string): string | undefined;
  /**
   * The call that is recorded under this name and follows the first place in its function, before another, or else the second place, where
   * the body waits for that function: in the recorded program, if it is another.
   */
  call(name: string, from: readonly (string | undefined)[], before: string | undefined): string | undefined;
}

/** What could be found. */
export interface Located {
  /** Where the program did what the recording does not have. */
  readonly at?: string | undefined;
  /** Where the call that the recording has, and that was not made, most likely stands. */
  readonly missing?: string | undefined;
}

/** The intent of a job, an outcome, the end of a process: what the turn before led to. */
function inKernelFrame(frame: Frame, at: number, { before }: Watching): SourceSite | undefined {
  if (before === undefined) return undefined;
  const { subject = 0 } = frame.entries[at] ?? {};
  const call = before.frame.entries.findIndex((entry) => entry.code === SYSCALL.XDV_CALL && entry.subject === subject);
  const made = call < 0 ? undefined : operationsTo(before.operations, before.frame, call).at(-1);
  return siteOf(made) ?? lastSite(before.operations);
}

const siteOf = (operation: Operation | undefined): SourceSite | undefined => (isObject(operation) ? sites.get(operation)?.site : undefined);

/** Where a turn ended: at its last call, its return, or what it threw. */
function endOf(frame: TurnFrame, { thrown }: Watch, here: string | undefined, body: string | undefined, lines: Lines): string | undefined {
  switch (frame.end.kind) {
    case TURN_END.ABORTED: return (thrown === undefined ? undefined : lines.error(thrown.error)) ?? here;
    case TURN_END.FINISHED: return lines.returnAfter(body);
    case TURN_END.WAITING: return here;
  }
}

function inTurn(frame: TurnFrame, at: number | undefined, expected: string, { seen, watching, lines, actor }: Asked): Located {
  const before = watching.places.get(frame.actor);
  const definition = lines.definition(actor);
  const earlier = lines.site(before?.site) ?? definition;
  const here = lines.site(lastSite(seen.operations)) ?? earlier;
  const end = endOf(frame, seen, here, lines.site((lastMade(seen.operations) ?? before)?.body) ?? definition, lines);
  if (at === undefined) return { at: end };
  const made = operationsTo(seen.operations, frame, at);
  const over = at >= frame.entries.length;
  const agreed = over ? made : made.slice(0, -1);
  const from = [placeOf(agreed, earlier, lines), lines.site((lastMade(agreed) ?? before)?.body)];
  if (over) return { at: end, missing: lines.call(expected, from, undefined) };
  const place = placeOf(made, earlier, lines) ?? end;
  return { at: place, missing: lines.call(expected, from, place) };
}

/** Where the last of these stands. `reserveAll` is called on no API, so it has no site; it stands behind what was called before. */
function placeOf(operations: readonly Operation[], earlier: string | undefined, lines: Lines): string | undefined {
  return operations.reduce((place, operation) =>
    lines.site(siteOf(operation)) ?? (operation.op === "reserve-all" ? lines.call("CONTRACT_REQUEST", [place], undefined) : undefined) ?? place, earlier);
}

interface Asked {
  readonly seen: Watch;
  readonly watching: Watching;
  readonly lines: Lines;
  /** Name of the process. */
  readonly actor: string;
}

function locate({ detail: { field = "", expected = "", actor = "" } }: Fault, watching: Watching, lines: Lines): Located {
  const frame = watching.last;
  if (frame === undefined || watch === undefined) return {};
  const [, index, member] = /^entries\[(\d+)\](.*)$/.exec(String(field)) ?? [];
  const at = index === undefined ? undefined : Number(index);
  if (frame.kind === "kernel") return { at: lines.site(inKernelFrame(frame, at ?? 0, watching) ?? watching.places.get(frame.actor)?.site) };
  const missing = member === "" || member === ".code" ? String(expected) : "";
  return inTurn(frame, at, missing, { seen: watch, watching, lines, actor: String(actor) });
}

/**
 * Runs a replay of a run in which processes failed and names, for each failure in order, the place of the call that was refused with what
 * the process threw: the kernel makes such a fault, and no stack of it passes through the program.
 */
export async function locateRefusals(lines: Lines, run: (wrap: (journal: Journal) => Journal) => Promise<unknown>): Promise<readonly (string | undefined)[]> {
  const watching = new Watching();
  watch = { operations: [], thrown: undefined };
  try {
    await run((inner) => watching.journal(inner));
  } catch { /* as far as it goes */ } finally {
    watch = undefined;
    sites = new WeakMap();
    refusals = new WeakMap();
  }
  return watching.failures.map((site) => lines.site(site));
}

/** The replay has come to the intent that was asked for. */
class Reached extends Error { override readonly name = "Reached"; }

/** Calls of jobs by place, until the intent of `job`; one that was called again has the place of the first. */
function watchingCalls(job: number, places: Map<number, SourceSite>): (inner: Journal) => Journal {
  const watching = new Watching();
  const note = (frame: Frame): void => {
    frame.entries.forEach(({ code, verdict, subject, body }, at) => {
      if (code === EVENT.JOB_INTENT && subject === job) throw new Reached();
      const before = code === EVENT.JOB_RETRIED ? places.get(Number(field(bodyOf(body), "of"))) : undefined;
      const made = code !== SYSCALL.XDV_CALL || verdict !== 0 || frame.kind !== "turn" ? undefined : siteOf(operationsTo(watch?.operations ?? [], frame, at).at(-1));
      const site = made ?? before;
      if (site !== undefined) places.set(subject, site);
    });
  };
  return (inner) => {
    const watched = watching.journal(inner);
    return { append: (frame) => { note(frame); watched.append(frame); }, barrier: () => watched.barrier() };
  };
}

/** Runs a replay up to where `job` begins and names the place in the program it was called from, `FILE:LINE`. */
export async function locateCall(job: number, lines: Lines, run: (wrap: (journal: Journal) => Journal) => Promise<unknown>): Promise<string | undefined> {
  const places = new Map<number, SourceSite>();
  watch = { operations: [], thrown: undefined };
  try {
    await run(watchingCalls(job, places));
  } catch { /* as far as it was asked to go, or as it goes */ } finally {
    watch = undefined;
    sites = new WeakMap();
  }
  return lines.site(places.get(job));
}

/**
 * Runs a diverging replay again and names places in the program, `FILE:LINE`.
 * `run` is given a wrapper for the journal and must end in the same fault.
 */
export async function locateDivergence(fault: Fault, lines: Lines, run: (wrap: (journal: Journal) => Journal) => Promise<unknown>): Promise<Located> {
  const watching = new Watching();
  watch = { operations: [], thrown: undefined };
  try {
    await run((inner) => watching.journal(inner));
    return {}; // it did not diverge this time: no line would be true
  } catch {
    return locate(fault, watching, lines);
  } finally {
    watch = undefined;
    sites = new WeakMap();
  }
}
