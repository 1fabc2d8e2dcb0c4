// Runs that are made for a call and not for a job: prefixes of checkpoints, replays. Owns how many there are at once, and who is next.
//   K22 Of one session one is under way, of one tenant TENANT_RUNS; a session's next SESSION_LINE wait, sessions in turn, and whoever comes
//       then is refused with a code that says to try again. So a storm of one session's is an answer each, and nobody else's delay.
//   K23 A call whose caller is gone, whose session was closed or whose kernel stops is given up, wherever it is.
import { Fault } from "../../../kernel-abi/fault.ts";
import { Refusal } from "../../../kernel-abi/rpc/codes.ts";
import { isGivenUp } from "./job-runs.ts";

export const TENANT_RUNS = 2;
export const SESSION_LINE = 15;

export interface Caller {
  readonly tenant: string;
  readonly session: string;
}

type GiveUp = (why: Refusal) => void;

interface Lane {
  /** Sessions with a run under way. */
  readonly busy: Set<string>;
  /** Who waits, by session; the session that was served last stands last. */
  readonly lines: Map<string, (() => void)[]>;
}

export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  /** Everything that waits or is under way, by session. */
  readonly #calls = new Map<string, Set<GiveUp>>();
  #leaving = false;

  /** @throws Refusal SERVER_BUSY; STOPPING | JOB_NOT_FOUND when it was given up; what `make` throws */
  async run<T>(caller: Caller, signal: AbortSignal, make: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const call = new AbortController();
    let why: Refusal | undefined;
    const giveUp: GiveUp = (reason) => {
      why ??= reason;
      call.abort();
    };
    const gone = (): void => { giveUp(new Refusal("STOPPING", {}, { message: "Nobody waits for the answer any more." })); };
    if (signal.aborted || this.#leaving) throw new Refusal("STOPPING");
    signal.addEventListener("abort", gone, { once: true });
    const calls = this.#calls.get(caller.session) ?? new Set();
    this.#calls.set(caller.session, calls.add(giveUp));
    try {
      await this.#begun(caller, call.signal);
      try {
        return await make(call.signal);
      } finally {
        this.#left(caller);
      }
    } catch (error) {
      throw why !== undefined && isGivenUp(error) ? why : error;
    } finally {
      signal.removeEventListener("abort", gone);
      calls.delete(giveUp);
      if (calls.size === 0) this.#calls.delete(caller.session);
    }
  }

  /** The session is closed: what it asked for is given up. */
  close(session: string): void {
    for (const giveUp of [...this.#calls.get(session) ?? []]) giveUp(new Refusal("JOB_NOT_FOUND", { kind: "session", id: session }, { message: "The session was closed before there was an answer." }));
  }

  /** Gives up everything, from now on. */
  leave(): void {
    this.#leaving = true;
    for (const calls of this.#calls.values()) for (const giveUp of [...calls]) giveUp(new Refusal("STOPPING"));
  }

  /** Resolves when it is this call's turn. @throws Refusal SERVER_BUSY; Fault RUN_INTERRUPTED */
  #begun({ tenant, session }: Caller, signal: AbortSignal): Promise<void> {
    const lane = this.#lanes.get(tenant) ?? { busy: new Set(), lines: new Map<string, (() => void)[]>() };
    this.#lanes.set(tenant, lane);
    const line = lane.lines.get(session) ?? [];
    if (line.length >= SESSION_LINE) throw new Refusal("SERVER_BUSY", { most: SESSION_LINE, limit: "checkpoints and replays of one session that wait" });
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        signal.removeEventListener("abort", drop);
        resolve();
      };
      const drop = (): void => {
        line.splice(line.indexOf(begin), 1);
        if (line.length === 0) lane.lines.delete(session);
        this.#emptied(tenant, lane);
        reject(new Fault("RUN_INTERRUPTED", {}));
      };
      line.push(begin);
      lane.lines.set(session, line);
      signal.addEventListener("abort", drop, { once: true });
      this.#next(tenant, lane);
    });
  }

  #left({ tenant, session }: Caller): void {
    const lane = this.#lanes.get(tenant);
    lane?.busy.delete(session);
    if (lane !== undefined) this.#next(tenant, lane);
  }

  #next(tenant: string, lane: Lane): void {
    for (const [session, line] of [...lane.lines]) {
      if (lane.busy.size >= TENANT_RUNS) return;
      if (lane.busy.has(session)) continue;
      lane.lines.delete(session);
      const begin = line.shift();
      if (line.length > 0) lane.lines.set(session, line); // behind the others
      lane.busy.add(session);
      begin?.();
    }
    this.#emptied(tenant, lane);
  }

  #emptied(tenant: string, lane: Lane): void {
    if (lane.busy.size === 0 && lane.lines.size === 0) this.#lanes.delete(tenant);
  }
}
