// MaxCut three ways. K coordinates and checks, Q runs QAOA (Farhi et al., arXiv:1411.4028), Φ an oscillator Ising machine
// (Wang & Roychowdhury 2017). First the Petersen graph, where all three can be compared; then Gset G1, where Φ meets K.
import { circuit, cutValue, defineProcess, parseGset, pauliSum, petersen, type Graph } from "triad-runtime";

const LAYERS = 2;
const SHOTS = 2_000;

/** K on a small graph: every partition, one side of vertex 0 fixed. */
function exactCut(graph: Graph): number {
  let best = 0;
  for (let side = 0; side < 1 << (graph.vertices - 1); side++) {
    best = Math.max(best, cutValue(graph, Array.from({ length: graph.vertices }, (_, v) => ((side >> v) & 1 ? -1 : 1))));
  }
  return best;
}

const exact = defineProcess({ name: "exact", *run({ k }) { const cut = exactCut(petersen()); yield* k.log("exact", { cut }); return cut; } });

/** K on a large graph: from random partitions, flip vertices while that helps. */
const descent = defineProcess({
  name: "descent",
  *run({ k }, { starts }: { readonly starts: number }) {
    const graph = parseGset(yield* k.file("G1"));
    let best = 0;
    for (let start = 0; start < starts; start++) {
      const spins = new Int8Array(graph.vertices);
      for (const v of spins.keys()) spins[v] = (yield* k.random("start")) < 0.5 ? -1 : 1;
      for (let moved = true; moved;) {
        moved = false;
        for (const v of spins.keys()) {
          const pull = graph.neighbours(v).reduce((sum, { to, weight }) => sum + weight * spins[to]!, 0);
          if (pull * spins[v]! > 0) { spins[v] = -spins[v]!; moved = true; }
        }
      }
      best = Math.max(best, cutValue(graph, spins));
    }
    yield* k.log("descent", { starts, best });
    return best;
  },
});

const qaoa = defineProcess({
  name: "qaoa",
  domains: ["Q"],
  *run({ k, q }) {
    const graph = petersen();
    const cost = pauliSum(graph.vertices, graph.edges.map(({ a, b, weight }) => [weight / 2, `Z${a} Z${b}`] as const));
    const layered = (angles: readonly number[]) => {
      const all = [...Array(graph.vertices).keys()];
      return circuit(graph.vertices).h(...all).repeat(LAYERS, (built, layer) => {
        const phased = graph.edges.reduce((c, { a, b, weight }) => c.cx(a, b).rz(-weight * angles[2 * layer]!, b).cx(a, b), built);
        return phased.rx(2 * angles[2 * layer + 1]!, ...all);
      });
    };
    const contract = yield* q.reserve({ qubits: graph.vertices, budget: 1_000_000_000 });
    let angles: readonly number[] = [0.5, 0.5, 0.8, 0.3];
    let cut = 0;
    for (let step = 0.2; step > 0.005; step /= 2) { // pattern search: every neighbour at once, then the best of them
      const tries = [angles, ...angles.flatMap((_, at) => [step, -step].map((by) => angles.map((angle, i) => (i === at ? angle + by : angle))))];
      const jobs = [];
      for (const each of tries) jobs.push(yield* q.estimate(contract, layered(each), cost, { shots: 100 }));
      for (const [at, job] of jobs.entries()) {
        const expected = graph.edges.length / 2 - (yield* q.measure(job));
        if (expected > cut + 1e-9) { cut = expected; angles = tries[at]!; step *= 2; }
      }
      yield* k.log("qaoa", { step, expected: cut });
    }
    const counts = yield* q.measure(yield* q.sample(contract, layered(angles).measureAll(), SHOTS));
    const best = Math.max(...Object.keys(counts).map((bits) => cutValue(graph, Array.from(bits, (bit) => (bit === "1" ? -1 : 1)))));
    return { expected: cut, best };
  },
});

const oscillators = defineProcess({
  name: "oscillators",
  domains: ["PHI"],
  *run({ k, phi }, { graph: name, restarts }: { readonly graph: "petersen" | "G1"; readonly restarts: number }) {
    const graph = name === "petersen" ? petersen() : parseGset(yield* k.file("G1"));
    const window = yield* phi.reserve({ components: graph.vertices, duration: 100_000_000 });
    const { spins, energies } = yield* phi.project(yield* phi.ising(window, { couplings: graph.couplings, restarts }));
    const cut = cutValue(graph, spins); // recomputed by K, edge by edge
    yield* k.log("oscillators", { graph: name, cut, restarts });
    return { cut, cuts: energies.map((energy) => (graph.totalWeight - energy) / 2) };
  },
});

export default defineProcess({
  name: "maxcut",
  domains: ["Q", "PHI"],
  *run({ k }, input: { readonly restarts?: number; readonly starts?: number } | null) {
    const { restarts = 24, starts = 20 } = input ?? {};
    const [small, quantum, phase] = [yield* k.spawn(exact), yield* k.spawn(qaoa), yield* k.spawn(oscillators, { graph: "petersen", restarts: 8 })];
    const [classical, machine] = [yield* k.spawn(descent, { starts }), yield* k.spawn(oscillators, { graph: "G1", restarts })];
    return {
      petersen: { exact: yield* k.join(small), qaoa: yield* k.join(quantum), oscillators: yield* k.join(phase) },
      G1: { descent: yield* k.join(classical), oscillators: yield* k.join(machine), bestKnown: 11_624 },
    };
  },
});
