// What is kept of a job beside what its table keeps.
import type { Verified } from "./graphs.ts";

/** What the kernel knows of a job beside what the table does: it is here from acceptance until the job is forgotten. */
export interface JobFacts {
  readonly verified: Verified;
  readonly debug: boolean;
  readonly noise: unknown;
  readonly clientToken: string | null;
  /** The seed came from the caller. */
  readonly seedGiven: boolean;
  /** Entries of the audit log before the first that speaks of it. */
  readonly auditFrom: number;
  /** Milliseconds since 1970 at acceptance, for people. */
  readonly createdAt: number;
}
