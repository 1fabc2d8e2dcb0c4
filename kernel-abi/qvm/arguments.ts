// The arguments of one node: from what was written to what the op's record allows. Owns their types, ranges and spellings.
//   V1  What comes out has the record's names only: aliases are resolved, angles are radians (or, where that is asked for, the text they were
//       written as), a mask is in capitals, `opts` is opened.
//   V2  Every argument that is wrong is reported; a graph with such a finding is never handed on.
import { readAngle } from "./angles.ts";
import type { Fields } from "./fields.ts";
import { quoted, type Findings } from "./findings.ts";
import { NAME_PATTERN } from "./graph.ts";
import { GRAPH_LIMITS, type ArgRow, type OpRow } from "./ops.ts";
import { isProfile, parseProfile, type Unreadable } from "./qec/profile.ts";

const NAME = new RegExp(NAME_PATTERN);

/** What is wrong with a value, or what it means. */
type Read = { readonly value: unknown } | { readonly wrong: string; readonly fix: string };
const wrong = (what: string, fix: string): Read => ({ wrong: what, fix });

function inRange(value: unknown, { least = -Infinity, most = Infinity, below = Infinity }: ArgRow, integer: boolean): Read {
  const allowed = `${integer ? "an integer" : "a number"}${least === -Infinity ? "" : ` from ${least}`}${most === Infinity ? "" : ` to ${most}`}${below === Infinity ? "" : `, below ${below}`}`;
  if (typeof value !== "number" || !Number.isFinite(value) || (integer && !Number.isSafeInteger(value)) || value < least || value > most || value >= below) return wrong(`is ${quoted(value)}`, `Write ${allowed}.`);
  return { value };
}

function angle(value: unknown): Read {
  const read = typeof value === "string" ? readAngle(value) : { ok: true as const, value: typeof value === "number" ? value : NaN };
  if (!read.ok) return wrong(`is ${quoted(value)}: ${read.what}, at character ${read.at}`, "Write radians: a number, or text such as \"pi/2\" or \"-3*pi/4\".");
  if (!(Math.abs(read.value) <= GRAPH_LIMITS.angle)) return wrong(`is ${quoted(value)}`, `Write radians, at most ${GRAPH_LIMITS.angle} either way: a number, or text such as "pi/2".`);
  return { value: read.value };
}

function text(value: unknown, { words }: ArgRow): Read {
  if (typeof value !== "string" || value.length > GRAPH_LIMITS.text) return wrong(`is ${quoted(value)}`, `Write text of at most ${GRAPH_LIMITS.text} characters.`);
  return words === undefined || words.includes(value) ? { value } : wrong(`is ${quoted(value)}`, `Write one of ${words.join(", ")}.`);
}

function profile(value: unknown): Read {
  const read = typeof value === "string" ? parseProfile(value) : { reason: "it is text" } satisfies Unreadable;
  return isProfile(read) ? { value } : wrong(`is ${quoted(value)}: ${read.reason}`, read.fix ?? "Write a code and an odd distance, such as \"logical:surface_code(d=7)\".");
}

function readOne(value: unknown, row: ArgRow): Read {
  switch (row.kind) {
    case "integer": return inRange(value, row, true);
    case "number": return inRange(value, row, false);
    case "angle": return angle(value);
    case "string": return text(value, row);
    case "boolean": return typeof value === "boolean" ? { value } : wrong(`is ${quoted(value)}`, "Write true or false.");
    case "profile": return profile(value);
    case "mask": return typeof value === "string" && value.length <= GRAPH_LIMITS.text && /^[IXYZixyz]+$/.test(value) ? { value: value.toUpperCase() } : wrong(`is ${quoted(value)}`, "Write letters of I, X, Y, Z: one for all qubits, or one for each.");
    case "name": return typeof value === "string" && value.length <= GRAPH_LIMITS.name && NAME.test(value) ? { value } : wrong(`is ${quoted(value)}`, "Write the name of a channel.");
    case "level": return typeof value === "string" ? text(value, row) : inRange(value, row, true);
    case "record": return typeof value === "object" && value !== null && !Array.isArray(value) ? { value } : wrong(`is ${quoted(value)}`, "Write an object.");
  }
}

/** What a record says of its arguments: their names by each spelling, and those that must be there. Made once a record. */
interface Rules { readonly names: ReadonlyMap<string, string>; readonly required: readonly (readonly [name: string, help: string])[] }
const RULES = new WeakMap<OpRow, Rules>();
function rulesOf(row: OpRow): Rules {
  const known = RULES.get(row);
  if (known !== undefined) return known;
  const rows = Object.entries(row.args);
  const names = new Map(rows.flatMap(([name, { alias }]): [string, string][] => (alias === undefined ? [[name, name]] : [[name, name], [alias, name]])));
  const made = { names, required: rows.filter(([, { required }]) => required === true).map(([name, { help }]) => [name, help] as const) };
  RULES.set(row, made);
  return made;
}

/** `opts: {fidelity, type}` is another way of writing both. */
const opened = (given: Fields): Fields => {
  const { opts, ...others } = given;
  return typeof opts === "object" && opts !== null && !Array.isArray(opts) ? { ...(opts as Fields), ...others } : given;
};

/** Whether an angle that is text becomes its number, as whatever runs it needs, or stays text, as whoever writes the graph again wants it. */
export type AngleSpelling = "radians" | "written";

/** The arguments by the record's names. What is wrong is told to `findings`. `given`: plain data. */
export function readArguments(op: string, row: OpRow, given: Fields, node: string, { findings, angles }: { readonly findings: Findings; readonly angles: AngleSpelling }): Fields {
  const { names, required } = rulesOf(row);
  const entries = Object.entries("opts" in row.args ? opened(given) : given);
  if (entries.length === 0 && required.length === 0) return given;
  const args: [string, unknown][] = [];
  const seen = new Set<string>();
  for (const [key, value] of entries) {
    const name = names.get(key);
    const rule = name === undefined ? undefined : row.args[name];
    if (name === undefined || rule === undefined) {
      const known = [...names.keys()].join(", ");
      findings.error("argument", node, `${op} has no argument ${quoted(key)}.`, known === "" ? `Leave it out: ${op} takes no arguments.` : `Leave it out, or write one of ${known}.`);
      continue;
    }
    const read = readOne(value, rule);
    if ("wrong" in read) findings.error(rule.kind === "profile" ? "profile" : "argument", node, `${op}: ${key} ${read.wrong}.`, read.fix);
    else if (seen.has(name)) findings.error("argument", node, `${op}: ${name} is given twice.`, `Keep one of ${[...names].filter(([, meant]) => meant === name).map(([spelt]) => spelt).join(", ")}.`);
    else args.push([name, angles === "written" && rule.kind === "angle" ? value : read.value]);
    seen.add(name);
  }
  for (const [name, help] of required) {
    if (!seen.has(name)) findings.error("argument", node, `${op} needs ${name}.`, `Add "${name}" to args: ${help}`);
  }
  return Object.fromEntries(args);
}
