// What can be put down and what cannot, each said; and that nothing a run consists of was forgotten.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Capability } from "../../../../kernel-abi/handle.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { processId, type ProcessId } from "../../../../kernel-abi/ids.ts";
import type { Behaviour, Operation } from "../../../../kernel-abi/operation.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import { assign, setup } from "xstate";
import { defineMachine } from "../../../../runtime/app/index.ts";
import { keptRun, takenUpFrom, type KeptOptions, type KeptRun } from "../../../support/kept-runs.ts";
import { ask, collect, reserve, submit, toy, type Body } from "../../../support/toy.ts";

const sleep = (ticks: number): Generator<Operation, undefined, unknown> => ask({ domain: "K", op: "sleep", ticks });
const named = (...behaviours: readonly Behaviour[]): ReadonlyMap<string, Behaviour> => new Map(behaviours.map((one) => [one.name, one]));
const spawned = (behaviour: Behaviour, input: unknown = null): Behaviour => toy("parent", [], function* (): Body {
  yield* ask({ domain: "K", op: "spawn", behaviour, input, grants: undefined });
  yield* sleep(6);
  return 1;
});

/** How often it was put down behind the first tick, and why it was not. */
async function behind(root: Behaviour, options: KeptOptions = {}): Promise<{ readonly kept: number; readonly why: readonly string[]; readonly run: KeptRun }> {
  const run = await keptRun(root, options);
  for (let at = 0; at < run.kept.length; at++) expect(await takenUpFrom(root, options, run, at, true)).toBeUndefined();
  return { kept: run.kept.filter(({ turns }) => turns > 0).length, why: [...new Set(run.refused)], run };
}

const TOLD = "a body that was told too much, or what has no copy";

describe("a run cannot be put down", () => {
  it("while a contract is live, a job flies, a request waits or a handle is held; it can when they are over and a fresh body begins", async () => {
    const root = toy("root", ["Q"], function* (input: unknown): Body {
      if (input === 2) return "over";
      const contract = yield* reserve("Q", { units: 3 });
      yield* sleep(2);
      const job = yield* submit("Q", contract, { cost: 3, value: 1 });
      yield* collect("Q", job);
      yield* ask({ domain: "Q", op: "release", contract });
      yield* sleep(2);
      yield* ask({ domain: "K", op: "continue", state: Number(input) + 1 });
      return "never";
    });
    const { kept, why } = await behind(root, { input: 0 });
    expect([kept, why]).toEqual([2, [TOLD]]); // before each fresh body
    const holder = toy("holder", ["Q"], function* (): Body {
      yield* reserve("Q", { units: 9 });
      yield* sleep(9);
      return 1;
    });
    const waiter = toy("waiter", ["Q"], function* (): Body {
      yield* ask({ domain: "K", op: "spawn", behaviour: holder, input: null, grants: undefined });
      yield* sleep(2);
      yield* ask({ domain: "Q", op: "reserve", request: { units: 5 }, within: 4 } as Operation);
      return 1;
    });
    expect((await behind(waiter, { definitions: named(holder) })).why).toContain(TOLD);
  });

  it("when a body was told more than is kept, until it has a fresh one", async () => {
    const root = toy("root", [], function* (input: unknown): Body {
      for (let at = 0; at < 8; at++) yield* sleep(1);
      if (input === 1) return "over";
      yield* ask({ domain: "K", op: "continue", state: 1 });
      return "never";
    });
    const short = await behind(root, { input: 0, answers: 4 });
    expect([short.kept, short.why]).toEqual([4 + 1 + 4, [TOLD]]);
    expect((await behind(root, { input: 0 })).why).toEqual([]);
  });

  it("when a definition has no name it can be found by: made in a body, or one of two", async () => {
    const inside = toy("root", [], function* (): Body {
      yield* ask({ domain: "K", op: "spawn", behaviour: toy("child", [], function* (): Body { return yield* sleep(3); }), input: null, grants: undefined });
      yield* sleep(5);
      return 1;
    });
    const { why } = await behind(inside);
    expect(why).toEqual([expect.stringContaining("root/child#1: its definition was not made while the program loaded")]);
    const child = toy("child", [], function* (): Body { return yield* sleep(3); });
    const other = toy("child", [], function* (): Body { return yield* sleep(4); });
    expect((await behind(spawned(child), { definitions: named(child) })).why).toEqual([]);
    expect((await behind(spawned(child), { definitions: named(other) })).why).toEqual([expect.stringContaining("or another has its name")]);
  });

  it("when a machine holds what has no exact copy, or a program runs inside it", async () => {
    class Thing { readonly n = 1; }
    const holding = (context: object): Behaviour => defineMachine({ name: "machine", machine: setup({ types: { context: {} as object } }).createMachine({
      context, initial: "a", states: { a: { after: { 3: { target: "b", actions: assign(({ context: now }) => ({ ...now })) } } }, b: { type: "final" } },
    }) }) as Behaviour;
    const tried = (context: object): Promise<{ readonly kept: number; readonly why: readonly string[] }> => {
      const machine = holding(context);
      return behind(spawned(machine), { definitions: named(machine), answers: 2 }).catch((error: unknown) => ({ kept: -1, why: [String(error)] }));
    };
    const [plain, zero, thing, twice] = await Promise.all([tried({ n: 1, list: [1, { deep: "x" }] }), tried({ n: -0 }), tried({ thing: new Thing() }), (() => {
      const one = { x: 1 };
      return tried({ one, other: one });
    })()]);
    expect([plain.why.filter((reason) => reason !== TOLD), plain.kept > 1]).toEqual([[], true]);
    for (const { why } of [zero, twice]) expect(why.join()).toMatch(/does not come back as it was/);
    expect(thing.why.join()).toMatch(/no encoded form/);
  });
});

describe("what is put down", () => {
  it("keeps who may do what: revoked is revoked, used up is used up", async () => {
    const child = toy("child", [], function* (left: unknown): Body {
      yield* sleep(2);
      let sent = "sent";
      try {
        yield* ask({ domain: "K", op: "send", to: processId(3), body: left });
      } catch (error) {
        sent = error instanceof Fault ? `${error.fault} ${String(error.detail["why"])}` : "?";
      }
      yield* ask({ domain: "K", op: "log", level: "info", label: "tried", data: sent });
      if (left === 0) return "over";
      yield* ask({ domain: "K", op: "continue", state: Number(left) - 1 });
      return "never";
    });
    const root = toy("root", [], function* (input: unknown): Body {
      if (input !== null) {
        yield* sleep(30);
        return "over";
      }
      const grants = [{ verb: "EXECUTE_K" as const }];
      const held = yield* ask<readonly { readonly capability: Capability; readonly verb: string }[]>({ domain: "K", op: "capabilities" });
      const capability = held.find(({ verb }) => verb === "IPC_SEND")?.capability as Capability;
      for (const uses of [2, 9]) {
        const { process } = yield* ask<{ readonly process: ProcessId }>({ domain: "K", op: "spawn", behaviour: child, input: 5, grants });
        const handed = yield* ask<Capability>({ domain: "K", op: "grant", capability, to: process, scope: { uses } });
        if (uses === 9) yield* ask({ domain: "K", op: "revoke", capability: handed });
      }
      yield* ask({ domain: "K", op: "continue", state: 1 });
      return "never";
    });
    const { kept, why, run } = await behind(root, { definitions: named(child) });
    expect([kept > 8, why]).toEqual([true, []]);
    const told = run.frames.filter((frame) => frame.includes(Buffer.from("tried").toString("hex"))).map((frame) => Buffer.from(frame, "hex").toString("latin1"));
    expect([told.filter((text) => text.includes("sent")).length, told.filter((text) => text.includes("revoked")).length, told.filter((text) => text.includes("used up")).length]).toEqual([2, 6, 4]);
  });

  it("is small, whatever went before: a thousand bodies that handed their state on, a thousand that ended", async () => {
    const root = toy("root", [], function* (input: unknown): Body {
      if (input === 0) return "over";
      yield* sleep(1);
      yield* ask({ domain: "K", op: "continue", state: Number(input) - 1 });
      return "never";
    });
    const run = await keptRun(root, { input: 1_000 }, undefined, (boundary) => boundary % 100 === 50);
    const sizes = run.kept.map(({ state }) => state.length);
    expect([run.kept.length > 10, Math.max(...sizes) < Math.min(...sizes) + 64, Math.max(...sizes) < 2_000]).toEqual([true, true, true]);
  });

  it("says when its form changes", async () => {
    const run = await keptRun(toy("root", [], function* (): Body { return yield* sleep(1); }), {});
    const found = unpack(run.kept.at(-1)?.state ?? new Uint8Array(0)) as Readonly<Record<string, unknown>>;
    expect(found["schema"]).toBe("triad.kernel/1");
    expect(Object.keys(found).sort()).toEqual(["appointments", "calendar", "capabilities", "clock", "contracts", "copies", "deferrals", "faults", "flights", "jobs", "living", "now", "processes", "scheduler", "schema", "seeds", "services", "tallies", "used"].filter((name) => name !== "clock"));
  });
});

/** Every field of what a run consists of. Whoever adds one puts it down too (`saved` and `restore` beside it), and then names it here. */
const FIELDS: Readonly<Record<string, string>> = {
  "runtime/clock/calendar.ts": "buckets heap sweepAt size lastDue lastBucket",
  "runtime/clock/clock.ts": "now",
  "runtime/mailbox/mailbox.ts": "bound overflow depth due",
  "runtime/process/process.ts": "id name parent behaviour priority input inbox state activation wait pending seq jobs exit joined absence answer answers opaque queued signal held ties seldom timers parked places bindings handles streams children",
  "runtime/process/ties.ts": "ids sweepAt children dependents watchers watched",
  "runtime/process/id-set.ts": "pages",
  "runtime/process/answers.ts": "input told weight",
  "runtime/process/machine/activation.ts": "options stepper input work started sending places timers children pending checkpoints",
  "runtime/kernel/process-table.ts": "parent label ordinal labels places open over names exits unread vault unheard next",
  "runtime/kernel/vault.ts": "chunks used known",
  "runtime/kernel/capability-table.ts": "records parent youngest elder packed left length none limit",
  "runtime/kernel/contract-table.ts": "capacity allocated records live length byOwner touched limit assertions",
  "runtime/kernel/job-table.ts": "records phi length",
  "runtime/kernel/flights.ts": "byTick ticks arrived",
  "runtime/kernel/deferral-queue.ts": "waiting next",
  "runtime/kernel/copies.ts": "refuse bears counts seen acting",
  "runtime/kernel/services.ts": "states",
  "runtime/kernel/seeds.ts": "sha256 coming root events generation",
  "runtime/kernel/tallies.ts": "processes tallies over",
  "runtime/kernel/answers.ts": "most weight opaque",
  "runtime/kernel/delivery.ts": "state scheduler",
  "runtime/kernel/machine.ts": "state config ports guard scheduler delivery tx flights services end booted",
};

/** Keys of an interface, as they stand in its source. */
const keysOf = (file: string, name: string): string =>
  [...(new RegExp(`export interface ${name} \\{\\n([\\s\\S]*?)\\n\\}`).exec(source(file))?.[1] ?? "").matchAll(/^ {2}(?:readonly )?(\w+)\??:/gm)].map(([, key]) => key).join(" ");
const source = (file: string): string => readFileSync(resolve(import.meta.dirname, "../../../..", file), "utf8");

describe("nothing is forgotten", () => {
  it.each(Object.entries(FIELDS))("of %s", (file, expected) => {
    const bodies = [...source(file).matchAll(/^(?:export )?class [\s\S]*?^\}/gm)].map(([text]) => text).join("\n");
    const fields = [...bodies.matchAll(/^ {2}(?:readonly )?#?(\w+)(?:: [^=;(]+)?(?: =[^>].*)?;$/gm)].map(([, name]) => name);
    const opened = [...bodies.matchAll(/^ {2}(?:readonly )?#?(\w+)(?:: .*)? = [^;]*\{$/gm)].map(([, name]) => name);
    expect([...new Set([...fields, ...opened])].sort().join(" ")).toBe(expected.split(" ").sort().join(" "));
  });

  it("of the kernel's state and of what is known of faults", () => {
    expect(keysOf("runtime/kernel/state.ts", "KernelState")).toBe("clock calendar appointments processes behaviours capabilities contracts jobs faults copies deferrals admissions allow bounds flags tallies used sha256 seeds random files mailboxBound slice node vhm definitions answers");
    expect(keysOf("runtime/kernel/fault-state.ts", "FaultState")).toBe("script next recovery stated retries frozen requested overused failures freezes");
  });
});
