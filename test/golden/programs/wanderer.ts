// Does what its random stream says, with children that do the same: what nobody thought of. The seed is the program.
import { circuit, defineProcess, Fault, type Capability, type Child, type Contract, type ProcessDefinition, type ProcessId } from "triad-runtime";

type Depth = { readonly depth: number };
const DEPTH_MAX = 2;
const STEPS = 16;

const wanderer: ProcessDefinition<Depth, number> = defineProcess({
  name: "wanderer",
  domains: ["Q"],
  *run({ k, q }, { depth }: Depth) {
    function* below(limit: number) { return Math.floor((yield* k.random("way")) * limit); }
    const children: Child<number>[] = [];
    const contracts: Contract<"Q">[] = [];
    const jobs: { readonly job: Parameters<typeof q.measure>[0] }[] = [];
    const cuts: Capability[] = [];
    function* step() {
      switch (yield* below(14)) {
        case 0: return yield* k.log("here", { now: yield* k.now() }, "debug");
        case 1: return yield* k.metric("m", yield* k.random("metric"), "1");
        case 2: case 3: return yield* k.send((2 + (yield* below(6))) as ProcessId, { n: yield* below(100) });
        case 4: case 5: return (yield* k.receive({ within: 1 + (yield* below(3)) }))?.body;
        case 6: return yield* k.sleep(1 + (yield* below(3)));
        case 7: return depth < DEPTH_MAX ? void children.push(yield* k.spawn(wanderer, { depth: depth + 1 })) : undefined;
        case 8: return children.length > 0 ? yield* k.join(children[yield* below(children.length)]!) : undefined;
        case 9: return void contracts.push(yield* q.reserve({ qubits: 1 + (yield* below(3)), budget: 20 + (yield* below(200)), duration: 3 + (yield* below(30)) }));
        case 10: {
          const contract = contracts[yield* below(contracts.length)];
          return contract === undefined ? undefined : void jobs.push({ job: yield* q.sample(contract, circuit(2).h(0).cx(0, 1).measureAll(), 1 + (yield* below(9))) });
        }
        case 11: return jobs.length > 0 ? yield* q.measure(jobs[yield* below(jobs.length)]!.job) : undefined;
        case 12: {
          const held = yield* k.capabilities();
          const { capability } = held[yield* below(held.length)]!;
          return void cuts.push(yield* k.grant(capability, (2 + (yield* below(6))) as ProcessId, { uses: 1 + (yield* below(4)) }));
        }
        default: {
          const cut = cuts.pop();
          return cut === undefined ? undefined : yield* k.revoke(cut);
        }
      }
    }
    let refused = 0;
    for (let left = STEPS; left > 0; left--) {
      try {
        yield* step();
      } catch (fault) {
        if (!(fault instanceof Fault)) throw fault;
        refused += 1;
        if ((yield* below(30)) === 0) throw fault;
      }
    }
    return refused;
  },
});

export default defineProcess({
  name: "wanderers",
  domains: ["Q"],
  *run({ k }) {
    const [one, two] = [yield* k.spawn(wanderer, { depth: 0 }), yield* k.spawn(wanderer, { depth: 1 })];
    const ends: unknown[] = [];
    for (const child of [one, two]) {
      try {
        ends.push(yield* k.join(child));
      } catch (fault) {
        ends.push(fault instanceof Fault ? fault.fault : "?");
      }
    }
    return ends;
  },
});
