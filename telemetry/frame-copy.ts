// Copies that leave the run: what an observer is handed is its own, so that it may keep, change, transfer or misread it.
//   O4  A frame is copied whole, bodies too: the runtime reuses its own frames and buffers as it likes.
//   O5  Nothing of a program's is called: an error is read from plain properties, never through a getter, a proxy or toString.
import { types } from "node:util";
import { Fault, faultByCode } from "../kernel-abi/fault.ts";
import type { Entry, Frame } from "../kernel-abi/frame.ts";

const NO_BYTES: Uint8Array = Object.freeze(new Uint8Array(0));

/** Bodies up to this size live in the engine's own heap, where an allocation is cheap. */
const SMALL = 64;

/** Hands out pieces of one buffer made for one copy: `slice` would share the memory of a Buffer, and an allocation a body is slow. */
class Pieces {
  readonly #bytes: Uint8Array;
  #at = 0;
  constructor(size: number) { this.#bytes = new Uint8Array(size); }

  copy(body: Uint8Array): Uint8Array {
    if (body.length <= SMALL) return body.length === 0 ? NO_BYTES : new Uint8Array(body);
    const from = this.#at;
    this.#at += body.length;
    const piece = this.#bytes.subarray(from, this.#at);
    piece.set(body);
    return piece;
  }
}

const copyEntry = ({ code, verdict, domain, capability, contract, subject, body }: Entry, pieces: Pieces): Entry =>
  Object.freeze({ code, verdict, domain, capability, contract, subject, body: pieces.copy(body) });

const sizeOf = ({ length }: Uint8Array): number => (length <= SMALL ? 0 : length);

function bytesOf(frame: Frame): number {
  let bytes = frame.kind === "turn" ? sizeOf(frame.end.body) : 0;
  for (const { body } of frame.entries) bytes += sizeOf(body);
  return bytes;
}

/** A frame of the observer's own: frozen records, and bodies in memory nobody else has. */
export function copyFrame(frame: Frame): Frame {
  const { tick, actor } = frame;
  const pieces = new Pieces(bytesOf(frame));
  const entries = Object.freeze(frame.entries.map((entry) => copyEntry(entry, pieces)));
  if (frame.kind === "kernel") return Object.freeze({ kind: frame.kind, tick, actor, entries });
  const { ready, delivery: { kind, from, seq }, end } = frame;
  return Object.freeze({
    kind: frame.kind, tick, actor, ready, entries,
    delivery: Object.freeze({ kind, from, seq }),
    end: Object.freeze({ kind: end.kind, on: end.on, subject: end.subject, body: pieces.copy(end.body) }),
  });
}

const CAUSES_MAX = 4;
const WORDS_MAX = 10_000;
const PROTOTYPES_MAX = 32;
/** Where `stack` is an accessor, only the engine's own is called. */
const ENGINES_STACK = Object.getOwnPropertyDescriptor(new Error(), "stack")?.get;

const FOREIGN = Symbol("an accessor or a proxy");

/** A plain property, own or inherited; undefined when there is none, FOREIGN when only code could tell. */
function plainProperty(error: object, name: string): unknown {
  let holder: object | null = error;
  for (let depth = 0; holder !== null; depth++) {
    if (depth === PROTOTYPES_MAX || types.isProxy(holder)) return FOREIGN;
    const found = Object.getOwnPropertyDescriptor(holder, name);
    if (found !== undefined) return "value" in found ? found.value : FOREIGN;
    holder = Object.getPrototypeOf(holder) as object | null;
  }
  return undefined;
}

const text = (value: unknown): string => (typeof value === "string" ? value.slice(0, WORDS_MAX) : "");

/** Engines write the stack when it is first read, and read name and message for it: not where these are code. */
function stackOf(error: object): string {
  if (plainProperty(error, "name") === FOREIGN || plainProperty(error, "message") === FOREIGN) return "";
  const found = Object.getOwnPropertyDescriptor(error, "stack");
  if (found === undefined) return "";
  return text("value" in found ? found.value : ENGINES_STACK !== undefined && found.get === ENGINES_STACK ? found.get.call(error) : "");
}

/** As `instanceof`, without asking anyone. */
function isFault(error: object): error is Fault {
  let holder: object | null = error;
  for (let depth = 0; holder !== null && depth < PROTOTYPES_MAX && !types.isProxy(holder); depth++) {
    if (holder === Fault.prototype) return true;
    holder = Object.getPrototypeOf(holder) as object | null;
  }
  return false;
}

function copyOfFault(error: object): Error | undefined {
  const code = plainProperty(error, "code");
  const name = typeof code === "number" ? faultByCode(code) : undefined;
  if (name === undefined || !isFault(error)) return undefined;
  const detail = plainProperty(error, "detail");
  if (typeof detail !== "object" || detail === null || types.isProxy(detail)) return new Fault(name);
  const plain = Object.entries(Object.getOwnPropertyDescriptors(detail)).flatMap(([key, { value }]): [string, string | number | boolean | null][] =>
    (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? [[key, value]] : []));
  return new Fault(name, Object.fromEntries(plain));
}

/** What was thrown, as far as it is plain: an Error with the same name, message, stack and causes, or a word for what it was. */
export function copyError(error: unknown, depth = 0): unknown {
  if (typeof error === "function") return "a function";
  if (typeof error !== "object" || error === null) return error;
  if (types.isProxy(error) || !types.isNativeError(error)) return "an object that is no Error";
  const message = text(plainProperty(error, "message"));
  const copy = copyOfFault(error) ?? new Error(message);
  const own = (name: string, value: unknown): void => { Object.defineProperty(copy, name, { value, configurable: true, writable: true, enumerable: false }); };
  own("name", text(plainProperty(error, "name")) || "Error");
  own("message", message);
  own("stack", stackOf(error));
  const cause = Object.getOwnPropertyDescriptor(error, "cause");
  if (cause !== undefined && "value" in cause && depth < CAUSES_MAX) own("cause", copyError(cause.value, depth + 1));
  return copy;
}
