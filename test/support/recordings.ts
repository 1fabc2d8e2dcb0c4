// Synthetic runs made with the recorder alone: plain frames, no machine.
import type { Durability, Header, HostFacts, ProgramSection } from "../../kernel-abi/header.ts";
import { canonicalJson, toHex } from "../../kernel-abi/canonical.ts";
import { KERNEL, processId, ROOT, tick } from "../../kernel-abi/ids.ts";
import { TURN_END, type EndStatus, type Entry, type Frame, type KernelFrame, type TurnFrame } from "../../kernel-abi/frame.ts";
import type { Recording, Signer } from "../../kernel-abi/ports.ts";
import { CURRENT_OFFER, FORMAT_VERSION, SEMANTICS_VERSION } from "../../kernel-abi/version.ts";
import { DEFAULT_BOUNDS } from "../../kernel-abi/limits.ts";
import { DELIVERY } from "../../kernel-abi/envelope.ts";
import { Recorder, type Sealed } from "../../replay/recorder.ts";
import { sha256 } from "../../replay/sha256.ts";
import { MemorySink } from "./memory.ts";
import { testSigner } from "./signer.ts";

const ZERO = "0".repeat(64);
export const NO_BODY: Uint8Array = new Uint8Array(0);

export const header = (changes: Partial<Header> = {}): Header => ({
  format: FORMAT_VERSION,
  semantics: SEMANTICS_VERSION,
  abi: { major: CURRENT_OFFER.major, minor: CURRENT_OFFER.minor, flags: [...CURRENT_OFFER.flags] },
  channel: "deterministic",
  seed: "test",
  bounds: { ...DEFAULT_BOUNDS },
  policy: { name: "fifo", version: 1, digest: ZERO },
  costTables: [],
  providers: [],
  allow: ["EXECUTE_K", "IPC_SEND", "SPAWN"],
  program: { name: "synthetic", digest: ZERO },
  node: 0,
  vhm: 0,
  ...changes,
});

const PROGRAM: ProgramSection = { kind: "detached", entry: "", modules: [], executed: "", map: "" };

export const recording = (changes: Partial<Header> = {}): Recording => ({
  header: header({ program: { name: "synthetic", digest: toHex(sha256(canonicalJson(PROGRAM))) }, ...changes }),
  program: PROGRAM,
  inputs: { input: { text: "naïve 𝛗" }, files: { "a.txt": "one\ntwo" } },
});

export const HOST: HostFacts = {
  triad: "0.1.0", node: "v20.20.2", v8: "11.3", platform: "linux-x64", workers: 2,
  started: "2025-01-01T00:00:00Z", sealed: "2025-01-01T00:00:01Z", label: "test",
};

export const entry = (code: number, changes: Partial<Entry> = {}): Entry =>
  ({ code, verdict: 0, domain: 0, capability: 0, contract: 0, subject: 0, body: NO_BODY, ...changes });

export const kernelFrame = (at: number, entries: readonly Entry[], actor = KERNEL): KernelFrame =>
  ({ kind: "kernel", tick: tick(at), actor, entries });

export const turnFrame = (at: number, actor: number, changes: Partial<TurnFrame> = {}): TurnFrame => ({
  kind: "turn",
  tick: tick(at),
  actor: processId(actor),
  ready: 1,
  delivery: { kind: DELIVERY.MESSAGE, from: ROOT, seq: at },
  entries: [],
  end: { kind: TURN_END.WAITING, on: DELIVERY.MESSAGE, subject: 0, body: NO_BODY },
  ...changes,
});

export interface Recorded extends Sealed {
  readonly bytes: number;
  readonly file: Uint8Array;
}

/** `null` among the frames stands for a barrier. */
export function record(frames: readonly (Frame | null)[], options: {
  readonly recording?: Recording;
  readonly signer?: Signer;
  readonly durability?: Durability;
  readonly status?: EndStatus;
  readonly host?: HostFacts;
} = {}): Recorded {
  const sink = new MemorySink();
  const recorder = new Recorder({ recording: options.recording ?? recording(), sink, ...(options.durability && { durability: options.durability }) });
  for (const frame of frames) {
    if (frame === null) recorder.barrier();
    else recorder.append(frame);
  }
  const sealed = recorder.seal({ signer: options.signer ?? testSigner(), host: options.host ?? HOST, end: { status: options.status ?? "completed" } });
  return { ...sealed, file: sink.bytes() };
}
