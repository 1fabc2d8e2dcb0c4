// Kernel against oracle on random Clifford circuits: the same bits, the same expectations, the tableau's invariants.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LoweredCircuit } from "../../../../domains/kernels/circuit.ts";
import { cliffordProgram } from "../../../../domains/kernels/stabilizer/clifford.ts";
import { runStabilizerJob } from "../../../../domains/kernels/stabilizer/kernel.ts";
import { commute, referenceJob, referenceShot } from "../../../../domains/kernels/stabilizer/reference.ts";
import { openTableau } from "../../../../domains/kernels/stabilizer/tableau.ts";
import type { Tableau, TableauRow } from "../../../../domains/kernels/stabilizer/tableau.ts";
import { anyKey, anyPauliSum, measuredClifford, pauliFeedForward, unitaryClifford } from "../../../support/clifford-circuits.ts";

const SIZES = [{ qubits: 2, length: 40 }, { qubits: 5, length: 80 }, { qubits: 9, length: 120 }] as const;

/** The kernel's tableau after one shot. */
function tableauAfter(circuit: LoweredCircuit, key: Uint32Array): Tableau {
  const tableau = openTableau(circuit.qubits);
  tableau.start(cliffordProgram(circuit), circuit.conditions, circuit.clbits);
  if (circuit.clbits > 0) tableau.sample(key, 0, new Uint8Array(circuit.clbits));
  return tableau;
}

const overlap = (a: readonly boolean[], b: readonly boolean[]): number => a.filter((bit, j) => bit && b[j] === true).length;
const anticommute = (a: TableauRow, b: TableauRow): boolean => (overlap(a.x, b.z) + overlap(a.z, b.x)) % 2 === 1;

function expectInvariants(tableau: Tableau, qubits: number): void {
  const rows = Array.from({ length: 2 * qubits }, (_, i) => tableau.row(i < qubits ? "X" : "Z", i % qubits));
  expect(rows.filter((row) => row.phase % 2 !== overlap(row.x, row.z) % 2)).toEqual([]);
  const wrong = rows.flatMap((a, i) => rows.map((b, j) => [i, j, anticommute(a, b)] as const))
    .filter(([i, j, anti]) => anti !== (Math.abs(i - j) === qubits));
  expect(wrong).toEqual([]);
}

describe("stabilizer kernel and reference", () => {
  it.each(SIZES)("draw the same bits with measurement, reset and conditions, $qubits qubits", (size) => {
    fc.assert(fc.property(measuredClifford(size), anyKey, fc.constantFrom(1, 3, 9), (circuit, key, shots) => {
      const job = { mode: "sample", circuit, shots, key } as const;
      expect(runStabilizerJob(job)).toEqual(referenceJob(job));
    }), { numRuns: 60 });
  });

  it.each(SIZES)("draw the same bits with many shots at once, $qubits qubits", (size) => {
    fc.assert(fc.property(pauliFeedForward(size), anyKey, fc.integer({ min: 8, max: 200 }), (circuit, key, shots) => {
      const job = { mode: "sample", circuit, shots, key } as const;
      expect(runStabilizerJob(job)).toEqual(referenceJob(job));
    }), { numRuns: 12 });
  });

  it("agree beyond one 128-bit word", () => {
    const size = { qubits: 131, length: 160 };
    const circuits = fc.oneof(measuredClifford(size), pauliFeedForward(size));
    fc.assert(fc.property(circuits, anyKey, fc.constantFrom(2, 8), (circuit, key, shots) => {
      const job = { mode: "sample", circuit, shots, key } as const;
      expect(runStabilizerJob(job)).toEqual(referenceJob(job));
    }), { numRuns: 2 });
  });

  it.each(SIZES)("give the same exact expectations, $qubits qubits", (size) => {
    fc.assert(fc.property(unitaryClifford(size), anyPauliSum(size.qubits), (circuit, observable) => {
      const job = { mode: "expectation", circuit, observable } as const;
      expect(runStabilizerJob(job)).toEqual(referenceJob(job));
    }), { numRuns: 60 });
  });
});

describe("the kernel's tableau", () => {
  it("K2, K3: rows stay Hermitian and keep the commutation relations of X_q and Z_q, collapses included", () => {
    fc.assert(fc.property(measuredClifford({ qubits: 6, length: 60 }), anyKey, (circuit, key) => {
      expectInvariants(tableauAfter(circuit, key), circuit.qubits);
    }), { numRuns: 40 });
    fc.assert(fc.property(measuredClifford({ qubits: 130, length: 400 }), anyKey, (circuit, key) => {
      expectInvariants(tableauAfter(circuit, key), circuit.qubits);
    }), { numRuns: 1 });
  });

  it("has the textbook tableau as its columns while nothing has been measured", () => {
    fc.assert(fc.property(unitaryClifford({ qubits: 5, length: 60 }), (circuit) => {
      const kernel = tableauAfter(circuit, new Uint32Array(2));
      const { rows } = referenceShot(circuit, () => 0).tableau;
      for (let q = 0; q < 5; q++) {
        const [x, z] = [kernel.row("X", q), kernel.row("Z", q)];
        for (let k = 0; k < 5; k++) {
          expect([z.x[k], z.z[k], x.x[k], x.z[k]]).toEqual([rows[5 + k]?.x[q], rows[k]?.x[q], rows[5 + k]?.z[q], rows[k]?.z[q]]);
        }
      }
    }), { numRuns: 40 });
  });
});

describe("the reference's tableau", () => {
  it("keeps the commutation relations of destabilizers and stabilizers", () => {
    fc.assert(fc.property(measuredClifford({ qubits: 5, length: 60 }), fc.infiniteStream(fc.nat(1)), (circuit, coins) => {
      const { rows } = referenceShot(circuit, () => coins.next().value === 1 ? 0.75 : 0.25).tableau;
      expect(rows.every((a, i) => rows.every((b, j) => commute(a, b) === (Math.abs(i - j) !== 5)))).toBe(true);
    }), { numRuns: 40 });
  });
});
