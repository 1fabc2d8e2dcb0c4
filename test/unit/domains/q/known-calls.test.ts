// A call that was checked before is found again; whatever says anything else, or says it in another way, is checked anew.
import { describe, expect, it } from "vitest";
import { circuit } from "../../../../domains/q/api/circuit.ts";
import { decodeDescriptor as decoded, encodeDescriptor, parseCall as parsed, type CircuitWork } from "../../../../domains/q/job.ts";
import { faultName } from "../../../support/refusals.ts";

const parseCall = (call: unknown) => parsed(call) as CircuitWork;
const decodeDescriptor = (bytes: Uint8Array) => decoded(bytes) as CircuitWork;
const lowered = () => circuit(2, 2).h(0).rx(0.25, 1).cx(0, 1).if(0, 1, (c) => c.x(1)).measureAll().lower();
const fresh = () => ({ mode: "counts" as const, circuit: lowered(), shots: 77 });

describe("calls made over and over", () => {
  it("come to one job and one descriptor", () => {
    const first = parseCall(fresh());
    expect(parseCall(fresh())).toBe(first);
    expect(encodeDescriptor(parseCall(fresh()))).toBe(encodeDescriptor(first));
    expect(decodeDescriptor(encodeDescriptor(first))).toBe(first);
    expect(decodeDescriptor(encodeDescriptor(first).slice())).toEqual(first);
  });

  it("are looked at, not trusted by their makers: an array that is written to afterwards is another call", () => {
    const call = fresh();
    const first = parseCall(call);
    call.circuit.angles[0] = 0.5;
    const second = parseCall(call);
    expect(second).not.toBe(first);
    expect([first.circuit.angles[0], second.circuit.angles[0]]).toEqual([0.25, 0.5]);
    expect(decodeDescriptor(encodeDescriptor(second).slice()).circuit.angles[0]).toBe(0.5);
  });

  it.each<[string, (call: ReturnType<typeof fresh>) => unknown]>([
    ["other shots", (call) => ({ ...call, shots: 78 })],
    ["another mode", ({ circuit: one }) => ({ mode: "bits", circuit: one })],
    ["more classical bits", (call) => ({ ...call, circuit: { ...call.circuit, clbits: 3 } })],
    ["another gate", (call) => { call.circuit.ops[0] = 2; return call; }],
    ["the other value of a condition", (call) => { call.circuit.conditions[2] = 0; return call; }],
    ["zero of the other sign", (call) => { call.circuit.angles[0] = -0; return call; }],
  ])("%s make another job", (_, other) => {
    const zero = fresh();
    zero.circuit.angles[0] = 0;
    const before = [parseCall(fresh()), parseCall(zero)];
    const job = parseCall(other(fresh()));
    expect(before).not.toContain(job);
    for (const one of before) expect(Buffer.from(encodeDescriptor(job)).equals(encodeDescriptor(one))).toBe(false);
  });

  it.each<[string, (call: ReturnType<typeof fresh>) => unknown]>([
    ["one field too many", (call) => ({ ...call, more: 1 })],
    ["one field too many in the circuit", (call) => ({ ...call, circuit: { ...call.circuit, more: 1 } })],
    ["no shots", ({ mode, circuit: one }) => ({ mode, circuit: one })],
    ["plain lists for arrays", (call) => ({ ...call, circuit: { ...call.circuit, ops: [...call.circuit.ops] } })],
    ["floats for integers", (call) => ({ ...call, circuit: { ...call.circuit, ops: Float64Array.from(call.circuit.ops) } })],
  ])("%s is refused as ever", (_, other) => {
    parseCall(fresh());
    expect(faultName(() => parseCall(other(fresh())))).toBe("ABI_MALFORMED");
  });

  it("are forgotten behind many others, and still the same", () => {
    const first = parseCall(fresh());
    for (let shots = 1; shots <= 40; shots++) parseCall({ ...fresh(), shots });
    const again = parseCall(fresh());
    expect(again).not.toBe(first);
    expect(encodeDescriptor(again)).toEqual(encodeDescriptor(first));
  });
});
