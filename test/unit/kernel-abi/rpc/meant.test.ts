// A method nobody has, and the one that is told to be meant.
import { expect, it } from "vitest";
import { dispatch } from "../../../../kernel-abi/rpc/dispatch.ts";
import { kernelStub } from "../../../support/kernel-stub.ts";

it.each([["status", { meant: "q_status" }], ["job_events", { meant: "q_job_events" }], ["qstatus", {}], ["toString", {}]])("%s", (method, meant) => {
  const answer = dispatch(kernelStub().handlers)({ jsonrpc: "2.0", method, params: {}, id: 1 }, { connection: 1, signal: new AbortController().signal });
  const { error: { code, data: { name: _, next: __, ...data } } } = JSON.parse(String(answer)) as { error: { code: number; data: Record<string, unknown> } };
  expect([code, data]).toEqual([-32601, { method, ...meant }]);
});
