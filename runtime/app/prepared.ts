// A prepared program: loaded once, and whatever of its runs is the same in all of them found once. A run of it is bit for bit the one
// `record` makes of the same file, seed and input.
//   E7  It shares one loaded program between its runs, so the program must hold nothing in its modules that changes, and does not write to its
//       input, which is frozen and the same in all runs of a prepared one: for programs of ours.
//   E8  The traps are in from when it is loaded until it is closed.
import { DEFAULT_BOUNDS } from "../../kernel-abi/limits.ts";
import { canonicalJson, canonicalText } from "../../kernel-abi/canonical.ts";
import type { Header, InputsSection, ProgramSection } from "../../kernel-abi/header.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import type { AmbientGuard, ByteSink, JobRunner, RunEnd, Watchdog } from "../../kernel-abi/ports.ts";
import { seededRandom } from "../../domains/k/random.ts";
import { openingWith, section, type Section } from "../../replay/opening.ts";
import { Recorder } from "../../replay/recorder.ts";
import { isolated } from "../../telemetry/observer.ts";
import { createAmbientGuard } from "../adapters/ambient.ts";
import { sha256 } from "../adapters/sha256.ts";
import { createWatchdog } from "../adapters/watchdog.ts";
import { drive } from "../context/driver.ts";
import type { MachineConfig } from "../kernel/machine.ts";
import { sharedRootInput, type RootInput } from "../kernel/root-input.ts";
import { loadedOf } from "./definitions.ts";
import { machineConfig } from "./execute.ts";
import { allowed, createAdmissions, headerFor } from "./header.ts";
import { liveOutcomes } from "./outcomes.ts";
import { ambientOf } from "./program/load.ts";
import { resolveProgram } from "./record.ts";
import { RoomStock } from "./room-stock.ts";

/** An input as a run is given it and as its bundle has it. */
export interface PreparedInput {
  readonly inputs: InputsSection;
  readonly section: Section;
}

export const preparedInput = (inputs: InputsSection, payload: Uint8Array): PreparedInput => ({ inputs, section: section("inputs", payload) });

export interface PreparedRun {
  readonly seed: string;
  readonly input: PreparedInput;
  readonly sink: ByteSink;
  readonly signal?: AbortSignal | undefined;
}

export interface Ended {
  readonly end: RunEnd;
  /** Waits for its seal. */
  readonly recorder: Recorder;
}

const NO_OBSERVER = isolated({});
/** Of open blocks: most runs need no more. */
const ROOMS = { first: 8_192, most: 65_536 } as const;
const utf8 = new TextEncoder();

/** A text no header has elsewhere. */
const SEED = "{seed}";

/** The header as text, cut where the seed stands. */
function cutAtSeed(header: Header): readonly [before: string, after: string] {
  const text = new TextDecoder().decode(canonicalJson({ ...header, seed: SEED }));
  const [before, after, ...more] = text.split(JSON.stringify(SEED));
  invariant(before !== undefined && after !== undefined && more.length === 0, "E7", "the seed stands in a header once");
  return [before, after];
}

export class PreparedProgram {
  readonly #root: Behaviour;
  readonly #section: Section;
  readonly #header: Header;
  readonly #around: readonly [string, string];
  readonly #base: MachineConfig;
  readonly #guard: AmbientGuard;
  readonly #watchdog: Watchdog;
  readonly #rooms = new RoomStock(ROOMS);
  readonly #uninstall: () => void;
  readonly #flags: ReadonlySet<string>;
  readonly #given = new WeakMap<PreparedInput, { readonly root: RootInput | undefined }>();

  constructor(program: ProgramSection, root: Behaviour) {
    const guard = createAmbientGuard(ambientOf(program, undefined));
    this.#uninstall = guard.install();
    this.#guard = guard;
    this.#root = root;
    this.#section = section("program", canonicalJson(program));
    const admissions = createAdmissions();
    this.#header = headerFor({ seed: SEED, bounds: DEFAULT_BOUNDS, policy: "cooperative", allow: allowed(root), program, root }, admissions);
    this.#around = cutAtSeed(this.#header);
    this.#base = machineConfig({ header: this.#header, inputs: { input: null, files: {} }, root, admissions, policy: "cooperative" });
    this.#watchdog = createWatchdog();
    this.#flags = new Set(this.#header.abi.flags);
  }

  /** @throws Fault PROGRAM_INVALID */
  static async load(path: string): Promise<PreparedProgram> {
    const { section: program, root } = await resolveProgram(path);
    return new PreparedProgram(program, root);
  }

  /** Runs to the end, whatever the end is; sealing it is the caller's. @throws Fault RUN_INTERRUPTED; whatever the runner does */
  async run({ seed, input, sink, signal }: PreparedRun, runner: JobRunner): Promise<Ended> {
    const [before, after] = this.#around;
    const header = section("header", utf8.encode(`${before}${canonicalText(seed)}${after}`));
    const recorder = new Recorder({ recording: openingWith([header, this.#section, input.section]), sink, rooms: this.#rooms });
    const { inputs } = input;
    const end = await drive({
      config: { ...this.#base, seed, admissions: createAdmissions(), input: inputs.input, given: this.#givenOf(input), files: inputs.files },
      ports: { sha256, random: seededRandom, journal: recorder, guard: this.#guard, observer: NO_OBSERVER, watchdog: this.#watchdog },
      outcomes: liveOutcomes(runner), signal,
    });
    invariant(end.status !== "paused", "E5");
    return { end, recorder };
  }

  /** What the root is given of an input; undefined where it is refused, which is for the run to say. */
  #givenOf(input: PreparedInput): RootInput | undefined {
    let known = this.#given.get(input);
    if (known === undefined) this.#given.set(input, known = { root: this.#admitted(input) });
    return known.root;
  }

  #admitted({ inputs: { input } }: PreparedInput): RootInput | undefined {
    try {
      return sharedRootInput(this.#flags, this.#root, input);
    } catch (error) {
      if (error instanceof Fault) return undefined;
      throw error;
    }
  }

  /** The header a run of this seed has. */
  headerOf(seed: string): Header {
    return { ...this.#header, seed };
  }

  close(): void {
    loadedOf(this.#root)?.modules.leave();
    this.#uninstall();
  }
}
