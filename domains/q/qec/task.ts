// From a job to what the kernel is given, and from its answer to the outcome. Owns what was compiled of experiments, the latest few.
import { Fault } from "../../../kernel-abi/fault.ts";
import { unpack } from "../../../kernel-abi/packer.ts";
import type { KernelTask } from "../../../kernel-abi/ports.ts";
import type { FrameProgram } from "../../kernels/frames/program.ts";
import { encodeQecJob, type QecDecoder } from "../../kernels/qec/job.ts";
import { qecKernel } from "../../kernels/qec/kernel.ts";
import { compileFrames } from "../stim/compile.ts";
import type { QecJob } from "./call.ts";
import { decoderFor } from "./decoder.ts";
import type { Experiment } from "./experiment.ts";
import { knownExperiment, Latest } from "./known.ts";
import { parseQecResult, type QecResult } from "./outcome.ts";

const programs = new Latest<Experiment, FrameProgram>((experiment) => compileFrames(knownExperiment(experiment).circuit));
const decoders = new Latest<Pick<QecJob & { readonly mode: "logical" }, "experiment" | "decoder">, QecDecoder>(({ experiment, decoder }) =>
  decoderFor(knownExperiment(experiment).circuit, decoder));

/** What a job is made into before it has a key. @throws Fault STIM_UNSUPPORTED and its kin: what the circuit has that no sampler or decoder takes */
export function compiledJob(job: QecJob): { readonly program: FrameProgram; readonly decoder: QecDecoder | null } {
  const { experiment } = job;
  return { program: programs.of(experiment), decoder: job.mode === "events" ? null : decoders.of({ experiment, decoder: job.decoder }) };
}

/** @throws as `compiledJob` */
export const qecTask = (job: QecJob, key: Uint32Array): KernelTask =>
  ({ kernel: qecKernel.name, input: encodeQecJob({ ...compiledJob(job), shots: job.shots, key }) });

/** What the kernel answered, as it is recorded. @throws Fault Q_ERR_HARDWARE_FAILURE when that is no answer to this job */
export function qecResult({ mode, experiment, shots }: QecJob, answer: Uint8Array): QecResult {
  const { detectors, observables } = knownExperiment(experiment).size;
  const told = unpack(answer);
  const found = parseQecResult(mode === "events" ? { ...Object(told), kind: mode, shots, detectors, observables } : { ...Object(told), kind: mode, shots });
  if (found === undefined) throw new Fault("Q_ERR_HARDWARE_FAILURE", { what: `the kernel's answer is none to a job of ${mode}` });
  return found;
}
