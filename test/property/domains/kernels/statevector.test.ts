import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeCircuitJob, encodeCircuitJob } from "../../../../domains/kernels/circuit.ts";
import { runStabilizerJob } from "../../../../domains/kernels/stabilizer/kernel.ts";
import { runCircuitJob, statevectorKernel } from "../../../../domains/kernels/statevector/kernel.ts";
import { planCircuit } from "../../../../domains/kernels/statevector/plan.ts";
import { referenceJob, referenceRun } from "../../../../domains/kernels/statevector/reference.ts";
import { Register } from "../../../../domains/kernels/statevector/register.ts";
import { samplePlan } from "../../../../domains/kernels/statevector/sample.ts";
import { measuredClifford } from "../../../support/clifford-circuits.ts";
import { faultName } from "../../../support/refusals.ts";
import { anyKey, anyPauliSum, measuredCircuit, sampleJob, unitaryCircuit } from "../../../support/statevector-circuits.ts";

describe("kernel against reference", () => {
  it("amplitudes agree to 1e-12", () => {
    fc.assert(fc.property(fc.integer({ min: 3, max: 6 }).chain((qubits) => unitaryCircuit(qubits, 40)), (circuit) => {
      const register = new Register({ qubits: circuit.qubits });
      for (const step of planCircuit(circuit).steps) register.apply(step);
      const { re, im } = referenceRun(circuit).state;
      register.amplitudes().forEach((value, at) => {
        if (!(Math.abs(value - ((at % 2 === 0 ? re : im)[at >> 1] ?? NaN)) < 1e-12)) throw new Error(`amplitude ${at >> 1}`);
      });
    }), { numRuns: 60 });
  });
  it("bits are the same with measurements, resets and conditions anywhere", () => {
    fc.assert(fc.property(measuredCircuit(4, 30), anyKey, (circuit, key) => {
      const job = sampleJob(circuit, 24, key);
      expect(runCircuitJob(job)).toEqual(referenceJob(job));
    }), { numRuns: 80 });
  });
  it("Clifford circuits read the same bits in the stabilizer kernel", () => {
    fc.assert(fc.property(measuredClifford({ qubits: 6, length: 40 }), anyKey, (circuit, key) => {
      const job = sampleJob(circuit, 40, key);
      expect(runCircuitJob(job)).toEqual(runStabilizerJob(job));
    }), { numRuns: 60 });
  });
  it("bits do not depend on the number of checkpoints", () => {
    fc.assert(fc.property(measuredCircuit(4, 30), anyKey, fc.nat(5), (circuit, key, copies) => {
      const plan = planCircuit(circuit);
      expect(samplePlan(plan, 64, key, copies)).toEqual(samplePlan(plan, 64, key));
    }), { numRuns: 60 });
  });
  it("expectations agree to 1e-12", () => {
    const cases = fc.integer({ min: 3, max: 5 }).chain((qubits) => fc.tuple(unitaryCircuit(qubits, 30), anyPauliSum(qubits)));
    fc.assert(fc.property(cases, ([circuit, observable]) => {
      const got = runCircuitJob({ mode: "expectation", circuit, observable });
      const want = referenceJob({ mode: "expectation", circuit, observable });
      if (got.mode !== "expectation" || want.mode !== "expectation") throw new Error("mode");
      expect(Math.abs((got.value[0] ?? NaN) - (want.value[0] ?? NaN))).toBeLessThan(1e-12);
    }), { numRuns: 60 });
  });
  it("output bytes are identical on repeat", () => {
    fc.assert(fc.property(measuredCircuit(4, 30), anyKey, (circuit, key) => {
      const input = encodeCircuitJob(sampleJob(circuit, 16, key));
      expect(statevectorKernel.run(input)).toEqual(statevectorKernel.run(input));
    }), { numRuns: 30 });
  });
});

describe("malformed jobs", () => {
  const allowed = ["none", "KERNEL_REFUSED", "ABI_UNDECODABLE"];

  it("random bytes are a typed fault", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      expect(allowed.slice(1)).toContain(faultName(() => statevectorKernel.run(bytes)));
    }), { numRuns: 300 });
  });
  it("damaged jobs run or are a typed fault", () => {
    fc.assert(fc.property(measuredCircuit(3, 8), fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 4 }), (circuit, blows) => {
      const bytes = encodeCircuitJob(sampleJob(circuit, 3, Uint32Array.of(1, 2)));
      for (const [at, value] of blows) bytes[at % bytes.length] = value;
      const small = (): boolean => {
        const job = decodeCircuitJob(bytes); // a blow may ask for a vast but legal job: not what is tested here
        return job.circuit.qubits <= 16 && job.mode === "sample" && job.shots * (1 + job.circuit.clbits) < 1e6;
      };
      expect(allowed).toContain(faultName(() => small() && statevectorKernel.run(bytes)));
    }), { numRuns: 400 });
  });
});
