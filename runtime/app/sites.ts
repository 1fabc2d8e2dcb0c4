// Sites: which line of a program yielded which operation. Only a replay that has diverged pays for this: it is run once more with
// the probe on, up to the same frame, so that the report can name a line (E3).
import type { Fault } from "../../kernel-abi/fault.ts";
import type { Frame } from "../../kernel-abi/frame.ts";
import type { Operation } from "../../kernel-abi/operation.ts";
import type { Journal } from "../../kernel-abi/ports.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { callerOf, type SourceSite } from "../adapters/source-site.ts";

interface Noted {
  readonly op: Operation["op"];
  readonly site: SourceSite | undefined;
}

/** Operations of the turn being stepped; undefined while nobody asks. Programs are stepped one at a time, so one list serves. */
let noted: Noted[] | undefined;

type Body = Generator<Operation, unknown, unknown>;
type Constructor = (...args: readonly never[]) => Body;

/** Delegates to an operation's generator and notes what it yields, where it was called. */
function* watched(body: Body, site: SourceSite | undefined): Body {
  let step = body.next();
  while (step.done !== true) {
    noted?.push({ op: step.value.op, site });
    let answer: unknown;
    try {
      answer = yield step.value;
    } catch (fault) {
      step = body.throw(fault);
      continue;
    }
    step = body.next(answer);
  }
  return step.value;
}

const isConstructor = (value: unknown): value is Constructor => typeof value === "function";

/** The same API, noting the call site of every operation. */
function probed<T extends object>(api: T): T {
  const watch = (call: Constructor): Constructor => {
    const watcher: Constructor = (...args) => watched(call(...args), callerOf(watcher, 0));
    return watcher;
  };
  return Object.fromEntries(Object.entries(api).map(([name, member]) => [name, isConstructor(member) ? watch(member) : member])) as T;
}

/** The APIs a program is activated with: as they are, unless a divergence is being located. */
export const apisFor = <T extends Readonly<Record<string, object>>>(apis: T): T =>
  (noted === undefined ? apis : Object.fromEntries(Object.entries(apis).map(([name, api]) => [name, probed(api)])) as T);

/** Operations that leave no entry of their own. */
const UNRECORDED: ReadonlySet<Operation["op"]> = new Set<Operation["op"]>(["now", "self", "parent", "file", "random"]);
/** Syscalls the kernel records on its own behalf, not a program's. */
const KERNEL_CALLS: ReadonlySet<number> = new Set<number>([SYSCALL.BIND, SYSCALL.UNBIND, SYSCALL.PROC_EXIT]);

/** How many operations stand before entry `at` of a frame. */
const operationsBefore = (frame: Frame, at: number): number => frame.entries.slice(0, at).filter(({ code }) => code < 128 && !KERNEL_CALLS.has(code)).length;

/** A journal that knows the last frame it was given, and forgets a turn's operations once its frame was accepted. */
function watchedJournal(journal: Journal): Journal & { last(): Frame | undefined } {
  let last: Frame | undefined;
  return {
    append(frame) {
      last = frame;
      journal.append(frame);
      if (frame.kind === "turn") noted = [];
    },
    barrier: () => journal.barrier(),
    last: () => last,
  };
}

/** The site of the operation that made the differing entry; the last one of the turn when it is not an entry that differs. */
function siteAt(operations: readonly Noted[], frame: Frame | undefined, field: string): SourceSite | undefined {
  const recorded = operations.filter(({ op }) => !UNRECORDED.has(op));
  const [, index] = /^entries\[(\d+)\]/.exec(field) ?? [];
  const at = index === undefined || frame?.kind !== "turn" ? recorded.length - 1 : operationsBefore(frame, Number(index));
  return (recorded[at] ?? recorded.at(-1))?.site;
}

/**
 * Runs a diverging replay again and names the place in the program.
 * `run` is given a wrapper for the journal and must end in the same fault.
 */
export async function locateDivergence(fault: Fault, run: (watch: (journal: Journal) => Journal) => Promise<unknown>): Promise<SourceSite | undefined> {
  let journal: ReturnType<typeof watchedJournal> | undefined;
  noted = [];
  try {
    await run((inner) => (journal = watchedJournal(inner)));
    return undefined; // it did not diverge this time: no line would be true
  } catch {
    return siteAt(noted, journal?.last(), String(fault.detail["field"] ?? ""));
  } finally {
    noted = undefined;
  }
}
