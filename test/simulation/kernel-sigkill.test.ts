// A kernel killed at random moments of a stream of jobs: nothing accepted is lost, nothing that ended is run again, what is run again says so.
// Two kills and a graceful stop every day; TRIAD_LONG=1 makes a hundred.
import process from "node:process";
import seedrandom from "seedrandom";
import { afterAll, expect, it } from "vitest";
import { KernelKills, type Round } from "./kernel-kills.ts";

const KILLS = process.env["TRIAD_LONG"] === undefined ? 2 : 100;
const SEED = process.env["TRIAD_SEED"] ?? "kernel";
const kills = new KernelKills();
afterAll(() => { kills.close(); });

it(`a kernel killed ${KILLS} times keeps every job it accepted`, async () => {
  const random = seedrandom(SEED);
  const rounds: Round[] = [];
  for (let ordinal = 0; ordinal < KILLS; ordinal++) rounds.push(await kills.round(1 + Math.floor(random() * 150)));
  expect(rounds.flatMap(({ broken }) => broken), `seed ${SEED}`).toEqual([]);
});

it("a kernel told to stop in the middle of a stream loses none either", async () => {
  const { broken, endedBefore } = await kills.round(40, "stopped");
  expect(broken).toEqual([]);
  expect(endedBefore).toBeGreaterThan(0);
});
