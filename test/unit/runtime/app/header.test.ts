// What decides a run is compared before it is executed again: by the providers its flags mean, and by their kernels' versions, not their binaries.
import { describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { DEFAULT_BOUNDS } from "../../../../kernel-abi/limits.ts";
import type { Header } from "../../../../kernel-abi/header.ts";
import { tick } from "../../../../kernel-abi/ids.ts";
import { CURRENT_OFFER } from "../../../../kernel-abi/version.ts";
import { createQAdmission } from "../../../../domains/q/admission.ts";
import { checkRuntime, createAdmissions, headerFor } from "../../../../runtime/app/header.ts";
import { faultOf } from "../../../support/refusals.ts";

const BEFORE = CURRENT_OFFER.flags.filter((flag) => flag !== "widerProviders");
const described = { seed: "s", bounds: DEFAULT_BOUNDS, policy: "cooperative", allow: [], program: { kind: "detached", entry: "p", modules: [], executed: "", map: "" }, root: { name: "p", domains: [], activate: () => { throw new Error("not run"); } } } as const;
const headerNow = (): Header => headerFor(described as never, createAdmissions());
const headerBefore = (): Header => {
  const header = headerFor(described as never, createAdmissions(BEFORE));
  return { ...header, abi: { ...header.abi, flags: [...BEFORE] } };
};
const withKernel = (header: Header, changed: { readonly binary?: string; readonly version?: number }): Header => ({
  ...header, providers: header.providers.map((provider) => ({ ...provider, kernels: provider.kernels.map((kernel) => ({ ...kernel, ...changed })) })),
});
const refusal = (header: Header): unknown => {
  try {
    checkRuntime(header, createAdmissions(header.abi.flags), "cooperative");
    return "none";
  } catch (cause) {
    return cause instanceof Fault ? [cause.fault, cause.detail["differs"]] : cause;
  }
};

describe("what decides a run", () => {
  it("is what its flags mean: providers of before are as they were", () => {
    expect(headerBefore().providers.slice(0, 2).map(({ provider, units }) => [provider, units])).toEqual([["statevector", 26], ["stabilizer", 4096]]);
    expect(headerNow().providers.slice(0, 2).map(({ provider, units }) => [provider, units])).toEqual([["statevector", 27], ["stabilizer", 16384]]);
    expect([refusal(headerNow()), refusal(headerBefore())]).toEqual(["none", "none"]);
    expect(refusal({ ...headerNow(), providers: headerBefore().providers })).toEqual(["TRACE_VERSION", "providers"]);
  });

  it("a kernel's binary may be another of the same version", () => {
    expect(refusal(withKernel(headerNow(), { binary: "00".repeat(32) }))).toBe("none");
    expect(refusal(withKernel(headerNow(), { version: 99 }))).toEqual(["TRACE_VERSION", "providers"]);
  });
});

describe("admission of a run from before", () => {
  const before = createQAdmission(new Set(BEFORE)), now = createQAdmission();
  const call = (qubits: number) => ({ mode: "bits", circuit: { qubits, clbits: 1, ops: Int32Array.of(19, 0, -1, -1, 0, -1, -1, 0), angles: new Float64Array(0), conditions: new Int32Array(0) } });

  it("refuses what it refused, also what has been checked since", () => {
    expect(now.shape(call(5_000), []).units).toBe(5_000);
    expect(faultOf(() => before.shape(call(5_000), []))).toMatchObject({ fault: "ABI_MALFORMED", detail: { at: "/circuit/qubits", what: "must be <= 4096" } });
    expect(before.shape(call(4_096), []).units).toBe(4_096);
    expect(now.request({ qubits: 5_000, budget: 1 }, tick(0)).units).toBe(5_000);
    expect(faultOf(() => before.request({ qubits: 5_000, budget: 1 }, tick(0)))).toMatchObject({ fault: "ABI_MALFORMED", detail: { at: "/qubits" } });
  });
});
