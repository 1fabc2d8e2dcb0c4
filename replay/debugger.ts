// Debugger: how a run stood at any event of its trace. Read off the evidence alone: nothing is executed, no code is trusted, and what
// verification would refuse is refused here too.
//   J50  A state is a function of the trace and a position: going back gives what going forward gave, to the byte.
//   J51  A snapshot is derived, never stored: the format has no room for a claim nobody checks. Going forward goes on from where one
//        is; going back reads again from the beginning, at the speed of verification.
import { canonicalJson, toHex } from "../kernel-abi/canonical.ts";
import type { Grant } from "../kernel-abi/capability.ts";
import type { ContractState } from "../kernel-abi/contract.ts";
import type { DomainName } from "../kernel-abi/domain.ts";
import { DELIVERY, WAIT } from "../kernel-abi/envelope.ts";
import { Fault } from "../kernel-abi/fault.ts";
import type { ByteSource } from "../kernel-abi/ports.ts";
import { openBundle, type Bundle } from "./bundle.ts";
import { Consistency } from "./consistency/consistency.ts";
import type { ProcessRow, World } from "./consistency/world.ts";
import { RecordedFrames } from "./recorded.ts";
import { sha256 } from "./sha256.ts";

/** A position is a number of events from the beginning; a frame is a commit, so a state stands behind the frame of its event. */
export interface Position {
  /** Last event of that frame. */
  readonly event: number;
  readonly frames: number;
  readonly tick: number;
}

export interface WaitState {
  readonly on: string;
  /** The timer's sequence number, the job, the process that ends or whose mailbox is full; 0 for others. */
  readonly subject: number;
}

export interface ProcessState {
  readonly id: number;
  readonly name: string;
  readonly parent: number;
  readonly lifecycle: string;
  /** What it waits for; several when it selects. */
  readonly waits: readonly WaitState[];
  /** Sender and sequence number of each message that is there or on its way, in order T2. */
  readonly mailbox: readonly { readonly from: number; readonly seq: number }[];
  readonly capabilities: readonly (Grant & { readonly id: number; readonly parent: number; readonly usesLeft: number | null; readonly revoked: boolean })[];
}

export interface RunState {
  readonly position: Position;
  readonly totals: { readonly turns: number; readonly messages: number; readonly shots: number };
  /** The living, by id. */
  readonly processes: readonly ProcessState[];
  /** Those not released, by id. */
  readonly contracts: readonly {
    readonly id: number; readonly owner: number; readonly domain: DomainName; readonly state: ContractState; readonly units: number;
    readonly start: number; readonly end: number; readonly budget: { readonly spent: number; readonly of: number }; readonly shots: { readonly spent: number; readonly of: number }; readonly jobs: number;
  }[];
  /** Called and not answered, by id. */
  readonly jobs: readonly { readonly id: number; readonly owner: number; readonly contract: number; readonly due: number }[];
  readonly ended: boolean;
}

const NAMES: ReadonlyMap<number, string> = new Map([...Object.entries(DELIVERY), ...Object.entries(WAIT)].map(([name, on]) => [on, name.toLowerCase()]));
const waitState = (on: number, subject: number): WaitState => ({ on: NAMES.get(on) ?? String(on), subject });

function processState(world: World, row: ProcessRow): ProcessState {
  const { id, name, parent, on, subject, arms, inbox } = row;
  return {
    id, name, parent, lifecycle: world.lifecycles.get(`process ${id}`) ?? "active",
    waits: on === WAIT.SELECT ? arms.map(([of, about]) => waitState(of, about)) : [waitState(on, subject)],
    mailbox: inbox.messages().map(({ from, seq }) => ({ from, seq })),
    capabilities: (world.held.get(id) ?? []).map((held) => ({ ...held.grant, id: held.id, parent: held.parent, usesLeft: held.uses, revoked: held.revoked })),
  };
}

function stateOf(world: World, position: Position): RunState {
  const { turns, messages, shots, ended } = world;
  return {
    position, totals: { turns, messages, shots }, ended,
    processes: world.processes.rows().filter(({ live }) => live).map((row) => processState(world, row)),
    contracts: world.contracts.rows().filter(({ state }) => state !== "released").map(({ id, owner, terms, state, budget, shots: spent, jobs }) => ({
      id, owner, domain: terms.domain, state, units: terms.units, start: terms.start, end: terms.end,
      budget: { spent: budget, of: terms.budget }, shots: { spent, of: terms.shots }, jobs,
    })),
    jobs: world.jobs.rows().filter(({ state }) => state === "called" || state === "intended").map(({ id, owner, contract, due }) => ({ id, owner, contract, due })),
  };
}

/** SHA-256, hex, of a state's canonical JSON. */
export const stateDigest = (state: RunState): string => toHex(sha256(canonicalJson(state)));

export class Debugger {
  readonly #bundle: Bundle;
  #frames: RecordedFrames;
  #consistency: Consistency;
  #tick = 0;
  /** Events before the last frame: where a step back leads. */
  #before = 0;

  /** @throws Fault TRACE_* */
  constructor(source: ByteSource) {
    this.#bundle = openBundle(source);
    this.#frames = new RecordedFrames(source);
    this.#consistency = new Consistency(this.#bundle.recording.header);
  }

  get position(): Position {
    return { event: this.#consistency.events, frames: this.#consistency.frames, tick: this.#tick };
  }

  /** How the run stands here. */
  get state(): RunState { return stateOf(this.#consistency.world, this.position); }

  /**
   * How the run stood behind the frame that holds event `event`; 0: before anything.
   * @throws Fault USAGE when the trace has not so many events; TRACE_* when it is not intact up to there
   */
  at(event: number): RunState {
    if (!Number.isSafeInteger(event) || event < 0) throw new Fault("USAGE", { at: String(event), allowed: "the number of an event" });
    if (event <= this.#before || event === 0) this.#restart();
    while (this.#consistency.events < event) {
      if (!this.#next()) throw new Fault("USAGE", { at: event, what: "no such event", events: this.#consistency.events });
    }
    return this.state;
  }

  /** One frame on; undefined at the end. */
  step(): RunState | undefined { return this.#next() ? this.state : undefined; }

  /** One frame back. */
  stepBack(): RunState { return this.at(this.#before); }

  #next(): boolean {
    const placed = this.#frames.next();
    if (placed === undefined) return false;
    this.#before = this.#consistency.events;
    this.#consistency.frame(placed.frame, placed.block);
    this.#tick = placed.frame.tick;
    return true;
  }

  #restart(): void {
    this.#frames = new RecordedFrames(this.#bundle.source);
    this.#consistency = new Consistency(this.#bundle.recording.header);
    this.#tick = 0;
    this.#before = 0;
  }
}
