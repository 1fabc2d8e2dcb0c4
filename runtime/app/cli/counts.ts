// How often each outcome was seen, as a table with bars.
import { compareNatural } from "./natural.ts";
import { table } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { printable } from "./values.ts";

export type Counts = Readonly<Record<string, number>>;

const BAR_CHARACTERS = 30;

/** An outcome's events in the order people expect. */
const shown = (key: string): string => key.split(" ").sort(compareNatural).join(" ");

/** A line for each outcome that was seen, in the order people expect of its events; with `most` of the most frequent alone, and how many more there are. */
export function* countsTable(counts: Counts, { width, paint }: Pick<Terminal, "width" | "paint">, most = Infinity): Generator<string> {
  const rows = Object.entries(counts).map(([key, shots]): [string, number] => [shown(key), shots]).sort(([a], [b]) => compareNatural(a, b));
  const total = rows.reduce((sum, [, shots]) => sum + shots, 0);
  const longest = rows.reduce((so, [, shots]) => Math.max(so, shots), 1);
  const chosen = rows.length <= most ? undefined : new Set([...rows].sort(([, a], [, b]) => b - a).slice(0, most).map(([key]) => key));
  const cells = rows.filter(([key]) => chosen?.has(key) ?? true)
    .map(([key, shots]) => [key === "" ? "(no events)" : printable(key), String(shots), `${((100 * shots) / total).toFixed(2)} %`, "█".repeat(Math.round((BAR_CHARACTERS * shots) / longest))]);
  yield* table([{ title: "events" }, { title: "shots", align: "right" }, { title: "share", align: "right" }, { title: "" }], cells, width, paint.dim);
  if (cells.length < rows.length) yield `… ${rows.length - cells.length} more\n`;
}
