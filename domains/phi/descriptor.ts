// The public form of a Φ call, as it is recorded with the intent and handed to the service: the kernels' own job bytes without
// the key, or the envelope operation with the numbers of the jobs that opened its envelopes.
import { Fault } from "../../kernel-abi/fault.ts";
import { jobId } from "../../kernel-abi/ids.ts";
import type { JobId } from "../../kernel-abi/ids.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import { decodeIsingJob, decodeKuramotoJob, decodeSpectrumJob, encodeIsingJob, encodeKuramotoJob, encodeSpectrumJob } from "../kernels/phase/jobs.ts";
import { parseCall } from "./call.ts";
import type { DynamicsCall, PhiCall } from "./call.ts";

type Fields = Readonly<Record<string, unknown>>;

const NO_KEY = new Uint32Array(2);

const refuse = (what: string): never => {
  throw new Fault("ABI_MALFORMED", { argument: "descriptor of a Φ call", what });
};
const fieldsOf = (bytes: Uint8Array): Fields => {
  const value = unpack(bytes);
  return typeof value === "object" && value !== null ? { ...value } : refuse("no record");
};

function jobBytes(call: DynamicsCall): Uint8Array {
  switch (call.op) {
    case "kuramoto": return encodeKuramotoJob(call.job);
    case "ising": return encodeIsingJob(call.job);
    case "spectrum": return encodeSpectrumJob(call.job);
  }
}

/** Canonical: the same call gives the same bytes. */
export function encodeDescriptor(call: PhiCall): Uint8Array {
  switch (call.op) {
    case "open": return pack({ op: call.op, phases: call.phases, magnitudes: call.magnitudes });
    case "shift": return pack({ op: call.op, envelopes: call.envelopes, delta: call.delta });
    case "align": return pack({ op: call.op, envelopes: call.envelopes, kappa: Float64Array.of(call.kappa) });
    case "kuramoto": case "ising": case "spectrum": {
      const { key: _, ...fields } = fieldsOf(jobBytes(call));
      return pack({ op: call.op, ...fields });
    }
    default: return pack({ op: call.op, envelopes: call.envelopes });
  }
}

function readEnvelopes(value: unknown): readonly JobId[] {
  return Array.isArray(value) ? value.map((id: unknown) => (typeof id === "number" ? jobId(id) : refuse("envelopes"))) : [];
}

/** @throws Fault ABI_MALFORMED | KERNEL_REFUSED | ABI_UNDECODABLE */
export function decodeDescriptor(bytes: Uint8Array): PhiCall {
  const { op, envelopes, ...fields } = fieldsOf(bytes);
  const job = (): Uint8Array => pack({ ...fields, key: NO_KEY });
  switch (op) {
    case "kuramoto": return { op, job: decodeKuramotoJob(job()) };
    case "ising": return { op, job: decodeIsingJob(job()) };
    case "spectrum": return { op, job: decodeSpectrumJob(job()) };
    case "align": {
      const { kappa } = fields;
      return parseCall({ op, kappa: kappa instanceof Float64Array ? kappa[0] : undefined }, readEnvelopes(envelopes));
    }
    default: return parseCall({ op, ...fields }, readEnvelopes(envelopes));
  }
}
