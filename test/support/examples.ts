// The examples as tests use them: what to run, with what, and how small. Everything here runs from source.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { record, type RecordOptions, type RecordReport } from "../../runtime/app/index.ts";
import { createMemorySink } from "../../runtime/adapters/memory.ts";
import { testSigner } from "./signer.ts";

const folder = resolve(import.meta.dirname, "../../examples");

export interface Example {
  readonly name: string;
  readonly program: string;
  readonly input?: unknown;
  readonly files?: Readonly<Record<string, string>>;
}

const example = (name: string, more: Partial<Example> = {}): Example => ({ name, program: resolve(folder, name, `${name}.ts`), ...more });
const g1 = (): string => readFileSync(resolve(folder, "maxcut/G1.txt"), "utf8");

/** Each with its shortest honest input: MaxCut takes few restarts here, `npm start` takes all. */
export const EXAMPLES: readonly Example[] = [
  example("bell"), example("teleport"), example("h2"), example("kuramoto"), example("qvm"), example("vqe-adjoint"),
  example("reservation", { input: { qubits: 3, shots: 200, patience: 40 } }),
  example("threshold", { input: { distances: [3, 5], rates: [0.005, 0.007, 0.01], maxErrors: 300, maxShots: 60_000 } }),
  example("maxcut", { input: { restarts: 2, starts: 2 }, files: { G1: g1() } }),
];

export const expectedOf = ({ name }: Example): unknown => JSON.parse(readFileSync(resolve(folder, name, "expected.json"), "utf8"));

export interface MemoryRun {
  readonly report: RecordReport;
  readonly bytes: Uint8Array;
}

/** Records in memory under a fixed key. */
export async function recordInMemory({ program, input, files }: Pick<Example, "input" | "files"> & Pick<RecordOptions, "program">, options: Partial<RecordOptions> = {}): Promise<MemoryRun> {
  const sink = createMemorySink();
  const report = await record({
    program, seed: "7", workers: 0, signer: testSigner(), ...(input === undefined ? {} : { input }), ...(files === undefined ? {} : { files }), ...options, out: sink,
  });
  return { report, bytes: sink.bytes() };
}

/** The chained part of a bundle: all of it but the seal, which also holds facts about the host. The last chained head is the digest. */
export function chained({ bytes, report }: MemoryRun): Buffer {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const head = Buffer.from(report.digest, "hex");
  return whole.subarray(0, whole.lastIndexOf(head) + head.length);
}
