// Tally: the recorded shots of all jobs of one circuit, each distinct classical record once. A target is a record's number.
import type { LoweredCircuit } from "../../kernels/circuit.ts";

/** How often one job read one record. */
export interface Reading {
  readonly record: string;
  readonly times: number;
}

export interface Tally {
  readonly circuit: LoweredCircuit;
  /** Shots of each job. */
  readonly shots: readonly number[];
  readonly total: number;
  /** The distinct records as text, clbit 0 leftmost, and as bits, target-major. */
  readonly records: readonly string[];
  readonly bits: Uint8Array;
  /** Shots of each target over all jobs. */
  readonly weight: Float64Array;
  /** Rows starts[target] to starts[target + 1] - 1 of `job` and `times`: who read it how often. */
  readonly starts: Int32Array;
  readonly job: Int32Array;
  readonly times: Float64Array;
}

/** Records are texts of 0 and 1, one character a clbit. */
export function tallyOf(circuit: LoweredCircuit, jobs: readonly (readonly Reading[])[]): Tally {
  const numbers = new Map<string, number>();
  const rows: { readonly target: number; readonly job: number; readonly times: number }[] = [];
  jobs.forEach((readings, job) => {
    for (const { record, times } of readings) {
      const target = numbers.get(record) ?? numbers.size;
      numbers.set(record, target);
      rows.push({ target, job, times });
    }
  });
  const records = [...numbers.keys()];
  rows.sort((a, b) => a.target - b.target || a.job - b.job);
  const weight = new Float64Array(records.length);
  const starts = new Int32Array(records.length + 1);
  for (const { target, times } of rows) {
    weight[target] = (weight[target] ?? 0) + times;
    starts[target + 1] = (starts[target + 1] ?? 0) + 1;
  }
  for (let target = 0; target < records.length; target++) starts[target + 1] = (starts[target + 1] ?? 0) + (starts[target] ?? 0);
  const shots = jobs.map((readings) => readings.reduce((sum, { times }) => sum + times, 0));
  return {
    circuit, shots, total: shots.reduce((sum, n) => sum + n, 0), records, bits: bitsOf(records, circuit.clbits), weight, starts,
    job: Int32Array.from(rows, ({ job }) => job), times: Float64Array.from(rows, ({ times }) => times),
  };
}

function bitsOf(records: readonly string[], clbits: number): Uint8Array {
  const bits = new Uint8Array(records.length * clbits);
  records.forEach((record, target) => {
    for (let clbit = 0; clbit < clbits; clbit++) bits[target * clbits + clbit] = record.charCodeAt(clbit) & 1;
  });
  return bits;
}
