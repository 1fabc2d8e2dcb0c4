// What is said of a job is bounded however many qubits and fences it has, and nothing that is said cuts a connection.
import { describe, expect, it } from "vitest";
import { dispatch } from "../../../../../kernel-abi/rpc/dispatch.ts";
import { epochsTold, openAttestation } from "../../../../../kernel-abi/qvm/attestation.ts";
import { signatureHolds } from "../../../../../replay/seal.ts";
import { verify } from "../../../../../replay/verify.ts";
import { sha256 } from "../../../../../runtime/adapters/sha256.ts";
import { checkAttestation } from "../../../../../runtime/app/attested.ts";
import type { Kernel } from "../../../../../runtime/app/kernel/service.ts";
import { Places } from "../../../../../runtime/app/kernel/placement.ts";
import { Histories } from "../../../../../runtime/app/kernel/histories.ts";
import { LogicalMachine } from "../../../../../runtime/kernel/logical/machine.ts";
import { call, ghz, session, testKernel } from "../../../../support/kernel-service.ts";
import { memorySource } from "../../../../support/memory.ts";
import { callOnce, rawSocket } from "../../../../support/raw-socket.ts";
import { socketGround } from "../../../../support/socket-ground.ts";

const ground = socketGround();
const LONG = process.env["TRIAD_LONG"] !== undefined;
const [QUBITS, FENCES] = LONG ? [100, 4_000] : [40, 500];

/** Epochs of one H each; in every `odd`th there are two. */
function fenced(qubits: number, fences: number, odd = 0): unknown {
  const vqs = Array.from({ length: qubits }, (_, at) => `q${at}`);
  const node = (id: string, op: string, more: object = {}): object => ({ id, op, ...more });
  return {
    version: "0.1",
    program: { nodes: [
      node("alloc", "ALLOC_LQ", { args: { n: qubits, profile: "logical:surface_code(d=3)" }, vqs }),
      ...Array.from({ length: fences }, (_, at) => [
        node(`h${at}`, "APPLY_H", { vqs: [vqs[at % qubits]] }), ...(odd > 0 && at % odd === 0 ? [node(`x${at}`, "APPLY_X", { vqs: ["q0"] })] : []), node(`f${at}`, "FENCE_EPOCH"),
      ]).flat(),
      node("read", "MEASURE_Z", { vqs: ["q0"], produces: ["m"] }),
    ] },
    resources: { vqs, chs: [], events: ["m"] }, caps: ["CAP_ALLOC"],
  };
}

async function ran(kernel: Kernel, graph: unknown): Promise<{ readonly s: string; readonly job_id: string }> {
  const s = await session(kernel);
  const { job_id } = await call(kernel, "q_submit", { graph, session_id: s, policy: { seed: 5 } });
  expect(await call(kernel, "q_wait", { job_id, session_id: s })).toMatchObject({ state: "COMPLETED" });
  return { s, job_id };
}

interface Page { readonly epochs: readonly { readonly epoch: number; readonly from: number; readonly to: number; readonly mapping?: readonly unknown[] }[]; readonly epochs_total: number; readonly next_epoch: number | null }

describe("a job of many qubits and fences", () => {
  it("is attested in little, the attestation holds against the trace, and its epochs are told page by page", async () => {
    const kernel = testKernel();
    const { s, job_id } = await ran(kernel, fenced(QUBITS, FENCES));
    const attestation = kernel.parts.traces.attestation(job_id) ?? new Uint8Array();
    expect(attestation.length).toBeLessThan(16_384);
    const bundle = kernel.parts.traces.read(job_id) ?? new Uint8Array();
    const report = verify(memorySource(bundle), {});
    const stated = checkAttestation(attestation, { source: memorySource(bundle), report });
    expect([stated.epochs.count, stated.epochs.left]).toEqual([FENCES + 1, { stretches: 0, epochs: 0 }]);
    expect([...epochsTold(stated.epochs)].at(-1)).toMatchObject({ epoch: FENCES, to: 2 * FENCES + 2 });
    expect(kernel.parts.places.record(job_id)?.epochs.length).toBeLessThan(5);

    const seen: number[] = [];
    let next: number | null = 0;
    while (next !== null) {
      const text: string = JSON.stringify(await call(kernel, "q_get_telemetry", { session_id: s, job_id, from_epoch: next, limit: 300 }));
      const page = JSON.parse(text) as Page;
      expect(text.length).toBeLessThan(1_000_000);
      expect([page.epochs_total, page.epochs.length <= 300, page.epochs[0]?.mapping?.length]).toEqual([FENCES + 1, true, QUBITS]);
      expect(page.epochs.slice(1).filter(({ mapping }) => mapping !== undefined).length).toBeLessThanOrEqual(1);
      seen.push(...page.epochs.map(({ epoch }) => epoch));
      next = page.next_epoch;
    }
    expect(seen).toEqual(Array.from({ length: FENCES + 1 }, (_, at) => at));
    const middle = await call(kernel, "q_get_telemetry", { session_id: s, job_id, epoch: 7 });
    expect(middle).toMatchObject({ usage: { nodes: 2 }, epochs: [{ epoch: 7, from: 15, to: 17, mapping: expect.any(Array) as unknown }], next_epoch: 8 });
    await expect(call(kernel, "q_get_telemetry", { session_id: s, job_id, epoch: FENCES + 1 })).rejects.toMatchObject({ refusal: "INVALID_PARAMS" });
    await kernel.stop();
  }, 60_000);

  it("whose epochs differ is told in full all the same", async () => {
    const kernel = testKernel();
    const { s, job_id } = await ran(kernel, fenced(3, 40, 3));
    const { epochs } = JSON.parse(JSON.stringify(await call(kernel, "q_get_telemetry", { session_id: s, job_id }))) as Page;
    const attested = openAttestation(kernel.parts.traces.attestation(job_id) ?? new Uint8Array(), { sha256, signature: signatureHolds });
    const spans = [...epochsTold(attested.epochs)].map(({ epoch, from, to }) => ({ epoch, from, to }));
    expect(epochs.map(({ epoch, from, to }) => ({ epoch, from, to }))).toEqual(spans);
    expect(spans.map(({ from, to }) => to - from)).toEqual([4, ...Array.from({ length: 39 }, (_, at) => ((at + 1) % 3 === 0 ? 3 : 2)), 1]);
    await kernel.stop();
  });
});

describe("a reply that the connection does not take", () => {
  const request = (id: unknown, params: object): object => ({ jsonrpc: "2.0", method: "q_get_telemetry", params, id });

  it("is a typed error in its place: alone, in a batch, and beside others; less at once is answered", async () => {
    const kernel = testKernel();
    const { s, job_id } = await ran(kernel, fenced(20, 200, 2));
    const { path } = await ground.serve({ dispatch: dispatch(kernel.handlers), limits: { unreadMost: 64 * 1024 } });
    const whole = { session_id: s, job_id };
    const little = { ...whole, from_epoch: 1, limit: 5 };
    expect(await callOnce(path, request(1, whole))).toMatchObject({ id: 1, error: { code: -32004, data: { name: "REPLY_TOO_LARGE", bytes: expect.any(Number) as unknown, most: 48 * 1024, next: expect.stringContaining("limit") as unknown } } });
    expect(await callOnce(path, request(2, little))).toMatchObject({ id: 2, result: { epochs_total: 201, next_epoch: 6 } });
    const raw = await rawSocket(path);
    raw.send(JSON.stringify([request("a", little), request("b", whole), request("c", little), { ...request("d", whole), id: undefined }]));
    raw.send(JSON.stringify(request("e", whole)) + JSON.stringify(request("f", little)));
    const [batch = "", e = "", f = ""] = await raw.lines(3);
    const told = (JSON.parse(batch) as { id: string; error?: { code: number } }[]).map(({ id, error }) => [id, error?.code]);
    expect(told).toEqual([["a", undefined], ["b", -32004], ["c", undefined]]);
    expect([JSON.parse(e), JSON.parse(f)]).toMatchObject([{ id: "e", error: { code: -32004 } }, { id: "f", result: {} }]);
    raw.socket.destroy();
    await kernel.stop();
  });
});

describe("records of jobs that are over", () => {
  it("keep their sums when there are too many of them, the latest all they had", async () => {
    const machine = new LogicalMachine();
    const places = new Places({ machine, histories: new Histories(), physicalLimit: () => 1_000, halted: () => false, outranked: () => false, passed: () => undefined, weightMax: 40 });
    const kernel = testKernel();
    const { job_id } = await ran(kernel, ghz(3, { fences: true }));
    const facts = kernel.parts.facts.get(job_id);
    const job = kernel.parts.jobs.get(job_id);
    if (facts === undefined || job === undefined) throw new Error("a job that is kept");
    for (let at = 0; at < 10; at++) {
      const own = { ...job, epoch: 0, order: { ...job.order, id: `job_${at}` } };
      places.take(own, facts);
      for (let epoch = 0; epoch < facts.verified.epochs.length; epoch++) await places.enter({ ...own, epoch }, facts);
      places.leave(own.order.id, true);
    }
    const records = Array.from({ length: 10 }, (_, at) => places.record(`job_${at}`));
    const [first, last] = [records[0], records.at(-1)];
    expect(records.map((record) => record?.usage.nodes)).toEqual(Array.from({ length: 10 }, () => facts.verified.graph.program.nodes.length));
    expect([first?.summary, Object.keys(first?.qubits ?? { q: 1 }), first?.epochs.length, first?.epochs[0]?.epoch]).toEqual([true, [], 1, last?.epochs.at(-1)?.epoch]);
    expect([last?.summary, Object.keys(last?.qubits ?? {}).length]).toEqual([undefined, 3]);
    for (let at = 0; at < 10; at++) places.forget(`job_${at}`);
    expect(places.size).toBe(0);
    await kernel.stop();
  });
});
