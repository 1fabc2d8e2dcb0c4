// What the tests of rows are shown: whole runs through the public interface, kept in memory under a fixed seed and key, and the ways to
// look at them.
import { circuit } from "../../domains/q/api/circuit.ts";
import { EVENT, type Entry, type Frame, type TurnFrame } from "../../kernel-abi/frame.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import type { Behaviour, Program } from "../../kernel-abi/operation.ts";
import { unpack } from "../../kernel-abi/packer.ts";
import { walk } from "../../replay/bundle.ts";
import { createMemorySink, memorySource } from "../../runtime/adapters/memory.ts";
import { defineProcess, record, type RecordOptions, type RecordReport } from "../../runtime/app/index.ts";
import { testSigner } from "../support/signer.ts";

export interface Witness extends RecordReport {
  readonly bytes: Uint8Array;
  readonly frames: readonly Frame[];
  readonly entries: readonly Entry[];
}

export async function witness(program: Behaviour, options: Partial<RecordOptions> = {}): Promise<Witness> {
  const sink = createMemorySink();
  const report = await record({ seed: "conformance", workers: 0, signer: testSigner(), ...options, program, out: sink });
  const bytes = sink.bytes();
  const frames = [...walk(memorySource(bytes))].map(({ frame }) => frame);
  return { ...report, bytes, frames, entries: entriesOf(frames) };
}

export const entriesOf = (frames: readonly Frame[]): readonly Entry[] => frames.flatMap(({ entries }) => entries);
export const turnsOf = (frames: readonly Frame[]): readonly TurnFrame[] => frames.filter((frame) => frame.kind === "turn");
/** Names of events and syscalls in order, of the codes asked for. */
export const codesOf = (entries: readonly Entry[], ...codes: readonly number[]): readonly number[] => entries.map(({ code }) => code).filter((code) => codes.includes(code));
export const withCode = (entries: readonly Entry[], code: number): readonly Entry[] => entries.filter((entry) => entry.code === code);
export const bodyOf = (entry: Entry | undefined): Readonly<Record<string, unknown>> => unpack(entry?.body ?? new Uint8Array(0)) as Readonly<Record<string, unknown>>;
/** A process's lifecycle as it stands in the trace. */
export const statesOf = (entries: readonly Entry[], subject: number): readonly unknown[] =>
  withCode(entries, EVENT.TRANSITION).filter((entry) => entry.subject === subject && bodyOf(entry)["machine"] === "process").map((entry) => bodyOf(entry)["to"]);

/** The name of the fault a part of a program ends in, or "OK". */
export function* trying<D extends "K" | "Q" | "PHI">(part: Program<unknown, D>): Program<string, D> {
  try {
    yield* part;
    return "OK";
  } catch (error) {
    if (error instanceof Fault) return error.fault;
    throw error;
  }
}

export const ghz = circuit(3).h(0).cx(0, 1).cx(1, 2).measureAll();
export const PHASES = [0.1, 0.4, 0.2, 0.3] as const;
export const CALM = { error: 1, noise: 0.5 } as const;

export const echo = defineProcess({
  name: "echo",
  *run({ k }) {
    const { from, body } = yield* k.receive();
    yield* k.send(from, body);
  },
});

/** Both domains, a child, refusals: something of everything, and it completes. */
export const whole = defineProcess({
  name: "whole",
  domains: ["Q", "PHI"],
  *run({ k, q, phi }) {
    const child = yield* k.spawn(echo);
    yield* k.send(child, { n: 1 });
    const { body } = yield* k.receive();
    const contract = yield* q.reserve({ qubits: 3, budget: 4_000 });
    const job = yield* q.sample(contract, ghz, 32);
    const counts = yield* q.measure(job);
    const window = yield* phi.reserve({ components: 8, duration: 1_000, tolerance: CALM });
    const envelope = yield* phi.open(window, PHASES);
    const shifted = yield* phi.shift(envelope, 0.5);
    const { R } = yield* phi.evaluate(envelope);
    const self = yield* k.self();
    const refused = [yield* trying(k.send(self, { contract })), yield* trying(k.send(self, job)), yield* trying(q.sample(yield* q.reserve({ qubits: 3, budget: 10 }), ghz, 100_000))];
    yield* k.metric("counts", Object.keys(counts).length);
    yield* phi.close(envelope);
    yield* q.release(contract);
    return { body, counts, again: yield* q.measure(job), R, stability: shifted.stability, refused };
  },
});

let made: Promise<Witness> | undefined;
/** `whole`, recorded once for each file of tests. */
export const theWhole = (): Promise<Witness> => (made ??= witness(whole));

/** What an outcome may say: classical bits and counts, reports, projections; never an amplitude or the phase of a component. */
const PUBLIC: readonly string[] = ["kind", "bits", "keys", "counts", "value", "stability", "noise", "drift", "R", "psi", "tick", "projection"];
/** Members of recorded outcomes that are none of these. */
export const rawIn = (entries: readonly Entry[]): readonly string[] =>
  withCode(entries, EVENT.JOB_OUTCOME).flatMap((entry) => membersOf(bodyOf(entry))).filter((key) => !PUBLIC.includes(key));

const isPlain = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
const membersOf = (value: object): readonly string[] => Object.entries(value).flatMap(([key, member]) => [key, ...(isPlain(member) ? membersOf(member) : [])]);
