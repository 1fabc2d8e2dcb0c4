// Rows into files: CSV (RFC 4180) and Parquet, by columns of declared type. A value that is not there is an empty field, or null.
import { parquetWriteBuffer } from "hyparquet-writer";
import { existsSync, statSync } from "node:fs";
import { Fault } from "../../../kernel-abi/fault.ts";
import { readBytes, writeAtomically } from "../../adapters/files.ts";

export interface RowColumn {
  readonly name: string;
  readonly type: "STRING" | "DOUBLE" | "INT64";
}
export type Cells = Readonly<Record<string, string | number | null>>;

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text);

/** Lines end with CR LF, as the format has it; numbers as JSON has them. */
export function csvOf(columns: readonly RowColumn[], rows: readonly Cells[]): string {
  const lines = rows.map((row) => columns.map(({ name }) => quoted(String(row[name] ?? ""))).join(","));
  return [columns.map(({ name }) => quoted(name)).join(","), ...lines, ""].join("\r\n");
}

export function parquetOf(columns: readonly RowColumn[], rows: readonly Cells[]): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({
    columnData: columns.map(({ name, type }) => ({ name, type, nullable: true, data: rows.map((row) => cell(row[name] ?? null, type)) })),
  }));
}

const cell = (value: string | number | null, type: RowColumn["type"]): string | number | bigint | null =>
  (value === null || type === "STRING" ? value : type === "INT64" ? BigInt(value) : Number(value));

/** Before anything long is begun: that none of the files it is to end with is there. @throws Fault FILE_UNREADABLE */
export function checkNew(replace: boolean, ...paths: readonly (string | undefined)[]): void {
  const there = replace ? undefined : paths.find((path) => path !== undefined && existsSync(path));
  if (there !== undefined) throw new Fault("FILE_UNREADABLE", { path: there, doing: "create", what: "it exists; nothing is overwritten unasked" }, { next: "Give it another name, or say --replace." });
}

/** @throws Fault FILE_UNREADABLE when there is such a file and it is not to be replaced */
export function putNew(path: string, bytes: Uint8Array | string, replace: boolean): void {
  checkNew(replace, path);
  writeAtomically(path, typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
}

const holds = (path: string, bytes: Uint8Array): boolean => statSync(path).size === bytes.length && Buffer.compare(readBytes(path), bytes) === 0;

/** As `putNew`; but a file that is there and holds the very same bytes is left as it is, so that the same words can be said again. */
export function putSame(path: string, bytes: Uint8Array, replace: boolean): void {
  if (!replace && existsSync(path) && holds(path, bytes)) return;
  putNew(path, bytes, replace);
}
