// Authority after faults: what a revocation, a freeze and a thaw do to capabilities, contracts and work, and which failures count.
// Every run is held against the rules of verify (run.ts).
import { describe, expect, it } from "vitest";
import { k } from "../../../../domains/k/api/operations.ts";
import { DOMAIN_VERBS } from "../../../../kernel-abi/capability.ts";
import { FAULTS } from "../../../../kernel-abi/fault.ts";
import { EVENT, entryName, type Entry, type Frame } from "../../../../kernel-abi/frame.ts";
import { INJECTIONS, type Injection, type InjectionKind, type Recovery } from "../../../../kernel-abi/injection.ts";
import type { Contract } from "../../../../kernel-abi/handle.ts";
import type { ProcessId } from "../../../../kernel-abi/ids.ts";
import type { Operation } from "../../../../kernel-abi/operation.ts";
import { pack, unpack } from "../../../../kernel-abi/packer.ts";
import { ABI_VERSION, CURRENT_OFFER } from "../../../../kernel-abi/version.ts";
import { keptRun, takenUpFrom } from "../../../support/kept-runs.ts";
import { allVerbs, checkConsistent, run, TOY_UNITS, type ToyRun } from "../../../support/run.ts";
import { ask, codeOf, collect, reserve, submit, toy, type Body } from "../../../support/toy.ts";

const BEFORE = CURRENT_OFFER.flags.filter((flag) => flag !== "authorityAfterFaults" && flag !== "contractsEndWithAuthority");
const named = ({ frames }: ToyRun, name: string): Entry[] => frames.flatMap(({ entries }) => entries).filter(({ code }) => entryName(code) === name);
const frameWith = ({ frames }: ToyRun, code: number): Frame => frames.find(({ entries }) => entries.some((entry) => entry.code === code))!;
const codesIn = ({ entries }: Frame): string[] => entries.map(({ code }) => entryName(code) ?? "");
const root = (body: () => Body) => toy("root", ["Q", "PHI"], body);

/** Revokes what the root holds of a verb, the first of it. */
function* revokeOwn(verb: string): Body {
  for (const one of yield* k.capabilities()) if (one.verb === verb && !one.revoked) return yield* k.revoke(one.capability);
  return undefined;
}

describe("a contract whose capability is revoked", () => {
  /** Of a child with work in flight: the ends of that, of the next call, and of a release. */
  const holder = toy("holder", ["Q"], function* () {
    const contract = yield* reserve("Q", { units: TOY_UNITS });
    const job = yield* submit("Q", contract, { cost: 9, value: "found" });
    yield* k.send((yield* k.parent())!, "reserved");
    const first = yield* codeOf(collect("Q", job));
    return [first, yield* codeOf(submit("Q", contract)), yield* codeOf(ask({ domain: "Q", op: "release", contract })), yield* k.now()];
  });
  const parent = (verb: string) => root(function* () {
    const child = yield* k.spawn(holder as never);
    yield* k.receive();
    yield* revokeOwn(verb);
    const freed = yield* codeOf(reserve("PHI"));
    return [yield* k.join(child), freed];
  });

  it("ends in the frame of the revocation, with the work under way under it", async () => {
    const ran = await run(parent("ALLOCATE_Q"));
    expect(ran.end.result).toEqual([["CONTRACT_INVALID", "CONTRACT_INVALID", "DOMAIN_UNAUTHORIZED", 11], "OK"]);
    const codes = codesIn(frameWith(ran, EVENT.CONTRACT_REVOKED));
    expect(codes.slice(codes.indexOf("CAP_REVOKE"), codes.indexOf("CONTRACT_RELEASED") + 1)).toEqual(["CAP_REVOKE", "CAPABILITY_REVOKED", "CAPABILITY_REVOKED", "CONTRACT_REVOKED", "CONTRACT_RELEASED"]);
    expect(unpack(named(ran, "JOB_OUTCOME")[0]!.body)).toEqual({ job: 1, what: "revocation" });
  });

  it("stays while another verb is revoked", async () => {
    const ran = await run(parent("EXECUTE_Q"));
    expect(ran.end.result).toEqual([["OK", "DOMAIN_UNAUTHORIZED", "OK", 11], "OK"]);
    expect(named(ran, "CONTRACT_REVOKED")).toEqual([]);
  });

  it("stayed, stranded, in a run that does not say so", async () => {
    const ran = await run(parent("ALLOCATE_Q"), { flags: BEFORE });
    expect(ran.end.result).toEqual([["OK", "OK", "DOMAIN_UNAUTHORIZED", 11], "OK"]);
  });

  it("ends by a strike as by its giver; what descends from others stays", async () => {
    const two = root(function* () {
      const [a, b] = [yield* k.spawn(holder as never), yield* k.spawn(toy("other", ["Q"], function* () { return yield* codeOf(reserve("Q", { units: TOY_UNITS })); }) as never)];
      return [yield* k.join(a), yield* k.join(b)];
    });
    const ran = await run(two, { faults: [{ at: 4, kind: "capability-revocation", process: "root/holder#1", verb: "ALLOCATE_Q" }] });
    expect(ran.end.result).toEqual([["CONTRACT_INVALID", "CONTRACT_INVALID", "DOMAIN_UNAUTHORIZED", 11], "Q_ERR_RESOURCE_UNAVAILABLE"]);
    expect(codesIn(frameWith(ran, EVENT.FAULT_INJECTED))).toEqual(["FAULT_INJECTED", "CAPABILITY_REVOKED", "CONTRACT_REVOKED", "CONTRACT_RELEASED"]);
  });

  it("ends with what was called in the very turn; a turn that is aborted ends nothing", async () => {
    const own = (more: () => void) => root(function* () {
      const contract = yield* reserve("Q");
      const job = yield* submit("Q", contract, { cost: 2, value: "found" });
      yield* revokeOwn("ALLOCATE_Q");
      more();
      return [yield* codeOf(collect("Q", job)), yield* codeOf(submit("Q", contract))];
    });
    expect((await run(own(() => undefined))).end.result).toEqual(["CONTRACT_INVALID", "CONTRACT_INVALID"]);
    const traitor = toy("traitor", ["Q"], function* () {
      yield* k.spawn(holder as never);
      yield* k.receive();
      yield* revokeOwn("ALLOCATE_Q");
      throw new Error("no");
    });
    const aborted = await run(root(function* () {
      yield* codeOf(k.join(yield* k.spawn(traitor as never)));
      yield* k.sleep(20);
      return 0;
    }));
    expect(codesIn(frameWith(aborted, EVENT.CONTRACT_REVOKED))).toContain("CAP_REVOKE");
    expect(named(aborted, "JOB_OUTCOME").map(({ verdict }) => verdict)).toEqual([0]);
  });

  it("a suspended owner is told at its resumption, and a partner's work ends too", async () => {
    const partner = toy("partner", ["Q"], function* () {
      const contract = yield* ask<Contract>({ domain: "Q", op: "attach", contract: (yield* k.receive()).body } as Operation);
      return yield* codeOf(collect("Q", yield* submit("Q", contract, { cost: 5 })));
    });
    const away = toy("away", ["Q"], function* () {
      const to = (yield* k.receive()).body as ProcessId;
      yield* k.send(to, yield* ask<number>({ domain: "Q", op: "share", contract: yield* reserve("Q", { units: 2 }), to, measures: true } as Operation));
      yield* k.sleep(1);
      return yield* k.lost();
    });
    const ran = await run(root(function* () {
      const narrow = DOMAIN_VERBS.Q.map((verb) => ({ verb, scope: verb === "ALLOCATE_Q" ? { units: 1 } : {} }));
      const [owner, helper] = [yield* k.spawn(away as never, undefined, { grants: [{ verb: "EXECUTE_K" }, { verb: "IPC_SEND" }, ...narrow] }), yield* k.spawn(partner as never)];
      const lent = yield* k.grant((yield* k.capabilities()).find(({ verb }) => verb === "ALLOCATE_Q")!.capability, owner);
      yield* k.send(owner, helper.process);
      yield* k.sleep(2);
      yield* k.suspend(owner);
      yield* k.sleep(1);
      yield* k.revoke(lent);
      yield* k.resume(owner);
      return [yield* k.join(owner), yield* k.join(helper)];
    }));
    expect(ran.end.result).toEqual([[1], "CONTRACT_INVALID"]);
    expect(named(ran, "CONTRACT_REVOKED")).toHaveLength(1);
  });
});

describe("a contract whose capability expires", () => {
  const EXPIRY_BEFORE = CURRENT_OFFER.flags.filter((flag) => flag !== "contractsEndWithAuthority");
  const release = (domain: "Q" | "PHI", contract: Contract) => ask({ domain, op: "release", contract } as Operation);
  const ledger = (contract: Contract) => ask<{ readonly terms: { readonly end: number } }>({ domain: "Q", op: "ledger", contract } as Operation);
  /** A child that may reserve in `domain` within a scope alone. */
  const under = (scope: object, body: () => Body, domain: "Q" | "PHI" = "Q") => root(function* () {
    const verb = `ALLOCATE_${domain}` as const;
    const child = yield* k.spawn(toy("child", ["Q", "PHI"], body) as never, undefined as never, { grants: [{ verb: "EXECUTE_K" }, { verb: "IPC_SEND" }, ...DOMAIN_VERBS.Q.map((each) => ({ verb: each, scope: each === verb ? scope : {} })), ...DOMAIN_VERBS.PHI.map((each) => ({ verb: each, scope: each === verb ? scope : {} }))] });
    yield* k.sleep(13);
    const free = yield* codeOf(reserve("Q", { units: TOY_UNITS }));
    return [yield* k.join(child), free];
  });
  const said = ({ end }: ToyRun): unknown => (end.result as unknown[])[0];
  const outliving = (): Body => (function* () {
    const contract = yield* reserve("Q", { units: TOY_UNITS });
    const { terms: { end } } = yield* ledger(contract);
    yield* k.sleep(9);
    const last = yield* codeOf(submit("Q", contract, { cost: 1 }));
    yield* k.sleep(1);
    const late = yield* codeOf(submit("Q", contract, { cost: 1 }));
    const released = yield* codeOf(release("Q", contract));
    yield* k.sleep(20);
    return [end, last, late, released];
  })();

  it("ends with it, as its terms say from the beginning, and like any that expires", async () => {
    const ran = await run(under({ until: 12 }, outliving));
    expect(ran.end.result).toEqual([[12, "OK", "CONTRACT_INVALID", "DOMAIN_UNAUTHORIZED"], "OK"]);
    const frame = frameWith(ran, EVENT.CONTRACT_EXPIRED);
    expect([frame.kind, frame.tick, codesIn(frame)]).toEqual(["kernel", 12, ["CONTRACT_EXPIRED", "CONTRACT_RELEASED"]]);
  });

  it("outlived it in runs from before, and could not be given back", async () => {
    const ran = await run(under({ until: 12 }, outliving), { flags: EXPIRY_BEFORE });
    expect(ran.end.result).toMatchObject([[expect.any(Number), "OK", "OK", "DOMAIN_UNAUTHORIZED"], "Q_ERR_RESOURCE_UNAVAILABLE"]);
  });

  it("ends before it when it is to, and with the first that expires of what it descends from", async () => {
    const ends = (scope: object, request: object) => under(scope, function* () { return (yield* ledger(yield* reserve("Q", request))).terms.end; });
    expect(said(await run(ends({ until: 12 }, { end: 8 })))).toBe(8);
    expect(said(await run(ends({ until: 12 }, { end: 12 })))).toBe(12);
    const derived = (until: number) => root(function* () {
      const [mine] = (yield* k.capabilities()).filter(({ verb }) => verb === "ALLOCATE_Q");
      const cut = yield* k.attenuate(mine!.capability, { until: 12 });
      const child = yield* k.spawn(toy("child", ["Q"], function* () { yield* k.receive(); return (yield* ledger(yield* reserve("Q"))).terms.end; }) as never, undefined as never, { grants: [{ verb: "EXECUTE_K" }, ...DOMAIN_VERBS.Q.map((verb) => ({ verb, scope: verb === "ALLOCATE_Q" ? { uses: 0 } : {} }))] });
      yield* k.grant(cut, child, { until });
      yield* k.send(child, "go");
      return yield* k.join(child);
    });
    expect((await run(derived(40))).end.result).toBe(12);
    expect((await run(derived(10))).end.result).toBe(10);
  });

  it("is issued under the first that is in force when it begins, and not at all without", async () => {
    const window = (scope: object) => under(scope, function* () {
      return [yield* codeOf(reserve("PHI", { start: 11, end: 30 })), yield* codeOf(reserve("PHI", { start: 12, end: 30 })), yield* codeOf(reserve("PHI", { start: 20, end: 30 }))];
    }, "PHI");
    const ran = await run(window({ until: 12 }));
    expect(said(ran)).toEqual(["OK", "DOMAIN_UNAUTHORIZED", "DOMAIN_UNAUTHORIZED"]);
    expect(unpack(named(ran, "CONTRACT_REQUEST").find(({ verdict }) => verdict !== 0)!.body)).toMatchObject({ verb: "ALLOCATE_PHI", why: "expired when that begins" });
    expect(said(await run(window({ until: 12 }), { flags: EXPIRY_BEFORE }))).toEqual(["OK", "OK", "OK"]);
    expect(said(await run(window({})))).toEqual(["OK", "OK", "OK"]);
  });

  it("ends for those it is shared with too", async () => {
    const partner = toy("partner", ["Q"], function* () {
      const contract = yield* ask<Contract>({ domain: "Q", op: "attach", contract: (yield* k.receive()).body } as Operation);
      const said: string[] = [];
      for (let at = 0; at < 2; at++) { said.push(yield* codeOf(submit("Q", contract))); yield* k.sleep(12); }
      return said;
    });
    const ran = await run(root(function* () {
      const helper = yield* k.spawn(partner as never);
      const owner = toy("owner", ["Q"], function* () {
        const number = yield* ask<number>({ domain: "Q", op: "share", contract: yield* reserve("Q"), to: helper.process, measures: true } as Operation);
        yield* k.send(helper, number);
        yield* k.sleep(40);
        return 0;
      });
      yield* k.spawn(owner as never, undefined as never, { grants: [{ verb: "EXECUTE_K" }, { verb: "IPC_SEND" }, ...DOMAIN_VERBS.Q.map((verb) => ({ verb, scope: verb === "ALLOCATE_Q" ? { until: 9 } : {} }))] });
      return yield* k.join(helper);
    }));
    expect(ran.end.result).toEqual(["OK", "CONTRACT_INVALID"]);
  });

  it("is given back without any: what is used up permits no other, and its own window need not have opened", async () => {
    const twice = (domain: "Q" | "PHI", request: object, uses = 1) => under({ uses }, function* () {
      const contract = yield* reserve(domain, request);
      return [yield* codeOf(release(domain, contract)), yield* codeOf(release(domain, contract)), yield* codeOf(reserve(domain))];
    }, domain);
    const used = "DOMAIN_UNAUTHORIZED";
    const ran = await run(twice("Q", { units: TOY_UNITS }));
    expect(ran.end.result).toEqual([["OK", used, used], "OK"]);
    const [granted] = named(ran, "CONTRACT_RELEASE");
    expect([granted!.verdict, granted!.capability]).toEqual([0, named(ran, "CONTRACT_ISSUED")[0]!.capability]);
    expect(said(await run(twice("PHI", { start: 9, end: 30 })))).toEqual(["OK", used, used]);
    expect(said(await run(twice("Q", {}), { flags: EXPIRY_BEFORE }))).toEqual([used, used, used]);
    expect(said(await run(twice("Q", {}, 2), { flags: EXPIRY_BEFORE }))).toEqual(["OK", used, used]);
  });

  it("is held to that by verify", async () => {
    const program = under({ until: 12, uses: 1 }, function* () {
      const contract = yield* reserve("Q", { end: 10 });
      yield* k.sleep(1);
      yield* release("Q", contract);
      yield* k.sleep(1);
      return 0;
    });
    const { frames } = await run(program);
    const changed = (change: (entry: Entry) => Entry): readonly Frame[] => frames.map((frame) => ({ ...frame, entries: frame.entries.map(change) }) as Frame);
    const refuses = (rule: string, change: (entry: Entry) => Entry): void =>
      expect(() => { checkConsistent(changed(change), allVerbs); }).toThrow(expect.objectContaining({ detail: expect.objectContaining({ rule }) }));
    const first = frames.flatMap(({ entries }) => entries).find(({ code }) => code === EVENT.CONTRACT_ISSUED)!;
    const ending = (end: number) => (entry: Entry): Entry => {
      if (entry.contract !== first.contract || entry.code !== EVENT.CONTRACT_ISSUED) return entry;
      const body = unpack(entry.body) as { readonly terms: object };
      return { ...entry, body: pack({ ...body, terms: { ...body.terms, end } }) };
    };
    checkConsistent(changed(ending(12)), allVerbs);
    refuses("a contract ends at the latest with the capability it is issued under", ending(13));
    refuses("a contract is given back under the capability it was issued under", (entry) => (entryName(entry.code) === "CONTRACT_RELEASE" ? { ...entry, capability: entry.capability + 1 as typeof entry.capability } : entry));
  });
});

describe("a freeze", () => {
  const asks = function* (): Body { return [yield* codeOf(reserve("Q")), yield* codeOf(reserve("PHI"))]; };
  const family = root(function* () {
    const child = yield* k.spawn(toy("child", ["Q", "PHI"], function* () {
      const codes: unknown[] = [];
      for (let left = 4; left > 0; left--) {
        yield* k.receive();
        codes.push(yield* asks());
      }
      return codes;
    }) as never);
    const own: unknown[] = [];
    for (const at of [2, 5, 9, 14]) {
      yield* k.sleep(at - (yield* k.now()));
      if (at === 14) for (const { verb, capability, revoked } of yield* k.capabilities()) if (verb === "ALLOCATE_Q" && !revoked) yield* k.grant(capability, child);
      own.push(yield* asks(), yield* codeOf(k.spawn(toy("late", ["Q"], function* () { yield* k.sleep(0); return 0; }) as never)));
      yield* k.send(child, "ask");
    }
    return [own, yield* k.join(child), (yield* k.capabilities()).filter(({ verb }) => verb.endsWith("_Q")).map(({ verb, revoked }) => `${verb}${revoked ? " revoked" : ""}`)];
  });
  const script: Injection[] = [{ at: 3, kind: "domain-freeze", domain: "Q" }, { at: 7, kind: "domain-thaw", domain: "Q" }];

  it("revokes its domain's capabilities, whoever holds them; a thaw gives them to the root alone", async () => {
    const ran = await run(family, { faults: script });
    const [fine, cold] = [["OK", "OK"], ["DOMAIN_FROZEN", "OK"]];
    expect(ran.end.result).toEqual([
      [fine, "OK", cold, "DOMAIN_FROZEN", fine, "OK", fine, "OK"],
      [fine, cold, ["DOMAIN_UNAUTHORIZED", "OK"], fine],
      ["ALLOCATE_Q revoked", "EXECUTE_Q revoked", "MEASURE_Q revoked", "ALLOCATE_Q", "EXECUTE_Q", "MEASURE_Q"],
    ]);
    const frozen = frameWith(ran, EVENT.DOMAIN_FROZEN);
    const revoked = frozen.entries.filter(({ code }) => code === EVENT.CAPABILITY_REVOKED).map(({ subject }) => subject);
    expect(revoked).toHaveLength(6);
    expect(revoked).toEqual(revoked.toSorted((a, b) => a - b));
    expect(codesIn(frozen).slice(-7)).toEqual(["DOMAIN_FROZEN", ...Array.from({ length: 6 }, () => "CAPABILITY_REVOKED")]);
    expect(frameWith(ran, EVENT.DOMAIN_THAWED).entries.slice(2).map(({ body }) => unpack(body))).toMatchObject([{ holder: 3, parent: 0, verb: "ALLOCATE_Q" }, { verb: "EXECUTE_Q" }, { verb: "MEASURE_Q" }]);
  });

  it("gives the root no more than the run allows", async () => {
    const ran = await run(toy("root", [], function* () { yield* k.sleep(5); return (yield* k.capabilities()).length; }), { faults: [{ at: 1, kind: "vhm-freeze" }, { at: 2, kind: "domain-thaw", domain: "PHI" }, { at: 3, kind: "domain-thaw", domain: "Q" }], allow: ["EXECUTE_K", "MEASURE_Q"] });
    expect(ran.end.result).toBe(3);
  });

  it("left capabilities as they were in a run that does not say so", async () => {
    const ran = await run(family, { faults: script, flags: BEFORE });
    expect(named(ran, "CAPABILITY_REVOKED")).toEqual([]);
    expect((ran.end.result as unknown[])[1]).toEqual([["OK", "OK"], ["DOMAIN_FROZEN", "OK"], ["OK", "OK"], ["OK", "OK"]]);
    const granted = ran.frames.map((frame) => ({ ...frame, entries: frame.entries.map((entry) => (entry.verdict === FAULTS.DOMAIN_FROZEN.code ? { ...entry, verdict: 0, capability: 1 } : entry)) }));
    expect(() => { checkConsistent(granted as never, allVerbs, { faults: script, abi: { ...ABI_VERSION, flags: BEFORE } }); })
      .toThrow(expect.objectContaining({ detail: expect.objectContaining({ rule: "nothing is granted in a frozen domain" }) }));
  });

  it("lasts, and is thawed as it would have been, in a run that is put down meanwhile", async () => {
    const asleep = toy("root", ["Q"], function* () {
      for (let left = 10; left > 0; left--) yield* k.sleep(1);
      return [yield* codeOf(reserve("Q")), (yield* k.capabilities()).filter(({ revoked }) => revoked).length];
    });
    const kept = await keptRun(asleep, { faults: script });
    expect(kept.kept.length).toBeGreaterThan(8);
    for (let at = 0; at < kept.kept.length; at++) expect(await takenUpFrom(asleep, { faults: script }, kept, at, true)).toBeUndefined();
  });

  it("of a domain nobody has capabilities in is one all the same, and a second freeze takes nothing more", async () => {
    const ran = await run(toy("root", [], function* () { yield* k.sleep(9); return 0; }), { faults: [{ at: 1, kind: "domain-freeze", domain: "Q" }, { at: 2, kind: "vhm-freeze" }, { at: 3, kind: "domain-thaw", domain: "Q" }], allow: ["EXECUTE_K"] });
    expect([named(ran, "DOMAIN_FROZEN").length, named(ran, "CAPABILITY_REVOKED").length]).toEqual([2, 0]);
  });
});

describe("failures that count towards a freeze", () => {
  const OF_WORK = (Object.keys(INJECTIONS) as InjectionKind[]).flatMap((kind) => {
    const { level, outcome } = INJECTIONS[kind];
    return level > 0 ? [] : (["Q", "PHI"] as const).filter((domain) => (outcome as Record<string, string>)[domain] !== undefined).map((domain) => [kind, domain] as const);
  });
  const escalate = (failures: number): Recovery => ({ version: 1, rules: [], escalate: { failures, within: 100 } });
  const worker = (domain: "Q" | "PHI") => root(function* () {
    const codes: string[] = [];
    for (let round = 0; round < 3; round++) codes.push(yield* codeOf((function* () { return yield* collect(domain, yield* submit(domain, yield* reserve(domain), { cost: 5 })); })()));
    return codes;
  });
  const script = (kind: InjectionKind, domain: "Q" | "PHI"): Injection[] => [2, 7].map((at) => ({ at, kind, domain }));

  it.each(OF_WORK)("%s in %s, twice", async (kind, domain) => {
    const ran = await run(worker(domain), { faults: script(kind, domain), recovery: escalate(2) });
    expect((ran.end.result as string[])[2]).toBe("DOMAIN_FROZEN");
    expect(named(ran, "DOMAIN_FROZEN")).toHaveLength(1);
    expect((await run(worker(domain), { faults: script(kind, domain), recovery: escalate(3) })).end.result).not.toContain("DOMAIN_FROZEN");
  });

  it("did not unless a refused call would be blamed on the provider, in a run that does not say so", async () => {
    for (const [kind, frozen] of [["measurement-timeout", 0], ["hardware-failure", 1]] as const) {
      expect(named(await run(worker("Q"), { faults: script(kind, "Q"), recovery: escalate(2), flags: BEFORE }), "DOMAIN_FROZEN")).toHaveLength(frozen);
    }
  });

  it.each(Object.entries(FAULTS).filter(([name]) => /^(Q_ERR|PHI_ERR|CONTRACT_INVALID|ABI_MALFORMED|KERNEL_REFUSED)/.test(name)).map(([name, { code }]) => [name, code] as const))("found by the provider itself: %s", async (name, code) => {
    const domain = name.startsWith("PHI") ? "PHI" : "Q";
    const ran = await run(root(function* () {
      for (let round = 0; round < 2; round++) yield* codeOf(collect(domain, yield* submit(domain, yield* reserve(domain), { fail: code })));
      return yield* codeOf(reserve(domain));
    }), { recovery: escalate(2) });
    const own = ["CONTRACT_INVALID", "ABI_MALFORMED", "KERNEL_REFUSED", "Q_ERR_GATE_UNSUPPORTED", "Q_ERR_NO_CLONE_VIOLATION", "PHI_ERR_TRANSFORM_UNSUPPORTED", "PHI_ERR_ENVELOPE_INVALID"];
    expect(ran.end.result).toBe(own.includes(name) ? "OK" : "DOMAIN_FROZEN");
  });

  it("are not those that follow from a revoked contract or a freeze", async () => {
    const ran = await run(root(function* () {
      const jobs = [];
      for (let left = 4; left > 0; left--) jobs.push(yield* submit("Q", yield* reserve("Q"), { cost: 6 }));
      yield* k.sleep(1);
      yield* k.inject({ kind: "domain-freeze", domain: "Q" });
      yield* k.sleep(1);
      yield* k.inject({ kind: "domain-thaw", domain: "Q" });
      yield* k.sleep(1);
      const codes: string[] = [];
      for (const job of jobs) codes.push(yield* codeOf(collect("Q", job)));
      const later = yield* submit("Q", yield* reserve("Q"), { cost: 6 });
      yield* revokeOwn("ALLOCATE_Q");
      codes.push(yield* codeOf(collect("Q", later)));
      return codes;
    }), { recovery: escalate(1) });
    expect(ran.end.result).toEqual(["DOMAIN_PANIC", "DOMAIN_PANIC", "DOMAIN_PANIC", "DOMAIN_PANIC", "CONTRACT_INVALID"]);
    expect(named(ran, "DOMAIN_FROZEN")).toHaveLength(1);
  });
});

describe("verify", () => {
  const program = root(function* () {
    const child = yield* k.spawn(toy("child", ["Q"], function* () {
      const contract = yield* reserve("Q");
      yield* codeOf(collect("Q", yield* submit("Q", contract, { cost: 4 })));
      yield* k.sleep(30);
      return 0;
    }) as never);
    yield* k.sleep(20);
    yield* codeOf(reserve("Q"));
    return yield* k.join(child);
  });
  const script: Injection[] = [{ at: 3, kind: "capability-revocation", process: "root", verb: "ALLOCATE_Q" }, { at: 8, kind: "domain-freeze", domain: "Q" }, { at: 12, kind: "domain-thaw", domain: "Q" }];
  type Change = (entry: Entry, frame: Frame) => Entry | readonly Entry[] | undefined;
  const only = (code: number, change: Change): Change => (entry, frame) => (entry.code === code ? change(entry, frame) : entry);
  const at = (tick: number, change: Change): Change => (entry, frame) => (frame.tick === tick ? change(entry, frame) : entry);
  const gone = (): undefined => undefined;
  /** In a run that is not frozen afterwards, which would tell it too. */
  const descendant = at(3, only(EVENT.CAPABILITY_REVOKED, (entry) => (entry.subject > allVerbs.length ? undefined : entry)));

  const TAKES = "the kernel revokes what a freeze or a strike takes";
  const ALL = "a freeze revokes every capability of its domain, by number";
  const GIVES = "a thaw issues to the root what the header allows";
  const ALLOWED = "root capabilities are those the header allows";
  it.each<readonly [string, Change, string]>([
    ["a contract that outlives its capability", only(EVENT.CONTRACT_REVOKED, (entry, { tick }) => (tick === 3 ? undefined : entry)), "contracts go from issued to active to an end, and are then released"],
    ["a contract that is completed with its capability", at(3, only(EVENT.CONTRACT_REVOKED, (entry) => ({ ...entry, code: EVENT.CONTRACT_COMPLETED }))), "a contract is revoked with the capability it was issued under"],
    ["work that ends well under a revoked contract", only(EVENT.JOB_OUTCOME, (entry) => ({ ...entry, verdict: 0 })), "work that was hit ends with the strike's fault"],
    ["a descendant that was left", descendant, "a capability is revoked with all that descends from it"],
    ["a strike that takes another's", at(3, only(EVENT.CAPABILITY_REVOKED, (entry) => [entry, { ...entry, subject: 1 }])), TAKES],
    ["a freeze that takes nothing", at(8, only(EVENT.CAPABILITY_REVOKED, gone)), ALL],
    ["a freeze that leaves one", at(8, only(EVENT.CAPABILITY_REVOKED, (entry, { entries }) => (entry === entries.at(-1) ? undefined : entry))), ALL],
    ["a freeze in another order", at(8, only(EVENT.CAPABILITY_REVOKED, (entry, { entries }) => ({ ...entry, subject: entries.filter(({ code }) => code === entry.code).toReversed()[entries.filter(({ code }) => code === entry.code).indexOf(entry)]!.subject }))), TAKES],
    ["a freeze that takes another domain's", at(8, only(EVENT.DOMAIN_FROZEN, (entry) => [entry, { ...entry, code: EVENT.CAPABILITY_REVOKED, domain: 0, subject: 7, body: new Uint8Array(0) }])), TAKES],
    ["a thaw that gives nothing", at(12, only(EVENT.CAPABILITY_ISSUED, gone)), GIVES],
    ["a thaw that gives less", at(12, only(EVENT.CAPABILITY_ISSUED, (entry, { entries }) => (entry === entries.at(-1) ? undefined : entry))), GIVES],
    ["a thaw that gives to another", at(12, only(EVENT.CAPABILITY_ISSUED, (entry) => ({ ...entry, body: pack({ ...unpack(entry.body) as object, holder: 4 }) }))), ALLOWED],
    ["a thaw that gives what was not asked", at(12, only(EVENT.CAPABILITY_ISSUED, (entry, { entries }) => (entry !== entries.at(-1) ? entry : { ...entry, body: pack({ ...unpack(entry.body) as object, verb: "ADMIN_FAULT" }) }))), ALLOWED],
  ])("refuses %s", async (_, change, rule) => {
    const struck = { faults: change === descendant ? script.slice(0, 1) : script };
    const { frames } = await run(program, struck);
    const altered = frames.map((frame) => ({ ...frame, entries: frame.entries.map((entry) => change(entry, frame)).flat().filter((entry) => entry !== undefined) })).filter(({ kind, entries }) => kind === "turn" || entries.length > 0);
    expect(() => { checkConsistent(altered as never, allVerbs, struck); }).toThrow(expect.objectContaining({ detail: expect.objectContaining({ rule }) }));
  });

  const strike = (verb: string): Injection => ({ at: 3, kind: "capability-revocation", process: "root", verb });
  const freeze = (domain: "Q" | "PHI"): Injection => ({ at: 3, kind: "domain-freeze", domain });
  it.each<readonly [string, readonly Injection[], string]>([
    ["a strike", [strike("SPAWN"), strike("IPC_SEND")], "a strike revokes what it names"],
    ["a freeze", [freeze("Q"), freeze("PHI")], ALL],
  ])("has %s take all it names before the next of its tick does, in one frame as in two", async (_, faults, rule) => {
    const { frames } = await run(root(function* () { yield* k.sleep(9); return 0; }), { faults });
    const struck = frames.filter(({ entries }) => entries.some(({ code }) => code === EVENT.FAULT_INJECTED));
    const all = struck.flatMap(({ entries }) => entries);
    const one = (entries: readonly Entry[]): unknown => frames.flatMap((frame) => (frame === struck[0] ? [{ ...frame, entries }] : struck.includes(frame) ? [] : [frame]));
    checkConsistent(one(all) as never, allVerbs, { faults: [...faults] });
    const next = all.findLastIndex(({ code }) => code === EVENT.FAULT_INJECTED);
    expect(() => { checkConsistent(one(all.toSpliced(next - 1, 1)) as never, allVerbs, { faults: [...faults] }); }).toThrow(expect.objectContaining({ detail: expect.objectContaining({ rule }) }));
  });
});
