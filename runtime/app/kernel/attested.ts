// What there is to tell of a job that holds no place in this kernel's accounts any more, as of one that ended under an earlier kernel: what the
// kernel attested of it then. Owns nothing: the file is read when somebody asks.
//   K34 Told is what this kernel's key signed of this job's own run, and nothing where there is no such file: no more is known of the job then.
import { Fault } from "../../../kernel-abi/fault.ts";
import { openAttestation, type Attestation } from "../../../kernel-abi/qvm/attestation.ts";
import { standings } from "../../../kernel-abi/qvm/stretches.ts";
import { signatureHolds } from "../../../replay/seal.ts";
import type { EpochFacts, EpochUsage } from "../../kernel/logical/epochs.ts";
import type { Parts } from "./parts.ts";

export interface AttestedUse {
  readonly usage: EpochUsage;
  /** In stretches; of a job of very many the first. */
  readonly epochs: readonly EpochFacts[];
  /** Of the job, told or not. */
  readonly count: number;
}

type Ports = Pick<Parts, "jobs" | "traces" | "signer" | "sha256">;

function read({ traces, signer, sha256 }: Ports, id: string, run: string): Attestation | undefined {
  try {
    const bytes = traces.attestation(id);
    if (bytes === undefined) return undefined;
    const attestation = openAttestation(bytes, { sha256, signature: signatureHolds });
    return attestation.job === id && attestation.run === run && attestation.keyId === signer.keyId ? attestation : undefined;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/** Undefined where nothing is attested of it. */
export function attestedOf(ports: Ports, id: string): AttestedUse | undefined {
  const run = ports.jobs.get(id)?.outcome?.digest;
  const attestation = run === undefined ? undefined : read(ports, id, run);
  if (attestation === undefined) return undefined;
  const epochs = Array.from(standings(attestation.epochs), ({ stretch: { epoch, times, from, to, usage, undone }, mapping }) => ({ epoch, times, from, to, mapping, usage, ...(undone === undefined ? {} : { undone }) }));
  return { usage: attestation.usage, epochs, count: attestation.epochs.count };
}
