// What a submit says about time, debugging and size, and how many of what was admitted run at once.
import { describe, expect, it } from "vitest";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import { recordedRuns, type JobRuns } from "../../../../../runtime/app/kernel/job-runs.ts";
import { SESSION_QUOTA } from "../../../../../runtime/kernel/tenancy/quota-terms.ts";
import { call, CAPS, coins, ghz, session, testKernel } from "../../../../support/kernel-service.ts";
import { faultNameLater } from "../../../../support/refusals.ts";
import { testSigner } from "../../../../support/signer.ts";

const modules = (...sizes: readonly number[]) => ({ modules: sizes.map((physicalQubits, at) => ({ name: `m${at}`, physicalQubits })) });
/** Nothing is decoded: whatever reads out waits at its fence. */
const STANDING = [{ mode: "decoder-overload", roundsPerEpoch: 0 }] as const;

describe("a submit", () => {
  it("with debugging needs CAP_DEBUG, whatever else is held", async () => {
    const kernel = testKernel();
    const s = await session(kernel, undefined, CAPS.filter((cap) => cap !== "CAP_DEBUG"));
    const asked = (debug: boolean) => faultNameLater(call(kernel, "q_submit", { graph: ghz(2), session_id: s, policy: { debug } }));
    expect([await asked(true), await asked(false)]).toEqual(["INSUFFICIENT_CAPS", "none"]);
    await kernel.stop();
  });

  it("of more than the machine has at all is refused, and takes no place", async () => {
    const kernel = testKernel({ machine: modules(100) });
    const s = await session(kernel);
    const before = kernel.parts.authority.quotas.size;
    expect(await faultNameLater(call(kernel, "q_submit", { graph: ghz(6), session_id: s }))).toBe("RESOURCES_EXHAUSTED");
    expect([kernel.parts.authority.quotas.size, kernel.parts.jobs.of(s)]).toEqual([before, []]);
    expect(await faultNameLater(call(kernel, "q_submit", { graph: ghz(5), session_id: s }))).toBe("none");
    await kernel.stop();
  });

  it("says its limits of time beside the policy or in it, the former weighing more; 0 is none, of milliseconds as of epochs", async () => {
    const kernel = testKernel({ conditions: STANDING });
    const s = await session(kernel);
    const limits = async (given: { readonly timeout_ms?: number; readonly deadline_epochs?: number }, policy: { readonly timeout_ms?: number; readonly deadline_epochs?: number }) => {
      const { job_id } = await call(kernel, "q_submit", { graph: coins(2), session_id: s, policy, ...given });
      const { timeoutMs, deadlineEpochs } = kernel.parts.jobs.seen(s, job_id).order;
      return [timeoutMs, deadlineEpochs];
    };
    expect(await limits({}, {})).toEqual([null, null]);
    expect(await limits({}, { timeout_ms: 60_000, deadline_epochs: 9 })).toEqual([60_000, 9]);
    expect(await limits({ timeout_ms: 50_000, deadline_epochs: 8 }, { timeout_ms: 60_000, deadline_epochs: 9 })).toEqual([50_000, 8]);
    expect(await limits({ timeout_ms: 0 }, { timeout_ms: 60_000, deadline_epochs: 9 })).toEqual([null, 9]);
    expect(await limits({ deadline_epochs: 0 }, { timeout_ms: 60_000, deadline_epochs: 9 })).toEqual([60_000, null]);
    expect(await limits({}, { timeout_ms: 0, deadline_epochs: 0 })).toEqual([null, null]);
    const wished = (deadline: number | string) => ({ id: "wish", op: "SET_POLICY", args: { deadline } });
    const hint = async (...deadlines: readonly (number | string)[]) => {
      const graph = { version: "0.1", program: { nodes: deadlines.map((deadline, at) => ({ ...wished(deadline), id: `wish_${at}` })) }, resources: { vqs: [], chs: [], events: [] }, caps: [] };
      return kernel.parts.jobs.seen(s, (await call(kernel, "q_submit", { graph, session_id: s })).job_id).order.deadlineHint;
    };
    expect([await hint(0), await hint("", "soon"), await hint(0, 7, "5")]).toEqual([null, null, 5]);
    await kernel.stop();
  });
});

describe("qubits by hand", () => {
  it("that were given back may be had again, though no job runs to let an epoch pass", async () => {
    const kernel = testKernel({ machine: modules(100) });
    const s = await session(kernel);
    const allocated = () => call(kernel, "q_alloc", { session_id: s, n: 5, profile: "logical:surface_code(d=3)" });
    for (let times = 0; times < 3; times++) {
      const { vqs } = await allocated();
      expect(await faultNameLater(allocated())).toBe("RESOURCES_EXHAUSTED");
      await call(kernel, "q_release", { session_id: s, vqs });
    }
    await kernel.stop();
  });
});

describe("of what was admitted", () => {
  it("a session runs as many at once as it may, and not one more", async () => {
    const kernel = testKernel({ conditions: STANDING, sessionQuota: { ...SESSION_QUOTA, max_jobs: 2 } });
    const [s, other] = [await session(kernel), await session(kernel)];
    for (let more = 0; more < 4; more++) await call(kernel, "q_submit", { graph: coins(2), session_id: s });
    const { job_id } = await call(kernel, "q_submit", { graph: coins(2), session_id: other });
    await kernel.parts.histories.until(job_id, () => kernel.parts.jobs.get(job_id)?.state === "RUNNING", { timeoutMs: 0, signal: new AbortController().signal });
    expect(kernel.parts.jobs.of(s).map(({ state }) => state)).toEqual(["RUNNING", "RUNNING", "QUEUED", "QUEUED"]);
    await kernel.stop();
  });

  it("as many run at once as there is room for: another waits for it and completes", async () => {
    const kernel = testKernel({ machine: modules(100) });
    const s = await session(kernel);
    const submitted = async (graph: unknown): Promise<string> => (await call(kernel, "q_submit", { graph, session_id: s })).job_id;
    const ids = [await submitted(coins(60)), await submitted(ghz(4, { fences: true })), await submitted(ghz(4, { fences: true }))];
    const jobs = await Promise.all(ids.map((job_id) => call(kernel, "q_wait", { job_id, session_id: s })));
    expect(jobs.map(({ state, error }) => [state, error])).toEqual(ids.map(() => ["COMPLETED", undefined]));
    await kernel.stop();
  });

  it("one that waits to be tried again holds nothing of its run", async () => {
    const sound = recordedRuns(testSigner());
    const held: number[] = [];
    let lost = 0;
    const used = () => kernel.parts.authority.quotas.usage({ tenant: "default", session: s });
    const runs: JobRuns = { ...sound, run: (job) => {
      held.push(used().logical_qubits);
      return lost++ === 0 ? Promise.reject(new Fault("WORKER_LOST", {})) : sound.run(job);
    } };
    const kernel = testKernel({ runs });
    const s = await session(kernel);
    const { job_id } = await call(kernel, "q_submit", { graph: ghz(3), session_id: s });
    const queued: number[] = [];
    await kernel.parts.histories.until(job_id, () => {
      const job = kernel.parts.jobs.get(job_id);
      if (job?.state === "QUEUED" && job.attempts === 1) setImmediate(() => queued.push(used().logical_qubits));
      return job?.state === "COMPLETED";
    }, { timeoutMs: 0, signal: new AbortController().signal });
    expect(held).toEqual([3, 3]);
    expect([queued[0], used().logical_qubits]).toEqual([0, 0]);
    await kernel.stop();
  });
});
