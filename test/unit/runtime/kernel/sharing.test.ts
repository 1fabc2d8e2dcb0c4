// Contracts are shared by their owner's explicit word alone: one ledger, one owner, a declared right to measure (032, 053).
import { describe, expect, it } from "vitest";
import { k } from "../../../../domains/k/api/operations.ts";
import { entryName, type Entry } from "../../../../kernel-abi/frame.ts";
import type { Contract } from "../../../../kernel-abi/handle.ts";
import type { Operation } from "../../../../kernel-abi/operation.ts";
import { pack, unpack } from "../../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../../kernel-abi/syscall.ts";
import { allVerbs, checkConsistent, run, type ToyRun } from "../../../support/run.ts";
import { ask, codeOf, collect, reserve, submit, toy } from "../../../support/toy.ts";

const named = ({ frames }: ToyRun, name: string): Entry[] => frames.flatMap(({ entries }) => entries).filter(({ code }) => entryName(code) === name);
type Part<T> = Generator<Operation, T, unknown>;
const share = (contract: Contract, to: number, measures: boolean, domain: "Q" | "PHI" = "Q"): Part<number> => ask({ domain, op: "share", contract, to, measures } as Operation);
const attach = (contract: number, domain: "Q" | "PHI" = "Q"): Part<Contract> => ask({ domain, op: "attach", contract } as Operation);
const release = (contract: Contract): Part<void> => ask({ domain: "Q", op: "release", contract } as Operation);
const ledger = (contract: Contract): Part<{ budget: number }> => ask({ domain: "Q", op: "ledger", contract } as Operation);

const partner = toy("partner", ["Q"], function* () {
  const contract = yield* attach((yield* k.receive()).body as number);
  const job = yield* submit("Q", contract, { charge: 7, value: "found" });
  const read = yield* codeOf(collect("Q", job));
  const me = yield* k.self();
  return [read, yield* codeOf(release(contract)), yield* codeOf(share(contract, me, true)), (yield* ledger(contract)).budget];
});

const sharing = (measures: boolean) => toy("root", ["Q"], function* () {
  const contract = yield* reserve("Q", { budget: 20 });
  const child = yield* k.spawn(partner as never);
  yield* k.send(child, (yield* share(contract, child.process, measures)) as never);
  const said = yield* k.join(child);
  return [said, (yield* ledger(contract)).budget, yield* codeOf(submit("Q", contract, { charge: 14 }))];
});

describe("a shared contract", () => {
  it.each([[true, "OK"], [false, "DOMAIN_UNAUTHORIZED"]] as const)("is worked under on one ledger; measured where that is declared: %s", async (measures, read) => {
    const ran = await run(sharing(measures));
    expect(ran.end.result).toEqual([[read, "CONTRACT_INVALID", "CONTRACT_INVALID", 7], 7, "Q_ERR_DECOHERENCE_EXCEEDED"]);
    const [entry] = named(ran, "CONTRACT_SHARE");
    expect([entry!.contract, entry!.subject, unpack(entry!.body)]).toEqual([1, 4, { measures }]);
    expect(named(ran, "CONTRACT_ATTACH")).toHaveLength(1);
  });

  it("is nobody's without a word of its owner: not by number, not by handle, not in another domain", async () => {
    const thief = toy("thief", ["Q", "PHI"], function* () { return [yield* codeOf(attach(1)), yield* codeOf(attach(1, "PHI")), yield* codeOf(attach(99)), yield* codeOf(attach(1.5))]; });
    const ran = await run(toy("root", ["Q", "PHI"], function* () {
      const contract = yield* reserve("Q");
      const child = yield* k.spawn(thief as never);
      const me = yield* k.self();
      return [yield* k.join(child), yield* codeOf(share(contract, me, true)), yield* codeOf(share(contract, child.process, true)), yield* codeOf(share(contract, 77, true)), yield* codeOf(share({ ...contract }, child.process, true))];
    }));
    expect(ran.end.result).toEqual([["CONTRACT_INVALID", "CONTRACT_INVALID", "CONTRACT_INVALID", "ABI_MALFORMED"], "PROCESS_UNKNOWN", "PROCESS_UNKNOWN", "PROCESS_UNKNOWN", "CONTRACT_INVALID"]);
  });

  it("ends with its owner, for its partners too", async () => {
    const late = toy("late", ["Q"], function* () {
      const contract = yield* attach((yield* k.receive()).body as number);
      yield* k.sleep(9);
      return [yield* codeOf(submit("Q", contract)), yield* codeOf(attach(1))];
    });
    const owner = toy("owner", ["Q"], function* () {
      const { body } = yield* k.receive();
      yield* share(yield* reserve("Q"), body as number, true);
      yield* k.send(body as never, 1 as never);
      yield* k.sleep(4);
      return 0;
    });
    const ran = await run(toy("root", ["Q"], function* () {
      const [of, other] = [yield* k.spawn(owner as never), yield* k.spawn(late as never)];
      yield* k.send(of, other.process as never);
      return yield* k.join(other);
    }));
    expect(ran.end.result).toEqual(["CONTRACT_INVALID", "CONTRACT_INVALID"]);
  });

  it("outlives a partner that ends, and is taken back with a turn that is aborted", async () => {
    const ran = await run(toy("root", ["Q"], function* () {
      const contract = yield* reserve("Q");
      const child = yield* k.spawn(toy("brief", ["Q"], function* () { yield* attach((yield* k.receive()).body as number); return 0; }) as never);
      yield* k.send(child, (yield* share(contract, child.process, true)) as never);
      yield* k.join(child);
      const failing = yield* k.spawn(toy("failing", ["Q"], function* () { const own = yield* reserve("Q"); yield* share(own, yield* k.parent(), true); throw new Error("after all"); }) as never);
      yield* codeOf(k.join(failing));
      return [yield* codeOf(submit("Q", contract)), yield* codeOf(attach(2))];
    }));
    expect(ran.end.result).toEqual(["OK", "CONTRACT_INVALID"]);
  });
});

describe("verify", () => {
  const holds = async (change: (entry: Entry) => Entry | undefined, measures = true): Promise<void> => {
    const { frames } = await run(sharing(measures));
    checkConsistent(frames.map((frame) => ({ ...frame, entries: frame.entries.map(change).filter((entry) => entry !== undefined) })) as never, allVerbs);
  };
  const refuses = (rule: string, change: (entry: Entry) => Entry | undefined, measures = true): Promise<void> =>
    expect(holds(change, measures)).rejects.toMatchObject({ fault: "TRACE_INCONSISTENT", detail: { rule } });
  const granted = (entry: Entry, changes: Partial<Entry> = {}): Entry => ({ ...entry, verdict: 0, body: new Uint8Array(0), ...changes });
  it("refuses work under a contract that was not shared, measurements nobody allowed, and releases by partners", async () => {
    const [USED, ONCE] = ["a contract is used by its owner", "an active contract is shared once with each process that lives"];
    await holds((entry) => entry);
    await refuses(USED, (entry) => (entry.code === SYSCALL.CONTRACT_SHARE ? undefined : entry));
    await refuses(ONCE, (entry) => (entry.code === SYSCALL.CONTRACT_SHARE ? { ...entry, subject: 3 } : entry));
    await refuses(ONCE, (entry) => (entry.code === SYSCALL.CONTRACT_SHARE ? { ...entry, body: pack({ measures: 1 }) } : entry));
    await refuses("who shares a contract measures only where it was given that", (entry) => (entry.code === SYSCALL.MEASURE && entry.verdict !== 0 ? granted(entry) : entry), false);
    let under = 0;
    await refuses(USED, (entry) => {
      if (entry.code === SYSCALL.CONTRACT_REQUEST) under = entry.capability;
      return entry.code === SYSCALL.CONTRACT_RELEASE && entry.verdict !== 0 ? granted(entry, { capability: under }) : entry;
    });
    await refuses(USED, (entry) => (entry.code === SYSCALL.CONTRACT_SHARE && entry.verdict !== 0 ? granted(entry, { subject: 4, body: pack({ measures: true }) }) : entry));
  });
});
