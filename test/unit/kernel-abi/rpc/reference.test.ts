import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CODES } from "../../../../kernel-abi/rpc/codes.ts";
import { METHOD_NAMES } from "../../../../kernel-abi/rpc/methods.ts";
import { rpcReference } from "../../../../kernel-abi/rpc/reference.ts";

describe("kernel-abi/rpc/REFERENCE.md", () => {
  it("says what the code does: if not, run `npx tsx test/support/rpc-reference.mts`", () => {
    expect(readFileSync(new URL("../../../../kernel-abi/rpc/REFERENCE.md", import.meta.url), "utf8")).toBe(rpcReference());
  });

  it("has every method and every code once", () => {
    for (const name of METHOD_NAMES) expect(rpcReference().match(new RegExp(`^## ${name}$`, "gm"))).toHaveLength(1);
    for (const [name, { code }] of Object.entries(CODES)) expect(rpcReference().match(new RegExp(`^\\| ${code} \\| \`${name}\` \\|`, "gm"))).toHaveLength(1);
  });
});
