// Handles: frozen objects looked up by identity in the kernel's tables over (slot, generation) (contracts, rule 7).
//   A4  A handle cannot be cloned or serialised: its own function-valued `toJSON` makes structuredClone, JSON and
//       MessagePack fail with Q_ERR_NO_CLONE_VIOLATION; an object copied by spreading is unknown to the tables: a dead handle.
import { Fault } from "./fault.ts";

declare const outcome: unique symbol;

interface HandleOf<K extends string> {
  readonly handle: K;
  readonly toJSON: () => never;
}
export type Capability = HandleOf<"capability">;
export type Contract<D extends string = string> = HandleOf<"contract"> & { readonly domain: D };
/** `T` is what collecting the job gives. */
export type Job<T = unknown, D extends string = string> = HandleOf<"job"> & { readonly domain: D; readonly [outcome]?: T };

function refuseClone(this: void): never {
  throw new Fault("Q_ERR_NO_CLONE_VIOLATION", { attempt: "serialise a handle" });
}

/** Made by the kernel only; what it stands for is in the kernel's tables, never in the object. */
export const makeCapability = (): Capability => Object.freeze({ handle: "capability", toJSON: refuseClone } as const);
export const makeContract = <D extends string>(domain: D): Contract<D> =>
  Object.freeze({ handle: "contract", domain, toJSON: refuseClone } as const);
export const makeJob = <D extends string>(domain: D): Job<unknown, D> =>
  Object.freeze({ handle: "job", domain, toJSON: refuseClone } as const);
