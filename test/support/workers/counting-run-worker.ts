// A worker module that refuses each run, saying how many it was asked for in one message.
import { Fault } from "../../../kernel-abi/fault.ts";
import { packed, unpacked, type RunAnswer, type RunsAsked } from "../../../runtime/app/qvm/thread-form.ts";
import type { WorkerFunction } from "../../../runtime/workers/reply.ts";

const counting: WorkerFunction = ({ input }) => {
  const { runs } = unpacked<RunsAsked>(input).head;
  const answer: RunAnswer = { is: "refused", fault: new Fault("USAGE", { option: "runs", value: runs.length }).toJSON() };
  return Promise.resolve({ ok: packed(runs.map(() => answer)) });
};
export default counting;
