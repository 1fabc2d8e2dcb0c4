// The table: rows joined with the tests named after them. Owns verdicts, and the two files made of them.
//   N3  A test belongs to a row when its title begins with the row's id and a blank; titles are literals, one to a line, so that they
//       can be read without running anything.
//   N4  Both files follow from rows, titles, results and reference digests alone: no time, no machine, one order.
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { CLAIM, VERDICTS, type Conformance, type ConformanceRow, type Verdict } from "../../runtime/app/conformance.ts";
import { ROWS, type Row } from "./rows.ts";

export const FOLDER = import.meta.dirname;
export const TABLE_PATH = resolve(FOLDER, "CONFORMANCE.md");
export const JSON_PATH = resolve(FOLDER, "../../runtime/app/conformance.json");

export interface NamedTest {
  readonly row: string;
  /** Without the row's id. */
  readonly title: string;
  /** Name of the file within this folder. */
  readonly file: string;
}

const ID = /^(?:\d{3}(?:\+\d{3})?|REQ)\/\S+$/;
const TITLE = /^\s*it\("((?:[^"\\]|\\.)+)"/gm;

export function splitTitle(title: string): readonly [id: string, rest: string] | undefined {
  const [id = "", rest = ""] = title.split(/ (.*)/s);
  return ID.test(id) ? [id, rest] : undefined;
}

/** Tests named after rows, as they stand in the sources. */
export function namedTests(): readonly NamedTest[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".test.ts")).sort();
  return files.flatMap((file) => [...readFileSync(resolve(FOLDER, file), "utf8").matchAll(TITLE)].flatMap(([, title = ""]) => {
    const parts = splitTitle(title);
    return parts === undefined ? [] : [{ row: parts[0], title: parts[1], file }];
  }));
}

function verdictOf({ level, unmet, why }: Row, tests: readonly NamedTest[], passed: (test: NamedTest) => boolean): Verdict {
  if (level === "never") return "never claimed";
  if (level === "W") return "waived";
  if (why !== undefined) return "not offered";
  if (unmet !== undefined || tests.length === 0) return "not met";
  return tests.every(passed) ? "met" : "failed";
}

const reasonOf = ({ unmet, why, note }: Row): string => [unmet, why, note].filter((text) => text !== undefined).join(" ");

/** Every row with its verdict, by id. */
export function joined(tests: readonly NamedTest[], passed: (test: NamedTest) => boolean = () => true): readonly ConformanceRow[] {
  return ROWS.map((row) => {
    const own = tests.filter((test) => test.row === row.id);
    return { id: row.id, requirement: row.requirement, level: row.level, verdict: verdictOf(row, own, passed), tests: own.map(({ file, title }) => `${file}: ${title}`), note: reasonOf(row) };
  });
}

const cell = (text: string): string => text.replaceAll("|", "\\|");

/** `conformance.json`: a row a line, so that changes can be read. */
export function asJson({ rows, reference, ...head }: Conformance): string {
  const lines = (items: readonly unknown[]): string => items.map((item) => `    ${JSON.stringify(item)}`).join(",\n");
  const heads = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`).join("");
  return `{\n${heads}  "reference": [\n${lines(reference)}\n  ],\n  "rows": [\n${lines(rows)}\n  ]\n}\n`;
}

/** `CONFORMANCE.md`. */
export function asMarkdown({ rows, counts }: Conformance): string {
  const levels = Object.keys(counts);
  const summary = levels.map((level) => `| ${level} | ${VERDICTS.map((verdict) => String(counts[level]?.[verdict] ?? 0)).join(" | ")} |`);
  const body = rows.map(({ id, requirement, level, verdict, tests, note }) =>
    `| ${[id, requirement, level, verdict, tests.map((test) => `\`${test}\``).join("<br>") || "–", note || "–"].map(cell).join(" | ")} |`);
  return `# Conformance

Claim: ${CLAIM}. Nobody else has examined it, no hardware stands behind the providers, and nothing here is a certificate.

Written by \`npm run conformance\` from \`rows.ts\` and the tests beside it; do not edit. A row is met when every test named after it passes.
Levels: M must hold, A is adapted to a library in TypeScript, D holds where distribution or virtual machines are offered, W is waived,
never: reserved documents.

| level | ${VERDICTS.join(" | ")} |
|---|${VERDICTS.map(() => "--:|").join("")}
${summary.join("\n")}

| row | requirement | level | verdict | test | note |
|---|---|---|---|---|---|
${body.join("\n")}
`;
}
