// The reference page of the interface, made from its records: REFERENCE.md is what this returns, and a test holds it to that.
import { Type } from "../schema.ts";
import { CODES, type CodeName } from "./codes.ts";
import { METHOD_NAMES, METHODS, type MethodName } from "./methods.ts";

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);

/** A schema's type in a few words. */
function typeOf(schema: unknown): string {
  if (!isFields(schema)) return "anything";
  if ("const" in schema) return JSON.stringify(schema["const"]);
  const members = schema["anyOf"];
  if (Array.isArray(members)) return [...new Set(members.map(typeOf))].join(" or ");
  const { type, items, patternProperties } = schema;
  if (type === "array") return `list of ${typeOf(items)}`;
  if (type === "object" && isFields(patternProperties)) return `record of ${Object.values(patternProperties).map(typeOf).join(", ")}`;
  return typeof type === "string" ? type : "anything";
}

const wordsOf = (schema: unknown): string => {
  if (!isFields(schema)) return "";
  if (typeof schema["description"] === "string") return schema["description"];
  const members: unknown = schema["anyOf"];
  return Array.isArray(members) ? members.map(wordsOf).find((words) => words !== "") ?? "" : "";
};

/** One line a member, those of members indented. */
function rowsOf(properties: unknown, required: readonly unknown[], depth = 0): readonly string[] {
  if (!isFields(properties)) return [];
  return Object.entries(properties).flatMap(([name, schema]) => {
    const row = `${"  ".repeat(depth)}- \`${name}\`${required.includes(name) ? "" : "?"}: ${typeOf(schema)}${wordsOf(schema) === "" ? "" : `; ${wordsOf(schema)}`}`;
    const inner = isFields(schema) && schema["type"] === "array" ? schema["items"] : schema;
    return [row, ...(isFields(inner) && "properties" in inner ? rowsOf(inner["properties"], Array.isArray(inner["required"]) ? inner["required"] : [], depth + 1) : [])];
  });
}

const codeText = (name: CodeName): string => `\`${name}\` ${CODES[name].code}`;
const exampleText = (value: unknown): string => JSON.stringify(value);

function section(name: MethodName): readonly string[] {
  const { summary, help, params, result, errors, example, idempotent, waits } = METHODS[name];
  const { required } = Type.Object(params);
  const shape: unknown = result;
  const { properties, required: needed } = isFields(shape) ? shape : {};
  return [
    `## ${name}`, "", summary, "", help, ...(waits ? ["", "Waits until it has an answer."] : []), ...(idempotent ? ["", "May be made again when its answer was lost."] : []), "",
    "Params:", "", ...rowsOf(params, required ?? []), "", "Result:", "", ...rowsOf(properties, Array.isArray(needed) ? needed : []), "",
    `Errors: ${errors.map(codeText).join(", ")}.`, "", "```json", exampleText({ jsonrpc: "2.0", method: name, params: example.params, id: 1 }), exampleText({ jsonrpc: "2.0", result: example.result, id: 1 }), "```", "",
  ];
}

const codeRow = (name: CodeName): string => {
  const { code, says, next, transient, data } = CODES[name];
  return `| ${code} | \`${name}\` | ${says} ${next} | ${Object.entries(data).map(([member, words]) => `\`${member}\` ${words}`).join("; ")} | ${transient ? "yes" : ""} |`;
};

/** The page, in Markdown. */
export function rpcReference(): string {
  return [
    "# qSyscall: the kernel over a socket", "",
    "Made from `methods.ts` and `codes.ts`; do not edit. JSON-RPC 2.0 over a Unix stream socket of mode 0700.", "",
    "A request is one JSON object in UTF-8 with params by name. It is complete as soon as its last byte is there: no newline, length or half-close",
    "is needed, and a caller may open a connection for each call or make any number on one, with or without newlines between them, in batches,",
    "and as notifications, which are answered with nothing. Replies are ASCII, end in a newline, and come as they are ready, not in the order of",
    "the requests: match them by `id`. A success has no member `error`, an error none `result`. Members a method does not know are ignored; of two members",
    "of one name the last counts. `rpc.discover` gives the same as this page as an OpenRPC document.", "",
    "After bytes that are no JSON, or go beyond the limits on size, depth and time, the reply is PARSE_ERROR with id null and the connection ends. A server that serves as many",
    "connections as it may answers SERVER_BUSY with id null. When the kernel stops, calls that wait are answered STOPPING; whoever gets no reply to a call that changes",
    "something cannot tell whether it was carried out: give q_submit a `client_token`.", "",
    "## Codes", "", "Every `data` has `name` and `next` beside what stands here (a member with ? may be missing), and nothing else; where a fault of the registry was the reason, also its name as `fault`, its number as `fault_code` and what it says of itself as `detail`.", "",
    "| code | name | what happened, what to do | `data` | try again |", "|---|---|---|---|---|", ...(Object.keys(CODES) as CodeName[]).map(codeRow), "",
    ...METHOD_NAMES.flatMap(section),
  ].join("\n");
}
