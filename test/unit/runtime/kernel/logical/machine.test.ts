// The machine as a job sees it: admission, accounts, telemetry; and each degraded mode: injected, decided upon, told, cleared.
import { describe, expect, it } from "vitest";
import { parseProfile } from "../../../../../kernel-abi/qvm/qec/profile.ts";
import { logicalErrorRate } from "../../../../../kernel-abi/qvm/qec/rates.ts";
import { type Profile, isProfile } from "../../../../../kernel-abi/qvm/qec/terms.ts";
import { heldProfile, tightened } from "../../../../../runtime/kernel/logical/conditions.ts";
import { type Step, demandOf, isMeasurementHeavy, physicalOf, tStatesOf, wantedOf } from "../../../../../runtime/kernel/logical/demand.ts";
import { Flow } from "../../../../../runtime/kernel/logical/flow.ts";
import { LogicalMachine, MACHINE, type MachineOptions } from "../../../../../runtime/kernel/logical/machine.ts";
import { purification } from "../../../../../runtime/kernel/logical/purification.ts";
import { faultName } from "../../../../support/refusals.ts";

const profile = (text: string): Profile => {
  const read = parseProfile(text);
  if (!isProfile(read)) throw new Error(read.reason);
  return read;
};
const step = (op: string, vqs: readonly string[] = [], args: Record<string, unknown> = {}, chs: readonly string[] = []): Step => ({ op, vqs, args, chs });
const alloc = (vqs: readonly string[], text = "logical:surface_code(d=3)"): Step => step("ALLOC_LQ", vqs, { n: vqs.length, profile: text });
const BELL: readonly Step[] = [alloc(["q0", "q1"]), step("APPLY_H", ["q0"]), step("APPLY_CNOT", ["q0", "q1"]), step("MEASURE_Z", ["q0"]), step("MEASURE_Z", ["q1"])];

const OPTIONS: MachineOptions = {
  modules: [{ name: "m0", physicalQubits: 200 }, { name: "m1", physicalQubits: 120 }],
  links: { links: [{ a: "m0", b: "m1", fidelity: 0.95, pairsPerEpoch: 100 }] }, tStates: { perEpoch: 4, buffer: 8 }, teleportsDegraded: 1,
};
const holder = (job: string, session = "s1") => ({ job, session, tenant: "t1" });
const started = (nodes: readonly Step[], job = "j1", machine = new LogicalMachine(OPTIONS)): LogicalMachine => {
  machine.start(holder(job), wantedOf(nodes));
  return machine;
};
const ran = (nodes: readonly Step[], machine = started(nodes), job = "j1") => machine.run(job, { from: 0, to: nodes.length }, nodes);

describe("what a graph wants", () => {
  it("is the most qubits of each profile at once, in its canonical spelling", () => {
    const wanted = wantedOf([alloc(["a", "b"]), step("FREE_LQ", ["a"]), alloc(["c"], "logical:Surface(d=3)"), alloc(["d"], "logical:shyps(d=5)"), step("FREE_LQ", ["x"])]);
    expect(wanted.map(({ profile: { text }, count }) => [text, count])).toEqual([["logical:surface_code(d=3)", 2], ["logical:SHYPS(d=5)", 1]]);
    expect(physicalOf(wanted)).toBe(2 * 18 + 37);
    expect(wantedOf([step("ALLOC_LQ", ["a"])])[0]?.profile.text).toBe("logical:surface_code(d=9)");
    expect(faultName(() => wantedOf([alloc(["a"], "logical:surface_code(d=4)")]))).toBe("PROFILE_INVALID");
    expect(faultName(() => wantedOf([step("ALLOC_LQ", ["a"], { profile: 7 })]))).toBe("PROFILE_INVALID");
  });

  it("is counted epoch by epoch in rounds, T states, teleports and readouts", () => {
    expect(demandOf(BELL, () => 3)).toEqual({ nodes: 5, operations: 5, measurements: 2, teleports: 0, tStates: 0, rounds: 3 * 7 });
    expect([tStatesOf(step("APPLY_RZ", ["q"], { theta: Math.PI / 4 })), tStatesOf(step("APPLY_RZ", ["q"], { theta: Math.PI / 2 })), tStatesOf(step("APPLY_RZ", ["q"], { theta: 0.1 }))]).toEqual([1, 0, 0]);
    expect([tStatesOf(step("APPLY_TOFFOLI", ["a", "b", "c"])), tStatesOf(step("MEASURE_ANGLE", ["q"], { angle: -3 * Math.PI / 4 })), tStatesOf(step("APPLY_RX", ["q"]))]).toEqual([7, 1, 0]);
    expect([isMeasurementHeavy(demandOf(BELL, () => 3)), isMeasurementHeavy(demandOf([step("APPLY_H", ["q"])], () => 3))]).toEqual([true, false]);
  });
});

describe("a job on the machine", () => {
  it("starts with all it wants or not at all, and leaves nothing behind", () => {
    const machine = new LogicalMachine(OPTIONS);
    expect(faultName(() => { machine.start(holder("big"), [{ profile: profile("logical:surface_code(d=9)"), count: 2 }]); })).toBe("RESOURCES_EXHAUSTED");
    expect(machine.resources.holders).toEqual([]);
    started(BELL, "j1", machine);
    expect(faultName(() => started(BELL, "j1", machine))).toBe("HOLDER_UNKNOWN");
    expect(machine.resources.holds("j1")).toBe(true);
    ran(BELL, machine);
    expect(machine.finish("j1")?.epochs).toHaveLength(1);
    machine.turnover();
    expect(machine.finish("j1")).toBeUndefined();
    expect(machine.saved()).toEqual({ ...new LogicalMachine(OPTIONS).saved(), resources: { ...new LogicalMachine(OPTIONS).resources.saved(), epoch: 1, next: 3 }, links: machine.links.saved(), flows: machine.saved().flows });
  });

  it("is told what each epoch used, in the terms of an attestation", () => {
    const machine = started([...BELL, step("FENCE_EPOCH"), step("FREE_LQ", ["q0"])]);
    const first = machine.run("j1", { from: 0, to: 6 }, [...BELL, step("FENCE_EPOCH")]);
    expect(first).toEqual({
      epoch: 0, times: 1, from: 0, to: 6, mapping: ["q0", "q1"].map((vq) => ({ vq, profile: "logical:surface_code(d=3)", physicalQubits: 18, module: "m0" })),
      usage: { logicalQubits: 2, physicalQubits: 36, channels: 0, nodes: 6, measurements: 2, tStates: 0, decoderCycles: 21, pairs: 0 },
      decoderNs: 2_100, backlogNs: 0, decoding: { latencyMaxNs: 100, latencySumNs: 2_100, overloads: 0, overloadedRounds: 0, backlogEndNs: 0, overloaded: 0 }, redone: 0, resets: 0, stalls: 0, moves: [], conditions: [],
    });
    const second = machine.run("j1", { from: 6, to: 7 }, [step("FREE_LQ", ["q0"])]);
    expect([second.epoch, second.from, second.to, second.mapping.length, second.usage.logicalQubits]).toEqual([1, 6, 7, 2, 2]);
    const told = machine.finish("j1", 1_000);
    expect(told?.usage).toEqual({ logicalQubits: 2, physicalQubits: 36, channels: 0, nodes: 7, measurements: 2, tStates: 0, decoderCycles: 21, pairs: 0 });
  });

  it("has telemetry in the shape of the wire, with a clock that waits for decoded readouts", () => {
    const machine = started(BELL);
    ran(BELL, machine);
    machine.account("j1").noted("q1", { depolarizing: 2, measurement: 1, corrections: 1, syndromeWeight: 3 });
    const told = machine.jobTelemetry("j1", 1_000);
    expect(told.resource_usage).toEqual({ logical_qubits_allocated: 2, physical_qubits_used: 36, physical_qubits_available: 964, utilization: 0.036, channels_open: 0 });
    expect(told.qubits["q1"]).toEqual({
      qubit_id: "q1", profile: "logical:surface_code(d=3)", distance: 3, physical_qubits: 18, gate_count: 1, measurement_count: 1, decoder_cycles: 9, decoder_time_us: 0.9, decoder_latency_max_us: 0.1, decoder_latency_mean_us: 0.1,
      decoder_backlog_max_us: 0, decoder_backlog_us: 0, decoder_overloads: 0, decoder_overloaded: false, correction_count: 1, syndrome_weight: 3,
      error_breakdown: { depolarizing: 2, coherence: 0, measurement: 1, total: 3 }, logical_error_rate: logicalErrorRate(profile("logical:surface_code(d=3)")), logical_error_rate_source: "formula", total_time_us: 1.5, module: "m0",
    });
    expect(told.decoder).toEqual({ rounds: 21, time_us: 2.1, latency_max_us: 0.1, latency_mean_us: 0.1, backlog_max_us: 0, backlog_us: 0, overloads: 0, overloaded: 0 });
    // alloc, H, CNOT, readout: a cycle of 0.3 µs each, and 0.3 µs of decoding at the end.
    expect(told.simulation_time_us).toBe(1.5);
    expect(machine.sessionTelemetry("s1", 1_000).qubits["q0"]?.gate_count).toBe(2);
    expect(machine.sessionTelemetry("s2", 1_000)).toEqual({ resource_usage: { logical_qubits_allocated: 0, physical_qubits_used: 0, physical_qubits_available: 1_000, utilization: 0, channels_open: 0 }, qubits: {}, channels: {}, decoder: { rounds: 0, time_us: 0, latency_max_us: 0, latency_mean_us: 0, backlog_max_us: 0, backlog_us: 0, overloads: 0, overloaded: 0 }, simulation_time_us: 0 });
    machine.start(holder("j2"), []);
    expect(Object.keys(machine.sessionTelemetry("s1", 0).qubits)).toEqual(["j1:q0", "j1:q1"]);
    expect(Object.keys(machine.sessionTelemetry("s1", 0, "j1").qubits)).toEqual(["q0", "q1"]);
    expect(faultName(() => machine.jobTelemetry("j3", 0))).toBe("HOLDER_UNKNOWN");
  });

  it("opens channels of its graph, uses them for gates between modules, and pays pairs where it has none", () => {
    const machine = new LogicalMachine(OPTIONS);
    const nodes = [alloc(["a"]), alloc(["b"])];
    machine.start(holder("j1"), wantedOf(nodes));
    machine.run("j1", { from: 0, to: 2 }, nodes);
    machine.move("j1", "b", "m1");
    const { pairs } = purification(0.95, 0.99, "DEJMPS");
    const apart = machine.run("j1", { from: 2, to: 3 }, [step("APPLY_CNOT", ["a", "b"])]);
    expect([apart.usage.pairs, apart.moves.map(({ success }) => success)]).toEqual([pairs, [true]]);
    const joined = machine.run("j1", { from: 3, to: 7 }, [
      step("OPEN_CHAN", ["a", "b"], { opts: { fidelity: 0.97 } }, ["ch0"]), step("USE_CHAN", [], {}, ["ch0"]), step("APPLY_CNOT", ["a", "b"], { channel: "ch0" }), step("CLOSE_CHAN", [], {}, ["ch0"]),
    ]);
    expect([joined.usage.pairs, joined.usage.channels]).toEqual([purification(0.95, 0.97, "DEJMPS").pairs, 1]);
    const teleport = machine.run("j1", { from: 7, to: 8 }, [step("TELEPORT_CNOT", ["a", "b"])]);
    expect(teleport.usage.pairs).toBe(pairs);
    expect(faultName(() => machine.run("j1", { from: 8, to: 9 }, [step("OPEN_CHAN", ["a", "b"], { fidelity: "high" }, ["ch1"])]))).toBe("CHANNEL_FIDELITY_UNREACHABLE");
  });

  it("shows its channels, and other sessions none of them", () => {
    const machine = started([...BELL]);
    ran([...BELL, step("OPEN_CHAN", ["q0", "q1"], {}, ["ch0"])], machine);
    expect(machine.jobTelemetry("j1", 0).channels).toMatchObject({ ch0: { channel_id: "ch0", vq_a: "q0", vq_b: "q1", state: "open", fidelity: 0.99, actual_fidelity: 0.999, purification_rounds: 0, pairs_consumed: 1, uses: 0 } });
    expect(machine.sessionTelemetry("s2", 0).channels).toEqual({});
    expect(machine.closeSession("s1")).toEqual(["j1"]);
    expect(machine.links.channels()).toEqual([]);
  });

  it("waits for its own reset within an epoch", () => {
    const nodes = [alloc(["a"]), step("FREE_LQ", ["a"]), alloc(["b"])];
    const machine = started(nodes);
    expect(ran(nodes, machine).resets).toBe(1);
    expect(machine.account("j1").qubits.map(({ vq, live, clockNs }) => [vq, live, clockNs])).toEqual([["a", false, 300], ["b", true, 900]]);
  });

  it("begins each qubit with its epoch, on a block of its own", () => {
    const nodes = [alloc(["a"]), step("APPLY_H", ["a"]), alloc(["b"]), step("FENCE_EPOCH"), alloc(["c"])];
    const machine = started(nodes);
    ran(nodes, machine);
    expect(machine.account("j1").qubits.map(({ clockNs }) => clockNs)).toEqual([900, 900, 900]);
    expect(machine.account("j1").timeNs).toBe(900);
  });

  it("leaves with nothing and resumes where it was, its account kept; a restored one is told of what it runs through again", () => {
    const nodes = [...BELL, alloc(["q2"]), step("OPEN_CHAN", ["q0", "q2"], {}, ["ch0"]), step("FREE_LQ", ["q1"]), step("FENCE_EPOCH"), step("APPLY_X", ["q0"])];
    const behind = { from: 0, to: 9, nodes: nodes.slice(0, 9) };
    const machine = started(nodes);
    machine.run("j1", behind, behind.nodes);
    const mapping = machine.resources.mapping("j1");
    const account = machine.account("j1").saved();
    machine.leave("j1");
    expect([machine.resources.holds("j1"), machine.links.channels()]).toEqual([false, []]);
    machine.turnover();
    expect(machine.fits(wantedOf(nodes))).toBe(true);
    machine.resume(holder("j1"), wantedOf(nodes), [behind]);
    expect([machine.resources.mapping("j1").map(({ vq }) => vq), machine.account("j1").saved(), machine.links.channels().length]).toEqual([mapping.map(({ vq }) => vq), account, 1]);
    const record = machine.run("j1", { from: 9, to: 10 }, nodes.slice(9));
    expect([record.epoch, record.from, record.usage.nodes, record.redone]).toEqual([1, 9, 1, 0]);

    const other = new LogicalMachine(OPTIONS);
    other.resume(holder("j1"), wantedOf(nodes), [behind]);
    expect(other.account("j1").epochs.map(({ from, to, usage }) => [from, to, usage.decoderCycles])).toEqual([[0, 9, account.epochs[0]?.usage.decoderCycles]]);
    expect(faultName(() => { other.resume(holder("j2"), wantedOf([]), [behind]); })).toBe("RESOURCES_EXHAUSTED");
    expect(other.resources.holds("j2")).toBe(false);
  });

  it("keeps no claim once it has ended, whatever it waited for", () => {
    const machine = new LogicalMachine(OPTIONS);
    machine.start(holder("j1"), []);
    expect(machine.admit("j1", { nodes: 1, operations: 1, measurements: 0, teleports: 0, tStates: 99, rounds: 0 }).kind).toBe("wait");
    machine.finish("j1");
    expect([machine.flows.tStates.waiting, machine.flows.tStates.stock]).toEqual([[], 4]);
  });

  it("shows a session what it holds outside of jobs, under plain names", () => {
    const machine = started(BELL);
    ran(BELL, machine);
    machine.resources.open(holder("hand s1"));
    machine.resources.acquire("hand s1", [{ profile: profile("logical:surface_code(d=3)"), count: 1 }]);
    machine.resources.place("hand s1", ["vq_1"], "logical:surface_code(d=3)");
    const told = machine.sessionTelemetry("s1", 100, "hand s1");
    expect(Object.keys(told.qubits)).toEqual(["j1:q0", "j1:q1", "vq_1"]);
    expect(told.qubits["vq_1"]).toMatchObject({ gate_count: 0, decoder_cycles: 0, module: "m0" });
    expect(told.resource_usage).toMatchObject({ logical_qubits_allocated: 3, physical_qubits_used: 54, physical_qubits_available: 46 });
  });

  it("moves as a whole when it is asked to", () => {
    const machine = started(BELL);
    ran(BELL, machine);
    expect(machine.migrate("j1").map(({ vq, success, to }) => [vq, success, to?.module])).toEqual([["q0", true, "m1"], ["q1", true, "m1"]]);
    expect(machine.migrate("j1", "m0").map(({ to }) => to?.module)).toEqual(["m0", "m0"]);
  });

  it("does work again after a rollback without placing anything twice, and begins anew when restarted", () => {
    const machine = started(BELL);
    machine.run("j1", { from: 0, to: 3 }, BELL.slice(0, 3));
    const again = machine.run("j1", { from: 1, to: 5 }, BELL.slice(1));
    expect([again.from, again.to, again.redone, again.usage.nodes, again.usage.decoderCycles]).toEqual([3, 5, 2, 2, 3 * (3 + 2)]);
    const whole = machine.run("j1", { from: 0, to: 5 }, BELL); // as from the fence before its qubits were made: they are there already
    expect([whole.redone, whole.usage.nodes, machine.resources.mapping("j1").length]).toEqual([5, 0, 2]);
    machine.restart("j1");
    expect([machine.account("j1").epochs, machine.resources.mapping("j1")]).toEqual([[], []]);
    expect(ran(BELL, machine).usage.nodes).toBe(5);
  });
});

describe("calibration drift", () => {
  it("raises distances as far as the logical rate needs, and no further", () => {
    const asked = profile("logical:surface_code(d=5)");
    const held = heldProfile(asked, 3);
    expect(held?.distance).toBe(11);
    expect(logicalErrorRate(profile("logical:surface_code(d=11)"), 3)).toBeLessThanOrEqual(logicalErrorRate(asked));
    expect(logicalErrorRate(profile("logical:surface_code(d=9)"), 3)).toBeGreaterThan(logicalErrorRate(asked));
    expect([heldProfile(asked, 1), heldProfile(asked, 10)]).toEqual([asked, undefined]);
    expect(heldProfile(profile("azure:qubit_gate_ns_e4:surface_code(d=5)"), 9)?.text).toBe("azure:qubit_gate_ns_e4:surface_code(d=11)");
  });

  it("gives new blocks the greater distance, moves old ones at the fence, brings fences closer, and says so", () => {
    const machine = started([alloc(["q0"])]);
    ran([alloc(["q0"])], machine);
    for (const module of ["m0", "m1"]) machine.inject({ mode: "calibration-drift", module, factor: 2 });
    const report = machine.fence("j1");
    expect(report).toMatchObject({ rollback: false, stranded: 0, fenceEvery: 32 });
    expect(report.moves).toMatchObject([{ vq: "q0", success: true, from: { profile: "logical:surface_code(d=3)" }, to: { module: "m1", profile: "logical:surface_code(d=5)" } }]);
    started([alloc(["p0"])], "j2", machine);
    ran([alloc(["p0"])], machine, "j2");
    expect(machine.resources.mapping("j2")[0]).toMatchObject({ distance: 5, physicalQubits: 50, profile: "logical:surface_code(d=5)" });
    const told = machine.run("j1", { from: 1, to: 2 }, [step("APPLY_H", ["q0"])]);
    expect([told.conditions, told.moves.length]).toEqual([["calibration-drift m0", "calibration-drift m1"], 1]);
    expect(machine.jobTelemetry("j1", 0).qubits["q0"]?.logical_error_rate).toBe(logicalErrorRate(profile("logical:surface_code(d=5)"), 2));
    expect([machine.clear("calibration-drift", "m0"), machine.clear("calibration-drift", "m0"), machine.fence("j1").fenceEvery]).toEqual([true, false, 32]);
    machine.clear("calibration-drift", "m1");
    expect(machine.fence("j1")).toMatchObject({ fenceEvery: null, moves: [] });
  });

  it("sends jobs to the module that drifts less, and none to one that is past the threshold", () => {
    const machine = new LogicalMachine(OPTIONS);
    machine.inject({ mode: "calibration-drift", module: "m0", factor: 10 });
    started([alloc(["q0"])], "j1", machine);
    expect(machine.resources.inventory().map(({ held }) => held)).toEqual([0, 18]);
    expect(machine.resources.shortage([{ profile: profile("logical:surface_code(d=3)"), count: 6 }])).toMatchObject({ placed: 5 });
  });

  it("cuts spans of nodes where fences are added, and leaves them where none are", () => {
    expect(tightened([{ from: 0, to: 5 }, { from: 5, to: 5 }, { from: 5, to: 9 }], 2)).toEqual([[0, 2], [2, 4], [4, 5], [5, 5], [5, 7], [7, 9]].map(([from, to]) => ({ from, to })));
    expect(tightened([{ from: 0, to: 5 }], null)).toEqual([{ from: 0, to: 5 }]);
  });
});

describe("link degradation", () => {
  const apart = (): LogicalMachine => {
    const machine = started([alloc(["a", "b"])]);
    ran([alloc(["a", "b"])], machine);
    machine.move("j1", "b", "m1");
    return machine;
  };

  it("batches channels over epochs, one teleport at a time", () => {
    const machine = apart();
    machine.inject({ mode: "link-degradation", a: "m1", b: "m0", fidelity: 0.95, pairsPerEpoch: 2 });
    const told = machine.run("j1", { from: 1, to: 2 }, [step("OPEN_CHAN", ["a", "b"], {}, ["ch0"])]);
    expect([told.stalls, told.conditions, machine.jobTelemetry("j1", 0).channels["ch0"]?.state]).toEqual([1, ["link-degradation m0 m1"], "pending"]);
    machine.turnover();
    machine.start(holder("j2"), []);
    const teleport = demandOf([step("TELEPORT_CNOT", ["a", "b"])], () => 3);
    expect([machine.admit("j1", teleport).kind, machine.admit("j2", teleport)]).toEqual(["go", { kind: "wait", for: "teleports", epochs: 1 }]);
    machine.turnover();
    expect(machine.admit("j2", teleport).kind).toBe("go");
    machine.clear("link-degradation", "m0 m1");
    expect([machine.admit("j3", teleport).kind, machine.links.degraded]).toEqual(["go", false]);
  });

  it("brings qubits into one module when no channel will do: gates are local then", () => {
    const machine = apart();
    machine.inject({ mode: "link-degradation", a: "m0", b: "m1", fidelity: 0.5, pairsPerEpoch: 100 });
    const told = machine.run("j1", { from: 1, to: 3 }, [step("OPEN_CHAN", ["a", "b"], {}, ["ch0"]), step("APPLY_CNOT", ["a", "b"])]);
    expect(told.moves.map(({ vq, to, success }) => [vq, to?.module, success])).toEqual([["b", "m1", true], ["b", "m0", true]]);
    expect(machine.links.status({ session: "s1", job: "j1" }, "ch0")).toMatchObject({ link: "m0 m0", rounds: 0 });
  });
});

describe("module failure", () => {
  it("moves blocks at the next fence and rolls the job's REV segment back, once", () => {
    const machine = started(BELL);
    machine.run("j1", { from: 0, to: 3 }, BELL.slice(0, 3));
    machine.start(holder("j2"), []);
    machine.inject({ mode: "module-failure", module: "m0" });
    expect(machine.resources.damaged("j1")).toHaveLength(2);
    const report = machine.fence("j1");
    expect([report.rollback, report.stranded, report.moves.map(({ to }) => to?.module)]).toEqual([true, 0, ["m1", "m1"]]);
    expect([machine.fence("j1").rollback, machine.fence("j2").rollback]).toEqual([false, false]);
    const told = machine.run("j1", { from: 1, to: 5 }, BELL.slice(1));
    expect([told.redone, told.moves.length, told.conditions]).toEqual([2, 2, ["module-failure m0"]]);
    expect(told.mapping.map(({ module }) => module)).toEqual(["m1", "m1"]);
    expect(machine.resources.inventory()[0]).toMatchObject({ faulty: 200, free: 0 });
    expect(machine.clear("module-failure", "m0")).toBe(true);
    expect(machine.resources.inventory()[0]).toMatchObject({ faulty: 0, resetting: 200 });
  });

  it("strands blocks that find no place, until there is one", () => {
    const machine = started([alloc(Array.from({ length: 8 }, (_, i) => `q${String(i)}`))]);
    ran([alloc(Array.from({ length: 8 }, (_, i) => `q${String(i)}`))], machine);
    machine.inject({ mode: "module-failure", module: "m0" });
    expect(machine.fence("j1").stranded).toBe(2);
    expect(machine.fence("j1").moves.every(({ success }) => !success)).toBe(true);
    machine.clear("module-failure", "m0");
    expect(machine.fence("j1").stranded).toBe(0);
  });
});

describe("decoder overload", () => {
  it("makes measurement-heavy regions wait their turn, and no others", () => {
    const machine = new LogicalMachine(OPTIONS);
    machine.inject({ mode: "decoder-overload", roundsPerEpoch: 10 });
    const heavy = demandOf([step("MEASURE_Z", ["a"]), step("MEASURE_Z", ["b"])], () => 9);
    const light = demandOf([step("APPLY_H", ["a"])], () => 9);
    machine.turnover();
    expect([machine.admit("j1", heavy), machine.admit("j2", light).kind, machine.admit("j3", heavy).kind]).toEqual([{ kind: "wait", for: "decoder", epochs: 1 }, "go", "wait"]);
    machine.turnover();
    expect([machine.admit("j3", heavy).kind, machine.admit("j1", heavy).kind]).toEqual(["wait", "go"]);
    machine.clear("decoder-overload", "decoder");
    expect(machine.admit("j3", heavy).kind).toBe("go");
  });
});

describe("T states", () => {
  const demand = (tStates: number) => ({ nodes: tStates, operations: tStates, measurements: 0, teleports: 0, tStates, rounds: 0 });

  it("are given in the order of asking, spent once, and kept up to the buffer", () => {
    const machine = new LogicalMachine(OPTIONS);
    expect([machine.admit("j1", demand(3)).kind, machine.admit("j2", demand(6)), machine.admit("j3", demand(1)).kind]).toEqual(["go", { kind: "wait", for: "t-states", epochs: 2 }, "wait"]);
    expect(machine.admit("j1", demand(3)).kind).toBe("go");
    expect(machine.flows.tStates.spent).toBe(3);
    machine.turnover();
    expect([machine.admit("j3", demand(1)).kind, machine.admit("j2", demand(6)).kind]).toEqual(["wait", "wait"]);
    machine.turnover();
    expect([machine.admit("j3", demand(1)).kind, machine.admit("j2", demand(6)).kind, machine.flows.tStates.spent]).toEqual(["go", "go", 10]);
    for (let i = 0; i < 9; i += 1) machine.turnover();
    expect(machine.flows.tStates.stock).toBe(8 + 4);
  });

  it("go back when a job ends before it has all it asked for", () => {
    const flow = new Flow({ perEpoch: 5, buffer: 5 });
    expect([flow.ask("a", 9), flow.stock, flow.waiting]).toEqual(["wait", 0, ["a"]]);
    flow.withdraw("a");
    expect([flow.stock, flow.waiting, flow.epochsFor(12), new Flow({ perEpoch: 0, buffer: 0 }).epochsFor(1), new Flow({ perEpoch: null, buffer: 0 }).epochsFor(9)]).toEqual([5, [], 2, null, 0]);
  });
});

describe("injections", () => {
  it("name what there is, with numbers that make sense", () => {
    const machine = new LogicalMachine(OPTIONS);
    for (const injection of [
      { mode: "module-failure", module: "m9" }, { mode: "calibration-drift", module: "m0", factor: 0.5 }, { mode: "calibration-drift", module: "m0", factor: Number.NaN },
      { mode: "link-degradation", a: "m0", b: "m9", fidelity: 0.9, pairsPerEpoch: 1 }, { mode: "link-degradation", a: "m0", b: "m1", fidelity: 2, pairsPerEpoch: 1 },
      { mode: "link-degradation", a: "m0", b: "m1", fidelity: 0.9, pairsPerEpoch: 0.5 }, { mode: "decoder-overload", roundsPerEpoch: -1 },
    ] as const) expect(faultName(() => { machine.inject(injection); })).toBe("MODULE_UNKNOWN");
    expect(machine.conditions.all).toEqual([]);
  });
});

describe("a saved machine", () => {
  it("comes back as it was, through JSON, and goes on the same way", () => {
    const machine = started(BELL);
    machine.run("j1", { from: 0, to: 3 }, BELL.slice(0, 3));
    machine.start(holder("j2"), []);
    machine.inject({ mode: "module-failure", module: "m0" });
    machine.inject({ mode: "link-degradation", a: "m0", b: "m1", fidelity: 0.9, pairsPerEpoch: 5 });
    machine.fence("j1");
    machine.inject({ mode: "calibration-drift", module: "m1", factor: 1.5 });
    machine.inject({ mode: "decoder-overload", roundsPerEpoch: 7 });
    machine.admit("j2", { nodes: 9, operations: 9, measurements: 0, teleports: 3, tStates: 2, rounds: 0 });
    const saved = machine.saved();
    const back = LogicalMachine.restored(JSON.parse(JSON.stringify(saved)), OPTIONS);
    expect(back.saved()).toEqual(saved);
    for (const each of [machine, back]) {
      each.turnover();
      each.fence("j1");
      each.run("j1", { from: 1, to: 5 }, BELL.slice(1));
    }
    expect(back.saved()).toEqual(machine.saved());
    expect(faultName(() => LogicalMachine.restored({ ...saved, flows: {} }, OPTIONS))).toBe("RESUME_REFUSED");
  });

  it("by default has room for a GHZ of 500 at distance 9", () => {
    const machine = new LogicalMachine(MACHINE);
    machine.start(holder("j1"), [{ profile: profile("logical:surface_code(d=9)"), count: 500 }]);
    expect(machine.resources.inventory().map(({ held }) => held)).toEqual([81_000, 0]);
  });
});
