// Phase kernel timings, and how well the oscillator Ising machine does on Gset G1 with its default schedule.
// Run directly to print, with `--restarts N` for more of them and `--schedule '{"steps":2000}'` to try another schedule;
// `run` is for the bench collector. Times are processor time of this process: others on the machine add wall time only.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { lorentzianQuantiles } from "../../domains/phi/api/frequencies.ts";
import { parseGset } from "../../domains/phi/api/graph.ts";
import { runIsing } from "../../domains/kernels/phase/ising.ts";
import { DEFAULT_SCHEDULE } from "../../domains/kernels/phase/jobs.ts";
import type { IsingSchedule } from "../../domains/kernels/phase/jobs.ts";
import { runKuramoto } from "../../domains/kernels/phase/kuramoto.ts";
import { fourier } from "../../domains/kernels/phase/spectrum.ts";
import type { Figure } from "./figure.ts";

/** Best known cut of G1 (Benlic and Hao's Breakout Local Search). */
const BEST_KNOWN = 11_624;
const KEYS = [1, 2, 3, 4, 5];

/** Processor seconds of `work`, and its result. */
function timed<T>(work: () => T): readonly [result: T, seconds: number] {
  const begin = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(begin);
  return [result, (user + system) / 1e6];
}

/** Cuts of the restarts of one key, and seconds a restart. */
function cutsOfG1(key: number, restarts: number, schedule: IsingSchedule): { readonly cuts: readonly number[]; readonly seconds: number } {
  const { couplings, totalWeight } = parseGset(readFileSync(new URL("../../examples/maxcut/G1.txt", import.meta.url), "utf8"));
  const [{ energies }, seconds] = timed(() =>
    runIsing({ couplings, schedule, key: Uint32Array.of(key, 0), firstRestart: 0, restarts, polish: true, cut: true }));
  return { cuts: Array.from(energies, (energy) => (totalWeight - energy) / 2).sort((a, b) => b - a), seconds: seconds / restarts };
}

function ising(restarts: number, schedule: IsingSchedule): readonly Figure[] {
  const runs = KEYS.map((key) => cutsOfG1(key, restarts, schedule));
  const cuts = runs.flatMap((run) => run.cuts);
  const share = (least: number): number => cuts.filter((cut) => cut >= least).length / cuts.length;
  return [
    ...runs.map(({ cuts: own }, at) => ({ name: `G1, key ${KEYS[at] ?? 0}: best of ${restarts} restarts (median ${own[restarts >> 1] ?? 0}, worst ${own.at(-1) ?? 0})`, value: own[0] ?? 0, unit: "cut" })),
    { name: `G1, restarts that reach ${BEST_KNOWN}`, value: 100 * share(BEST_KNOWN), unit: "%" },
    { name: "G1, restarts that reach 11,607", value: 100 * share(11_607), unit: "%" },
    { name: "G1, mean cut of a restart", value: cuts.reduce((sum, cut) => sum + cut, 0) / cuts.length, unit: "cut" },
    { name: "G1, processor time of a restart", value: 1000 * Math.min(...runs.map(({ seconds }) => seconds)), unit: "ms" },
  ];
}

function kuramoto(): Figure {
  const [nodes, steps] = [2000, 200];
  const [, seconds] = timed(() => runKuramoto({
    omega: lorentzianQuantiles(nodes, 1), couplings: Float64Array.of(4), key: Uint32Array.of(1, 1), firstRun: 0,
    dt: 0.05, noise: 0, steps, transient: 0, stride: 1, lockTolerance: 0.1,
  }));
  return { name: "Kuramoto, all to all, an oscillator and step", value: (1e9 * seconds) / (nodes * steps), unit: "ns" };
}

function transform(): Figure {
  const z = Float64Array.from({ length: 2 ** 17 }, (_, at) => (at % 7) - 3);
  const [, seconds] = timed(() => { for (let turn = 0; turn < 10; turn++) fourier(z, "forward"); });
  return { name: "Fourier transform of 65,536 points with its twiddles", value: 100 * seconds, unit: "ms" };
}

export const run = (restarts = 8, schedule: IsingSchedule = DEFAULT_SCHEDULE): Promise<readonly Figure[]> =>
  Promise.resolve([...ising(restarts, schedule), kuramoto(), transform()]);

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values } = parseArgs({ options: { restarts: { type: "string", default: "8" }, schedule: { type: "string", default: "{}" } } });
  const schedule = { ...DEFAULT_SCHEDULE, ...(JSON.parse(values.schedule) as Partial<IsingSchedule>) };
  for (const { name, value, unit } of await run(Number(values.restarts), schedule)) console.log(`${name.padEnd(70)} ${value.toFixed(2).padStart(12)} ${unit}`);
}
