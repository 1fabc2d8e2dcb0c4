// triad kernel token: the credential of a tenant that enters by one, made with the kernel's key; the kernel need not be asked.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { runs, type Invocation } from "../../command.ts";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import { loadOrCreateMac } from "../../../../adapters/mac.ts";
import { sha256 } from "../../../../adapters/sha256.ts";
import { signToken, writeToken } from "../../../../kernel/tenancy/tokens.ts";
import { parseTenants } from "../../../kernel/tenants-file.ts";
import { tokenOf } from "../../../kernel/tenants.ts";
import { jsonOption, readDocument } from "../../arguments.ts";
import { printJson } from "../../output.ts";

interface Flags {
  readonly tenants: string;
  readonly json?: boolean;
}

export function configure(command: Command, invocation: Invocation): void {
  command.argument("<tenant>", "a tenant of the file whose entry is token").requiredOption("--tenants <file>", "the file the kernel is served by").addOption(jsonOption());
  runs(command, invocation, (tenant = "") => {
    const { tenants: file, json = false } = command.opts<Flags>();
    const { tenants: served } = readDocument("--tenants", file, parseTenants);
    const spec = served?.find(({ name, entry }) => name === tenant && entry === "token");
    if (spec === undefined) {
      const entered = served?.filter(({ entry }) => entry === "token").map(({ name }) => name) ?? [];
      throw new Fault("USAGE", { option: "TENANT", value: tenant.slice(0, 200), file, allowed: entered.length === 0 ? "a tenant whose entry is token; the file has none" : entered.slice(0, 20).join(", ") });
    }
    const credential = writeToken(signToken(tokenOf(spec, sha256), loadOrCreateMac()));
    if (json) printJson(invocation.io.out, "kernel-token", { tenant, credential });
    else invocation.io.out.print(credential);
    return Promise.resolve(EXIT.ok);
  });
}
