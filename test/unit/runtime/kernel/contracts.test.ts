// What ends a contract, and what ends with it: expiry, revocation with rollback, calibration, budget, window, use beyond its terms.
// Every run is held against the rules of verify (run.ts).
import { describe, expect, it } from "vitest";
import { k } from "../../../../domains/k/api/operations.ts";
import { FAULTS } from "../../../../kernel-abi/fault.ts";
import { EVENT, entryName, type Entry } from "../../../../kernel-abi/frame.ts";
import type { Recovery } from "../../../../kernel-abi/injection.ts";
import { pack as packed, unpack } from "../../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../../kernel-abi/syscall.ts";
import { CURRENT_OFFER } from "../../../../kernel-abi/version.ts";
import { allVerbs, checkConsistent, run, TOY_UNITS, type ToyOptions, type ToyRun } from "../../../support/run.ts";
import { codeOf, collect, reserve, submit, toy, type Body } from "../../../support/toy.ts";

const named = ({ frames }: ToyRun, name: string): Entry[] => frames.flatMap(({ entries }) => entries).filter(({ code }) => entryName(code) === name);
const tickOf = ({ frames }: ToyRun, name: string): number | undefined => frames.find(({ entries }) => entries.some(({ code }) => entryName(code) === name))?.tick;
const root = (body: () => Body) => toy("root", ["Q", "PHI"], body);
const POLICY = (more: Partial<Recovery>): Recovery => ({ version: 1, rules: [], ...more });

describe("a contract ends", () => {
  it("at its last tick, and gives its units back there", async () => {
    const ran = await run(root(function* () {
      const contract = yield* reserve("Q", { units: TOY_UNITS, end: 6 });
      yield* k.sleep(4);
      const inside = [yield* codeOf(submit("Q", contract)), yield* codeOf(reserve("Q"))];
      yield* k.sleep(1);
      return [...inside, yield* codeOf(submit("Q", contract)), yield* codeOf(reserve("Q", { units: TOY_UNITS }))];
    }));
    expect(ran.end.result).toEqual(["OK", "Q_ERR_RESOURCE_UNAVAILABLE", "CONTRACT_INVALID", "OK"]);
    expect(tickOf(ran, "CONTRACT_EXPIRED")).toBe(6);
  });

  it("as a Φ window: half-open, and a call that would outlast it is refused before it", async () => {
    const ran = await run(root(function* () {
      const contract = yield* reserve("PHI", { start: 3, end: 8 });
      const codes = [yield* codeOf(submit("PHI", contract))];
      yield* k.sleep(2);
      codes.push(yield* codeOf(submit("PHI", contract)), yield* codeOf(submit("PHI", contract, { cost: 6 })));
      yield* k.sleep(5);
      return [...codes, yield* codeOf(submit("PHI", contract))];
    }));
    expect(ran.end.result).toEqual(["PHI_ERR_COHERENCE_TIMEOUT", "OK", "PHI_ERR_COHERENCE_TIMEOUT", "PHI_ERR_COHERENCE_TIMEOUT"]);
    expect([tickOf(ran, "WINDOW_START"), tickOf(ran, "WINDOW_STOP")]).toEqual([3, 8]);
  });

  it("with its calibration for new work, after the grace it declared", async () => {
    const ran = await run(root(function* () {
      const late = yield* codeOf(reserve("Q", { start: 50, end: 60, calibratedUntil: 40 }));
      return [late, yield* codeOf(reserve("Q", { start: 50, end: 60, calibratedUntil: 40, grace: 11 })), yield* codeOf(reserve("PHI", { start: 50, end: 60, calibratedUntil: 40 }))];
    }));
    expect(ran.end.result).toEqual(["Q_ERR_CALIBRATION_INVALID", "OK", "PHI_ERR_COHERENCE_TIMEOUT"]);
  });

  it("when its decoherence budget is used up, to the unit, and serves for nothing more", async () => {
    const spends = (domain: "Q" | "PHI", charges: readonly number[], options: ToyOptions = {}) => run(root(function* () {
      const contract = yield* reserve(domain, { budget: 10 });
      const codes: string[] = [];
      for (const charge of charges) codes.push(yield* codeOf(submit(domain, contract, { charge })));
      yield* k.sleep(1);
      return [...codes, yield* codeOf(submit(domain, contract, { charge: 0 }))];
    }), options);
    const [over, none] = ["Q_ERR_DECOHERENCE_EXCEEDED", "CONTRACT_INVALID"];
    expect((await spends("Q", [4, 6])).end.result).toEqual(["OK", "OK", "OK"]);
    const ran = await spends("Q", [4, 7, 6]);
    expect(ran.end.result).toEqual(["OK", over, none, none]);
    expect(named(ran, "FAULT_CONTAINED").map(({ verdict, contract }) => [verdict, contract])).toEqual([[1001, 1]]);
    expect((await spends("Q", [4, 7], { recovery: POLICY({ rules: [{ fault: "Q_ERR_HARDWARE_FAILURE", action: "rollback" }] }) })).end.result).toEqual(["OK", over, none]);
    for (const stays of [{ recovery: POLICY({ overuse: "refuse" }) }, { flags: CURRENT_OFFER.flags.filter((flag) => flag !== "overuseEndsContracts") }]) {
      expect((await spends("Q", [4, 7, 6, 1], stays)).end.result).toEqual(["OK", over, "OK", over, "OK"]);
    }
    expect((await spends("PHI", [4, 7, 6])).end.result).toEqual(["OK", "RESOURCE_EXHAUSTED", "OK", "OK"]);
  });
});

const OVERUSE: ToyOptions = { recovery: POLICY({ overuse: "revoke" }) };
/** Work under way under the contract that is overused, and under another. */
const greedy = (domain: "Q" | "PHI") => root(function* () {
  const [contract, other] = [yield* reserve(domain, { budget: 10 }), yield* reserve(domain)];
  const [job, spared] = [yield* submit(domain, contract, { cost: 5 }), yield* submit(domain, other, { cost: 5 })];
  const codes = [yield* codeOf(submit(domain, contract, { charge: 11 })), yield* codeOf(submit(domain, contract, { charge: 1 })), yield* codeOf(submit(domain, other, { charge: 1 }))];
  yield* k.sleep(1);
  return [...codes, yield* codeOf(submit(domain, contract)), yield* codeOf(collect(domain, job)), yield* codeOf(collect(domain, spared))];
});

describe("use beyond the terms, where that ends the contract", () => {
  it.each([["Q", "Q_ERR_DECOHERENCE_EXCEEDED"], ["PHI", "RESOURCE_EXHAUSTED"]] as const)("in %s is refused, ends the contract and what is under way under it, and nothing else", async (domain, code) => {
    const ran = await run(greedy(domain), OVERUSE);
    expect(ran.end.result).toEqual([code, "CONTRACT_INVALID", "OK", "CONTRACT_INVALID", "CONTRACT_INVALID", "OK"]);
    const [contained] = named(ran, "FAULT_CONTAINED");
    expect([contained!.verdict, contained!.contract, contained!.subject, unpack(contained!.body)]).toEqual([FAULTS[code].code, 1, 0, { level: 0, action: "rollback", jobs: [1] }]);
    expect(named(ran, "CONTRACT_REVOKED").map(({ contract }) => contract)).toEqual([1]);
  });

  it("of a turn that is aborted ends nothing but with its process", async () => {
    const ran = await run(root(function* () {
      const child = yield* k.spawn(toy("child", ["Q"], function* () { const contract = yield* reserve("Q", { budget: 1 }); yield* k.sleep(1); yield* submit("Q", contract, { charge: 9 }); return 0; }) as never);
      return yield* codeOf(k.join(child));
    }), OVERUSE);
    expect(ran.end.result).toBe("PROCESS_FAILED");
    expect(named(ran, "FAULT_CONTAINED")).toEqual([]);
  });

  it("gives its units to who waits for them", async () => {
    const ran = await run(root(function* () {
      const contract = yield* reserve("Q", { units: TOY_UNITS, budget: 1 });
      yield* codeOf(submit("Q", contract, { charge: 5 }));
      yield* k.sleep(1);
      return yield* codeOf(reserve("Q", { units: TOY_UNITS }));
    }), OVERUSE);
    expect(ran.end.result).toBe("OK");
  });
});

describe("rollback of a failed outcome", () => {
  it("ends the contract and other work under way under it, at the ticks it was due", async () => {
    const ran = await run(root(function* () {
      const contract = yield* reserve("Q");
      const [fails, long] = [yield* submit("Q", contract, { fail: 1004, cost: 2 }), yield* submit("Q", contract, { cost: 9 })];
      return [yield* codeOf(collect("Q", fails)), yield* codeOf(collect("Q", long)), yield* k.now(), yield* codeOf(submit("Q", contract))];
    }), { recovery: POLICY({ rules: [{ fault: "Q_ERR_HARDWARE_FAILURE", action: "rollback" }] }) });
    expect(ran.end.result).toEqual(["Q_ERR_HARDWARE_FAILURE", "CONTRACT_INVALID", 10, "CONTRACT_INVALID"]);
  });

  it("ends the contract at its very end too, where it would have expired", async () => {
    const ran = await run(root(function* () {
      const contract = yield* reserve("Q", { end: 6 });
      return [yield* codeOf(collect("Q", yield* submit("Q", contract, { fail: 1004, cost: 6 - (yield* k.now()) }))), yield* k.now()];
    }), { recovery: POLICY({ rules: [{ fault: "Q_ERR_HARDWARE_FAILURE", action: "rollback" }] }) });
    const ends = ran.frames.flatMap(({ tick, entries }) => entries.filter(({ code }) => code === EVENT.CONTRACT_REVOKED || code === EVENT.CONTRACT_EXPIRED).map(({ code }) => [tick, code]));
    expect([ran.end.result, ends]).toEqual([["Q_ERR_HARDWARE_FAILURE", 6], [[6, EVENT.CONTRACT_REVOKED]]]);
  });
});

describe("verify holds a run to its policy", () => {
  const failing = root(function* () {
    const [contract, other] = [yield* reserve("Q"), yield* reserve("Q")];
    const jobs = [yield* submit("Q", contract, { fail: 1004, cost: 2 }), yield* submit("Q", contract, { cost: 9 }), yield* submit("Q", other, { fail: 1006, cost: 3 })];
    const codes: string[] = [];
    for (const job of jobs) codes.push(yield* codeOf(collect("Q", job)));
    return codes;
  });
  const rollsBack = POLICY({ rules: [{ fault: "Q_ERR_HARDWARE_FAILURE", action: "rollback" }, { fault: "Q_ERR_MEASUREMENT_FAILURE", action: "retry", limit: 2 }] });
  const freezes = POLICY({ rules: [{ fault: "Q_ERR_HARDWARE_FAILURE", action: "halt", level: 1 }] });
  const kills = POLICY({ rules: [{ fault: "Q_ERR_HARDWARE_FAILURE", action: "halt", level: 0 }] });
  const counts = POLICY({ escalate: { failures: 1, within: 5 } });
  const OF_JOBS: readonly number[] = [EVENT.JOB_INTENT, EVENT.JOB_OUTCOME, EVENT.FAULT_CONTAINED];
  type Change = (entry: Entry) => Entry | undefined;
  const without = (...codes: readonly number[]): Change => (entry) => (codes.includes(entry.code) ? undefined : entry);
  const said = (entry: Entry): Record<string, unknown> => unpack(entry.body) as Record<string, unknown>;
  const body = (code: number, changes: Readonly<Record<string, unknown>>): Change => (entry) => (entry.code === code ? { ...entry, body: packed({ ...unpack(entry.body) as object, ...changes }) } : entry);

  it.each<readonly [string, ReturnType<typeof root>, Recovery, Change, { readonly rule: string } | { readonly owed: string }]>([
    ["a failure nobody dealt with", failing, rollsBack, without(EVENT.FAULT_CONTAINED), { owed: "job 1 contained, fault 1004" }],
    ["a contract that was to be rolled back", failing, rollsBack, without(EVENT.CONTRACT_REVOKED, EVENT.CONTRACT_RELEASED), { owed: "contract 1 revoked" }],
    ["a job that was to be called again", failing, rollsBack, without(EVENT.JOB_RETRIED), { rule: "intents follow their calls in order" }],
    ["a job nobody called again", failing, rollsBack, (entry) => (entry.code === EVENT.JOB_RETRIED || (entry.subject > 3 && OF_JOBS.includes(entry.code)) ? undefined : entry), { owed: "job 3 called again" }],
    ["one call too many", failing, rollsBack, body(EVENT.JOB_RETRIED, { attempt: 3 }), { rule: "jobs are called again as often as the header's policy says" }],
    ["an action the policy does not have", failing, rollsBack, body(EVENT.FAULT_CONTAINED, { action: "halt" }), { rule: "a fault reaches as far as the policy lets it" }],
    ["a level the policy does not have", failing, rollsBack, body(EVENT.FAULT_CONTAINED, { level: 1 }), { rule: "a fault reaches as far as the policy lets it" }],
    ["work that was not under the contract", failing, rollsBack, body(EVENT.FAULT_CONTAINED, { jobs: [3] }), { rule: "a rollback ends work in flight under what it ends, once" }],
    ["another end of work that was rolled back", failing, rollsBack, (entry) => (entry.code === EVENT.JOB_OUTCOME && entry.subject === 2 ? { ...entry, verdict: 0 } : entry), { rule: "work that was hit ends with the strike's fault" }],
    ["a domain that was to be frozen", failing, freezes, without(EVENT.DOMAIN_FROZEN, EVENT.CAPABILITY_REVOKED), { owed: "Q frozen" }],
    ["a process that was to be halted", failing, kills, without(EVENT.PROCESS_HALTED), { rule: "a process is stopped by its parent, or with it" }],
    ["a domain frozen by counting", failing, counts, without(EVENT.DOMAIN_FROZEN, EVENT.CAPABILITY_REVOKED), { owed: "Q frozen" }],
    ["a failure too many", failing, counts, (entry) => (entry.code === EVENT.FAULT_CONTAINED && said(entry)["action"] === "halt" ? undefined : entry), { owed: "job 1 escalated, fault 1004" }],
    ["overuse unanswered", greedy("Q"), POLICY({ overuse: "revoke" }), without(EVENT.FAULT_CONTAINED), { rule: "work that says it was hit was hit" }],
    ["overuse nobody dealt with", greedy("Q"), POLICY({ overuse: "revoke" }), without(EVENT.FAULT_CONTAINED, EVENT.CONTRACT_REVOKED, EVENT.CONTRACT_RELEASED), { owed: "contract 1 ended for overuse" }],
    ["overuse without end", greedy("Q"), POLICY({ overuse: "revoke" }), without(EVENT.CONTRACT_REVOKED, EVENT.CONTRACT_RELEASED), { owed: "contract 1 revoked" }],
    ["work after overuse", greedy("Q"), POLICY({ overuse: "revoke" }), (entry) => (entry.code === SYSCALL.XDV_CALL && entry.verdict === 1001 ? { ...entry, verdict: FAULTS.CONTRACT_INVALID.code } : entry), { rule: "a contract ends for overuse when more was asked of it than was left" }],
  ])("%s is refused", async (_, program, recovery, change, why) => {
    const { frames } = await run(program, { recovery });
    const altered = frames.map((frame) => ({ ...frame, entries: frame.entries.map(change).filter((entry) => entry !== undefined) })).filter(({ kind, entries }) => kind === "turn" || entries.length > 0);
    expect(() => { checkConsistent(altered as never, allVerbs, { recovery }); }).toThrow(expect.objectContaining({ fault: "TRACE_INCONSISTENT", detail: expect.objectContaining(why) }));
  });
});

describe("levels", () => {
  it("too many freezes halt the run", async () => {
    const { end } = await run(root(function* () {
      for (let round = 0; round < 5; round++) {
        for (const domain of ["Q", "PHI"] as const) {
          const code = yield* codeOf(reserve(domain));
          if (code !== "OK") continue;
          yield* codeOf(collect(domain, yield* submit(domain, yield* reserve(domain), { fail: domain === "Q" ? 1004 : 2005 })));
        }
      }
      return "went on";
    }), { recovery: POLICY({ escalate: { failures: 1, within: 1, freezes: 2 } }) });
    expect(end).toMatchObject({ status: "enforced", fault: { name: "RUN_HALTED", detail: { level: 3 } } });
  });
});
