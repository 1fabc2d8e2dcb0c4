// A2: the first failing stage decides the code. Each case fails a stage and every later one.
import { describe, expect, it } from "vitest";
import type { VerbName } from "../../../../kernel-abi/capability.ts";
import type { Contract, Job } from "../../../../kernel-abi/handle.ts";
import { SYSCALL } from "../../../../kernel-abi/syscall.ts";
import { allVerbs, run, TOY_UNITS, toyOutcomes } from "../../../support/run.ts";
import { ask, busy, codeOf, collect, reserve, submit, toy } from "../../../support/toy.ts";
import type { Operation } from "../../../../kernel-abi/operation.ts";
import { k } from "../../../../domains/k/api/operations.ts";

const dead = (contract: Contract): Contract => ({ ...contract });

/** One call that fails at `stage` and everywhere after it. */
const CASES: readonly (readonly [stage: string, code: string, call: unknown, contract: "own" | "copy", verbs: readonly VerbName[]])[] = [
  ["shape", "ABI_MALFORMED", 7, "copy", allVerbs.filter((verb) => verb !== "EXECUTE_Q")],
  ["capability", "DOMAIN_UNAUTHORIZED", { stage: "all" }, "copy", allVerbs],
  ["contract", "CONTRACT_INVALID", { stage: "all" }, "copy", allVerbs],
  ["calibration", "Q_ERR_CALIBRATION_INVALID", { stage: "all" }, "own", allVerbs],
  ["capacity", "Q_ERR_RESOURCE_UNAVAILABLE", { stage: "capacity", charge: 1000 }, "own", allVerbs],
  ["support", "Q_ERR_GATE_UNSUPPORTED", { stage: "support", charge: 1000 }, "own", allVerbs],
  ["budget", "Q_ERR_DECOHERENCE_EXCEEDED", { charge: 1000 }, "own", allVerbs],
];

describe("a domain call", () => {
  it.each(CASES)("failing at %s gives %s", async (stage, code, call, which) => {
    const { end, frames } = await run(toy("root", ["Q"], function* () {
      const contract = yield* reserve("Q");
      const [execute] = (yield* k.capabilities()).filter(({ verb }) => verb === "EXECUTE_Q");
      if (stage === "capability" || stage === "shape") yield* k.revoke(execute!.capability);
      return yield* codeOf(submit("Q", which === "own" ? contract : dead(contract), call as never));
    }));
    expect(end.result).toBe(code);
    const refused = frames.flatMap(({ entries }) => entries).filter((entry) => entry.code === SYSCALL.XDV_CALL);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.verdict).toBeGreaterThan(0);
  });

  it("with a foreign job handle fails last, at isolation", async () => {
    const { end } = await run(toy("root", ["Q"], function* () {
      const contract = yield* reserve("Q");
      const job = yield* submit("Q", contract, { value: 1 });
      return [yield* codeOf(submit("Q", contract, {}, [{ ...job } as Job])), yield* codeOf(collect("Q", { ...job } as Job)), yield* collect("Q", job), yield* collect("Q", job)];
    }));
    expect(end.result).toEqual(["Q_ERR_NO_CLONE_VIOLATION", "Q_ERR_NO_CLONE_VIOLATION", 1, 1]);
  });

  it("refused changes nothing: ledger, allocation, jobs", async () => {
    const { end } = await run(toy("root", ["Q"], function* () {
      const contract = yield* reserve("Q");
      const before = yield* ask({ domain: "Q", op: "ledger", contract } as Operation);
      for (const [, , call] of CASES) yield* codeOf(submit("Q", contract, call as never));
      const after = yield* ask({ domain: "Q", op: "ledger", contract } as Operation);
      return [before, after].map((ledger) => JSON.stringify((ledger as { budget: number; shots: number; jobs: number }).jobs));
    }));
    expect(end.result).toEqual(["0", "0"]);
  });
});

describe("contracts", () => {
  it("are all-or-nothing, and conserve the declared total", async () => {
    const { end } = await run(toy("root", ["Q", "PHI"], function* () {
      const first = yield* reserve("Q", { units: TOY_UNITS - 1 });
      const all = (...units: readonly number[]) => ask({ domain: "Q", op: "reserve-all", requests: units.map((of) => ({ domain: "Q", request: { units: of } })) } as Operation);
      const refused = yield* codeOf(all(1, 1));
      const single = yield* codeOf(reserve("Q", { units: 1 }));
      yield* ask({ domain: "Q", op: "release", contract: first } as Operation);
      const both = yield* codeOf(all(4, 5));
      return [refused, single, both, yield* codeOf(reserve("PHI", { units: TOY_UNITS + 1 }))];
    }));
    expect(end.result).toEqual(["Q_ERR_RESOURCE_UNAVAILABLE", "OK", "OK", "RESOURCE_EXHAUSTED"]);
  });

  it("give their units back when their owner ends", async () => {
    const holder = toy("holder", ["Q"], function* () { yield* reserve("Q", { units: TOY_UNITS }); return 0; });
    const { end } = await run(toy("root", ["Q"], function* () {
      yield* k.join(yield* k.spawn(holder));
      yield* k.sleep(1);
      return yield* codeOf(reserve("Q", { units: TOY_UNITS }));
    }));
    expect(end.result).toBe("OK");
  });

  it("are half-open windows: open at start, closed at end, and adjacent ones do not overlap", async () => {
    const { end } = await run(toy("root", ["PHI"], function* () {
      const now = yield* k.now();
      const early = yield* reserve("PHI", { units: TOY_UNITS, start: now + 2, end: now + 5 });
      const tries: string[] = [yield* codeOf(submit("PHI", early))];
      for (let tick = 1; tick <= 5; tick++) {
        yield* k.sleep(1);
        tries.push(yield* codeOf(submit("PHI", early)));
      }
      const next = yield* codeOf(reserve("PHI", { units: TOY_UNITS }));
      return [...tries, next];
    }));
    const timeout = "PHI_ERR_COHERENCE_TIMEOUT";
    expect(end.result).toEqual([timeout, timeout, "OK", "OK", "OK", timeout, "OK"]);
  });

  it("are revoked by an outcome that breaches them; the units come back", async () => {
    const { end } = await run(toy("root", ["PHI"], function* () {
      const contract = yield* reserve("PHI", { units: TOY_UNITS });
      const job = yield* submit("PHI", contract, { fail: 2002 });
      const breach = yield* codeOf(collect("PHI", job));
      return [breach, yield* codeOf(submit("PHI", contract)), yield* codeOf(reserve("PHI", { units: TOY_UNITS }))];
    }));
    expect(end.result).toEqual(["PHI_ERR_STABILITY_BREACH", "CONTRACT_INVALID", "OK"]);
  });
});

describe("the policy stage", () => {
  it("a call beyond the run's shots ends the run as bounded, after every stage of its own passed", async () => {
    const root = toy("root", ["Q"], function* () {
      const contract = yield* reserve("Q");
      yield* submit("Q", contract, { charge: 7 });
      yield* submit("Q", contract, { charge: 7 });
      return 0;
    });
    const { end } = await run(root, { bounds: { shots: 10 } });
    expect(end).toMatchObject({ status: "bounded", fault: { name: "RUN_BOUNDED", detail: { bound: "shots", limit: 10 } } });
    expect((await run(root, { bounds: { shots: 14 } })).end.status).toBe("completed");
  });
});

describe("authority", () => {
  it("a domain that was not granted cannot be bound: the run ends enforced", async () => {
    const { end } = await run(toy("root", ["Q"], function* () { return yield* reserve("Q"); }), { allow: ["EXECUTE_K"] });
    expect(end.status).toBe("enforced");
    expect(end.fault?.name).toBe("DOMAIN_UNAUTHORIZED");
  });

  it("a child cannot be given what its parent does not hold", async () => {
    const child = toy("child", ["PHI"], function* () { return yield* reserve("PHI"); });
    const { end, frames } = await run(toy("root", [], function* () { return yield* codeOf(k.spawn(child)); }), { allow: allVerbs.filter((verb) => !verb.endsWith("PHI")) });
    expect(end.result).toBe("DOMAIN_UNAUTHORIZED");
    expect(frames.flatMap(({ entries }) => entries).some(({ code, verdict }) => code === SYSCALL.PROC_SPAWN && verdict === 1)).toBe(true);
  });

  it("a grant can be cut down, used up and revoked with its descendants", async () => {
    const sender = toy("sender", [], function* (to) {
      const codes: string[] = [];
      for (let n = 0; n < 3; n++) codes.push(yield* codeOf(k.send(to as never, n)));
      yield* k.sleep(5);
      codes.push(yield* codeOf(k.send(to as never, 9)));
      return codes;
    });
    const { end } = await run(toy("root", [], function* () {
      const me = yield* k.self();
      const child = yield* k.spawn(sender, me as never, { grants: [{ verb: "EXECUTE_K" }, { verb: "IPC_SEND", scope: { uses: 2, target: me } }] });
      return yield* k.join(child);
    }));
    expect(end.result).toEqual(["OK", "OK", "DOMAIN_UNAUTHORIZED", "DOMAIN_UNAUTHORIZED"]);
  });
});

describe("determinism (T1, T3)", () => {
  it("completion order is invisible: random delays give the same frames, byte for byte", async () => {
    const plain = await run(busy);
    expect(plain.end.status).toBe("completed");
    for (let round = 1; round <= 3; round++) {
      const shuffled = await run(busy, { outcomes: toyOutcomes((job) => (job * 7919 * round) % 13) });
      expect(shuffled.trace).toBe(plain.trace);
    }
  });

  it("policies differ in picks, never in what a program computes", async () => {
    const [first, second] = [await run(busy), await run(busy, { policy: "round-robin" })];
    expect(second.end.result).toEqual(first.end.result);
  });
});
