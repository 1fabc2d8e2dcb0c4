// Random histories of the resource table against a plain model that knows each physical qubit by number: who holds it, and when it was reset.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { parseProfile } from "../../../../kernel-abi/qvm/qec/profile.ts";
import { type Profile, isProfile } from "../../../../kernel-abi/qvm/qec/terms.ts";
import { LogicalResources } from "../../../../runtime/kernel/logical/resources.ts";

const RUNS = { numRuns: process.env["TRIAD_LONG"] === undefined ? 150 : 50_000 };
const MODULES = [{ name: "m0", physicalQubits: 60 }, { name: "m1", physicalQubits: 45 }, { name: "m2", physicalQubits: 30 }];
const PROFILES: readonly Profile[] = ["logical:bacon_shor(d=3)", "logical:SHYPS(d=3)", "logical:surface_code(d=3)"].map((text) => {
  const read = parseProfile(text);
  if (!isProfile(read)) throw new Error(read.reason);
  return read;
});

type Op =
  | { readonly op: "open"; readonly job: number } | { readonly op: "close"; readonly job: number } | { readonly op: "fence"; readonly job: number } | { readonly op: "spare"; readonly job: number }
  | { readonly op: "acquire"; readonly job: number; readonly counts: readonly number[] }
  | { readonly op: "place"; readonly job: number; readonly vqs: readonly number[]; readonly profile: number }
  | { readonly op: "free"; readonly job: number; readonly vqs: readonly number[] }
  | { readonly op: "move"; readonly job: number; readonly vq: number; readonly to: number }
  | { readonly op: "mark"; readonly module: number; readonly state: "FAULTY" | "MAINTENANCE" | "SERVICE"; readonly from: number; readonly count: number }
  | { readonly op: "turnover" } | { readonly op: "reload" } | { readonly op: "session"; readonly session: number };

const job = fc.nat(3);
const vq = fc.nat(4);
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom("open" as const, "close" as const, "fence" as const, "spare" as const), job }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant("acquire" as const), job, counts: fc.tuple(fc.nat(3), fc.nat(2), fc.nat(1)) }) },
  { weight: 6, arbitrary: fc.record({ op: fc.constant("place" as const), job, vqs: fc.array(vq, { minLength: 1, maxLength: 3 }), profile: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant("free" as const), job, vqs: fc.array(vq, { minLength: 1, maxLength: 2 }) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant("move" as const), job, vq, to: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("mark" as const), module: fc.nat(2), state: fc.constantFrom("FAULTY" as const, "MAINTENANCE" as const, "SERVICE" as const), from: fc.nat(29), count: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 3, arbitrary: fc.constant<Op>({ op: "turnover" }) }, { weight: 1, arbitrary: fc.constant<Op>({ op: "reload" }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("session" as const), session: fc.nat(1) }) },
);

const name = (n: number): string => `j${String(n)}`;
const sessionOf = (n: number): string => `s${String(n % 2)}`;
const qubit = (n: number): string => `q${String(n)}`;

/** What every physical qubit is now, by module and number: "free", "resetting", "FAULTY", "MAINTENANCE" or "job/block". Throws when it is two things, or nothing. */
function owners(resources: LogicalResources): Readonly<Record<string, readonly string[]>> {
  const saved = resources.saved();
  const table = Object.fromEntries(saved.modules.map(({ name: module, physicalQubits }) => [module, Array.from({ length: physicalQubits }, () => "")]));
  const claim = (module: string, ranges: readonly { readonly from: number; readonly count: number }[], who: string): void => {
    for (const { from, count } of ranges) for (let at = from; at < from + count; at += 1) {
      if (table[module]?.[at] !== "") throw new Error(`${module} ${String(at)}: ${String(table[module]?.[at])} and ${who}`);
      table[module][at] = who;
    }
  };
  for (const { name: module, free, resetting, faulty, maintenance } of saved.modules) {
    claim(module, free, "free");
    claim(module, resetting, "resetting");
    claim(module, faulty, "FAULTY");
    claim(module, maintenance, "MAINTENANCE");
  }
  for (const holder of saved.holders) for (const block of holder.blocks) claim(block.module, block.ranges, `${holder.job}/${String(block.id)}`);
  for (const row of Object.values(table)) if (row.includes("")) throw new Error("a qubit is nowhere");
  return table;
}

/** The logical side: names, and nothing of where they are. */
interface Model { readonly jobs: Map<number, { blocks: number[]; placed: Map<string, number>; fence: boolean }> }

/** What the model says of an operation: it must be done, must be refused, or depends on room. */
function expectation({ jobs }: Model, each: Op): "done" | "refused" | "room" {
  if (each.op === "turnover" || each.op === "reload" || each.op === "session" || each.op === "close" || each.op === "mark") return "done";
  const own = jobs.get(each.job);
  if (each.op === "open") return own === undefined ? "done" : "refused";
  if (own === undefined) return "refused";
  if (each.op === "fence" || each.op === "spare") return "done";
  if (each.op === "acquire") return "room";
  const names = each.op === "move" ? [qubit(each.vq)] : each.vqs.map(qubit);
  if (each.op === "move") return own.placed.has(names[0] ?? "") && own.fence ? "done" : "refused";
  if (new Set(names).size !== names.length) return "refused";
  if (each.op === "free") return names.every((vq) => own.placed.has(vq)) ? "done" : "refused";
  if (names.some((vq) => own.placed.has(vq))) return "refused";
  const spare = (own.blocks[each.profile] ?? 0) - [...own.placed.values()].filter((profile) => profile === each.profile).length;
  return spare < names.length ? "refused" : "room"; // a spare block may be hurt
}

function apply(resources: LogicalResources, each: Op): LogicalResources {
  switch (each.op) {
    case "open": resources.open({ job: name(each.job), session: sessionOf(each.job), tenant: "t" }); break;
    case "close": resources.close(name(each.job)); break;
    case "fence": resources.atFence(name(each.job), each.job % 2 === 0); break;
    case "spare": resources.replaceSpare(name(each.job)); break;
    case "acquire": resources.acquire(name(each.job), wantedBy(each)); break;
    case "place": resources.place(name(each.job), each.vqs.map(qubit), PROFILES[each.profile]?.text ?? ""); break;
    case "free": resources.free(name(each.job), each.vqs.map(qubit)); break;
    case "move": resources.move(name(each.job), qubit(each.vq), MODULES[each.to]?.name); break;
    case "mark": resources.mark(MODULES[each.module]?.name ?? "", each.state, { from: each.from, count: Math.min(each.count, (MODULES[each.module]?.physicalQubits ?? 0) - each.from) }); break;
    case "turnover": resources.turnover(); break;
    case "session": resources.closeSession(`s${String(each.session)}`); break;
    case "reload": {
      const saved = resources.saved();
      const back = LogicalResources.restored(JSON.parse(JSON.stringify(saved)));
      expect(back.saved()).toEqual(saved);
      return back;
    }
  }
  return resources;
}
const wantedBy = ({ counts }: Extract<Op, { op: "acquire" }>) => PROFILES.map((profile, at) => ({ profile, count: counts[at] ?? 0 }));

function note({ jobs }: Model, each: Op): void {
  if (each.op === "open") jobs.set(each.job, { blocks: [0, 0, 0], placed: new Map(), fence: true });
  if (each.op === "close") jobs.delete(each.job);
  if (each.op === "session") for (const job of [...jobs.keys()]) if (job % 2 === each.session) jobs.delete(job);
  if (!("job" in each)) return;
  const own = jobs.get(each.job);
  if (own === undefined) return;
  if (each.op === "fence") own.fence = each.job % 2 === 0;
  if (each.op === "acquire") own.blocks = own.blocks.map((count, at) => count + (each.counts[at] ?? 0));
  if (each.op === "place") for (const vq of each.vqs) own.placed.set(qubit(vq), each.profile);
  if (each.op === "free") for (const vq of each.vqs) own.placed.delete(qubit(vq));
}

describe("logical resources, in any history", () => {
  it("are exclusive, conserved, reset between holders, all or nothing, and what the model says they are", () => {
    let acquired = 0;
    let refused = 0;
    fc.assert(fc.property(fc.array(op, { minLength: 10, maxLength: 60, size: "max" }), (ops) => {
      let resources = new LogicalResources(MODULES);
      const model: Model = { jobs: new Map() };
      let before = owners(resources);
      for (const each of [{ op: "open", job: 0 } as const, { op: "open", job: 1 } as const, ...ops]) {
        const wanted = expectation(model, each);
        const saved = resources.saved();
        const alone = each.op === "acquire" && resources.inventory().some(({ free }) => free >= wantedBy(each).reduce((sum, { profile, count }) => sum + profile.physicalQubits * count, 0));
        let fault = "";
        try { resources = apply(resources, each); } catch (error) {
          if (!(error instanceof Fault)) throw error;
          fault = error.fault;
        }
        if (wanted !== "room") expect(fault === "").toBe(wanted === "done");
        if (alone && wanted === "room") expect(fault).toBe("");
        if (fault !== "") expect(resources.saved()).toEqual(saved);
        else note(model, each);
        acquired += each.op === "acquire" && fault === "" ? 1 : 0;
        refused += each.op === "acquire" && fault === "RESOURCES_EXHAUSTED" ? 1 : 0;

        const now = owners(resources);
        for (const [module, row] of Object.entries(now)) for (const [at, who] of row.entries()) {
          const was = before[module]?.[at] ?? "";
          if (was === who) continue;
          const held = who.includes("/");
          if (held) expect(was).toBe("free"); // whatever is held now was free, so reset, before
          if (who === "free") expect([was, each.op]).toEqual(["resetting", "turnover"]);
        }
        before = now;
        for (const [job, { blocks, placed }] of model.jobs) {
          expect(resources.mapping(name(job)).map(({ vq, profile }) => [vq, profile])).toEqual([...placed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([vq, profile]) => [vq, PROFILES[profile]?.text]));
          expect(resources.usage({ job: name(job) }).reservedPhysical).toBe(blocks.reduce((sum, count, at) => sum + count * (PROFILES[at]?.physicalQubits ?? 0), 0));
        }
        expect(resources.holders.map(({ job }) => job).sort()).toEqual([...model.jobs.keys()].map(name).sort());
      }
      for (const job of model.jobs.keys()) resources.close(name(job));
      for (const { name: module } of MODULES) resources.mark(module, "SERVICE");
      resources.turnover();
      expect(resources.inventory().map(({ free }) => free)).toEqual(MODULES.map(({ physicalQubits }) => physicalQubits));
    }), RUNS);
    expect(acquired).toBeGreaterThan(10);
    expect(refused).toBeGreaterThan(10);
  });
});
