// The worker module of the threads that whole runs are made on (run-threads.ts).
import { Fault } from "../../../kernel-abi/fault.ts";
import type { WorkerFunction } from "../../workers/reply.ts";
import { makeRuns } from "./thread-runs.ts";

const work: WorkerFunction = async ({ input }) => {
  try {
    return { ok: await makeRuns(input) };
  } catch (error) {
    if (error instanceof Fault) return { fault: error.toJSON() };
    throw error;
  }
};
export default work;
