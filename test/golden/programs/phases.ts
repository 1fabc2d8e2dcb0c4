// Phi: envelopes through every transform, the dynamics on small problems, and a breach that ends a window.
import { defineProcess, graph, uniformQuantiles } from "triad-runtime";
import { attempt } from "./attempt.ts";

export default defineProcess({
  name: "phases",
  domains: ["PHI"],
  *run({ k, phi }) {
    const window = yield* phi.reserve({ components: 64, duration: 1_000_000, tolerance: { error: 0.5, noise: 0.2 } });
    const [a, b] = [yield* phi.open(window, [0, 0.4, 0.8, 1.2]), yield* phi.open(window, [1, 1, 1, 1], [1, 2, 2, 1])];
    const reports = [
      yield* phi.shift(a, 0.25), yield* phi.shift(b, [0.1, 0.2, 0.3, 0.4]), yield* phi.align(a, 0.6), yield* phi.merge(a, b), yield* phi.split(a, b),
    ];
    const seen = yield* phi.evaluate(a);
    yield* phi.close(b);
    const closed = yield* attempt(phi.shift(b, 0.1));
    const sync = yield* phi.kuramoto(window, { omega: uniformQuantiles(24, 1), couplings: [0.5, 3], dt: 0.05, steps: 200 });
    const ring = graph(6, Array.from({ length: 6 }, (_, v) => [v, (v + 1) % 6, 1] as const));
    const spins = yield* phi.ising(window, { couplings: ring.couplings, restarts: 2 });
    const tones = yield* phi.spectrum(window, Array.from({ length: 64 }, (_, t) => (t % 8 < 4 ? 1 : -1)), { sampleRate: 64, top: 2 });
    const { energies } = yield* phi.project(spins);
    const strict = yield* phi.reserve({ components: 4, duration: 1_000, tolerance: { error: 0.000_001, noise: 0 } });
    const brittle = yield* phi.open(strict, [0, 1, 2, 3]);
    const breach = yield* attempt(phi.shift(brittle, 1));
    const after = yield* attempt(phi.evaluate(brittle));
    yield* k.metric("energy", energies[0] ?? 0, "1");
    return { reports: reports.length, seen, closed, order: (yield* phi.project(sync)).map(({ order }) => order), energies, tones: yield* phi.project(tones), breach, after };
  },
});
