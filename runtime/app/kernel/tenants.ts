// The tenants a kernel serves, registered with the authority it asks.
import type { TenancyPorts } from "../../kernel/tenancy/ports.ts";
import { Authority } from "../../kernel/tenancy/authority.ts";
import { DEFAULT_TENANTS, DEFAULTS, type KernelOptions } from "./options.ts";

export function servedTenants({ tenants = DEFAULT_TENANTS, tenantQuota = DEFAULTS.tenantQuota, sessionQuota = DEFAULTS.sessionQuota, sessionTtlMs }: KernelOptions, ports: TenancyPorts): Authority {
  const authority = new Authority(ports, { tenantQuota, sessionQuota, fullHouse: "end-idle", ...(sessionTtlMs === undefined ? {} : { sessionTtlMs }) });
  for (const { name, caps, entry, quota } of tenants) {
    authority.tenants.register(name, caps, entry);
    if (quota !== undefined) authority.quotas.setTenant(name, quota);
  }
  return authority;
}
