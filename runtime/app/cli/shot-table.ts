// Shots as tables, for data frames: a row a shot, a column a bit. Bytes are made some rows at a time, so that memory does not grow with the shots.
//   1  `shot` counts from 0. Bits are 0 and 1 in CSV, booleans in Parquet: `frame["D3"].mean()` is the same of either.
//   2  Of more than BIT_COLUMNS_MAX bits a kind of them is one column of text, the indices of those that are set: "3 17 20".
import { ByteWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import { Fault } from "../../../kernel-abi/fault.ts";
import { populationOf } from "../../../domains/kernels/qec/count.ts";

/** Columns of single bits a table has at most; beyond, kinds of bits are texts. */
export const BIT_COLUMNS_MAX = 1_000;
/** Rows times columns of one table. */
const CELLS_MAX = 200_000_000;
/** Cells that are held at once. */
const HELD = 1 << 20;

/** A kind of bits: `D`, of which there are `count` a shot, is the columns D0, D1, …; or one text called `many`. */
export interface BitColumns {
  readonly prefix: string;
  readonly many: string;
  readonly count: number;
  /** shots × ⌈count / 8⌉ bytes. */
  readonly rows: Uint8Array;
}

/** A column of its own: a count or a yes and no a shot. */
export interface ShotColumn {
  readonly name: string;
  readonly type: "INT64" | "BOOLEAN" | "STRING";
  readonly at: (shot: number) => number | boolean | string;
}

export interface ShotTable {
  readonly shots: number;
  readonly columns: readonly ShotColumn[];
}

const bitAt = ({ rows, count }: BitColumns, shot: number, bit: number): boolean => (((rows[shot * ((count + 7) >> 3) + (bit >> 3)] ?? 0) >> (bit & 7)) & 1) === 1;

function indices(of: BitColumns, shot: number): string {
  const set: number[] = [];
  for (let bit = 0; bit < of.count; bit++) if (bitAt(of, shot, bit)) set.push(bit);
  return set.join(" ");
}

/** The columns of kinds of bits, all of them singly or none. */
export function bitColumns(kinds: readonly BitColumns[]): readonly ShotColumn[] {
  const single = kinds.reduce((sum, { count }) => sum + count, 0) <= BIT_COLUMNS_MAX;
  return kinds.flatMap((of): readonly ShotColumn[] => (single
    ? Array.from({ length: of.count }, (_, bit) => ({ name: `${of.prefix}${bit}`, type: "BOOLEAN" as const, at: (shot: number) => bitAt(of, shot, bit) }))
    : [{ name: of.many, type: "STRING", at: (shot) => indices(of, shot) }]));
}

/** How many of a kind are set, a shot. */
export function bitCount(name: string, { rows, count }: BitColumns): ShotColumn {
  const width = (count + 7) >> 3;
  return { name, type: "INT64", at: (shot) => populationOf(rows.subarray(shot * width, (shot + 1) * width)) };
}

const SHOT: ShotColumn = { name: "shot", type: "INT64", at: (shot) => shot };
export const shotTable = (shots: number, columns: readonly ShotColumn[]): ShotTable => ({ shots, columns: [SHOT, ...columns] });

/** Before anything long is begun: that a table of so many bits a shot is not too large. @throws Fault USAGE */
export function checkTable(option: string, shots: number, bits: number): void {
  const cells = shots * Math.min(bits, BIT_COLUMNS_MAX);
  if (cells > CELLS_MAX) throw new Fault("USAGE", { option, what: `a table of ${shots} shots of ${bits} bits`, allowed: `at most ${CELLS_MAX} cells: fewer shots, or the shots as b8, which holds eight of them a byte` });
}

/** Rows in parts, first and beyond the last. */
function* partsOf({ shots, columns }: ShotTable): Generator<readonly [from: number, to: number]> {
  const rows = Math.max(1, Math.floor(HELD / columns.length));
  for (let from = 0; from < shots; from += rows) yield [from, Math.min(shots, from + rows)];
}

const plain = (value: number | boolean | string): string => (typeof value === "boolean" ? (value ? "1" : "0") : String(value));

/** RFC 4180, as other tables. */
export function csvOfShots(table: ShotTable): Uint8Array {
  const encoder = new TextEncoder();
  const writer = new ByteWriter();
  writer.appendBytes(encoder.encode(`${table.columns.map(({ name }) => name).join(",")}\r\n`));
  for (const [from, to] of partsOf(table)) {
    const lines: string[] = [];
    for (let shot = from; shot < to; shot++) lines.push(table.columns.map(({ at }) => plain(at(shot))).join(","), "\r\n");
    writer.appendBytes(encoder.encode(lines.join("")));
  }
  return writer.getBytes();
}

const cells = ({ type, at }: ShotColumn, from: number, to: number): (bigint | boolean | string)[] =>
  Array.from({ length: to - from }, (_, row) => {
    const value = at(from + row);
    return type === "INT64" ? BigInt(Number(value)) : typeof value === "number" ? String(value) : value;
  });

/** A group of rows a part; bits as plain booleans, which every reader of Parquet knows. */
export function parquetOfShots(table: ShotTable): Uint8Array {
  const writer = new ByteWriter();
  const named = table.columns.map(({ name, type }) => ({ name, type, nullable: false, data: [] }));
  const file = new ParquetWriter({ writer, schema: schemaFromColumnData({ columnData: named }) });
  for (const [from, to] of partsOf(table)) {
    const columnData = table.columns.map((column) => ({ name: column.name, data: cells(column, from, to), ...(column.type === "BOOLEAN" ? { encoding: "PLAIN" as const } : {}) }));
    void file.write({ columnData, rowGroupSize: to - from }); // a writer into memory is never waited for
  }
  void file.finish();
  return writer.getBytes();
}
