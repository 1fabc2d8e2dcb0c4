// Traps for the ambient world (contracts, rule 10; D1). Owns what is patched into this Node process and when it comes out again.
//   G1  Patched in once per process when the first runtime installs, taken out when the last one leaves; the globals are then
//       what they were, property descriptor for property descriptor.
//   G2  A trap acts only while a turn is being stepped. Turns are synchronous, so one depth serves all runtimes of the process
//       and none notices another.
//   G3  enter and leave cost two stores: they stand around every turn.
import { Fault } from "../../kernel-abi/fault.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { AmbientGuard } from "../../kernel-abi/ports.ts";
import { ambientPatches, type Patch } from "./ambient-patches.ts";
import { callerOf, type SourceSite } from "./source-site.ts";

type Locate = (site: SourceSite) => string;

export interface AmbientOptions {
  /**
   * Turns a place in the executed script into the place a person wrote. It must follow from the script alone, since faults are
   * traced. Without it: the script's last path segment and the line.
   */
  readonly locate?: Locate;
}

export interface InstallableGuard extends AmbientGuard {
  /**
   * Patches the traps in. Do it before a program is loaded, so that what its modules capture (`const { now } = Date`) is the
   * trapped function. The answer takes them out again; calling it twice is harmless.
   */
  install(): () => void;
}

const lastSegment: Locate = ({ file, line }) => `${file.slice(file.lastIndexOf("/") + 1)}:${line}`;

let depth = 0;
let locateSite: Locate = lastSegment;
let installations = 0;
let undo: readonly (() => void)[] = [];

/** Frames between the program and `refuse`: the trap itself. */
const TRAP_FRAMES = 1;

/** Every trap calls this first. @throws Fault AMBIENT_ACCESS while a turn is being stepped */
function refuse({ what, use }: Patch): void {
  if (depth === 0) return;
  const site = callerOf(refuse, TRAP_FRAMES);
  throw new Fault("AMBIENT_ACCESS", { what, use, at: site === undefined ? "unknown" : locateSite(site) });
}

type Callable = (...args: unknown[]) => unknown;
const isCallable = (value: unknown): value is Callable => typeof value === "function";

/** A proxy keeps the function's name, statics and prototype, so `instanceof`, `promisify` and friends see no difference. */
const trapCalls = (original: Callable, patch: Patch): Callable => new Proxy(original, {
  apply(target, self, args: unknown[]) {
    refuse(patch);
    return Reflect.apply(target, self, args);
  },
  construct(target, args: unknown[], newTarget) {
    refuse(patch);
    const made: unknown = Reflect.construct(target, args, newTarget);
    invariant(typeof made === "object" && made !== null, "D1");
    return made;
  },
});

const trapReads = (before: PropertyDescriptor, owner: object, patch: Patch): PropertyDescriptor => {
  let value: unknown = before.value;
  return {
    configurable: true,
    enumerable: before.enumerable ?? false,
    get() {
      refuse(patch);
      const current: unknown = before.get === undefined ? value : before.get.call(owner);
      return current;
    },
    set(next) {
      if (before.set !== undefined) before.set.call(owner, next);
      else if (before.get === undefined) value = next;
    },
  };
};

/** Replaces one property; the answer puts the old descriptor back, unless somebody else has replaced ours meanwhile. */
function apply(patch: Patch, traps: Map<Callable, Callable>): (() => void) | undefined {
  const { owner, key } = patch;
  const before = Object.getOwnPropertyDescriptor(owner, key);
  if (before?.configurable !== true) return undefined;
  if (patch.on === "read") {
    const trapped = trapReads(before, owner, patch);
    Object.defineProperty(owner, key, trapped);
    return () => {
      if (Object.getOwnPropertyDescriptor(owner, key)?.get === trapped.get) Object.defineProperty(owner, key, before);
    };
  }
  const original: unknown = before.value;
  if (!isCallable(original)) return undefined;
  const trap = traps.get(original) ?? trapCalls(original, patch);
  traps.set(original, trap);
  Object.defineProperty(owner, key, { ...before, value: trap });
  return () => {
    if (Object.getOwnPropertyDescriptor(owner, key)?.value === trap) Object.defineProperty(owner, key, before);
  };
}

function patchIn(): void {
  const traps = new Map<Callable, Callable>();
  undo = ambientPatches().flatMap((patch) => apply(patch, traps) ?? []);
}

function takeOut(): void {
  for (const back of undo.toReversed()) back();
  undo = [];
}

export function createAmbientGuard({ locate = lastSegment }: AmbientOptions = {}): InstallableGuard {
  return {
    enter() {
      depth += 1;
      locateSite = locate;
    },
    leave() { depth -= 1; },
    install() {
      if (installations === 0) patchIn();
      installations += 1;
      let installed = true;
      return () => {
        if (!installed) return;
        installed = false;
        installations -= 1;
        if (installations === 0) takeOut();
      };
    },
  };
}
