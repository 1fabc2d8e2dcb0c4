import { describe, expect, it } from "vitest";
import { FAULTS } from "../../../kernel-abi/fault.ts";
import { AUTHORITY_CODES } from "../../../kernel-abi/wire-codes.ts";

describe("faults of authority on the wire", () => {
  it("has a code for each of its range and for no other", () => {
    const own = Object.entries(FAULTS).filter(([, { code }]) => code >= 3720 && code < 3740).map(([name]) => name);
    expect(Object.keys(AUTHORITY_CODES).sort()).toEqual(own.sort());
  });
});
