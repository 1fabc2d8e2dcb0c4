// Room in the machine between tenants: a job that needs most of it starts within a bound, however many small ones keep coming.
import { describe, expect, it } from "vitest";
import type { Kernel } from "../../../../../runtime/app/kernel/service.ts";
import { QUANTUM_EPOCHS } from "../../../../../runtime/kernel/jobs/queue.ts";
import { call, CAPS, coins, ghz, session, testKernel } from "../../../../support/kernel-service.ts";

const NAMES = ["a", "b", "c", "big"];
const tenants = NAMES.map((name) => ({ name, caps: CAPS }));
const OPEN = { sessions: null, jobs_per_session: null, concurrent_jobs: null, logical_qubits: null, physical_qubits: null, channels: null, jobs_per_minute: null, calls_per_minute: null };
/** Eight qubits of 18 physical ones each take all but 10 % of it. */
const machine = { modules: [{ name: "m", physicalQubits: 160 }] };
const kernelOf = (): Kernel => testKernel({ tenants, machine, tenantQuota: OPEN });
const submit = async (kernel: Kernel, session_id: string, graph: unknown): Promise<string> => (await call(kernel, "q_submit", { graph, session_id, policy: { seed: 7 } })).job_id;
const ended = (kernel: Kernel, session_id: string, job_id: string) => call(kernel, "q_wait", { job_id, session_id });

describe("a job that needs 90 % of the machine", () => {
  it.each([1, 40])("starts within a bound, against an endless stream of small jobs of %i epochs of three other tenants", async (epochs) => {
    const kernel = kernelOf();
    let ends = 0;
    let over = false;
    const stream = async (tenant: string): Promise<void> => {
      const s = await session(kernel, tenant);
      const one = async (): Promise<void> => {
        while (!over && ends < 2_000) {
          expect(await ended(kernel, s, await submit(kernel, s, coins(epochs)))).toMatchObject({ state: "COMPLETED" });
          ends++;
        }
      };
      await Promise.all([one(), one(), one(), one()]); // twelve in all, of which the machine holds eight: it is never empty
    };
    const streams = NAMES.slice(0, 3).map(stream);
    const s = await session(kernel, "big");
    while (ends < 12) await new Promise((resolve) => { setImmediate(resolve); });
    const [from, before] = [kernel.parts.jobs.epoch, ends];
    const id = await submit(kernel, s, ghz(8, { fences: true }));
    await kernel.parts.histories.until(id, () => kernel.parts.jobs.get(id)?.startedAt !== null, { timeoutMs: 20_000, signal: new AbortController().signal });
    const waited = kernel.parts.jobs.epoch - from;
    const job = await ended(kernel, s, id);
    over = true;
    await Promise.all(streams);
    expect(job).toMatchObject({ state: "COMPLETED" });
    expect(ends - before).toBeGreaterThan(0); // small ones that were in the way ended, or others beside it
    expect(waited).toBeLessThanOrEqual(3 * (QUANTUM_EPOCHS + 1) + 12 + 40);
    await kernel.stop();
  }, 30_000);

  it("holds up nobody who leaves it room, and starts although nobody runs who would make what was used anew", async () => {
    const kernel = kernelOf();
    const s = await session(kernel, "big");
    const ids = [await submit(kernel, s, ghz(8)), await submit(kernel, s, ghz(8)), await submit(kernel, s, ghz(8))];
    for (const id of ids) expect(await ended(kernel, s, id)).toMatchObject({ state: "COMPLETED" });
    await kernel.stop();
  });
});
