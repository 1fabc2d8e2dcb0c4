// What was wrong in the kernel service once, each as it was found.
import { describe, expect, it } from "vitest";
import type { Kernel } from "../../../../../runtime/app/kernel/service.ts";
import { call, ghz, session, testKernel } from "../../../../support/kernel-service.ts";

const submit = async (kernel: Kernel, s: string, graph: unknown, given: { readonly client_token?: string } = {}): Promise<string> =>
  (await call(kernel, "q_submit", { graph, session_id: s, policy: { seed: 7 }, ...given })).job_id;
const ended = (kernel: Kernel, s: string, job_id: string) => call(kernel, "q_wait", { job_id, session_id: s });

describe("a session at its own limit", () => {
  it("holds up no other session of its tenant, and looking at it leaves nothing in the audit log", async () => {
    const kernel = testKernel();
    const [full, other] = [await session(kernel), await session(kernel)];
    const { vqs } = await call(kernel, "q_alloc", { session_id: full, n: 100, profile: "logical:surface_code(d=3)" });
    const waiting = await submit(kernel, full, ghz(2));
    expect(await ended(kernel, other, await submit(kernel, other, ghz(2)))).toMatchObject({ state: "COMPLETED" });
    expect(await call(kernel, "q_status", { job_id: waiting, session_id: full })).toMatchObject({ state: "QUEUED" });
    await call(kernel, "q_release", { session_id: full, vqs });
    expect(await ended(kernel, full, waiting)).toMatchObject({ state: "COMPLETED" });
    const { audit } = kernel.parts.authority;
    expect(audit.since(0).filter(({ subject }) => subject === waiting).map(({ detail }) => detail["change"])).toEqual([undefined, "RUNNING", "COMPLETED"]);
    await kernel.stop();
  });
});
