// Giving way between two fences: inside a REV segment a job is undone back to where that began, which is told and accounted for; outside of
// one it stays at its fences. What it comes to is the same.
import { describe, expect, it } from "vitest";
import { epochsTold, openAttestation } from "../../../../../kernel-abi/qvm/attestation.ts";
import { signatureHolds } from "../../../../../replay/seal.ts";
import { sha256 } from "../../../../../runtime/adapters/sha256.ts";
import type { Kernel } from "../../../../../runtime/app/kernel/service.ts";
import { call, coins, session, testKernel } from "../../../../support/kernel-service.ts";

const NODES = 600;
/** One epoch: gates, each undone by its inverse, or readouts, which nothing undoes; then a readout. */
function long(op: "APPLY_S" | "MEASURE_Z"): unknown {
  const reads = op === "MEASURE_Z" ? Array.from({ length: NODES }, (_, at) => `m${at}`) : [];
  return {
    version: "0.1", caps: ["CAP_ALLOC"], resources: { vqs: ["q"], chs: [], events: ["e", ...reads] },
    program: { nodes: [
      { id: "a", op: "ALLOC_LQ", args: { n: 1, profile: "logical:surface_code(d=3)" }, vqs: ["q"] },
      ...Array.from({ length: NODES }, (_, at) => ({ id: `g${at}`, op, vqs: ["q"], ...(reads.length > 0 ? { produces: [reads[at]] } : {}) })),
      { id: "h", op: "APPLY_H", vqs: ["q"] }, { id: "r", op: "MEASURE_Z", vqs: ["q"], produces: ["e"] },
    ] },
  };
}
/** A module so drifted that its jobs stop every few nodes. */
const conditions = [{ mode: "calibration-drift", module: "module-0", factor: 2 }] as const;
const machine = { modules: [{ name: "module-0", physicalQubits: 100_000 }] };
const submit = async (kernel: Kernel, session_id: string, graph: unknown, priority: number): Promise<string> => (await call(kernel, "q_submit", { graph, session_id, policy: { seed: 7, priority } })).job_id;
const ended = (kernel: Kernel, session_id: string, job_id: string) => call(kernel, "q_wait", { job_id, session_id });

/** The only slot is a long job's when an urgent one comes. */
async function disturbed(graph: unknown) {
  const kernel = testKernel({ slots: 1, conditions, machine });
  const s = await session(kernel);
  const job_id = await submit(kernel, s, graph, 10);
  while (!kernel.parts.machine.resources.holds(job_id) || kernel.parts.machine.account(job_id).epochs.length === 0) await new Promise((resolve) => { setImmediate(resolve); });
  const urgent = await submit(kernel, s, coins(1), 50);
  const [job] = await Promise.all([ended(kernel, s, job_id), ended(kernel, s, urgent)]);
  const attested = openAttestation(kernel.parts.traces.attestation(job_id) ?? new Uint8Array(), { sha256, signature: signatureHolds });
  const told = kernel.parts.histories.after(job_id, 0).filter(({ type }) => type === "preempted");
  const record = kernel.parts.places.record(job_id);
  await kernel.stop();
  return { job, attested: { ...attested, epochs: [...epochsTold(attested.epochs)] }, told, record };
}

async function undisturbed(graph: unknown) {
  const kernel = testKernel({ slots: 1, conditions, machine });
  const s = await session(kernel);
  const job_id = await submit(kernel, s, graph, 10);
  const job = await ended(kernel, s, job_id);
  const attested = openAttestation(kernel.parts.traces.attestation(job_id) ?? new Uint8Array(), { sha256, signature: signatureHolds });
  await kernel.stop();
  return { job, attested: { ...attested, epochs: [...epochsTold(attested.epochs)] } };
}

describe("a job that is to give way between two fences", () => {
  it("inside a REV segment is undone to where that began, at a cost that is told and attested, and comes to the same", async () => {
    const [plain, { job, attested, told, record }] = [await undisturbed(long("APPLY_S")), await disturbed(long("APPLY_S"))];
    expect(job).toMatchObject({ state: "COMPLETED", events: plain.job.events ?? {}, digest: plain.job.digest, preemptions: 1, attempts: 2 });
    const from = record?.epochs.find(({ undone }) => undone !== undefined)?.from ?? 0;
    expect(from).toBeGreaterThan(1);
    const gates = from - 1; // of cost 1 each; node 0 allocates, and is not undone
    expect(job).toMatchObject({ rollbacks: [{ epoch: 0, from, to: 1, cost: gates }] });
    expect(told.map(({ state, data }) => [state, data])).toEqual([["QUEUED", { rolled_back: { from, to: 1, cost: gates } }]]);
    expect(record?.epochs.map(({ redone }) => redone).reduce((sum, one) => sum + one, 0)).toBe(gates);
    expect(attested.epochs).toMatchObject([{ undone: { nodes: gates, cost: gates }, usage: { nodes: NODES + 3, measurements: 1 } }]);
    const [one] = plain.attested.epochs;
    expect([one?.undone, plain.attested.usage.nodes]).toEqual([undefined, NODES + 3]);
    // There, back, and there again: as many decoder rounds for each of the gates.
    const rounds = (attested.usage.decoderCycles - plain.attested.usage.decoderCycles) / (2 * gates);
    expect(Number.isInteger(rounds) && rounds > 0).toBe(true);
  });

  it("outside of one goes on to its fence: nothing that was read is undone", async () => {
    const { job, attested, told } = await disturbed(long("MEASURE_Z"));
    expect(job).toMatchObject({ state: "COMPLETED" });
    expect([told, attested.epochs.map(({ undone }) => undone)]).toEqual([[], [undefined]]);
    expect("rollbacks" in job).toBe(false);
  });
});
