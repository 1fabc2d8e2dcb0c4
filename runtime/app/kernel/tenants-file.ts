// The tenants an operator serves, read from a file: who they are, what they hold, and what they and their sessions may have at once.
import { Fault } from "../../../kernel-abi/fault.ts";
import { compiled, Type } from "../../../kernel-abi/schema.ts";
import { WIRE_CAPS } from "../../kernel/tenancy/caps.ts";
import { SESSION_QUOTA } from "../../kernel/tenancy/quota-terms.ts";
import { DEFAULT_TENANT_QUOTA, type KernelOptions } from "./options.ts";

const exact = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Limit = Type.Optional(Type.Union([Count, Type.Null()]));
const Most = Type.Optional(Count);

const TenantsFile = Type.Object({
  /** Of every session; what is left out is as ever. */
  session: Type.Optional(Type.Object({ max_logical_qubits: Most, max_channels: Most, max_jobs: Most, max_physical_qubits: Most }, exact)),
  /** Nobody else is served; the tenant `default`, who calls without a name, when the list is left out. */
  tenants: Type.Optional(Type.Array(Type.Object({
    name: Type.String({ pattern: "^[A-Za-z0-9_.-]{1,128}$" }),
    caps: Type.Optional(Type.Array(Type.Union(WIRE_CAPS.map((cap) => Type.Literal(cap))), { uniqueItems: true })),
    quota: Type.Optional(Type.Object({
      sessions: Limit, jobs_per_session: Limit, concurrent_jobs: Limit, logical_qubits: Limit, physical_qubits: Limit, channels: Limit, jobs_per_minute: Limit, calls_per_minute: Limit,
    }, exact)),
  }, exact), { minItems: 1, maxItems: 10_000 })),
}, exact);

const schema = compiled(TenantsFile);
const ALLOWED = "{session: {max_jobs, max_logical_qubits, max_physical_qubits, max_channels}, tenants: [{name, caps: [CAP_…], quota: {sessions, concurrent_jobs, logical_qubits, jobs_per_minute, …}}]}; null is no limit";

/** @throws Fault ABI_MALFORMED */
export function parseTenants(value: unknown): Pick<KernelOptions, "tenants" | "sessionQuota"> {
  if (!schema().Check(value)) {
    const [first] = schema().Errors(value);
    throw new Fault("ABI_MALFORMED", { argument: "tenants", at: first?.instancePath ?? "", allowed: ALLOWED });
  }
  const { session, tenants } = value;
  const names = tenants?.map(({ name }) => name) ?? [];
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Fault("ABI_MALFORMED", { argument: "tenants", at: "/tenants", what: `${twice} is there twice`, allowed: ALLOWED });
  return {
    ...(session === undefined ? {} : { sessionQuota: { ...SESSION_QUOTA, ...session } }),
    ...(tenants === undefined ? {} : { tenants: tenants.map(({ name, caps = WIRE_CAPS, quota = {} }) => ({ name, caps, quota: { ...DEFAULT_TENANT_QUOTA, ...quota } })) }),
  };
}
