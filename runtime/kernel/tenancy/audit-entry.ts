// One entry of the audit log, and how entries are read back and written out for people. Owns the columns.
import { fromHex, toHex } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { peakLevels } from "../../../kernel-abi/merkle-log.ts";
import type { Fields } from "./saved.ts";

export type AuditValue = string | number | boolean | null;

/** What the entry is about. */
export const AUDIT_KINDS = Object.freeze(["session", "grant", "caps", "rate", "policy", "owner", "firewall", "quota", "job", "token", "handle", "delegation", "channel", "tenant"] as const);
export type AuditKind = (typeof AUDIT_KINDS)[number];
export const AUDIT_OUTCOMES = Object.freeze(["allowed", "denied", "noted"] as const);

export interface AuditEntry {
  /** Its index in the log. */
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly kind: AuditKind;
  readonly outcome: (typeof AUDIT_OUTCOMES)[number];
  readonly tenant: string;
  readonly session: string | null;
  /** The job, handle, token, channel or delegation it is about. */
  readonly subject: string | null;
  readonly detail: Readonly<Record<string, AuditValue>>;
}

/** @throws Fault TENANCY_UNREADABLE */
export function readEntry(row: Fields): AuditEntry {
  return {
    seq: row.count("seq"), at: row.count("at"), kind: row.word("kind", AUDIT_KINDS), outcome: row.word("outcome", AUDIT_OUTCOMES),
    tenant: row.text("tenant"), session: row.textOrNull("session"), subject: row.textOrNull("subject"), detail: row.record("detail").scalars(),
  };
}

const utf8 = new TextEncoder();
const text = (value: string | null): string => (value === null ? "null" : JSON.stringify(value));

/** Canonical JSON (RFC 8785) of an entry of well-formed texts: the members in code-unit order, written out because it is on every job's way. */
export function entryText({ seq, at, kind, outcome, tenant, session, subject, detail }: AuditEntry): string {
  const members = Object.keys(detail).sort().map((name) => `${JSON.stringify(name)}:${JSON.stringify(detail[name])}`);
  return `{"at":${at},"detail":{${members.join(",")}},"kind":"${kind}","outcome":"${outcome}","seq":${seq},"session":${text(session)},"subject":${text(subject)},"tenant":${text(tenant)}}`;
}
export const entryBytes = (entry: AuditEntry): Uint8Array => utf8.encode(entryText(entry));

export const hashesOf = (path: readonly Uint8Array[]): readonly string[] => path.map(toHex);

const HASH = /^[0-9a-f]{64}$/;

/** Peaks of a tree of `base` leaves. @throws Fault TENANCY_UNREADABLE */
export function readPeaks(row: Fields, name: string, base: number): readonly Uint8Array[] {
  const texts = row.texts(name);
  if (texts.length !== peakLevels(base).length || !texts.every((text) => HASH.test(text))) throw new Fault("TENANCY_UNREADABLE", { place: name });
  return texts.map(fromHex);
}

const COLUMNS = ["seq", "at", "kind", "outcome", "tenant", "session", "subject", "detail"] as const;

/** RFC 4180 with a header; `detail` as JSON. A field that a spreadsheet would run as a formula is led by an apostrophe. */
export function auditCsv(entries: readonly AuditEntry[]): string {
  const cells = (entry: AuditEntry): readonly string[] =>
    COLUMNS.map((column) => (column === "detail" ? JSON.stringify(entry.detail) : String(entry[column] ?? "")));
  return [COLUMNS, ...entries.map(cells)].map((line) => `${line.map(quoted).join(",")}\r\n`).join("");
}

function quoted(cell: string): string {
  const tame = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll("\"", "\"\"")}"` : tame;
}
