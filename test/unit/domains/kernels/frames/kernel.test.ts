// The frame kernel at its edges: malformed programs and bytes, memory, workers, block edges; and that sparse injection strikes everywhere alike.
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { checkFrameProgram } from "../../../../../domains/kernels/frames/check.ts";
import { aliasOf, gapScale } from "../../../../../domains/kernels/frames/alias.ts";
import { framesKernel, runFrameJob } from "../../../../../domains/kernels/frames/kernel.ts";
import { encodeFrameJob, FRAME_OP as OP, type FrameJob, type FrameProgram } from "../../../../../domains/kernels/frames/program.ts";
import { logOf } from "../../../../../domains/kernels/frames/reference.ts";
import { BLOCK_SHOTS, openSampler } from "../../../../../domains/kernels/frames/sampler.ts";
import { runKernel } from "../../../../../domains/kernels/registry.ts";
import { createInlineRunner } from "../../../../../runtime/workers/inline.ts";
import { createPool } from "../../../../../runtime/workers/pool.ts";
import { chiSquareScore } from "../../../../support/chi-square.ts";
import { faultOf } from "../../../../support/refusals.ts";

const key = Uint32Array.of(0x15, 0x5eed);
const NO_BYTES = new Uint8Array(0);

const program = (code: readonly number[], more: Partial<FrameProgram> = {}): FrameProgram => ({
  planes: 4, measurements: 0, detectors: 0, observables: 0, code: Int32Array.from(code), channels: [], reference: NO_BYTES, ...more,
});
const channel = (...probabilities: readonly number[]): FrameProgram["channels"][number] =>
  ({ probabilities: Float64Array.from(probabilities), masks: Uint8Array.from(probabilities, (_, k) => k + 1) });

/** `sites` planes that are flipped with probability p, each a detector. */
const flips = (sites: number, p: number): FrameProgram => {
  const all = Array.from({ length: sites }, (_, site) => site);
  return program([OP.NOISE, sites + 2, 0, 1, ...all, OP.RECORD, sites, ...all, ...all.flatMap((site) => [OP.DETECT, 1, site - sites])],
    { planes: sites, measurements: sites, detectors: sites, channels: [channel(p)] });
};
const job = (of: FrameProgram, more: Partial<FrameJob> = {}): FrameJob => ({ program: of, rows: "detections", first: 0, shots: 2_000, key, ...more });

describe("a frame program that does not hold together", () => {
  it.each<readonly [string, FrameProgram]>([
    ["an unknown opcode", program([12, 0])],
    ["an instruction that is cut off", program([OP.CLEAR, 2, 0])],
    ["a negative length", program([OP.CLEAR, -1])],
    ["a plane that is not there", program([OP.CLEAR, 1, 4])],
    ["half a pair", program([OP.ADD, 3, 0, 1, 2])],
    ["a record before the first", program([OP.RECORD, 1, 0, OP.ADD, 2, 1, -2], { measurements: 1 })],
    ["the least integer as an operand", program([OP.RECORD, 1, 0, OP.ADD, 2, 1, -0x8000_0000], { measurements: 1 })],
    ["a record of the first iteration that only later ones have", program([OP.LOOP, 1, 3, OP.ADD, 2, 0, -1, OP.RECORD, 1, 0, OP.END, 0], { measurements: 3 })],
    ["an END without its LOOP", program([OP.END, 0])],
    ["a LOOP without its END", program([OP.LOOP, 1, 2])],
    ["a LOOP of no times", program([OP.LOOP, 1, 0, OP.END, 0])],
    ["loops too deep", program([...new Array<readonly number[]>(65).fill([OP.LOOP, 1, 1]).flat(), ...new Array<readonly number[]>(65).fill([OP.END, 0]).flat()])],
    ["loops that run too long", program([OP.LOOP, 1, 0x7fff_ffff, OP.LOOP, 1, 0x7fff_ffff, OP.CLEAR, 1, 0, OP.END, 0, OP.END, 0])],
    ["an observable that is not there", program([OP.OBSERVE, 1, 0])],
    ["OBSERVE of nothing", program([OP.OBSERVE, 0], { observables: 1 })],
    ["a channel that is not there", program([OP.NOISE, 3, 0, 1, 0])],
    ["a site without slots", program([OP.NOISE, 2, 0, 0], { channels: [channel(0.1)] })],
    ["half a site", program([OP.NOISE, 5, 0, 2, 0, 1, 2], { channels: [channel(0.1)] })],
    ["probabilities above 1 in all", program([], { channels: [channel(0.6, 0.6)] })],
    ["a negative probability", program([], { channels: [channel(0.6, -0.1)] })],
    ["a probability that is no number", program([], { channels: [channel(NaN)] })],
    ["a channel that never strikes", program([], { channels: [channel(0)] })],
    ["a channel without outcomes", program([], { channels: [channel()] })],
    ["masks that are not as many", program([], { channels: [{ probabilities: Float64Array.of(0.1), masks: NO_BYTES }] })],
    ["another number of measurements", program([OP.RECORD, 1, 0], { measurements: 2 })],
    ["another number of detectors", program([OP.DETECT, 0])],
  ])("is refused for %s", (_, malformed) => {
    for (const rows of ["detections", "measurements"] as const) expect(faultOf(() => openSampler(malformed, rows)).fault).toBe("KERNEL_REFUSED");
  });

  it("is refused without the reference bits that measurements need", () => {
    expect(faultOf(() => openSampler(program([OP.RECORD, 1, 0], { measurements: 1 }), "measurements")).detail).toMatchObject({ argument: "reference" });
  });

  it("is refused with the memory it would need, before any is taken", () => {
    const large = program([], { planes: 2 ** 31 });
    expect(faultOf(() => openSampler(large, "detections")).detail["allowed"]).toContain(String(128 * (2 ** 31 + 16)));
    expect(faultOf(() => openSampler(program([], { observables: 2 ** 40 }), "detections")).fault).toBe("KERNEL_REFUSED");
    const many = program([OP.LOOP, 1, 20_000_000, OP.RECORD, 1, 0, OP.END, 0], { measurements: 20_000_000, reference: new Uint8Array(2_500_000) });
    expect(faultOf(() => openSampler(many, "measurements")).fault).toBe("KERNEL_REFUSED");
    // Looked back on no further than 16, the same record takes a ring of 16 planes.
    expect(checkFrameProgram(many, "detections").ring).toBe(16);
  });

  it.each<readonly [string, Partial<Record<keyof FrameJob, unknown>>]>([
    ["shots beyond the limit", { shots: 1e9 }], ["a shot index beyond 2^53", { first: Number.MAX_SAFE_INTEGER }], ["a negative shot", { first: -1 }],
    ["half a shot", { shots: 0.5 }], ["another kind of rows", { rows: "states" }], ["a key of one word", { key: Uint32Array.of(1) }], ["no program", { program: 7 }],
    ["code that is no Int32Array", { program: { ...flips(2, 0.1), code: [1] } }], ["channels that are no list", { program: { ...flips(2, 0.1), channels: 3 } }],
  ])("in a job is refused for %s", (_, wrong) => {
    expect(faultOf(() => framesKernel.run(encodeFrameJob({ ...job(flips(2, 0.1)), ...wrong } as FrameJob))).fault).toBe("KERNEL_REFUSED");
  });

  it("or bytes that were damaged end in a typed fault or in rows", () => {
    const whole = encodeFrameJob(job(flips(9, 0.05), { shots: 40 }));
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.nat(whole.length), fc.boolean(), (changes, length, cut) => {
      const bytes = whole.slice(0, cut ? length : whole.length);
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      try {
        expect(framesKernel.run(bytes)).toBeInstanceOf(Uint8Array);
      } catch (error) {
        expect(error).toMatchObject({ fault: expect.stringMatching(/^(KERNEL_REFUSED|ABI_UNDECODABLE)$/) as string });
      }
    }), { numRuns: 2_000 });
  });
});

describe("shots", () => {
  const pools = [1, 2, 4].map((workers) => createPool({ workerUrl: new URL("../../../../../runtime/app/worker.ts", import.meta.url), workers }));
  afterAll(async () => { await Promise.all(pools.map((pool) => pool.close())); });

  it("are the same from 1, 2 and 4 workers, in parts of any size", async () => {
    const of = flips(21, 0.02), shots = 5_000, first = 1_000;
    const whole = runFrameJob(job(of, { first, shots }));
    const rowBytes = whole.length / shots;
    for (const [index, runner] of [createInlineRunner(runKernel), ...pools].entries()) {
      const size = 700 + 331 * index;
      const parts = Array.from({ length: Math.ceil(shots / size) }, (_, part) => ({ first: first + part * size, shots: Math.min(size, shots - part * size) }));
      const rows = await Promise.all(parts.map((part) => runner.run({ kernel: "q.frames", input: encodeFrameJob(job(of, part)) })));
      expect(Buffer.compare(Buffer.concat(rows), whole)).toBe(0);
      expect(rows.at(-1)?.length).toBe((parts.at(-1)?.shots ?? 0) * rowBytes);
    }
  });

  it("are none where none are asked for, and rows of no bits have no bytes", () => {
    expect(runFrameJob(job(flips(3, 0.1), { shots: 0 }))).toEqual(NO_BYTES);
    expect(runFrameJob(job(program([OP.COIN, 1, 0]), { shots: 3_000 }))).toEqual(NO_BYTES);
  });

  it("of two keys or two blocks are not the same", () => {
    const of = flips(9, 0.2);
    const rows = [job(of), job(of, { key: Uint32Array.of(0x15, 0x5eee) }), job(of, { first: BLOCK_SHOTS })].map((one) => Buffer.from(runFrameJob({ ...one, shots: 1_024 })).toString("hex"));
    expect(new Set(rows).size).toBe(3);
  });
});

describe("sparse injection", () => {
  /** Scores of how often each site, each shot of a block, and each count of a shot came: of a sampler that strikes 24 sites with probability p. */
  function scores(p: number, with_: Uint32Array, blocks: number): readonly number[] {
    const sites = 24;
    const sampler = openSampler(flips(sites, p), "detections");
    const bySite = new Array<number>(sites).fill(0), byShot = new Array<number>(BLOCK_SHOTS).fill(0), byCount = new Array<number>(sites + 1).fill(0);
    let neighbours = 0;
    for (let block = 0; block < blocks; block++) {
      const rows = sampler.block(with_, block);
      for (let shot = 0; shot < BLOCK_SHOTS; shot++) {
        const row = (rows[3 * shot] ?? 0) | ((rows[3 * shot + 1] ?? 0) << 8) | ((rows[3 * shot + 2] ?? 0) << 16);
        let count = 0;
        for (let site = 0; site < sites; site++) {
          if (((row >> site) & 1) === 0) continue;
          count += 1;
          bySite[site] = (bySite[site] ?? 0) + 1;
          byShot[shot] = (byShot[shot] ?? 0) + 1;
        }
        byCount[count] = (byCount[count] ?? 0) + 1;
        if (shot > 0) neighbours += row & ((rows[3 * shot - 3] ?? 0)) & 1;
      }
    }
    const shots = blocks * BLOCK_SHOTS;
    const binomial = byCount.map((_, k) => {
      let odds = 1;
      for (let j = 0; j < sites; j++) odds *= j < k ? ((sites - j) / (j + 1)) * p : 1 - p;
      return odds;
    });
    // Rare counts share a bin.
    const common = binomial.filter((odds) => odds * shots > 10).length;
    const folded = (of: readonly number[]): number[] => [...of.slice(0, common), of.slice(common).reduce((sum, n) => sum + n, 0)];
    const pairs = blocks * (BLOCK_SHOTS - 1) * p * p;
    return [
      chiSquareScore(bySite, bySite.map(() => shots * p)), chiSquareScore(byShot, byShot.map(() => blocks * sites * p)),
      chiSquareScore(folded(byCount), folded(binomial).map((odds) => odds * shots)), Math.abs(neighbours - pairs) / Math.sqrt(pairs),
    ];
  }

  it.each([0.5, 0.1, 0.01, 0.001])("strikes every site and shot alike, and independently, at p = %f", (p) => {
    for (const score of scores(p, key, 400)) expect(score).toBeLessThan(4);
  });

  it("does so under a fresh key", () => {
    const fresh = crypto.getRandomValues(new Uint32Array(2));
    // Ten times the tail of four standard deviations: a right sampler fails once in many thousand runs.
    for (const score of scores(0.02, fresh, 300)) expect(score, `key ${fresh.join(" ")}`).toBeLessThan(6);
  });

  it("strikes always at p = 1 and hardly ever at 10^-12", () => {
    expect(runFrameJob(job(flips(8, 1)))).toEqual(new Uint8Array(2_000).fill(255));
    expect(runFrameJob(job(flips(8, 1e-12)))).toEqual(new Uint8Array(2_000));
  });

  it("has the logarithm of its words to 2 ulp of 1, and the scale of its gaps", () => {
    for (const whole of [1, 2, 3, 12_345_678_901_234, 2 ** 52, 2 ** 53 - 1, 2 ** 53]) expect(Math.abs(logOf(whole) - Math.log(whole / 2 ** 53))).toBeLessThan(1e-15 * Math.max(1, -Math.log(whole / 2 ** 53)));
    for (const p of [1e-15, 1e-6, 0.00999, 0.01, 0.5, 0.999]) expect(gapScale(channel(p)) * Math.log1p(-p)).toBeCloseTo(1, 13);
    expect(Object.is(gapScale(channel(1)), -0)).toBe(true);
  });

  it("draws outcomes with their weights: the alias table gives each back exactly", () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 15 }).filter((all) => all.some((p) => p > 1e-6)), (weights) => {
      const sum = weights.reduce((all, p) => all + p, 0);
      const { threshold, own, other } = aliasOf(channel(...weights.map((p) => p / sum / 2)));
      const back = new Map<number, number>();
      threshold.forEach((word, column) => {
        const share = own[column] === other[column] ? 1 : word / 2 ** 32;
        back.set(own[column] ?? 0, (back.get(own[column] ?? 0) ?? 0) + share / weights.length);
        back.set(other[column] ?? 0, (back.get(other[column] ?? 0) ?? 0) + (1 - share) / weights.length);
      });
      weights.forEach((p, k) => { expect(Math.abs((back.get(k + 1) ?? 0) - p / sum)).toBeLessThan(1e-8); });
    }), { numRuns: 300 });
  });
});
