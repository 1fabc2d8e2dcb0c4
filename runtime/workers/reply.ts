// What crosses the thread. Owns the shape of a task and of its reply; a Fault crosses as its JSON form and is a Fault again here.
import type { Crew } from "../../kernel-abi/ports.ts";
import { Fault, FAULTS, type FaultDetail, type FaultJson, type FaultName } from "../../kernel-abi/fault.ts";

/** One attempt at a job, as a worker module gets it. `delayMs` is 0 except in tests that shuffle completion order. */
export interface WorkerTask {
  readonly kernel: string;
  readonly input: Uint8Array;
  readonly delayMs: number;
}

export type WorkerReply = { readonly ok: Uint8Array } | { readonly fault: FaultJson };

/** Default export of a worker module. It answers a refused input with `fault`; whatever it throws counts as a lost worker. */
export type WorkerFunction = (task: WorkerTask, crew: Crew) => WorkerReply | Promise<WorkerReply>;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;
const isFaultName = (value: unknown): value is FaultName => typeof value === "string" && Object.hasOwn(FAULTS, value);

function parseDetail(value: unknown): FaultDetail {
  if (!isRecord(value)) return {};
  const detail: Record<string, string | number | boolean | null> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === null || typeof member === "string" || typeof member === "number" || typeof member === "boolean") detail[key] = member;
  }
  return detail;
}

/**
 * The reply of a worker, or the reason why it is none.
 * @throws Error when the value is not a reply (the caller treats that as a lost worker).
 */
export function parseReply(value: unknown): { readonly ok: Uint8Array } | { readonly fault: Fault } {
  if (isRecord(value) && value["ok"] instanceof Uint8Array) return { ok: value["ok"] };
  const fault = isRecord(value) ? value["fault"] : undefined;
  if (isRecord(fault) && isFaultName(fault["name"])) return { fault: new Fault(fault["name"], parseDetail(fault["detail"])) };
  throw new Error("the worker module answered neither bytes nor a fault");
}
