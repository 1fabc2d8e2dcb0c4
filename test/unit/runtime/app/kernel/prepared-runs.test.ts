// Runs as a kernel makes them are sealed together where they end together, and nobody waits for company (K33).
import { afterEach, describe, expect, it, vi } from "vitest";
import { readGraph } from "../../../../../kernel-abi/qvm/read.ts";
import { preparedRuns } from "../../../../../runtime/app/kernel/prepared-runs.ts";
import { verifyTrace } from "../../../../../runtime/app/trace.ts";
import { ghz } from "../../../../support/kernel-service.ts";
import { testSigner } from "../../../../support/signer.ts";

const signer = testSigner();
const { graph: bell } = readGraph(ghz(2));
if (bell === undefined) throw new Error("the graph cannot be read");

function counted() {
  let count = 0;
  const runs = preparedRuns({ signer: { ...signer, sign: (message) => { count++; return signer.sign(message); } }, workers: 0 });
  return { run: (seed: string) => runs.run({ graph: bell as NonNullable<typeof bell>, shots: 1, seed }), signatures: () => count, close: () => runs.close() };
}

afterEach(() => { vi.useRealTimers(); });

describe("seals of a kernel's runs", () => {
  it("are one signature for those that end together, each of which holds by itself", async () => {
    const runs = counted();
    const all = await Promise.all(Array.from({ length: 8 }, (_, at) => runs.run(`s${at}`)));
    expect(runs.signatures()).toBe(1);
    const seals = await Promise.all(all.map(({ bundle }) => verifyTrace(bundle, { signer: signer.keyId })));
    expect(seals.map(({ digest }) => digest)).toEqual(all.map(({ digest }) => digest));
    await runs.close();
  });

  it("are not waited for: what ends alone is sealed though no time passes", async () => {
    const runs = counted();
    await runs.run("first"); // the program is loaded
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await runs.run("second");
    await runs.run("third");
    expect(runs.signatures()).toBe(3);
    await runs.close();
  });
});
