// From a value that anybody may have made to a Graph: shape, spellings, the legacy format. Owns what `graph.ts` calls normalised.
//   R1  Never throws for what it is given. Everything wrong is a finding, and a graph with an error is not handed on.
//   R2  Linear in what is read; what is read is copied, field by field, and no accessor of the value is called.
//   R3  Tolerated with a warning: no `chs`, no `caps` (taken from the ops), the legacy format, fields nobody reads.
import { readArguments, type AngleSpelling } from "./arguments.ts";
import { isFields, field, itemsOf, keysOf, plainCopy, RESERVED, Unreadable, type Fields } from "./fields.ts";
import { Findings, quoted } from "./findings.ts";
import { CAP_PATTERN, GRAPH_VERSION, NAME_PATTERN, type Finding, type Graph, type GraphNode, type Guard } from "./graph.ts";
import { ImpossibleValue, readGuard } from "./guards.ts";
import { fromLegacy, isLegacy } from "./legacy.ts";
import { CAPS, GRAPH_LIMITS, opRow } from "./ops.ts";

const NAME = new RegExp(NAME_PATTERN);
const CAP = new RegExp(CAP_PATTERN);
const KNOWN_CAPS: ReadonlySet<string> = new Set(CAPS);
const GRAPH_FIELDS: ReadonlySet<string> = new Set(["version", "program", "resources", "caps", "description", "metadata", "$schema", "name", "title", "comment"]);
/** Fields for people, of nodes too. */
const REMARKS: ReadonlySet<string> = new Set(["description", "comment", "comments", "label", "name"]);

export const isName = (text: unknown): text is string => typeof text === "string" && text.length <= GRAPH_LIMITS.name && NAME.test(text) && !RESERVED.has(text);
const NAME_FIX = "Write a letter or _, then letters, digits and _; not __proto__, constructor or prototype.";

const NO_WORDS: readonly string[] = Object.freeze([]);
const NO_ARGS: Fields = Object.freeze({});
const NO_METADATA: Pick<GraphNode, "metadata"> = Object.freeze({});

interface NodeFields { id: unknown; op: unknown; args: unknown; vqs: unknown; chs: unknown; inputs: unknown; produces: unknown; caps: unknown; guard: unknown; metadata: unknown; strangers: string[] }

/** The fields of a node, each read once; most graphs are made of many nodes with few fields. */
function nodeFields(given: object): NodeFields {
  const own: NodeFields = { id: undefined, op: undefined, args: undefined, vqs: undefined, chs: undefined, inputs: undefined, produces: undefined, caps: undefined, guard: undefined, metadata: undefined, strangers: [] };
  for (const key of keysOf(given)) {
    switch (key) {
      case "id": case "op": case "args": case "vqs": case "chs": case "inputs": case "produces": case "caps": case "guard": case "metadata": own[key] = field(given, key); break;
      default: own.strangers.push(key);
    }
  }
  return own;
}

/** One reading: the findings of everything it reads. */
class Reader {
  readonly findings: Findings;
  readonly angles: AngleSpelling;
  constructor(findings: Findings, angles: AngleSpelling) {
    this.findings = findings;
    this.angles = angles;
  }

  /** What `read` gives, or undefined and a finding. */
  attempt<T>(node: string | null, what: string, fix: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (error instanceof ImpossibleValue) this.findings.error("guard-value", node, `${what}: ${error.message}.`, "Write 0 or 1; 0 to 3 for the index of a Bell measurement.");
      else if (error instanceof Unreadable) this.findings.error("schema", node, `${what}: ${error.message}.`, fix);
      else throw error;
      return undefined;
    }
  }

  /** A list of words; an absent one is empty. */
  words(given: unknown, key: string, node: string | null): readonly string[] {
    if (given === undefined) return NO_WORDS;
    if (!Array.isArray(given)) throw new Unreadable(`${key} is ${quoted(given)}, not a list`);
    const items = itemsOf(given, GRAPH_LIMITS.nodes);
    if (items.every((item) => typeof item === "string")) return items;
    this.findings.error("schema", node, `${key} lists ${quoted(items.find((item) => typeof item !== "string"))}.`, `List names in ${key}, as text.`);
    return items.filter((item) => typeof item === "string");
  }

  caps(given: unknown, node: string | null): readonly string[] {
    const caps = this.words(given, "caps", node);
    for (const cap of caps) {
      if (!CAP.test(cap) || (node === null && !KNOWN_CAPS.has(cap))) this.findings.error("schema", node, `${quoted(cap)} is no capability.`, `Write one of ${CAPS.join(", ")}; a condition belongs in guard.`);
      else if (!KNOWN_CAPS.has(cap)) this.findings.warning("capability", node, `No session can be granted ${quoted(cap)}.`, `Leave it out, or write one of ${CAPS.join(", ")}.`);
    }
    return caps;
  }

  stranger(key: string, where: string | null): void {
    if (!REMARKS.has(key)) this.findings.warning("schema", where, `Nothing reads the field ${quoted(key)}.`, "Leave it out, or put it into metadata.");
  }

  metadata(given: unknown, node: string | null): Pick<GraphNode, "metadata"> {
    if (given === undefined) return NO_METADATA;
    const metadata = this.attempt(node, "metadata", "Write plain JSON, not large and not deep.", () => plainCopy(given));
    if (isFields(metadata)) return { metadata };
    if (metadata !== undefined) this.findings.error("schema", node, `metadata is ${quoted(metadata)}.`, "Write an object.");
    return NO_METADATA;
  }

  guard(raw: unknown, id: string): Guard | undefined {
    return this.attempt(id, "guard", "Write {\"event\": NAME, \"equals\": 0 or 1}, or {\"type\": \"and\" or \"or\", \"conditions\": […]}.", () => readGuard(raw));
  }

  node(given: unknown, at: number): GraphNode | undefined {
    if (!isFields(given)) return void this.findings.error("schema", null, `Node ${at} is ${quoted(given)}.`, "Write an object with id and op.");
    const own = nodeFields(given);
    const { id, op } = own;
    if (typeof id !== "string") return void this.findings.error("schema", null, `Node ${at} has no id.`, "Give every node an id of its own.");
    if (!isName(id)) this.findings.error("schema", id, `${quoted(id)} is no id.`, NAME_FIX);
    if (typeof op !== "string") return void this.findings.error("schema", id, "The node has no op.", "Name an op, such as APPLY_H.");
    for (const key of own.strangers) this.stranger(key, id);
    if (own.args !== undefined && !isFields(own.args)) throw new Unreadable(`args is ${quoted(own.args)}, not an object`);
    const raw = own.args === undefined ? NO_ARGS : plainCopy(own.args) as Fields;
    const row = opRow(op);
    const guard = own.guard === undefined ? undefined : this.guard(own.guard, id);
    return {
      id, op, args: row === undefined ? raw : readArguments(op, row, raw, id, this),
      vqs: this.words(own.vqs, "vqs", id), chs: this.words(own.chs, "chs", id), inputs: this.words(own.inputs, "inputs", id), produces: this.words(own.produces, "produces", id),
      caps: this.caps(own.caps, id), ...(guard === undefined ? undefined : { guard }), ...this.metadata(own.metadata, id),
    };
  }

  nodes(program: unknown): readonly GraphNode[] | undefined {
    const given = isFields(program) ? field(program, "nodes") : undefined;
    if (!Array.isArray(given)) return void this.findings.error("schema", null, `program.nodes is ${quoted(given)}.`, "Write \"program\": {\"nodes\": [ … ]}.");
    if (given.length > GRAPH_LIMITS.nodes) return void this.findings.error("size", null, `${given.length} nodes; at most ${GRAPH_LIMITS.nodes} are read.`, "Split the graph.");
    return itemsOf(given, GRAPH_LIMITS.nodes)
      .map((one, at) => this.attempt(null, `node ${at}`, "Write plain JSON.", () => this.node(one, at)))
      .filter((one) => one !== undefined);
  }

  handles(resources: Fields, key: string, required: boolean): readonly string[] {
    if (field(resources, key) === undefined) {
      if (required) this.findings.error("schema", null, `resources.${key} is missing.`, `Add "${key}": [ … ] to resources.`);
      else this.findings.warning("schema", null, `resources.${key} is missing and read as empty.`, `Add "${key}": [] to resources.`);
    }
    const names = this.words(field(resources, key), key, null);
    const seen = new Set<string>();
    for (const name of names) {
      if (!isName(name)) this.findings.error("schema", null, `resources.${key}: ${quoted(name)} is no name.`, NAME_FIX);
      if (seen.has(name)) this.findings.error("schema", null, `resources.${key} lists ${quoted(name)} twice.`, "List every handle once.");
      seen.add(name);
    }
    return names;
  }

  /** Without the list, what the ops need and a graph must declare. It grants nothing: sessions are granted capabilities. */
  graphCaps(given: Fields, nodes: readonly GraphNode[]): readonly string[] {
    const declared = field(given, "caps");
    if (declared !== undefined) return this.caps(declared, null);
    const needed = new Set(nodes.map(({ op }) => opRow(op)).filter((row) => row?.declared === true).map((row) => row?.cap ?? ""));
    const caps = CAPS.filter((cap) => needed.has(cap));
    this.findings.warning("schema", null, "caps is missing; what the ops need is taken in its place.", `Add "caps": ${JSON.stringify(caps)}.`);
    return caps;
  }

  graph(given: Fields): Graph | undefined {
    const version = field(given, "version");
    if (version === undefined) this.findings.error("schema", null, "version is missing.", `Add "version": "${GRAPH_VERSION}".`);
    else if (version !== GRAPH_VERSION) this.findings.error("version", null, `Version ${quoted(version)} is not spoken here.`, `Write "version": "${GRAPH_VERSION}".`);
    const nodes = this.nodes(field(given, "program"));
    const resources = field(given, "resources");
    if (!isFields(resources)) return void this.findings.error("schema", null, "resources is missing.", "Add \"resources\": {\"vqs\": [], \"chs\": [], \"events\": []}.");
    const handles = { vqs: this.handles(resources, "vqs", true), chs: this.handles(resources, "chs", false), events: this.handles(resources, "events", true) };
    const caps = this.graphCaps(given, nodes ?? []);
    for (const key of keysOf(given)) if (!GRAPH_FIELDS.has(key)) this.stranger(key, null);
    const description = field(given, "description");
    if (nodes === undefined) return undefined;
    return { version: GRAPH_VERSION, program: { nodes }, resources: handles, caps, ...(typeof description === "string" ? { description } : {}), ...this.metadata(field(given, "metadata"), null) };
  }
}

/** A graph as far as it could be read, for the verifier: `findings` may hold errors. */
export function readDraft(json: unknown, findings: Findings, angles: AngleSpelling = "radians"): Graph | undefined {
  const reader = new Reader(findings, angles);
  return reader.attempt(null, "the graph", "Write plain JSON.", () => {
    if (!isFields(json)) return void findings.error("schema", null, `A graph is an object, not ${quoted(json)}.`, "Write {\"version\": \"0.1\", \"program\": …, \"resources\": …, \"caps\": …}.");
    if (!isLegacy(json)) return reader.graph(json);
    findings.warning("schema", null, "This is the format before 0.1; it is read as 0.1.", "Write program.nodes, resources and caps; `triad qvm disasm` shows the graph as it is read.");
    return reader.graph(fromLegacy(json));
  });
}

/**
 * A graph from JSON, tolerant of what may safely be tolerated (R3).
 * @param angles "written": an angle that is text stays that text, for whoever writes the graph again; nothing runs such a graph
 * @returns the graph unless a finding is an error. Never throws for any JSON.
 */
export function readGraph(json: unknown, { angles = "radians" }: { readonly angles?: AngleSpelling } = {}): { readonly graph: Graph | undefined; readonly findings: readonly Finding[] } {
  const findings = new Findings();
  const graph = readDraft(json, findings, angles);
  return { graph: findings.errors === 0 ? graph : undefined, findings: findings.list() };
}
