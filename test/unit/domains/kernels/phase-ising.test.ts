import { describe, expect, it } from "vitest";
import { DEFAULT_SCHEDULE, decodeIsingOutput, encodeIsingJob } from "../../../../domains/kernels/phase/jobs.ts";
import type { IsingJob } from "../../../../domains/kernels/phase/jobs.ts";
import { isingKernel, runIsing } from "../../../../domains/kernels/phase/ising.ts";
import { isingEnergies, isingReference } from "../../../../domains/kernels/phase/ising-reference.ts";
import { KEY, PETERSEN, graphOf, isingJob } from "../../../support/phase-jobs.ts";

/** A small dense problem with couplings of both signs that are no whole numbers. */
const GLASS = graphOf(13, Array.from({ length: 13 }, (_, i) => Array.from({ length: i }, (__, j) =>
  [i, j, (((i * 7 + j * 13) % 11) - 5) / 3] as const)).flat().filter(([, , w]) => w !== 0));
const FIELDS = Float64Array.from({ length: 13 }, (_, i) => ((i % 5) - 2) / 4);

describe("phi.ising against its reference", () => {
  const jobs: Readonly<Record<string, IsingJob>> = {
    "unit couplings": isingJob({ couplings: PETERSEN }),
    "real couplings and fields": isingJob({ couplings: GLASS, fields: FIELDS, firstRestart: 77 }),
    "overdamped": isingJob({ couplings: GLASS, schedule: { ...DEFAULT_SCHEDULE, dynamics: "overdamped", steps: 100, dt: 0.1 } }),
    "one read-out, no polish": isingJob({ couplings: GLASS, polish: false, cut: false, schedule: { ...DEFAULT_SCHEDULE, steps: 90, readEvery: 0 } }),
    "one free spin": isingJob({ couplings: graphOf(1, []), schedule: { ...DEFAULT_SCHEDULE, steps: 3 } }),
  };
  for (const [name, job] of Object.entries(jobs)) {
    it(`gives the same bits: ${name}`, () => { expect(runIsing(job)).toEqual(isingReference(job)); });
  }

  it("survives its bytes", () => {
    const job = isingJob({ couplings: PETERSEN });
    expect(decodeIsingOutput(isingKernel.run(encodeIsingJob(job)))).toEqual(runIsing(job));
  });
});

describe("the machine", () => {
  it("cuts the Petersen graph in 12 at every restart", () => {
    const { cut, energy, energies } = runIsing(isingJob({ couplings: PETERSEN, restarts: 20 }));
    expect(cut).toBe(12);
    expect(energy).toBe(15 - 2 * 12);
    expect(energies).toEqual(new Float64Array(20).fill(-9));
  });

  it("finds the exact ground state of a small glass in fields", () => {
    const { energy } = runIsing(isingJob({ couplings: GLASS, fields: FIELDS, restarts: 20 }));
    expect(energy).toBeCloseTo(Math.min(...isingEnergies(GLASS, FIELDS)), 12);
  });

  it("lets couplings of -1 agree and fields decide between the two", () => {
    const chain = graphOf(30, Array.from({ length: 29 }, (_, i) => [i, i + 1, -1] as const));
    for (const h of [0.1, -0.1]) {
      const { spins } = runIsing(isingJob({ couplings: chain, fields: new Float64Array(30).fill(h), restarts: 8 }));
      expect(spins).toEqual(new Int8Array(30).fill(-Math.sign(h)));
    }
  });

  it("reports the energy of the spins it shows, in any case", () => {
    for (const polish of [true, false]) {
      const { spins, energy } = runIsing(isingJob({ couplings: GLASS, fields: FIELDS, polish, restarts: 2, schedule: { ...DEFAULT_SCHEDULE, steps: 20 } }));
      const word = spins.reduce((bits, s, i) => bits | (s === -1 ? 1 << i : 0), 0);
      expect(energy).toBe(isingEnergies(GLASS, FIELDS)[word]);
    }
  });

  it("ends polished read-outs where no single flip helps", () => {
    const energies = isingEnergies(GLASS);
    const { spins, energy } = runIsing(isingJob({ couplings: GLASS, restarts: 1, schedule: { ...DEFAULT_SCHEDULE, steps: 5 } }));
    const word = spins.reduce((bits, s, i) => bits | (s === -1 ? 1 << i : 0), 0);
    for (let i = 0; i < 13; i++) expect(energies[word ^ (1 << i)]).toBeGreaterThanOrEqual(energy);
  });

  it("gives separate jobs what one job over their restarts has", () => {
    const whole = runIsing(isingJob({ couplings: GLASS, restarts: 6, schedule: { ...DEFAULT_SCHEDULE, steps: 30 } }));
    const part = runIsing(isingJob({ couplings: GLASS, restarts: 3, firstRestart: 3, schedule: { ...DEFAULT_SCHEDULE, steps: 30 } }));
    expect(part.energies).toEqual(whole.energies.slice(3));
    expect(part.restart).toBe(3 + part.energies.indexOf(part.energy));
    const other = runIsing(isingJob({ couplings: GLASS, restarts: 6, key: Uint32Array.of(1, 1), schedule: { ...DEFAULT_SCHEDULE, steps: 30 } }));
    expect(other.energies).not.toEqual(whole.energies);
  });
});

describe("refusals", () => {
  const good = isingJob({ couplings: PETERSEN });
  const schedule = good.schedule;
  const bad: Readonly<Record<string, Partial<IsingJob>>> = {
    "no spins": { couplings: { offsets: Int32Array.of(0), targets: new Int32Array(0), weights: new Float64Array(0) } },
    "too many spins": { couplings: { offsets: new Int32Array(16_386), targets: new Int32Array(0), weights: new Float64Array(0) } },
    "a coupling on one side only": { couplings: { offsets: Int32Array.of(0, 1, 1), targets: Int32Array.of(1), weights: Float64Array.of(1) } },
    "sides that differ": { couplings: { offsets: Int32Array.of(0, 1, 2), targets: Int32Array.of(1, 0), weights: Float64Array.of(1, 2) } },
    "self-coupling": { couplings: { offsets: Int32Array.of(0, 1), targets: Int32Array.of(0), weights: Float64Array.of(1) } },
    "an infinite coupling": { couplings: { offsets: Int32Array.of(0, 1, 2), targets: Int32Array.of(1, 0), weights: new Float64Array(2).fill(Infinity) } },
    "fields of another size": { fields: new Float64Array(9) },
    "no restarts": { restarts: 0 },
    "too many restarts": { restarts: 4097 },
    "a negative restart": { firstRestart: -1 },
    "no steps": { schedule: { ...schedule, steps: 0 } },
    "negative noise": { schedule: { ...schedule, noiseEnd: -0.1 } },
    "a step that is no number": { schedule: { ...schedule, dt: Number.NaN } },
    "unknown dynamics": { schedule: { ...schedule, dynamics: "quantum" as "inertial" } },
    "a key of three words": { key: Uint32Array.of(...KEY, 1) },
  };
  for (const [name, change] of Object.entries(bad)) {
    it(`cover ${name}`, () => {
      expect(() => isingKernel.run(encodeIsingJob({ ...good, ...change })))
        .toThrowError(expect.objectContaining({ fault: "KERNEL_REFUSED" }));
    });
  }
});
