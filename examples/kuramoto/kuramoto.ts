// Two thousand oscillators with Lorentzian frequencies (γ = 1) lock when their coupling K passes 2γ: r = √(1 - 2/K) in the limit of many.
import { defineProcess, lorentzianQuantiles } from "triad-runtime";

const COUPLINGS = [1, 1.5, 2.5, 3, 4, 6];

export default defineProcess({
  name: "kuramoto",
  domains: ["PHI"],
  *run({ k, phi }) {
    const omega = lorentzianQuantiles(2_000, 1);
    const window = yield* phi.reserve({ components: omega.length, duration: 1_000_000 });
    const sweep = yield* phi.project(yield* phi.kuramoto(window, { omega, couplings: COUPLINGS, dt: 0.05, steps: 2_000, transient: 1_000 }));
    const table = [];
    for (const { coupling, order, lockedFraction } of sweep) {
      const limit = coupling > 2 ? Math.sqrt(1 - 2 / coupling) : 0;
      table.push({ coupling, order, limit, lockedFraction });
      yield* k.log("K", { coupling, order, limit });
    }
    return table;
  },
});
