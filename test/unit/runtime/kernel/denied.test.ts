// Denied paths (A1, 084/4.2): for EVERY syscall, a process without the capability it needs gets DOMAIN_UNAUTHORIZED, the refusal is
// recorded, and nothing else in the run is different. A syscall without a row does not compile, and fails here.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { k } from "../../../../domains/k/api/operations.ts";
import type { VerbName } from "../../../../kernel-abi/capability.ts";
import type { BoundDomain } from "../../../../kernel-abi/domain.ts";
import { FAULTS } from "../../../../kernel-abi/fault.ts";
import type { Capability, Contract, Job } from "../../../../kernel-abi/handle.ts";
import type { ProcessId } from "../../../../kernel-abi/ids.ts";
import type { Child, Operation } from "../../../../kernel-abi/operation.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import { SYSCALL, type SyscallName } from "../../../../kernel-abi/syscall.ts";
import { deny, waysOf, type Call } from "../../../support/denied.ts";
import { allVerbs, run } from "../../../support/run.ts";
import { ask, codeOf, collect, reserve, submit, toy } from "../../../support/toy.ts";

type Part<R> = Generator<Operation, R, unknown>;
/** Needs a capability of some verb; or needs a handle to one; or none, for the reason given. */
type Row = { readonly calls: readonly Call[] } | { readonly handle: (capability: Capability) => Part<unknown> } | { readonly free: string };

function* nothing(): Part<undefined> { yield* k.now(); return undefined; }
const call = <S = undefined>(of: Partial<Call<S>> & Pick<Call<S>, "what" | "verb" | "call">): Call =>
  ({ prepare: nothing, spent: 0, withheld: true, ...of }) as Call;

const idle = toy("idle", [], function* () { yield* k.receive(); return 0; });
/** Given IPC_SEND alone: what the tested verb is worth plays no part in its birth. */
const spawnIdle = (): Part<Child> => k.spawn(idle as never, undefined as never, { grants: [{ verb: "IPC_SEND" }] });
const ledger = (domain: BoundDomain, contract: Contract): Part<unknown> => ask({ domain, op: "ledger", contract } as Operation);
const release = (domain: BoundDomain, contract: Contract): Part<unknown> => ask({ domain, op: "release", contract } as Operation);
const reserveAll = (domain: BoundDomain): Part<unknown> => ask({ domain, op: "reserve-all", requests: [{ domain, request: { units: 1 } }, { domain, request: { units: 1 } }] } as Operation);
function* submitted(domain: BoundDomain): Part<Job> { return yield* submit(domain, yield* reserve(domain), { value: 1, cost: 2 }); }

function* linked(): Part<ProcessId> { const parent = yield* k.parent(); yield* k.link(parent); return parent; }

const VERBS_OF = { Q: ["ALLOCATE_Q", "EXECUTE_Q", "MEASURE_Q"], PHI: ["ALLOCATE_PHI", "TRANSFORM_PHI", "PROJECT_PHI"] } as const;
/** The same call in both domains; `at` picks the verb. */
const bound = <S = undefined>(at: 0 | 1 | 2, make: (domain: BoundDomain) => Partial<Call<S>> & Pick<Call<S>, "what" | "call">): Call[] =>
  (["Q", "PHI"] as const).map((domain) => {
    const made = make(domain);
    return call<S>({ verb: VERBS_OF[domain][at], withheld: false, ...made, what: `${made.what} in ${domain}` });
  });

const ROWS: Readonly<Record<SyscallName, Row>> = {
  ABI_QUERY: { free: "a process may always ask what it is, when, and what it was given" },
  LOG: { calls: [call({ what: "log", verb: "EXECUTE_K", call: () => k.log("line") })] },
  TIMER_SET: { calls: [
    call({ what: "sleep", verb: "EXECUTE_K", call: () => k.sleep(1) }),
    call({ what: "receive within", verb: "EXECUTE_K", call: () => k.receive({ within: 1 }) }),
    call({ what: "timer", verb: "EXECUTE_K", call: () => k.timer(1) })] },
  TIMER_CANCEL: { calls: [call<number>({ what: "cancel a timer", verb: "EXECUTE_K", prepare: () => k.timer(1_000), spent: 1, call: (timer) => k.cancelTimer(timer) })] },
  PLACE_WITHDRAW: { calls: [call({ what: "withdraw", verb: "EXECUTE_K", call: () => ask({ domain: "K", op: "withdraw", place: 1_000 }) })] },
  SELECT: { calls: [call({ what: "select", verb: "EXECUTE_K", call: () => k.select([{ on: "message" }]) })] },
  PROC_SPAWN: { calls: [call({ what: "spawn", verb: "SPAWN", call: spawnIdle })] },
  PROC_TRANSITION: { calls: [
    call<Child>({ what: "suspend", verb: "SPAWN", prepare: spawnIdle, spent: 1, call: (child) => k.suspend(child) }),
    call<Child>({ what: "resume", verb: "SPAWN", prepare: function* () { const child = yield* spawnIdle(); yield* k.suspend(child); return child; }, spent: 2, call: (child) => k.resume(child) })] },
  PROC_EXIT: { free: "the kernel's own, when a process has ended" },
  PROC_JOIN: { calls: [call<Child>({ what: "join", verb: "EXECUTE_K", prepare: spawnIdle, call: (child) => k.join(child) })] },
  PROC_LINK: { calls: [
    call<ProcessId>({ what: "link", verb: "EXECUTE_K", prepare: () => k.parent(), call: (parent) => k.link(parent) }),
    call<Child>({ what: "tether", verb: "EXECUTE_K", prepare: spawnIdle, call: (child) => k.tether(child) })] },
  PROC_UNLINK: { calls: [call<ProcessId>({ what: "unlink", verb: "EXECUTE_K", prepare: linked, spent: 1, call: (parent) => k.unlink(parent) })] },
  PROC_MONITOR: { calls: [call<ProcessId>({ what: "monitor", verb: "EXECUTE_K", prepare: () => k.parent(), call: (parent) => k.monitor(parent) })] },
  PROC_STOP: { calls: [call<Child>({ what: "stop", verb: "SPAWN", prepare: spawnIdle, spent: 1, call: (child) => k.stop(child) })] },
  PROC_CONTINUE: { calls: [call({ what: "continue", verb: "EXECUTE_K", call: () => k.continueWith(1) })] },
  CAP_REQUEST: { free: "a process may always see what it holds" },
  CAP_ATTENUATE: { handle: (capability) => k.attenuate(capability, {}) },
  CAP_REVOKE: { handle: (capability) => k.revoke(capability) },
  CONTRACT_REQUEST: { calls: [
    ...bound(0, (domain) => ({ what: "reserve", call: () => reserve(domain) })),
    ...bound(0, (domain) => ({ what: "reserve all", call: () => reserveAll(domain) }))] },
  CONTRACT_RELEASE: { calls: bound<Contract>(0, (domain) => ({ what: "release", prepare: () => reserve(domain), spent: 1, unmetered: true, call: (contract) => release(domain, contract) })) },
  CONTRACT_QUERY: { calls: bound<Contract>(0, (domain) => ({ what: "ledger", prepare: () => reserve(domain), spent: 1, call: (contract) => ledger(domain, contract) })) },
  CONTRACT_SHARE: { calls: bound<Contract>(0, (domain) => ({ what: "share", prepare: () => reserve(domain), spent: 1, call: function* (contract) { return yield* ask({ domain, op: "share", contract, to: yield* k.parent(), measures: false } as Operation); } })) },
  CONTRACT_ATTACH: { calls: bound(1, (domain) => ({ what: "attach", call: () => ask({ domain, op: "attach", contract: 1 } as Operation) })) },
  BIND: { calls: ([0, 1, 2] as const).flatMap((at) => bound(at, (domain) => ({ what: "bind a child", recorded: "PROC_SPAWN", call: () => k.spawn(toy("child", [domain], nothing) as never) }))) },
  UNBIND: { free: "the kernel's own, when a process has ended" },
  IPC_SEND: { calls: [call<ProcessId>({ what: "send", verb: "IPC_SEND", prepare: () => k.parent(), call: (parent) => k.send(parent, 1) })] },
  IPC_RECEIVE: { free: "no operation makes it: a process may always wait for its own mail" },
  XDV_CALL: { calls: bound<Contract>(1, (domain) => ({ what: "submit", prepare: () => reserve(domain), call: (contract) => submit(domain, contract) })) },
  MEASURE: { calls: bound<Job>(2, (domain) => ({ what: "collect", prepare: () => submitted(domain), call: (job) => collect(domain, job) })).slice(0, 1) },
  PROJECT: { calls: bound<Job>(2, (domain) => ({ what: "collect", prepare: () => submitted(domain), call: (job) => collect(domain, job) })).slice(1) },
  JOB_CANCEL: { calls: bound<Job>(1, (domain) => ({ what: "cancel", prepare: () => submitted(domain), spent: 1, call: (job) => ask({ domain, op: "cancel", job } as Operation) })) },
  METRIC_EMIT: { calls: [call({ what: "metric", verb: "EXECUTE_K", call: () => k.metric("m", 1) })] },
  TRACE_READ: { calls: [call({ what: "read the run's totals", verb: "READ_TRACE", call: () => k.runTotals() })] },
  TELEMETRY_READ: { calls: [call({ what: "read the gauges", verb: "READ_TELEMETRY", call: () => k.gauges() })] },
  FAULT_INJECT: { calls: [call({ what: "inject", verb: "ADMIN_FAULT", call: () => k.inject({ kind: "domain-thaw", domain: "Q" }) })] },
};

const names = Object.keys(SYSCALL) as SyscallName[];
const cases = names.flatMap((name) => {
  const row = ROWS[name];
  return "calls" in row ? row.calls.flatMap((each) => waysOf(each).map((way) => [name, each.what, each.verb, way, each] as const)) : [];
});

describe("every syscall", () => {
  it("has a row, and every row is a syscall", () => {
    expect(Object.keys(ROWS).sort()).toEqual([...names].sort());
  });

  it("that an operation leads to is one the rows deny, or says why it is free", () => {
    const kernel = new URL("../../../../runtime/kernel/", import.meta.url);
    const sources = readdirSync(kernel).filter((file) => file.endsWith(".ts")).map((file) => readFileSync(new URL(file, kernel), "utf8")).join("\n");
    const made = new Set([...sources.matchAll(/SYSCALL\.([A-Z_]+)/g)].map(([, name]) => name as SyscallName));
    const unmade = names.filter((name) => !made.has(name));
    expect(unmade).toEqual(["IPC_RECEIVE"]);
    for (const name of unmade) expect(ROWS[name]).toHaveProperty("free");
  });
});

describe("a process without the capability", () => {
  it.each(cases)("%s: %s with %s %s is refused, recorded and changes nothing", async (name, _, verb, way, denied) => {
    const { answer, refused, without, control } = await deny(name, denied, way);
    expect(answer).toBe("DOMAIN_UNAUTHORIZED");
    expect(refused.map(({ verdict }) => verdict)).toEqual([FAULTS.DOMAIN_UNAUTHORIZED.code]);
    expect(unpack(refused[0]!.body)).toMatchObject({ verb, why: way === "withheld" ? "not held" : way });
    // The child's SPAWN was shown before its domain was denied; nothing else shows a capability.
    expect(refused[0]!.capability !== 0).toBe(denied.recorded !== undefined);
    expect(without).toEqual(control);
  });

  it.each([
    ["SPAWN for no use", "SPAWN", () => k.spawn(idle as never)],
    ["IPC_SEND aimed at another process", "IPC_SEND", () => k.send(0 as ProcessId, 1)],
  ] as const)("%s", async (_, verb, attempt) => {
    const scope = verb === "SPAWN" ? { uses: 0 } : { target: 99 };
    const subject = toy("subject", [], function* () { return yield* codeOf(attempt()); });
    const { end } = await run(toy("root", [], function* () {
      return yield* k.join(yield* k.spawn(subject as never, undefined as never, { grants: [{ verb: "EXECUTE_K" }, { verb, scope }] }));
    }));
    expect(end.result).toBe("DOMAIN_UNAUTHORIZED");
  });

  it.each([["Q", "ALLOCATE_Q"], ["Q", "EXECUTE_Q"], ["PHI", "ALLOCATE_PHI"], ["PHI", "TRANSFORM_PHI"]] as const)("%s: more units than %s allows are refused", async (domain, verb) => {
    const subject = toy("subject", [domain], function* () {
      const asked = (units: number): Part<string> => codeOf(verb.startsWith("ALLOCATE") ? reserve(domain, { units }) : submit(domain, contract!, { units }));
      const contract = verb.startsWith("ALLOCATE") ? undefined : yield* reserve(domain, { units: 2 });
      return [yield* asked(1), yield* asked(2)];
    });
    const { end } = await run(toy("root", [domain], function* () {
      const grants = allVerbs.filter((each) => each === "EXECUTE_K" || each.endsWith(domain)).map((each) => ({ verb: each, scope: each === verb ? { units: 1 } : {} }));
      return yield* k.join(yield* k.spawn(subject as never, undefined as never, { grants }));
    }));
    expect(end.result).toEqual(["OK", "DOMAIN_UNAUTHORIZED"]);
  });
});

describe("a handle to a capability", () => {
  const handled = names.flatMap((name) => { const row = ROWS[name]; return "handle" in row ? [[name, row.handle] as const] : []; });
  const holding = (attempt: (capability: Capability) => Part<unknown>, spoil: (capability: Capability) => Part<Capability>): ReturnType<typeof toy> =>
    toy("root", [], function* () {
      const [mine] = yield* k.capabilities();
      const spoilt = yield* spoil(mine!.capability);
      const before = (yield* k.capabilities()).map(({ verb, revoked }) => `${verb} ${String(revoked)}`);
      const code = yield* codeOf(attempt(spoilt));
      return [code, before, (yield* k.capabilities()).map(({ verb, revoked }) => `${verb} ${String(revoked)}`)];
    });
  const refusals = (frames: Awaited<ReturnType<typeof run>>["frames"], name: SyscallName): number =>
    frames.flatMap(({ entries }) => entries).filter(({ code, verdict }) => code === SYSCALL[name] && verdict === FAULTS.DOMAIN_UNAUTHORIZED.code).length;

  it.each(handled)("%s: a copy is dead", async (name, attempt) => {
    const { end, frames } = await run(holding(attempt, function* (capability) { yield* k.now(); return { ...capability }; }));
    const [code, before, after] = end.result as [string, unknown, unknown];
    expect([code, refusals(frames, name)]).toEqual(["DOMAIN_UNAUTHORIZED", 1]);
    expect(after).toEqual(before);
  });

  it.each(handled)("%s: another process's is foreign", async (name, attempt) => {
    let leaked: Capability | undefined;
    const thief = toy("thief", [], function* () { return [yield* codeOf(attempt(leaked!)), []]; });
    const { end, frames } = await run(toy("root", [], function* () {
      const [mine] = yield* k.capabilities();
      leaked = mine!.capability;
      const got = yield* k.join(yield* k.spawn(thief as never));
      return [got, (yield* k.capabilities()).some(({ revoked }) => revoked)];
    }));
    expect(end.result).toEqual([["DOMAIN_UNAUTHORIZED", []], false]);
    expect(refusals(frames, name)).toBe(1);
  });

  it("CAP_ATTENUATE: what was revoked, or handed to another, is not the caller's to cut", async () => {
    const { end, frames } = await run(toy("root", [], function* () {
      const [mine] = yield* k.capabilities();
      const own = yield* k.attenuate(mine!.capability, {});
      const child = yield* k.spawn(idle as never);
      const given = yield* k.grant(mine!.capability, child, {});
      yield* k.revoke(own);
      return [yield* codeOf(k.attenuate(own, {})), yield* codeOf(k.grant(own, child)), yield* codeOf(k.attenuate(given, {}))];
    }));
    expect(end.result).toEqual(["DOMAIN_UNAUTHORIZED", "DOMAIN_UNAUTHORIZED", "DOMAIN_UNAUTHORIZED"]);
    expect(refusals(frames, "CAP_ATTENUATE")).toBe(3);
  });
});

describe("what needs no capability", () => {
  it("is open to a process that can do nothing else", async () => {
    const subject = toy("subject", [], function* () {
      const [now, self, parent] = [yield* k.now(), yield* k.self(), yield* k.parent()];
      const message = yield* k.receive<string>();
      return [typeof now, self, parent, yield* k.file("f"), typeof (yield* k.random()), (yield* k.capabilities()).length, message.body];
    });
    const { end } = await run(toy("root", [], function* () {
      const child = yield* k.spawn(subject as never, undefined as never, { grants: [{ verb: "SPAWN" as VerbName, scope: { uses: 0 } }] });
      yield* k.send(child, "mail");
      return yield* k.join(child);
    }), { files: { f: "text" } });
    expect(end.result).toEqual(["number", 4, 3, "text", "number", 1, "mail"]);
  });
});
