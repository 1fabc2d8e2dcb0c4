// Profiles against the figures their sources print, and strings that are none.
import { describe, expect, it } from "vitest";
import { nanoseconds } from "../../../../kernel-abi/qvm/qec/duration.ts";
import { estimate } from "../../../../kernel-abi/qvm/qec/estimate.ts";
import { evaluate } from "../../../../kernel-abi/qvm/qec/formula.ts";
import { dephasing, decayed, gatePaulis, hazard, idleError, isCorrected, relaxation } from "../../../../kernel-abi/qvm/qec/noise.ts";
import { evaluated } from "../../../../kernel-abi/qvm/qec/azure.ts";
import { type Hardware, profileOfParameters, readHardware, readParameters } from "../../../../kernel-abi/qvm/qec/parameters.ts";
import { NAMED_PROFILES, namedProfile, parseProfile } from "../../../../kernel-abi/qvm/qec/profile.ts";
import { cycleUs, cyclesOf, decodingNs, failureOver, logicalErrorRate, readoutErrorRate, roundsOf } from "../../../../kernel-abi/qvm/qec/rates.ts";
import { type Profile, type Unreadable, isProfile } from "../../../../kernel-abi/qvm/qec/terms.ts";
import { faultOf } from "../../../support/refusals.ts";

const good = (read: Profile | Unreadable): Profile => {
  if (!isProfile(read)) throw new Error(read.reason);
  return read;
};
const profile = (text: string): Profile => good(parseProfile(text));
const reason = (text: string): string => {
  const read = parseProfile(text);
  return isProfile(read) ? `is read as ${read.text}` : read.reason;
};
const near = (value: number, wanted: number): void => { expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1e-12 * Math.abs(wanted)); };

describe("the four families", () => {
  it.each([
    ["surface_code", 162, 0.9, 0.1, "MWPM"], ["SHYPS", 121, 1.08, 0.12, "MWPM"], ["bacon_shor", 81, 0.72, 0.08, "gauge_fixing"], ["qldpc", 810, 1.35, 0.15, "BP"],
  ])("%s at distance 9 takes %i physical qubits, %d µs a cycle, %d µs a round of %s", (family, physical, us, round, decoder) => {
    const read = profile(`logical:${family}(d=9)`);
    expect([read.physicalQubits, cycleUs(read), decodingNs(read, 1) / 1_000, read.decoder.type]).toEqual([physical, us, round, decoder]);
    expect(read.errors).toEqual({ gate: 1e-3, measurement: 1e-2, idle: 1e-4, t1Us: 100, t2Us: 80 });
  });

  it("fail once in 10^2, 10^3, 10^4, 10^5, 10^7 cycles at distances 3, 5, 7, 9, 13, whichever it is", () => {
    for (const family of ["surface", "shyps", "bacon_shor", "QLDPC"]) {
      for (const [d, rate] of [[3, 1e-2], [5, 1e-3], [7, 1e-4], [9, 1e-5], [13, 1e-7]] as const) near(logicalErrorRate(profile(`logical:${family}(d=${String(d)})`)), rate);
    }
  });

  it("do not help from the threshold on, nor a drifted machine past it", () => {
    const read = profile("logical:surface_code(d=9)");
    expect(logicalErrorRate(read, 10)).toBe(1);
    expect(logicalErrorRate(read, 9.99)).toBeLessThan(1);
    near(logicalErrorRate(read, 2), 0.2 ** 5);
    expect(readoutErrorRate(read)).toBe(logicalErrorRate(read));
  });

  it("count qubits of a rate exactly: a rounded quotient would lose one", () => {
    for (const [text, wanted] of [["d=9,rate=0.2", 405], ["d=7,rate=0.1", 490], ["d=9,rate=0.3", 270], ["d=7,rate=0.28", 175], ["d=9,rate=0.675", 120], ["d=21,rate=0.7", 630], ["d=9, rate = 0.20", 405], ["d=3,rate=1", 9]] as const) {
      expect(profile(`logical:qldpc(${text})`).physicalQubits).toBe(wanted);
    }
    expect(profile("logical:QLDPC(d=9,rate=0.20)").text).toBe("logical:qldpc(d=9,rate=0.2)");
  });
});

describe("profile strings", () => {
  it("are read without regard to the family's case, with 9 for a distance that is not given", () => {
    expect(profile("logical:Surface(d=7)").text).toBe("logical:surface_code(d=7)");
    expect(profile("logical:shyps()").text).toBe("logical:SHYPS(d=9)");
    expect(profile(" logical : Bacon_Shor ( D = 5 ) ").text).toBe("logical:bacon_shor(d=5)");
  });

  it("keep what means nothing to the family, named", () => {
    expect(profile("logical:surface_code(d=9,k=4,rate=0.2)").ignored).toEqual(["k", "rate"]);
    expect(profile("logical:qldpc(d=9,rate=0.2)").ignored).toEqual([]);
  });

  it.each([
    ["surface_code(d=9)", /a profile is/], ["logical:surface_code", /a profile is/], ["logical:surface_code(d=9", /a profile is/], ["logical:surface_code(d=9))", /a profile is/],
    ["logical:toric(d=9)", /no code family toric/], ["logical:surface_code(d=4)", /odd/], ["logical:surface_code(d=-3)", /at least 1/], ["logical:surface_code(d=0)", /at least 1/],
    ["logical:surface_code(d=2.5)", /whole number/], ["logical:surface_code(d=1001)", /at most 999/], ["logical:surface_code(d=nine)", /number/], ["logical:surface_code(d)", /key=value/],
    ["logical:surface_code(d=3,d=5)", /twice/], ["logical:qldpc(d=9,rate=0)", /rate/], ["logical:qldpc(d=9,rate=1.5)", /rate/], ["logical:a:b(d=3)", /a profile is/],
    ["azure:qubit_gate_ns_e3(d=9)", /a profile is/], ["azure:qubit_x:surface_code(d=9)", /no qubits qubit_x/], ["azure:qubit_gate_ns_e3:toric(d=9)", /no scheme toric/],
    ["azure:qubit_gate_ns_e3:surface_code(d=8)", /odd/], ["logical:surface_code(d=1e999)", /whole number/], [`logical:${"x".repeat(600)}(d=3)`, /at most 512/], ["", /a profile is/],
  ])("%s is none", (text, why) => { expect(reason(text)).toMatch(why); });

  it("have names of their own for the usual ones", () => {
    expect(Object.keys(NAMED_PROFILES)).toHaveLength(12);
    expect(namedProfile("surface_d13")?.physicalQubits).toBe(338);
    expect(namedProfile("qldpc_d9_r02")?.physicalQubits).toBe(405);
    expect(namedProfile("qldpc_d13_r01")?.physicalQubits).toBe(1_690);
    expect(namedProfile("toString")).toBeUndefined();
  });
});

describe("Azure's qubits and schemes", () => {
  it.each([
    ["azure:qubit_gate_ns_e3:surface_code(d=9)", 162, 3.6, 0.03 * 0.1 ** 5], ["azure:qubit_gate_ns_e4:surface_code(d=9)", 162, 3.6, 0.03 * 0.01 ** 5],
    ["azure:qubit_gate_us_e3:surface_code(d=9)", 162, 5_400, 0.03 * 0.1 ** 5], ["azure:qubit_gate_us_e4:surface_code(d=9)", 162, 5_400, 0.03 * 0.01 ** 5],
    ["azure:qubit_maj_ns_e4:surface_code(d=9)", 162, 18, 0.08 * (1e-4 / 0.0015) ** 5], ["azure:qubit_maj_ns_e6:surface_code(d=9)", 162, 18, 0.08 * (1e-6 / 0.0015) ** 5],
    ["azure:qubit_maj_ns_e4:floquet_code(d=9)", 388, 2.7, 0.07 * 0.01 ** 5], ["azure:qubit_gate_ns_e3:floquet_code(d=9)", 388, 2.7, 0.07 * 0.1 ** 5],
    ["azure:qubit_gate_us_e3:floquet_code(d=9)", 388, 2_700, 0.07 * 0.1 ** 5],
  ])("%s takes %i qubits and %d µs a cycle", (text, physical, us, rate) => {
    const read = profile(text);
    expect([read.physicalQubits, cycleUs(read), read.text]).toEqual([physical, us, text]);
    near(logicalErrorRate(read), rate);
  });

  it("are known by their short names too", () => { expect(profile("azure:maj_ns_e4:floquet()").text).toBe("azure:qubit_maj_ns_e4:floquet_code(d=9)"); });

  it.each([["50 ns", 50], ["100 µs", 100_000], ["100 μs", 100_000], ["2.5us", 2_500], ["1 ms", 1_000_000], ["3 s", 3e9], ["0 ns", 0]])("%s is %d ns", (text, ns) => { expect(nanoseconds(text)).toBe(ns); });
  it.each(["50", "ns", "1.2.3 ns", "-5 ns", "5 min", "5 toString", "1e99 s", "50 ns ns", ""])("%s is no time", (text) => { expect(nanoseconds(text)).toBeUndefined(); });
});

describe("formulas", () => {
  it.each([["2 + 3 * 4", 14], ["(2 + 3) * 4", 20], ["8 / 4 / 2", 1], ["8 - 4 - 2", 2], ["-d * -2", 18], ["2.5e1 * d", 225], [".5*d", 4.5], ["- - 3", 3], ["2*+3", 6]])("%s is %d", (text, value) => {
    expect(evaluate(text, { d: 9 })).toEqual({ value });
  });
  it.each([
    ["2 +", /missing/], ["(2", /not closed/], ["2 2", /follows/], ["e", /no variable e/], ["constructor", /no variable/], ["1/0", /by zero/], ["d.x", /no reading/], ["2 ** 3", /missing/],
    ["", /missing/], ["process.exit()", /no reading|no variable/], ["1e308*10", /not finite/], ["(".repeat(999), /nested/], ["-".repeat(900), /nested/], ["1+".repeat(600), /longer/],
  ])("%s has no value", (text, why) => {
    const read = evaluate(text, { d: 9 });
    expect("reason" in read ? read.reason : read.value).toMatch(why);
  });
});

const SEED_FILE = `{
  "qec_scheme": { "code_family": "surface_code", "code_distance": 9, "logical_cycle_time_us": 1.0, "physical_qubit_count": 162 },
  "error_budget": { "physical_gate_error_rate": 1e-3, "measurement_error_rate": 1e-2, "idle_error_rate": 1e-4, "t1_us": 100, "t2_us": 80 },
  "decoder": { "type": "MWPM", "max_syndrome_weight": 10, "cycle_time_us": 0.1 }
}`;
const file = (change: (json: { qec_scheme: Record<string, unknown>; error_budget: Record<string, unknown>; decoder: Record<string, unknown> }) => void): Profile | Unreadable => {
  const json = JSON.parse(SEED_FILE) as { qec_scheme: Record<string, unknown>; error_budget: Record<string, unknown>; decoder: Record<string, unknown> };
  change(json);
  return readParameters(json);
};

describe("parameter files", () => {
  it("in the seed's form are taken as they are", () => {
    const read = good(readParameters(JSON.parse(SEED_FILE)));
    expect([read.family, read.distance, read.physicalQubits, read.cycleNs, read.decoder]).toEqual(["surface_code", 9, 162, 1_000, { type: "MWPM", roundNs: 100, syndromeWeightMax: 10 }]);
    expect(read.errors).toEqual({ gate: 1e-3, measurement: 1e-2, idle: 1e-4, t1Us: 100, t2Us: 80 });
    near(logicalErrorRate(read), 1e-5);
  });

  it("may leave out what a family has a number for", () => {
    const read = good(readParameters({ qec_scheme: { code_family: "shyps", code_distance: 7 } }));
    expect([read.physicalQubits, read.cycleNs, read.errors.gate]).toEqual([73, 840, 1e-3]);
  });

  it.each([
    ["T2 above twice T1", file((json) => { json.error_budget["t2_us"] = 201; }), /twice/],
    ["an even distance", file((json) => { json.qec_scheme["code_distance"] = 8; }), /odd/],
    ["a rate above 1", file((json) => { json.error_budget["physical_gate_error_rate"] = 2; }), /from 0 to 1/],
    ["a text for a number", file((json) => { json.qec_scheme["physical_qubit_count"] = "162"; }), /physical_qubit_count/],
    ["half a qubit", file((json) => { json.qec_scheme["physical_qubit_count"] = 1.5; }), /whole/],
    ["an unknown family", file((json) => { json.qec_scheme["code_family"] = "toric"; }), /code_family/],
    ["a list", readParameters([]), /an object/], ["null", readParameters(null), /an object/], ["nothing known", readParameters({}), /qec_scheme/],
    ["a nameless decoder", file((json) => { json.decoder["type"] = 7; }), /name/],
  ])("with %s are none", (_, read, why) => { expect(isProfile(read) ? read.text : read.reason).toMatch(why); });

  it.each([
    ["the seed's own", JSON.parse(SEED_FILE), "parameters:surface_code(d=9,n=162,cycle_us=1,p=0.001,weight=10)"],
    ["all that differs", { qec_scheme: { code_family: "bacon_shor", code_distance: 5, logical_cycle_time_us: 0.3, physical_qubit_count: 26 }, error_budget: { physical_gate_error_rate: 2e-4, measurement_error_rate: 0.5, idle_error_rate: 1e-7, t1_us: 1e3, t2_us: 33.3 }, decoder: { type: "union_find", cycle_time_us: 0.7, max_syndrome_weight: 3 } },
      "parameters:bacon_shor(d=5,n=26,cycle_us=0.3,p=0.0002,readout=0.5,idle=1e-7,t1_us=1000,t2_us=33.3,decoder=union_find,round_us=0.7,weight=3)"],
    ["the estimator's", { qubitParams: { name: "my qubits", twoQubitGateTime: "80 ns", twoQubitGateErrorRate: 2e-3, instructionSet: "GateBased", oneQubitMeasurementTime: "1 us" }, qecScheme: { name: "a/b", crossingPrefactor: 0.7, distanceCoefficientPower: 2 }, codeDistance: 7 },
      "parameters:my_qubits:a_b(d=7,n=98,cycle_ns=16240,p=0.002,gate=0.002,readout=0.002,idle=0.0002,threshold=0.01,a=0.7,k=2)"],
  ])("have a text that says it all: %s", (_, json, text) => {
    const read = good(readParameters(json));
    expect(read.text).toBe(text);
    expect(parseProfile(text)).toEqual(read);
  });

  it.each([
    ["parameters:toric(d=3)", /code_family/], ["parameters:surface(d=3,n=1.5)", /whole/], ["parameters:surface(d=3,x=1)", /no x here.*round_us/], ["parameters:surface(d=3,t2_us=300)", /twice/], ["parameters:surface(d=3,decoder=a-b)", /decoder is a number/],
    ["logical:surface(d=3,decoder=mine)", /decoder is a number/], ["parameters:q:s(d=3)", /n is missing/], ["parameters:q:s(d=3,n=1,cycle_us=1)", /no cycle_us here/],
    ["parameters:q:s(d=3,n=0,cycle_ns=1,p=0,gate=0,readout=0,idle=0,threshold=1,a=1,k=0)", /n is a whole/], ["parameters:q:s(d=3,n=1,cycle_ns=0,p=0,gate=0,readout=0,idle=0,threshold=1,a=1,k=0)", /cycle_ns is/],
    ["parameters:q:s(d=3,n=1,cycle_ns=1,p=0,gate=0,readout=2,idle=0,threshold=1,a=1,k=0)", /readout is/], ["parameters:q:s(d=3,n=1,cycle_ns=1,p=0,gate=0,readout=0,idle=0,threshold=0,a=1,k=0)", /threshold is/],
    ["parameters:q:s(d=3,n=1,cycle_ns=1,p=0,gate=0,readout=0,idle=0,threshold=1,a=-1,k=0)", /a is/], ["parameters:q:s(d=3,n=1,cycle_ns=1,p=0,gate=0,readout=0,idle=0,threshold=1,a=1,k=9)", /k is/],
  ])("and %s is none", (text, why) => {
    const read = parseProfile(text);
    expect(isProfile(read) ? read.text : read.reason).toMatch(why);
  });

  it("in the estimator's form override named qubits and schemes, formulas included", () => {
    const read = good(readParameters({
      qubitParams: { name: "qubit_gate_ns_e3", twoQubitGateTime: "80 ns", twoQubitGateErrorRate: 2e-3 },
      qecScheme: { errorCorrectionThreshold: 0.02, crossingPrefactor: 0.04, logicalCycleTime: "(5 * two_qubit_gate_time) * code_distance", physicalQubitsPerLogicalQubit: "2.5 * codeDistance * codeDistance" },
      codeDistance: 7,
    }));
    expect([read.physicalQubits, read.cycleNs]).toEqual([123, 2_800]);
    near(logicalErrorRate(read), 0.04 * 0.1 ** 4);
  });

  it.each([
    [{ qubitParams: { oneQubitMeasurementTime: "soon" } }, /time/], [{ qubitParams: { instructionSet: "Ions" } }, /instructionSet/], [{ qecScheme: { logicalCycleTime: "2 * x" } }, /no variable x/],
    [{ qecScheme: { logicalCycleTime: "0 * codeDistance" } }, /above zero/], [{ qecScheme: { physicalQubitsPerLogicalQubit: "0" } }, /not 1 to/], [{ qecScheme: {}, codeDistance: 2 }, /odd/],
    [{ qecScheme: { distanceCoefficientPower: 0.5 } }, /whole/], [{ qubitParams: { oneQubitGateErrorRate: 3 } }, /from 0 to 1/], [{ qubitParams: { name: "mine", instructionSet: "GateBased" } }, /no variable twoQubitGateTime/],
  ])("%o is none", (json, why) => {
    const read = readParameters(json);
    expect(isProfile(read) ? read.text : read.reason).toMatch(why);
  });
});

const MAJORANA_WITHOUT_GATES = { qubitParams: { name: "mine", instructionSet: "Majorana", oneQubitMeasurementTime: "1 µs", oneQubitMeasurementErrorRate: 1e-4 }, qecScheme: {} };

describe("places of what is wrong in a parameter file", () => {
  it.each([
    [null, ""], [{ decoder: {} }, ""], [{ qec_scheme: 7 }, "/qec_scheme"], [{ qec_scheme: {} }, "/qec_scheme/code_family"], [{ qec_scheme: { code_family: "surface", code_distance: 4 } }, "/qec_scheme/code_distance"],
    [{ qec_scheme: { code_family: "surface" }, error_budget: [] }, "/error_budget"], [{ qec_scheme: { code_family: "surface" }, error_budget: { t2_us: 1e9 } }, "/error_budget/t2_us"],
    [{ qec_scheme: { code_family: "surface" }, decoder: { cycle_time_us: "0.1" } }, "/decoder/cycle_time_us"], [{ qec_scheme: { code_family: "surface", physical_qubit_count: 1.5 } }, "/qec_scheme/physical_qubit_count"],
    [{ qubitParams: { twoQubitGateTime: "80 minutes" } }, "/qubitParams/twoQubitGateTime"], [{ qubitParams: { twoQubitGateTime: 80 } }, "/qubitParams/twoQubitGateTime"], [{ qubitParams: "qubit_gate_ns_e3" }, "/qubitParams"],
    [{ qecScheme: { logicalCycleTime: "2 * x" } }, "/qecScheme/logicalCycleTime"], [{ qecScheme: { physicalQubitsPerLogicalQubit: "1 - codeDistance" } }, "/qecScheme/physicalQubitsPerLogicalQubit"],
    [{ qecScheme: {}, codeDistance: 2 }, "/codeDistance"], [{ qecScheme: { crossingPrefactor: -1 } }, "/qecScheme/crossingPrefactor"],
  ])("%o: %s", (json, at) => {
    const read = readParameters(json);
    expect(isProfile(read) ? read.text : read.at).toBe(at);
    expect(faultOf(() => profileOfParameters(json))).toMatchObject({ fault: "PROFILE_INVALID", detail: { at } });
  });

  it("none of a file that can be read", () => { expect(profileOfParameters(JSON.parse(SEED_FILE)).text).toBe("parameters:surface_code(d=9,n=162,cycle_us=1,p=0.001,weight=10)"); });
  it.each([
    [{}, ["/qubitParams/name: qubit_gate_ns_e3", "/qecScheme/name: surface_code"]], [{ qubitParams: { name: "maj_ns_e6" }, qecScheme: { name: "floquet" } }, []],
    [{ qubitParams: { name: "mine", oneQubitMeasurementTime: "1 us", twoQubitGateTime: "1 us" }, qecScheme: { name: "own", errorCorrectionThreshold: 0.02, crossingPrefactor: 0.1 } },
      ["/qubitParams/instructionSet: GateBased", "/qecScheme/distanceCoefficientPower: 0", "/qecScheme/logicalCycleTime: (4 * twoQubitGateTime + 2 * oneQubitMeasurementTime) * codeDistance", "/qecScheme/physicalQubitsPerLogicalQubit: 2 * codeDistance * codeDistance"]],
    [{ qec_scheme: { code_family: "surface", code_distance: 7 } }, ["/qec_scheme/logical_cycle_time_us: 0.7", "/qec_scheme/physical_qubit_count: 98", "/error_budget/physical_gate_error_rate: 0.001"]], [JSON.parse(SEED_FILE), []],
  ])("what %j leaves out is told with what is taken", (json, assumed) => { expect(readHardware(json)).toMatchObject({ assumed }); });
  it("a file without a distance is hardware all the same", () => {
    expect(readHardware({ qubitParams: { name: "maj_ns_e6" }, qecScheme: { name: "floquet" } })).toMatchObject({ qubits: { name: "qubit_maj_ns_e6", tGateErrorRate: 0.01 }, scheme: { name: "floquet_code", crossingPrefactor: 0.07 } });
    expect(readHardware(MAJORANA_WITHOUT_GATES)).toMatchObject({ qubits: { name: "mine" }, scheme: { crossingPrefactor: 0.08 } });
    expect(readHardware([])).toMatchObject({ at: "" });
    expect(readHardware({ qecScheme: {}, codeDistance: 9 })).toMatchObject({ unused: ["/codeDistance"] });
  });

  it.each([
    [{ qubitParms: { name: "ns_e4" } }, "/qubitParms", "qubitParams, qecScheme"], [{ qubitParams: { nmae: "ns_e4" } }, "/qubitParams/nmae", "instructionSet"], [{ qecScheme: { maxCodeDistance: 9 } }, "/qecScheme/maxCodeDistance", "crossingPrefactor"],
    [{ qecScheme: {}, qec_scheme: { code_family: "surface" } }, "/qecScheme", "qec_scheme, error_budget, decoder"], [{ error_budget: {}, "a/b": 1 }, "/a~1b", "qec_scheme, error_budget, decoder"],
    [{ qec_scheme: { code_family: "surface", distance: 5 } }, "/qec_scheme/distance", "code_distance"], [{ qec_scheme: { code_family: "surface" }, error_budget: { t_us: 1 } }, "/error_budget/t_us", "t1_us"], [{ qec_scheme: { code_family: "surface" }, decoder: { name: "MWPM" } }, "/decoder/name", "cycle_time_us"],
  ])("%o has a member nobody reads: %s", (json, at, allowed) => {
    const read = readHardware(json);
    expect("reason" in read ? [read.at, read.reason] : read).toEqual([at, expect.stringContaining(allowed)]);
    expect(isProfile(readParameters(json))).toBe(false);
  });
  it("the seed's file without a family is no hardware", () => { expect(readHardware({ error_budget: {} })).toMatchObject({ at: "/qec_scheme/code_family" }); });
});

describe("the seed's file as hardware", () => {
  const hardwareOf = (json: unknown): Hardware => {
    const read = readHardware(json);
    if ("reason" in read) throw new Error(read.reason);
    return read;
  };
  it.each([["surface_code", 9], ["SHYPS", 7], ["bacon_shor", 5], ["qldpc", 11]])("has the profile's qubits, cycle and logical rate at the file's distance: %s, %d", (family, distance) => {
    for (const own of [{}, { physical_qubit_count: 163, logical_cycle_time_us: 1.7 }]) {
      const json = { qec_scheme: { code_family: family, code_distance: distance, ...own }, error_budget: { physical_gate_error_rate: 2e-3 } };
      const { qubits, scheme } = hardwareOf(json);
      const [profile, estimated] = [good(readParameters(json)), good(evaluated(qubits, scheme, distance, "t"))];
      expect(estimated.physicalQubits).toBe(profile.physicalQubits);
      near(estimated.cycleNs, profile.cycleNs);
      near(logicalErrorRate(estimated), logicalErrorRate(profile));
    }
  });
  it("lists what an estimate has no use for", () => {
    expect(hardwareOf(JSON.parse(SEED_FILE)).unused).toEqual(["/error_budget/measurement_error_rate", "/error_budget/idle_error_rate", "/error_budget/t1_us", "/error_budget/t2_us", "/decoder/type", "/decoder/max_syndrome_weight", "/decoder/cycle_time_us"]);
    expect(hardwareOf({ qec_scheme: { code_family: "surface" } }).unused).toEqual([]);
  });
});

describe("error models", () => {
  it("agree with the host's exp and log to 1e-14", () => {
    for (const x of [0, 1e-12, 1e-4, 0.01, 0.1249, 0.126, 0.5, 1, 3, 17, 63, 80]) expect(Math.abs(decayed(x) + Math.expm1(-x))).toBeLessThanOrEqual(1e-14 * -Math.expm1(-x));
    for (const p of [0, 1e-12, 1e-4, 0.01, 0.1249, 0.126, 0.5, 0.9, 0.999999]) expect(Math.abs(hazard(p) + Math.log1p(-p))).toBeLessThanOrEqual(1e-14 * -Math.log1p(-p));
  });

  it("follow their formulas", () => {
    near(idleError(1e-4, 2), 1 - (1 - 1e-4) ** 2);
    near(idleError(1e-4, 0.9), -Math.expm1(0.9 * Math.log1p(-1e-4)));
    expect([idleError(1, 0), idleError(1, 1)]).toEqual([0, 1]);
    near(relaxation(100, 50), -Math.expm1(-0.5));
    near(dephasing(100, 80, 50), -Math.expm1(-50 * (1 / 80 - 1 / 200)));
    expect(dephasing(100, 200, 50)).toBe(0);
    expect(() => dephasing(100, 201, 50)).toThrow("twice");
    expect(Object.values(gatePaulis(0.3)).reduce((a, b) => a + b)).toBeCloseTo(0.3, 15);
  });

  it("clear a syndrome up to half the distance, and none heavier than the decoder takes", () => {
    const read = profile("logical:surface_code(d=9)");
    expect([isCorrected(read, 4), isCorrected(read, 5)]).toEqual([true, false]);
    expect(isCorrected(good(file((json) => { json.decoder["max_syndrome_weight"] = 2; })), 3)).toBe(false);
  });
});

describe("estimates", () => {
  it("multiply qubits, take six tenths of the gates as depth, and wait for the slowest factory", () => {
    const read = profile("logical:surface_code(d=9)");
    const made = estimate({ logicalQubits: 10, gates: 1_001, tGates: 3, rotations: 2 }, read);
    expect([made.physicalQubits, made.depth, made.circuitUs, made.tStatesUs, made.rotationsUs, made.totalUs]).toEqual([1_620, 600, 540, 30_000, 40_000, 40_000]);
    expect(made.decoderRounds).toBe(10 * 9 * 600);
    expect(Math.abs(made.failure + Math.expm1(6_000 * Math.log1p(-logicalErrorRate(read))))).toBeLessThan(1e-12);
    expect([estimate({ logicalQubits: 1, gates: 7 }, read).depth, estimate({ logicalQubits: 1, gates: 0 }, read).depth, estimate({ logicalQubits: 2, gates: 1 }, read).depth]).toEqual([7, 1, 1]);
    expect(estimate({ logicalQubits: 2, gates: 10, tGates: 100 }, read, { tPerSecond: 100, rotationsPerSecond: 50, count: 4 }).totalUs).toBe(250_000);
  });

  it("account cycles and decoding", () => {
    const read = profile("logical:surface_code(d=9)");
    expect([cyclesOf("APPLY_H"), cyclesOf("MEASURE_Z"), cyclesOf("FENCE_EPOCH"), cyclesOf("TELEPORT_CNOT"), cyclesOf("toString")]).toEqual([1, 1, 0, 2, 1]);
    expect([roundsOf(read, 3), decodingNs(read, 27)]).toEqual([27, 2_700]);
    near(failureOver(0.5, 3), 0.875);
    expect([failureOver(0.1, 0), failureOver(1, 5)]).toEqual([0, 1]);
  });
});
