// Tenancy with everything injected: a clock that moves when it is told to, bytes that are fresh but always the same, HMAC under a known key.
// Also the example of how a service wires the room.
import { createHash } from "node:crypto";
import { hmacSha256 } from "../../runtime/adapters/mac.ts";
import { sha256 } from "../../runtime/adapters/sha256.ts";
import { Authority, type AuthorityOptions } from "../../runtime/kernel/tenancy/authority.ts";
import type { AdmittedGraph, AdmittedNode, Admission, JobNeeds } from "../../runtime/kernel/tenancy/authority-terms.ts";
import { WIRE_CAPS } from "../../runtime/kernel/tenancy/caps.ts";
import type { TenancyPorts } from "../../runtime/kernel/tenancy/ports.ts";

export const START_MS = 1_000_000;
export const VECTOR_KEY = new TextEncoder().encode("secret-key");

export interface Clock { ms: number }

export function tenancyPorts(key: Uint8Array = VECTOR_KEY): TenancyPorts & { readonly clock: Clock } {
  const clock: Clock = { ms: START_MS };
  let drawn = 0;
  const fresh = (bytes: number): Uint8Array => new Uint8Array(createHash("sha256").update(`fresh ${drawn++}`).digest()).slice(0, bytes);
  return { clock, now: () => clock.ms, mac: hmacSha256(key), sha256, fresh };
}

export interface House {
  readonly authority: Authority;
  readonly ports: ReturnType<typeof tenancyPorts>;
  /** A session of the tenant (registered when it is not yet, with everything), holding these. */
  readonly session: (tenant: string, caps?: readonly string[]) => string;
  /** Submits a graph; every call names a new job. */
  readonly submit: (session: string, graph: AdmittedGraph, needs?: Partial<JobNeeds>) => Admission & { readonly job: string };
}

export function house(options: AuthorityOptions = {}): House {
  const ports = tenancyPorts();
  const authority = new Authority(ports, options);
  let jobs = 0;
  return {
    authority, ports,
    session: (tenant, caps = WIRE_CAPS) => {
      if (authority.tenants.find(tenant) === undefined) authority.tenants.register(tenant, WIRE_CAPS);
      return authority.negotiate({ tenant, requested: caps }).session;
    },
    submit: (session, graph, needs = {}) => {
      const job = `job_${String(jobs++).padStart(16, "0")}`;
      return { ...authority.admit({ session, job, graph, needs: { caps: [], peakQubits: 2, channels: 0, ...needs } }), job };
    },
  };
}

export const node = (op: string, vqs: readonly string[] = [], args: Readonly<Record<string, unknown>> = {}, chs: readonly string[] = []): AdmittedNode =>
  ({ id: `n_${op}_${vqs.join("_")}`, op, args, vqs, chs });
export const graph = (...nodes: readonly AdmittedNode[]): AdmittedGraph => ({ program: { nodes } });

export const BELL = graph(
  node("ALLOC_LQ", ["a", "b"], { n: 2 }), node("APPLY_H", ["a"]), node("APPLY_CNOT", ["a", "b"]), node("MEASURE_Z", ["a"]), node("MEASURE_Z", ["b"]));

/** A graph with a qubit of each tenant and an op on both. */
export const across = (mine: string, theirs: string, op: string, args: Readonly<Record<string, unknown>> = {}, chs: readonly string[] = []): AdmittedGraph => graph(
  node("ALLOC_LQ", ["a"], { n: 1, tenant_id: mine }), node("ALLOC_LQ", ["b", "c"], { n: 2, tenant_id: theirs }),
  ...(op === "USE_CHAN" ? [] : [node(op, op === "APPLY_TOFFOLI" ? ["a", "b", "c"] : ["a", "b"], args, chs)]),
  ...(op === "USE_CHAN" ? [node("OPEN_CHAN", ["a", "b"], args, ["ch"]), node("USE_CHAN", [], args, ["ch"])] : []));
