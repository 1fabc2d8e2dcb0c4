// A graph as assembly: one line a node, in one spelling, without macros. What assembles from it is the same graph.
//   D1  Nothing is left out: inputs, channels, nested guards, metadata, resources whose order is not the sorted one.
//   D2  What the language cannot spell is refused, not bent.
import { Fault } from "../../fault.ts";
import { NAME_PATTERN, CAP_PATTERN, isLeaf, type Graph, type GraphNode, type Guard } from "../graph.ts";
import { isOpName } from "../ops.ts";
import { usedResources } from "./build.ts";
import { clipped } from "./place.ts";

const NAME = new RegExp(NAME_PATTERN);
const CAP = new RegExp(CAP_PATTERN);
const NESTING_MOST = 40;

const unwritable = (node: string | null, what: string, instead: string): never => {
  throw new Fault("QVM_ASM_VALUE", { node: node === null ? null : clipped(node), what: clipped(what) }, { next: instead });
};

const named = (name: string, node: string | null, pattern = NAME): string =>
  (pattern.test(name) && name.length <= 256 ? name : unwritable(node, `${JSON.stringify(name.slice(0, 80))} is no name assembly can spell`, "Names begin with a letter or _ and go on with letters, digits and _."));

const quoted = (text: string): string => JSON.stringify(text).replaceAll("{", "{{").replaceAll("}", "}}");
const key = (text: string): string => (NAME.test(text) ? text : quoted(text));

function literal(value: unknown, node: string | null, depth = 0): string {
  if (depth > NESTING_MOST) unwritable(node, `data deeper than ${NESTING_MOST}`, "Nest the argument less.");
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, node, depth + 1)).join(", ")}]`;
  if (typeof value !== "object") return unwritable(node, `an argument that is no JSON: ${String(value)}`, "Use numbers, texts, lists and records.");
  return `{${Object.entries(value).map(([name, item]) => `${quoted(name)}: ${literal(item, node, depth + 1)}`).join(", ")}}`;
}

function guardText(guard: Guard, node: string, depth = 0): string {
  if (depth > NESTING_MOST) unwritable(node, `a guard deeper than ${NESTING_MOST}`, "Nest the guard less.");
  if (isLeaf(guard)) {
    const { event, equals } = guard;
    return Number.isSafeInteger(equals) ? `${named(event, node)}==${String(equals)}` : unwritable(node, `a guard on ${String(equals)}`, "Events are integers.");
  }
  const parts = guard.conditions.map((condition) => guardText(condition, node, depth + 1));
  if (parts.length === 0) return unwritable(node, "a guard without conditions", "Take the guard away, or give it a condition.");
  if (parts.length === 1) return `${guard.type === "and" ? "all" : "any"}(${parts.join("")})`;
  return parts.map((part, at) => { const condition = guard.conditions[at]; return condition === undefined || isLeaf(condition) || condition.conditions.length === 1 ? part : `(${part})`; })
    .join(guard.type === "and" ? " && " : " || ");
}

interface Names { readonly vqs: ReadonlySet<string>; readonly chs: ReadonlySet<string>; readonly events: ReadonlySet<string> }

/** Words that begin a clause. */
const CLAUSES: ReadonlySet<string> = new Set(["if", "meta"]);

function line({ id, op, args, vqs, chs, inputs, produces, caps, guard, metadata }: GraphNode, names: Names): string {
  if (!isOpName(op)) unwritable(id, `there is no op ${JSON.stringify(op.slice(0, 80))}`, "Use an op of the reference.");
  const creates = op === "ALLOC_LQ";
  const opens = op === "OPEN_CHAN";
  const qubit = (name: string, at: number): string => {
    const elsewhere = !names.vqs.has(name) && (names.chs.has(name) || names.events.has(name) || op === "USE_CHAN" || op === "CLOSE_CHAN" || (opens && at > 1));
    return `${elsewhere || CLAUSES.has(name) ? "%" : ""}${named(name, id)}`;
  };
  const plain = (name: string): string => named(name, id);
  const operands = [
    ...(creates ? [] : vqs.map(qubit)), ...(opens ? [] : chs.map((name) => `@${plain(name)}`)),
    ...Object.entries(args).map(([name, value]) => `${key(name)}=${literal(value, id)}`),
  ];
  const outputs = [...(creates ? vqs.map(plain) : []), ...(opens ? chs.map(plain) : []), ...produces.map((name) => `${creates || opens ? "$" : ""}${plain(name)}`)];
  return [
    `${named(id, id)}: ${op}`,
    operands.join(", "),
    inputs.length === 0 ? "" : `<- ${inputs.map(plain).join(", ")}`,
    outputs.length === 0 ? "" : `-> ${outputs.join(", ")}`,
    guard === undefined ? "" : `if ${guardText(guard, id)}`,
    caps.length === 0 ? "" : `[${caps.map((cap) => named(cap, id, CAP)).join(", ")}]`,
    metadata === undefined ? "" : `meta ${literal(metadata, id)}`,
  ].filter((part) => part !== "").join(" ");
}

const same = (left: readonly string[], right: readonly string[]): boolean => left.length === right.length && left.every((name, at) => name === right[at]);

/** What assembly knows to be a qubit, a channel or an event when it reads the text back. */
function namesOf({ program: { nodes }, resources }: Graph, declared: Readonly<Record<"vqs" | "chs" | "events", boolean>>): Names {
  return {
    vqs: new Set([...(declared.vqs ? resources.vqs : []), ...nodes.flatMap(({ op, vqs }) => (op === "ALLOC_LQ" ? vqs : []))]),
    chs: new Set([...(declared.chs ? resources.chs : []), ...nodes.flatMap(({ chs }) => chs)]),
    events: new Set([...(declared.events ? resources.events : []), ...nodes.flatMap(({ produces }) => produces)]),
  };
}

/** The canonical text: it assembles to an equal graph, and that disassembles to this text. @throws Fault QVM_ASM_VALUE, with the node */
export function disassemble(graph: Graph): string {
  const { program: { nodes }, resources, caps, description, metadata } = graph;
  const used = usedResources(nodes);
  const declared = { vqs: !same(resources.vqs, used.vqs), chs: !same(resources.chs, used.chs), events: !same(resources.events, used.events) };
  const names = namesOf(graph, declared);
  const list = (directive: string, of: readonly string[], pattern = NAME): string => [directive, ...of.map((name) => named(name, null, pattern))].join(" ");
  const lines = [
    ".version 0.1",
    ...(caps.length === 0 ? [] : [list(".caps", caps, CAP)]),
    ...(description === undefined ? [] : [`.description ${quoted(description)}`]),
    ...(metadata === undefined ? [] : Object.keys(metadata).length === 0 ? [".metadata"] : Object.entries(metadata).map(([name, value]) => `.metadata ${key(name)} = ${literal(value, null)}`)),
    ...(["vqs", "chs", "events"] as const).filter((kind) => declared[kind]).map((kind) => list(`.${kind}`, resources[kind])),
    "",
    ...nodes.map((node) => line(node, names)),
  ];
  return `${lines.join("\n")}\n`;
}
