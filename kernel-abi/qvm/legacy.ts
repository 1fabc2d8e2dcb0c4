// The format before 0.1: `nodes` and `edges` at the top, ops without prefix, `qubits`, `outputs`, `params`, `deps`, `profile`. Owns its
// translation into the fields of 0.1; what the fields mean is read by read.ts, as if they had been written so.
//   L1  Nodes keep their order when it respects `deps` and `edges`; otherwise they are sorted by them, ties in the order written.
//   L2  Nothing is dropped: a field this format does not have is handed on, to be refused there.
import { field, isFields, itemsOf, keysOf, Unreadable, type Fields } from "./fields.ts";
import { GRAPH_LIMITS, isOpName, opRow } from "./ops.ts";

const RENAMED: ReadonlyMap<string, string> = new Map([
  ["FENCE", "FENCE_EPOCH"], ["BARRIER", "FENCE_EPOCH"], ["ALLOC", "ALLOC_LQ"], ["FREE", "FREE_LQ"], ["MEASURE", "MEASURE_Z"],
  ["CX", "APPLY_CNOT"], ["CCX", "APPLY_TOFFOLI"], ["S_DAG", "APPLY_SDG"], ["T_DAG", "APPLY_TDG"],
]);
const TRANSLATED: ReadonlySet<string> = new Set(["op", "qubits", "outputs", "params", "deps", "profile", "args", "vqs", "produces"]);

export const isLegacy = (graph: object): boolean => field(graph, "program") === undefined && Array.isArray(field(graph, "nodes"));

function opOf(name: unknown): unknown {
  if (typeof name !== "string" || isOpName(name)) return name;
  const prefixed = RENAMED.get(name) ?? `APPLY_${name}`;
  return isOpName(prefixed) ? prefixed : name;
}

const names = (value: unknown): readonly unknown[] => (Array.isArray(value) ? itemsOf(value, GRAPH_LIMITS.nodes) : []);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? Object.fromEntries(keysOf(value).map((key) => [key, field(value, key)])) : {});

function node(given: unknown): unknown {
  if (!isFields(given)) return given;
  const op = opOf(field(given, "op"));
  const row = typeof op === "string" ? opRow(op) : undefined;
  const outputs = [...names(field(given, "outputs")), ...names(field(given, "produces"))];
  const qubits = [...names(field(given, "qubits")), ...names(field(given, "vqs"))];
  const makes = op === "ALLOC_LQ";
  const vqs = makes ? [...qubits, ...outputs] : qubits;
  const profile = field(given, "profile");
  const args = { ...fieldsOf(field(given, "params")), ...fieldsOf(field(given, "args")), ...(profile !== undefined && row !== undefined && "profile" in row.args ? { profile } : {}) };
  const others = Object.fromEntries(keysOf(given).filter((key) => !TRANSLATED.has(key)).map((key) => [key, field(given, key)]));
  return { ...others, op, vqs, produces: makes ? [] : outputs, args };
}

/** Which nodes each node waits for, by id. */
function waits(graph: object, nodes: readonly unknown[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const wait = (later: unknown, earlier: unknown): void => {
    if (typeof later !== "string" || typeof earlier !== "string") return;
    const known = found.get(later);
    if (known === undefined) found.set(later, [earlier]);
    else known.push(earlier);
  };
  for (const given of nodes) if (isFields(given)) for (const dep of names(field(given, "deps"))) wait(field(given, "id"), dep);
  for (const edge of names(field(graph, "edges"))) {
    if (Array.isArray(edge)) wait(edge[1], edge[0]);
    else if (isFields(edge)) wait(field(edge, "to") ?? field(edge, "target"), field(edge, "from") ?? field(edge, "source"));
  }
  return found;
}

const idOf = (given: unknown): unknown => (isFields(given) ? field(given, "id") : undefined);

/** Stable topological order. @throws Unreadable when the nodes wait for each other in a circle */
function sorted(graph: object, nodes: readonly unknown[]): readonly unknown[] {
  const waiting = waits(graph, nodes);
  const place = new Map(nodes.map((given, at) => [idOf(given), at]));
  const before = nodes.map((given) => {
    const id = idOf(given);
    return (typeof id === "string" ? waiting.get(id) ?? [] : []).map((dep) => place.get(dep) ?? -1).filter((at) => at >= 0);
  });
  if (before.every((deps, at) => deps.every((dep) => dep < at))) return nodes;
  const order: unknown[] = [];
  const state = new Uint8Array(nodes.length); // 0 not seen, 1 on the way, 2 placed
  for (let root = 0; root < nodes.length; root++) {
    const stack = [root];
    while (stack.length > 0) {
      const at = stack[stack.length - 1] ?? 0;
      const open = state[at] === 0 ? (before[at] ?? []).filter((dep) => state[dep] !== 2) : [];
      if (open.some((dep) => state[dep] === 1)) throw new Unreadable("nodes wait for each other in a circle");
      if (state[at] === 0) state[at] = 1;
      stack.push(...open.reverse());
      if (open.length > 0) continue;
      stack.pop();
      if (state[at] === 2) continue;
      state[at] = 2;
      order.push(nodes[at]);
    }
  }
  return order;
}

const collect = (nodes: readonly unknown[], key: string): readonly string[] => [...new Set(nodes.flatMap((given) => (isFields(given) ? names(field(given, key)) : [])).filter((name) => typeof name === "string"))].sort();

/** The same graph in the fields of 0.1. Its resources are what its nodes name. @throws Unreadable */
export function fromLegacy(graph: object): Fields {
  const given = field(graph, "nodes");
  const nodes = sorted(graph, names(given)).map(node);
  const kept = Object.fromEntries(keysOf(graph).filter((key) => !["nodes", "edges", "resources"].includes(key)).map((key) => [key, field(graph, key)]));
  return { version: "0.1", ...kept, program: { nodes }, resources: { vqs: collect(nodes, "vqs"), chs: collect(nodes, "chs"), events: collect(nodes, "produces") } };
}
