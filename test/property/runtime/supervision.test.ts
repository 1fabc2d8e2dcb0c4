// Whatever children do, and however many of them end in one tick: a supervisor starts again, and reports, what a plain model of OTP's rules does.
//   The model knows nothing of turns. Where a child may have ended by itself in the very tick it was stopped in, the trace says whether it came to that.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { k } from "../../../domains/k/api/operations.ts";
import { supervise, type Restart, type Strategy } from "../../../domains/k/api/supervise.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import type { ExitReason } from "../../../kernel-abi/operation.ts";
import { run } from "../../support/run.ts";
import { toy } from "../../support/toy.ts";

interface Life { readonly sleeps: number; readonly throws: boolean }
interface Crew {
  readonly strategy: Strategy;
  readonly pause: number;
  readonly restarts: number;
  readonly kinds: readonly Restart[];
  /** What the children do, in the order in which they are started, over and over. */
  readonly lives: readonly Life[];
}
interface Account { readonly report: Readonly<Record<string, string>> | "escalated"; readonly births: readonly number[] }

const WITHIN = 1_000;
const lifeOf = ({ lives }: Crew, process: number): Life => lives[process % lives.length] as Life;

const crew = fc.record<Crew>({
  strategy: fc.constantFrom("one-for-one", "one-for-all", "rest-for-one"), pause: fc.nat(2), restarts: fc.nat(6),
  kinds: fc.array(fc.constantFrom("permanent", "transient", "transient", "temporary"), { minLength: 1, maxLength: 6 }),
  lives: fc.array(fc.record({ sleeps: fc.nat(3), throws: fc.boolean() }), { minLength: 1, maxLength: 9 }),
});

const told = (end: ExitReason): string => {
  switch (end.kind) {
    case "finished": return `finished ${String(end.result)}`;
    case "failed": return `failed ${String(end.fault.detail["message"])}`;
    case "stopped": return `stopped ${end.reason}`;
    case "linked": return "linked";
  }
};

/** What came, and the processes that came to their own end. */
async function lived(given: Crew): Promise<Account & { readonly ended: ReadonlySet<number> }> {
  const ended = new Set<number>();
  const child = toy("child", [], function* () {
    const me = (yield* k.self()) - (yield* k.parent()); // 1 for the first that is started
    const { sleeps, throws } = lifeOf(given, me);
    if (sleeps > 0) yield* k.sleep(sleeps);
    ended.add(me);
    if (throws) throw new Error(String(me));
    return me;
  });
  const children = given.kinds.map((restart, at) => ({ id: String(at), start: child as never, restart }));
  const { end, frames } = await run(toy("root", [], function* () {
    try {
      const report = yield* supervise({ strategy: given.strategy, pause: given.pause, intensity: { restarts: given.restarts, within: WITHIN }, children });
      return Object.fromEntries(Object.entries(report).map(([id, how]) => [id, told(how)]));
    } catch {
      return "escalated";
    }
  }));
  expect(end.status).toBe("completed");
  const births = frames.flatMap(({ tick, entries }) => entries.filter(({ code }) => code === SYSCALL.PROC_SPAWN).map(() => tick));
  return { report: end.result as Account["report"], births, ended };
}

/** What OTP's rules say, tick by tick. An end is heard a tick after it; of several the first that was started, or listed, is. */
function ruled(given: Crew, from: number, endedByItself: (process: number) => boolean): Account {
  interface Living { readonly id: string; readonly kind: Restart; process: number; ends: number }
  const rows: Living[] = given.kinds.map((kind, at) => ({ id: String(at), kind, process: 0, ends: Infinity }));
  const births: number[] = [];
  const report: Record<string, string> = {};
  let [now, restarts] = [from, 0];
  const start = (row: Living): void => {
    births.push(now);
    row.process = births.length;
    row.ends = now + 1 + lifeOf(given, row.process).sleeps;
  };
  const own = ({ process }: Living): string => `${lifeOf(given, process).throws ? "failed" : "finished"} ${process}`;
  const again = ({ kind }: Living, how: string): boolean => kind === "permanent" || (kind === "transient" && !how.startsWith("finished"));
  const next = (): Living => {
    const there = rows.find(({ ends }) => ends < now);
    if (there !== undefined) return there;
    const first = Math.min(...rows.map(({ ends }) => ends));
    now = first + 1;
    return rows.filter(({ ends }) => ends === first).sort((a, b) => a.process - b.process)[0] as Living;
  };
  for (const row of rows) start(row);
  while (rows.some(({ ends }) => ends < Infinity)) {
    const row = next();
    row.ends = Infinity;
    report[row.id] = own(row);
    if (!again(row, own(row))) continue;
    restarts += 1;
    if (restarts > given.restarts) return { report: "escalated", births };
    const at = rows.indexOf(row);
    const beside = rows.filter(({ ends }, other) => ends < Infinity && (given.strategy === "one-for-all" || (given.strategy === "rest-for-one" && other > at)));
    const afresh = new Set([row]);
    let over = now;
    for (const other of beside) {
      const how = other.ends < now || (other.ends === now && endedByItself(other.process)) ? own(other) : `stopped restarted with ${row.id}`;
      if (other.ends >= now) over = now + 1; // it ends in this tick, one way or the other
      if (again(other, how)) afresh.add(other);
      else report[other.id] = how;
      other.ends = Infinity;
    }
    now = over + given.pause;
    for (const other of rows) if (afresh.has(other)) start(other);
  }
  return { report, births };
}

async function check(given: Crew): Promise<void> {
  const { ended, ...came } = await lived(given);
  expect(came).toEqual(ruled(given, came.births[0] as number, (process) => ended.has(process)));
}

describe("a supervisor", () => {
  it("starts again and reports what the rules say, whatever ends when", async () => {
    await fc.assert(fc.asyncProperty(crew, check), { numRuns: 400 });
  });

  it("does so when all end in one tick", async () => {
    await fc.assert(fc.asyncProperty(crew, (given) => check({ ...given, lives: given.lives.map((life) => ({ ...life, sleeps: 2 })) })), { numRuns: 200 });
  });
});
