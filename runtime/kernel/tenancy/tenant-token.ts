// What the holder of the kernel's key makes without asking the kernel: a tenant's first token, and the operator's proof.
//   K12 A tenant's token follows from its name, a serial and the key: the operator writes the serial down, and another serial is another token.
//   K13 A proof is of its moment: a minute later it proves nothing. Its text is no token's and no handle's (one bar, a name of its own).
import { toHex } from "../../../kernel-abi/canonical.ts";
import type { Mac, Sha256 } from "../../../kernel-abi/ports.ts";
import { ALL_CAPS, sortedCaps } from "./caps.ts";
import { signs, signText } from "./signed-text.ts";
import type { Token } from "./tokens.ts";

const ID_DIGITS = 16;
const PROOF_MS = 60_000;
const PROOF = /^op\.(\d{1,15})\.([0-9a-f]{64})$/;
const utf8 = new TextEncoder();

/** It permits whatever the tenant holds, and does not end; unsigned. */
export function tenantToken(tenant: string, serial: string, sha256: Sha256): Token {
  const id = `cap_${toHex(sha256(utf8.encode(`triad-tenant-token|${tenant}|${serial}`))).slice(0, ID_DIGITS)}`;
  return { id, tenant, session: null, caps: sortedCaps(ALL_CAPS), issued: 0, expires: null, max_uses: null, parent: null, depth: 0 };
}

const proofText = (at: number): string => `triad-operator|${at}`;

/** `now`: milliseconds since the epoch. */
export const operatorProof = (mac: Mac, now: number): string => `op.${now}.${signText(mac, proofText(now))}`;

/** Whether it was made with the key, within a minute of now. */
export function provesOperator(proof: string, mac: Mac, now: number): boolean {
  const [, at = "", signature = ""] = PROOF.exec(proof) ?? [];
  return at !== "" && signs(mac, proofText(Number(at)), signature) && Math.abs(now - Number(at)) <= PROOF_MS;
}
