// The tenants an operator serves, read from a file: who they are, what they hold, how they enter, and what they and their sessions may have.
import { Fault } from "../../../kernel-abi/fault.ts";
import { compiled, misfit, Type } from "../../../kernel-abi/schema.ts";
import { WIRE_CAPS } from "../../kernel/tenancy/caps.ts";
import { SESSION_QUOTA, TENANT_QUOTA } from "../../kernel/tenancy/quota-terms.ts";
import { DEFAULT_TENANT_QUOTA, type TenantTerms } from "./options.ts";

const exact = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Limit = Type.Optional(Type.Union([Count, Type.Null()]));
const Most = Type.Optional(Count);
const Name = Type.String({ pattern: "^[A-Za-z0-9_.-]{1,128}$" });
/** What a session can be granted, and the right to lend it. */
const HELD = [...WIRE_CAPS, "CAP_DELEGATE"] as const;
const Caps = Type.Optional(Type.Array(Type.Union(HELD.map((cap) => Type.Literal(cap))), { uniqueItems: true }));
const Quota = Type.Optional(Type.Object({
  sessions: Limit, jobs_per_session: Limit, concurrent_jobs: Limit, logical_qubits: Limit, physical_qubits: Limit, channels: Limit, jobs_per_minute: Limit, calls_per_minute: Limit,
}, exact));

const TenantsFile = Type.Object({
  /** Of every session; what is left out is as ever. */
  session: Type.Optional(Type.Object({ max_logical_qubits: Most, max_channels: Most, max_jobs: Most, max_physical_qubits: Most }, exact)),
  /** Nobody else is registered; the tenant `default`, who calls without a name, when the list is left out. */
  tenants: Type.Optional(Type.Array(Type.Object({
    name: Name, caps: Caps, quota: Quota,
    entry: Type.Optional(Type.Union([Type.Literal("open"), Type.Literal("token")])), serial: Type.Optional(Name),
    state: Type.Optional(Type.Union([Type.Literal("active"), Type.Literal("suspended")])),
  }, exact), { minItems: 1, maxItems: 10_000 })),
  /** Names nobody registered. */
  strangers: Type.Optional(Type.Union([Type.Literal("refuse"), Type.Object({ caps: Caps, quota: Quota }, exact)])),
  /** Pairs that may agree to a channel; any two when left out. */
  channels: Type.Optional(Type.Array(Type.Tuple([Name, Name]), { maxItems: 100_000 })),
}, exact);

const schema = compiled(TenantsFile);
const ALLOWED = "{session: {max_jobs, max_logical_qubits, max_physical_qubits, max_channels}, tenants: [{name, caps: [CAP_…], entry: open | token, serial, state: active | suspended, quota: {sessions, concurrent_jobs, logical_qubits, jobs_per_minute, …}}], strangers: refuse | {caps, quota}, channels: [[name, name]]}; null is no limit";

/** What a stranger holds unless the file says otherwise: enough to run a graph. */
const STRANGERS_HOLD = ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"] as const;

/** @throws Fault ABI_MALFORMED */
export function parseTenants(value: unknown): TenantTerms {
  if (!schema().Check(value)) {
    const { at, what, value: found, words } = misfit(TenantsFile, value);
    const given = JSON.stringify(found) as string | undefined;
    throw new Fault("ABI_MALFORMED", { argument: "tenants", at, what, ...(given === undefined ? {} : { value: given.slice(0, 200) }), allowed: words.length === 0 ? ALLOWED : words.join(", ") });
  }
  const { session, tenants, strangers, channels } = value;
  const names = tenants?.map(({ name }) => name) ?? [];
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Fault("ABI_MALFORMED", { argument: "tenants", at: "/tenants", what: `${twice} is there twice`, allowed: ALLOWED });
  return {
    ...(session === undefined ? {} : { sessionQuota: { ...SESSION_QUOTA, ...session } }),
    ...(tenants === undefined ? {} : { tenants: tenants.map(({ caps = WIRE_CAPS, quota = {}, ...tenant }) => ({ ...tenant, caps, quota: { ...DEFAULT_TENANT_QUOTA, ...quota } })) }),
    ...(strangers === undefined || strangers === "refuse" ? {} : { strangers: strangers.caps ?? STRANGERS_HOLD, tenantQuota: { ...TENANT_QUOTA, ...strangers.quota } }),
    ...(channels === undefined ? {} : { channels }),
  };
}
