// The worker module of a kernel's threads: a run of a graph from its preparation to its last block, or the same again of a sealed one, so
// that nothing of a heavy run is left to the kernel's own thread.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { WorkerFunction } from "../../workers/reply.ts";
import { packed, RUN_TASK, unpacked } from "../qvm/thread-form.ts";
import { makeRuns } from "../qvm/thread-runs.ts";
import { madeAgain } from "./made-again.ts";
import { REPLAY_TASK } from "./thread-tasks.ts";

async function replay(task: Uint8Array): Promise<Uint8Array> {
  const { head: keyId, body } = unpacked<string>(task);
  return packed(await madeAgain(body, keyId));
}

const TASKS: Readonly<Record<string, (task: Uint8Array) => Promise<Uint8Array>>> = { [RUN_TASK]: makeRuns, [REPLAY_TASK]: replay };

const work: WorkerFunction = async ({ kernel, input }) => {
  try {
    const task = TASKS[kernel];
    if (task === undefined) throw new Fault("RUNTIME_DEFECT", { what: `no task ${kernel}` });
    return { ok: await task(input) };
  } catch (error) {
    if (error instanceof Fault) return { fault: error.toJSON() };
    throw error;
  }
};
export default work;
