// The operator's file of tenants: what it says is what the kernel serves by, and anything else is refused with what is allowed.
import { expect, it } from "vitest";
import { parseTenants } from "../../../../../runtime/app/kernel/tenants-file.ts";
import { call, ghz, session, testKernel } from "../../../../support/kernel-service.ts";

it("says who is served, what they hold, and what they and their sessions may have", async () => {
  const kernel = testKernel(parseTenants({
    session: { max_logical_qubits: 600 },
    tenants: [{ name: "red", quota: { logical_qubits: 700, physical_qubits: null } }, { name: "green", caps: ["CAP_ALLOC"] }],
  }));
  expect((await call(kernel, "q_negotiate_caps", { requested: ["CAP_ALLOC", "CAP_MAGIC"], tenant_id: "green" })).denied).toEqual(["CAP_MAGIC"]);
  await expect(call(kernel, "q_negotiate_caps", { requested: [] })).rejects.toMatchObject({ fault: "AUTH_FAILED" });
  const red = await session(kernel, "red");
  const { job_id } = await call(kernel, "q_submit", { graph: ghz(500), session_id: red, policy: { seed: 1 } });
  expect(await call(kernel, "q_wait", { job_id, session_id: red })).toMatchObject({ state: "COMPLETED" });
  await expect(call(kernel, "q_submit", { graph: ghz(601), session_id: red })).rejects.toMatchObject({ fault: "QUOTA_EXCEEDED", detail: { resource: "logical_qubits", limit: 600 } });
  await kernel.stop();
});

it("is refused whole", () => {
  const [t] = [{ name: "a" }];
  for (const bad of [null, [], { tenants: [] }, { tenants: [{}] }, { tenants: [{ ...t, caps: ["CAP_ADMIN"] }] }, { tenants: [{ ...t, quota: { jobs: 1 } }] }, { tenants: [t, t] }, { tenants: [{ name: "a b" }] }, { session: { max_jobs: -1 } }, { more: 1 }]) {
    expect(() => parseTenants(bad)).toThrow(expect.objectContaining({ fault: "ABI_MALFORMED", detail: expect.objectContaining({ argument: "tenants" }) }));
  }
});
