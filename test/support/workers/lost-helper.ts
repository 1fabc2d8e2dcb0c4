// A worker module whose first helper dies at work: a thread between it and the pool's thread ends it, because that one is busy.
import { existsSync, writeFileSync } from "node:fs";
import process from "node:process";
import { Worker, workerData } from "node:worker_threads";
import type { Crew } from "../../../kernel-abi/ports.ts";
import runJob from "../../../runtime/app/worker.ts";
import { createCrew } from "../../../runtime/workers/crew.ts";
import type { WorkerFunction } from "../../../runtime/workers/reply.ts";

interface Lease { readonly module: object; readonly memory: { readonly buffer: ArrayBufferLike }; readonly entry: string; readonly args: readonly number[]; readonly bell: number; readonly lostHelper: true }
const isLease = (value: unknown): value is Lease => typeof value === "object" && value !== null && "lostHelper" in value;

/** How long the helper works before it dies: the job is longer by far, and a helper at work always holds a block. */
const WORK_MS = 400;

async function lose({ args, ...work }: Lease): Promise<void> {
  const crew = createCrew({ helpers: 1 });
  crew.enlist({ ...work, args: () => args });
  await new Promise((resolve) => { setTimeout(resolve, WORK_MS); });
  await crew.end();
  process.exit();
}

if (isLease(workerData)) void lose(workerData);

/** The first thread that is asked loses its helper: it leaves a file behind. */
function isFirst(): boolean {
  const mark = process.env["TRIAD_TEST_MARK"] ?? "";
  if (existsSync(mark)) return false;
  writeFileSync(mark, "");
  return true;
}

const run: WorkerFunction = (task, crew) => {
  const losing: Crew = { helpers: 1, enlist({ args, ...work }) { new Worker(new URL(import.meta.url), { workerData: { ...work, args: args(0), lostHelper: true } satisfies Lease }); } };
  return runJob(task, isFirst() ? losing : crew);
};
export default run;
