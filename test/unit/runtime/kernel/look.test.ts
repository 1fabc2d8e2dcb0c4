// Looking at a run from inside it: a process sees what its READ_TRACE and READ_TELEMETRY cover, in whom, when and how often; and
// verify refuses a trace in which one saw more.
import { describe, expect, it } from "vitest";
import { k } from "../../../../domains/k/api/operations.ts";
import type { VerbName } from "../../../../kernel-abi/capability.ts";
import { EVENT, type Frame } from "../../../../kernel-abi/frame.ts";
import type { ProcessId } from "../../../../kernel-abi/ids.ts";
import type { Operation, RunTotals } from "../../../../kernel-abi/operation.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../../kernel-abi/syscall.ts";
import { allVerbs, checkConsistent, run } from "../../../support/run.ts";
import { ask, codeOf, collect, reserve, submit, toy } from "../../../support/toy.ts";

type Part<R> = Generator<Operation, R, unknown>;

/** Holds three units of Q, has a child that holds two and has done two shots, and lets it go on until somebody sends it something. */
const leaf = toy("leaf", ["Q"], function* () {
  const contract = yield* reserve("Q", { units: 2 });
  yield* collect("Q", yield* submit("Q", contract, { charge: 2 }));
  yield* k.send(yield* k.parent(), "ready");
  yield* k.receive();
  return "leaf";
});
const tree = toy("tree", ["Q"], function* () {
  yield* reserve("Q", { units: 3 });
  const child = yield* k.spawn(leaf as never);
  yield* k.receive();
  yield* k.send(yield* k.parent(), { child: child.process });
  yield* k.receive();
  yield* k.send(child, "end");
  yield* k.join(child);
  yield* k.send(yield* k.parent(), "childless");
  yield* k.receive();
  return "tree";
});

const aimedAt = (verbs: readonly VerbName[], target: ProcessId, extra: object = {}): ((to: ProcessId) => Part<void>) => function* (to) {
  for (const { verb, capability } of yield* k.capabilities()) if (verbs.includes(verb)) yield* k.grant(capability, to, { target, ...extra });
};

/** Root with two trees and a watcher that may look at the first; `look` is what the watcher does. */
const watched = (look: (ids: { readonly mine: ProcessId; readonly leaf: ProcessId; readonly other: ProcessId }) => Part<unknown>, scope: object = {}) => toy("root", ["Q"], function* () {
  const [mine, other] = [yield* k.spawn(tree as never), yield* k.spawn(tree as never)];
  const ready = [yield* k.receive<{ child: ProcessId }>(), yield* k.receive<{ child: ProcessId }>()];
  const below = ready.find(({ from }) => from === mine.process)!.body.child;
  const watcher = yield* k.spawn(toy("watcher", [], function* () {
    yield* k.receive();
    return yield* look({ mine: mine.process, leaf: below, other: other.process });
  }) as never, undefined as never, { grants: [{ verb: "EXECUTE_K" }, { verb: "IPC_SEND" }] });
  yield* aimedAt(["READ_TRACE", "READ_TELEMETRY"], mine.process, scope)(watcher.process);
  yield* k.send(watcher, "go");
  return yield* k.join(watcher);
});

const entriesOf = (frames: readonly Frame[], code: number) => frames.flatMap(({ entries }) => entries).filter((entry) => entry.code === code);

describe("a capability to look that is aimed at a process", () => {
  it("covers that process and those below it, and nothing of anybody else", async () => {
    const { end, frames } = await run(watched(function* ({ mine, leaf: below, other }) {
      return [
        yield* k.gauges({ of: mine }), yield* k.gauges({ of: below }), yield* k.runTotals({ of: below }),
        yield* codeOf(k.gauges()), yield* codeOf(k.runTotals()), yield* codeOf(k.gauges({ of: other })), yield* codeOf(k.runTotals({ of: other })),
        yield* codeOf(k.gauges({ of: yield* k.self() })), yield* codeOf(k.gauges({ of: yield* k.parent() })), yield* codeOf(k.runTotals({ of: 4_000 as ProcessId })),
      ];
    }));
    const [ofTree, ofLeaf, totals, ...codes] = end.result as [unknown, unknown, RunTotals, ...string[]];
    expect(ofTree).toEqual({ processes: 2, ready: 0, pending: 0, held: { Q: 5, PHI: 0 } });
    expect(ofLeaf).toEqual({ processes: 1, ready: 0, pending: 0, held: { Q: 2, PHI: 0 } });
    expect(totals).toMatchObject({ turns: 2, messages: 1, shots: 2 });
    expect(codes).toEqual(new Array(7).fill("DOMAIN_UNAUTHORIZED"));
    const refused = entriesOf(frames, SYSCALL.TELEMETRY_READ).filter(({ verdict }) => verdict !== 0);
    expect(refused.map(({ body }) => unpack(body))).toEqual(new Array(4).fill({ verb: "READ_TELEMETRY", why: "another target" }));
  });

  it("holds within its ticks and for its uses", async () => {
    const often = (scope: object) => run(watched(function* ({ mine }) {
      const codes: string[] = [];
      for (let left = 3; left > 0; left--) {
        codes.push(yield* codeOf(k.gauges({ of: mine })));
        yield* k.sleep(10);
      }
      return codes;
    }, scope)).then(({ end }) => end.result);
    expect(await often({ uses: 2 })).toEqual(["OK", "OK", "DOMAIN_UNAUTHORIZED"]);
    expect(await often({ until: 15 })).toEqual(["OK", "DOMAIN_UNAUTHORIZED", "DOMAIN_UNAUTHORIZED"]);
    expect(await often({ from: 15 })).toEqual(["DOMAIN_UNAUTHORIZED", "OK", "OK"]);
  });

  it("counts what ended below: totals never fall, and add up to the turns of the subtree", async () => {
    const seen: RunTotals[] = [];
    const { frames, end } = await run(watched(function* ({ mine, leaf: below }) {
      seen.push(yield* k.runTotals({ of: mine }));
      yield* k.send(mine, "end your child");
      yield* k.sleep(9);
      const gone = yield* codeOf(k.gauges({ of: below }));
      seen.push(yield* k.runTotals({ of: mine }));
      return [gone, yield* k.gauges({ of: mine })];
    }));
    expect(end.result).toEqual(["PROCESS_UNKNOWN", { processes: 1, ready: 0, pending: 0, held: { Q: 3, PHI: 0 } }]);
    const last = seen[1]!;
    const names = new Map(entriesOf(frames, SYSCALL.PROC_SPAWN).map(({ subject, body }) => [subject, (unpack(body) as { name: string }).name]));
    const ours = frames.filter(({ actor, tick }) => (names.get(actor) ?? "").startsWith("root/tree#1") && tick <= last.tick);
    expect(ours.length).toBeGreaterThan(5);
    expect(last).toMatchObject({
      turns: ours.filter(({ kind }) => kind === "turn").length,
      bytes: ours.flatMap(({ entries }) => entries).reduce((sum, { body }) => sum + body.length, 0),
      messages: ours.flatMap(({ entries }) => entries).filter(({ code }) => code === SYSCALL.IPC_SEND).length, shots: 2,
    });
    for (const name of ["turns", "messages", "shots", "bytes"] as const) expect(last[name]).toBeGreaterThanOrEqual(seen[0]![name]);
  });

  it("is of no use to who asks with nonsense", async () => {
    const { end } = await run(toy("root", [], function* () {
      const codes: string[] = [];
      for (const of of [-1, 1.5, "root", {}, null, NaN]) codes.push(yield* codeOf(ask({ domain: "K", op: "gauges", of } as never)));
      return [codes, yield* codeOf(k.gauges({ of: 1 as ProcessId })), yield* codeOf(k.runTotals({ of: 99 as ProcessId }))];
    }));
    expect(end.result).toEqual([new Array(6).fill("ABI_MALFORMED"), "PROCESS_UNKNOWN", "PROCESS_UNKNOWN"]);
  });
});

describe("verify refuses a trace in which a process looked", () => {
  const looking = () => run(watched(function* ({ mine }) { return [yield* k.gauges({ of: mine }), yield* k.runTotals({ of: mine })]; }));
  const forged = (frames: readonly Frame[], change: (entry: Frame["entries"][number]) => Partial<Frame["entries"][number]>) =>
    frames.map((frame) => ({ ...frame, entries: frame.entries.map((entry) => ({ ...entry, ...change(entry) })) }));
  const refusal = (frames: readonly Frame[]): unknown => {
    try {
      checkConsistent(frames, allVerbs);
      return "accepted";
    } catch (error) {
      return (error as { detail: { rule: unknown } }).detail.rule;
    }
  };

  it("at somebody its capability is not aimed at, or at the run", async () => {
    const { frames } = await looking();
    expect(refusal(frames)).toBe("accepted");
    for (const code of [SYSCALL.TELEMETRY_READ, SYSCALL.TRACE_READ]) {
      for (const subject of [0, 3, 5]) expect(refusal(forged(frames, (entry) => (entry.code === code ? { subject } : {})))).toBe("a capability is aimed at its target");
    }
  });

  it("with a capability for something else", async () => {
    const { frames } = await looking();
    const own = entriesOf(frames, EVENT.CAPABILITY_ISSUED).filter(({ body }) => (unpack(body) as { verb: string }).verb === "EXECUTE_K").at(-1)!.subject;
    for (const code of [SYSCALL.TELEMETRY_READ, SYSCALL.TRACE_READ]) {
      expect(refusal(forged(frames, (entry) => (entry.code === code ? { capability: own } : {})))).toBe("a capability permits its own verb");
    }
  });
});
