// Frame sampler rates: detection events of rotated surface code memories, transposed and written as b8 rows, one core. Stim cannot be had from npm: its
// cost a shot is told in exclusive ors of two planes, the frame kernel's commonest step, which is timed in the same run.
// Run directly to print; `run` is for the bench collector. Figures are the best of many short runs: what others do on the machine only ever adds time.
import { pathToFileURL } from "node:url";
import { FRAME_OP, type FrameProgram } from "../../domains/kernels/frames/program.ts";
import { referenceFrames } from "../../domains/kernels/frames/reference.ts";
import { BLOCK_SHOTS, openSampler, type FrameSampler } from "../../domains/kernels/frames/sampler.ts";
import { generateCircuit } from "../../domains/q/codes/generate.ts";
import { compileFrames } from "../../domains/q/stim/compile.ts";
import { least, type Figure } from "./figure.ts";

const KEY = Uint32Array.of(1, 2);
const DISTANCES = [3, 5, 7, 9, 11] as const;

/**
 * Stim 1.16, `sample_write` of b8 with observables to /dev/null, beside this kernel on one machine (2 × Xeon at 2 MiB of second-level cache, Node 20.20):
 * million shots a second of processor time. The figures of the design's performance page were taken on a faster one.
 */
const STIM: readonly (readonly [p: number, rates: readonly number[]])[] = [
  [0.001, [15.95, 9.79, 4.96, 2.61, 1.48]],
  [0.003, [13.37, 6.17, 2.79, 1.37, 0.75]],
  [0.01, [8.56, 2.69, 1.06, 0.508, 0.275]],
];
/** Of one exclusive or, between the runs in which those were taken, the best of each. Other suites' proxies are of the same minutes. */
export const PROXY_ADD_NS = 4.16;

export function surfaceProgram(distance: number, p: number): FrameProgram {
  return compileFrames(generateCircuit("surface_code:rotated_memory_z", {
    distance, rounds: distance, afterCliffordDepolarization: p, beforeRoundDataDepolarization: p, beforeMeasureFlipProbability: p, afterResetFlipProbability: p,
  }));
}

/** Nanoseconds of a block, rows copied out as a caller has them. */
function blockTime(sampler: FrameSampler, milliseconds: number): number {
  const out = new Uint8Array(BLOCK_SHOTS * sampler.rowBytes);
  let best = Infinity, block = 0;
  const until = process.hrtime.bigint() + BigInt(milliseconds) * 1_000_000n;
  for (let now = process.hrtime.bigint(); now < until;) {
    sampler.sample(KEY, block * BLOCK_SHOTS, BLOCK_SHOTS, out);
    block += 1;
    const then = now;
    now = process.hrtime.bigint();
    best = Math.min(best, Number(now - then));
  }
  return best;
}

/** Nanoseconds of an exclusive or of two planes. */
export function addTime(): number {
  const adds = 4_000, planes = 480;
  const code = (count: number): Int32Array => Int32Array.from([FRAME_OP.ADD, 2 * count, ...Array.from({ length: 2 * count }, (_, k) => (k % 2 === 0 ? k : 7 * k + 4) % planes), FRAME_OP.OBSERVE, 2, 0, 1]);
  const timed = (count: number): number => blockTime(openSampler({ planes, measurements: 0, detectors: 0, observables: 1, code: code(count), channels: [], reference: new Uint8Array(0) }, "detections"), 250);
  return (timed(adds) - timed(0)) / adds;
}

function againstReference(): number {
  const program = surfaceProgram(3, 0.001), shots = 60;
  const begin = process.hrtime.bigint();
  referenceFrames({ program, rows: "detections", first: 0, shots, key: KEY });
  const plain = Number(process.hrtime.bigint() - begin) / shots;
  return plain / (blockTime(openSampler(program, "detections"), 200) / BLOCK_SHOTS);
}

export function run(): Promise<readonly Figure[]> {
  const add = addTime();
  const rates = STIM.flatMap(([p, stim]) => DISTANCES.flatMap((distance, index): Figure[] => {
    const shot = blockTime(openSampler(surfaceProgram(distance, p), "detections"), 300) / BLOCK_SHOTS;
    const peer = (1_000 / (stim[index] ?? NaN)) * (add / PROXY_ADD_NS);
    return [{ name: `surface code d=${distance}, p=${p}, rate to Stim's`, value: 1_000 / shot, unit: "M shots/s", ratio: peer / shot, goal: least(0.8) }];
  }));
  return Promise.resolve([
    ...rates,
    { name: "exclusive or of two planes of 1,024 shots: the unit of proxies", value: add, unit: "ns" },
    { name: "reference / kernel, d=3, p=0.001", value: againstReference(), unit: "times", goal: least(1_000) },
  ]);
}

/** What to profile: the largest code. */
export function subject(): Promise<void> {
  blockTime(openSampler(surfaceProgram(11, 0.001), "detections"), 2_000);
  return Promise.resolve();
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { name, value, unit } of await run()) console.log(`${name}: ${value.toPrecision(4)} ${unit}`);
}
