import { describe, expect, it } from "vitest";
import { Fault, FAULTS } from "../../../kernel-abi/fault.ts";
import { AUTHORITY_CODES, isAuthorityFault, wireOf } from "../../../kernel-abi/wire-codes.ts";

describe("faults of authority on the wire", () => {
  it("has a code for each of its range and for no other", () => {
    const own = Object.entries(FAULTS).filter(([, { code }]) => code >= 3720 && code < 3740).map(([name]) => name);
    expect(Object.keys(AUTHORITY_CODES).sort()).toEqual(own.sort());
    expect(isAuthorityFault("USAGE")).toBe(false);
    expect(wireOf(new Fault("USAGE"))).toBeUndefined();
  });
  it("says required and missing as lists, everything else as it is, and what to do next", () => {
    expect(wireOf(new Fault("INSUFFICIENT_CAPS", { required: "CAP_ALLOC,CAP_MAGIC", missing: "" }))).toEqual({
      code: -32001, message: `INSUFFICIENT_CAPS: ${FAULTS.INSUFFICIENT_CAPS.says}`,
      data: { required: ["CAP_ALLOC", "CAP_MAGIC"], missing: [], fault: "INSUFFICIENT_CAPS", next: FAULTS.INSUFFICIENT_CAPS.next },
    });
    expect(wireOf(new Fault("QUOTA_EXCEEDED", { resource: "jobs", limit: 5, missing: 3 }))).toMatchObject({ code: -32201, data: { resource: "jobs", limit: 5, missing: 3 } });
  });
});
