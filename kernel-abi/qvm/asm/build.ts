// From expanded instructions to a graph: which name is a qubit, a channel or an event; ids; guards; resources.
//   K1  What a name is, is said by a sigil or by how the program makes it (ALLOC_LQ, OPEN_CHAN, a readout), never by its first letters.
//   K2  Ids are unique. A label outside loops and macros is the id as it stands; others get _2, _3 … when they come again.
import { GRAPH_VERSION, guardEvents, type Graph, type GraphNode, type Guard } from "../graph.ts";
import { OP_NAMES, isOpName } from "../ops.ts";
import type { Emitted, Expanded, GuardTree, Named } from "./expand.ts";
import { refuse, type Place } from "./place.ts";

type Kind = "vq" | "ch" | "event";
const SAID: Readonly<Record<string, Kind>> = { "%": "vq", "@": "ch", $: "event" };
const OPENS = "OPEN_CHAN";
const CREATES = "ALLOC_LQ";
const CHANNEL_OPS: ReadonlySet<string> = new Set(["USE_CHAN", "CLOSE_CHAN"]);

const said = ({ sigil }: Named): Kind | undefined => SAID[sigil];
/** What stands behind `->`. */
const outputKind = (op: string, name: Named): Kind => said(name) ?? (op === CREATES ? "vq" : op === OPENS ? "ch" : "event");

/** What names are known as, by how they come into being. */
function known({ nodes, vqs, chs, events }: Expanded): Readonly<Record<Kind, Set<string>>> {
  const names = { vq: new Set(vqs), ch: new Set(chs), event: new Set(events) };
  for (const { op, operands, outputs } of nodes) {
    for (const name of outputs) names[outputKind(op, name)].add(name.name);
    for (const name of operands) {
      const kind = said(name) ?? (op === CREATES ? "vq" : undefined);
      if (kind !== undefined) names[kind].add(name.name);
    }
    const third = op === OPENS ? operands.filter(({ sigil }) => sigil === "")[2] : undefined;
    if (third !== undefined && !names.vq.has(third.name)) names.ch.add(third.name);
  }
  return names;
}

function operandKind(op: string, name: Named, names: Readonly<Record<Kind, ReadonlySet<string>>>): Kind {
  const kind = said(name);
  if (kind !== undefined) return kind;
  if (names.vq.has(name.name)) return "vq";
  if (names.ch.has(name.name)) return "ch";
  return names.event.has(name.name) ? "event" : CHANNEL_OPS.has(op) ? "ch" : "vq";
}

/** Values an event can have besides the given one; a lone event of MEASURE_BELL has four. */
function others(event: string, value: number, indices: ReadonlySet<string>, at: Place): readonly number[] {
  const all = indices.has(event) ? [0, 1, 2, 3] : [0, 1];
  return all.includes(value) ? all.filter((one) => one !== value)
    : refuse("QVM_ASM_VALUE", at, `${event} is never ${String(value)}`, `Compare it with ${all.join(", ")}.`);
}

function guardOf(tree: GuardTree, indices: ReadonlySet<string>, negated = false): Guard {
  if (tree.kind === "not") return guardOf(tree.of, indices, !negated);
  if (tree.kind !== "leaf") return { type: (tree.kind === "and") === negated ? "or" : "and", conditions: tree.of.map((one) => guardOf(one, indices, negated)) };
  if ((tree.sign === "==") !== negated) return { event: tree.event, equals: tree.value };
  const leaves = others(tree.event, tree.value, indices, tree.at).map((equals) => ({ event: tree.event, equals }));
  return leaves.length === 1 && leaves[0] !== undefined ? leaves[0] : { type: "or", conditions: leaves };
}

/** The op that was probably meant. */
function suggested(op: string): string {
  const bare = op.toUpperCase().replace(/^(APPLY|MEASURE)_/, "");
  const found = OP_NAMES.find((name) => name === bare || name.replace(/^(APPLY|MEASURE)_/, "") === bare) ?? OP_NAMES.find((name) => name.includes(bare) || (bare.length > 3 && bare.includes(name)));
  return found === undefined ? `There are ${OP_NAMES.join(", ")}.` : `Write ${found}.`;
}

/** K2. */
function idsOf(nodes: readonly Emitted[]): readonly string[] {
  const lines = new Map<string, number>();
  for (const { label, repeated, at } of nodes) {
    if (label === undefined || repeated) continue;
    const line = lines.get(label);
    if (line !== undefined) refuse("QVM_ASM_VALUE", at, `the label ${label} stands in line ${line} already`, "Give each instruction a label of its own.");
    lines.set(label, at.line);
  }
  const taken = new Set(lines.keys());
  const next = new Map<string, number>();
  const free = (stem: string, from: number): string => {
    let number = next.get(stem) ?? from;
    while (taken.has(`${stem}${number}`)) number++;
    next.set(stem, number + 1);
    return `${stem}${number}`;
  };
  return nodes.map(({ label, repeated }) => {
    if (label !== undefined && !repeated) return label;
    const id = label === undefined ? free("n", 1) : taken.has(label) ? free(`${label}_`, 2) : label;
    taken.add(id);
    return id;
  });
}

function nodeOf(emitted: Emitted, id: string, names: Readonly<Record<Kind, ReadonlySet<string>>>, indices: ReadonlySet<string>): GraphNode {
  const { op, args, operands, inputs, outputs, guard, caps, metadata, at } = emitted;
  if (!isOpName(op)) refuse("QVM_ASM_VALUE", at, `there is no op ${op}`, suggested(op));
  const of: Record<Kind, string[]> = { vq: [], ch: [], event: [] };
  const produces: string[] = [];
  for (const name of operands) of[operandKind(op, name, names)].push(name.name);
  for (const name of inputs) of.event.push(said(name) === undefined || name.sigil === "$" ? name.name : refuse("QVM_ASM_SYNTAX", name.at, "only events stand behind <-", "Write <- and the names of events."));
  for (const name of outputs) {
    const kind = outputKind(op, name);
    (kind === "event" ? produces : of[kind]).push(name.name);
  }
  return {
    id, op, args, vqs: of.vq, chs: of.ch, inputs: of.event, produces, caps,
    ...(guard === undefined ? {} : { guard: guardOf(guard, indices) }), ...(metadata === undefined ? {} : { metadata }),
  };
}

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

/** The resources nodes use, sorted: what a graph declares when nothing else is said. */
export const usedResources = (nodes: readonly GraphNode[]): Graph["resources"] => ({
  vqs: sorted(nodes.flatMap(({ vqs }) => vqs)),
  chs: sorted(nodes.flatMap(({ chs }) => chs)),
  events: sorted(nodes.flatMap(({ produces, inputs, guard }) => [...produces, ...inputs, ...guardEvents(guard)])),
});

/** @throws Fault QVM_ASM_VALUE, QVM_ASM_SYNTAX */
export function builtGraph(expanded: Expanded): Graph {
  const { nodes: emitted, caps = [], vqs, chs, events, description, metadata } = expanded;
  const names = known(expanded);
  const indices = new Set(emitted.flatMap(({ op, outputs: [first, more] }) => (op === "MEASURE_BELL" && first !== undefined && more === undefined ? [first.name] : [])));
  const ids = idsOf(emitted);
  const nodes = emitted.map((one, at) => nodeOf(one, ids[at] ?? "", names, indices));
  const used = usedResources(nodes);
  return {
    version: GRAPH_VERSION, program: { nodes }, resources: { vqs: vqs ?? used.vqs, chs: chs ?? used.chs, events: events ?? used.events }, caps,
    ...(description === undefined ? {} : { description }), ...(metadata === undefined ? {} : { metadata }),
  };
}
