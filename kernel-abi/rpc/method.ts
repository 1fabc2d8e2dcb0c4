// One method of the kernel as a record, and what many records share: codes every call of a session or a job may give, ids for examples.
import { Type, type TProperties, type TSchema } from "../schema.ts";
import type { CodeName } from "./codes.ts";
import { Count, maybe } from "./shapes.ts";

export interface MethodRow<P extends TProperties, R extends TSchema> {
  readonly summary: string;
  readonly help: string;
  /** By name, in the order of the reference. */
  readonly params: P;
  readonly result: R;
  /** Codes beside the standard's. */
  readonly errors: readonly CodeName[];
  /** Making the call twice does what making it once does: it may be tried again when nobody knows whether it was made. */
  readonly idempotent: boolean;
  /** It waits for something to happen, until its signal is aborted. */
  readonly waits: boolean;
  /** Both fit their schemas. */
  readonly example: { readonly params: Readonly<Record<string, unknown>>; readonly result: unknown };
}

interface MethodGiven<P extends TProperties, R extends TSchema> extends Omit<MethodRow<P, R>, "idempotent" | "waits"> {
  readonly idempotent?: boolean;
  readonly waits?: boolean;
}

export const method = <P extends TProperties, R extends TSchema>(given: MethodGiven<P, R>): MethodRow<P, R> =>
  Object.freeze({ idempotent: false, waits: false, ...given });

/** Ids of the examples. */
export const SESSION_EXAMPLE = "sess_0123456789abcdef";
export const JOB_EXAMPLE = "job_0123456789abcdef";

export const OF_SESSION = ["JOB_NOT_FOUND", "AUTH_FAILED", "TENANT_SUSPENDED"] as const satisfies readonly CodeName[];
export const OF_JOB = [...OF_SESSION, "ACCESS_DENIED"] as const satisfies readonly CodeName[];
export const timeout = maybe(Type.Union([Count("most milliseconds to wait; 0, null or nothing: as long as it takes"), Type.Null()]));
