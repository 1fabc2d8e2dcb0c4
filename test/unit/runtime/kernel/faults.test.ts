// Faults by script and by an operator's program: each kind befalls what it names, is recorded, and every trace is consistent (run.ts).
import { describe, expect, it } from "vitest";
import { k } from "../../../../domains/k/api/operations.ts";
import { FAULTS } from "../../../../kernel-abi/fault.ts";
import { EVENT, entryName, type Entry } from "../../../../kernel-abi/frame.ts";
import { INJECTION_KINDS, parseFaultScript, parseRecovery, type Injection, type Recovery } from "../../../../kernel-abi/injection.ts";
import { pack, unpack } from "../../../../kernel-abi/packer.ts";
import type { Outcomes } from "../../../../kernel-abi/ports.ts";
import { Consistency } from "../../../../replay/consistency/consistency.ts";
import { record } from "../../../../runtime/app/record.ts";
import { replayTrace, reproduceTrace, verifyTrace } from "../../../../runtime/app/trace.ts";
import { createMemorySink } from "../../../../runtime/adapters/memory.ts";
import { scratch } from "../../../support/cli.ts";
import { header } from "../../../support/recordings.ts";
import { testSigner } from "../../../support/signer.ts";
import { allVerbs, checkConsistent, run, toyAdmission, toyOutcomes, type ToyRun } from "../../../support/run.ts";
import { ask, codeOf, collect, reserve, submit, toy, type Body } from "../../../support/toy.ts";

scratch();
const entriesOf = ({ frames }: ToyRun): Entry[] => frames.flatMap(({ entries }) => entries);
const named = (ran: ToyRun, name: string): Entry[] => entriesOf(ran).filter(({ code }) => entryName(code) === name);

/** Ten ticks of work in flight when the faults of tick 3 come, then another call under the same contract. */
const worker = (domain: "Q" | "PHI") => function* (): Body {
  const contract = yield* reserve(domain, { units: 2 });
  const job = yield* submit(domain, contract, { cost: 9, value: "found" });
  const first = yield* codeOf(collect(domain, job));
  const again = yield* codeOf(submit(domain, contract, { cost: 1 }));
  return [first, again];
};

const WORK: readonly (readonly [Injection["kind"], "Q" | "PHI", string, string])[] = [
  ["decoherence-spike", "Q", "Q_ERR_DECOHERENCE_EXCEEDED", "CONTRACT_INVALID"],
  ["measurement-timeout", "Q", "Q_ERR_MEASUREMENT_FAILURE", "OK"],
  ["invalid-result", "Q", "Q_ERR_MEASUREMENT_FAILURE", "OK"],
  ["hardware-failure", "Q", "Q_ERR_HARDWARE_FAILURE", "OK"],
  ["worker-loss", "Q", "Q_ERR_HARDWARE_FAILURE", "OK"],
  ["contract-invalidation", "Q", "CONTRACT_INVALID", "CONTRACT_INVALID"],
  ["calibration-expiry", "Q", "OK", "Q_ERR_CALIBRATION_INVALID"],
  ["domain-freeze", "Q", "DOMAIN_PANIC", "DOMAIN_FROZEN"],
  ["vhm-freeze", "Q", "DOMAIN_PANIC", "DOMAIN_FROZEN"],
  ["hardware-failure", "PHI", "PHI_ERR_HARDWARE_FAILURE", "CONTRACT_INVALID"],
  ["worker-loss", "PHI", "PHI_ERR_HARDWARE_FAILURE", "CONTRACT_INVALID"],
  ["coherence-timeout", "PHI", "PHI_ERR_COHERENCE_TIMEOUT", "CONTRACT_INVALID"],
  ["instability", "PHI", "PHI_ERR_STABILITY_BREACH", "CONTRACT_INVALID"],
  ["integrity-failure", "PHI", "PHI_ERR_ENVELOPE_INVALID", "CONTRACT_INVALID"],
  ["envelope-collision", "PHI", "PHI_ERR_ENVELOPE_INVALID", "CONTRACT_INVALID"],
  ["contract-invalidation", "PHI", "CONTRACT_INVALID", "CONTRACT_INVALID"],
  ["domain-freeze", "PHI", "DOMAIN_PANIC", "DOMAIN_FROZEN"],
];

describe("a fault that befalls work", () => {
  const targetless = (kind: string): boolean => kind === "vhm-freeze";
  it.each(WORK)("%s in %s: work in flight ends %s, the next call %s", async (kind, domain, first, again) => {
    const ran = await run(toy("root", ["Q", "PHI"], worker(domain)), { faults: [{ at: 3, kind, ...(targetless(kind) ? {} : { domain }) }] });
    expect(ran.end.result).toEqual([first, again]);
    const [struck] = named(ran, "FAULT_INJECTED");
    expect(unpack(struck!.body)).toMatchObject({ kind, contracts: [1], jobs: first === "OK" ? [] : [1] });
    expect(ran.frames.find(({ entries }) => entries.includes(struck!))).toMatchObject({ kind: "kernel", tick: 3 });
    const outcome = ran.frames.find(({ entries }) => entries.some(({ code }) => code === EVENT.JOB_OUTCOME));
    expect(outcome!.tick).toBe(10); // when it was due, hit or not
  });

  it.each([["contract", { contract: 2 }], ["job", { job: 2 }], ["process", { process: "root/worker#2" }]] as const)("by %s leaves the others alone", async (_, target) => {
    const child = toy("worker", ["Q"], worker("Q"));
    const ran = await run(toy("root", ["Q"], function* () {
      const one = yield* k.spawn(child as never);
      const other = yield* k.spawn(child as never);
      return [yield* k.join(one), yield* k.join(other)];
    }), { faults: [{ at: 4, kind: "decoherence-spike", ...target }] });
    expect(ran.end.result).toEqual([["OK", "OK"], ["Q_ERR_DECOHERENCE_EXCEEDED", "CONTRACT_INVALID"]]);
  });

  it("the first that hits a job decides; one that finds nothing is recorded and hits nothing", async () => {
    const ran = await run(toy("root", ["Q", "PHI"], worker("Q")), { faults: parseFaultScript([
      { at: 5, kind: "invalid-result", job: 1 }, { at: 4, kind: "hardware-failure", job: 1 }, { at: 5, kind: "decoherence-spike", contract: 77 }, { at: 900, kind: "process-kill", process: "root" },
    ]) });
    expect(ran.end.result).toEqual(["Q_ERR_HARDWARE_FAILURE", "OK"]);
    expect(named(ran, "FAULT_INJECTED").map(({ body }) => (unpack(body) as { jobs: number[] }).jobs)).toEqual([[1], [], []]);
  });

  it("a calibration that gave out serves for the grace its contract declared", async () => {
    const ran = await run(toy("root", ["Q"], function* () {
      const contract = yield* reserve("Q", { grace: 3 });
      const codes: string[] = [];
      for (let left = 6; left > 0; left--) {
        codes.push(yield* codeOf(submit("Q", contract)));
        yield* k.sleep(1);
      }
      return codes;
    }), { faults: [{ at: 3, kind: "calibration-expiry", contract: 1 }] });
    expect(ran.end.result).toEqual(["OK", "OK", "OK", "OK", "OK", "Q_ERR_CALIBRATION_INVALID"]);
  });
});

describe("a fault that befalls a process", () => {
  it("kills it, what is below it, and tells its parent", async () => {
    const sleeper = toy("sleeper", [], function* () { yield* k.sleep(50); return 0; });
    const middle = toy("middle", [], function* () { yield* k.spawn(sleeper as never); yield* k.sleep(50); return 0; });
    const ran = await run(toy("root", [], function* () { return yield* codeOf(k.join(yield* k.spawn(middle as never))); }), { faults: [{ at: 5, kind: "process-kill", process: "root/middle#1" }] });
    expect(ran.end).toMatchObject({ status: "completed", result: "PROCESS_STOPPED", tick: 6 });
    expect(named(ran, "PROCESS_HALTED")).toHaveLength(1);
  });

  it("kills the root, and with it the run", async () => {
    const { end } = await run(toy("root", [], function* () { yield* k.receive(); return 0; }), { faults: [{ at: 5, kind: "process-kill", process: "root" }] });
    expect(end).toMatchObject({ status: "faulted", tick: 5, fault: { name: "PROCESS_STOPPED" } });
  });

  it("takes a verb from it while it runs", async () => {
    const ran = await run(toy("root", ["Q"], function* () {
      const contract = yield* reserve("Q");
      const before = yield* codeOf(submit("Q", contract));
      yield* k.sleep(5);
      return [before, yield* codeOf(submit("Q", contract)), yield* codeOf(reserve("Q"))];
    }), { faults: [{ at: 3, kind: "capability-revocation", process: "root", verb: "EXECUTE_Q" }] });
    expect(ran.end.result).toEqual(["OK", "DOMAIN_UNAUTHORIZED", "OK"]);
    expect(named(ran, "CAPABILITY_REVOKED")).toHaveLength(1);
  });
});

describe("freezing", () => {
  it("a domain: every call in it is refused until it is thawed, the other domain goes on", async () => {
    const ran = await run(toy("root", ["Q", "PHI"], function* () {
      yield* k.sleep(3);
      const frozen = [yield* codeOf(reserve("Q")), yield* codeOf(reserve("PHI"))];
      yield* k.sleep(5);
      return [...frozen, yield* codeOf(reserve("Q"))];
    }), { faults: [{ at: 2, kind: "domain-freeze", domain: "Q" }, { at: 6, kind: "domain-thaw", domain: "Q" }] });
    expect(ran.end.result).toEqual(["DOMAIN_FROZEN", "OK", "OK"]);
    expect([named(ran, "DOMAIN_FROZEN").length, named(ran, "DOMAIN_THAWED").length]).toEqual([1, 1]);
  });

  it("a system halt ends the run, enforced and sealed", async () => {
    const { end, frames } = await run(toy("root", [], function* () { yield* k.sleep(50); return 0; }), { faults: [{ at: 5, kind: "system-halt" }] });
    expect(end).toMatchObject({ status: "enforced", tick: 5, fault: { name: "RUN_HALTED" } });
    expect(frames.at(-1)?.entries.at(-1)?.code).toBe(EVENT.RUN_END);
  });
});

describe("an operator's program", () => {
  it("freezes and thaws behind its turn; a turn that is aborted asks for nothing", async () => {
    const ran = await run(toy("root", ["Q"], function* () {
      yield* k.inject({ kind: "domain-freeze", domain: "Q" });
      const sameTurn = yield* codeOf(reserve("Q"));
      yield* k.sleep(1);
      const next = yield* codeOf(reserve("Q"));
      yield* k.inject({ kind: "domain-thaw", domain: "Q" });
      yield* k.sleep(1);
      return [sameTurn, next, yield* codeOf(reserve("Q"))];
    }));
    expect(ran.end.result).toEqual(["OK", "DOMAIN_FROZEN", "OK"]);
    const aborted = await run(toy("root", [], function* () { yield* k.inject({ kind: "system-halt" }); throw new Error("no"); }));
    expect(aborted.end.status).toBe("faulted");
    expect(named(aborted, "FAULT_INJECTED")).toEqual([]);
  });

  it("may end itself", async () => {
    const { end } = await run(toy("root", [], function* () { yield* k.inject({ kind: "process-kill", process: "root" }); yield* k.receive(); return 0; }));
    expect(end.fault?.name).toBe("PROCESS_STOPPED");
  });

  it("needs ADMIN_FAULT, which nobody has unless the operator says so", async () => {
    const root = toy("root", [], function* () { return yield* codeOf(k.inject({ kind: "system-halt" })); });
    expect((await run(root, { allow: ["EXECUTE_K"] })).end.result).toBe("DOMAIN_UNAUTHORIZED");
  });

  it.each([null, {}, { kind: "partition" }, { kind: "domain-freeze" }, { kind: "process-kill", process: 3 }, { kind: "instability", domain: "Q" }, { kind: "hardware-failure", job: 1.5 }])("strange strike %j is refused", async (strike) => {
    const { end } = await run(toy("root", [], function* () { return yield* codeOf(k.inject(strike as never)); }));
    expect(end.result).toMatch(/^(ABI_MALFORMED|FAULTS_INVALID)$/);
  });
});

describe("as data", () => {
  it("a script is put in the order of its ticks; what is not offered or not understood is refused", () => {
    expect(parseFaultScript([{ at: 9, kind: "system-halt" }, { at: 2, kind: "vhm-freeze" }]).map(({ at }) => at)).toEqual([2, 9]);
    for (const bad of [[], {}, [{ at: 0, kind: "system-halt" }], [{ at: 1, kind: "x" }], [{ at: 1, kind: "partition" }], [{ at: 1, kind: "instability", process: "a", job: 1 }], [{ at: 1, kind: "hardware-failure" }], [{ at: 1, kind: "capability-revocation", process: "root", verb: "X" }]]) {
      expect(() => parseFaultScript(bad)).toThrow(expect.objectContaining({ fault: "FAULTS_INVALID", detail: expect.objectContaining({ at: expect.stringMatching(/./) as string }) as object }) as Error);
    }
    for (const kind of INJECTION_KINDS) expect(WORK.some(([of]) => of === kind) || ["capability-revocation", "process-kill", "domain-thaw", "system-halt"].includes(kind)).toBe(true);
  });
});

describe("a recovery policy", () => {
  const rule = (fault: string, action: "continue" | "retry" | "rollback" | "halt", more: object = {}): Recovery => ({ version: 1, rules: [{ fault, action, ...more }] });
  /** Fails as often as asked: the toy's outcomes are its own. */
  const flaky = (failures: number): Outcomes => {
    const inner = toyOutcomes();
    let left = failures;
    return { ...inner, outcome: async (job) => (left-- > 0 ? { verdict: FAULTS.Q_ERR_HARDWARE_FAILURE.code, body: pack({}) } : inner.outcome(job)) };
  };
  const once = toy("root", ["Q", "PHI"], function* () {
    const contract = yield* reserve("Q", { budget: 4 });
    const job = yield* submit("Q", contract, { cost: 2, value: "found" });
    const code = yield* codeOf(collect("Q", job));
    const again = yield* codeOf(collect("Q", job));
    return [code, again, yield* codeOf(submit("Q", contract, { charge: 1 }))];
  });

  it.each([[1, "OK"], [2, "OK"], [3, "Q_ERR_HARDWARE_FAILURE"]])("calls a job again: %i failures with two more calls allowed end %s", async (failures, code) => {
    const ran = await run(once, { outcomes: flaky(failures), recovery: rule("Q_ERR_HARDWARE_FAILURE", "retry", { limit: 2 }) });
    expect(ran.end.result).toEqual([code, code, "OK"]);
    expect(named(ran, "JOB_RETRIED")).toHaveLength(Math.min(failures, 2));
    expect(named(ran, "JOB_INTENT")).toHaveLength(2 + Math.min(failures, 2));
  });

  it.each([[3, 2], [4, 2], [6, 3]])("whoever asks for it at tick %i, when it has been called again, waits for it by the number it has", async (tick, now) => {
    const late = toy("root", ["Q"], function* () {
      const job = yield* submit("Q", yield* reserve("Q"), { cost: 2, value: "found" });
      yield* k.sleep(tick - 1);
      return yield* collect("Q", job);
    });
    const { end, frames } = await run(late, { outcomes: flaky(2), recovery: rule("Q_ERR_HARDWARE_FAILURE", "retry", { limit: 2 }) }); // verified as it was written
    expect(end).toMatchObject({ status: "completed", result: "found" });
    const waits = frames.flatMap((frame) => (frame.kind === "turn" && frame.end.kind === 0 && frame.end.on === 3 ? [[frame.end.subject, frame.entries.at(-1)?.subject]] : []));
    expect(waits).toEqual([[1, now]]);
  });

  it("charges each call anew, and not beyond the contract", async () => {
    const ran = await run(once, { outcomes: flaky(9), recovery: rule("Q_ERR_HARDWARE_FAILURE", "retry", { limit: 9 }) });
    expect(named(ran, "JOB_RETRIED")).toHaveLength(3);
    expect(ran.end.result).toEqual(["Q_ERR_HARDWARE_FAILURE", "Q_ERR_HARDWARE_FAILURE", "Q_ERR_DECOHERENCE_EXCEEDED"]);
  });

  it.each([["the contract's shots", { shots: 3 }, {}], ["the run's shots", {}, { shots: 3 }]])("nor beyond %s", async (_, terms, bounds) => {
    const patient = toy("root", ["Q"], function* () {
      const job = yield* submit("Q", yield* reserve("Q", { budget: 50, ...terms }), { cost: 2 });
      return yield* codeOf(collect("Q", job));
    });
    const ran = await run(patient, { bounds, outcomes: flaky(9), recovery: rule("Q_ERR_HARDWARE_FAILURE", "retry", { limit: 9 }) });
    expect(named(ran, "JOB_RETRIED")).toHaveLength(2);
    expect(ran.end).toMatchObject({ result: "Q_ERR_HARDWARE_FAILURE", shots: 3 });
  });

  it("whoever selects the first call is told of the last, and cancelling cancels that", async () => {
    const selecting = toy("root", ["Q"], function* () {
      const contract = yield* reserve("Q");
      const job = yield* submit("Q", contract, { cost: 2, value: "found" });
      const { arm } = yield* k.select([{ on: "message" }, { on: "outcome", job }]);
      return [arm, yield* collect("Q", job)];
    });
    const recovery = rule("Q_ERR_HARDWARE_FAILURE", "retry", { limit: 2 });
    expect((await run(selecting, { outcomes: flaky(2), recovery })).end).toMatchObject({ result: [1, "found"], tick: 7 });
    const cancelling = toy("root", ["Q"], function* () {
      const job = yield* submit("Q", yield* reserve("Q"), { cost: 3 });
      yield* k.sleep(4);
      yield* ask({ domain: "Q", op: "cancel", job } as never);
      yield* k.sleep(4);
      return yield* codeOf(collect("Q", job));
    });
    const ran = await run(cancelling, { outcomes: flaky(1), recovery });
    expect(ran.end.result).toBe("CANCELLED");
    expect(named(ran, "JOB_ABANDONED").map(({ subject }) => subject)).toEqual([2]);
  });

  it("halts a process for each of two failures of a tick, which is believed, and no more often than they were contained", async () => {
    const two = toy("root", ["Q"], function* () {
      const child = yield* k.spawn(toy("child", ["Q"], function* () {
        const contract = yield* reserve("Q");
        yield* submit("Q", contract, { cost: 2 });
        yield* submit("Q", contract, { cost: 2 });
        yield* k.sleep(50);
        return 0;
      }) as never);
      return (yield* k.exitOf(child)).kind;
    });
    const recovery = rule("Q_ERR_HARDWARE_FAILURE", "halt", { level: 0 });
    const ran = await run(two, { outcomes: flaky(2), recovery });
    expect([ran.end.result, named(ran, "PROCESS_HALTED").length]).toEqual(["stopped", 2]);
    const thrice = ran.frames.map((frame) => ({ ...frame, entries: frame.entries.flatMap((entry) => (entry.code === EVENT.PROCESS_HALTED ? [entry, entry] : [entry])) }));
    expect(() => { checkConsistent(thrice as never, allVerbs, { recovery }); }).toThrow(expect.objectContaining({ detail: expect.objectContaining({ rule: "a process is halted by a fault of its tick" }) }));
  });

  it("ends the contract and tells the process", async () => {
    const { end } = await run(once, { outcomes: flaky(1), recovery: rule("Q_ERR_HARDWARE_FAILURE", "rollback") });
    expect(end.result).toEqual(["Q_ERR_HARDWARE_FAILURE", "Q_ERR_HARDWARE_FAILURE", "CONTRACT_INVALID"]);
  });

  const parent = toy("root", ["Q"], function* () {
    const child = yield* k.spawn(toy("child", ["Q"], worker("Q")) as never);
    const code = yield* codeOf(k.join(child));
    return [code, yield* codeOf(reserve("Q"))];
  });
  it.each([
    [0, { status: "completed", result: ["PROCESS_STOPPED", "OK"] }], [1, { status: "completed", result: ["OK", "DOMAIN_FROZEN"] }],
    [2, { status: "completed", result: ["OK", "DOMAIN_FROZEN"] }], [3, { status: "enforced" }],
  ] as const)("halts what its level names: %i", async (level, end) => {
    const ran = await run(parent, { outcomes: flaky(1), recovery: rule("Q_ERR_HARDWARE_FAILURE", "halt", { level }) });
    expect(ran.end).toMatchObject(end);
    expect(unpack(named(ran, "FAULT_CONTAINED")[0]!.body)).toEqual({ level, action: "halt", jobs: [] });
    expect(named(ran, "DOMAIN_FROZEN")).toHaveLength([0, 1, 2, 0][level]!);
  });

  it("freezes a domain whose providers fail too often, and work in flight there ends with it", async () => {
    const root = toy("root", ["Q", "PHI"], function* () {
      const contract = yield* reserve("Q");
      const long = yield* submit("Q", contract, { cost: 50 });
      const codes: string[] = [];
      for (let left = 3; left > 0; left--) codes.push(yield* codeOf(collect("Q", yield* submit("Q", contract))));
      return [...codes, yield* codeOf(collect("Q", long)), yield* codeOf(reserve("Q")), yield* codeOf(reserve("PHI"))];
    });
    const policy = (within: number): Recovery => ({ version: 1, rules: [], escalate: { failures: 3, within } });
    const failed = "Q_ERR_HARDWARE_FAILURE";
    expect((await run(root, { outcomes: flaky(3), recovery: policy(10) })).end.result).toEqual([failed, failed, failed, "DOMAIN_FROZEN", "DOMAIN_FROZEN", "OK"]);
    expect((await run(root, { outcomes: flaky(3), recovery: policy(2) })).end.result).toEqual([failed, failed, failed, "OK", "OK", "OK"]);
  });

  it("is what it was where a header states none: nothing is recorded of it", async () => {
    const ran = await run(once, { outcomes: flaky(1) });
    expect(ran.end.result).toEqual(["Q_ERR_HARDWARE_FAILURE", "Q_ERR_HARDWARE_FAILURE", "OK"]);
    expect(named(ran, "FAULT_CONTAINED")).toEqual([]);
  });
});

describe("verify", () => {
  const options = { faults: [{ at: 3, kind: "decoherence-spike" as const, domain: "Q" as const }] };
  const rules = (change: (entry: Entry) => Entry | undefined) => async (): Promise<void> => {
    const { frames } = await run(toy("root", ["Q", "PHI"], worker("Q")), options);
    const changed = frames.map((frame) => ({ ...frame, entries: frame.entries.map(change).filter((entry) => entry !== undefined) })).filter((frame) => frame.kind === "turn" || frame.entries.length > 0);
    checkConsistent(changed as never, allVerbs, { faults: [...options.faults] });
  };
  const refuses = (what: () => Promise<void>): Promise<void> => expect(what()).rejects.toMatchObject({ fault: "TRACE_INCONSISTENT" });

  it("refuses a trace that leaves out a strike, changes the outcome of work that was hit, or strikes without a cause", async () => {
    await rules((entry) => entry)();
    await refuses(rules((entry) => (entry.code === EVENT.FAULT_INJECTED ? undefined : entry)));
    await refuses(rules((entry) => (entry.code === EVENT.JOB_OUTCOME ? { ...entry, verdict: 0 } : entry)));
    await refuses(rules((entry) => (entry.code === EVENT.FAULT_INJECTED ? { ...entry, subject: 0 } : entry)));
    const { frames } = await run(toy("root", ["Q", "PHI"], worker("Q")), options);
    const bare = new Consistency(header({ allow: [...allVerbs], providers: [...toyAdmission("Q").providers, ...toyAdmission("PHI").providers] }));
    expect(() => frames.forEach((frame, index) => bare.frame(frame, { offset: 0, unit: "block", index }))).toThrow(expect.objectContaining({ fault: "TRACE_INCONSISTENT" }) as Error);
  });
});

describe("end to end", () => {
  it("a run with faults is recorded, verified, replayed and reproduced", async () => {
    const sink = createMemorySink();
    const program = "test/programs/struck.ts";
    const faults = parseFaultScript([{ at: 1, kind: "hardware-failure", domain: "Q" }, { at: 1, kind: "instability", domain: "PHI" }]);
    const { end, recording } = await record({ program, out: sink, seed: "s", workers: 0, signer: testSigner(), faults });
    expect(end.result).toEqual(["Q_ERR_HARDWARE_FAILURE", "PHI_ERR_STABILITY_BREACH"]);
    expect(recording.header.faults).toEqual(faults);
    const source = sink.bytes();
    expect(await verifyTrace(source)).toMatchObject({ ok: true, status: "completed" });
    expect(await replayTrace(source, { trustProgram: true })).toBeDefined();
    expect(await reproduceTrace(source, { trustProgram: true, workers: 0 })).toBeDefined();
  });

  it.each([["retry", ["4", "PHI_ERR_STABILITY_BREACH"], "completed"], ["halt", null, "enforced"]] as const)("so is one under a recovery policy: %s", async (action, result, status) => {
    const sink = createMemorySink();
    const recovery: Recovery = { version: 1, rules: [{ fault: "Q_ERR_HARDWARE_FAILURE", action, ...(action === "retry" ? { limit: 2 } : { level: 3 }) }], copies: 3, overuse: "revoke", escalate: { failures: 9, within: 9 } };
    const faults = parseFaultScript([{ at: 1, kind: "hardware-failure", domain: "Q" }, { at: 1, kind: "instability", domain: "PHI" }]);
    const { end, recording } = await record({ program: "test/programs/struck.ts", out: sink, seed: "s", workers: 0, signer: testSigner(), faults, recovery });
    expect(end).toMatchObject({ status, ...(result === null ? { fault: { name: "RUN_HALTED" } } : { result: [expect.stringMatching(/^\d+$/), result[1]] }) });
    expect(recording.header.recovery).toEqual(recovery);
    const source = sink.bytes();
    expect(await verifyTrace(source)).toMatchObject({ ok: true, status });
    const { digest } = await replayTrace(source, { trustProgram: true });
    expect((await reproduceTrace(source, { trustProgram: true, workers: 0 })).digest).toBe(digest);
  });

  it("a policy that is not understood is refused before anything runs", () => {
    for (const bad of [{ version: 2, rules: [] }, { version: 1, rules: [{ fault: "X", action: "halt" }] }, { version: 1, rules: [{ fault: "Q_ERR_HARDWARE_FAILURE", action: "retry" }] },
      { version: 1, rules: [{ fault: "PHI_ERR_HARDWARE_FAILURE", action: "retry", limit: 2 }] }, { version: 1, rules: [{ fault: "DOMAIN_PANIC", action: "continue", level: 2 }] }]) {
      expect(() => parseRecovery(bad)).toThrow(expect.objectContaining({ fault: "FAULTS_INVALID" }) as Error);
    }
    expect(() => parseRecovery([])).toThrow(expect.objectContaining({ detail: { at: "recovery", what: expect.stringContaining("rules") as string } }) as Error);
    expect(() => parseFaultScript("none")).toThrow(expect.objectContaining({ detail: { at: "faults", what: expect.stringContaining("list") as string } }) as Error);
    expect(FAULTS.FAULTS_INVALID.exit).toBe("usage");
  });
});
