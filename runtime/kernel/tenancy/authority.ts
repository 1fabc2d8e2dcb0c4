// The authority: one object that the service asks before it does anything for anybody. Owns the tables of this room, in what order they are
// asked, and that every answer stands in the audit log before it is given.
//   A23 What a session may do is what it was granted as far as its tenant holds it now (N3).
//   A24 A refusal changes nothing but the audit log and the count of calls.
import { Fault } from "../../../kernel-abi/fault.ts";
import { checkAdmission, refuseMissing, runOf } from "./admission.ts";
import type { AuditEntry } from "./audit-entry.ts";
import { AuditLog } from "./audit-log.ts";
import type { Admission, AdmitRequest, AuthorityShape, Decision, JobEnd, Negotiation, NegotiateRequest } from "./authority-terms.ts";
import { Broker } from "./broker.ts";
import { Delegations } from "./delegations.ts";
import { Firewall } from "./firewall.ts";
import { Handles } from "./handles.ts";
import { JobHolds, type HeldJob } from "./job-holds.ts";
import { LinearHandles } from "./linear-handles.ts";
import { DEFAULT_RULES, Policies, refuseRuling, type PolicyRule } from "./policies.ts";
import type { TenancyPorts } from "./ports.ts";
import type { SessionQuota, TenantQuota } from "./quota-terms.ts";
import { Quotas, refuseShortage, type Shortage } from "./quotas.ts";
import { readRecord } from "./saved.ts";
import { bargain, Sessions, withLending, type Ended, type Session } from "./sessions.ts";
import { provesOperator } from "./tenant-token.ts";
import { isTenantName, Tenants, type Tenant } from "./tenants.ts";
import { parseToken, Tokens, type Token } from "./tokens.ts";
import { shown, Witness, type About, type AuditDetail } from "./witness.ts";

export interface AuthorityOptions {
  readonly tenantQuota?: TenantQuota;
  readonly sessionQuota?: SessionQuota;
  /** The longest a session lives; a day when left out. */
  readonly sessionTtlMs?: number;
  /** What a tenant that nobody registered holds; null (the default): there are no such tenants. */
  readonly strangers?: readonly string[] | null;
  /** A tenant at its limit of sessions: refuse another, or end its oldest one that has no live job and holds nothing (for clients that never close any). */
  readonly fullHouse?: "refuse" | "end-idle";
  readonly auditKeep?: number;
  readonly rules?: readonly PolicyRule[];
}

const DAY_MS = 86_400_000;
export class Authority implements AuthorityShape {
  readonly tenants: Tenants;
  readonly sessions: Sessions;
  readonly quotas: Quotas;
  readonly tokens: Tokens;
  readonly handles: Handles;
  readonly linear: LinearHandles;
  readonly delegations: Delegations;
  readonly broker: Broker;
  readonly firewall: Firewall;
  readonly policies: Policies;
  readonly audit: AuditLog;
  readonly jobs: JobHolds;
  readonly #ports: TenancyPorts;
  readonly #options: AuthorityOptions;
  readonly #witness: Witness;
  #strangers: readonly string[] | null;
  /** Tenants that came without being registered. */
  readonly #strange = new Set<string>();

  constructor(ports: TenancyPorts, options: AuthorityOptions = {}) {
    const now = (): number => ports.now();
    this.#ports = ports;
    this.#options = options;
    this.#strangers = options.strangers ?? null;
    this.tenants = new Tenants(ports.sha256);
    this.sessions = new Sessions(ports);
    this.quotas = new Quotas(options.tenantQuota, options.sessionQuota);
    this.tokens = new Tokens(ports);
    this.handles = new Handles(ports);
    this.linear = new LinearHandles(now);
    this.delegations = new Delegations(this.tenants, ports);
    this.broker = new Broker(this.tenants, ports);
    this.firewall = new Firewall(this.broker);
    this.policies = new Policies(now, options.rules ?? DEFAULT_RULES);
    this.audit = new AuditLog(ports, options.auditKeep);
    this.jobs = new JobHolds(this.quotas);
    this.#witness = new Witness(this.audit);
  }

  negotiate(request: NegotiateRequest): Negotiation {
    const about: About = { kind: "session", tenant: request.tenant, session: null, subject: null };
    return this.#witness.judged(about, () => {
      const tenant = this.#enter(request.tenant);
      this.quotas.rate(tenant.id, "calls", this.#ports.now());
      refuseRuling(this.policies.judge({ action: "grant", tenant: tenant.id, tenant_active: true }));
      const token = this.#shown(tenant, request.token);
      const held = this.delegations.holds(tenant.id);
      const had = token === undefined ? held : new Set(token.caps.filter((cap) => held.has(cap)));
      const { granted, denied } = bargain(request.requested, had);
      const ended = this.#makeRoom(tenant.id);
      const most = this.#options.sessionTtlMs ?? DAY_MS;
      const left = token?.expires === undefined || token.expires === null ? most : token.expires - this.#ports.now();
      const session = this.sessions.open(tenant.id, granted, Math.min(request.ttlMs ?? most, most, left), token?.id ?? null);
      this.quotas.reserve(session.id, { tenant: tenant.id, session: null }, { sessions: 1 });
      this.note({ kind: "grant", tenant: tenant.id, session: session.id, subject: null }, "allowed", { granted: granted.join(","), denied: String(denied.length) });
      return { session: session.id, tenant: tenant.id, namespace: tenant.namespace, ...withLending({ granted, denied }, had), quota: this.quotas.session(session.id), expires: session.expires, ended };
    });
  }

  /** False when it has expired, its tenant is not served any more, or has no room for it. @throws Fault TENANCY_UNREADABLE when it is none */
  reopen(data: unknown): boolean {
    const session = this.sessions.take(data);
    const holder = { tenant: session.tenant, session: null };
    const welcome = this.#known(session.tenant) && (session.token === null || this.tokens.stands(session.token)) && this.#ports.now() < session.expires && this.quotas.shortage(holder, { sessions: 1 }) === undefined;
    if (welcome) this.quotas.reserve(session.id, holder, { sessions: 1 });
    else this.sessions.close(session.id);
    this.note({ kind: "session", tenant: session.tenant, session: session.id, subject: null }, "noted", { change: welcome ? "reopened" : "not reopened" });
    return welcome;
  }

  /** Of every call that names a session; only refusals leave an entry. @throws Fault SESSION_UNKNOWN | AUTH_FAILED | TENANT_SUSPENDED | RATE_LIMITED | POLICY_DENIED */
  call(session: string, method: string): { readonly tenant: string; readonly caps: readonly string[] } {
    const about: About = { kind: "session", tenant: this.sessions.find(session)?.tenant ?? "", session: session, subject: method };
    return this.#witness.judged(about, () => {
      const { tenant } = this.#live(session);
      this.quotas.rate(tenant, "calls", this.#ports.now());
      refuseRuling(this.policies.judge({ action: "call", method, tenant, session, tenant_active: true }));
      return { tenant, caps: [...this.held(session)] };
    });
  }

  /** What a session holds now (A23), sorted; nothing when it is none, or its tenant is suspended. */
  held(session: string): ReadonlySet<string> {
    const found = this.sessions.find(session);
    const tenant = found === undefined ? new Set<string>() : this.delegations.holds(found.tenant);
    return new Set(found?.granted.filter((cap) => tenant.has(cap)));
  }

  /** Whether a session may lend, or end what its tenant lent: by the token it was opened with, and to lend by what the tenant holds now. @throws Fault INSUFFICIENT_CAPS, SESSION_UNKNOWN … */
  needDelegate(session: string, to: "lend" | "revoke"): void {
    const { tenant, token } = this.#live(session);
    const permitted = token === null || this.tokens.find(token)?.caps.includes("CAP_DELEGATE") === true;
    const held = to === "lend" ? this.delegations.holds(tenant) : new Set(["CAP_DELEGATE"]);
    this.#witness.judged({ kind: "caps", tenant, session, subject: null }, () => { refuseMissing(["CAP_DELEGATE"], permitted ? held : new Set()); });
  }

  /** Whether anything stands that time may end: loans, channels, credentials. */
  get lapses(): boolean { return this.tokens.size + this.delegations.size + this.broker.size > 0; }

  need(session: string, caps: readonly string[]): void {
    const { tenant } = this.#live(session);
    this.#witness.judged({ kind: "caps", tenant, session, subject: null }, () => { refuseMissing(caps, this.held(session)); });
  }

  admit(request: AdmitRequest): Admission {
    const decisions: Decision[] = [];
    const tenant = this.sessions.find(request.session)?.tenant ?? "";
    const about: About = { kind: "job", tenant, session: request.session, subject: request.job };
    try {
      const caps = this.#accept(request, decisions);
      this.note(about, "allowed", tally(decisions));
      return { allowed: true, decisions, tenant, caps };
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      if (decisions.at(-1)?.allowed !== false) decisions.push({ check: "session", allowed: false, why: fault.fault });
      this.note({ ...about, kind: decisions.at(-1)?.check ?? "job" }, "denied", { ...fault.detail, ...tally(decisions) });
      return { allowed: false, decisions, fault };
    }
  }

  /** @throws Fault ACCESS_DENIED when the job is not the session's own */
  owned(session: string, job: string, owner: string): void {
    if (session === owner) return;
    const { tenant } = this.#live(session);
    this.#witness.judged({ kind: "owner", tenant, session, subject: job }, () => { throw new Fault("ACCESS_DENIED", { kind: "job", id: shown(job) }); });
  }

  /** False: not now, or ended. @throws Fault when it may never: TENANT_SUSPENDED, INSUFFICIENT_CAPS, SESSION_UNKNOWN, AUTH_FAILED */
  start(job: string): boolean {
    const held = this.jobs.find(job);
    if (held === undefined) return false;
    const about: About = { kind: "job", tenant: held.tenant, session: held.session, subject: job };
    return this.#witness.judged(about, () => {
      this.#live(held.session);
      this.#stillMay(held);
      if (this.jobs.runs(job)) return true;
      if (this.jobs.start(job) !== undefined) return false;
      this.note(about, "noted", { change: "RUNNING" });
      return true;
    });
  }

  /** Whose limit keeps a job from starting now; undefined when none does. Reserves and notes nothing. @throws as start */
  blocked(job: string): Shortage["scope"] | undefined {
    const held = this.jobs.find(job);
    if (held === undefined) return undefined;
    this.#live(held.session);
    this.#stillMay(held);
    return this.jobs.runs(job) ? undefined : this.quotas.shortage(held, held.run)?.scope;
  }

  pause(job: string): void {
    const held = this.jobs.find(job);
    if (held === undefined || !this.jobs.pause(job)) return;
    this.note({ kind: "job", tenant: held.tenant, session: held.session, subject: job }, "noted", { change: "QUEUED" });
  }

  end(job: string, how: JobEnd): boolean {
    const held = this.jobs.end(job);
    if (held === undefined) return false;
    const { tenant, session } = held;
    if (this.sessions.find(session) === undefined && this.jobs.of(session).length === 0) this.quotas.forgetSession(session);
    this.note({ kind: "job", tenant, session, subject: job }, "noted", { change: how });
    return true;
  }

  /** Why a job of the kernel may not go on: what its session has lost, a channel that is gone; undefined: it may. */
  lost(job: string): Fault | undefined {
    const held = this.jobs.find(job);
    if (held === undefined || this.sessions.find(held.session) === undefined) return undefined;
    try {
      this.tenants.active(held.tenant);
      this.#stillMay(held);
      return undefined;
    } catch (fault) {
      if (fault instanceof Fault) return fault;
      throw fault;
    }
  }

  /** What a tenant that nobody registered holds from now on; null: there are no such tenants. Those that came before stay as they are. */
  setStrangers(caps: readonly string[] | null): void { this.#strangers = caps === null ? null : [...caps]; }
  isStranger(tenant: string): boolean { return this.#strange.has(tenant); }
  /** Registered from now on: it is no stranger any more. */
  adopt(tenant: string): void { this.#strange.delete(tenant); }

  /** Whether the proof was made by who holds the kernel's key; only refusals leave an entry. @throws Fault AUTH_FAILED */
  operates(proof: string): void {
    if (provesOperator(proof, this.#ports.mac, this.#ports.now())) return;
    this.note({ kind: "session", tenant: "", session: null, subject: "operator" }, "denied", { fault: "AUTH_FAILED" });
    throw new Fault("AUTH_FAILED", { reason: "operator" });
  }

  /** Does what somebody asked for between tenants; it, or its refusal, stands in the audit log. */
  decided<T>(about: About, act: () => T, said: (made: T) => AuditDetail): T {
    return this.#witness.judged(about, () => {
      const made = act();
      this.note(about, "allowed", said(made));
      return made;
    });
  }

  /** Suspends a tenant: from now on nothing of it is answered or started. The jobs it names have not ended; the service cancels them. */
  suspend(tenant: string): readonly string[] {
    this.tenants.suspend(tenant);
    this.note({ kind: "tenant", tenant, session: null, subject: null }, "noted", { change: "suspended" });
    return this.sessions.of(tenant).flatMap(({ id }) => this.jobs.of(id));
  }

  resume(tenant: string): void {
    this.tenants.resume(tenant);
    this.note({ kind: "tenant", tenant, session: null, subject: null }, "noted", { change: "resumed" });
  }

  /** Closes it, with its handles, qubits and tokens; the jobs it names still hold what they hold until each `end`. Nothing for one that is not open. */
  closeSession(session: string, why?: Ended): readonly string[] {
    const closed = this.sessions.find(session);
    if (closed === undefined || !this.sessions.close(session, why)) return [];
    this.handles.revokeSession(session);
    for (const { handle } of this.linear.end(session)) {
      this.firewall.free(handle);
      this.quotas.release(handle);
    }
    this.quotas.release(session);
    if (this.jobs.of(session).length === 0) this.quotas.forgetSession(session);
    this.note({ kind: "session", tenant: closed.tenant, session, subject: null }, "noted", { change: "closed" });
    return this.jobs.of(session);
  }

  sweep(): readonly { readonly session: string; readonly jobs: readonly string[] }[] {
    const now = this.#ports.now();
    const closed = this.sessions.expired().map(({ id }) => ({ session: id, jobs: this.closeSession(id, "expired") }));
    for (const table of [this.tokens, this.handles, this.delegations, this.broker, this.policies]) table.sweep();
    this.quotas.sweep(now);
    return closed;
  }

  /** One entry of the audit log; for the service's own decisions too. */
  note(about: About, outcome: AuditEntry["outcome"], detail: AuditDetail): void { this.#witness.note(about, outcome, detail); }

  /** Plain data. What ran when it was taken runs in it; a kernel that begins anew pauses each job. */
  saved(): Readonly<Record<string, unknown>> { return Object.fromEntries(this.#tables().map(([name, table]) => [name, table.saved()])); }
  /** Into a fresh one. @throws Fault TENANCY_UNREADABLE | AUDIT_BROKEN */
  restore(data: unknown): void {
    const row = readRecord(data, "authority");
    for (const [name, table] of this.#tables()) table.restore(row.record(name).value());
  }

  #tables(): readonly (readonly [string, { saved(): unknown; restore(data: unknown): void }])[] {
    const { tenants, sessions, quotas, tokens, handles, linear, delegations, broker, firewall, policies, audit, jobs } = this;
    return Object.entries({ tenants, sessions, quotas, tokens, handles, linear, delegations, broker, firewall, policies, audit, jobs });
  }

  /** The checks of one submit, and what follows when all hold; what the session holds. */
  #accept(request: AdmitRequest, decisions: Decision[]): readonly string[] {
    const { session } = request;
    const { tenant } = this.#live(session);
    decisions.push({ check: "session", allowed: true, why: "" });
    const caps = this.held(session);
    const judges = { policies: this.policies, broker: this.broker, quotas: this.quotas, now: () => this.#ports.now() };
    const { required, crossings } = checkAdmission(request, { tenant, session, caps }, judges, decisions);
    this.jobs.keep(request.job, { tenant, session, required, run: runOf(request.needs), crossings: crossings.map(({ channel, tenants: both }) => ({ channel, tenants: both })) });
    if (request.again !== true) for (const { channel, tenants, uses } of crossings) this.broker.use(channel, ...tenants, uses);
    return [...caps];
  }

  /** A live session of an active tenant. @throws Fault SESSION_UNKNOWN | AUTH_FAILED | TENANT_SUSPENDED */
  #live(id: string): Session {
    const session = this.sessions.live(id);
    this.tenants.active(session.tenant);
    return session;
  }

  /** Whether the tenant is served: registered, or a stranger where such are, who is registered by it. */
  #known(name: string): boolean {
    if (this.tenants.find(name) !== undefined) return true;
    if (this.#strangers === null || !isTenantName(name)) return false;
    this.tenants.register(name, this.#strangers);
    this.#strange.add(name);
    return true;
  }

  #enter(name: string): Tenant {
    if (!this.#known(name) && this.#strangers !== null) throw new Fault("AUTH_FAILED", { reason: "tenant-name" });
    return this.tenants.active(name);
  }

  /** What a job was accepted for still holds. @throws Fault INSUFFICIENT_CAPS | CHANNEL_REFUSED */
  #stillMay({ session, required, crossings }: HeldJob): void {
    refuseMissing(required, this.held(session));
    for (const { channel, tenants } of crossings) {
      const lack = this.broker.lacks(channel, ...tenants, 0);
      if (lack !== undefined) throw new Fault("CHANNEL_REFUSED", { reason: lack, channel });
    }
  }

  /** The token it enters with; undefined where none is asked for and none was shown. @throws Fault AUTH_FAILED | TOKEN_REFUSED */
  #shown(tenant: Tenant, token: string | undefined): Token | undefined {
    if (token !== undefined) return this.tokens.use(parseToken(token), { tenant: tenant.id, session: null });
    if (tenant.entry === "token") throw new Fault("AUTH_FAILED", { reason: "token-needed", tenant: tenant.id });
    return undefined;
  }

  /** Closes what has expired and, where that was asked for, of those that are idle the one used longest ago; which they were. @throws Fault QUOTA_EXCEEDED */
  #makeRoom(tenant: string): readonly string[] {
    const full = (): ReturnType<Quotas["shortage"]> => this.quotas.shortage({ tenant, session: null }, { sessions: 1 });
    if (full() === undefined) return [];
    const idle = this.sessions.of(tenant).filter(({ id }) => this.jobs.of(id).length === 0 && !this.linear.holds(id)).map(({ id }) => id);
    const over = idle.filter((id) => this.#ports.now() >= (this.sessions.find(id)?.expires ?? 0));
    const ended = over.length > 0 || this.#options.fullHouse !== "end-idle" ? over : idle.slice(0, 1);
    for (const id of ended) this.closeSession(id, over.length > 0 ? "expired" : "made-room");
    refuseShortage(full());
    return ended;
  }
}

/** Checks made, and of a refusal which failed: one entry says them all. */
const tally = (decisions: readonly Decision[]): AuditDetail =>
  Object.fromEntries(decisions.map(({ check, allowed, why }) => [`check_${check}`, allowed ? "allowed" : why]));
