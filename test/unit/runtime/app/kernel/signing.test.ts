// Attestations that are asked for in one turn of the event loop get one signature; one that cannot be written keeps none from being signed.
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import { attestable, openAttestation } from "../../../../../kernel-abi/qvm/attestation.ts";
import { signatureHolds } from "../../../../../replay/seal.ts";
import { sha256 } from "../../../../../runtime/adapters/sha256.ts";
import { Signing } from "../../../../../runtime/app/kernel/signing.ts";
import { attestationFacts } from "../../../../support/attestations.ts";
import { testSigner } from "../../../../support/signer.ts";

const signer = testSigner();
const runOf = (at: number): string => at.toString(16).padStart(64, "0");
const textOf = (at: number) => attestable(runOf(at), attestationFacts(), signer, sha256);
const opened = (bytes: Uint8Array): string => openAttestation(bytes, { sha256, signature: signatureHolds }).run;

function signing(): { readonly signing: Signing; readonly signatures: () => number } {
  let count = 0;
  const counting = { ...signer, sign: (message: Uint8Array) => { count++; return signer.sign(message); } };
  return { signing: new Signing({ signer: counting, sha256, fresh: (bytes) => new Uint8Array(bytes) }), signatures: () => count };
}

describe("signing attestations", () => {
  it("is done once for all that are asked for in one turn, each of which holds by itself", async () => {
    const { signing: one, signatures } = signing();
    const all = await Promise.all(Array.from({ length: 9 }, (_, at) => one.signed(textOf(at))));
    expect(all.map(opened)).toEqual(Array.from({ length: 9 }, (_, at) => runOf(at)));
    expect(signatures()).toBe(1);
  });

  it("waits for nobody: who comes a turn later has a signature of its own", async () => {
    const { signing: one, signatures } = signing();
    const first = one.signed(textOf(1));
    await turn();
    const second = one.signed(textOf(2));
    expect([opened(await first), opened(await second), signatures()]).toEqual([runOf(1), runOf(2), 2]);
  });

  it("refuses what cannot be written alone", async () => {
    const { signing: one } = signing();
    const bad = one.signed(() => { throw new Fault("ABI_UNENCODABLE", { at: "predicate", what: "a test" }); });
    const good = one.signed(textOf(3));
    await expect(bad).rejects.toMatchObject({ fault: "ABI_UNENCODABLE" });
    expect(opened(await good)).toBe(runOf(3));
  });
});
