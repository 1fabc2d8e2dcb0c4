// A kernel killed at random moments of a stream of jobs: nothing accepted is lost, nothing that ended is run again, what is run again says so.
// Every third time the kernel that takes up what was left is killed too. Three kills and a graceful stop every day; TRIAD_LONG=1 makes a hundred,
// and says what they met.
import process from "node:process";
import seedrandom from "seedrandom";
import { afterAll, expect, it } from "vitest";
import { KernelKills, type Round } from "./kernel-kills.ts";

const LONG = process.env["TRIAD_LONG"] !== undefined;
const KILLS = LONG ? 100 : 3;
const SEED = process.env["TRIAD_SEED"] ?? "kernel";
const kills = new KernelKills();
afterAll(() => { kills.close(); });

it(`a kernel killed ${KILLS} times keeps every job it accepted`, async () => {
  const random = seedrandom(SEED);
  const drawn = (): number => 1 + Math.floor(random() * 150);
  const rounds: Round[] = [];
  for (let left = KILLS; left > 0;) {
    const answers = Array.from({ length: Math.min(left, rounds.length % 2 === 0 ? 1 : 2) }, drawn);
    rounds.push(await kills.round(answers));
    left -= answers.length;
  }
  expect(rounds.flatMap(({ broken }) => broken), `seed ${SEED}`).toEqual([]);
  const sum = (what: (round: Round) => number): number => rounds.reduce((total, round) => total + what(round), 0);
  expect(sum(({ kernels }) => kernels)).toBe(KILLS);
  if (LONG) console.info(`${KILLS} kills, seed ${SEED}: ${sum(({ accepted }) => accepted)} jobs accepted, ${sum(({ endedBefore }) => endedBefore)} ended before, ${sum(({ resumed }) => resumed)} times one was taken up again`);
});

it("a kernel told to stop in the middle of a stream loses none either", async () => {
  const { broken, endedBefore } = await kills.round([40], "stopped");
  expect(broken).toEqual([]);
  expect(endedBefore).toBeGreaterThan(0);
});
