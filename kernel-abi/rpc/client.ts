// The client's side of the interface, without the socket: requests as text, replies as results or errors, what may be tried again and when.
//   R11 A call is made again when it was itself refused with a transient code; when nothing is known of what became of it, only where
//       making it twice is making it once. A submit is made again only with a client_token.
//   R12 A reply that is none, or that answers another call, is never taken for a result.
import { CODES, codeName, type CodeName } from "./codes.ts";
import { METHODS, type MethodName } from "./methods.ts";

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** What the kernel refused a call with. */
export class KernelError extends Error {
  /** The number on the wire. */
  readonly code: number;
  /** Its name in CODES; UNKNOWN for a number this version does not know. */
  override readonly name: CodeName | "UNKNOWN";
  readonly method: string;
  readonly data: Fields;
  /** What to do next. */
  readonly next: string;
  /** Whether this answers the call; false when it was said of the connection as a whole. */
  readonly answered: boolean;
  constructor(method: string, error: { readonly code: number; readonly message: string; readonly data?: unknown }, answered = true) {
    super(error.message);
    this.answered = answered;
    const name = codeName(error.code);
    this.method = method;
    this.code = error.code;
    this.name = name ?? "UNKNOWN";
    this.data = isFields(error.data) ? error.data : error.data === undefined ? {} : { data: error.data };
    this.next = typeof this.data["next"] === "string" ? this.data["next"] : name === undefined ? "Ask rpc.discover for the errors of the method." : CODES[name].next;
  }
  /** Whether the same call may succeed later. */
  get transient(): boolean { return this.name !== "UNKNOWN" && CODES[this.name].transient; }
}

export type Reply = { readonly id: unknown; readonly result: unknown } | { readonly id: unknown; readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } };

/** A reply as it stands on the wire; undefined for anything else (R12). */
export function readReply(value: unknown): Reply | undefined {
  if (!isFields(value) || value["jsonrpc"] !== "2.0" || !Object.hasOwn(value, "id")) return undefined;
  const { id, error } = value;
  if (Object.hasOwn(value, "error") === Object.hasOwn(value, "result")) return undefined;
  if (Object.hasOwn(value, "result")) return { id, result: value["result"] };
  if (!isFields(error) || !Number.isSafeInteger(error["code"]) || typeof error["message"] !== "string") return undefined;
  return { id, error: { code: Number(error["code"]), message: error["message"], data: error["data"] } };
}

/** Whether making the call twice is making it once. */
const repeatable = (method: MethodName, params: Fields): boolean =>
  METHODS[method].idempotent || (method === "q_submit" && typeof params["client_token"] === "string");

/** Whether a call that failed may be made again (R11). `lost`: the connection was, and nothing is known of the call. */
export function repeats(method: MethodName, params: Fields, error: unknown, lost: boolean): boolean {
  const transient = error instanceof KernelError && error.transient && error.name !== "TIMEOUT";
  if (repeatable(method, params)) return transient || lost;
  return transient && error.answered && method !== "q_submit";
}

export interface RetryPolicy {
  /** Attempts in all. */
  readonly attempts: number;
  /** The wait before the second attempt; doubled before each further one. */
  readonly firstMs: number;
  readonly mostMs: number;
}
export const RETRY: RetryPolicy = Object.freeze({ attempts: 6, firstMs: 20, mostMs: 2_000 });

/** Milliseconds before attempt `next` (2, 3 …): half of the doubled wait, and as much again as `jitter` (0 to 1) says. */
export function backoff({ firstMs, mostMs }: RetryPolicy, next: number, jitter: number): number {
  let wait = firstMs;
  for (let doubled = 2; doubled < next && wait < mostMs; doubled++) wait *= 2;
  wait = Math.min(wait, mostMs);
  return wait / 2 + (wait / 2) * jitter;
}
