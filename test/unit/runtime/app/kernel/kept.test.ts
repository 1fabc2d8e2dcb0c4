// Checkpoints, moves and ends: what is asked for them, what they hold to, and what is left behind.
import { describe, expect, it } from "vitest";
import { Histories } from "../../../../../runtime/app/kernel/histories.ts";
import { recordedRuns, type JobRuns } from "../../../../../runtime/app/kernel/job-runs.ts";
import { call, CAPS, coins, ghz, session, testKernel } from "../../../../support/kernel-service.ts";
import { faultNameLater } from "../../../../support/refusals.ts";
import { testSigner } from "../../../../support/signer.ts";

const STANDING = [{ mode: "decoder-overload", roundsPerEpoch: 0 }] as const;

describe("a checkpoint", () => {
  it("is not restored when its prefix comes to another digest", async () => {
    const sound = recordedRuns(testSigner());
    let altered = false;
    const runs: JobRuns = { ...sound, run: async (job) => {
      const run = await sound.run(job);
      return altered ? { ...run, digest: run.digest.replace(/^./, (digit) => (digit === "0" ? "1" : "0")) } : run;
    } };
    const kernel = testKernel({ runs });
    const s = await session(kernel);
    const { job_id } = await call(kernel, "q_submit", { graph: coins(4), session_id: s });
    await call(kernel, "q_wait", { job_id, session_id: s });
    const { checkpoint_id } = await call(kernel, "q_checkpoint", { job_id, session_id: s });
    altered = true;
    expect(await faultNameLater(call(kernel, "q_restore", { checkpoint_id, session_id: s }))).toBe("CHECKPOINT_INVALID");
    altered = false;
    expect(await faultNameLater(call(kernel, "q_restore", { checkpoint_id, session_id: s }))).toBe("none");
    await kernel.stop();
  });

  it("needs CAP_CHECKPOINT, and a job of which something was run", async () => {
    const kernel = testKernel({ conditions: STANDING, slots: 1 });
    const [s, poor] = [await session(kernel), await session(kernel, undefined, CAPS.filter((cap) => cap !== "CAP_CHECKPOINT"))];
    const submitted = async (own: string): Promise<string> => (await call(kernel, "q_submit", { graph: coins(2), session_id: own })).job_id;
    const [first, second] = [await submitted(s), await submitted(poor)];
    expect(await faultNameLater(call(kernel, "q_checkpoint", { job_id: second, session_id: poor }))).toBe("INSUFFICIENT_CAPS");
    await call(kernel, "q_cancel", { job_id: first, session_id: s });
    expect(await faultNameLater(call(kernel, "q_checkpoint", { job_id: first, session_id: s }))).toBe("CHECKPOINT_REFUSED");
    await kernel.stop();
  });
});

describe("a job", () => {
  it("is not moved to a module there is not, nor to another provider than its circuit's, and is told when it is there already", async () => {
    const kernel = testKernel({ conditions: STANDING });
    const s = await session(kernel);
    const { job_id } = await call(kernel, "q_submit", { graph: coins(2), session_id: s });
    const to = (target: string) => call(kernel, "q_migrate", { job_id, session_id: s, target });
    const refusal = (what: string) => expect.objectContaining({ refusal: "MIGRATION_REFUSED", data: { job_id, what } }) as unknown;
    await expect(to("nowhere")).rejects.toEqual(refusal("there is no module or provider nowhere; modules are module-0, module-1"));
    await expect(to("statevector")).rejects.toEqual(refusal("the circuit alone decides the provider, and this one goes to stabilizer; modules are module-0, module-1"));
    expect((await call(kernel, "q_status", { job_id, session_id: s })).execution_context).toMatchObject({ provider: "stabilizer" });
    expect(await to("stabilizer")).toEqual({ job_id, from: "stabilizer", to: "stabilizer", epoch: 0, success: true, moved: 0 });
    expect(kernel.parts.jobs.seen(s, job_id).moveAsked).toBeNull();
    await kernel.stop();
  });

  it("of a session that closes has its end written down, each of them", async () => {
    const kernel = testKernel({ conditions: STANDING, slots: 1 });
    const [s, other] = [await session(kernel), await session(kernel)];
    for (let more = 0; more < 3; more++) await call(kernel, "q_submit", { graph: coins(2), session_id: s });
    const closed = await call(kernel, "q_close_session", { session_id: s });
    const { job_id } = await call(kernel, "q_submit", { graph: ghz(2), session_id: other });
    await kernel.parts.histories.until(job_id, () => kernel.parts.jobs.get(job_id)?.state === "RUNNING", { timeoutMs: 0, signal: new AbortController().signal });
    await call(kernel, "q_cancel", { job_id, session_id: other });
    expect([closed.jobs_cancelled, kernel.parts.jobs.of(s), kernel.summary()]).toMatchObject([3, [], { cancelled: 4 }]);
    await kernel.stop();
  });
});

describe("a history", () => {
  it("is numbered without gaps, forgets its oldest events alone, and wakes who waits for a job that is forgotten", async () => {
    const histories = new Histories();
    for (let at = 0; at < 600; at++) histories.add("j", { type: "epoch", state: "RUNNING", epoch: at });
    const kept = histories.after("j", 0).map(({ seq }) => seq);
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([512, 89, 600]);
    expect(histories.after("j", 598).map(({ epoch }) => epoch)).toEqual([598, 599]);
    let gone = false;
    const waiting = histories.until("j", () => gone, { timeoutMs: 0, signal: new AbortController().signal });
    gone = true;
    histories.forget("j");
    expect([await waiting, histories.waiting]).toEqual([true, 0]);
  });
});
