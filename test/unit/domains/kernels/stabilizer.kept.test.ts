// Circuits that are sampled again: whatever ran before, on this thread and in the same tableau, a job's bytes are those of a fresh one.
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { encodeCircuitJob, encodeCircuitOutput, keyOfJob, underKey, type CircuitJob, type LoweredCircuit } from "../../../../domains/kernels/circuit.ts";
import { KeptTableaux } from "../../../../domains/kernels/stabilizer/kept.ts";
import { runStabilizerJob, stabilizerKernel } from "../../../../domains/kernels/stabilizer/kernel.ts";
import { referenceJob } from "../../../../domains/kernels/stabilizer/reference.ts";
import { openTableau, type Tableau } from "../../../../domains/kernels/stabilizer/tableau.ts";
import { pack } from "../../../../kernel-abi/packer.ts";
import { anyKey, lowered, measuredClifford, pauliFeedForward } from "../../../support/clifford-circuits.ts";

const job = (circuit: LoweredCircuit, shots: number, key: Uint32Array): Extract<CircuitJob, { mode: "sample" }> => ({ mode: "sample", circuit, shots, key });
const key = (word: number): Uint32Array => Uint32Array.of(word, ~word >>> 0);
const coins = (clbits: number): LoweredCircuit => lowered(2, clbits, [
  { op: "H", on: [0] }, { op: "CX", on: [0, 1] }, { op: "MEASURE", on: [0], clbit: 0 }, { op: "H", on: [1] }, { op: "MEASURE", on: [1], clbit: 1 },
]);

/** Memories of the instances that are made meanwhile. */
function memories(): WebAssembly.Memory[] {
  const found: WebAssembly.Memory[] = [];
  const Real = WebAssembly.Instance;
  vi.spyOn(WebAssembly, "Instance").mockImplementation(function (...given: ConstructorParameters<typeof Real>) {
    const made = new Real(...given);
    found.push(made.exports["memory"] as WebAssembly.Memory);
    return made;
  });
  return found;
}

afterEach(() => { vi.restoreAllMocks(); });

describe("jobs of circuits that were sampled before", () => {
  it("give the bytes of fresh ones, in whatever order circuits, shots and keys come", () => {
    const circuits = fc.array(fc.oneof(measuredClifford({ qubits: 3, length: 20 }), pauliFeedForward({ qubits: 3, length: 20 })), { minLength: 1, maxLength: 3 });
    const asked = fc.array(fc.tuple(fc.nat(2), fc.constantFrom(1, 3, 9, 130), anyKey), { minLength: 2, maxLength: 12 });
    fc.assert(fc.property(circuits, asked, (all, jobs) => {
      for (const [which, shots, under] of jobs) {
        const one = job(all[which % all.length] as LoweredCircuit, shots, under);
        expect(stabilizerKernel.run(encodeCircuitJob(one))).toEqual(encodeCircuitOutput(referenceJob(one)));
      }
    }), { numRuns: 60 });
  });

  it.each([3, 130])("run in one instance, %i shots each, whose memory holds the same bytes after each of them (S1)", (shots) => {
    const made = memories();
    const after = [1, 2, 3, 4, 5, 6, 7, 8].map((word) => {
      const bits = stabilizerKernel.run(encodeCircuitJob(job(coins(7), shots, key(word))));
      return { bits: Buffer.from(bits).toString("hex"), memory: Buffer.from(made[0]?.buffer ?? new ArrayBuffer(0)).toString("hex") };
    });
    expect(made).toHaveLength(1);
    expect(new Set(after.map(({ bits }) => bits)).size).toBeGreaterThan(3);
    expect(new Set(after.map(({ memory }) => memory)).size).toBe(1);
  });

  it("are in an instance each when it takes more than a page (S2)", () => {
    const made = memories();
    const wide = lowered(600, 1, [{ op: "H", on: [0] }, { op: "MEASURE", on: [0], clbit: 0 }]);
    for (const word of [1, 2]) {
      const one = job(wide, 1, key(word));
      expect(stabilizerKernel.run(encodeCircuitJob(one))).toEqual(encodeCircuitOutput(runStabilizerJob(one)));
    }
    expect(made).toHaveLength(4);
  });

  it("are in an instance each when sampling takes more than a page (S2)", () => {
    const made = memories();
    const one = job(coins(8), 8_192, key(1));
    const alone = encodeCircuitOutput(runStabilizerJob(one));
    expect([stabilizerKernel.run(encodeCircuitJob(one)), stabilizerKernel.run(encodeCircuitJob(one))]).toEqual([alone, alone]);
    expect(made).toHaveLength(3);
  });

  it("are known by their bytes in the encoder's own form only (S3)", () => {
    const { mode, circuit, key: under } = job(coins(3), 1, key(1));
    for (const shots of [1, 2, 1]) {
      const one = { mode, circuit, shots, key: under } as const;
      expect(stabilizerKernel.run(pack({ key: under, mode, circuit, shots }))).toEqual(encodeCircuitOutput(runStabilizerJob(one)));
    }
  });
});

it("an encoded job is the same job under whatever key is put into it", () => {
  fc.assert(fc.property(measuredClifford({ qubits: 3, length: 20 }), fc.constantFrom(1, 300), anyKey, anyKey, (circuit, shots, first, second) => {
    const input = encodeCircuitJob(job(circuit, shots, first));
    expect(keyOfJob(input)).toEqual(first);
    expect(underKey(input, second)).toEqual(encodeCircuitJob(job(circuit, shots, second)));
    expect(keyOfJob(input)).toEqual(first);
  }), { numRuns: 20 });
});

describe("what is kept", () => {
  const started = (tableau: Tableau): { tableau: Tableau; bytes: number } => ({ tableau, bytes: 2 });
  const opened = (): Tableau => {
    const tableau = openTableau(2);
    tableau.start(coins(2).ops, coins(2).conditions, 2);
    return tableau;
  };

  it("is no tableau whose sampling did not come to its end", () => {
    const kept = new KeptTableaux();
    const one = job(coins(2), 1, key(1));
    const input = encodeCircuitJob(one);
    let fails = false;
    const tableau = opened();
    const sampling = kept.sampling(input, one, started({ ...tableau, sample: (...given) => {
      if (fails) throw new Error("trapped");
      tableau.sample(...given);
    } }));
    const bits = sampling(one.key);
    expect(kept.bitsOf(input)).toEqual(bits);
    fails = true;
    expect(() => kept.bitsOf(input)).toThrow("trapped");
    expect(kept.bitsOf(input)).toBeUndefined();
  });

  it("is sixteen at most, the oldest gone first", () => {
    const kept = new KeptTableaux();
    const inputs = Array.from({ length: 17 }, (_, clbits) => {
      const one = job(coins(2 + clbits), 1, key(1));
      const input = encodeCircuitJob(one);
      kept.sampling(input, one, started(opened()));
      return input;
    });
    expect(inputs.map((input) => kept.bitsOf(input) === undefined)).toEqual([true, ...Array.from({ length: 16 }, () => false)]);
  });

  it("is nothing of an input too short for a key", () => {
    expect(new KeptTableaux().bitsOf(Uint8Array.of(1, 2, 3))).toBeUndefined();
  });
});
