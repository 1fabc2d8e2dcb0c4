// Signed handles: names of resources that only the session they were made for can use. Owns which were issued and which are revoked.
//   K7  A handle is valid when it is known, unexpired, its PRESENTED signature is the right one, and tenant and session are its own: checked
//       in this order, the signature in constant time. A tag that was merely stored proves nothing and is not kept.
//   K8  A handle's name is used once: a second issue under a live name is refused, so no signature ever covers two resources.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { TenancyPorts } from "./ports.ts";
import { readRecord } from "./saved.ts";
import { seconds, signs, signText } from "./signed-text.ts";

export const HANDLE_TYPES = Object.freeze(["VQ", "CH", "EV", "CAP", "BND"] as const);
export type HandleType = (typeof HANDLE_TYPES)[number];

export interface HandleRecord {
  /** Unique among live ones; begin it with the tenant's namespace. */
  readonly handle: string;
  readonly type: HandleType;
  readonly tenant: string;
  readonly session: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** The first millisecond at which it is no more; null: with its session. */
  readonly expires: number | null;
}
export interface SignedHandle extends HandleRecord {
  /** 64 hex digits. */
  readonly signature: string;
}

/** As its user shows it. */
export interface ShownHandle {
  readonly handle: string;
  readonly signature: string;
}

const NAME = /^[A-Za-z0-9_.:@/#-]{1,512}$/;

/** `handle|type|tenant|session|created|expires`, times in seconds, "None" for no end. */
export const handleText = ({ handle, type, tenant, session, created, expires }: HandleRecord): string =>
  `${handle}|${type}|${tenant}|${session}|${seconds(created)}|${expires === null ? "None" : seconds(expires)}`;

export class Handles {
  readonly #records = new Map<string, HandleRecord>();
  readonly #bySession = new Map<string, Set<string>>();
  readonly #ports: TenancyPorts;
  constructor(ports: TenancyPorts) { this.#ports = ports; }

  /** @throws Fault HANDLE_REFUSED {reason: name | taken} */
  issue(wanted: Omit<HandleRecord, "created" | "expires"> & { readonly ttlMs?: number }): SignedHandle {
    if (!NAME.test(wanted.handle)) throw new Fault("HANDLE_REFUSED", { reason: "name" });
    if (this.#records.has(wanted.handle)) throw new Fault("HANDLE_REFUSED", { reason: "taken", handle: wanted.handle });
    const created = this.#ports.now();
    const { handle, type, tenant, session, ttlMs } = wanted;
    const record = this.#put({ handle, type, tenant, session, created, expires: ttlMs === undefined ? null : created + ttlMs });
    return Object.freeze({ ...record, signature: signText(this.#ports.mac, handleText(record)) });
  }

  /** K7. @throws Fault HANDLE_REFUSED {reason: unknown | expired | signature | tenant | session | type} */
  verify(shown: ShownHandle, where: { readonly tenant: string; readonly session: string; readonly type?: HandleType }): HandleRecord {
    const record = this.#records.get(shown.handle);
    if (record === undefined) return refuse("unknown");
    if (record.expires !== null && this.#ports.now() >= record.expires) return refuse("expired");
    if (!signs(this.#ports.mac, handleText(record), shown.signature)) return refuse("signature");
    if (record.tenant !== where.tenant) return refuse("tenant");
    if (record.session !== where.session) return refuse("session");
    if (where.type !== undefined && record.type !== where.type) return refuse("type");
    return record;
  }

  /** False when it was not live. */
  revoke(handle: string): boolean {
    const record = this.#records.get(handle);
    if (record === undefined) return false;
    this.#records.delete(handle);
    const mates = this.#bySession.get(record.session);
    mates?.delete(handle);
    if (mates?.size === 0) this.#bySession.delete(record.session);
    return true;
  }
  /** How many there were. */
  revokeSession(session: string): number {
    const handles = [...this.#bySession.get(session) ?? []];
    for (const handle of handles) this.revoke(handle);
    return handles.length;
  }
  revokeTenant(tenant: string): number {
    const handles = [...this.#records.values()].filter((record) => record.tenant === tenant);
    for (const { handle } of handles) this.revoke(handle);
    return handles.length;
  }
  /** Forgets what has expired. */
  sweep(): void {
    const now = this.#ports.now();
    for (const { handle, expires } of [...this.#records.values()]) if (expires !== null && now >= expires) this.revoke(handle);
  }
  get size(): number { return this.#records.size; }

  saved(): unknown { return { handles: [...this.#records.values()] }; }
  /** Into an empty one. @throws Fault TENANCY_UNREADABLE */
  restore(data: unknown): void {
    for (const row of readRecord(data, "handles").rows("handles")) {
      const handle = row.text("handle");
      if (!NAME.test(handle) || this.#records.has(handle)) row.refuse("handle");
      this.#put({
        handle, type: row.word("type", HANDLE_TYPES), tenant: row.text("tenant"), session: row.text("session"),
        created: row.count("created"), expires: row.countOrNull("expires"),
      });
    }
  }

  #put(record: HandleRecord): HandleRecord {
    const kept = Object.freeze(record);
    this.#records.set(record.handle, kept);
    const mates = this.#bySession.get(record.session) ?? new Set();
    this.#bySession.set(record.session, mates.add(record.handle));
    return kept;
  }
}

function refuse(reason: string): never { throw new Fault("HANDLE_REFUSED", { reason }); }
