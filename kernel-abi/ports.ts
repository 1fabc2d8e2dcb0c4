// Ports: what a room needs from outside itself, as types. Wired in runtime/app and nowhere else.
import type { Behaviour } from "./operation.ts";
import type { BoundDomain } from "./domain.ts";
import type { Ledger, Terms } from "./contract.ts";
import type { EndStatus, Frame } from "./frame.ts";
import type { Header, InputsSection, ProgramSection, ProviderDeclaration } from "./header.ts";
import type { FaultJson } from "./fault.ts";
import type { JobId, ProcessId, ProcessName, Tick } from "./ids.ts";

/** SHA-256, synchronous: 32 bytes. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** Where frames go. `append` may throw: a comparing journal stops a replay by throwing REPLAY_DIVERGED. */
export interface Journal {
  append(frame: Frame): void;
  /** Closes the open block, so that everything appended so far is durable (class `process`) before the run waits for an outcome. */
  barrier(): void;
}

/** Random access to a finished file or buffer, streaming-friendly. */
export interface ByteSource {
  readonly size: number;
  /** Exactly `length` bytes. @throws Fault FILE_UNREADABLE */
  read(offset: number, length: number): Uint8Array;
}

/** Where a bundle is written, in order. */
export interface ByteSink {
  /** `bytes` may change as soon as this returns: whoever keeps them copies them. */
  write(bytes: Uint8Array): void;
  /** Makes everything written durable against power loss. */
  sync(): void;
}

/** Ed25519. The key id is the SHA-256 fingerprint (hex) of the 32-byte public key. */
export interface Signer {
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  sign(bytes: Uint8Array): Uint8Array;
}

/** Whether `signature` is one over `signed` by the Ed25519 key whose 32 bytes these are. */
export type SignatureCheck = (publicKey: Uint8Array, signed: Uint8Array, signature: Uint8Array) => boolean;

/** One piece of work for the pool: a kernel's name and its input. */
export interface KernelTask {
  readonly kernel: string;
  readonly input: Uint8Array;
}
/** @throws Fault WORKER_LOST when no worker could finish it; RUN_INTERRUPTED once `signal` is aborted, which ends the work; the kernel's own Fault when it refused its input. */
export interface JobRunner {
  run(task: KernelTask, signal?: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** One function of a WebAssembly module, run by several threads on one shared memory. */
export interface CrewWork {
  readonly module: object;
  readonly memory: { readonly buffer: ArrayBufferLike };
  /** Exported; answers 0 when there is nothing to do until `bell` changes, 1 when it did something, 2 when the work is over. */
  readonly entry: string;
  /** Of each helper. */
  readonly args: (helper: number) => readonly number[];
  /** Byte address of a 32-bit word. */
  readonly bell: number;
}
/** Threads that may help with one job. Whether and when they come changes no bit; the work must get done without them. */
export interface Crew {
  readonly helpers: number;
  enlist(work: CrewWork): void;
}

/** A call that passed its domain's checks. */
export interface Admitted {
  /** Ticks until the outcome is due; at least 1; never dependent on the outcome (T3). */
  readonly cost: number;
  /** Charged to the contract's ledger, refunded never. */
  readonly charge: { readonly budget: number; readonly shots: number };
  /** Public, canonical description of the work: recorded with the intent, handed to the service. */
  readonly descriptor: Uint8Array;
}

export interface ContractView {
  readonly id: number;
  readonly owner: ProcessId;
  readonly terms: Terms;
  readonly ledger: Ledger;
}

/**
 * A pure, synchronous view of a domain for the kernel: provider, calibration, window and policy facts. Stages are those of A2,
 * called in that order; each throws the Fault that decides the code. It may keep bookkeeping that follows from admitted calls
 * alone (which envelope handles exist), never physics.
 */
export interface Admission {
  readonly domain: BoundDomain;
  /** The domain's providers, each attested. What contracts may allocate in all is the sum of their `units`. */
  readonly providers: readonly ProviderDeclaration[];
  /** Cost tables that decide ticks and charges; digested into the header. */
  readonly costTables: readonly { readonly name: string; readonly version: number; readonly table: unknown }[];
  /** Contract request: shape and defaults. @throws Fault ABI_MALFORMED */
  request(request: unknown, now: Tick): Terms;
  /**
   * Domain call: shape. `refs` are the jobs the call builds on (an envelope is named by the job that opened it), already
   * resolved from the caller's own handles; `flags` those in force, all of this version when absent. @throws Fault ABI_MALFORMED
   */
  shape(call: unknown, refs: readonly JobId[], flags?: ReadonlySet<string>): ParsedCall;
}

export interface ParsedCall {
  /** The amount a capability's `units` scope is compared with. */
  readonly units: number;
  /** calibration (Q) or window (Φ). */
  readonly calibration: (contract: ContractView, now: Tick) => void;
  readonly capacity: (contract: ContractView) => void;
  /** gate or transform set. */
  readonly support: (contract: ContractView) => void;
  /** budget or stability; returns what the call costs. */
  readonly budget: (contract: ContractView, now: Tick) => Admitted;
  /** The call became this job: the place for bookkeeping (an envelope opened, busy until `due`). */
  readonly accepted: (job: JobId, contract: ContractView, due: Tick) => void;
}

/** A job as it is handed to whoever finds its outcome. */
export interface JobStart {
  readonly job: JobId;
  readonly domain: BoundDomain;
  readonly owner: ProcessName;
  readonly contract: ContractView;
  readonly descriptor: Uint8Array;
  /** Keys the kernels' counter-based generator (contracts, rule 6). */
  readonly key: Uint32Array;
  readonly issued: Tick;
  readonly due: Tick;
}

/**
 * The public outcome of a job, as recorded: verdict 0 and a body, or a provider fault's code and its detail. Where a body has a `plan`, its bytes
 * name the order of operations that its last digits hang on.
 */
export interface Outcome {
  readonly verdict: number;
  readonly body: Uint8Array;
}

/**
 * Where outcomes come from: live domain services, or a trace. Jobs start in the order of their ids; the machine asks for each
 * outcome when its due tick opens, so completion order is invisible.
 */
export interface Outcomes {
  start(job: JobStart): void;
  outcome(job: JobId): Promise<Outcome>;
  /** The owner ended; the outcome will never be asked for. */
  abandon(job: JobId): void;
  close(): Promise<void>;
}

/** One named stream. `position`: where it stands, for `stream` to open it there again; a source that cannot say has none. */
export interface RandomStream {
  uniform(): number;
  uint32(): number;
  position?(): Uint8Array;
}

/** Source of named K randomness: key is the stream's hex key (contracts, rule 6). */
export interface RandomSource {
  stream(keyHex: string, position?: Uint8Array): RandomStream;
}

/** Who keeps what a run has come to, so that it can be taken up there again. Asked between two ticks; nothing of it shows in the run. */
export interface Keeper {
  /** Whether it is time for the next one. */
  readonly due: boolean;
  /** Most answers by which one body is brought back; without, as many as the machine thinks fit. */
  readonly answers?: number;
  /** `state` is for the machine alone to read; the other facts say where the run stands. */
  keep(kept: { readonly state: Uint8Array; readonly tick: Tick; readonly turns: number; readonly jobs: number }): void;
  /** It cannot be put down as it stands now. */
  cannot(why: string): void;
}

/** Ambient traps: active while a turn is being stepped (contracts, rule 10). */
export interface AmbientGuard {
  enter(): void;
  leave(): void;
}

/** Ends synchronous work that does not end by itself. Wall time is used to give up and for nothing else (contracts, rule 3). */
export interface Watchdog {
  /** Runs `work`, which throws nothing; false when it had to be stopped. */
  ends(work: () => void): boolean;
}

/**
 * What a scheduling policy may know of a delivery beside who it is for. Never payloads or outcomes (hybrid-runtime section 9, row 2).
 */
export interface ReadyFacts {
  /** Declared priority of the actor: 0 idle, 1 low, 2 normal, 3 high, 4 critical. */
  readonly priority: number;
  /** DOMAIN_RANK of what is delivered. */
  readonly domain: number;
  /** Progress token: the actor holds an active Q or Φ contract, or what is delivered is an outcome. */
  readonly token: boolean;
}

/** Facts of an actor of which nothing is declared, about to receive something of K. */
export const PLAIN_FACTS: ReadyFacts = Object.freeze({ priority: 2, domain: 0, token: false });

export interface ReadyEntry extends ReadyFacts {
  readonly actor: ProcessId;
  /** Rises with each time an actor becomes ready. */
  readonly enqueued: number;
  /** Picks the scheduler had made when the actor became ready. */
  readonly since: number;
}
export interface ReadyView {
  readonly length: number;
  /** Picks made before this one. */
  readonly step: number;
  /** By position, in order of `enqueued`. */
  at(position: number): ReadyEntry;
}
export interface PolicyPick<S> {
  readonly position: number;
  readonly state: S;
}
/** Scheduling policy: a pure function over plain data, named, versioned and digested into the header. */
export interface Policy<S = unknown> {
  readonly name: string;
  readonly version: number;
  readonly initial: S;
  pick(ready: ReadyView, state: S): PolicyPick<S>;
}

/** A process as those know it who print its name. */
export interface KnownProcess {
  readonly id: ProcessId;
  readonly name: ProcessName;
  readonly vhm: number;
  readonly node: number;
}

/** What a run was when it was put down. */
export interface TakenUp {
  /** For the machine alone to read. */
  readonly state: Uint8Array;
  /** Events before it. */
  readonly event: number;
}

/** Observers see what happened and answer nothing. */
export interface Observer {
  /** Told first, and once, of a run that is taken up on its way: how many events came before, which nobody will tell of, and who lives. */
  takenUp?(facts: { readonly tick: Tick; readonly event: number; readonly processes: readonly KnownProcess[] }): void;
  frame?(frame: Frame): void;
  progress?(facts: { readonly tick: Tick; readonly turns: number; readonly waitingFor: number }): void;
  /** Who takes the next turn, out of how many that were ready; `step` counts the picks before. Never recorded: a turn's frame has what matters. */
  pick?(facts: { readonly step: number; readonly actor: ProcessId; readonly policy: string; readonly ready: number }): void;
  /** An uncaught error of a program, with what the host knows about it (never recorded: engines word it differently). */
  failure?(facts: { readonly process: ProcessName; readonly error: unknown }): void;
}

/** One edge of the wait-for graph: `process` waits for `on`, which `target` (null: anyone) could provide. */
export interface WaitEdge {
  readonly process: ProcessName;
  readonly on: "start" | "message" | "timer" | "outcome" | "exit" | "room" | "slice" | "select";
  readonly target: ProcessName | null;
}

/** Closes the evidence of a run that has ended with the signed statement; after it the bundle is final. The receipt is the sealer's own. */
export interface Sealer<R> {
  seal(end: RunEnd): R;
}

/** How a run ended. */
export interface RunEnd {
  readonly status: EndStatus;
  /** The root's result when completed. */
  readonly result: unknown;
  /** Why, when not completed: the fault, the bound, the wait-for graph. */
  readonly fault: FaultJson | null;
  readonly tick: Tick;
  readonly turns: number;
  readonly messages: number;
  readonly shots: number;
  /** Who waits for what when the run ended: the wait-for graph of a stuck run; empty otherwise. */
  readonly waits: readonly WaitEdge[];
  /** Processes that failed and were never joined: nothing is lost. */
  readonly failures: readonly { readonly process: ProcessName; readonly fault: FaultJson }[];
}

/** A replay stopped after a tick, with what every process was doing; never recorded. */
export interface RunPause {
  readonly status: "paused";
  readonly tick: Tick;
  readonly turns: number;
  readonly processes: readonly { readonly name: ProcessName; readonly state: string; readonly waitsFor: WaitEdge["on"] | null; readonly inbox: number }[];
}

/** A run as its bundle describes it. */
export interface Recording {
  readonly header: Header;
  readonly program: ProgramSection;
  readonly inputs: InputsSection;
}

/** Re-executes a recorded run; lets replay/ drive the machine without importing it. */
export interface RunMachine {
  run(request: {
    readonly recording: Recording;
    readonly journal: Journal;
    readonly outcomes: Outcomes;
    readonly until?: Tick;
  }): Promise<RunEnd | RunPause>;
}

/** Live kernels for `reproduce`, keyed from the sealed seeds. */
export interface KernelOracle {
  open(recording: Recording): Outcomes;
}

/** Resolves a program section to something executable, or refuses (PROGRAM_UNTRUSTED, PROGRAM_INVALID). */
export type ProgramLoader = (program: ProgramSection) => Behaviour;

/** A keyed digest whose key only its owner knows (HMAC-SHA256); 32 bytes. */
export interface Mac {
  tag(bytes: Uint8Array): Uint8Array;
  /** Compares in constant time; a tag of another length does not match. */
  matches(bytes: Uint8Array, tag: Uint8Array): boolean;
}
