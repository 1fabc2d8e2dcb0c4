// Delegation between running processes: what was handed on ends with what it was cut from, also through processes that have ended.
import { describe, expect, it } from "vitest";
import { k, type HeldCapability } from "../../../../domains/k/api/operations.ts";
import type { Scope, VerbName } from "../../../../kernel-abi/capability.ts";
import type { Capability } from "../../../../kernel-abi/handle.ts";
import type { ProcessId } from "../../../../kernel-abi/ids.ts";
import type { Child, Operation } from "../../../../kernel-abi/operation.ts";
import { run, type ToyRun } from "../../../support/run.ts";
import { codeOf, toy } from "../../../support/toy.ts";

type Part<R> = Generator<Operation, R, unknown>;

function* heldOf(verb: VerbName): Part<HeldCapability[]> { return (yield* k.capabilities()).filter((each) => each.verb === verb); }

/** Sends to the root once a tick for `ticks` ticks, once it has been given the right to; says what came of each try and what it held. */
const sender = (ticks: number) => toy("sender", [], function* () {
  while ((yield* heldOf("IPC_SEND")).length === 0) yield* k.sleep(1);
  const tries: string[] = [];
  for (let n = 0; n < ticks; n++) {
    tries.push(`${String(yield* k.now())} ${yield* codeOf(k.send(yield* k.parent(), n))}`);
    yield* k.sleep(1);
  }
  const [held] = yield* heldOf("IPC_SEND");
  return { tries, scope: held!.scope, usesLeft: held!.usesLeft, revoked: held!.revoked };
});

/** Hands what it was given on to the process named in its first message, cut by `wish`, and ends. */
const goBetween = (wish: Partial<Scope>) => toy("between", [], function* () {
  const { body } = yield* k.receive<ProcessId>();
  const [held] = yield* heldOf("IPC_SEND");
  yield* k.grant(held!.capability, body, wish);
  return 0;
});

interface Story {
  readonly ticks: number;
  /** What the root cuts off for the one between, and that one for the sender. */
  readonly first: Partial<Scope>;
  readonly second: Partial<Scope>;
  /** What the root does when the one between has ended. */
  readonly then: (given: Capability) => Part<unknown>;
}

const tell = ({ ticks, first, second, then }: Story): Promise<ToyRun> => run(toy("root", [], function* () {
  const without = { grants: [{ verb: "EXECUTE_K" as const }] };
  const last: Child = yield* k.spawn(sender(ticks) as never, undefined as never, without);
  const between: Child = yield* k.spawn(goBetween(second) as never, undefined as never, without);
  const [mine] = yield* heldOf("IPC_SEND");
  const given = yield* k.grant(mine!.capability, between, first);
  yield* k.send(between, last.process);
  yield* k.join(between); // it is gone, and what it handed on is not
  yield* then(given);
  return yield* k.join(last);
}));

interface Told { readonly tries: readonly string[]; readonly scope: Scope; readonly usesLeft: number | null; readonly revoked: boolean }
const codes = ({ tries }: Told): string[] => tries.map((line) => line.split(" ")[1] ?? "");
function* nothing(): Part<void> { yield* k.now(); }

describe("what an ended process handed on", () => {
  it("is taken back when what it was cut from is revoked", async () => {
    const { end } = await tell({ ticks: 8, first: {}, second: {}, then: function* (given) { yield* k.sleep(3); yield* k.revoke(given); } });
    const told = end.result as unknown as Told;
    const revokedAt = codes(told).indexOf("DOMAIN_UNAUTHORIZED");
    expect(revokedAt).toBeGreaterThan(0);
    expect(codes(told)).toEqual(told.tries.map((_, at) => (at < revokedAt ? "OK" : "DOMAIN_UNAUTHORIZED")));
    expect(told.revoked).toBe(true);
  });

  it("is taken back too when the root of all of it is", async () => {
    const { end } = await tell({ ticks: 6, first: {}, second: {}, then: function* () {
      yield* k.sleep(2);
      const [mine] = yield* heldOf("IPC_SEND");
      yield* k.revoke(mine!.capability);
    } });
    expect(new Set(codes(end.result as unknown as Told).slice(-2))).toEqual(new Set(["DOMAIN_UNAUTHORIZED"]));
  });

  it("expires with what it was cut from, at the very tick, whatever was wished for", async () => {
    const { end } = await tell({ ticks: 12, first: { until: 11 }, second: { until: 1_000, from: 0 }, then: nothing });
    const told = end.result as unknown as Told;
    expect(told.scope.until).toBe(11);
    expect(told.tries.every((line) => line === `${line.split(" ")[0]!} ${Number(line.split(" ")[0]) < 11 ? "OK" : "DOMAIN_UNAUTHORIZED"}`)).toBe(true);
    expect(new Set(codes(told))).toEqual(new Set(["OK", "DOMAIN_UNAUTHORIZED"]));
  });

  it("shares the uses of what it was cut from", async () => {
    const { end } = await tell({ ticks: 6, first: { uses: 3 }, second: { uses: 100 }, then: nothing });
    const told = end.result as unknown as Told;
    expect(codes(told)).toEqual(["OK", "OK", "OK", "DOMAIN_UNAUTHORIZED", "DOMAIN_UNAUTHORIZED", "DOMAIN_UNAUTHORIZED"]);
    expect([told.scope.uses, told.usesLeft]).toEqual([3, 0]);
  });

  it("is aimed where what it was cut from is aimed", async () => {
    const { end } = await tell({ ticks: 2, first: { target: 4 }, second: {}, then: nothing });
    const told = end.result as unknown as Told;
    expect([told.scope.target, codes(told)]).toEqual([4, ["DOMAIN_UNAUTHORIZED", "DOMAIN_UNAUTHORIZED"]]);
  });
});

describe("a turn that fails", () => {
  it("hands nothing on and takes nothing back", async () => {
    const failing = toy("failing", [], function* () {
      const [held] = yield* heldOf("IPC_SEND");
      yield* k.grant(held!.capability, (yield* k.parent()), {});
      yield* k.revoke(held!.capability);
      throw new Error("after all of that");
    });
    const { end } = await run(toy("root", [], function* () {
      const before = (yield* k.capabilities()).length;
      const code = yield* codeOf(k.join(yield* k.spawn(failing as never)));
      return [code, (yield* k.capabilities()).length - before, (yield* k.capabilities()).some(({ revoked }) => revoked)];
    }));
    expect(end.result).toEqual(["PROCESS_FAILED", 0, false]);
  });
});

describe("what is handed on in a turn that is aborted", () => {
  it.each([0, 80])("was never held: the list of who held %i more is as it was", async (more) => {
    const giver = toy("giver", [], function* () {
      const { from } = yield* k.receive();
      for (const { capability } of yield* heldOf("EXECUTE_K")) for (let n = 0; n < 5; n++) yield* k.grant(capability, from);
      throw new Error("aborted");
    });
    const { end } = await run(toy("root", [], function* () {
      const child: Child = yield* k.spawn(giver as never, undefined as never, { grants: [{ verb: "EXECUTE_K" }, { verb: "IPC_SEND" }] });
      const [mine] = yield* heldOf("EXECUTE_K");
      for (let n = 0; n < more; n++) yield* k.attenuate(mine!.capability, { uses: n + 1 });
      const before = (yield* k.capabilities()).map(({ verb, scope }) => [verb, scope]);
      yield* k.send(child, "give");
      const ended = yield* codeOf(k.join(child));
      const after = (yield* k.capabilities()).map(({ verb, scope }) => [verb, scope]);
      const [own] = yield* heldOf("EXECUTE_K"); // the number given back is given again
      yield* k.attenuate(own!.capability, { uses: 1_000 });
      return [ended, JSON.stringify(after) === JSON.stringify(before), (yield* k.capabilities()).at(-1)?.scope.uses];
    }));
    expect(end.result).toEqual(["PROCESS_FAILED", true, 1_000]);
  });
});
