// A worker module of runs whose thread dies when it is asked for a run of the seed "die".
import type { WorkerFunction } from "../../../runtime/workers/reply.ts";
import { unpacked, type RunsAsked } from "../../../runtime/app/qvm/thread-form.ts";
import work from "../../../runtime/app/qvm/thread-entry.ts";

const dying: WorkerFunction = (task, crew) => {
  if (unpacked<RunsAsked>(task.input).head.runs.some(({ seed }) => seed === "die")) process.exit(7);
  return work(task, crew);
};
export default dying;
