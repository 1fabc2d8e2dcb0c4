// What a kernel is made of: its tables and ports as one record, handed to each of its parts. Owns nothing itself.
import type { Sha256, Signer } from "../../../kernel-abi/ports.ts";
import type { Checkpoints } from "../../kernel/jobs/checkpoints.ts";
import type { Job } from "../../kernel/jobs/job.ts";
import type { Jobs } from "../../kernel/jobs/jobs.ts";
import type { LogicalMachine } from "../../kernel/logical/machine.ts";
import type { Authority } from "../../kernel/tenancy/authority.ts";
import type { ByHand } from "./by-hand.ts";
import type { Graphs } from "./graphs.ts";
import type { Histories } from "./histories.ts";
import type { JobFacts } from "./job-facts.ts";
import type { JobRuns } from "./job-runs.ts";
import type { Lanes } from "./lanes.ts";
import type { Memory } from "./memory.ts";
import type { Places } from "./placement.ts";
import type { SessionTotals } from "./session-totals.ts";
import type { Signing } from "./signing.ts";
import type { ServedTenants } from "./tenants.ts";
import type { Traces } from "./traces.ts";

export interface Parts {
  readonly authority: Authority;
  readonly tenants: ServedTenants;
  readonly jobs: Jobs;
  readonly facts: Map<string, JobFacts>;
  readonly graphs: Graphs;
  /** A job holds its qubits there under its own id; what a session allocates by hand it holds under `handHolder(session)`. */
  readonly machine: LogicalMachine;
  readonly places: Places;
  readonly totals: SessionTotals;
  readonly hand: ByHand;
  readonly checkpoints: Checkpoints;
  readonly histories: Histories;
  readonly memory: Memory;
  readonly traces: Traces;
  /** Of attestations. */
  readonly signing: Signing;
  readonly runs: JobRuns;
  /** What is run for calls goes through them. */
  readonly lanes: Lanes;
  readonly signer: Signer;
  readonly sha256: Sha256;
  /** Milliseconds since 1970, never going back. */
  readonly now: () => number;
  /** Fresh random bytes. */
  readonly fresh: (bytes: number) => Uint8Array;
  /** From which seeds are derived that nobody gave. */
  readonly seed: string;
  /** Whether it is stopping: nothing new is taken or started. */
  readonly stopping: () => boolean;
  /** Work may have come: look at the queue. */
  readonly kick: () => void;
  /** A job ended, by whatever way. */
  readonly ended: (job: Job) => void;
}
