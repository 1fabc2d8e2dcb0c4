// Linear handles: a qubit or channel has one owner and one life. Owns each handle's state; what a state forbids is a typed violation.
//   K9  allocated → consumed | moved | invalidated, and never back. A moved handle is allocated again under its new owner alone.
import { Fault } from "../../../kernel-abi/fault.ts";
import { readRecord } from "./saved.ts";

export const LINEAR_STATES = Object.freeze(["allocated", "consumed", "moved", "invalidated"] as const);
export type LinearState = (typeof LINEAR_STATES)[number];
export type LinearViolation = "use_after_consume" | "double_consume" | "aliasing" | "moved_resource" | "resource_leak" | "unknown_handle";

export interface LinearHandle {
  readonly handle: string;
  readonly owner: string;
  readonly state: LinearState;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Owners it was moved away from, oldest first. */
  readonly past: readonly string[];
}

/** Older than this and still allocated when its owner ends: a leak. */
export const LEAK_MS = 60_000;

export class LinearHandles {
  readonly #handles = new Map<string, LinearHandle>();
  readonly #now: () => number;
  constructor(now: () => number) { this.#now = now; }

  /** @throws Fault LINEARITY_BROKEN {violation: aliasing} for a name that is still allocated */
  allocate(handle: string, owner: string): LinearHandle {
    if (this.#handles.get(handle)?.state === "allocated") violated("aliasing", handle);
    return this.#put({ handle, owner, state: "allocated", since: this.#now(), past: [] });
  }

  /** One operation on these operands by this owner; none may stand twice. @throws Fault LINEARITY_BROKEN */
  use(handles: readonly string[], owner: string): void {
    for (const [at, handle] of handles.entries()) {
      if (handles.indexOf(handle) !== at) violated("aliasing", handle);
      this.#usable(handle, owner, "use_after_consume");
    }
  }

  /** Ends it: measured away, freed, closed. @throws Fault LINEARITY_BROKEN */
  consume(handle: string, owner: string): LinearHandle {
    return this.#put({ ...this.#usable(handle, owner, "double_consume"), state: "consumed" });
  }

  /** Hands it to another owner; the old one can do nothing with it any more. @throws Fault LINEARITY_BROKEN */
  move(handle: string, from: string, to: string): LinearHandle {
    const held = this.#usable(handle, from, "use_after_consume");
    if (from === to) violated("aliasing", handle);
    return this.#put({ ...held, owner: to, past: [...held.past, from] });
  }

  /** Its resource is gone (damage, revocation); no fault when it had ended already. */
  invalidate(handle: string): void {
    const held = this.#handles.get(handle);
    if (held?.state === "allocated") this.#put({ ...held, state: "invalidated" });
  }

  /** What `owner` sees of it: "moved" when it was the owner's and is another's now. */
  stateFor(handle: string, owner: string): LinearState | undefined {
    const held = this.#handles.get(handle);
    if (held === undefined) return undefined;
    return held.owner !== owner && held.past.includes(owner) ? "moved" : held.state;
  }

  /** Whether anything of the owner is allocated. */
  holds(owner: string): boolean {
    for (const held of this.#handles.values()) if (held.owner === owner && held.state === "allocated") return true;
    return false;
  }

  /** Allocated for longer than `olderThanMs`: resource leaks, oldest first. */
  leaks(olderThanMs: number = LEAK_MS): readonly LinearHandle[] {
    const now = this.#now();
    return [...this.#handles.values()].filter(({ state, since }) => state === "allocated" && now - since > olderThanMs).sort((a, b) => a.since - b.since);
  }

  /** Invalidates and forgets what an owner had; those still allocated are returned. */
  end(owner: string): readonly LinearHandle[] {
    const own = [...this.#handles.values()].filter((held) => held.owner === owner);
    for (const { handle } of own) this.#handles.delete(handle);
    return own.filter(({ state }) => state === "allocated");
  }
  get size(): number { return this.#handles.size; }

  saved(): unknown { return { handles: [...this.#handles.values()] }; }
  /** Into an empty one. @throws Fault TENANCY_UNREADABLE */
  restore(data: unknown): void {
    for (const row of readRecord(data, "linear").rows("handles")) {
      const handle = row.text("handle");
      if (this.#handles.has(handle)) row.refuse("handle");
      this.#put({ handle, owner: row.text("owner"), state: row.word("state", LINEAR_STATES), since: row.count("since"), past: row.texts("past") });
    }
  }

  #usable(handle: string, owner: string, spent: "use_after_consume" | "double_consume"): LinearHandle {
    const held = this.#handles.get(handle);
    if (held === undefined) return violated("unknown_handle", handle);
    if (held.owner !== owner) return violated(held.past.includes(owner) ? "moved_resource" : "aliasing", handle);
    if (held.state !== "allocated") return violated(spent, handle);
    return held;
  }

  #put(handle: LinearHandle): LinearHandle {
    const kept = Object.freeze(handle);
    this.#handles.set(handle.handle, kept);
    return kept;
  }
}

function violated(violation: LinearViolation, handle: string): never { throw new Fault("LINEARITY_BROKEN", { violation, handle }); }
