// Decoders that are too slow for their cycles, as a job's accounts have them: latency, backlog and overload by qubit and by epoch, and readouts
// that wait. The arithmetic is kernel-abi/qvm/qec/decoder-queue.ts's.
import { describe, expect, it } from "vitest";
import { LogicalMachine, type MachineOptions } from "../../../../../runtime/kernel/logical/machine.ts";
import { type Step, wantedOf } from "../../../../../runtime/kernel/logical/demand.ts";

const step = (op: string, vqs: readonly string[] = []): Step => ({ op, vqs, args: {}, chs: [] });
/** Three rounds of 100 ns a cycle, each 150 ns of decoding. */
const SLOW = "parameters:surface_code(d=3,n=18,cycle_us=0.3,p=0.001,round_us=0.15)";
const alloc = (vq: string, profile = SLOW): Step => ({ op: "ALLOC_LQ", vqs: [vq], args: { n: 1, profile }, chs: [] });
const OPTIONS: MachineOptions = { modules: [{ name: "m0", physicalQubits: 1_000 }], links: { links: [] }, tStates: { perEpoch: 4, buffer: 8 }, teleportsDegraded: 1 };
const h = (vq: string, count: number): readonly Step[] => Array.from({ length: count }, () => step("APPLY_H", [vq]));

function started(nodes: readonly Step[]): LogicalMachine {
  const machine = new LogicalMachine(OPTIONS);
  machine.start({ job: "j", session: "s", tenant: "t" }, wantedOf(nodes));
  return machine;
}

describe("a decoder that is too slow", () => {
  const first = [alloc("a"), ...h("a", 3), alloc("b", "logical:surface_code(d=3)"), step("FENCE_EPOCH")];
  const second = [step("APPLY_H", ["b"]), step("MEASURE_Z", ["a"]), step("FENCE_EPOCH"), step("APPLY_H", ["b"])];
  const machine = started([...first, ...second]);
  const one = machine.run("j", { from: 0, to: first.length }, first);

  it("falls behind by a third of a cycle's rounds, and is overloaded when that is a cycle", () => {
    // Rounds k = 0 … 11, each found 50·k ns late; more than 300 ns from the eighth on; the decoder of b keeps up with its three.
    expect(one).toMatchObject({ decoderNs: 12 * 150 + 300, backlogNs: 550, usage: { decoderCycles: 15 }, decoding: { latencyMaxNs: 700, latencySumNs: 12 * 150 + 50 * 66 + 300, overloads: 1, overloadedRounds: 5, backlogEndNs: 550, overloaded: 1 } });
    const { qubits, decoder } = machine.jobTelemetry("j", 0);
    expect(qubits["a"]).toMatchObject({ decoder_latency_max_us: 0.7, decoder_latency_mean_us: (12 * 150 + 50 * 66) / 12 / 1_000, decoder_backlog_max_us: 0.55, decoder_backlog_us: 0.55, decoder_overloads: 1, decoder_overloaded: true });
    expect(qubits["b"]).toMatchObject({ decoder_latency_max_us: 0.1, decoder_backlog_max_us: 0, decoder_overloaded: false });
    expect(decoder).toEqual({ rounds: 15, time_us: 2.1, latency_max_us: 0.7, latency_mean_us: (12 * 150 + 50 * 66 + 300) / 15 / 1_000, backlog_max_us: 0.55, backlog_us: 0.55, overloads: 1, overloaded: 1 });
  });

  it("makes a readout wait until it is decoded, with everything before it; afterwards it is on time", () => {
    const { timeNs } = machine.account("j");
    const two = machine.run("j", { from: first.length, to: first.length + second.length }, second);
    // The last round of the readout's cycle is found 550 + 50·3 ns late and takes 150 ns: known 850 ns after the cycle, where 3·150 would do without a backlog.
    expect(two.backlogNs).toBe(700);
    expect(machine.account("j").qubits.find(({ vq }) => vq === "a")?.clockNs).toBe(timeNs + 300 + 850 + 300);
    expect(two.decoding).toMatchObject({ overloads: 0, overloadedRounds: 3, backlogEndNs: 0, overloaded: 0 });
    const three = machine.run("j", { from: first.length + second.length, to: first.length + second.length + 1 }, [step("APPLY_H", ["a"])]);
    expect(three.decoding).toMatchObject({ latencyMaxNs: 250, overloads: 0, overloadedRounds: 0, overloaded: 0 });
  });

  it("is read back as it was saved; what was saved before there were figures is read too", () => {
    const saved = JSON.parse(JSON.stringify(machine.saved())) as { accounts: { qubits: { decoding?: unknown }[]; epochs: { decoding?: unknown }[] }[] };
    const back = LogicalMachine.restored(saved, OPTIONS);
    expect(back.jobTelemetry("j", 0)).toEqual(machine.jobTelemetry("j", 0));
    for (const { qubits, epochs } of saved.accounts) for (const each of [...qubits, ...epochs]) delete each.decoding;
    const { decoder } = LogicalMachine.restored(saved, OPTIONS).jobTelemetry("j", 0);
    expect(decoder).toMatchObject({ rounds: machine.jobTelemetry("j", 0).decoder.rounds, latency_max_us: 0, overloaded: 0 });
  });

  it("is nobody's any more when its qubit is freed, and a fresh one of the name begins on time", () => {
    const nodes = [alloc("a"), ...h("a", 9), step("FREE_LQ", ["a"]), alloc("a")];
    const own = started(nodes);
    expect(own.run("j", { from: 0, to: 11 }, nodes.slice(0, 11)).decoding).toMatchObject({ overloads: 1, overloaded: 0, backlogEndNs: 0 });
    expect(own.run("j", { from: 11, to: 12 }, nodes.slice(11)).decoding).toMatchObject({ latencyMaxNs: 250, overloads: 0 });
  });

  it("differs between epochs that are alike in everything else: they are records of their own", () => {
    const epoch = [...h("a", 2), step("FENCE_EPOCH")];
    for (const [profile, records] of [[SLOW, 3], ["logical:surface_code(d=3)", 2]] as const) {
      const nodes = [alloc("a", profile), step("FENCE_EPOCH"), ...epoch, ...epoch];
      const own = started(nodes);
      own.run("j", { from: 0, to: 2 }, nodes.slice(0, 2));
      own.run("j", { from: 2, to: 5 }, epoch);
      own.run("j", { from: 5, to: 8 }, epoch);
      expect(own.account("j").epochs, profile).toHaveLength(records);
    }
    // The same work in another order: only where its decoder stands at the end is another.
    const [cnot, b] = [step("APPLY_CNOT", ["a", "b"]), h("b", 20)];
    const nodes = [alloc("a"), alloc("b", "logical:surface_code(d=3)"), ...h("b", 1), step("FENCE_EPOCH"), ...h("a", 9), cnot, ...b, step("FENCE_EPOCH"), ...b, cnot, ...h("a", 9), step("FENCE_EPOCH")];
    const own = started(nodes);
    for (const [from, to] of [[0, 4], [4, 35], [35, 66]] as const) own.run("j", { from, to }, nodes.slice(from, to));
    expect(own.account("j").epochs.slice(1).map(({ backlogNs, times, decoding }) => [backlogNs, times, decoding?.backlogEndNs])).toEqual([[1_450, 1, 0], [1_450, 1, 1_450]]);
  });

  it("works by a sampled profile as by another, and a machine that has one can be saved", () => {
    const nodes = [alloc("a", "sampled:surface_code(d=3,p=0.002)"), step("MEASURE_Z", ["a"])];
    const own = started(nodes);
    own.run("j", { from: 0, to: 2 }, nodes);
    const back = LogicalMachine.restored(JSON.parse(JSON.stringify(own.saved())), OPTIONS);
    expect(back.jobTelemetry("j", 0)).toEqual(own.jobTelemetry("j", 0));
    expect(back.jobTelemetry("j", 0).qubits["a"]).toMatchObject({ logical_error_rate_source: "sampled", decoder_backlog_max_us: 0 });
  });
});
