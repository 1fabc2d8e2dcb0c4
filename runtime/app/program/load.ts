// Program loader: from the executed script in a program section to a Behaviour. The script sees `require` for the program
// surface and nothing else. The ambient traps act while it loads as they do in a turn, and what it captures of the globals is
// trapped (rule 10).
import { compileFunction } from "node:vm";
import { canonicalJson, toHex } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { makeCapability, makeContract, makeJob } from "../../../kernel-abi/handle.ts";
import type { ProgramSection } from "../../../kernel-abi/header.ts";
import type { Behaviour } from "../../../kernel-abi/operation.ts";
import type { AmbientGuard } from "../../../kernel-abi/ports.ts";
import { ROOT } from "../../../kernel-abi/ids.ts";
import { createAmbientGuard, GLOBALS, type AmbientOptions } from "../../adapters/ambient.ts";
import { Intrinsics } from "../../adapters/intrinsics.ts";
import { sha256 } from "../../adapters/sha256.ts";
import { PROGRAM_SCRIPT } from "../../adapters/source-site.ts";
import { collecting, remember } from "../definitions.ts";
import { GENERATIONS, BEHIND, modulesFor, type Modules } from "./generations.ts";
import type { Held } from "./hiding.ts";
import { locator } from "./locator.ts";
import { ModuleState, probeOf, topLevelNames } from "./module-state.ts";
import { freezeShared, sealMethods } from "./shared.ts";
import * as surface from "./surface.ts";
import { placeOf, saidBy } from "./thrown.ts";
import * as xstate from "./xstate-surface.ts";

/** SHA-256 of the canonical program section: what "the same program" means. */
export const programDigest = (program: ProgramSection): string => toHex(sha256(canonicalJson(program)));

/** Machines and what they consist of are made by classes of XState's that nobody exports. */
const MACHINE = xstate.createMachine({});
const MACHINE_CLASSES = [MACHINE, MACHINE.root].map((made) => Object.getPrototypeOf(made) as object);
for (const prototype of MACHINE_CLASSES) sealMethods(prototype);

/** What operations, handles and references are made of, which nobody exports: an operation is not begun by being made. */
const OPERATIONS = GENERATIONS.flatMap((modules) => ["k", "q", "phi"].flatMap((name) => Object.values(Reflect.get(modules["triad-runtime"] ?? {}, name) as object) as readonly (() => unknown)[]));
const SAMPLES = [...OPERATIONS, () => surface.reserveAll(), () => surface.processRef(ROOT), () => makeCapability(), () => makeContract("Q"), () => makeJob("Q")]
  .flatMap((make) => {
    try {
      return [Object.getPrototypeOf(make()) as object, Reflect.get(make() as object, "toJSON") as unknown];
    } catch {
      return []; // it asks for something: what it makes of that, others make too
    }
  });

freezeShared([...GENERATIONS.flatMap((modules) => Object.values(modules)), ...BEHIND, ...MACHINE_CLASSES, ...SAMPLES]);

function surfaceOf(modules: Modules, name: string): unknown {
  const found = Object.hasOwn(modules, name) ? modules[name] : undefined;
  if (found === undefined) throw new Fault("PROGRAM_INVALID", { import: name, allowed: Object.keys(modules).join(", ") });
  return found;
}

/** The script as a function, with the parameters it was given. */
type Script = (require: (name: string) => unknown, module: { exports: object }, exports: object, hand: (values: () => readonly unknown[]) => void, globalThis: object, global: object) => void;

/** Under this name a script is given what hands out its top level; no program has it. */
const HAND = "triad$hand";
const PARAMETERS = ["require", "module", "exports", HAND, "globalThis", "global"];

/** The host's globals a program could assign to by their mere names: those that are plain values. What the traps read and write for is theirs. */
function assignable(): ReadonlyMap<string, unknown> {
  const taken = new Set([...PARAMETERS, "eval", "arguments"]);
  return new Map(Object.entries(Object.getOwnPropertyDescriptors(globalThis))
    .filter(([name, { value, writable }]) => writable === true && value !== undefined && /^[A-Za-z_$][\w$]*$/.test(name) && !taken.has(name))
    .map(([name, { value }]) => [name, value as unknown]));
}

interface Compiled {
  readonly script: Script;
  /** Of the top level, and words that are none, as the probe gives their values. */
  readonly names: readonly string[];
  /** The globals, which are variables of its own, as they are now. */
  readonly globals: () => readonly Held[];
  /** Whether this is a global that is what it was. */
  readonly untouched: (held: Held) => boolean;
}

/**
 * The script as a function inside another, whose parameters are the globals: a program that assigns to one has a variable of its own. With a
 * probe behind it where that compiles: names of the top level are found in its text, which is not parsed. Traps are in: it captures them.
 */
function compiled(executed: string): Compiled {
  const filename = PROGRAM_SCRIPT;
  compileFunction(executed, PARAMETERS, { filename }); // it is the whole body of a function, and closes none around it
  const given = assignable();
  const globals = [...given.keys()];
  const inside = (body: string): readonly [Script, () => readonly unknown[]] => {
    const text = `return [function (${PARAMETERS.join(", ")}) {\n${body}\n}, () => [${globals.join(", ")}]];`;
    return (compileFunction(text, globals, { filename, lineOffset: -1 }) as (...values: readonly unknown[]) => readonly [Script, () => readonly unknown[]])(...given.values());
  };
  let names = topLevelNames(executed);
  let made: ReturnType<typeof inside>;
  try {
    made = inside(executed + probeOf(names, HAND));
  } catch {
    made = inside(executed);
    names = [];
  }
  const [script, values] = made;
  return { script, names, globals: named(globals, values), untouched: ({ name, value }) => given.has(name) && Object.is(given.get(name), value) };
}

interface Ran {
  readonly exported: unknown;
  readonly modules: ModuleState;
}

const isBehaviour = (value: unknown): value is Behaviour =>
  typeof value === "object" && value !== null && "activate" in value && typeof value.activate === "function"
  && "name" in value && typeof value.name === "string" && "admit" in value && "abi" in value && "domains" in value;

const named = (names: readonly string[], values: () => readonly unknown[]) => (): readonly Held[] => values().map((value, at) => ({ name: names[at] ?? "", value }));

/** What the script is handed to import with, and what it has imported. */
function requiring(modules: Modules): { readonly require: (name: string) => unknown; readonly imported: readonly unknown[] } {
  const imported: unknown[] = [GLOBALS];
  const require = (name: string): unknown => {
    const surface = surfaceOf(modules, name);
    imported.push(surface, ...Object.values(surface as object) as readonly unknown[]);
    return surface;
  };
  return { require, imported };
}

/** Runs the script once, with the traps acting. `given`: what the program gives to those who do not show it. @throws whatever the script throws */
function ran({ script, names, globals, untouched }: Compiled, text: string, modules: Modules, given: readonly unknown[], guard: AmbientGuard): Ran {
  const exports = {};
  const module = { exports: exports as { readonly default?: unknown } };
  const { require, imported } = requiring(modules);
  let values: (() => readonly unknown[]) | undefined;
  let changed: string | undefined;
  guard.enter();
  const builtIns = new Intrinsics();
  try {
    script(require, module, exports, (hand) => { values = hand; }, GLOBALS, GLOBALS);
  } finally {
    changed = builtIns.putBack(); // before anything that leans on them
    guard.leave();
  }
  if (changed !== undefined) throw new Fault("PROGRAM_INVALID", { what: `it changes ${changed}, which all programs of this Node process share`, use: "a function of its own" });
  const handed = Object.entries({ module, exports, require, "a definition": given }).map(([name, value]) => ({ name, value }));
  const top = values && named(names, values);
  const touched = (held: Held): boolean => !untouched(held);
  return {
    exported: module.exports.default,
    modules: new ModuleState({ script: text, top: top && (() => top().filter(touched)), beside: () => [...handed, ...globals().filter(touched)], imported, builtIns }),
  };
}

/** What a script threw before anything of it ran, with the place in its source where that is known and not told already. */
function whileLoading(cause: unknown, program: ProgramSection): Fault {
  const place = placeOf(cause, program);
  const at = place === undefined ? {} : { at: place };
  if (!(cause instanceof Fault)) {
    const next = `Mend ${place ?? program.entry}: what stands outside of functions is executed when the program is loaded.`;
    return new Fault("PROGRAM_INVALID", { entry: program.entry, ...at, what: saidBy(cause, program) }, { cause, next });
  }
  return "at" in cause.detail || place === undefined ? cause : new Fault(cause.fault, { ...cause.detail, ...at }, { cause: cause.cause, next: cause.next });
}

/**
 * `flags`: those of the run it is loaded for, all of this version when absent.
 * @throws Fault PROGRAM_INVALID when the script fails while loading or exports no process; AMBIENT_ACCESS when it touches the
 * ambient world while loading.
 */
export function loadProgram(program: ProgramSection, flags?: readonly string[]): Behaviour {
  const { executed, entry, kind } = program;
  if (kind === "detached") throw new Fault("PROGRAM_INVALID", { entry, what: "the trace holds no code; give --program FILE" });
  const modules = modulesFor(flags);
  let found: ReturnType<typeof collecting<Ran>>;
  try {
    const guard = createAmbientGuard(ambientOf(program, flags));
    const uninstall = guard.install();
    try {
      found = collecting((given) => ran(compiled(executed), executed, modules, given, guard));
    } finally {
      uninstall();
    }
  } catch (cause) {
    throw whileLoading(cause, program);
  }
  const { loaded: { exported, modules: state }, definitions } = found;
  if (!isBehaviour(exported)) throw new Fault("PROGRAM_INVALID", { entry, what: "no default export made by defineProcess" });
  remember(exported, definitions, state);
  return exported;
}

/** How the traps take a program, in a run with these flags; all of this version when absent. */
export const ambientOf = (program: ProgramSection, flags: readonly string[] | undefined): AmbientOptions =>
  ({ locate: locator(program), executed: program.kind === "closure", ...(flags === undefined ? {} : { flags }) });
