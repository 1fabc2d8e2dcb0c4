// Dispatch: from one JSON value to the text of its reply, or to none. Owns what JSON-RPC 2.0 says of requests, notifications and batches.
//   R9  Every request is answered once, whatever its handler does; a notification never, not even with an error.
//   R11 A reply that is larger than the connection takes is a typed error in its place, in a batch only those beyond what fits.
//   R10 An id comes back as it was written: what JSON would give back as another number is refused.
// Handlers may answer at once: then so does the dispatcher, and replies stand in the order of the requests.
import { Fault } from "../fault.ts";
import { Type, compiled } from "../schema.ts";
import { CODES, Refusal, type CodeName } from "./codes.ts";
import { errorText, resultText, type RpcError, type RpcId } from "./encode.ts";
import { CODE_OF, faultData } from "./fault-data.ts";
import type { CallContext, Handlers } from "./handlers.ts";
import { DISCOVER, isMethod, METHOD_NAMES, METHODS, type MethodName } from "./methods.ts";
import { openRpc } from "./openrpc.ts";

export const BATCH_MAX = 1_024;

type Maybe<T> = T | Promise<T>;
/** Text of the reply; undefined where there is none. */
export type Dispatch = (value: unknown, context: CallContext) => Maybe<string | undefined>;

export interface DispatchOptions {
  /** Told of what a handler threw that is neither a Refusal nor a Fault the table knows: a defect of ours. */
  readonly defect?: (error: unknown, method: string) => void;
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** An error as it stands on the wire. */
export function rpcError(name: CodeName, data: Fields = {}, message: string = CODES[name].says): RpcError {
  return { code: CODES[name].code, message, data: { name, next: CODES[name].next, ...data } };
}

const validators = new Map(METHOD_NAMES.map((name) => {
  const { params } = METHODS[name];
  return [name, { members: Object.keys(params), validator: compiled(Type.Object(params)) }] as const;
}));

/** The members the method knows, or what is wrong with them. */
function paramsOf(method: MethodName, given: Fields): { readonly params: Fields } | { readonly at: string; readonly what: string } {
  const entry = validators.get(method);
  const params = Object.fromEntries((entry?.members ?? []).filter((name) => Object.hasOwn(given, name)).map((name) => [name, given[name]]));
  const validator = entry?.validator();
  if (validator === undefined || validator.Check(params)) return { params };
  return firstOf(validator.Errors(params));
}

interface Misfit { readonly keyword: string; readonly instancePath: string; readonly message: string }
/** Keywords by which a branch of a union says that the value is none of its own. */
const OTHER_BRANCH: ReadonlySet<string> = new Set(["type", "const", "enum", "anyOf"]);

/** The first member that does not fit; of a union's branches, what the one says that came furthest, or all that there are. */
function firstOf(misfits: readonly Misfit[]): { readonly at: string; readonly what: string } {
  const first = misfits[0]?.instancePath ?? "";
  const same = misfits.filter(({ instancePath }) => instancePath === first || instancePath.startsWith(`${first}/`));
  const deepest = same.reduce((at, { instancePath }) => (instancePath.split("/").length > at.split("/").length ? instancePath : at), first);
  const there = same.filter(({ instancePath }) => instancePath === deepest);
  const own = there.find(({ keyword }) => !OTHER_BRANCH.has(keyword));
  const types = there.filter(({ keyword }) => keyword !== "anyOf");
  return { at: deepest, what: own?.message ?? ([...new Set(types.map(({ message }) => message))].join(" or ") || "does not fit") };
}

const isId = (id: unknown): id is RpcId =>
  id === null || typeof id === "string" || (typeof id === "number" && Number.isFinite(id) && (Number.isSafeInteger(id) || !Number.isInteger(id)));

/** A request that can be carried out. */
interface Request {
  readonly method: string;
  readonly params: Fields;
}

const malformed = (at: string, what: string): RpcError => rpcError("INVALID_REQUEST", { at, what });

function requestOf(value: Fields): Request | RpcError {
  const { jsonrpc, method, params = {}, id } = value;
  if (jsonrpc !== "2.0") return malformed("/jsonrpc", "must be \"2.0\"");
  if (typeof method !== "string") return malformed("/method", "must be a string");
  if (Object.hasOwn(value, "id") && !isId(id)) return malformed("/id", "must be a string, null or a number that is written back as it was read");
  if (isFields(params)) return { method, params };
  if (!Array.isArray(params)) return malformed("/params", "must be an object");
  return params.length === 0 ? { method, params: {} } : rpcError("INVALID_PARAMS", { at: "/params", what: "params are given by name, in an object" });
}

function errorOf(error: unknown, method: string, { defect }: DispatchOptions): RpcError {
  if (error instanceof Refusal) return rpcError(error.refusal, error.data, error.message);
  if (error instanceof Fault) {
    const name = CODE_OF[error.fault];
    if (name === undefined) defect?.(error, method);
    return rpcError(name ?? "INTERNAL_ERROR", faultData(error), error.message);
  }
  defect?.(error, method);
  return rpcError("INTERNAL_ERROR", { what: error instanceof Error ? error.name : typeof error });
}

const isPromise = (value: unknown): value is Promise<unknown> => typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";

/** The result, or whatever it was refused with, thrown. */
function called(handlers: Handlers, { method, params }: Request, context: CallContext): unknown {
  if (method === DISCOVER) return openRpc();
  if (!isMethod(method)) throw new Refusal("METHOD_NOT_FOUND", { method: method.slice(0, 80), ...(isMethod(`q_${method}`) ? { meant: `q_${method}` } : {}) });
  const read = paramsOf(method, params);
  if ("what" in read) throw new Refusal("INVALID_PARAMS", { at: `/params${read.at}`, what: read.what });
  const handler = handlers[method] as (params: Fields, context: CallContext) => unknown; // the params have been held against the method's schema
  const strangers = Object.keys(params).filter((name) => !Object.hasOwn(read.params, name));
  return handler(read.params, strangers.length === 0 ? context : { ...context, strangers });
}

const idOf = (value: unknown): RpcId | undefined => (isFields(value) && Object.hasOwn(value, "id") ? (isId(value["id"]) ? value["id"] : null) : undefined);
const tooLarge = (id: RpcId, bytes: number, most: number): string => errorText(id, rpcError("REPLY_TOO_LARGE", { bytes, most }));

/** What stands in place of the whole reply to `value` (R11). */
export function inPlaceOfReply(value: unknown, bytes: number, most: number): string {
  if (!Array.isArray(value)) return tooLarge(idOf(value) ?? null, bytes, most);
  return `[${value.flatMap((member) => { const id = idOf(member); return id === undefined ? [] : [tooLarge(id, bytes, most)]; }).join(",")}]`;
}

/** One function over a service; it keeps nothing between calls and never throws. */
export function dispatch(handlers: Handlers, options: DispatchOptions = {}): Dispatch {
  const failed = (id: RpcId, method: string, error: unknown): string => {
    const told = errorOf(error, method, options);
    try {
      return errorText(id, told);
    } catch (cause) { // data without a JSON form
      return errorText(id, errorOf(cause, method, options));
    }
  };
  const succeeded = (id: RpcId, method: string, result: unknown): string => {
    try {
      return resultText(id, result);
    } catch (cause) {
      return failed(id, method, cause);
    }
  };
  const one = (value: unknown, context: CallContext): Maybe<string | undefined> => {
    if (!isFields(value)) return errorText(null, malformed("", "must be an object, or an array of them"));
    const request = requestOf(value);
    const told = Object.hasOwn(value, "id");
    const id = isId(value["id"]) ? value["id"] : null;
    if ("code" in request) return told || request.code === CODES.INVALID_REQUEST.code ? errorText(id, request) : undefined;
    const { method } = request;
    try {
      const result = called(handlers, request, context);
      if (!isPromise(result)) return told ? succeeded(id, method, result) : undefined;
      return result.then((settled) => (told ? succeeded(id, method, settled) : undefined), (error: unknown) => {
        const text = failed(id, method, error);
        return told ? text : undefined;
      });
    } catch (error) {
      const text = failed(id, method, error);
      return told ? text : undefined;
    }
  };
  return (value, context) => {
    if (!Array.isArray(value)) return one(value, context);
    if (value.length === 0 || value.length > BATCH_MAX) return errorText(null, malformed("", `a batch has 1 to ${BATCH_MAX} requests`));
    const replies = value.map((member) => one(member, context));
    const ids = value.map(idOf);
    return replies.some(isPromise) ? Promise.all(replies).then((all) => joined(all, ids, context.replyMost)) : joined(replies as readonly (string | undefined)[], ids, context.replyMost);
  };
}

/** Replies of a batch in the order of its requests; none where all were notifications. */
function joined(replies: readonly (string | undefined)[], ids: readonly (RpcId | undefined)[], most = Number.POSITIVE_INFINITY): string | undefined {
  let bytes = 2;
  const told = replies.flatMap((reply, at) => {
    if (reply === undefined) return [];
    const text = bytes + reply.length + 1 > most ? tooLarge(ids[at] ?? null, reply.length, most) : reply;
    bytes += text.length + 1;
    return [text];
  });
  return told.length === 0 ? undefined : `[${told.join(",")}]`;
}
