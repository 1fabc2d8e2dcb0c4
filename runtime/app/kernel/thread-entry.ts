// The worker module of a kernel's threads: a run of a graph from its preparation to its last block, or the same again of a sealed one, so
// that nothing of a heavy run is left to the kernel's own thread. The program is loaded once a thread.
import { Fault } from "../../../kernel-abi/fault.ts";
import { wallClock, hostFacts } from "../../adapters/host.ts";
import { createMemorySink } from "../../adapters/memory.ts";
import type { WorkerFunction } from "../../workers/reply.ts";
import { createRunner } from "../outcomes.ts";
import { PreparedProgram } from "../prepared.ts";
import { GRAPH_PROGRAM } from "../qvm/program-file.ts";
import { graphInput } from "../qvm/runs.ts";
import { madeAgain } from "./made-again.ts";
import { countsOf } from "./job-runs.ts";
import { packed, unpacked } from "./packed.ts";
import { REPLAY_TASK, RUN_TASK, type RunAsked, type RunMade } from "./thread-tasks.ts";

const runner = createRunner({ workers: 0 });
let program: Promise<PreparedProgram> | undefined;

async function run(task: Uint8Array): Promise<Uint8Array> {
  const { seed, input } = unpacked<RunAsked>(task).head;
  const started = wallClock();
  const sink = createMemorySink();
  program ??= PreparedProgram.load(GRAPH_PROGRAM);
  const { end, recorder } = await (await program).run({ seed, input: graphInput(input), sink }, runner);
  const facts = recorder.ended({ end, host: hostFacts({ workers: 0, label: "", started }) });
  const { status, fault } = end;
  const made: RunMade = { facts, end: { status, fault }, ...(status === "completed" ? { counts: countsOf(end.result) } : {}) };
  return packed(made, sink.bytes());
}

async function replay(task: Uint8Array): Promise<Uint8Array> {
  const { head: keyId, body } = unpacked<string>(task);
  return packed(await madeAgain(body, keyId));
}

const TASKS: Readonly<Record<string, (task: Uint8Array) => Promise<Uint8Array>>> = { [RUN_TASK]: run, [REPLAY_TASK]: replay };

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
