// What is said of a circuit no provider has room for.
import { describe, expect, it } from "vitest";
import { REACH_BEFORE, tooManyQubits } from "../../../../domains/q/provider-limits.ts";

describe("a circuit that is too wide for the state vector", () => {
  it.each([[28, "4 GiB"], [35, "512 GiB"], [36, "1 TiB"], [45, "512 TiB"], [46, "1 PiB"], [55, "512 PiB"], [56, "2^60 bytes"], [16_385, "2^16389 bytes"]])(
    "is told what %i qubits would take", (qubits, memory) => {
      const fault = tooManyQubits("statevector", qubits);
      expect(fault.detail).toEqual({ provider: "statevector", qubits, allowed: 27, memory });
      expect(fault.next).toContain(`${qubits} qubits would take ${memory}`);
    });

  it("is told what it was told in a run from before", () => {
    const fault = tooManyQubits("statevector", 28, REACH_BEFORE);
    expect(fault.detail).toEqual({ provider: "statevector", qubits: 28, allowed: 26 });
    expect(fault.next).not.toContain("would take");
  });

  it("is not told of amplitudes by the tableau, which has none", () => {
    expect(tooManyQubits("stabilizer", 16_385).detail).toEqual({ provider: "stabilizer", qubits: 16_385, allowed: 16_384 });
  });
});
