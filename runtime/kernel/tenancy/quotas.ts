// Quotas: the one place of limits. Owns who has reserved what; whoever starts something reserves first and gives back once.
//   Q1  All or nothing: a reservation that does not fit its session and its tenant in full changes nothing.
//   Q2  What is used is the sum of the live reservations, and never above a limit that held when it was reserved.
//   Q3  A reservation is given back exactly once, under its own id, by whatever way its holder ended: a second release changes nothing.
//   Q4  Numbers asked for are safe integers of at least 0: nothing negative frees what another holds.
import { Fault } from "../../../kernel-abi/fault.ts";
import { invariant } from "../../../kernel-abi/invariant.ts";
import { SESSION_QUOTA, TENANT_QUOTA, type SessionQuota, type TenantQuota } from "./quota-terms.ts";
import { Rates } from "./rates.ts";
import { readRecord, type Fields } from "./saved.ts";

/** What is counted. `jobs` are queued or running, `running` run. */
export const RESOURCES = Object.freeze(["sessions", "jobs", "running", "logical_qubits", "physical_qubits", "channels"] as const);
export type Resource = (typeof RESOURCES)[number];
export type Amounts = Readonly<Partial<Record<Resource, number>>>;

export interface Holder {
  readonly tenant: string;
  /** Null: the tenant as a whole. */
  readonly session: string | null;
}

/** The first thing that does not fit. */
export interface Shortage {
  readonly resource: Resource;
  readonly scope: "session" | "tenant";
  readonly limit: number;
  readonly used: number;
  readonly requested: number;
}

interface Reservation extends Holder { readonly amounts: Amounts }
type Limits = Readonly<Record<Resource, number | null>>;
type Used = Record<Resource, number>;

const nothing = (): Used => ({ sessions: 0, jobs: 0, running: 0, logical_qubits: 0, physical_qubits: 0, channels: 0 });

const ofTenant = (quota: TenantQuota): Limits => ({
  sessions: quota.sessions, jobs: null, running: quota.concurrent_jobs,
  logical_qubits: quota.logical_qubits, physical_qubits: quota.physical_qubits, channels: quota.channels,
});
const ofSession = (quota: SessionQuota, tenant: TenantQuota): Limits => ({
  sessions: null, jobs: tenant.jobs_per_session, running: quota.max_jobs,
  logical_qubits: quota.max_logical_qubits, physical_qubits: quota.max_physical_qubits, channels: quota.max_channels,
});

/** @throws Fault QUOTA_EXCEEDED */
export function refuseShortage(shortage: Shortage | undefined): void {
  if (shortage !== undefined) throw new Fault("QUOTA_EXCEEDED", { ...shortage });
}

export class Quotas {
  readonly #reservations = new Map<string, Reservation>();
  readonly #used = new Map<string, Used>();
  readonly #tenants = new Map<string, TenantQuota>();
  readonly #sessions = new Map<string, SessionQuota>();
  readonly #rates = new Rates();
  #default: TenantQuota;
  #defaultSession: SessionQuota;

  constructor(tenant: TenantQuota = TENANT_QUOTA, session: SessionQuota = SESSION_QUOTA) {
    this.#default = Object.freeze({ ...tenant });
    this.#defaultSession = Object.freeze({ ...session });
  }

  /** Of tenants and sessions without one of their own, from now on; what is held stays held. */
  setDefaults(tenant: TenantQuota, session: SessionQuota): void { [this.#default, this.#defaultSession] = [Object.freeze({ ...tenant }), Object.freeze({ ...session })]; }
  setTenant(tenant: string, quota: TenantQuota): void { this.#tenants.set(tenant, Object.freeze({ ...quota })); }
  setSession(session: string, quota: SessionQuota): void { this.#sessions.set(session, Object.freeze({ ...quota })); }
  tenant(tenant: string): TenantQuota { return this.#tenants.get(tenant) ?? this.#default; }
  session(session: string): SessionQuota { return this.#sessions.get(session) ?? this.#defaultSession; }
  /** A session that was closed needs none of its own any more. */
  forgetSession(session: string): void { this.#sessions.delete(session); }

  /** Whether the amounts fit now; the first that does not. */
  shortage(holder: Holder, amounts: Amounts): Shortage | undefined { return this.#short(holder, amounts, true); }
  /** Whether they would ever fit, were nothing else in use. */
  impossible(holder: Holder, amounts: Amounts): Shortage | undefined { return this.#short(holder, amounts, false); }

  /** Reserves under an id that names nothing live (Q1). @throws Fault QUOTA_EXCEEDED */
  reserve(id: string, holder: Holder, amounts: Amounts): void {
    invariant(!this.#reservations.has(id), "A10", id);
    refuseShortage(this.shortage(holder, amounts));
    this.#reservations.set(id, Object.freeze({ tenant: holder.tenant, session: holder.session, amounts: Object.freeze({ ...amounts }) }));
    this.#add(holder, amounts, 1);
  }

  /** False when nothing is reserved under this id (any more): Q3. */
  release(id: string): boolean {
    const held = this.#reservations.get(id);
    if (held === undefined) return false;
    this.#reservations.delete(id);
    this.#add(held, held.amounts, -1);
    return true;
  }

  reserved(id: string): boolean { return this.#reservations.has(id); }
  /** Of a tenant, or of one session of it. */
  usage(holder: Holder): Readonly<Record<Resource, number>> { return { ...this.#used.get(keyOf(holder)) ?? nothing() }; }
  /** Live reservations; nothing is left of what was released. */
  get size(): number { return this.#reservations.size; }

  /** Counts one call or job of the tenant. @throws Fault RATE_LIMITED {retry_after_ms} */
  rate(tenant: string, what: "jobs" | "calls", now: number): void {
    const limit = this.tenant(tenant)[what === "jobs" ? "jobs_per_minute" : "calls_per_minute"];
    const wait = this.#rates.take(`${what} ${tenant}`, limit, now);
    if (wait > 0) throw new Fault("RATE_LIMITED", { what, per_minute: limit, retry_after_ms: wait });
  }

  sweep(now: number): void { this.#rates.sweep(now); }

  #short(holder: Holder, amounts: Amounts, withUsed: boolean): Shortage | undefined {
    const scopes = this.#scopes(holder);
    for (const resource of RESOURCES) {
      const asked = amounts[resource] ?? 0;
      invariant(Number.isSafeInteger(asked) && asked >= 0, "A10", resource);
      for (const { scope, key, limits } of asked === 0 ? [] : scopes) {
        const limit = limits[resource];
        const used = withUsed ? this.#used.get(key)?.[resource] ?? 0 : 0;
        if (limit !== null && used + asked > limit) return { resource, scope, limit, used, requested: asked };
      }
    }
    return undefined;
  }

  #scopes({ tenant, session }: Holder): readonly { readonly scope: "session" | "tenant"; readonly key: string; readonly limits: Limits }[] {
    const quota = this.tenant(tenant);
    const whole = { scope: "tenant" as const, key: keyOf({ tenant, session: null }), limits: ofTenant(quota) };
    return session === null ? [whole] : [{ scope: "session", key: keyOf({ tenant, session }), limits: ofSession(this.session(session), quota) }, whole];
  }

  #add(holder: Holder, amounts: Amounts, sign: 1 | -1): void {
    const keys = holder.session === null ? [keyOf(holder)] : [keyOf(holder), keyOf({ tenant: holder.tenant, session: null })];
    for (const key of keys) {
      const used = this.#used.get(key) ?? nothing();
      let sum = 0;
      for (const resource of RESOURCES) {
        used[resource] += sign * (amounts[resource] ?? 0);
        invariant(used[resource] >= 0, "A10", key);
        sum += used[resource];
      }
      if (sum === 0) this.#used.delete(key);
      else this.#used.set(key, used);
    }
  }

  /** Plain data; rates are not in it, a minute is soon over. */
  saved(): unknown {
    return {
      tenants: [...this.#tenants].map(([id, quota]) => ({ id, quota })),
      sessions: [...this.#sessions].map(([id, quota]) => ({ id, quota })),
      reservations: [...this.#reservations].map(([id, held]) => ({ id, ...held })),
    };
  }
  /** Into an empty one. Reservations come back as they were, fit or not: what runs, runs. @throws Fault TENANCY_UNREADABLE */
  restore(data: unknown): void {
    const table = readRecord(data, "quotas");
    for (const row of table.rows("tenants")) this.setTenant(row.text("id"), tenantQuotaOf(row.record("quota")));
    for (const row of table.rows("sessions")) this.setSession(row.text("id"), sessionQuotaOf(row.record("quota")));
    for (const row of table.rows("reservations")) this.#take(row);
  }

  #take(row: Fields): void {
    const id = row.text("id");
    if (this.#reservations.has(id)) row.refuse("id");
    const asked = row.record("amounts");
    const amounts: Amounts = Object.fromEntries(RESOURCES.filter((name) => asked.has(name)).map((name) => [name, asked.count(name)]));
    const held = { tenant: row.text("tenant"), session: row.textOrNull("session") };
    this.#reservations.set(id, Object.freeze({ ...held, amounts: Object.freeze(amounts) }));
    this.#add(held, amounts, 1);
  }
}

/** Neither a tenant's nor a session's name holds a space. */
const keyOf = ({ tenant, session }: Holder): string => (session === null ? tenant : `${tenant} ${session}`);

const tenantQuotaOf = (row: Fields): TenantQuota => ({
  sessions: row.countOrNull("sessions"), jobs_per_session: row.countOrNull("jobs_per_session"), concurrent_jobs: row.countOrNull("concurrent_jobs"),
  logical_qubits: row.countOrNull("logical_qubits"), physical_qubits: row.countOrNull("physical_qubits"), channels: row.countOrNull("channels"),
  jobs_per_minute: row.countOrNull("jobs_per_minute"), calls_per_minute: row.countOrNull("calls_per_minute"),
});
const sessionQuotaOf = (row: Fields): SessionQuota => ({
  max_logical_qubits: row.count("max_logical_qubits"), max_channels: row.count("max_channels"),
  max_jobs: row.count("max_jobs"), max_physical_qubits: row.count("max_physical_qubits"),
});
