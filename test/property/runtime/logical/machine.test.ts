// Random machines in random trouble: links give no more than they make, flows overtake nobody, jobs leave nothing, and a machine that was
// saved goes on as the one that was not.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import type { Injection } from "../../../../runtime/kernel/logical/conditions.ts";
import { eachEpoch } from "../../../../runtime/kernel/logical/epochs.ts";
import { type Step, wantedOf } from "../../../../runtime/kernel/logical/demand.ts";
import { Flow } from "../../../../runtime/kernel/logical/flow.ts";
import { EntanglementLinks } from "../../../../runtime/kernel/logical/links.ts";
import { LogicalMachine, type MachineOptions } from "../../../../runtime/kernel/logical/machine.ts";

const RUNS = { numRuns: process.env["TRIAD_LONG"] === undefined ? 120 : 10_000 };

describe("links", () => {
  it("give away no more in an epoch than they make, and open no channel below what was asked for", () => {
    const act = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant("open" as const), at: fc.nat(9), fidelity: fc.double({ min: 0.5, max: 0.999, noNaN: true }) }) },
      fc.record({ kind: fc.constantFrom("close" as const, "use" as const), at: fc.nat(9) }), fc.record({ kind: fc.constant("draw" as const), pairs: fc.nat(5) }),
      fc.record({ kind: fc.constant("degrade" as const), fidelity: fc.double({ min: 0.4, max: 1, noNaN: true }), pairsPerEpoch: fc.nat(40) }), fc.constant({ kind: "turnover" as const }), fc.constant({ kind: "mend" as const }),
    );
    let opened = 0;
    fc.assert(fc.property(fc.array(act, { maxLength: 50 }), (acts) => {
      const options = { links: [{ a: "m0", b: "m1", fidelity: 0.95, pairsPerEpoch: 30 }] };
      let links = new EntanglementLinks(options);
      const owner = { session: "s", job: null };
      let spent = 0;
      let limit = 30;
      for (const each of acts) {
        const made = (): number => links.channels().reduce((sum, channel) => sum + channel.made, 0);
        const before = made();
        let closing = 0;
        let drawn = 0;
        try {
          if (each.kind === "open") {
            const channel = links.open(owner, { a: `a${String(each.at)}`, b: "z", modules: ["m1", "m0"], fidelity: each.fidelity });
            expect(channel.fidelity).toBeGreaterThanOrEqual(each.fidelity);
            opened += 1;
          }
          if (each.kind === "close") {
            closing = links.status(owner, `ch_a${String(each.at)}_z`).made;
            links.close(owner, `ch_a${String(each.at)}_z`);
          }
          if (each.kind === "use") expect(links.use(owner, `ch_a${String(each.at)}_z`)).toBe(links.status(owner, `ch_a${String(each.at)}_z`).state === "OPEN");
          if (each.kind === "draw") drawn = links.draw("m0", "m1", each.pairs) ? each.pairs : 0;
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
        }
        if (each.kind === "degrade") links.degrade("m0", "m1", each);
        if (each.kind === "mend") links.degrade("m0", "m1", null);
        limit = Math.max(each.kind === "turnover" ? 0 : limit, links.link("m0", "m1").pairsPerEpoch);
        if (each.kind === "turnover") {
          spent = 0;
          links.turnover();
        }
        spent += made() - before + closing + drawn;
        expect(links.used("m0", "m1")).toBe(spent);
        expect(spent).toBeLessThanOrEqual(limit);
        const back = EntanglementLinks.restored(JSON.parse(JSON.stringify(links.saved())), options);
        expect(back.saved()).toEqual(links.saved());
        links = back;
      }
    }), RUNS);
    expect(opened).toBeGreaterThan(50);
  });
});

describe("flows", () => {
  it("let nobody be overtaken, and spend what was made, once", () => {
    const act = fc.oneof({ weight: 3, arbitrary: fc.record({ job: fc.nat(5), amount: fc.nat(12) }) }, fc.constant("turnover" as const), fc.record({ leaves: fc.nat(5) }));
    let waited = 0;
    fc.assert(fc.property(fc.nat(6), fc.nat(10), fc.array(act, { maxLength: 60 }), (perEpoch, buffer, acts) => {
      let flow = new Flow({ perEpoch, buffer });
      let made = perEpoch;
      let spent = 0;
      /** Who waits for how much, in the order of asking. */
      const line = new Map<string, number>();
      for (const each of acts) {
        if (each === "turnover") {
          flow.turnover();
          made += perEpoch;
        } else if ("leaves" in each) {
          flow.withdraw(String(each.leaves));
          line.delete(String(each.leaves));
        } else {
          const job = String(each.job);
          const amount = line.get(job) ?? each.amount;
          const asked = line.has(job) || amount === 0;
          if (flow.ask(job, each.amount) === "wait") line.set(job, amount);
          else {
            spent += amount;
            const ahead = asked ? [...line.keys()].slice(0, Math.max(0, [...line.keys()].indexOf(job))) : [...line.keys()];
            if (amount > 0) for (const waiting of ahead) expect(Flow.restored(flow.saved()).ask(waiting, 0)).toBe("go");
            line.delete(job);
          }
        }
        waited += line.size;
        expect([flow.spent, flow.waiting]).toEqual([spent, [...line.keys()]]);
        expect(spent + flow.stock).toBeLessThanOrEqual(made);
        if (each === "turnover") expect(flow.stock).toBeLessThanOrEqual(buffer + perEpoch);
        flow = Flow.restored(JSON.parse(JSON.stringify(flow.saved())) as ReturnType<Flow["saved"]>);
      }
    }), RUNS);
    expect(waited).toBeGreaterThan(50);
  });
});

const OPTIONS: MachineOptions = {
  modules: [{ name: "m0", physicalQubits: 120 }, { name: "m1", physicalQubits: 90 }, { name: "m2", physicalQubits: 60 }],
  links: { links: [{ a: "m0", b: "m1", fidelity: 0.95, pairsPerEpoch: 60 }] }, tStates: { perEpoch: 3, buffer: 6 }, teleportsDegraded: 1,
};
const step = (op: string, vqs: readonly string[], args: Record<string, unknown> = {}, chs: readonly string[] = []): Step => ({ op, vqs, args, chs });

/** A well-formed program of epochs: qubits live where they are used, channels are opened once and closed once. */
const program: fc.Arbitrary<readonly (readonly Step[])[]> = fc.array(fc.array(fc.tuple(fc.nat(9), fc.nat(3), fc.nat(3)), { maxLength: 8 }), { minLength: 1, maxLength: 4 }).map((epochs) => {
  const alive = new Set<string>();
  let channels = 0;
  return epochs.map((codes) => codes.flatMap(([code, a, b]): Step[] => {
    const vq = `q${String(a)}`;
    const other = `q${String(b)}`;
    if (!alive.has(vq)) {
      alive.add(vq);
      return [step("ALLOC_LQ", [vq], { profile: `logical:${b % 2 === 0 ? "bacon_shor" : "surface_code"}(d=3)` })];
    }
    if (code === 0) {
      alive.delete(vq);
      return [step("FREE_LQ", [vq])];
    }
    if (code < 3 || vq === other || !alive.has(other)) return [step(code === 1 ? "MEASURE_Z" : code === 2 ? "APPLY_T" : "APPLY_H", [vq])];
    if (code > 3) return [step(code === 4 ? "TELEPORT_CNOT" : "APPLY_CNOT", [vq, other])];
    channels += 1;
    const id = `c${String(channels)}`;
    return [step("OPEN_CHAN", [vq, other], { fidelity: 0.96 }, [id]), step("USE_CHAN", [], {}, [id]), step("CLOSE_CHAN", [], {}, [id])];
  }));
});
const injection: fc.Arbitrary<Injection> = fc.oneof(
  fc.record({ mode: fc.constant("calibration-drift" as const), module: fc.constantFrom("m0", "m1", "m2"), factor: fc.double({ min: 1, max: 4, noNaN: true }) }),
  fc.record({ mode: fc.constant("link-degradation" as const), a: fc.constant("m0"), b: fc.constantFrom("m1", "m2"), fidelity: fc.double({ min: 0.4, max: 0.95, noNaN: true }), pairsPerEpoch: fc.nat(80) }),
  fc.record({ mode: fc.constant("module-failure" as const), module: fc.constantFrom("m0", "m1", "m2") }),
  fc.record({ mode: fc.constant("decoder-overload" as const), roundsPerEpoch: fc.integer({ min: 5, max: 50 }) }),
);
const targetOf = (each: Injection): string => (each.mode === "link-degradation" ? `${each.a} ${each.b}` : each.mode === "decoder-overload" ? "decoder" : each.module);

/** Runs both programs side by side, round by round; what was injected first is cleared in the third round. Gives what was told at each end. */
function play(programs: readonly (readonly (readonly Step[])[])[], trouble: readonly (Injection | null)[], reload: boolean): unknown[] {
  let machine = new LogicalMachine(OPTIONS);
  const told: unknown[] = [];
  const going = programs.map((epochs, at) => ({ id: `j${String(at)}`, epochs, next: 0, from: 0, started: false, over: false }));
  for (let round = 0; round < 24; round += 1) {
    const each = trouble[round];
    if (each != null) machine.inject(each);
    const first = trouble[0];
    if (round === 2 && first != null) machine.clear(first.mode, targetOf(first));
    for (const job of going.filter(({ over }) => !over)) {
      try {
        if (!job.started) machine.start({ job: job.id, session: `s${job.id}`, tenant: "t" }, wantedOf(job.epochs.flat()));
        job.started = true;
        const { stranded } = machine.fence(job.id);
        const nodes = job.epochs[job.next] ?? [];
        if (stranded > 0 || machine.admit(job.id, machine.demand(job.id, nodes)).kind === "wait") continue;
        told.push(machine.run(job.id, { from: job.from, to: job.from + nodes.length }, nodes));
        job.from += nodes.length;
        job.next += 1;
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        told.push(error.fault);
        if (!job.started) continue; // waits for room
        job.over = true;
      }
      if (job.over || job.next === job.epochs.length) {
        job.over = true;
        const end = machine.finish(job.id, 1_000);
        const sum = [...eachEpoch(end?.epochs ?? [])].reduce((nodes, { usage }) => nodes + usage.nodes, 0);
        expect(end?.usage.nodes).toBe(sum);
        told.push(end);
      }
    }
    machine.turnover();
    if (reload) machine = LogicalMachine.restored(JSON.parse(JSON.stringify(machine.saved())), OPTIONS);
  }
  for (const { id } of going) machine.finish(id);
  for (const held of [...machine.conditions.all]) machine.clear(held.mode, targetOf(held));
  machine.turnover();
  expect(machine.resources.inventory().map(({ free }) => free)).toEqual([120, 90, 60]);
  expect([machine.links.channels(), machine.resources.holders, machine.saved().accounts, machine.saved().granted, machine.saved().moved, machine.saved().struck, machine.flows.tStates.waiting]).toEqual([[], [], [], [], [], [], []]);
  return told;
}

describe("machines", () => {
  it("go on from what was saved as they would have, and keep nothing of jobs that ended, whatever befell them", () => {
    let epochs = 0;
    fc.assert(fc.property(fc.array(program, { minLength: 1, maxLength: 3 }), fc.array(fc.option(injection), { maxLength: 5 }), (programs, trouble) => {
      const straight = play(programs, trouble, false);
      expect(play(programs, trouble, true)).toEqual(straight);
      epochs += straight.length;
    }), RUNS);
    expect(epochs).toBeGreaterThan(200);
  });
});
