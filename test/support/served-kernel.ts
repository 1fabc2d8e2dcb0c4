// Kernels behind real sockets, for tests: tenants as an operator says them, sessions as clients open them, everything gone when a test ends.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { sha256 } from "../../runtime/adapters/sha256.ts";
import { connectKernel, type KernelClient } from "../../runtime/app/kernel/client.ts";
import type { KernelOptions, TenantTerms } from "../../runtime/app/kernel/options.ts";
import { serveKernel, type Served } from "../../runtime/app/kernel/serving.ts";
import type { Kernel } from "../../runtime/app/kernel/service.ts";
import { tokenOf } from "../../runtime/app/kernel/tenants.ts";
import { signToken, writeToken } from "../../runtime/kernel/tenancy/tokens.ts";
import { CAPS, testKernel, testMac } from "./kernel-service.ts";

export interface ServedTest {
  readonly client: KernelClient;
  readonly kernel: Kernel;
  readonly served: Served;
  session(tenant?: string, more?: { readonly credential?: string; readonly requested?: readonly string[] }): Promise<string>;
  stop(): Promise<void>;
}

/** What `triad kernel token` prints. */
export const credentialOf = (name: string, serial?: string): string => writeToken(signToken(tokenOf({ name, ...(serial === undefined ? {} : { serial }) }, sha256), testMac()));

/** Nothing goes through a decoder that takes no rounds: a job that runs stands at its fence until it is cancelled. */
export const STUCK = [{ mode: "decoder-overload", roundsPerEpoch: 0 }] as const;

export function kernelGround(): { readonly folder: () => string; serve(terms?: TenantTerms, options?: Partial<KernelOptions>): Promise<ServedTest> } {
  const folders: string[] = [];
  const stops: (() => Promise<void>)[] = [];
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), "triad-served-"));
    folders.push(made);
    return made;
  };
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
    for (const one of folders.splice(0)) rmSync(one, { recursive: true, force: true });
  });
  return {
    folder,
    async serve(terms = {}, options = {}) {
      let kernel: Kernel | undefined;
      const served = await serveKernel({ socket: join(folder(), "k.sock"), ...terms }, (given) => (kernel = testKernel({ ...given, ...options })));
      if (kernel === undefined) throw new Error("no kernel");
      const client = connectKernel({ socket: served.path });
      let stopped = false;
      const stop = async (): Promise<void> => {
        if (stopped) return;
        stopped = true;
        client.close();
        await served.stop({ graceMs: 0 });
      };
      stops.push(stop);
      return {
        client, kernel, served, stop,
        session: async (tenant, { credential, requested = CAPS } = {}) =>
          (await client.q_negotiate_caps({ requested: [...requested], ...(tenant === undefined ? {} : { tenant_id: tenant }), ...(credential === undefined ? {} : { credential }) })).session_id,
      };
    },
  };
}

/** The code, name and data a call was refused with. */
export const refusalOf = (work: Promise<unknown>): Promise<unknown> => work.then((value: unknown) => ({ allowed: value }), (error: unknown) => error);
