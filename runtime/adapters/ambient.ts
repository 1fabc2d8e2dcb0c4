// Traps for the ambient world (contracts, rule 10; D1). Owns what is patched into this Node process and when it comes out again.
//   G1  Patched in once per process when the first runtime installs, taken out when the last one leaves; the globals are then
//       what they were, property descriptor for property descriptor.
//   G2  A trap acts only while a turn is being stepped or a program's script is being loaded. Both are synchronous, so one depth
//       serves all runtimes of the process and none notices another.
//   G3  enter and leave cost a few stores: they stand around every turn.
//   G5  What a script could leave behind in this Node process for the next one is refused where it is written: the globals' members here,
//       members of built-in objects in intrinsics.ts while it loads. What a turn writes there is taken back where the run ends.
//   G4  A stack read inside holds the program's own frames at a fixed depth, whatever the host's limit, paths and hooks are.
//   G6  A place that a refusal names is the program's, by whatever way its trap was reached, or none: no line of this package.
import { fileURLToPath } from "node:url";
import { Fault } from "../../kernel-abi/fault.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { AmbientGuard } from "../../kernel-abi/ports.ts";
import { ambientByAnyWay } from "../../kernel-abi/version.ts";
import { ambientPatches, REPLACEMENT, type Patch } from "./ambient-patches.ts";
import { callersOf, innermostFile, pathOf, programSites, programStack, PROGRAM_SCRIPT, type SourceSite } from "./source-site.ts";

type Locate = (site: SourceSite) => string;

export interface AmbientOptions {
  /**
   * Turns a place in the executed script into the place a person wrote. It must follow from the script alone, since faults are
   * traced. Without it: the script's last path segment and the line.
   */
  readonly locate?: Locate;
  /** The program is a script of its own: nothing else on the stack is its. */
  readonly executed?: boolean;
  /** The flags of the run (kernel-abi/version.ts); all of this version when absent. */
  readonly flags?: readonly string[];
}

export interface InstallableGuard extends AmbientGuard {
  /**
   * Patches the traps in. Do it before a program is loaded, so that what its modules capture (`const { now } = Date`) is the
   * trapped function. The answer takes them out again; calling it twice is harmless.
   */
  install(): () => void;
}

const lastSegment: Locate = ({ file, line }) => `${file.slice(file.lastIndexOf("/") + 1)}:${line}`;

/** Frames a stack holds inside, innermost first; V8's own default, whatever the host has set. */
const STACK_FRAMES = 10;

let depth = 0;
let hostStackFrames: number = STACK_FRAMES;
/** Of the program that is inside. */
let locateSite: Locate = lastSegment;
let executedAsScript = false;
let byAnyWay = true;
let installations = 0;
let undo: readonly (() => void)[] = [];

/** Frames between the program and `refuse`: the trap itself. */
const TRAP_FRAMES = 1;

/** The innermost place a person wrote. Places of a program's script that `locate` cannot name were put there by the bundler. */
function placeIn(sites: readonly SourceSite[]): string {
  const written = (site: SourceSite): boolean => site.file !== PROGRAM_SCRIPT || locateSite(site) !== lastSegment(site);
  const site = sites.find(written) ?? sites[0];
  return site === undefined ? "unknown" : locateSite(site);
}

/** A global written to would be there for whoever runs next in this Node process, and for nobody who replays the run elsewhere. */
const writtenGlobal = (key: string | symbol): Patch =>
  ({ owner: globalThis, key: String(key), on: "read", what: `globalThis.${String(key)} =`, use: REPLACEMENT.global });

/** What a loaded script finds under the name `globalThis`: the globals, to be read. */
export const GLOBALS: object = new Proxy(globalThis, {
  get: (globals, key): unknown => {
    const value: unknown = Reflect.get(globals, key);
    return value === globals ? GLOBALS : value; // by whatever name: globalThis, global, self
  },
  set: (globals, key, value) => {
    refuse(writtenGlobal(key));
    return Reflect.set(globals, key, value);
  },
  defineProperty: (globals, key, descriptor) => {
    refuse(writtenGlobal(key));
    return Reflect.defineProperty(globals, key, descriptor);
  },
  deleteProperty: (globals, key) => {
    refuse(writtenGlobal(key));
    return Reflect.deleteProperty(globals, key);
  },
  setPrototypeOf: (globals, prototype) => {
    refuse(writtenGlobal("__proto__"));
    return Reflect.setPrototypeOf(globals, prototype);
  },
});

const HERE = fileURLToPath(import.meta.url);
/** Who reached a trap, through the view of the globals or not. In a run from before `ambientByAnyWay` the view was taken for the one who did. */
const reachedBy = (sites: readonly SourceSite[]): string => (byAnyWay ? sites.find(({ file }) => pathOf(file) !== HERE) : sites[0])?.file ?? "";

/** The fault, unless it is none. */
function refusal({ what, use, scriptOnly = false, spares }: Patch, sites: readonly SourceSite[]): Fault | undefined {
  const caller = reachedBy(sites);
  if (scriptOnly && caller !== PROGRAM_SCRIPT) return undefined;
  if (spares !== undefined && caller.includes(spares)) return undefined;
  return new Fault("AMBIENT_ACCESS", { what, use, at: placeIn(byAnyWay ? programSites(sites, executedAsScript) : sites) });
}

/** Every trap calls this first. @throws Fault AMBIENT_ACCESS inside */
function refuse(patch: Patch): void {
  if (depth === 0 || (patch.byAnyWay === true && !byAnyWay)) return;
  if (patch.sparesNode === true && innermostFile(refuse, TRAP_FRAMES) === "node:buffer") return;
  const sites = callersOf(refuse, TRAP_FRAMES, byAnyWay ? Infinity : undefined);
  const inside = depth;
  depth = 0; // finding a place may need what the traps guard
  let fault: Fault | undefined;
  try {
    fault = refusal(patch, sites);
  } finally {
    depth = inside;
  }
  if (fault !== undefined) throw fault;
}

type Callable = (...args: unknown[]) => unknown;
const isCallable = (value: unknown): value is Callable => typeof value === "function";

function lookingOnFailure(target: Callable, self: unknown, args: unknown[], look: (args: readonly unknown[]) => void): unknown {
  try {
    return Reflect.apply(target, self, args);
  } catch (error) {
    if (depth > 0) look(args);
    throw error;
  }
}

/** A buffer of its own has no neighbours to read, and begins where it begins on every host. */
function unpooled(target: Callable, self: unknown, args: unknown[]): unknown {
  const hostPoolBytes = Buffer.poolSize;
  Buffer.poolSize = 0;
  try {
    return Reflect.apply(target, self, args);
  } finally {
    Buffer.poolSize = hostPoolBytes;
  }
}

/** The trap of each function that was ever trapped: what a program captured while it loaded is what it finds in its turns. */
const TRAP_OF = new WeakMap<Callable, Callable>();
const FUNCTION_OF = new WeakMap<object, Callable>();
/** The property in whose place an accessor stands. */
const PROPERTY_OF = new WeakMap<object, PropertyDescriptor>();

/** Whether this is a trap of ours: what a program holds that captured a function of the ambient world. */
export const isTrap = (value: object): boolean => FUNCTION_OF.has(value);

/** A property as the host has it, whether or not a trap stands in its place. */
export function beneath(property: PropertyDescriptor): PropertyDescriptor {
  const { value, get } = property as { readonly value?: unknown; readonly get?: Callable };
  const original = isCallable(value) ? FUNCTION_OF.get(value) : undefined;
  return original === undefined ? (get && PROPERTY_OF.get(get)) ?? property : { ...property, value: original };
}

/** A proxy keeps the function's name, statics and prototype, so `instanceof`, `promisify` and friends see no difference. */
const trapCalls = (original: Callable, patch: Patch): Callable => new Proxy(original, {
  apply(target, self, args: unknown[]) {
    if (patch.unpooled === true) return depth === 0 ? Reflect.apply(target, self, args) : unpooled(target, self, args);
    if (patch.failing !== undefined) return lookingOnFailure(target, self, args, patch.failing);
    refuse(patch);
    return Reflect.apply(target, self, args);
  },
  construct(target, args: unknown[], newTarget) {
    refuse(patch);
    const made: unknown = Reflect.construct(target, args, newTarget);
    invariant((typeof made === "object" && made !== null) || typeof made === "function", "D1");
    return made;
  },
});

const trapReads = (before: PropertyDescriptor, owner: object, patch: Patch): PropertyDescriptor => {
  let value: unknown = before.value;
  const trapped: PropertyDescriptor = {
    configurable: true,
    enumerable: before.enumerable ?? false,
    get() {
      refuse(patch);
      if (before.get === undefined) return value;
      const current: unknown = before.get.call(owner);
      // Node's lazy globals put their value in the getter's place when first read.
      if (Object.getOwnPropertyDescriptor(owner, patch.key)?.get !== trapped.get) Object.defineProperty(owner, patch.key, trapped);
      return current;
    },
    set(next) {
      refuse({ ...patch, what: `${patch.what} =`, byAnyWay: true });
      if (before.set !== undefined) before.set.call(owner, next);
      else if (before.get === undefined) value = next;
    },
  };
  PROPERTY_OF.set(trapped.get as Callable, before);
  return trapped;
};

const STACK_HOOK: Patch = {
  owner: Error, key: "prepareStackTrace", on: "read", what: "Error.prepareStackTrace", use: "error.message, or error.stack, which holds the program's own frames",
};

/** The hook that formats stacks: ours inside, the host's outside. V8 asks for it when a stack is first read. */
function trapStacks(): () => void {
  const before = Object.getOwnPropertyDescriptor(Error, STACK_HOOK.key);
  let host: unknown = before?.value;
  const trapped: PropertyDescriptor = {
    configurable: true,
    enumerable: before?.enumerable ?? false,
    get: () => (depth > 0 ? programStack : host),
    set: (next: unknown) => {
      refuse(STACK_HOOK);
      host = next;
    },
  };
  Object.defineProperty(Error, STACK_HOOK.key, trapped);
  return () => {
    if (Object.getOwnPropertyDescriptor(Error, STACK_HOOK.key)?.get !== trapped.get) return;
    if (host !== before?.value) Object.defineProperty(Error, STACK_HOOK.key, { configurable: true, writable: true, enumerable: before?.enumerable ?? true, value: host });
    else if (before === undefined) Reflect.deleteProperty(Error, STACK_HOOK.key);
    else Object.defineProperty(Error, STACK_HOOK.key, before);
  };
}

/** Replaces one property; the answer puts the old descriptor back, unless somebody else has replaced ours meanwhile. */
function apply(patch: Patch): (() => void) | undefined {
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
  const trap = TRAP_OF.get(original) ?? trapCalls(original, patch);
  TRAP_OF.set(original, trap);
  FUNCTION_OF.set(trap, original);
  Object.defineProperty(owner, key, { ...before, value: trap });
  return () => {
    if (Object.getOwnPropertyDescriptor(owner, key)?.value === trap) Object.defineProperty(owner, key, before);
  };
}

function patchIn(): void {
  undo = [trapStacks(), ...ambientPatches().flatMap((patch) => apply(patch) ?? [])];
}

function takeOut(): void {
  for (const back of undo.toReversed()) back();
  undo = [];
}

export function createAmbientGuard({ locate = lastSegment, executed = false, flags }: AmbientOptions = {}): InstallableGuard {
  const anyWay = ambientByAnyWay(flags && new Set(flags));
  return {
    enter() {
      if (depth === 0) {
        hostStackFrames = Error.stackTraceLimit;
        Error.stackTraceLimit = STACK_FRAMES;
      }
      depth += 1;
      locateSite = locate;
      executedAsScript = executed;
      byAnyWay = anyWay;
    },
    leave() {
      depth -= 1;
      if (depth === 0) Error.stackTraceLimit = hostStackFrames;
    },
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
