// The worker module of the thread that writes evidence: a batch, job by job, the trace before its attestation.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { WorkerFunction } from "../../workers/reply.ts";
import { unpacked } from "../qvm/thread-form.ts";
import { writeEvidence } from "./trace-files.ts";
import type { WriteAsked } from "./trace-writer.ts";

const work: WorkerFunction = ({ input }) => {
  const { head: { folder, jobs }, body } = unpacked<WriteAsked>(input);
  let at = 0;
  const taken = (length: number): Uint8Array => body.subarray(at, at += length);
  try {
    for (const { job, bundle, attestation } of jobs) writeEvidence(folder, job, { bundle: taken(bundle), attestation: attestation === null ? undefined : taken(attestation) });
    return { ok: new Uint8Array() };
  } catch (error) {
    if (error instanceof Fault) return { fault: error.toJSON() };
    throw error;
  }
};
export default work;
