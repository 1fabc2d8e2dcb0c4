// The JSON Schema of a graph, made from the op table: what upstream's schema accepts, and more (more ops, both forms of guard, arguments
// by op, missing `chs`). It says what the shape is; what a graph means is the verifier's (verify.ts), whose verdict is the one that counts.
//   J1  draft 2020-12; made of plain data, so that it is the same bytes every time.
import { ANGLE_TEXT_MAX } from "./angles.ts";
import { CAP_PATTERN, GRAPH_VERSION, NAME_PATTERN } from "./graph.ts";
import { CAPS, GRAPH_LIMITS, MANY, OP_NAMES, OPS, type ArgRow, type Count, type OpName, type OpRow } from "./ops.ts";

type Schema = Readonly<Record<string, unknown>>;

const NAME: Schema = { type: "string", pattern: NAME_PATTERN };
const namesOf = (description: string): Schema => ({ type: "array", items: { type: "string" }, default: [], description });

function argument(row: ArgRow): Schema {
  const { help: description, least: minimum, most: maximum, below: exclusiveMaximum, words } = row;
  const range = { ...(minimum === undefined ? {} : { minimum }), ...(maximum === undefined ? {} : { maximum }), ...(exclusiveMaximum === undefined ? {} : { exclusiveMaximum }) };
  switch (row.kind) {
    case "integer": return { type: "integer", ...range, description };
    case "number": return { type: "number", ...range, description };
    case "angle": return { anyOf: [{ type: "number", minimum: -GRAPH_LIMITS.angle, maximum: GRAPH_LIMITS.angle }, { type: "string", maxLength: ANGLE_TEXT_MAX }], description };
    case "string": return { type: "string", ...(words === undefined ? {} : { enum: words }), description };
    case "boolean": return { type: "boolean", description };
    case "profile": return { type: "string", pattern: "^\\s*(logical|azure|sampled|parameters)\\s*:", description };
    case "mask": return { type: "string", pattern: "^[IXYZixyz]+$", description };
    case "name": return { ...NAME, description };
    case "level": return { type: ["integer", "string"], description };
    case "record": return { type: "object", description };
  }
}

function argumentsOf(row: OpRow): Schema {
  const spelt = Object.entries(row.args).flatMap(([name, rule]) => [name, ...(rule.alias === undefined ? [] : [rule.alias])].map((key) => [key, argument(rule)] as const));
  const required = Object.entries(row.args).filter(([, { required: needed }]) => needed === true);
  return {
    type: "object", properties: Object.fromEntries(spelt), additionalProperties: false,
    ...(required.length === 0 ? {} : { allOf: required.map(([name, { alias }]) => (alias === undefined ? { required: [name] } : { anyOf: [{ required: [name] }, { required: [alias] }] })) }),
  };
}

/** Bounds of a list. Upstream's schema has none, and this is a superset of it: they are for the ops it does not have. */
const bounds = ({ least, most }: Count): Schema => ({ ...(least === 0 ? {} : { minItems: least }), ...(most === MANY ? {} : { maxItems: most }) });

function opSchema(name: OpName): Schema {
  const row: OpRow = OPS[name];
  const then: Schema = row.standard ? {} : {
    properties: { args: argumentsOf(row), vqs: bounds(row.vqs), chs: bounds(row.chs), produces: bounds(row.produces) },
    required: [...(row.vqs.least > 0 ? ["vqs"] : []), ...(row.produces.least > 0 ? ["produces"] : []), ...(Object.values(row.args).some(({ required }) => required === true) ? ["args"] : [])],
  };
  return { if: { properties: { op: { const: name } } }, then: { description: row.help, ...then } };
}

const VALUE: Schema = { type: "integer", minimum: 0, maximum: 3, description: "0 or 1; 0 to 3 for the index of a Bell measurement." };
const GUARD: Schema = {
  description: "The node runs when this holds.",
  anyOf: [
    { type: "object", properties: { event: { type: "string" }, equals: VALUE }, required: ["event", "equals"], additionalProperties: false },
    { type: "object", properties: { type: { const: "eq" }, event: { type: "string" }, value: VALUE, equals: VALUE }, required: ["event"], anyOf: [{ required: ["value"] }, { required: ["equals"] }], additionalProperties: false },
    { type: "object", properties: { type: { enum: ["and", "or"] }, conditions: { type: "array", minItems: 1, maxItems: GRAPH_LIMITS.guardLeaves, items: { $ref: "#/$defs/guard" } } }, required: ["type", "conditions"], additionalProperties: false },
  ],
};

const NODE: Schema = {
  type: "object", required: ["id", "op"],
  properties: {
    id: { ...NAME, description: "Unique in the graph." },
    op: { enum: OP_NAMES },
    args: { type: "object" },
    vqs: namesOf("Qubits, in the order of the op's roles."), chs: namesOf("Channels."),
    inputs: namesOf("Events read."), produces: namesOf("Events written."),
    caps: { type: "array", items: { type: "string", pattern: CAP_PATTERN }, default: [], description: "Capabilities this node declares." },
    guard: { $ref: "#/$defs/guard" }, metadata: { type: "object" },
  },
  allOf: OP_NAMES.map(opSchema),
};

const handles = (description: string): Schema => ({ type: "array", items: NAME, uniqueItems: true, description });

/** A JSON Schema (draft 2020-12) of graphs in the form of version 0.1. */
export const GRAPH_SCHEMA: Schema = Object.freeze({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:triad:qvm:0.1",
  title: "QVM graph 0.1",
  type: "object", required: ["version", "program", "resources"],
  properties: {
    version: { const: GRAPH_VERSION },
    program: { type: "object", required: ["nodes"], properties: { nodes: { type: "array", maxItems: GRAPH_LIMITS.nodes, items: { $ref: "#/$defs/node" } } } },
    resources: { type: "object", required: ["vqs", "events"], properties: { vqs: handles("Every qubit."), chs: handles("Every channel."), events: handles("Every event.") } },
    caps: { type: "array", items: { enum: CAPS }, uniqueItems: true, description: "Capabilities the graph declares; a session must be granted them all the same." },
    description: { type: "string" }, metadata: { type: "object" },
  },
  $defs: { node: NODE, guard: GUARD },
});
