// Blocks of physical qubits: who has them, what becomes of them, and that nothing is ever half taken.
import { describe, expect, it } from "vitest";
import { parseProfile } from "../../../../../kernel-abi/qvm/qec/profile.ts";
import { type Profile, isProfile } from "../../../../../kernel-abi/qvm/qec/terms.ts";
import { RangeSet } from "../../../../../runtime/kernel/logical/ranges.ts";
import { LogicalResources } from "../../../../../runtime/kernel/logical/resources.ts";
import { faultName } from "../../../../support/refusals.ts";

const profile = (text: string): Profile => {
  const read = parseProfile(text);
  if (!isProfile(read)) throw new Error(read.reason);
  return read;
};
/** 18 physical qubits. */
const D3 = profile("logical:surface_code(d=3)");
/** 50 physical qubits. */
const D5 = profile("logical:surface_code(d=5)");
const holder = (job: string, session = "s1") => ({ job, session, tenant: `tenant of ${session}` });
const two = (): LogicalResources => new LogicalResources([{ name: "m0", physicalQubits: 100 }, { name: "m1", physicalQubits: 60 }]);
const ready = (job: string, count: number, resources = two()): LogicalResources => {
  resources.open(holder(job));
  resources.acquire(job, [{ profile: D3, count }]);
  return resources;
};

describe("acquiring", () => {
  it("takes blocks for everything, or nothing at all", () => {
    const resources = two();
    resources.open(holder("a"));
    const before = resources.saved();
    expect(faultName(() => { resources.acquire("a", [{ profile: D3, count: 5 }, { profile: D5, count: 2 }]); })).toBe("RESOURCES_EXHAUSTED");
    expect(resources.saved()).toEqual(before);
    resources.acquire("a", [{ profile: D3, count: 5 }, { profile: D5, count: 1 }]);
    expect(resources.usage()).toEqual({ logicalQubits: 0, physicalQubits: 0, reservedPhysical: 140 });
    expect(resources.inventory().map(({ free }) => free)).toEqual([14, 6]);
  });

  it("keeps a job in one module when one has room, and in the emptiest of them", () => {
    const resources = ready("a", 3);
    expect(resources.inventory().map(({ held }) => held)).toEqual([54, 0]);
    resources.open(holder("b"));
    resources.acquire("b", [{ profile: D3, count: 3 }]);
    expect(resources.inventory().map(({ held }) => held)).toEqual([54, 54]);
  });

  it("tells what is missing now, and what could never be", () => {
    const resources = ready("a", 5);
    expect(resources.shortage([{ profile: D3, count: 4 }])).toEqual({ profile: D3.text, asked: 4, placed: 3, freePhysical: 16 });
    expect(resources.impossible([{ profile: D3, count: 4 }])).toBeUndefined();
    expect(resources.impossible([{ profile: D3, count: 9 }])).toMatchObject({ placed: 8 });
  });

  it("is of holders that were opened, once", () => {
    const resources = ready("a", 1);
    expect(faultName(() => { resources.open(holder("a")); })).toBe("HOLDER_UNKNOWN");
    expect(faultName(() => { resources.acquire("b", []); })).toBe("HOLDER_UNKNOWN");
    expect(faultName(() => resources.mapping("b"))).toBe("HOLDER_UNKNOWN");
    expect(resources.close("b")).toBe(false);
  });
});

describe("placing and freeing", () => {
  it("puts each qubit on a block of its own and tells where it is", () => {
    const resources = ready("a", 2);
    expect(resources.place("a", ["q1", "q0"], D3.text)).toEqual({ resets: 0 });
    expect(resources.mapping("a")).toEqual(["q0", "q1"].map((vq) => ({ vq, profile: D3.text, distance: 3, physicalQubits: 18, module: "m0" })));
    expect(resources.usage({ session: "s1" })).toEqual({ logicalQubits: 2, physicalQubits: 36, reservedPhysical: 36 });
    expect(resources.usage({ session: "s2" }).reservedPhysical).toBe(0);
  });

  it("refuses a qubit twice, an unknown one, another profile's block, and more than was acquired", () => {
    const resources = ready("a", 2);
    resources.place("a", ["q0"], D3.text);
    expect(faultName(() => resources.place("a", ["q0"], D3.text))).toBe("QUBIT_UNKNOWN");
    expect(faultName(() => resources.place("a", ["q1", "q1"], D3.text))).toBe("QUBIT_UNKNOWN");
    expect(faultName(() => resources.place("a", ["q1"], D5.text))).toBe("RESOURCES_EXHAUSTED");
    expect(faultName(() => resources.place("a", ["q1", "q2"], D3.text))).toBe("RESOURCES_EXHAUSTED");
    expect(faultName(() => { resources.free("a", ["q0", "q9"]); })).toBe("QUBIT_UNKNOWN");
    expect(faultName(() => { resources.free("a", ["q0", "q0"]); })).toBe("QUBIT_UNKNOWN");
    expect(resources.mapping("a").map(({ vq }) => vq)).toEqual(["q0"]);
  });

  it("is of a job's own qubits: a name means another qubit in another job", () => {
    const resources = ready("b", 1, ready("a", 1));
    resources.place("a", ["q"], D3.text);
    expect(faultName(() => { resources.free("b", ["q"]); })).toBe("QUBIT_UNKNOWN");
    resources.place("b", ["q"], D3.text);
    resources.free("b", ["q"]);
    expect(resources.mapping("a")).toHaveLength(1);
  });

  it("resets a block before it is used again: by a turnover, or by a wait of one cycle within the epoch", () => {
    const resources = ready("a", 2);
    resources.place("a", ["q0", "q1"], D3.text);
    resources.free("a", ["q0", "q1"]);
    expect(resources.place("a", ["q2"], D3.text)).toEqual({ resets: 1 });
    resources.turnover();
    expect(resources.place("a", ["q3"], D3.text)).toEqual({ resets: 0 });
  });

  it("gives nothing to another job that has not been reset through a turnover", () => {
    const resources = ready("a", 8);
    expect(resources.close("a")).toBe(true);
    expect(resources.inventory().map(({ free, resetting }) => [free, resetting])).toEqual([[10, 90], [6, 54]]);
    resources.open(holder("b"));
    expect(faultName(() => { resources.acquire("b", [{ profile: D3, count: 1 }]); })).toBe("RESOURCES_EXHAUSTED");
    resources.turnover();
    resources.acquire("b", [{ profile: D3, count: 8 }]);
    expect(resources.epoch).toBe(1);
  });

  it("ends all jobs of a session, and no other's", () => {
    const resources = ready("b", 1, ready("a", 1));
    resources.open(holder("c", "s2"));
    expect(resources.closeSession("s1")).toEqual(["a", "b"]);
    expect(resources.holders).toEqual([holder("c", "s2")]);
    expect(resources.holder("c")).toEqual(holder("c", "s2"));
  });
});

describe("physical qubits out of service", () => {
  it("are in nobody's block any more, hurt the block they are in, and come back reset", () => {
    const resources = ready("a", 2);
    resources.place("a", ["q0", "q1"], D3.text);
    resources.mark("m0", "FAULTY", { from: 17, count: 2 });
    resources.mark("m0", "MAINTENANCE", { from: 90, count: 10 });
    expect(resources.inventory()[0]).toEqual({ name: "m0", total: 100, free: 54, held: 36, resetting: 0, faulty: 0, maintenance: 10 });
    expect(resources.damaged().map(({ vq, hurt }) => [vq, hurt])).toEqual([["q0", [{ from: 17, count: 1, state: "FAULTY" }]], ["q1", [{ from: 18, count: 1, state: "FAULTY" }]]]);
    resources.close("a");
    expect(resources.inventory()[0]).toMatchObject({ free: 54, resetting: 34, faulty: 2, maintenance: 10 });
    resources.mark("m0", "SERVICE");
    expect(resources.inventory()[0]).toMatchObject({ free: 54, resetting: 46, faulty: 0, maintenance: 0 });
  });

  it("are still held, unhurt, when they come back before their block was moved", () => {
    const resources = ready("a", 1);
    resources.mark("m0", "FAULTY", { from: 0, count: 5 });
    resources.mark("m0", "SERVICE", { from: 0, count: 3 });
    expect(resources.damaged("a").map(({ hurt }) => hurt)).toEqual([[{ from: 3, count: 2, state: "FAULTY" }]]);
    resources.mark("m0", "MAINTENANCE", { from: 4, count: 1 });
    expect(resources.damaged("a")[0]?.hurt).toEqual([{ from: 3, count: 1, state: "FAULTY" }, { from: 4, count: 1, state: "MAINTENANCE" }]);
  });

  it("are named by module and number", () => {
    const resources = two();
    expect(faultName(() => { resources.mark("m9", "FAULTY"); })).toBe("MODULE_UNKNOWN");
    for (const window of [{ from: -1, count: 2 }, { from: 0, count: 0 }, { from: 0, count: 101 }, { from: 0.5, count: 1 }]) expect(faultName(() => { resources.mark("m0", "FAULTY", window); })).toBe("MODULE_UNKNOWN");
  });

  it("put no qubit on a hurt block, and replace it when there is room", () => {
    const resources = ready("a", 1);
    resources.mark("m0", "FAULTY", { from: 0, count: 1 });
    expect(faultName(() => resources.place("a", ["q0"], D3.text))).toBe("RESOURCES_EXHAUSTED");
    expect(resources.replaceSpare("a")).toBe(0);
    expect(resources.place("a", ["q0"], D3.text)).toEqual({ resets: 0 });
    expect(resources.inventory()[0]).toMatchObject({ faulty: 1, resetting: 17, held: 18 });
  });
});

describe("moving", () => {
  it("takes a block to another module at a fence, with a record", () => {
    const resources = ready("a", 1);
    resources.place("a", ["q0"], D3.text);
    resources.atFence("a", false);
    expect(faultName(() => resources.move("a", "q0"))).toBe("MIGRATION_REFUSED");
    resources.atFence("a", true);
    const record = resources.move("a", "q0");
    expect(record).toEqual({
      epoch: 0, job: "a", vq: "q0", from: { module: "m0", profile: D3.text, physicalQubits: 18 }, to: { module: "m1", profile: D3.text, physicalQubits: 18 }, success: true, reason: "",
    });
    expect(resources.moves).toEqual([record]);
    expect(resources.mapping("a")[0]?.module).toBe("m1");
    expect(resources.inventory().map(({ held, resetting }) => [held, resetting])).toEqual([[0, 18], [18, 0]]);
  });

  it("leaves the block where it is when nothing has room, and says so", () => {
    const resources = new LogicalResources([{ name: "m0", physicalQubits: 20 }]);
    resources.open(holder("a"));
    resources.acquire("a", [{ profile: D3, count: 1 }]);
    resources.place("a", ["q0"], D3.text);
    expect(resources.move("a", "q0")).toMatchObject({ success: false, to: null, reason: "no module has room for it" });
    expect(resources.mapping("a")[0]?.module).toBe("m0");
    expect(faultName(() => resources.move("a", "q0", "m7"))).toBe("MODULE_UNKNOWN");
    expect(faultName(() => resources.move("a", "q7"))).toBe("QUBIT_UNKNOWN");
  });

  it("stays in its module when that alone has room, on other qubits", () => {
    const resources = new LogicalResources([{ name: "m0", physicalQubits: 40 }]);
    resources.open(holder("a"));
    resources.acquire("a", [{ profile: D3, count: 1 }]);
    resources.place("a", ["q0"], D3.text);
    resources.mark("m0", "FAULTY", { from: 3, count: 1 });
    expect(resources.move("a", "q0")).toMatchObject({ success: true });
    expect(resources.blockOf("a", "q0").ranges).toEqual([{ from: 18, count: 18 }]);
    expect(resources.inventory()[0]).toMatchObject({ faulty: 1, resetting: 17, free: 4 });
  });
});

describe("saved resources", () => {
  const busy = (): LogicalResources => {
    const resources = ready("b", 1, ready("a", 3));
    resources.place("a", ["q0", "q1"], D3.text);
    resources.free("a", ["q1"]);
    resources.mark("m0", "FAULTY", { from: 10, count: 20 });
    resources.move("a", "q0");
    resources.close("b");
    resources.atFence("a", false);
    return resources;
  };

  it("come back as they were, through JSON", () => {
    const saved = busy().saved();
    const back = LogicalResources.restored(JSON.parse(JSON.stringify(saved)));
    expect(back.saved()).toEqual(saved);
    expect(faultName(() => back.move("a", "q0"))).toBe("MIGRATION_REFUSED");
  });

  it("that were altered are refused, or break conservation", () => {
    const altered = (change: (saved: { epoch: unknown; modules: { free: { from: number; count: number }[]; physicalQubits: number }[]; holders: { blocks: { ranges: { from: number; count: number }[] }[] }[] }) => void): unknown => {
      const saved = JSON.parse(JSON.stringify(busy().saved())) as Parameters<typeof change>[0];
      change(saved);
      return saved;
    };
    expect(faultName(() => LogicalResources.restored(altered((saved) => { saved.epoch = -1; })))).toBe("RESUME_REFUSED");
    expect(faultName(() => LogicalResources.restored(null))).toBe("RESUME_REFUSED");
    expect(() => LogicalResources.restored(altered((saved) => { saved.modules[0]?.free.pop(); }))).toThrow("C2");
    expect(() => LogicalResources.restored(altered((saved) => { const range = saved.holders[0]?.blocks[0]?.ranges[0]; if (range !== undefined) range.from += 1; }))).toThrow("C2");
  });
});

describe("sets of ranges", () => {
  it("join what touches, split what is cut, and take nothing twice", () => {
    const set = new RangeSet([{ from: 0, count: 4 }, { from: 8, count: 4 }]);
    set.add({ from: 4, count: 4 });
    expect(set.runs).toEqual([{ from: 0, count: 12 }]);
    expect(set.cut({ from: 3, count: 2 })).toEqual([{ from: 3, count: 2 }]);
    expect(set.take(5)).toEqual([{ from: 0, count: 3 }, { from: 5, count: 2 }]);
    expect([set.size, set.take(6)]).toEqual([5, undefined]);
    expect(() => { set.add({ from: 11, count: 1 }); }).toThrow("C20");
    expect(set.drain()).toEqual([{ from: 7, count: 5 }]);
  });
});
