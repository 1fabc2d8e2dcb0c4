// Sessions: what a tenant is doing business under. Owns which live, what each was granted, and when it ends.
//   N2  Granted is asked for ∩ grantable ∩ what the tenant holds (∩ the token's, when one was shown): never anything a graph says.
//   N3  A session holds what it was granted as far as its tenant still holds it: authority that ends, ends in live sessions too.
//   N4  Ids are fresh randomness: knowing one is what lets a caller use it, so none can be derived from another.
import { toHex } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { invariant } from "../../../kernel-abi/invariant.ts";
import { isCap, isWireCap, sortedCaps } from "./caps.ts";
import type { TenancyPorts } from "./ports.ts";
import { readRecord } from "./saved.ts";

export interface Session {
  /** "sess_" and 16 hex digits. */
  readonly id: string;
  readonly tenant: string;
  /** At negotiation; `Authority` meets it with what the tenant still holds. */
  readonly granted: readonly string[];
  /** Id of the token it was opened with; it ends with that. Null: with none. */
  readonly token: string | null;
  /** Milliseconds since the epoch. */
  readonly opened: number;
  /** The first millisecond at which it is no more. */
  readonly expires: number;
}

const LEND = "CAP_DELEGATE";
const ID_BYTES = 8;
const ID = /^sess_[0-9a-f]{16}$/;

export interface Bargain {
  readonly granted: readonly string[];
  readonly denied: readonly string[];
}

/** What of the names asked for is granted (sorted) and denied (as asked, each once): N2. */
export function bargain(requested: readonly string[], held: ReadonlySet<string>): Bargain {
  const once = [...new Set(requested)];
  const granted = once.filter((name) => isWireCap(name) && held.has(name));
  return { granted: sortedCaps(granted), denied: once.filter((name) => !granted.includes(name)) };
}

/** What the caller is told of it: the right to lend is the tenant's and stands in no session, but who asks for it and has it is not denied it. */
export const withLending = ({ granted, denied }: Bargain, held: ReadonlySet<string>): Bargain => (held.has(LEND) && denied.includes(LEND)
  ? { granted: sortedCaps([...granted, LEND]), denied: denied.filter((name) => name !== LEND) } : { granted, denied });

/** Why a session is no more, where that was not its owner's doing. */
export type Ended = "made-room" | "expired";
const ENDS: Readonly<Record<Ended, { readonly reason: string; readonly next: string }>> = {
  "made-room": {
    reason: "ended to make room: its tenant had as many sessions as it may, and used this one longest ago",
    next: "Negotiate a new session. What its jobs came to is forgotten here; their evidence is still in the kernel's state folder, under traces, where it has one.",
  },
  expired: { reason: "expired", next: "Negotiate a new session. The evidence of its jobs is still in the kernel's state folder, under traces, where it has one." },
};
/** Ends that are remembered, the latest. */
const ENDS_MAX = 1_024;

export class Sessions {
  readonly #sessions = new Map<string, Session>();
  /** The one that was used last stands last. */
  readonly #byTenant = new Map<string, Set<string>>();
  /** Of the latest that ended by none of their owners' doing: for whoever still names one. Told to who knows the id alone (N4), and lost with the kernel. */
  readonly #ends = new Map<string, Ended>();
  readonly #ports: TenancyPorts;
  constructor(ports: TenancyPorts) { this.#ports = ports; }

  /** `ttlMs`: at least 1. */
  open(tenant: string, granted: readonly string[], ttlMs: number, token: string | null = null): Session {
    const id = `sess_${toHex(this.#ports.fresh(ID_BYTES))}`;
    invariant(!this.#sessions.has(id), "A11", "fresh bytes repeat");
    const opened = this.#ports.now();
    return this.#put({ id, tenant, granted: sortedCaps(granted), token, opened, expires: opened + Math.max(1, ttlMs) });
  }

  /** A live one. @throws Fault SESSION_UNKNOWN (or closed) | AUTH_FAILED {reason: session-expired} */
  live(id: string): Session {
    const session = this.#sessions.get(id);
    if (session === undefined) throw this.#unknown(id);
    if (this.#ports.now() >= session.expires) throw new Fault("AUTH_FAILED", { reason: "session-expired" });
    const mates = this.#byTenant.get(session.tenant);
    mates?.delete(id);
    mates?.add(id);
    return session;
  }

  find(id: string): Session | undefined { return this.#sessions.get(id); }
  /** The one that was used longest ago first. */
  of(tenant: string): readonly Session[] {
    return [...this.#byTenant.get(tenant) ?? []].flatMap((id) => this.#sessions.get(id) ?? []);
  }
  get size(): number { return this.#sessions.size; }
  get all(): readonly Session[] { return [...this.#sessions.values()]; }

  /** False when it was not open. `why`: told to whoever names it afterwards. */
  close(id: string, why?: Ended): boolean {
    const session = this.#sessions.get(id);
    if (session === undefined) return false;
    this.#sessions.delete(id);
    if (why !== undefined) this.#remember(id, why);
    const mates = this.#byTenant.get(session.tenant);
    mates?.delete(id);
    if (mates?.size === 0) this.#byTenant.delete(session.tenant);
    return true;
  }

  /** Those that are over but not yet closed. */
  expired(): readonly Session[] {
    const now = this.#ports.now();
    return [...this.#sessions.values()].filter(({ expires }) => now >= expires);
  }

  saved(): unknown { return { sessions: [...this.#sessions.values()] }; }
  /** Into an empty one. @throws Fault TENANCY_UNREADABLE */
  restore(data: unknown): void {
    for (const row of readRecord(data, "sessions").rows("sessions")) this.take(row.value());
  }
  /** One session as `saved` or `open` gave it. @throws Fault TENANCY_UNREADABLE */
  take(data: unknown): Session {
    const row = readRecord(data, "session");
    const id = row.text("id");
    if (!ID.test(id) || this.#sessions.has(id)) row.refuse("id");
    const granted = row.texts("granted");
    if (!granted.every(isCap)) row.refuse("granted");
    return this.#put({ id, tenant: row.text("tenant"), granted: sortedCaps(granted), token: row.has("token") ? row.textOrNull("token") : null, opened: row.count("opened"), expires: row.count("expires") });
  }

  #remember(id: string, why: Ended): void {
    this.#ends.set(id, why);
    const [oldest = id] = this.#ends.keys();
    if (this.#ends.size > ENDS_MAX) this.#ends.delete(oldest);
  }

  #unknown(id: string): Fault {
    const why = this.#ends.get(id);
    if (why === undefined) return new Fault("SESSION_UNKNOWN", { kind: "session", id });
    const { reason, next } = ENDS[why];
    return new Fault("SESSION_UNKNOWN", { kind: "session", id, reason }, { next });
  }

  #put(session: Session): Session {
    const kept = Object.freeze({ ...session, granted: Object.freeze([...session.granted]) });
    this.#sessions.set(session.id, kept);
    const mates = this.#byTenant.get(session.tenant) ?? new Set();
    this.#byTenant.set(session.tenant, mates.add(session.id));
    return kept;
  }
}
