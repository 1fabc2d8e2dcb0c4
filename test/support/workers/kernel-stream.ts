// A kernel with a stream of jobs, to be killed: `kernel-stream.ts STATE FIRST_SEED [STOP]`. Every answer is told on standard output as
// soon as it is there, and not before: S session, A job seed, E job state digest; R seed as a run begins. After STOP answers it
// stops by itself, in the middle of the stream.
import { writeSync } from "node:fs";
import process from "node:process";
import type { JobRuns } from "../../../runtime/app/kernel/job-runs.ts";
import { preparedRuns } from "../../../runtime/app/kernel/prepared-runs.ts";
import { call, coins, ghz, session, testKernel } from "../kernel-service.ts";
import { testSigner } from "../signer.ts";

const [state = "", first = "0", stop] = process.argv.slice(2);
const STREAMS = 6;
const GRAPHS = [ghz(2), coins(8), coins(60)];

let answers = 0;
let enough: () => void = () => undefined;
const say = (...words: readonly string[]): void => { writeSync(1, `${words.join(" ")}\n`); };
const tell = (...words: readonly string[]): void => {
  say(...words);
  if (++answers === Number(stop)) enough();
};

const inner = preparedRuns({ signer: testSigner(), workers: 0 });
const runs: JobRuns = { ...inner, run: (job) => { say("R", job.seed); return inner.run(job); } };
const kernel = testKernel({ state, runs });
const own = await session(kernel);
tell("S", own);

let stopped = false;
async function stream(at: number): Promise<void> {
  for (let seed = Number(first) + at; !stopped; seed += STREAMS) {
    const { job_id } = await call(kernel, "q_submit", { graph: GRAPHS[seed % GRAPHS.length], session_id: own, policy: { seed } });
    tell("A", job_id, String(seed));
    const { state: end, digest = "" } = await call(kernel, "q_wait", { job_id, session_id: own });
    if (end === "COMPLETED") tell("E", job_id, end, digest);
  }
}

const streams = Promise.all(Array.from({ length: STREAMS }, (_, at) => stream(at))).catch(() => undefined); // refused, once it stops
if (stop !== undefined) {
  await new Promise<void>((resolve) => {
    enough = resolve;
    if (answers >= Number(stop)) resolve();
  });
  stopped = true;
  await kernel.stop();
  tell("Z");
}
await streams;
