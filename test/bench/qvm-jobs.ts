// One-shot jobs: graphs that are run once each, every one a run of its own with a whole sealed bundle, seals signed in batches.
import { verifyGraph } from "../../kernel-abi/qvm/verify.ts";
import { createGraphRuns } from "../../runtime/app/qvm/runs.ts";
import { testSigner } from "../support/signer.ts";
import { least, type Figure } from "./figure.ts";

/** Shots of a graph over upstream's executor in process, warmed (README of the data): no record, no seal. */
const UPSTREAM = { Bell: 4478, "GHZ-50": 288, "GHZ-500": 22 } as const;
/** Asked for at once: each of two threads is at 16, has 16 more, and as many are being sealed. */
const IN_FLIGHT = 128;

export interface OneShots {
  readonly jobs: number;
  /** 0: on the thread that asks. */
  readonly threads: number;
  readonly goal?: number;
}

/** Jobs a second, the bundles of all of them in hand at the end; best of seven rounds, the first of which warm up. */
export async function oneShotJobs(name: keyof typeof UPSTREAM, json: unknown, { jobs, threads, goal }: OneShots): Promise<Figure> {
  const { graph } = verifyGraph(json);
  if (graph === undefined) throw new Error(`${name} is invalid`);
  const runs = await createGraphRuns({ signer: testSigner(), batch: 64, patienceMs: 1_000, threads });
  const round = async (): Promise<number> => {
    const begin = process.hrtime.bigint();
    const sealed: Promise<unknown>[] = [];
    await Promise.all(Array.from({ length: IN_FLIGHT }, async (_, lane) => {
      for (let at = lane; at < jobs; at += IN_FLIGHT) sealed.push((await runs.run({ graph, shots: 1, seed: `bench ${at}` })).sealed);
    }));
    runs.flush();
    await Promise.all(sealed);
    return Number(process.hrtime.bigint() - begin) / 1e9;
  };
  const seconds: number[] = [];
  for (let times = 0; times < 7; times++) seconds.push(await round());
  await runs.close();
  return { name: `${name}, one-shot jobs, each a sealed run, ${threads === 0 ? "on one thread" : `on ${threads} threads`} (upstream ${UPSTREAM[name]})`, value: jobs / Math.min(...seconds), unit: "jobs/s", ...(goal === undefined ? {} : { goal: least(goal) }) };
}
