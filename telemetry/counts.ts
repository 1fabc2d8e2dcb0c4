// Counters of one run, and of each process where that is asked for.
import { COUNTER_NAMES, type CounterName } from "./series.ts";

type Row = Record<CounterName, number>;
const zeros = (): Row => Object.fromEntries(COUNTER_NAMES.map((name) => [name, 0])) as Row;

export interface Counts {
  add(name: CounterName, process: number, amount?: number): void;
  get(name: CounterName): number;
  /** What each process has of it, in order of ids; nothing unless kept by process. */
  byProcess(name: CounterName): readonly (readonly [process: number, value: number])[];
}

export function createCounts(kept: "run" | "process"): Counts {
  const run = zeros();
  const rows = new Map<number, Row>();
  function rowOf(process: number): Row {
    const known = rows.get(process);
    if (known !== undefined) return known;
    const row = zeros();
    rows.set(process, row);
    return row;
  }
  return {
    add(name, process, amount = 1) {
      run[name] += amount;
      if (kept === "process" && process !== 0) rowOf(process)[name] += amount;
    },
    get: (name) => run[name],
    byProcess: (name) => [...rows].filter(([, row]) => row[name] !== 0).map(([process, row]) => [process, row[name]] as const).sort(([a], [b]) => a - b),
  };
}
