// A trace of another build: its kernels have other binaries. It replays, its providers stand in it as they were; its kernels give its
// outcomes again.
import { describe, expect, it } from "vitest";
import type { Header } from "../../../../kernel-abi/header.ts";
import { DEFAULT_BOUNDS } from "../../../../kernel-abi/limits.ts";
import { bell, defineProcess, replayTrace, reproduceTrace } from "../../../../runtime/app/index.ts";
import { createMemorySink } from "../../../../runtime/adapters/memory.ts";
import { executeAndSeal } from "../../../../runtime/app/execute.ts";
import { allowed, createAdmissions, headerFor } from "../../../../runtime/app/header.ts";
import { createRunner, liveOutcomes } from "../../../../runtime/app/outcomes.ts";
import { Recorder } from "../../../../replay/recorder.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { testSigner } from "../../../support/signer.ts";

const root = defineProcess({
  name: "built", domains: ["Q"],
  *run({ q }) {
    const contract = yield* q.reserve({ qubits: 2, budget: 40 });
    return yield* q.measure(yield* q.submit(contract, bell().measureAll()));
  },
});
const program = { kind: "detached", entry: root.name, modules: [], executed: "", map: "" } as const;

type Provider = Header["providers"][number];

/** A run whose header and frames name the providers so altered. */
async function recorded(alter: (provider: Provider) => Provider): Promise<Uint8Array> {
  const section = { ...program, modules: [] };
  const own = headerFor({ seed: "7", bounds: DEFAULT_BOUNDS, policy: "cooperative", allow: allowed(root), program: section, root }, createAdmissions());
  const sink = createMemorySink();
  const recording = { header: { ...own, providers: own.providers.map(alter) }, program: section, inputs: { input: null, files: {} } };
  const recorder = new Recorder({ recording, sink });
  const outcomes = liveOutcomes(createRunner({ workers: 0 }));
  const host = { node: "", v8: "", platform: "", arch: "", triad: "", workers: 0, label: "", started: "", durability: "process" } as never;
  await executeAndSeal({ recording, root, journal: recorder, outcomes }, { seal: (end) => recorder.seal({ signer: testSigner(), host, end }) });
  return sink.bytes();
}
const withKernel = (change: Partial<Provider["kernels"][number]>) => (provider: Provider): Provider =>
  ({ ...provider, kernels: provider.kernels.map((kernel) => ({ ...kernel, ...change })) });
const refused = async (work: Promise<unknown>): Promise<unknown> => work.then(() => "done", (error: unknown) => (error instanceof Fault ? [error.fault, error.detail] : error));

describe("a trace whose kernels were built otherwise", () => {
  it("replays to its digest, and its kernels confirm it", async () => {
    const bytes = await recorded(withKernel({ binary: "ab".repeat(32) }));
    expect(await replayTrace(bytes, { program: root })).toMatchObject({ complete: true });
    expect(await reproduceTrace(bytes, { program: root, workers: 0 })).toMatchObject({ complete: true, confirmed: 1 });
  });
  it("is refused where they are of another version, have another name, or declared something else", async () => {
    for (const alter of [withKernel({ version: 99 }), withKernel({ name: "q.other" }), (provider: Provider): Provider => ({ ...provider, units: provider.units + 1 })]) {
      expect(await refused(recorded(alter))).toEqual(["TRACE_VERSION", { differs: "providers" }]);
    }
  });
});
