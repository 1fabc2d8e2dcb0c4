// Handles: frozen objects looked up by identity in the kernel's tables over (slot, generation) (contracts, rule 7).
//   A4  A handle cannot be cloned or serialised: its own function-valued `toJSON` makes structuredClone, JSON and
//       MessagePack fail with Q_ERR_NO_CLONE_VIOLATION; an object copied by spreading is unknown to the tables: a dead handle.
//   A5  Whoever makes a handle is told of every attempt to copy it, and of which kind.
import { Fault } from "./fault.ts";

declare const outcome: unique symbol;

interface HandleOf<K extends string> {
  readonly handle: K;
  readonly toJSON: CopyRefusal;
}
/** Ways to copy a handle that come to notice; every other way makes a dead object or throws. Names stand in traces. */
export const COPY_WAYS = Object.freeze(["json", "pack", "structured-clone", "error-detail"] as const);
export type CopyWay = (typeof COPY_WAYS)[number];
export const HANDLE_KINDS = Object.freeze(["capability", "contract", "job"] as const);
export type HandleKind = (typeof HANDLE_KINDS)[number];

/** `way` is given by those of ours who find a handle in what they are to copy; a serialiser gives a key, or nothing. */
export type CopyRefusal = (this: unknown, key?: string, way?: CopyWay) => never;
export type Capability = HandleOf<"capability">;
export type Contract<D extends string = string> = HandleOf<"contract"> & { readonly domain: D };
/** `T` is what collecting the job gives. */
export type Job<T = unknown, D extends string = string> = HandleOf<"job"> & { readonly domain: D; readonly [outcome]?: T };

const REFUSALS = new WeakSet<object>();

/** Refuses every copy, and says so to `notice` first. What `way` and the handle are may be the program's own invention. */
export function refusingCopies(notice: (way: CopyWay, of: HandleKind) => void): CopyRefusal {
  const refuse = function (this: unknown, _key?: string, way?: CopyWay): never {
    notice(COPY_WAYS.find((known) => known === way) ?? "json", kindOf(this));
    throw new Fault("Q_ERR_NO_CLONE_VIOLATION", { attempt: "serialise a handle" });
  };
  REFUSALS.add(refuse);
  return refuse;
}

function kindOf(handle: unknown): HandleKind {
  const kind: unknown = typeof handle === "object" && handle !== null ? Object.getOwnPropertyDescriptor(handle, "handle")?.value : undefined;
  return HANDLE_KINDS.find((known) => known === kind) ?? "job";
}

const refuseClone = refusingCopies(() => undefined);

/** Made by the kernel only; what it stands for is in the kernel's tables, never in the object. */
export const makeCapability = (refuse: CopyRefusal = refuseClone): Capability => Object.freeze({ handle: "capability", toJSON: refuse } as const);
export const makeContract = <D extends string>(domain: D, refuse: CopyRefusal = refuseClone): Contract<D> =>
  Object.freeze({ handle: "contract", domain, toJSON: refuse } as const);
export const makeJob = <D extends string>(domain: D, refuse: CopyRefusal = refuseClone): Job<unknown, D> =>
  Object.freeze({ handle: "job", domain, toJSON: refuse } as const);

export interface Refusing { readonly toJSON: CopyRefusal }
/** Whether it is made as handles are; what it stands for, if anything, is in the kernel's tables. */
export const isHandle = (value: object): value is Refusing => {
  const refuse: unknown = Object.getOwnPropertyDescriptor(value, "toJSON")?.value;
  return typeof refuse === "function" && REFUSALS.has(refuse);
};

/** As deep as anything plain is looked into for handles. */
const SEARCH_MAX = 10_000;

/** A handle somewhere in a value, by its own data properties and the members of collections; getters are not called. */
export function handleIn(value: unknown): Refusing | undefined {
  const seen = new Set<unknown>();
  const found = [value];
  for (let next = found.pop(); seen.size < SEARCH_MAX && (next !== undefined || found.length > 0); next = found.pop()) {
    if (typeof next !== "object" || next === null || ArrayBuffer.isView(next) || seen.has(next)) continue;
    seen.add(next);
    if (isHandle(next)) return next;
    if (next instanceof Map) for (const [key, member] of Map.prototype.entries.call(next)) found.push(key, member);
    if (next instanceof Set) found.push(...Set.prototype.values.call(next) as Iterable<unknown>);
    for (const key of Object.getOwnPropertyNames(next)) found.push(Object.getOwnPropertyDescriptor(next, key)?.value);
  }
  return undefined;
}
