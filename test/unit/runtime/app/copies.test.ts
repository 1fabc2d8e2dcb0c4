// Copies of handles: each way is refused where it is tried, stands in the trace, and too many are answered (032, 084/5.1).
import { describe, expect, it } from "vitest";
import { EVENT, type Entry } from "../../../../kernel-abi/frame.ts";
import { Fault, FAULTS } from "../../../../kernel-abi/fault.ts";
import type { Contract, Job } from "../../../../kernel-abi/handle.ts";
import { pack } from "../../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../../kernel-abi/syscall.ts";
import { defineProcess, replayTrace, reproduceTrace, verifyTrace, type RecordOptions } from "../../../../runtime/app/index.ts";
import { bodyOf, ghz, trying, witness, withCode, type Witness } from "../../../conformance/witness.ts";
import { scratch } from "../../../support/cli.ts";
import { header } from "../../../support/recordings.ts";
import { Consistency } from "../../../../replay/consistency/consistency.ts";

scratch();
const NO_CLONE = FAULTS.Q_ERR_NO_CLONE_VIOLATION.code;
const caught = (act: () => unknown): string => { try { act(); return "OK"; } catch (error) { return error instanceof Error ? error.name : String(error); } };
const told = ({ entries }: Witness): readonly unknown[] => withCode(entries, EVENT.FAULT).map((entry) => ({ verdict: entry.verdict, ...bodyOf(entry) }));
const answers = ({ entries }: Witness): readonly unknown[] => withCode(entries, EVENT.FAULT_CONTAINED).map(bodyOf).filter((body) => "process" in body);

/** A Q contract, its job and a Φ envelope, and what is done with them in one turn. */
const doing = (act: (handles: { readonly contract: Contract; readonly job: Job; readonly envelope: unknown }) => unknown) => defineProcess({
  name: "copier", domains: ["Q", "PHI"],
  *run({ q, phi }) {
    const contract = yield* q.reserve({ qubits: 3, budget: 1_000 });
    const job = yield* q.submit(contract, ghz);
    const envelope = yield* phi.open(yield* phi.reserve({ components: 4, duration: 100 }), [0.1, 0.2, 0.3, 0.4]);
    const said = act({ contract, job, envelope });
    return [said, yield* trying(q.measure(job))];
  },
});

/** Verified, replayed to the same digest, and reproduced. */
async function comesAgain(ran: Witness, program: ReturnType<typeof doing>): Promise<void> {
  const source = ran.bytes;
  expect(await verifyTrace(source)).toMatchObject({ ok: true });
  expect((await replayTrace(source, { program })).digest).toBe((await reproduceTrace(source, { program, workers: 0 })).digest);
}

describe("copies made outside the kernel", () => {
  it.each([
    ["structured-clone", "job", ({ job }: { job: Job }) => structuredClone({ deep: [job] })],
    ["structured-clone", "contract", ({ contract }: { contract: Contract }) => structuredClone(new Map([[contract, 1]]))],
    ["json", "contract", ({ contract }: { contract: Contract }) => JSON.stringify({ contract })],
    ["pack", "job", ({ job }: { job: Job }) => pack({ job })],
    ["json", "job", ({ job }: { job: Job }) => job.toJSON()],
  ] as const)("%s of a %s", async (way, of, copy) => {
    const program = doing((handles) => caught(() => copy(handles)));
    const ran = await witness(program);
    expect(ran.end.result).toEqual(["Q_ERR_NO_CLONE_VIOLATION", "OK"]); // the handle lives on
    expect(told(ran)).toEqual([{ verdict: NO_CLONE, way, of, times: 1, attempts: 1 }]);
    await comesAgain(ran, program);
  });

  it("of a Φ envelope's handles are refused alike", async () => {
    const ran = await witness(doing(({ envelope }) => [caught(() => structuredClone(envelope)), caught(() => JSON.stringify(envelope))]));
    expect(ran.end.result).toEqual([["Q_ERR_NO_CLONE_VIOLATION", "Q_ERR_NO_CLONE_VIOLATION"], "OK"]);
    expect(told(ran)).toMatchObject([{ way: "structured-clone", attempts: 1 }, { way: "json", attempts: 2 }]);
  });

  it("in the details of an error are left out of the record, and told", async () => {
    const ran = await witness(doing(({ job }) => { throw new Fault("INPUT_INVALID", { job: { job } as never, why: "words" }); }));
    expect(ran.end).toMatchObject({ status: "faulted", fault: { name: "INPUT_INVALID", detail: { why: "words" } } });
    expect(ran.end.fault?.detail).not.toHaveProperty("job");
    expect(told(ran)).toEqual([{ verdict: NO_CLONE, way: "error-detail", of: "job", times: 1, attempts: 1 }]);
  });

  it("many of one turn are one event of each kind", async () => {
    const ran = await witness(doing(({ job, contract }) => { for (let left = 3; left > 0; left--) { caught(() => JSON.stringify(job)); caught(() => JSON.stringify([contract])); } return 0; }));
    expect(told(ran)).toEqual([{ verdict: NO_CLONE, way: "json", of: "job", times: 3, attempts: 3 }, { verdict: NO_CLONE, way: "json", of: "contract", times: 3, attempts: 6 }]);
  });

  it("in a finally block, when its process is ended, are told with its end", async () => {
    const child = defineProcess({ name: "child", domains: ["Q"], *run({ k, q }) {
      const contract = yield* q.reserve({ qubits: 1, budget: 10 });
      try { yield* k.receive(); } finally { caught(() => JSON.stringify(contract)); }
      return 0;
    } });
    const ran = await witness(defineProcess({ name: "stopper", domains: ["Q"], *run({ k }) { const made = yield* k.spawn(child); yield* k.sleep(2); yield* k.stop(made); yield* k.sleep(2); return 0; } }));
    expect(told(ran)).toEqual([{ verdict: NO_CLONE, way: "json", of: "contract", times: 1, attempts: 1 }]);
    expect(await verifyTrace(ran.bytes)).toMatchObject({ ok: true });
  });

  it("of what holds no handle go on as ever, and fail as ever", async () => {
    const ran = await witness(doing(() => [structuredClone([1, { a: new Set([2]) }]).length, caught(() => structuredClone(() => 1)), JSON.stringify({ a: 1 })]));
    expect((ran.end.result as unknown[])[0]).toEqual([2, "DataCloneError", "{\"a\":1}"]);
    expect(told(ran)).toEqual([]);
  });

  it("by whoever is no process are refused and nobody's", async () => {
    let kept: Job | undefined;
    const ran = await witness(doing(({ job }) => { kept = job; return 0; }));
    expect(caught(() => JSON.stringify(kept))).toBe("Q_ERR_NO_CLONE_VIOLATION");
    expect(caught(() => structuredClone(kept))).toBe("DataCloneError");
    expect(told(ran)).toEqual([]);
  });
});

describe("copies asked of the kernel", () => {
  const asking = defineProcess({
    name: "asking", domains: ["Q"],
    *run({ k, q }) {
      const job = yield* q.submit(yield* q.reserve({ qubits: 3, budget: 1_000 }), ghz);
      return [yield* trying(k.send(yield* k.self(), { job })), yield* trying(k.log("job", job)), yield* trying(k.continueWith({ job }))];
    },
  });
  it("by IPC, logging and snapshots are refused calls of the record", async () => {
    const ran = await witness(asking);
    expect(ran.end.result).toEqual(Array(3).fill("Q_ERR_NO_CLONE_VIOLATION"));
    expect(ran.entries.filter(({ verdict }) => verdict === NO_CLONE).map(({ code }) => code)).toEqual([SYSCALL.IPC_SEND, SYSCALL.LOG, SYSCALL.PROC_CONTINUE]);
    expect(told(ran)).toEqual([]);
  });
});

/** Tries to copy so often, one attempt a turn, by JSON and by sending in turns. */
const stubborn = (times: number) => defineProcess({
  name: "stubborn", domains: ["Q"],
  *run({ k, q }) {
    const contract = yield* q.reserve({ qubits: 3, budget: 1_000 });
    const long = yield* q.submit(contract, ghz);
    for (let attempt = 0; attempt < times; attempt++) {
      if (attempt % 2 === 0) caught(() => JSON.stringify(contract));
      else yield* trying(k.send(yield* k.self(), contract));
      yield* k.sleep(1);
    }
    return [yield* trying(q.measure(long)), (yield* q.ledger(contract)).state];
  },
});
const parentOf = (times: number) => defineProcess({
  name: "parent", domains: ["Q"],
  *run({ k }) { return yield* trying(k.join(yield* k.spawn(stubborn(times)))); },
});

describe("repeated attempts", () => {
  it.each([
    [7, {}, []], [8, {}, [{ level: 0, action: "rollback" }]], [16, {}, [{ action: "rollback" }, { action: "halt" }]],
    [2, { copies: 1 }, [{ action: "rollback" }, { action: "halt" }]], [5, { copies: 3 }, [{ action: "rollback" }]],
  ] as const)("%i of them under %j", async (times, recovery, due) => {
    const options: Partial<RecordOptions> = "copies" in recovery ? { recovery: { version: 1, rules: [], ...recovery } } : {};
    const program = stubborn(times);
    const ran = await witness(program, options);
    expect(answers(ran)).toMatchObject(due);
    const last = due.at(-1)?.action;
    if (last === "halt") expect(ran.end).toMatchObject({ status: "faulted", fault: { name: "PROCESS_STOPPED" } });
    else expect((ran.end.result as string[])[1]).toBe(last === "rollback" ? "revoked" : "active");
    await comesAgain(ran, program as never);
  });

  it("end the process that makes them and leave its parent whole", async () => {
    const ran = await witness(parentOf(16));
    expect(ran.end).toMatchObject({ status: "completed", result: "PROCESS_STOPPED" });
  });

  it("of a process that ended with them are answered no more", async () => {
    for (const times of [8, 16]) {
      const brief = defineProcess({ name: "brief", domains: ["Q"], *run({ q }) {
        const contract = yield* q.reserve({ qubits: 3, budget: 1_000 });
        for (let left = times; left > 0; left--) caught(() => JSON.stringify(contract));
        return times;
      } });
      const ran = await witness(defineProcess({ name: "parent", domains: ["Q"], *run({ k }) { return yield* k.join(yield* k.spawn(brief)); } }));
      expect([ran.end.result, answers(ran)]).toEqual([times, []]);
      expect(await verifyTrace(ran.bytes)).toMatchObject({ ok: true });
    }
  });

  it("in one turn come to the same", async () => {
    const ran = await witness(doing(({ job }) => { for (let left = 20; left > 0; left--) caught(() => JSON.stringify(job)); return 0; }));
    expect(answers(ran)).toMatchObject([]); // the run ended with that turn
    const waiting = await witness(defineProcess({ name: "w", domains: ["Q"], *run({ k, q }) {
      const contract = yield* q.reserve({ qubits: 3, budget: 1_000 });
      for (let left = 20; left > 0; left--) caught(() => JSON.stringify(contract));
      yield* k.sleep(1);
      return 0;
    } }));
    expect(answers(waiting)).toMatchObject([{ action: "halt" }]);
  });
});

describe("two runtimes in one process of Node", () => {
  it("interleaved, each record what they record alone: traps, attempts to copy, answers", async () => {
    const ambient = defineProcess({ name: "ambient", domains: ["Q"], *run({ q }) {
      const said: string[] = [];
      for (let left = 4; left > 0; left--) {
        const job = yield* q.submit(yield* q.reserve({ qubits: 3, budget: 1_000 }), ghz);
        said.push(caught(() => Math.random()), caught(() => Date.now()), yield* trying(q.measure(job)));
      }
      return said;
    } });
    const programs = [ambient, stubborn(8), ambient, stubborn(5)];
    const alone = [];
    for (const program of programs) alone.push(await witness(program));
    const before = [Date.now, Math.random];
    const together = await Promise.all(programs.map((program) => witness(program)));
    expect(together.map(({ digest }) => digest)).toEqual(alone.map(({ digest }) => digest));
    expect(together[0]!.end.result).toEqual(Array(4).fill(["AMBIENT_ACCESS", "AMBIENT_ACCESS", "OK"]).flat());
    expect([told(together[0]!).length, told(together[1]!).length, told(together[3]!).length]).toEqual([0, 4, 3]);
    expect([Date.now, Math.random]).toEqual(before);
  });
});

describe("verify", () => {
  const holds = async (change: (entry: Entry) => Entry | undefined): Promise<void> => {
    const { frames, recording } = await witness(stubborn(8));
    const rules = new Consistency(header({ ...recording.header }));
    frames.map((frame) => ({ ...frame, entries: frame.entries.map(change).filter((entry) => entry !== undefined) })).filter(({ kind, entries }) => kind === "turn" || entries.length > 0)
      .forEach((frame, index) => { rules.frame(frame as never, { offset: 0, unit: "block", index }); });
  };
  const refused = (change: (entry: Entry) => Entry | undefined): Promise<void> => expect(holds(change)).rejects.toMatchObject({ fault: "TRACE_INCONSISTENT" });
  it("accepts what was recorded", async () => { await holds((entry) => entry); });
  it("refuses attempts left out, answers left out, attempts of somebody else, and answers too early", async () => {
    let first = true;
    await refused((entry) => (entry.code === EVENT.FAULT && first ? void (first = false) : entry));
    await refused((entry) => (entry.code === EVENT.FAULT_CONTAINED ? undefined : entry));
    await refused((entry) => (entry.code === EVENT.CONTRACT_REVOKED || entry.code === EVENT.CONTRACT_RELEASED ? undefined : entry));
    await refused((entry) => (entry.code === EVENT.FAULT ? { ...entry, subject: 1 } : entry));
    await refused((entry) => (entry.code === SYSCALL.IPC_SEND && entry.verdict === NO_CLONE ? { ...entry, verdict: FAULTS.ABI_UNENCODABLE.code } : entry));
  });
});
