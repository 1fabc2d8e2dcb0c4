// Rows of 050-053, 081 and the subsystems' requirements: the ABI, types, and models as properties.
import fc from "fast-check";
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { k } from "../../domains/k/api/operations.ts";
import { FAULTS, faultByCode } from "../../kernel-abi/fault.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import type { Contract, Job } from "../../kernel-abi/handle.ts";
import { ABI_VERSION, CURRENT_OFFER } from "../../kernel-abi/version.ts";
import { CHECK_ORDER, SYSCALL } from "../../kernel-abi/syscall.ts";
import { programDigest } from "../../runtime/app/program/load.ts";
import { programClosure } from "../../runtime/app/program/closure.ts";
import { defineProcess, record, replayTrace } from "../../runtime/app/index.ts";
import { shippedConformance } from "../../runtime/app/conformance.ts";
import { createMemorySink } from "../../runtime/adapters/memory.ts";
import { program, scratch } from "../support/cli.ts";
import { run, TOY_UNITS, toyOutcomes } from "../support/run.ts";
import { ask, codeOf, collect, reserve, submit, toy } from "../support/toy.ts";
import { bodyOf, CALM, echo, entriesOf, ghz, PHASES, rawIn, theWhole, trying, whole, witness, withCode } from "./witness.ts";

const path = scratch();
const calls = async () => (await theWhole()).entries.filter(({ code, verdict }) => [SYSCALL.XDV_CALL, SYSCALL.MEASURE, SYSCALL.PROJECT].some((one) => one === code) && verdict === 0);
const RUNS = { numRuns: 12 };

describe("the profile", () => {
  it("081/C1 a program that imports anything beyond the package is no program", async () => {
    const file = path("reaches.ts");
    writeFileSync(file, `import { readFileSync } from "node:fs";\nimport { defineProcess } from "triad-runtime";\nexport default defineProcess({ name: "reaches", *run({ k }) { yield* k.now(); return readFileSync("/etc/hostname", "utf8"); } });\n`);
    await expect(record({ program: file, out: createMemorySink(), workers: 0 })).rejects.toMatchObject({ fault: expect.stringMatching(/PROGRAM_INVALID|AMBIENT_ACCESS/) });
  });
  it("081/C2 neither results nor records show raw state", async () => {
    const { entries, end } = await theWhole();
    expect(rawIn(entries)).toEqual([]);
    expect(Object.keys(end.result as object).sort()).toEqual(["R", "again", "body", "counts", "refused", "stability"]);
  });
  it("081/C3 every domain call on record names the capability it was made under", async () => {
    const made = await calls();
    expect(made.length).toBeGreaterThan(6);
    for (const { capability } of made) expect(capability).toBeGreaterThan(0);
  });
  it("081/C4 every domain call on record names a contract", async () => {
    for (const { contract } of await calls()) expect(contract).toBeGreaterThan(0);
    expect((await run(toy("root", ["Q"], function* () { return yield* codeOf(submit("Q", {} as Contract)); }))).end.result).toBe("CONTRACT_INVALID");
  });
  it("081/C5 a run replays to its digest, as often as one likes", async () => {
    const { bytes, digest } = await theWhole();
    for (let n = 0; n < 3; n++) expect((await replayTrace(bytes, { program: whole })).digest).toBe(digest);
  });
});

describe("the ABI", () => {
  it("052/C1 numbers of syscalls, events and error classes are what they were", () => {
    expect(SYSCALL).toMatchObject({ ABI_QUERY: 0, LOG: 1, PROC_SPAWN: 16, PROC_TRANSITION: 17, PROC_EXIT: 18, CAP_REQUEST: 32, CAP_ATTENUATE: 33, CAP_REVOKE: 34, CONTRACT_REQUEST: 48, CONTRACT_RELEASE: 49, CONTRACT_QUERY: 50, BIND: 64, UNBIND: 65, IPC_SEND: 80, IPC_RECEIVE: 81, XDV_CALL: 96, MEASURE: 97, PROJECT: 98, METRIC_EMIT: 112, TRACE_READ: 113 });
    expect(["DOMAIN_UNAUTHORIZED", "CONTRACT_INVALID", "RESOURCE_EXHAUSTED", "DECOHERENCE_EXCEEDED", "COHERENCE_VIOLATION", "DOMAIN_PANIC"].map((name) => FAULTS[name as keyof typeof FAULTS].code)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(ABI_VERSION).toEqual({ major: 1, minor: 0 });
  });
  it("052/C2 what a call answers is plain data or a handle that shows nothing", async () => {
    const { end } = await witness(defineProcess({ name: "answers", domains: ["Q"], *run({ q }) {
      const contract = yield* q.reserve({ qubits: 3, budget: 1_000 });
      const job = yield* q.submit(contract, ghz);
      return [Object.keys(contract).sort(), Object.keys(job).sort(), [...yield* q.measure(job)].every((bit) => bit === 0 || bit === 1)];
    } }));
    expect(end.result).toEqual([["domain", "handle", "toJSON"], ["domain", "handle", "toJSON"], true]);
  });
  it("052/C3 a capability on record has its holder, verb and scope", async () => {
    for (const one of withCode((await theWhole()).entries, EVENT.CAPABILITY_ISSUED)) {
      expect(bodyOf(one)).toMatchObject({ holder: expect.any(Number), verb: expect.any(String), scope: { from: expect.any(Number), until: null, uses: null, units: null, target: null } });
    }
  });
  it("052/C4 a call under an ended contract is refused", async () => {
    const { end } = await witness(defineProcess({ name: "ended", domains: ["Q"], *run({ q }) {
      const contract = yield* q.reserve({ qubits: 3, budget: 1_000 });
      yield* q.release(contract);
      return yield* trying(q.submit(contract, ghz));
    } }));
    expect(end.result).toBe("CONTRACT_INVALID");
  });
  it("052/C5 every error has a number of its own and one of the six classes", () => {
    const rows = Object.entries(FAULTS);
    expect(new Set(rows.map(([, { code }]) => code)).size).toBe(rows.length);
    for (const [name, { code, abi, says, next }] of rows) expect([faultByCode(code), abi >= 1 && abi <= 6, says !== "", next !== ""]).toEqual([name, true, true, true]);
  });
  it("052/C6 refusals replay like everything else", async () => {
    const { bytes, end, digest } = await theWhole();
    expect((end.result as { refused: string[] }).refused).toHaveLength(3);
    const report = await replayTrace(bytes, { program: whole });
    expect([report.digest, report.end !== null && "result" in report.end ? report.end.result : undefined]).toEqual([digest, end.result]);
  });
  it("REQ/050-053 the first failing stage decides the code, in the published order", async () => {
    expect(CHECK_ORDER).toEqual(["shape", "capability", "attestation", "contract", "calibration", "capacity", "support", "budget", "policy", "isolation"]);
    const { end } = await run(toy("root", ["Q"], function* () {
      const contract = yield* reserve("Q");
      return [yield* codeOf(submit("Q", { ...contract }, 7 as never)), yield* codeOf(submit("Q", { ...contract }, { stage: "all" })), yield* codeOf(submit("Q", contract, { stage: "all" })), yield* codeOf(submit("Q", contract, { stage: "support", charge: 1_000 }))];
    }));
    expect(end.result).toEqual(["ABI_MALFORMED", "CONTRACT_INVALID", "Q_ERR_CALIBRATION_INVALID", "Q_ERR_GATE_UNSUPPORTED"]);
  });
});

describe("programs and types, adapted", () => {
  it("050/C3 a program's closure is the same script twice, and its digest is the header's", async () => {
    const file = program("bell");
    const [one, two] = [await programClosure(file), await programClosure(file)];
    expect([two.executed, programDigest(two)]).toEqual([one.executed, programDigest(one)]);
    const { recording } = await record({ program: file, out: createMemorySink(), workers: 0, seed: "1" });
    expect(recording.header.program.digest).toBe(programDigest(one));
  });
  it("050/C4 a timer of the host's is refused; concurrency is made of processes", async () => {
    const { end } = await witness(defineProcess({ name: "hidden", *run({ k }) { yield* k.now(); setTimeout(() => undefined, 1); return 0; } }));
    expect(end.fault?.name).toBe("AMBIENT_ACCESS");
  });
  it("051/C1 what a program declares is what it is handed", async () => {
    const { end } = await witness(defineProcess({ name: "plain", *run(apis) {
      // @ts-expect-error -- Q is not declared: it has no place in the type
      const { q } = apis;
      yield* apis.k.now();
      return yield* trying((q as typeof import("../../domains/q/api/operations.ts").q).reserve({ qubits: 1, budget: 1 }) as never);
    } }));
    expect(end.result ?? end.fault?.name).toMatch(/DOMAIN_UNAUTHORIZED|PROCESS_FAILED/);
  });
  it("051/C2 a copied Q value is dead", async () => {
    const { end } = await witness(defineProcess({ name: "copies", domains: ["Q"], *run({ q }) {
      const contract = yield* q.reserve({ qubits: 3, budget: 1_000 });
      const job = yield* q.submit(contract, ghz);
      return [yield* trying(q.measure({ ...job })), yield* trying(q.measure(job))];
    } }));
    expect(end.result).toEqual(["Q_ERR_NO_CLONE_VIOLATION", "OK"]);
  });
  it("051/C3 an envelope carries its contract, and is nothing under another", async () => {
    const { end } = await witness(defineProcess({ name: "carries", domains: ["PHI"], *run({ phi }) {
      const [own, other] = [yield* phi.reserve({ components: 4, duration: 100, tolerance: CALM }), yield* phi.reserve({ components: 4, duration: 100, tolerance: CALM })];
      const envelope = yield* phi.open(own, PHASES);
      return [yield* trying(phi.shift({ ...envelope, contract: other }, 1)), yield* trying(phi.shift(envelope, 1))];
    } }));
    expect(end.result).toEqual(["PHI_ERR_ENVELOPE_INVALID", "OK"]);
  });
  it("051/C4 a definition says its domains, and a child that needs more than its parent holds is refused", async () => {
    const needs = defineProcess({ name: "needs", domains: ["PHI"], *run({ phi }) { return yield* phi.reserve({ components: 1, duration: 1 }); } });
    expect(needs.domains).toEqual(["PHI"]);
    const { end } = await witness(defineProcess({ name: "lacks", domains: ["Q"], *run({ k }) { return yield* trying(k.spawn(needs)); } }));
    expect(end.result).toBe("DOMAIN_UNAUTHORIZED");
  });
  it("051/C5 a contract of Φ is none of Q's, to the compiler and to the kernel", async () => {
    const { end } = await witness(defineProcess({ name: "coerces", domains: ["Q", "PHI"], *run({ q, phi }) {
      const window = yield* phi.reserve({ components: 4, duration: 100 });
      // @ts-expect-error -- Contract<"PHI"> is not Contract<"Q">
      return yield* trying(q.submit(window, ghz));
    } }));
    expect(end.result).toBe("CONTRACT_INVALID");
  });
  it("051/C6 the same call under the same terms has the same answer", async () => {
    const { q } = await import("../../domains/q/api/operations.ts");
    const asks = defineProcess({ name: "asks", domains: ["Q"], *run({ q: own }) {
      const contract = yield* own.reserve({ qubits: 2, budget: 30 });
      return [yield* trying(own.submit(contract, ghz)), yield* trying(own.sample(contract, ghz, 1_000))];
    } });
    expect((await witness(asks)).end.result).toEqual((await witness(asks, { seed: "other" })).end.result);
    expect(typeof q.submit).toBe("function");
  });
});

describe("models, as properties", () => {
  const plan = fc.array(fc.record({ sleep: fc.integer({ min: 1, max: 5 }), cost: fc.integer({ min: 1, max: 5 }), units: fc.integer({ min: 1, max: 4 }) }), { minLength: 1, maxLength: 5 });
  type Plan = readonly { readonly sleep: number; readonly cost: number; readonly units: number }[];
  const crew = (steps: Plan) => toy("root", ["Q"], function* () {
    const children = [];
    for (const [at, { sleep, cost, units }] of steps.entries()) {
      children.push(yield* k.spawn(toy(`worker${at}`, ["Q"], function* () {
        yield* k.sleep(sleep);
        try {
          const contract = yield* reserve("Q", { units });
          return [yield* collect("Q", yield* submit("Q", contract, { cost, value: at })), yield* k.now()];
        } catch (error) { return (error as Error).name; }
      })));
    }
    const all: unknown[] = [];
    for (const child of children) all.push(yield* k.join(child));
    return all;
  });
  it("053/C1 the scheduler is a function: lateness of outcomes changes no frame", async () => {
    await fc.assert(fc.asyncProperty(plan, fc.nat(100), async (steps, late) => {
      expect((await run(crew(steps), { outcomes: toyOutcomes((job) => (job * late) % 5) })).trace).toBe((await run(crew(steps))).trace);
    }), RUNS);
  });
  it("053/C2 isolation: whatever is sent, the receiver's value is its own", async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.nat(100), { minLength: 1, maxLength: 8 }), async (list) => {
      const { end } = await run(toy("root", [], function* () {
        const sent = [...list];
        yield* k.send(yield* k.self(), sent);
        sent.fill(-1);
        return (yield* k.receive()).body;
      }));
      expect(end.result).toEqual(list);
    }), RUNS);
  });
  it("053/C3 conservation: what is lent at any time is at most what is declared, and comes back", async () => {
    await fc.assert(fc.asyncProperty(plan, async (steps) => {
      const { frames } = await run(crew([...steps, ...steps]));
      const lent = new Map<number, number>();
      for (const entry of entriesOf(frames)) {
        if (entry.code === EVENT.CONTRACT_ISSUED) lent.set(entry.contract, (bodyOf(entry)["terms"] as { units: number }).units);
        if (entry.code === EVENT.CONTRACT_RELEASED) lent.delete(entry.contract);
        expect([...lent.values()].reduce((sum, units) => sum + units, 0)).toBeLessThanOrEqual(TOY_UNITS);
      }
      expect(lent.size).toBe(0);
    }), RUNS);
  });
  it("053/C4 no cloning: whatever a copy is made with, it is dead", async () => {
    const copies: readonly ((job: Job) => unknown)[] = [(job) => ({ ...job }), (job) => Object.assign({}, job), (job) => Object.create(job) as unknown, (job) => Object.fromEntries(Object.entries(job)), (job) => new Proxy(job, {})];
    const { end } = await run(toy("root", ["Q"], function* () {
      const job = yield* submit("Q", yield* reserve("Q"), { value: 1 });
      const said = [];
      for (const copy of copies) said.push(yield* codeOf(collect("Q", copy(job) as Job)));
      return [new Set(said).has("OK"), yield* collect("Q", job)];
    }));
    expect(end.result).toEqual([false, 1]);
  });
  it("053/C5 Φ: a call is admitted exactly at the ticks of its window", async () => {
    await fc.assert(fc.asyncProperty(fc.nat(4), fc.integer({ min: 1, max: 4 }), async (delay, length) => {
      const { end } = await run(toy("root", ["PHI"], function* () {
        const now = yield* k.now();
        const window = yield* reserve("PHI", { start: now + delay, end: now + delay + length });
        const open = [];
        for (let at = 0; at < 10; at++) { if ((yield* codeOf(submit("PHI", window))) === "OK") open.push(at); yield* k.sleep(1); }
        return open;
      }));
      expect(end.result).toEqual(Array.from({ length }, (_, at) => delay + at));
    }), RUNS);
  });
  it("053/C7 replay: any small program replays to its digest", async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.nat(3), { minLength: 1, maxLength: 6 }), async (steps) => {
      const any = defineProcess({ name: "any", *run({ k: own }) {
        for (const step of steps) {
          if (step === 0) yield* own.sleep(1);
          if (step === 1) yield* own.log("drawn", yield* own.random());
          if (step === 2) { const child = yield* own.spawn(echo); yield* own.send(child, step); yield* own.receive(); }
          if (step === 3) yield* own.metric("step", step);
        }
        return yield* own.now();
      } });
      const { bytes, digest } = await witness(any);
      expect((await replayTrace(bytes, { program: any })).digest).toBe(digest);
    }), RUNS);
  });
});

describe("requirements of subsystems", () => {
  it("REQ/010-015 boundary, domains, scheduler, memory and security refuse what no contract covers, the same every time", async () => {
    const root = toy("root", ["Q", "PHI"], function* () {
      const [q, phi] = [yield* reserve("Q"), yield* reserve("PHI")];
      const said = [yield* codeOf(submit("PHI", q)), yield* codeOf(submit("Q", phi)), yield* codeOf(ask({ domain: "Q", op: "release", contract: { ...q } } as never))];
      return [...said, yield* codeOf(submit("Q", q)), yield* codeOf(submit("PHI", phi))];
    });
    const [first, again] = [await run(root), await run(root)];
    expect(first.end.result).toEqual([...Array.from({ length: 3 }, () => expect.not.stringMatching(/^OK$/)), "OK", "OK"]);
    expect(again.trace).toBe(first.trace);
  });
  it("REQ/080-084 the package carries its table, under the versions of its ABI", () => {
    const { table } = shippedConformance();
    expect(table.abi).toBe(`${CURRENT_OFFER.major}.${CURRENT_OFFER.minor}`);
    expect(table.rows.length).toBeGreaterThan(150);
    expect(Object.values(table.counts).flatMap((of) => Object.values(of)).reduce((sum, n) => sum + n, 0)).toBe(table.rows.length);
  });
});
