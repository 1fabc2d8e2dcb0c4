// Tables: rows as they come, in columns that line up. Widths are settled by the first rows, so that a listing of any length
// streams; on a terminal the last column is cut at its edge.
export interface Column {
  readonly title: string;
  readonly align?: "right";
}

export type Row = readonly string[];

/** Rows looked at before the first one is printed. */
const SAMPLE_ROWS = 256;
const GAP = "  ";

const widthsOf = (columns: readonly Column[], sample: readonly Row[]): readonly number[] =>
  columns.map(({ title }, at) => sample.reduce((widest, row) => Math.max(widest, (row[at] ?? "").length), title.length));

/** Cuts a line at the terminal's edge; elsewhere nothing is cut. */
export const cut = (line: string, width: number | undefined): string =>
  (width === undefined || line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`);

function lineOf(row: Row, columns: readonly Column[], widths: readonly number[]): string {
  const cells = columns.map(({ align }, at) => {
    const cell = row[at] ?? "";
    return align === "right" ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0);
  });
  return cells.join(GAP).trimEnd();
}

/** Lines, each with its line feed. `heading` paints the first. */
export function* table(columns: readonly Column[], rows: Iterable<Row>, width: number | undefined, heading: (text: string) => string): Generator<string> {
  const source = rows[Symbol.iterator]();
  const sample: Row[] = [];
  let next = source.next();
  for (; next.done !== true && sample.length < SAMPLE_ROWS; next = source.next()) sample.push(next.value);
  const widths = widthsOf(columns, sample);
  const line = (row: Row): string => `${cut(lineOf(row, columns, widths), width)}\n`;
  yield heading(line(columns.map(({ title }) => title)).trimEnd()) + "\n";
  for (const row of sample) yield line(row);
  for (; next.done !== true; next = source.next()) yield line(next.value);
}
