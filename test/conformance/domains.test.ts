// Rows of 013, 032, 033, 060, 061 and what of 084 is about physics: no cloning, budgets, calibrations, windows, stability.
import { describe, expect, it } from "vitest";
import { CALIBRATION_SPAN } from "../../domains/q/declared.ts";
import { circuit } from "../../domains/q/api/circuit.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import { pack } from "../../kernel-abi/packer.ts";
import { defineProcess, verifyTrace } from "../../runtime/app/index.ts";
import { record } from "../support/recordings.ts";
import { refusalOf, verified } from "../support/refusals.ts";
import { runRecording, smallRun } from "../support/runs.ts";
import { bodyOf, CALM, ghz, PHASES, rawIn, theWhole, trying, witness, withCode } from "./witness.ts";

const ended = async (program: Behaviour): Promise<unknown> => (await witness(program)).end.result;
const caught = (act: () => unknown): string => { try { act(); return "OK"; } catch (error) { return error instanceof Error ? error.name : String(error); } };
const strained = defineProcess({ name: "strained", domains: ["PHI"], *run({ phi }) {
  const [window, other] = [yield* phi.reserve({ components: 4, duration: 1_000, tolerance: { error: 0 } }), yield* phi.reserve({ components: 4, duration: 1_000, tolerance: CALM })];
  const [hit, spared] = [yield* phi.open(window, PHASES), yield* phi.open(other, PHASES)];
  const breach = yield* trying(phi.shift(hit, 0.5));
  return { breach, after: yield* trying(phi.evaluate(hit)), state: (yield* phi.ledger(window)).state, spared: yield* trying(phi.shift(spared, 0.5)) };
} });
const attempts = defineProcess({ name: "attempts", domains: ["Q"], *run({ k, q }) {
  const contract = yield* q.reserve({ qubits: 3, budget: 1_000 });
  const job = yield* q.submit(contract, ghz);
  const self = yield* k.self();
  return {
    clone: [caught(() => structuredClone(job)), caught(() => JSON.stringify({ contract }))], sent: yield* trying(k.send(self, job)),
    copied: [yield* trying(q.submit({ ...contract }, ghz)), yield* trying(q.measure({ ...job }))], own: yield* trying(q.measure(job)),
  };
} });
const BLOCKED = { copied: ["CONTRACT_INVALID", "Q_ERR_NO_CLONE_VIOLATION"], own: "OK", sent: "Q_ERR_NO_CLONE_VIOLATION" };

describe("Q", () => {
  it("084/5.1 cloning, serialising, sending and copying a handle all fail, and what reached the kernel is recorded", async () => {
    const { end, entries } = await witness(attempts);
    expect(end.result).toEqual({ ...BLOCKED, clone: expect.arrayContaining([expect.not.stringMatching(/^OK$/)]) });
    expect((end.result as { clone: string[] }).clone).not.toContain("OK");
    expect(entries.filter(({ code, verdict }) => code < 128 && verdict !== 0)).toHaveLength(3);
  });
  it("032/C1 a copy of a handle is dead, the handle lives on", async () => {
    expect(await ended(attempts)).toMatchObject(BLOCKED);
  });
  it("032/C2 a handle has no serial form", async () => {
    expect(((await ended(attempts)) as { clone: string[] }).clone).toEqual([expect.not.stringMatching(/^OK$/), "Q_ERR_NO_CLONE_VIOLATION"]);
  });
  it("013/C1 nothing in K memory is a quantum state that could be copied", async () => {
    expect(await ended(attempts)).toMatchObject({ sent: BLOCKED.sent, copied: BLOCKED.copied });
    expect(rawIn((await theWhole()).entries)).toEqual([]);
  });
  it("060/C5 a provider runs one job for one intent, and gives one outcome", async () => {
    const { entries } = await theWhole();
    const jobs = withCode(entries, EVENT.JOB_OUTCOME).map(({ subject }) => subject);
    expect(new Set(jobs).size).toBe(jobs.length);
    expect(await ended(attempts)).toMatchObject({ sent: "Q_ERR_NO_CLONE_VIOLATION" });
  });
  it("084/5.2 a job beyond the budget is refused before anything runs, and told to its owner", async () => {
    const { end, entries } = await witness(defineProcess({ name: "greedy", domains: ["Q"], *run({ q }) {
      const contract = yield* q.reserve({ qubits: 3, budget: 50 });
      return [yield* trying(q.sample(contract, ghz, 1_000)), (yield* q.ledger(contract)).jobs];
    } }));
    expect(end.result).toEqual([expect.stringMatching(/DECOHERENCE_EXCEEDED/), 0]);
    expect(withCode(entries, EVENT.JOB_INTENT)).toEqual([]);
    expect(withCode(entries, SYSCALL.XDV_CALL).map(({ verdict }) => verdict)).toEqual([1001]);
  });
  it("084/5.2 the contract of a job beyond the budget is invalid from then on, with the work under way under it", async () => {
    const { end, entries, bytes } = await witness(defineProcess({ name: "greedy", domains: ["Q"], *run({ k, q }) {
      const contract = yield* q.reserve({ qubits: 3, budget: 500 });
      const under = yield* q.submit(contract, ghz);
      const over = yield* trying(q.sample(contract, ghz, 1_000));
      yield* k.sleep(1);
      return [over, yield* trying(q.submit(contract, ghz)), yield* trying(q.measure(under)), (yield* q.ledger(contract)).state];
    } }));
    expect(end.result).toEqual(["Q_ERR_DECOHERENCE_EXCEEDED", "CONTRACT_INVALID", "CONTRACT_INVALID", "revoked"]);
    expect(bodyOf(withCode(entries, EVENT.FAULT_CONTAINED)[0])).toEqual({ level: 0, action: "rollback", jobs: [1] });
    expect(await verifyTrace(bytes)).toMatchObject({ ok: true });
  });
  it("084/5.1 every attempt to copy stands in the trace, and too many are answered", async () => {
    const { entries } = await witness(defineProcess({ name: "stubborn", domains: ["Q"], *run({ k, q }) {
      const contract = yield* q.reserve({ qubits: 1, budget: 10 });
      for (let left = 8; left > 0; left--) caught(() => (left % 2 === 0 ? structuredClone(contract) : JSON.stringify(contract)));
      yield* k.sleep(1);
      return 0;
    } }));
    expect(withCode(entries, EVENT.FAULT).map(bodyOf)).toMatchObject([{ way: "structured-clone", times: 4 }, { way: "json", times: 4, attempts: 8 }]);
    expect(withCode(entries, EVENT.CONTRACT_REVOKED)).toHaveLength(1);
  });
  it("084/5.3 a contract that outlasts its calibration is refused before anything runs", async () => {
    const { end, entries } = await witness(defineProcess({ name: "stale", domains: ["Q"], *run({ k, q }) {
      const contract = yield* q.reserve({ qubits: 3, budget: 1_000, duration: 3 * CALIBRATION_SPAN });
      const before = yield* trying(q.submit(contract, ghz));
      yield* k.sleep(CALIBRATION_SPAN + 10);
      return [before, yield* trying(q.submit(contract, ghz))];
    } }));
    expect(end.result).toEqual(["OK", "Q_ERR_CALIBRATION_INVALID"]);
    expect(withCode(entries, EVENT.JOB_INTENT)).toHaveLength(1);
  });
  it("032/C3 without MEASURE_Q a job runs and cannot be read", async () => {
    expect(await ended(defineProcess({ name: "blind", domains: ["Q"], *run({ k, q }) {
      const job = yield* q.submit(yield* q.reserve({ qubits: 3, budget: 1_000 }), ghz);
      for (const { verb, capability } of yield* k.capabilities()) if (verb === "MEASURE_Q") yield* k.revoke(capability);
      return yield* trying(q.measure(job));
    } }))).toBe("DOMAIN_UNAUTHORIZED");
  });
  it("032/C4 a handle shows its kind and its domain, nothing to map", async () => {
    expect(await ended(defineProcess({ name: "looks", domains: ["Q"], *run({ q }) {
      const job = yield* q.submit(yield* q.reserve({ qubits: 3, budget: 1_000 }), ghz);
      return [Object.keys(job).sort(), Object.isFrozen(job)];
    } }))).toEqual([["domain", "handle", "toJSON"], true]);
  });
  it("013/C4 no operation of either domain reads a state", async () => {
    const { q } = await import("../../domains/q/api/operations.ts");
    const { phi } = await import("../../domains/phi/api/operations.ts");
    expect([...Object.keys(q), ...Object.keys(phi)].filter((name) => /state|amplitude|snapshot|phases?$|peek|dump|clone/i.test(name))).toEqual([]);
    expect(Object.keys(q)).toContain("measure");
  });
  it("032/C5 a circuit wider than its contract is refused; qubits are numbered from 0 in every contract", async () => {
    expect(await ended(defineProcess({ name: "wide", domains: ["Q"], *run({ q }) {
      const [small, other] = [yield* q.reserve({ qubits: 2, budget: 1_000 }), yield* q.reserve({ qubits: 2, budget: 1_000 })];
      const flip = circuit(2).x(1).measureAll();
      return [yield* trying(q.submit(small, ghz)), [...yield* q.measure(yield* q.submit(small, flip))], [...yield* q.measure(yield* q.submit(other, flip))]];
    } }))).toEqual(["Q_ERR_RESOURCE_UNAVAILABLE", [0, 1], [0, 1]]);
  });
  it("032/C6 a trace in which one job has two outcomes is refused by anybody who verifies it", () => {
    const script = smallRun();
    const at = script.findIndex((frame) => frame?.entries[0]?.code === EVENT.JOB_OUTCOME);
    expect(verified(record(script, { recording: runRecording() }).file).ok).toBe(true);
    expect(refusalOf(record(script.toSpliced(at, 0, script[at]!), { recording: runRecording() }).file).fault).toBe("TRACE_INCONSISTENT");
  });
  it("060/C1 a contract is bound to a calibration with its validity", async () => {
    const [q] = withCode((await theWhole()).entries, EVENT.CONTRACT_ISSUED).filter(({ domain }) => domain === 1).map(bodyOf);
    expect(q).toMatchObject({ terms: { calibration: { id: 1, from: 0, until: CALIBRATION_SPAN, grace: 0 } } });
  });
  it("060/C2 what a contract does not cover is refused: gates, width, shots", async () => {
    expect(await ended(defineProcess({ name: "covered", domains: ["Q"], *run({ q }) {
      const contract = yield* q.reserve({ qubits: 3, budget: 1_000_000, shots: 5, gates: ["H", "CX", "MEASURE"] });
      return [yield* trying(q.submit(contract, circuit(1).x(0).measureAll())), yield* trying(q.submit(contract, circuit(4).h(0).measureAll())), yield* trying(q.sample(contract, ghz, 5)), yield* trying(q.sample(contract, ghz, 6))];
    } }))).toEqual(["Q_ERR_GATE_UNSUPPORTED", "Q_ERR_RESOURCE_UNAVAILABLE", "OK", "Q_ERR_DECOHERENCE_EXCEEDED"]);
  });
  it("060/C3 outcomes are classical bits and counts", async () => {
    const outcomes = withCode((await theWhole()).entries, EVENT.JOB_OUTCOME).filter(({ domain }) => domain === 1).map(bodyOf);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["counts"]);
    expect(rawIn((await theWhole()).entries)).toEqual([]);
  });
  it("060/C4 an error of a provider cannot be changed or removed under the seal", () => {
    const lost = smallRun().map((frame) => frame && { ...frame, entries: frame.entries.map((entry) => (entry.code === EVENT.JOB_OUTCOME ? { ...entry, verdict: 1004, body: pack({ what: "the provider stopped" }) } : entry)) });
    const { file } = record(lost, { recording: runRecording() });
    expect(verified(file).sealed).toBe(true);
    for (let at = 0; at < file.length; at += 7) { const altered = file.slice(); altered[at] = altered[at]! ^ 1; expect(refusalOf(altered).fault).toMatch(/^TRACE_/); }
  });
  it("060/C6 each job has its intent before it starts and its outcome at its due tick", async () => {
    const { frames } = await theWhole();
    const intents = frames.flatMap(({ tick, entries }) => withCode(entries, EVENT.JOB_INTENT).map((one) => [one.subject, Number(bodyOf(one)["due"]), Number(tick)] as const));
    const outcomes = new Map(frames.flatMap(({ tick, entries }) => withCode(entries, EVENT.JOB_OUTCOME).map((one) => [one.subject, Number(tick)] as const)));
    expect(intents.length).toBeGreaterThan(3);
    for (const [job, due, issued] of intents) { expect(outcomes.get(job)).toBe(due); expect(due).toBeGreaterThan(issued); }
  });
});

const late = defineProcess({ name: "late", domains: ["PHI"], *run({ k, phi }) {
  const window = yield* phi.reserve({ components: 4, duration: 30, tolerance: CALM });
  const envelope = yield* phi.open(window, PHASES);
  const within = yield* trying(phi.shift(envelope, 0.1));
  yield* k.sleep(40);
  const refused = yield* trying(phi.shift(envelope, 0.1));
  const fresh = yield* phi.reserve({ components: 4, duration: 30, tolerance: CALM });
  return { within, refused, revived: yield* trying(phi.shift({ ...envelope, contract: fresh }, 0.1)), state: (yield* phi.ledger(window)).state };
} });

describe("Φ", () => {
  it("084/6.1 a transform after its window is refused, and the envelope is dead under any contract", async () => {
    const { end, entries } = await witness(late);
    expect(end.result).toMatchObject({ within: "OK", refused: expect.stringMatching(/^(PHI_ERR_|CONTRACT_INVALID)/), revived: expect.stringMatching(/^PHI_ERR_|Q_ERR_NO_CLONE/) });
    expect(withCode(entries, EVENT.JOB_INTENT)).toHaveLength(2);
  });
  it("084/6.2 a breach ends envelope and contract, stands in the trace and reaches the owner", async () => {
    const { end, entries } = await witness(strained);
    expect(end.result).toEqual({ breach: "PHI_ERR_STABILITY_BREACH", after: expect.not.stringMatching(/^OK$/), state: expect.stringMatching(/revoked|released/), spared: "OK" });
    expect(withCode(entries, EVENT.CONTRACT_REVOKED)).toHaveLength(1);
    const uncaught = await witness(defineProcess({ name: "parent", *run({ k }) { return yield* trying(k.join(yield* k.spawn(echoOfBreach))); }, domains: ["PHI"] }));
    expect(uncaught.end.result).toBe("PROCESS_FAILED");
  });
  it("033/C1 no envelope is opened before its window, or used after it", async () => {
    expect(await ended(defineProcess({ name: "early", domains: ["PHI"], *run({ k, phi }) {
      const window = yield* phi.reserve({ components: 4, duration: 100, start: (yield* k.now()) + 10, tolerance: CALM });
      const before = yield* trying(phi.open(window, PHASES));
      yield* k.sleep(10);
      const within = yield* trying(phi.open(window, PHASES));
      yield* k.sleep(100);
      return [before, within, yield* trying(phi.open(window, PHASES))];
    } }))).toEqual(["PHI_ERR_COHERENCE_TIMEOUT", "OK", expect.stringMatching(/PHI_ERR_COHERENCE_TIMEOUT|CONTRACT_INVALID/)]);
  });
  it("033/C2 without TRANSFORM_PHI an envelope cannot be changed", async () => {
    expect(await ended(defineProcess({ name: "barred", domains: ["PHI"], *run({ k, phi }) {
      const envelope = yield* phi.open(yield* phi.reserve({ components: 4, duration: 1_000, tolerance: CALM }), PHASES);
      for (const { verb, capability } of yield* k.capabilities()) if (verb === "TRANSFORM_PHI") yield* k.revoke(capability);
      return yield* trying(phi.shift(envelope, 1));
    } }))).toBe("DOMAIN_UNAUTHORIZED");
  });
  it("033/C3 envelopes of different contracts do not merge, and one that was closed is gone", async () => {
    expect(await ended(defineProcess({ name: "bounded", domains: ["PHI"], *run({ phi }) {
      const windows = [yield* phi.reserve({ components: 8, duration: 1_000, tolerance: CALM }), yield* phi.reserve({ components: 8, duration: 1_000, tolerance: CALM })];
      const [a, b, c] = [yield* phi.open(windows[0]!, PHASES), yield* phi.open(windows[1]!, PHASES), yield* phi.open(windows[0]!, PHASES)];
      const across = yield* trying(phi.merge(a, b));
      const within = yield* trying(phi.merge(a, c));
      yield* phi.close(a);
      return [across, within, yield* trying(phi.evaluate(a))];
    } }))).toEqual(["PHI_ERR_ENVELOPE_INVALID", "OK", "PHI_ERR_ENVELOPE_INVALID"]);
  });
  it("033/C4 drift against the noise-free reference is seen, a legitimate transform is no drift", async () => {
    expect(await ended(strained)).toMatchObject({ breach: "PHI_ERR_STABILITY_BREACH", spared: "OK" });
  });
  it("033/C5 a breach comes at the same place every time", async () => {
    expect((await witness(strained)).digest).toBe((await witness(strained)).digest);
  });
  it("033/C6 a breach of one contract spares the envelopes of another", async () => {
    expect(await ended(strained)).toMatchObject({ spared: "OK" });
  });
  it("013/C2 transforms keep an envelope close to its reference", async () => {
    const { stability } = (await theWhole()).end.result as { stability: number };
    expect(stability).toBeGreaterThan(0.999);
  });
  it("061/C1 a window stands in the contract, with start, end and tolerance", async () => {
    const [window] = withCode((await theWhole()).entries, EVENT.CONTRACT_ISSUED).filter(({ domain }) => domain === 2).map((one) => bodyOf(one)["terms"] as Record<string, number>);
    expect(window!["end"]! - window!["start"]!).toBe(1_000);
    expect(window).toMatchObject({ errorPpm: 1_000_000, noisePpm: 500_000, calibration: { grace: 0 } });
  });
  it("061/C2 a transform outside the contract's set is refused", async () => {
    expect(await ended(defineProcess({ name: "set", domains: ["PHI"], *run({ phi }) {
      const envelope = yield* phi.open(yield* phi.reserve({ components: 4, duration: 1_000, transforms: ["PHASE_SHIFT"], tolerance: CALM }), PHASES);
      return [yield* trying(phi.shift(envelope, 0.1)), yield* trying(phi.align(envelope, 0.1))];
    } }))).toEqual(["OK", "PHI_ERR_TRANSFORM_UNSUPPORTED"]);
  });
  it("061/C3 each transform reports stability, noise and drift", async () => {
    const reports = withCode((await theWhole()).entries, EVENT.JOB_OUTCOME).filter(({ domain }) => domain === 2).map(bodyOf).filter(({ kind }) => kind !== "closed");
    expect(reports.length).toBe(3);
    for (const report of reports) expect(report).toMatchObject({ stability: expect.any(Number), noise: expect.any(Number), drift: expect.any(Number) });
  });
  it("061/C4 an envelope that one component dominates is not opened, so that no projection is its phase", async () => {
    expect(await ended(defineProcess({ name: "single", domains: ["PHI"], *run({ phi }) {
      return yield* trying(phi.open(yield* phi.reserve({ components: 4, duration: 1_000, tolerance: CALM }), [0.3]));
    } }))).not.toBe("OK");
    expect(rawIn((await theWhole()).entries)).toEqual([]);
  });
  it("061/C5 a breach on record is under the seal's signature", async () => {
    const { bytes, entries } = await witness(strained);
    expect(withCode(entries, EVENT.JOB_OUTCOME).map(({ verdict }) => verdict)).toContain(2002);
    expect((await verifyTrace(bytes, { trusted: [] })).sealed).toBe(true);
    const altered = bytes.slice();
    altered[altered.length - 400] = altered[altered.length - 400]! ^ 4;
    await expect(verifyTrace(altered, { trusted: [] })).rejects.toMatchObject({ fault: expect.stringMatching(/^TRACE_/) });
  });
  it("061/C6 each transform is a call, an intent and an outcome on record", async () => {
    const { entries } = await theWhole();
    const phi = (code: number) => withCode(entries, code).filter(({ domain, verdict }) => domain === 2 && verdict === 0).map(({ subject }) => subject).sort();
    expect(phi(EVENT.JOB_OUTCOME)).toHaveLength(4);
    expect(phi(EVENT.JOB_INTENT)).toEqual(phi(EVENT.JOB_OUTCOME));
    expect(phi(SYSCALL.XDV_CALL)).toEqual(phi(EVENT.JOB_OUTCOME));
  });
});

const echoOfBreach = defineProcess({ name: "breaches", domains: ["PHI"], *run({ phi }) {
  const envelope = yield* phi.open(yield* phi.reserve({ components: 4, duration: 1_000, tolerance: { error: 0 } }), PHASES);
  return yield* phi.shift(envelope, 0.5);
} });
