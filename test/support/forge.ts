// Traces that no runtime would write: another program, or another outcome, under a chain and a seal that hold.
import { readFileSync, writeFileSync } from "node:fs";
import { EVENT, type Frame } from "../../kernel-abi/frame.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import type { ByteSink, Outcome, Recording } from "../../kernel-abi/ports.ts";
import { openBundle, walk } from "../../replay/bundle.ts";
import { Recorder } from "../../replay/recorder.ts";
import { createMemorySink, memorySource } from "../../runtime/adapters/memory.ts";
import { hostFacts, wallClock } from "../../runtime/adapters/host.ts";
import { loadOrCreateSigner } from "../../runtime/adapters/keys.ts";
import { programClosure } from "../../runtime/app/program/closure.ts";
import { programDigest } from "../../runtime/app/program/load.ts";

/** A domain call's outcome comes before what follows from it, so blocks must end where the machine ended them. */
function rewrite(source: ReturnType<typeof memorySource>, recording: Recording, sink: ByteSink, change: (frame: Frame) => Frame): void {
  const recorder = new Recorder({ recording, sink });
  let block = 0;
  for (const { frame, block: { index } } of walk(source)) {
    if (index !== block) recorder.barrier();
    block = index;
    recorder.append(change(frame));
  }
  recorder.seal({ signer: loadOrCreateSigner(), host: hostFacts({ workers: 0, label: "forged", started: wallClock() }), end: { status: "completed" } });
}

/** The same events, said to be those of another program. */
export async function underAnotherProgram(trace: string, file: string, out: string): Promise<void> {
  const source = memorySource(readFileSync(trace));
  const { recording } = openBundle(source);
  const section = await programClosure(file);
  const sink = createMemorySink();
  const header = { ...recording.header, program: { name: recording.header.program.name, digest: programDigest(section) } };
  rewrite(source, { ...recording, header, program: section }, sink, (frame) => frame);
  writeFileSync(out, sink.bytes());
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

/** Bytes of a measured outcome with each bit turned round. */
function turned(body: Uint8Array): Uint8Array {
  const outcome = unpack(body);
  if (!isRecord(outcome)) throw new TypeError("an outcome is a record");
  return pack(Object.fromEntries(Object.entries(outcome).map(([key, value]) => [key, value instanceof Uint8Array ? value.map((bit) => 1 - bit) : value])));
}

/** The same run with another outcome of its one measurement. */
export function withAnotherOutcome(trace: string, out: string): void {
  const source = memorySource(readFileSync(trace));
  const sink = createMemorySink();
  rewrite(source, openBundle(source).recording, sink, (frame) => ({
    ...frame,
    entries: frame.entries.map((entry) => (entry.code === EVENT.JOB_OUTCOME ? { ...entry, body: turned(entry.body) } : entry)),
  }));
  writeFileSync(out, sink.bytes());
}

/** The same run with other outcomes, each as `change` says; in memory. */
export const withOutcomes = (bytes: Uint8Array, change: (outcome: { readonly job: number; readonly body: Uint8Array }) => Uint8Array): Uint8Array =>
  withVerdicts(bytes, ({ job, body }) => ({ verdict: 0, body: change({ job, body }) }));

/** The same run with other outcomes and verdicts. */
export function withVerdicts(bytes: Uint8Array, change: (outcome: { readonly job: number; readonly verdict: number; readonly body: Uint8Array }) => Outcome): Uint8Array {
  const source = memorySource(bytes);
  const sink = createMemorySink();
  rewrite(source, openBundle(source).recording, sink, (frame) => ({
    ...frame,
    entries: frame.entries.map((entry) => (entry.code === EVENT.JOB_OUTCOME ? { ...entry, ...change({ job: entry.subject, verdict: entry.verdict, body: entry.body }) } : entry)),
  }));
  return sink.bytes();
}
