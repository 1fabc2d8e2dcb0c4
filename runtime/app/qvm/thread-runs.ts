// The work of a thread that makes runs of graphs, each from its preparation to its last block. The program is loaded once a thread, an
// input prepared once as long as it is among the latest.
import { Fault } from "../../../kernel-abi/fault.ts";
import { hostFacts, wallClock } from "../../adapters/host.ts";
import { createRunner } from "../outcomes.ts";
import { PreparedProgram, type PreparedInput } from "../prepared.ts";
import { BundleBuffers } from "./buffers.ts";
import { graphInput } from "./inputs.ts";
import { GRAPH_PROGRAM } from "./program-file.ts";
import { packed, unpacked, type RunAnswer, type RunsAsked } from "./thread-form.ts";

const runner = createRunner({ workers: 0 });
const shared = { run: runner.run.bind(runner), close: (): Promise<void> => Promise.resolve() };
const buffers = new BundleBuffers();
let program: Promise<PreparedProgram> | undefined;

/** By number, the latest used last. */
const inputs = new Map<number, PreparedInput>();
const INPUTS_MAX = 64;

function inputOf(number: number): PreparedInput | undefined {
  const found = inputs.get(number);
  if (found === undefined) return undefined;
  inputs.delete(number);
  inputs.set(number, found);
  return found;
}

function drop(): void {
  for (const number of inputs.keys()) {
    if (inputs.size <= INPUTS_MAX) return;
    inputs.delete(number);
  }
}

interface Answered {
  readonly answer: RunAnswer;
  readonly bytes?: Uint8Array;
}

async function made(loaded: PreparedProgram, seed: string, input: PreparedInput, label: string): Promise<Answered> {
  const started = wallClock();
  const sink = buffers.take();
  try {
    const { end, recorder } = await loaded.run({ seed, input, sink }, shared);
    const facts = recorder.ended({ end, host: hostFacts({ workers: 0, label, started }) });
    return { answer: { is: "made", facts, end }, bytes: sink.taken() };
  } catch (error) {
    sink.giveBack();
    if (error instanceof Fault) return { answer: { is: "refused", fault: error.toJSON() } };
    throw error;
  }
}

/** RunsAsked → RunAnswer[] and what was written, side by side. */
export async function makeRuns(task: Uint8Array): Promise<Uint8Array> {
  const { inputs: sent, runs, label } = unpacked<RunsAsked>(task).head;
  const loaded = await (program ??= PreparedProgram.load(GRAPH_PROGRAM));
  for (const [number, input] of sent) inputs.set(number, graphInput(input));
  const answered = await Promise.all(runs.map(({ seed, input }): Answered | Promise<Answered> => {
    const prepared = inputOf(input);
    return prepared === undefined ? { answer: { is: "unknown" } } : made(loaded, seed, prepared, label);
  }));
  drop();
  return packed(answered.map(({ answer }) => answer), answered.flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes])));
}
