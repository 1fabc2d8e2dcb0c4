// Snapshots of one run: when one is taken, what it is bound to, and when it may be written. Nothing of it shows in the run, and nothing
// that goes wrong with it is the run's business.
//   N1  One is written only when the journal has durably come as far: what stands beside a journal is never ahead of it.
//   N2  Large states are put down less often, so that all snapshots together cost a bounded number of bytes a frame.
import { Fault } from "../../kernel-abi/fault.ts";
import type { Keeper, Signer } from "../../kernel-abi/ports.ts";
import type { Recorder } from "../../replay/recorder.ts";
import { makeSnapshot, type SnapshotFacts } from "../../replay/snapshot.ts";
import { packageVersion } from "../adapters/host.ts";
import type { SnapshotStore } from "../adapters/snapshot-file.ts";
import type { ModuleState } from "./program/module-state.ts";

/** Frames between two snapshots, at least. */
export const SNAPSHOT_EVERY = 65_536;
/** Bytes of snapshots a frame may cost. */
const FRAME_BYTES = 64;
/** A run that cannot be put down is asked again after a part of the interval, at most so many frames. */
const RETRY_PART = 16;
const RETRY_FRAMES_MAX = 1_024;

export interface SnapshotOptions {
  readonly recorder: Pick<Recorder, "frames" | "durable" | "standing">;
  /** Chain head over the run's description, hex. */
  readonly description: string;
  readonly every: number;
  readonly store: SnapshotStore;
  readonly signer: Signer;
  /** What the program's modules hold: where that changes, or where they may hide it, no process is brought back. */
  readonly modules: Pick<ModuleState, "changed" | "hides"> | undefined;
  /** Whether the run has left what is on record behind. */
  readonly live?: () => boolean;
}

interface Pending {
  readonly facts: SnapshotFacts;
  readonly state: Uint8Array;
}

export class Snapshots implements Keeper {
  readonly #options: SnapshotOptions;
  #next: number;
  #pending: Pending | undefined;
  #failure: Fault | undefined;
  /** Written so far. */
  written = 0;

  constructor(options: SnapshotOptions) {
    this.#options = options;
    this.#next = options.recorder.frames + options.every;
  }

  /** Why there are none any more, if so. */
  get failure(): Fault | undefined { return this.#failure; }

  get due(): boolean {
    const { recorder, live } = this.#options;
    if (this.#pending !== undefined) this.flush();
    return recorder.frames >= this.#next && this.#failure === undefined && live?.() !== false;
  }

  keep({ state, tick, turns, jobs }: Parameters<Keeper["keep"]>[0]): void {
    const { recorder, description, every, modules } = this.#options;
    if (modules?.changed === true || modules?.hides !== undefined) {
      this.#next = Infinity; // what once changed is not the program's definition any more
      return;
    }
    this.#pending = { facts: { ...recorder.standing, description, tick, turns, jobs }, state };
    this.#next = recorder.frames + Math.max(every, Math.ceil(state.length / FRAME_BYTES));
  }

  cannot(): void {
    const { recorder, every } = this.#options;
    this.#next = recorder.frames + Math.max(1, Math.min(RETRY_FRAMES_MAX, Math.floor(every / RETRY_PART)));
  }

  /** Writes what was taken, once the journal has come as far (N1). */
  flush(): void {
    const { recorder, store, signer } = this.#options;
    if (this.#pending === undefined || recorder.durable < this.#pending.facts.frames + this.#pending.facts.open) return;
    const { facts, state } = this.#pending;
    this.#pending = undefined;
    try {
      store.write(makeSnapshot(facts, state, packageVersion(), signer));
      this.written += 1;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#failure = error;
    }
  }
}
