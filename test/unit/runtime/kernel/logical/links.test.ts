// Channels: their fidelity against a density matrix, what they cost, and whose they are.
import { describe, expect, it } from "vitest";
import { EntanglementLinks } from "../../../../../runtime/kernel/logical/links.ts";
import { type BellWeights, type Protocol, purification, purified, werner } from "../../../../../runtime/kernel/logical/purification.ts";
import { faultName, faultOf } from "../../../../support/refusals.ts";

// ---- an oracle that knows no recurrence: two pairs as a mixture of pure states of four qubits, gates as matrices, readout by projection ----
type Complex = readonly [number, number];
type State = Complex[];
const add = (a: Complex, b: Complex): Complex => [a[0] + b[0], a[1] + b[1]];
const times = (a: Complex, b: Complex): Complex => [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]];
const h = Math.SQRT1_2;
/** Φ+, Ψ−, Ψ+, Φ− over |00⟩ |01⟩ |10⟩ |11⟩. */
const BELL: readonly (readonly number[])[] = [[h, 0, 0, h], [0, h, -h, 0], [0, h, h, 0], [h, 0, 0, -h]];
const pair = (i: number, j: number): State => BELL[i]?.flatMap((a) => BELL[j]?.map((b): Complex => [a * b, 0]) ?? []) ?? [];
const bit = (index: number, qubit: number): number => (index >> (3 - qubit)) & 1;
const single = (state: State, qubit: number, m: readonly (readonly Complex[])[]): State => state.map((_, index) => {
  const row = bit(index, qubit);
  const other = index ^ (1 << (3 - qubit));
  return add(times(m[row]?.[row] ?? [0, 0], state[index] ?? [0, 0]), times(m[row]?.[1 - row] ?? [0, 0], state[other] ?? [0, 0]));
});
const cnot = (state: State, control: number, target: number): State => state.map((_, index) => state[bit(index, control) === 1 ? index ^ (1 << (3 - target)) : index] ?? [0, 0]);
const turn = (sign: number): readonly (readonly Complex[])[] => [[[h, 0], [0, -sign * h]], [[0, -sign * h], [h, 0]]];

/** Qubits 0 and 2 are Alice's, 1 and 3 Bob's; pair (2,3) is measured and both must agree. */
function byDensity(weights: BellWeights, protocol: Protocol): { readonly state: readonly number[]; readonly success: number } {
  const kept = [0, 0, 0, 0];
  let success = 0;
  for (let i = 0; i < 4; i += 1) for (let j = 0; j < 4; j += 1) {
    let state = pair(i, j);
    if (protocol === "DEJMPS") {
      for (const qubit of [0, 2]) state = single(state, qubit, turn(1));
      for (const qubit of [1, 3]) state = single(state, qubit, turn(-1));
    }
    state = cnot(cnot(state, 0, 2), 1, 3);
    for (const read of [0b00, 0b11]) {
      const rest = [0, 1, 2, 3].map((first) => state[first * 4 + read] ?? ([0, 0] as const));
      const weight = (weights[i] ?? 0) * (weights[j] ?? 0);
      success += weight * rest.reduce((sum, [re, im]) => sum + re * re + im * im, 0);
      for (let bell = 0; bell < 4; bell += 1) {
        const amplitude = rest.reduce<Complex>((sum, a, at) => add(sum, times(a, [BELL[bell]?.[at] ?? 0, 0])), [0, 0]);
        kept[bell] = (kept[bell] ?? 0) + weight * (amplitude[0] ** 2 + amplitude[1] ** 2);
      }
    }
  }
  const state = kept.map((weight) => weight / success);
  const [f = 0] = state;
  return { state: protocol === "BBPSSW" ? werner(f) : state, success };
}

describe("a round of purification", () => {
  it.each([["BBPSSW", werner(0.6)], ["BBPSSW", werner(0.95)], ["DEJMPS", werner(0.7)], ["DEJMPS", [0.8, 0.1, 0.07, 0.03]], ["DEJMPS", [0.6, 0.02, 0.3, 0.08]], ["DEJMPS", [0.55, 0.25, 0.15, 0.05]]] as const)(
    "%s of %o gives what the density matrix of two pairs gives", (protocol, weights) => {
      const round = purified(weights, protocol);
      const oracle = byDensity(weights, protocol);
      expect(round.success).toBeCloseTo(oracle.success, 12);
      for (const [at, weight] of oracle.state.entries()) expect(round.state[at]).toBeCloseTo(weight, 12);
    });
});

describe("purification", () => {
  it("makes as few rounds as it takes, and counts the pairs they are expected to use up", () => {
    const { fidelity, rounds, pairs, reached } = purification(0.95, 0.99, "DEJMPS");
    expect([reached, rounds]).toEqual([true, 2]);
    let state: BellWeights = werner(0.95);
    let expected = 1;
    for (let i = 0; i < rounds; i += 1) {
      const oracle = byDensity(state, "DEJMPS");
      expected *= 2 / oracle.success;
      state = oracle.state as unknown as BellWeights; // four weights, as the oracle made them
    }
    expect(fidelity).toBeCloseTo(state[0], 12);
    expect(pairs).toBe(Math.ceil(expected));
  });

  it("is nothing to do for a raw pair that is good enough, and never ends well at ½ or below", () => {
    expect(purification(0.95, 0.9, "DEJMPS")).toEqual({ fidelity: 0.95, rounds: 0, pairs: 1, reached: true });
    for (const protocol of ["BBPSSW", "DEJMPS"] as const) for (const raw of [0.3, 0.5]) expect(purification(raw, 0.9, protocol).reached).toBe(false);
  });

  it("takes DEJMPS no more rounds than BBPSSW", () => {
    for (const raw of [0.55, 0.7, 0.9, 0.95]) expect(purification(raw, 0.99, "DEJMPS").rounds).toBeLessThanOrEqual(purification(raw, 0.99, "BBPSSW").rounds);
  });
});

const owner = { session: "s1", job: "j1" };
const modules = ["m0", "m1"] as const;
const links = (): EntanglementLinks => new EntanglementLinks({ links: [{ a: "m0", b: "m1", fidelity: 0.95, pairsPerEpoch: 20 }] });
const join = (a: string, b: string, fidelity = 0.99) => ({ a, b, modules, fidelity });

describe("channels", () => {
  it("have the fidelity that was asked for, and tell what it took", () => {
    const table = links();
    const channel = table.open(owner, join("q0", "q1"));
    const { fidelity, rounds, pairs } = purification(0.95, 0.99, "DEJMPS");
    expect(channel).toMatchObject({ id: "ch_q0_q1", state: "OPEN", fidelity, rounds, pairs, made: pairs, wanted: 0.99 });
    expect(table.used("m1", "m0")).toBe(pairs);
    expect([table.use(owner, "ch_q0_q1"), table.status(owner, "ch_q0_q1").uses]).toEqual([true, 1]);
  });

  it("are refused when their pairs are used up in this epoch, and open in the next", () => {
    const table = links();
    const ids = ["a", "b", "c", "d", "e"];
    const opened = ids.filter((id) => faultName(() => table.open(owner, join(id, "z"))) === "none");
    expect(opened.length).toBe(Math.floor(20 / purification(0.95, 0.99, "DEJMPS").pairs));
    expect(faultName(() => table.open(owner, join("x", "z")))).toBe("CHANNEL_CAPACITY_EXCEEDED");
    table.turnover();
    expect(table.open(owner, join("x", "z")).state).toBe("OPEN");
  });

  it("are refused twice, of one qubit, out of range, and beyond what purification reaches", () => {
    const table = links();
    table.open(owner, join("q0", "q1", 0.9));
    expect(faultName(() => table.open(owner, join("q0", "q1", 0.9)))).toBe("CHANNEL_EXISTS");
    expect(faultOf(() => table.open(owner, join("q0", "q0", 0.9)))).toMatchObject({ fault: "CHANNEL_EXISTS", detail: { why: "both ends are the qubit q0" }, next: expect.stringMatching(/^Name two qubits/) as unknown });
    for (const fidelity of [1, 1.5, 0.4, Number.NaN]) expect(faultName(() => table.open(owner, join("q0", "q2", fidelity)))).toBe("CHANNEL_FIDELITY_UNREACHABLE");
    table.degrade("m0", "m1", { fidelity: 0.5, pairsPerEpoch: 20 });
    expect(faultName(() => table.open(owner, join("q0", "q2", 0.9)))).toBe("CHANNEL_FIDELITY_UNREACHABLE");
    expect(table.channels()).toHaveLength(1);
  });

  it("belong to their owner: for anybody else they are not there", () => {
    const table = links();
    table.open(owner, join("q0", "q1", 0.9));
    for (const other of [{ session: "s2", job: "j1" }, { session: "s1", job: "j2" }, { session: "s1", job: null }]) {
      expect(faultName(() => table.use(other, "ch_q0_q1"))).toBe("CHANNEL_UNKNOWN");
      expect(faultName(() => { table.close(other, "ch_q0_q1"); })).toBe("CHANNEL_UNKNOWN");
    }
    table.open({ session: "s2", job: "j1" }, join("q0", "q1", 0.9));
    expect([table.channels({ session: "s1" }).length, table.closeAll({ session: "s1" }), table.channels().length]).toEqual([1, 1, 1]);
    table.close({ session: "s2", job: "j1" }, "ch_q0_q1");
    expect(table.channels()).toEqual([]);
  });

  it("of a degraded link are batched over epochs, in the order they were asked for, and not used before", () => {
    const table = links();
    table.degrade("m0", "m1", { fidelity: 0.95, pairsPerEpoch: 3 });
    const { pairs } = purification(0.95, 0.99, "DEJMPS");
    const first = table.open(owner, join("q0", "q1"));
    const second = table.open(owner, join("q2", "q3"));
    expect([first.state, first.made, second.made, table.route(...modules, 0.99).kind]).toEqual(["PENDING", 3, 0, "batched"]);
    expect(table.use(owner, "ch_q0_q1")).toBe(false);
    const states: string[][] = [];
    for (let i = 0; i < Math.ceil(2 * pairs / 3); i += 1) {
      states.push(table.channels().map(({ state }) => state));
      table.turnover();
      expect(table.used("m0", "m1")).toBeLessThanOrEqual(3);
    }
    expect(states.some(([a, b]) => a === "OPEN" && b === "PENDING")).toBe(true);
    expect(states.some(([a, b]) => a === "PENDING" && b === "OPEN")).toBe(false);
    expect(table.channels().map(({ state, made }) => [state, made])).toEqual([["OPEN", pairs], ["OPEN", pairs]]);
    table.degrade("m0", "m1", null);
    expect([table.degraded, table.link("m0", "m1").pairsPerEpoch]).toEqual([false, 20]);
  });

  it("of a link that makes next to nothing are for local gates instead", () => {
    const table = links();
    table.degrade("m0", "m1", { fidelity: 0.95, pairsPerEpoch: 0 });
    expect(table.route(...modules, 0.99).kind).toBe("local");
    expect(faultName(() => table.open(owner, join("q0", "q1")))).toBe("CHANNEL_CAPACITY_EXCEEDED");
    expect([table.draw("m0", "m1", 1), table.draw("m0", "m0", 1)]).toEqual([false, true]);
  });

  it("come back from what was saved, through JSON", () => {
    const table = links();
    table.degrade("m0", "m1", { fidelity: 0.94, pairsPerEpoch: 3 });
    table.open(owner, join("q0", "q1"));
    table.draw("m0", "m0", 5);
    const saved = table.saved();
    const options = { links: [{ a: "m0", b: "m1", fidelity: 0.95, pairsPerEpoch: 20 }] };
    const back = EntanglementLinks.restored(JSON.parse(JSON.stringify(saved)), options);
    expect(back.saved()).toEqual(saved);
    expect(back.degraded).toBe(true);
    expect(faultName(() => EntanglementLinks.restored({ ...saved, epoch: "1" }, options))).toBe("RESUME_REFUSED");
  });
});
