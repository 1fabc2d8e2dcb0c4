// What a kernel can still tell of jobs that ended under the one before it: what it told while both were one.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Kernel } from "../../../../../runtime/app/kernel/service.ts";
import { testSigner } from "../../../../support/signer.ts";
import { call, coins, ghz, session, testKernel } from "../../../../support/kernel-service.ts";

let state = "";
beforeEach(() => { state = mkdtempSync(join(tmpdir(), "triad-attested-")); });
afterEach(() => { rmSync(state, { recursive: true }); });

async function run(kernel: Kernel, session_id: string, graph: unknown): Promise<string> {
  const { job_id } = await call(kernel, "q_submit", { graph, session_id, policy: { seed: 7 } });
  await call(kernel, "q_wait", { job_id, session_id });
  return job_id;
}

interface Told { readonly mapping: unknown; readonly usage: unknown; readonly peaks: unknown; readonly epochs: readonly unknown[] }

async function told(kernel: Kernel, session_id: string, job_id: string): Promise<Told> {
  const of = { session_id, job_id };
  const { usage, ...rest } = await call(kernel, "q_get_telemetry", of);
  const { epochs = [] } = rest as { readonly epochs?: readonly Readonly<Record<string, unknown>>[] };
  return {
    mapping: await call(kernel, "q_get_mapping", of), usage, peaks: (await call(kernel, "q_status", of)).peak_resources,
    epochs: epochs.map(({ epoch, from, to, mapping, usage: used }) => ({ epoch, from, to, mapping, usage: used })),
  };
}

describe("of a job that ended under an earlier kernel", () => {
  it.each([["one epoch", ghz(3)], ["four epochs", coins(4)], ["fences before each readout", ghz(3, { fences: true })]])("mapping, use, epochs and peaks are what they were: %s", async (_, graph) => {
    const first = testKernel({ state });
    const s = await session(first);
    const job = await run(first, s, graph);
    const before = await told(first, s, job);
    expect(before.epochs.length).toBeGreaterThan(0);
    await first.stop();
    const next = testKernel({ state });
    expect(await told(next, s, job)).toEqual(before);
    await next.stop();
  });

  it("one epoch is told, or a page, as of any other; what the attestation does not say is left out", async () => {
    const first = testKernel({ state });
    const s = await session(first);
    const job_id = await run(first, s, coins(4));
    await first.stop();
    const next = testKernel({ state });
    expect(await call(next, "q_get_telemetry", { session_id: s, job_id, epoch: 2 })).toMatchObject({ usage: { nodes: 3, measurements: 1 }, epochs: [{ epoch: 2 }], epochs_total: 4 });
    const page = await call(next, "q_get_telemetry", { session_id: s, job_id, from_epoch: 1, limit: 2 });
    expect(page).toMatchObject({ epochs: [{ epoch: 1 }, { epoch: 2 }], epochs_total: 4, next_epoch: 3 });
    expect(Object.keys(page)).not.toContain("attestation");
    expect(Object.keys((page as unknown as { readonly epochs: readonly object[] }).epochs[0] ?? {})).not.toContain("decoderNs");
    await expect(call(next, "q_get_telemetry", { session_id: s, job_id, epoch: 4 })).rejects.toMatchObject({ refusal: "INVALID_PARAMS", data: { at: "/epoch" } });
    await next.stop();
  });

  it("nothing is told from a file that somebody altered, put there of another job, or took away", async () => {
    const first = testKernel({ state });
    const s = await session(first);
    const [a, b, twin] = [await run(first, s, ghz(2)), await run(first, s, ghz(4)), await run(first, s, ghz(2))];
    await first.stop();
    const file = (job: string): string => join(state, "traces", `${job}.triad.attestation`);
    const [mine, other, ofTwin] = [readFileSync(file(a)), readFileSync(file(b)), readFileSync(file(twin))]; // the twin's run is bit for bit this one's
    const altered = Buffer.from(mine);
    altered[altered.length >> 1] = (altered[altered.length >> 1] ?? 0) ^ 1;
    const another = testKernel({ state, signer: testSigner(8) });
    expect((await told(another, s, a)).peaks).toBeUndefined(); // signed, but not by it
    await another.stop();
    for (const bytes of [altered, other, ofTwin, Buffer.alloc(0), undefined]) {
      if (bytes === undefined) rmSync(file(a));
      else writeFileSync(file(a), bytes);
      const next = testKernel({ state });
      expect(await told(next, s, a)).toEqual({ mapping: { mapping: {}, physical_qubits_used: 0 }, usage: undefined, peaks: undefined, epochs: [] });
      await next.stop();
    }
  });

  it("the session's use in all counts it, however often it is asked", async () => {
    const first = testKernel({ state });
    const s = await session(first);
    for (const graph of [ghz(2), coins(3)]) await run(first, s, graph);
    const before = await call(first, "q_get_telemetry", { session_id: s });
    await first.stop();
    const next = testKernel({ state });
    const ask = () => call(next, "q_get_telemetry", { session_id: s });
    const twice = await Promise.all([ask(), ask()]);
    for (const after of [...twice, await ask()]) expect([after.usage, after.jobs_ended]).toEqual([before.usage, 2]);
    await run(next, s, ghz(2));
    expect(await ask()).toMatchObject({ jobs_ended: 3, usage: { nodes: (before.usage?.["nodes"] ?? 0) + 5 } });
    await next.stop();
  });
});
