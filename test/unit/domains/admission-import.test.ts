// Replay builds the admissions and no service: importing and asking them must not compile WebAssembly.
import { expect, it } from "vitest";

it("admission compiles no kernel", async () => {
  const { Module, Instance } = WebAssembly;
  const refuse = function compiled(): never {
    throw new Error("a kernel was compiled");
  };
  Object.assign(WebAssembly, { Module: refuse, Instance: refuse });
  try {
    const { createQAdmission } = await import("../../../domains/q/admission.ts");
    const { createPhiAdmission } = await import("../../../domains/phi/admission.ts");
    expect(createQAdmission().providers.map(({ provider }) => provider)).toEqual(["statevector", "stabilizer"]);
    expect(createPhiAdmission().providers.map(({ provider }) => provider)).toEqual(["oscillators"]);
  } finally {
    Object.assign(WebAssembly, { Module, Instance });
  }
});
