// The circuit builder: values that never change, refusals at the call that erred, and what is lowered.
import { describe, expect, it } from "vitest";
import { circuit } from "../../../../../domains/q/api/circuit.ts";
import type { Circuit } from "../../../../../domains/q/api/circuit.ts";
import { GATES } from "../../../../../domains/q/api/instruction.ts";
import { OP, decodeCircuitJob, encodeCircuitJob } from "../../../../../domains/kernels/circuit.ts";
import { runStabilizerJob } from "../../../../../domains/kernels/stabilizer/kernel.ts";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import { LIMITS } from "../../../../../kernel-abi/limits.ts";

const KEY = Uint32Array.of(3, 4);

/** Distinct results of 64 shots, through bytes, as strings with clbit 0 first. */
function outcomesOf(built: Circuit): Set<string> {
  const job = decodeCircuitJob(encodeCircuitJob({ mode: "sample", circuit: built.lower(), shots: 64, key: KEY }));
  const output = runStabilizerJob(job);
  if (output.mode !== "sample") throw new Error(output.mode);
  const { bits } = output;
  return new Set(Array.from({ length: 64 }, (_, shot) => bits.subarray(shot * built.clbits, (shot + 1) * built.clbits).join("")));
}

function faultOf(call: () => unknown): Fault {
  try {
    call();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a circuit is a value", () => {
  it("is a value: neither it nor what all circuits share can be written to", () => {
    const bell = circuit(2).h(0);
    for (const one of [bell, Object.getPrototypeOf(bell) as object]) expect(Object.isFrozen(one)).toBe(true);
  });

  it("is not changed by what is built on it", () => {
    const base = circuit(2).h(0);
    const [left, right] = [base.x(1), base.cx(0, 1).measureAll()];
    expect(base.instructions()).toEqual([{ name: "h", qubits: [0], when: [] }]);
    expect([base.size, left.size, right.size, base.clbits, right.clbits]).toEqual([1, 2, 4, 0, 2]);
  });

  it("is frozen, instructions and all", () => {
    const built = circuit(2).h(0).measure(0, 0).if(0, 1, (c) => c.x(1));
    for (const one of [built, ...built.instructions(), ...built.instructions().flatMap(({ qubits, when }) => [qubits, when, ...when])]) {
      expect(Object.isFrozen(one)).toBe(true);
    }
  });

  it("lowers to fresh arrays each time", () => {
    const built = circuit(1).rx(0.5, 0);
    built.lower().angles[0] = 7;
    built.lower().ops[0] = 0;
    expect(built.lower()).toEqual({ qubits: 1, clbits: 0, ops: Int32Array.of(OP.RX, 0, -1, -1, -1, -1, 0, -1), angles: Float64Array.of(0.5), conditions: new Int32Array() });
  });
});

describe("lowering", () => {
  it("writes each gate as its opcode, operands in order", () => {
    const built = circuit(3).h(0).s(0).sdg(0).t(0).tdg(0).x(0).y(0).z(0).rx(1, 0).ry(2, 0).rz(3, 0).p(4, 0)
      .cx(2, 1).cz(2, 1).swap(2, 1).ccx(2, 0, 1).cp(5, 2, 1).reset(2).measure(1, 4).barrier();
    const { ops, angles, clbits } = built.lower();
    const record = (index: number): number[] => [...ops.subarray(8 * index, 8 * index + 8)];
    expect(built.instructions().map(({ name }) => GATES[name].opcode)).toEqual(Object.values(OP));
    expect(Array.from({ length: 20 }, (_, index) => record(index)[0])).toEqual(Object.values(OP));
    expect([12, 15, 16].map(record)).toEqual([
      [OP.CX, 2, 1, -1, -1, -1, -1, -1], [OP.CCX, 2, 0, 1, -1, -1, -1, -1], [OP.CP, 2, 1, -1, -1, -1, 4, -1],
    ]);
    expect([17, 18, 19].map(record)).toEqual([
      [OP.RESET, 2, -1, -1, -1, -1, -1, 0], [OP.MEASURE, 1, -1, -1, 4, -1, -1, 1], [OP.BARRIER, -1, -1, -1, -1, -1, -1, -1],
    ]);
    expect([...angles]).toEqual([1, 2, 3, 4, 5]);
    expect(clbits).toBe(5);
  });

  it("gives one-qubit gates to each qubit named", () => {
    expect(circuit(3).h(2, 0).rz(0.5, 1, 2).instructions()).toEqual([
      { name: "h", qubits: [2], when: [] }, { name: "h", qubits: [0], when: [] },
      { name: "rz", qubits: [1], angle: 0.5, when: [] }, { name: "rz", qubits: [2], angle: 0.5, when: [] },
    ]);
  });

  it("writes a condition once, however many instructions hang on it", () => {
    const { ops, conditions } = circuit(1, 2).if({ 0: 1, 1: 0 }, (c) => c.x(0).y(0)).if(1, 0, (c) => c.z(0)).lower();
    expect([...conditions]).toEqual([2, 0, 1, 1, 0, 1, 1, 0]);
    expect([ops[5], ops[13], ops[21]]).toEqual([0, 0, 5]);
  });

  it("BIT ORDER: clbit 0 is first", () => {
    expect(outcomesOf(circuit(2).x(0).measureAll())).toEqual(new Set(["10"]));
  });
});

describe("classical bits", () => {
  it("come as they are measured, or as they were asked for", () => {
    expect(circuit(2).measure(0, 3).clbits).toBe(4);
    expect(circuit(2, 1).measure(0, 0).clbits).toBe(1);
    expect(circuit(3, 1).measureAll().clbits).toBe(3);
    expect(faultOf(() => circuit(2, 1).measure(0, 1)).detail).toEqual({ argument: "measure: clbit", value: 1, allowed: "an integer from 0 to 0" });
  });
});

describe("feed-forward", () => {
  it("acts on a bit, and on all bits of a record", () => {
    const pair = circuit(4).h(0, 1).measure(0, 0).measure(1, 1);
    expect(outcomesOf(pair.if(1, 1, (c) => c.x(3)).measure(3, 2))).toEqual(new Set(["000", "100", "011", "111"]));
    expect(outcomesOf(pair.if({ 0: 1, 1: 0 }, (c) => c.x(3)).measure(3, 2))).toEqual(new Set(["000", "101", "010", "110"]));
  });

  it("nests as a conjunction", () => {
    const built = circuit(3).h(0, 1).measure(0, 0).measure(1, 1).if(0, 1, (c) => c.if(1, 0, (d) => d.x(2)).if(0, 1, (d) => d.z(2)));
    expect(built.instructions().slice(4)).toEqual([
      { name: "x", qubits: [2], when: [[0, 1], [1, 0]] }, { name: "z", qubits: [2], when: [[0, 1]] },
    ]);
    expect(outcomesOf(built.measure(2, 2))).toEqual(new Set(["000", "101", "010", "110"]));
  });

  it("C2: a body may end with a measurement of the bit it hangs on, and may not go on after it", () => {
    const once = circuit(2).h(0).measure(0, 0);
    expect(once.if(0, 1, (c) => c.h(0).measure(0, 0).barrier()).size).toBe(5);
    expect(faultOf(() => once.if(0, 1, (c) => c.measure(0, 0).x(1))).detail["argument"]).toBe("if: body");
    expect(faultOf(() => once.if(0, 1, (c) => c.measure(1, 1).if(1, 1, (d) => d.measure(0, 0)).x(1))).detail["argument"]).toBe("if: body");
    expect(once.if(0, 1, (c) => c.measure(1, 1).if(1, 1, (d) => d.x(1))).size).toBe(4);
  });

  it("teleports", () => {
    const built = circuit(3).h(0).s(0).h(1).cx(1, 2).cx(0, 1).h(0).measure(0, 0).measure(1, 1)
      .if(1, 1, (c) => c.x(2)).if(0, 1, (c) => c.z(2)).sdg(2).h(2).measure(2, 2);
    expect(outcomesOf(built)).toEqual(new Set(["000", "010", "100", "110"]));
  });
});

describe("putting circuits together", () => {
  it("repeats a body, telling it which time it is", () => {
    expect(circuit(4).h(0).repeat(3, (c, i) => c.cx(i, i + 1)).instructions()).toEqual(circuit(4).h(0).cx(0, 1).cx(1, 2).cx(2, 3).instructions());
    expect(circuit(1).repeat(0, (c) => c.x(0)).size).toBe(0);
    expect(circuit(2).repeat(2, (c, i) => c.measure(0, i).if(i, 1, (d) => d.x(1))).clbits).toBe(2);
  });

  it("appends on other qubits and clbits", () => {
    const part = circuit(2).cx(0, 1).measure(1, 0).if(0, 1, (c) => c.x(0));
    expect(circuit(4).h(3).append(part, [3, 1], [5]).instructions()).toEqual([
      { name: "h", qubits: [3], when: [] }, { name: "cx", qubits: [3, 1], when: [] },
      { name: "measure", qubits: [1], clbit: 5, when: [] }, { name: "x", qubits: [3], when: [[5, 1]] },
    ]);
    expect(circuit(4).append(part).clbits).toBe(1);
    expect(circuit(4).append(part, [3, 1], [5]).clbits).toBe(6);
  });

  it("inverts gates in reverse order, angles negated", () => {
    const built = circuit(3).h(0).s(0).t(1).rx(0.5, 2).cp(0.25, 0, 1).barrier().ccx(0, 1, 2);
    expect(built.inverse().instructions()).toEqual(circuit(3).ccx(0, 1, 2).barrier().cp(-0.25, 0, 1).rx(-0.5, 2).tdg(1).sdg(0).h(0).instructions());
    expect(built.inverse().inverse().lower()).toEqual(built.lower());
    expect(Object.is(circuit(1).rx(0, 0).inverse().lower().angles[0], 0)).toBe(true);
  });
});

describe("figures", () => {
  it("counts gates, instructions and depth", () => {
    const built = circuit(3).h(0, 1).cx(0, 1).barrier().measureAll().if(2, 1, (c) => c.x(0));
    expect(built.counts()).toEqual({ h: 2, cx: 1, barrier: 1, measure: 3, x: 1 });
    expect(built.size).toBe(8);
    expect(built.depth()).toBe(4);
    expect(circuit(2).h(0).depth()).toBe(1);
    expect(circuit(2).h(0).barrier().h(1).depth()).toBe(2);
    expect(circuit(2).depth()).toBe(0);
  });

  it("knows a Clifford circuit", () => {
    expect(circuit(2).h(0).rz(Math.PI / 2, 1).cp(Math.PI, 0, 1).measureAll().isClifford).toBe(true);
    expect(circuit(2).h(0).t(1).isClifford).toBe(false);
  });
});

describe("refusals", () => {
  const c = circuit(2);
  // What no typed caller can write, as it comes from JavaScript.
  const wrong = (value: unknown): never => value as never;
  const cases: readonly (readonly [string, () => unknown, Readonly<Record<string, unknown>>])[] = [
    ["no qubits", () => circuit(0), { argument: "circuit: qubits", value: 0, allowed: "an integer from 1 to 16384" }],
    ["half a qubit", () => c.h(0.5), { argument: "h: qubit", value: 0.5, allowed: "an integer from 0 to 1" }],
    ["a qubit that is not there", () => c.cx(0, 2), { argument: "cx: qubit", value: 2, allowed: "an integer from 0 to 1" }],
    ["one qubit twice", () => c.cz(1, 1), { argument: "cz: qubits", value: "1, 1", allowed: "distinct qubits" }],
    ["a gate on nothing", () => c.x(), { argument: "x: qubit", value: "a value of type undefined", allowed: "an integer from 0 to 1" }],
    ["a text for a qubit", () => c.h(wrong("0")), { argument: "h: qubit", value: "0" }],
    ["an angle that is no number", () => c.rx(Number.NaN, 0), { argument: "rx: angle", value: "NaN" }],
    ["an angle beyond the kernels' sine", () => c.cp(1e7, 0, 1), { argument: "cp: angle", value: 1e7 }],
    ["no angle", () => c.rz(wrong(undefined), 0), { argument: "rz: angle" }],
    ["a negative clbit", () => c.measure(0, -1), { argument: "measure: clbit", value: -1 }],
    ["a condition before any measurement", () => c.if(0, 1, (d) => d.x(0)), { argument: "if: clbit", value: 0 }],
    ["a condition on a clbit that is not there", () => circuit(1, 2).if(2, 1, (d) => d), { argument: "if: clbit", value: 2, allowed: "an integer from 0 to 1" }],
    ["a condition on nothing", () => circuit(1, 1).if({}, (d) => d), { argument: "if: clbits" }],
    ["a value that is no bit", () => circuit(1, 1).if(0, wrong(2), (d) => d), { argument: "if: value", value: 2, allowed: "0 or 1" }],
    ["a body that returns nothing", () => circuit(1, 1).if(0, 1, wrong((d: Circuit) => { d.x(0); })), { argument: "if: body", value: "a value of type undefined" }],
    ["no body", () => circuit(1).repeat(2, wrong(undefined)), { argument: "repeat: body" }],
    ["a body that returns another circuit", () => circuit(1).repeat(1, () => circuit(2)), { argument: "repeat: body: qubits", value: 2 }],
    ["minus one repetition", () => c.repeat(-1, (d) => d), { argument: "repeat: times", value: -1 }],
    ["a larger circuit appended", () => c.append(circuit(3).x(2)), { argument: "append: qubits", value: 2 }],
    ["a map of the wrong length", () => c.append(circuit(2).x(0), [1]), { argument: "append: qubits", value: 1 }],
    ["a map onto one qubit twice", () => c.append(circuit(2).x(0), [1, 1]), { argument: "append: qubits", value: "1, 1" }],
    ["what is no circuit appended", () => c.append(wrong({})), { argument: "append: circuit", value: "a value of type object" }],
    ["the inverse of a measurement", () => c.h(0).measure(0, 0).inverse(), { argument: "inverse", value: "measure" }],
    ["the inverse of a reset", () => c.reset(0).inverse(), { argument: "inverse", value: "reset" }],
  ];
  it.each(cases)("%s", (_, call, detail) => {
    const fault = faultOf(call);
    expect(fault.fault).toBe("ABI_MALFORMED");
    expect(fault.detail).toMatchObject(detail);
    expect(Object.keys(fault.detail)).toEqual(["argument", "value", "allowed"]);
    expect(fault.stack).toContain("circuit.test.ts");
  });

  it("stops at the largest circuit a job may hold", () => {
    const large = circuit(4096).measureAll();
    const full = circuit(4096).repeat(LIMITS.circuit_operations_max >> 12, (c) => c.append(large));
    expect(full.size).toBe(LIMITS.circuit_operations_max);
    expect(faultOf(() => full.x(0)).fault).toBe("ABI_LIMIT");
  });
});
