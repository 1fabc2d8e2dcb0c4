// Logical noise: as frequent as the rates say, the same for the same key, none when there is none.
import { describe, expect, it } from "vitest";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import { graphCircuit } from "../../../../../domains/q/api/graph.ts";
import { noiseStrikes, noisyCircuits, type GraphNoise } from "../../../../../domains/q/api/graph-noise.ts";
import { graphNoise } from "../../../../../domains/q/api/graph-rates.ts";
import type { Graph } from "../../../../../kernel-abi/qvm/graph.ts";
import { gTest, graphOf, jobKey, plainly, CASES, sampled, type Odds, type Row } from "../../../../support/qvm-graphs.ts";

const KEY = [0x12345678, 0x9abcdef0] as const;

/** Shots of the noisy circuits, each with a key of its own. */
function noisy(graph: Graph, noise: GraphNoise, shots: number): Odds {
  const plan = graphCircuit(graph);
  const sums: Record<string, number> = {};
  noisyCircuits(plan.lowered, noise, shots, KEY).forEach(({ circuit, shots: some }, job) => {
    for (const [key, n] of Object.entries(sampled({ ...plan, circuit }, some, jobKey("noise", job + 1)))) sums[key] = (sums[key] ?? 0) + n;
  });
  return sums;
}

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
const binomial = (n: number, p: number): Odds => Object.fromEntries(Array.from({ length: n + 1 }, (_, k) => [String(k), choose(n, k) * p ** k * (1 - p) ** (n - k)]));

/** Two cycles before the readout: allocated, identity by mask I would take none, so X twice. */
const line = graphOf(["ALLOC_LQ", ["q"]], ["APPLY_X", ["q"]], ["APPLY_X", ["q"]], ["MEASURE_Z", ["q"], { produces: ["e"] }]);

/** How many cycles each qubit waits, stretch by stretch. */
const waits = (graph: Graph): readonly (readonly [string, number])[] => graphCircuit(graph).lowered.places.filter(({ kind }) => kind === "waiting").map(({ vq, cycles }) => [vq, cycles]);
const xs = (vq: string, often: number): readonly Row[] => Array.from({ length: often }, (): Row => ["APPLY_X", [vq]]);

describe("a qubit that waits", () => {
  it("waits for the others of an operation, and not for what does not concern it", () => {
    expect(waits(graphOf(["ALLOC_LQ", ["a", "b"]], ...xs("a", 5), ["APPLY_CNOT", ["a", "b"]], ...xs("a", 3)))).toEqual([["b", 5]]);
    expect(waits(graphOf(["ALLOC_LQ", ["a"]], ["ALLOC_LQ", ["b"]], ...xs("a", 5), ...xs("b", 5), ["TELEPORT_CNOT", ["a", "b"]], ["APPLY_CNOT", ["b", "a"]]))).toEqual([]);
  });
  it("is there from where it is allocated on", () => {
    expect(waits(graphOf(["ALLOC_LQ", ["a"]], ...xs("a", 5), ["ALLOC_LQ", ["b"]], ["APPLY_CNOT", ["a", "b"]]))).toEqual([["a", 1]]);
    expect(waits(graphOf(["ALLOC_LQ", ["a", "b"]], ...xs("a", 5), ["FREE_LQ", ["b"]], ["ALLOC_LQ", ["b"]], ["APPLY_CNOT", ["a", "b"]]))).toEqual([["a", 1]]);
  });
  it("waits for events it hangs on, but not where only its frame moves", () => {
    const measured = (then: Row): Graph => graphOf(["ALLOC_LQ", ["a", "b"]], ...xs("a", 4), ["MEASURE_Z", ["a"], { produces: ["e"] }], then, ["MEASURE_Z", ["b"], { produces: ["f"] }]);
    expect(waits(measured(["APPLY_X", ["b"], { guard: { event: "e", equals: 1 } }]))).toEqual([["b", 5]]);
    expect(waits(measured(["APPLY_X", ["b"], { guard: { type: "or", conditions: [{ event: "e", equals: 0 }, { event: "e", equals: 1 }] } }]))).toEqual([["b", 5]]);
    expect(waits(measured(["COND_PAULI", ["b"], { inputs: ["e"], args: { mask: "X" } }]))).toEqual([]);
  });
  it("waits at a fence for the latest, though nothing is done on it later", () => {
    expect(waits(graphOf(["ALLOC_LQ", ["a", "b", "c"]], ...xs("a", 4), ...xs("b", 1), ["FENCE_EPOCH", []], ["FENCE_EPOCH", []], ["APPLY_CNOT", ["a", "b"]]))).toEqual([["b", 3], ["c", 4]]);
  });
  it("suffers as often as if it were worked on without effect", () => {
    const pauli = 0.02, cycles = 30;
    // Of the 32 cycles before its readout each turns Z over with two thirds of the rate.
    const graph = graphOf(["ALLOC_LQ", ["a", "b"]], ...xs("a", cycles), ["MEASURE_Z", ["a"], { produces: ["e"] }], ["APPLY_Z", ["b"], { guard: { event: "e", equals: 1 } }], ["MEASURE_Z", ["b"], { produces: ["f"] }]);
    const odd = (1 - (1 - (4 / 3) * pauli) ** (1 + cycles + 1 + 1)) / 2;
    expect(gTest(noisy(graph, { pauli: 0, readout: 0, qubits: { b: { pauli, readout: 0 } } }, 20_000), { "e=0 f=0": 1 - odd, "e=0 f=1": odd })).toBeGreaterThan(1e-4);
    const { lowered } = graphCircuit(graph);
    const struck = noiseStrikes(lowered, { pauli, readout: 0 }, 20_000, KEY).get("b");
    expect(Math.abs((struck?.waiting ?? 0) / 20_000 - 0.75 * (1 - (1 - (4 / 3) * pauli) ** 31))).toBeLessThan(0.02);
  });
});

describe("logical noise", () => {
  it("strikes as often as the binomial distribution says", () => {
    const { lowered } = graphCircuit(line);
    const places = lowered.places.filter(({ kind }) => kind === "cycle").length;
    expect(places).toBe(4); // allocation, X, X, readout
    const errors: Record<string, number> = {};
    for (const { shots, errors: n } of noisyCircuits(lowered, { pauli: 0.2, readout: 0 }, 20_000, KEY)) errors[String(n)] = (errors[String(n)] ?? 0) + shots;
    expect(gTest(errors, binomial(places, 0.2))).toBeGreaterThan(1e-4);
  });

  it("flips what X and Y flip: an odd number of two thirds of the rate in the cycles before the readout", () => {
    const flip = (2 / 3) * 0.2;
    const odd = (1 - (1 - 2 * flip) ** 3) / 2;
    expect(gTest(noisy(line, { pauli: 0.2, readout: 0 }, 20_000), { "e=0": 1 - odd, "e=1": odd })).toBeGreaterThan(1e-4);
  });

  it("flips what X, Y and Z are to a superposition", () => {
    const graph = graphOf(["ALLOC_LQ", ["q"]], ["APPLY_H", ["q"]], ["MEASURE_X", ["q"], { produces: ["e"] }]);
    // After ALLOC: X and Y become Z and Y behind H; X there is none to |+⟩, behind H it is Z and Y that flip.
    const [first, second] = [(2 / 3) * 0.3, (2 / 3) * 0.3];
    const odd = first * (1 - second) + second * (1 - first);
    expect(gTest(noisy(graph, { pauli: 0.3, readout: 0 }, 20_000), { "e=0": 1 - odd, "e=1": odd })).toBeGreaterThan(1e-4);
  });

  it("of a readout flips the event, and not what is left", () => {
    const graph = graphOf(["ALLOC_LQ", ["q"]], ["MEASURE_Y", ["q"], { produces: ["a"] }], ["MEASURE_Y", ["q"], { produces: ["b"] }]);
    const [p, q] = [0.1, 0.9];
    const [same, different] = [(p * p + q * q) / 2, p * q];
    expect(gTest(noisy(graph, { pauli: 0, readout: p }, 20_000), { "a=0 b=0": same, "a=1 b=1": same, "a=0 b=1": different, "a=1 b=0": different })).toBeGreaterThan(1e-4);
    expect(noisy(graphOf(["ALLOC_LQ", ["q"]], ["MEASURE_Z", ["q"], { produces: ["a"] }], ["MEASURE_Z", ["q"], { produces: ["b"] }]), { pauli: 0, readout: 1 }, 10)).toEqual({ "a=1 b=1": 10 });
  });

  it("acts through feed-forward: a flipped event guards as flipped", () => {
    const graph = graphOf(["ALLOC_LQ", ["q", "r"]], ["MEASURE_Z", ["q"], { produces: ["a"] }], ["APPLY_X", ["r"], { guard: { event: "a", equals: 1 } }], ["MEASURE_Z", ["r"], { produces: ["b"] }]);
    expect(noisy(graph, { pauli: 0, readout: 0, qubits: { q: { pauli: 0, readout: 1 } } }, 10)).toEqual({ "a=1 b=1": 10 });
  });

  it("at rate 0 is one job of the noiseless circuit; the same key gives the same jobs, another key others", () => {
    for (const { json } of CASES) {
      const { circuit, lowered } = graphCircuit(plainly(json));
      const parts = noisyCircuits(lowered, { pauli: 0, readout: 0 }, 77, KEY);
      expect(parts.map(({ circuit: one, ...rest }) => [one.lower(), rest])).toEqual([[circuit?.lower(), { shots: 77, errors: 0 }]]);
      const shown = (key: readonly [number, number]): unknown => noisyCircuits(lowered, { pauli: 0.05, readout: 0.05 }, 300, key).map(({ circuit: one, shots, errors }) => [one.lower(), shots, errors]);
      expect(shown(KEY)).toEqual(shown(KEY));
      expect(shown(KEY)).not.toEqual(shown([1, 2]));
    }
  });

  it("is told by qubit and kind, as it was drawn", () => {
    for (const { json } of CASES) {
      const { lowered } = graphCircuit(plainly(json));
      const noise = { pauli: 0.07, readout: 0.05 };
      const struck = noiseStrikes(lowered, noise, 300, KEY);
      const drawn = noisyCircuits(lowered, noise, 300, KEY).reduce((sum, { shots, errors }) => sum + shots * errors, 0);
      expect([...struck.values()].reduce((sum, { x, y, z, waiting, readout }) => sum + x + y + z + waiting + readout, 0)).toBe(drawn);
    }
    const { lowered } = graphCircuit(line);
    const paulis = { x: 0, y: 0, z: 0 };
    for (const { circuit, shots } of noisyCircuits(lowered, { pauli: 0.2, readout: 0 }, 500, KEY)) {
      for (const name of ["x", "y", "z"] as const) paulis[name] += shots * (circuit.instructions().filter((one) => one.name === name).length - (name === "x" ? 2 : 0));
    }
    expect(Object.fromEntries(noiseStrikes(lowered, { pauli: 0.2, readout: 0 }, 500, KEY))).toEqual({ q: { ...paulis, waiting: 0, readout: 0 } });
    expect(noiseStrikes(lowered, { pauli: 0, readout: 0 }, 500, KEY).size).toBe(0);
    expect(Object.fromEntries(noiseStrikes(lowered, { pauli: 0, readout: 1 }, 500, KEY))).toEqual({ q: { x: 0, y: 0, z: 0, waiting: 0, readout: 500 } });
  });

  it("has the rates of the profiles", () => {
    const graph = graphOf(["ALLOC_LQ", ["a"], { args: { profile: "logical:surface_code(d=3)" } }], ["ALLOC_LQ", ["b"], { args: { profile: "logical:shyps(d=7)" } }], ["ALLOC_LQ", ["c"]]);
    const { qubits = {} } = graphNoise(graph);
    expect(Object.entries(qubits).map(([vq, { pauli, readout }]) => [vq, pauli.toPrecision(6), pauli === readout])).toEqual([["a", "0.0100000", true], ["b", "0.000100000", true], ["c", "0.0000100000", true]]);
  });

  it("is refused beyond probabilities and beyond so many different circuits", () => {
    const { lowered } = graphCircuit(graphOf(["ALLOC_LQ", Array.from({ length: 30 }, (_, at) => `q${at}`)], ["MEASURE_Z", ["q0"], { produces: ["e"] }]));
    const fault = (noise: GraphNoise, shots: number): unknown => {
      try { return noisyCircuits(lowered, noise, shots, KEY).length; } catch (error) { return error instanceof Fault ? error.fault : error; }
    };
    expect([fault({ pauli: -0.1, readout: 0 }, 1), fault({ pauli: 0, readout: NaN }, 1), fault({ pauli: 0.5, readout: 0 }, 1_000)]).toEqual(["ABI_MALFORMED", "ABI_MALFORMED", 1_000]);
    expect(fault({ pauli: 0.5, readout: 0 }, 70_000)).toBe("QVM_NOISE_LIMIT");
  });
});
