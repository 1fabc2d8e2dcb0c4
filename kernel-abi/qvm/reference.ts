// The reference page, made from the op table, the rules and the limits: it cannot say anything else than what holds.
import { GRAPH_VERSION, RULES, type HandleKind, type Rule } from "./graph.ts";
import { HANDLE_KINDS } from "./handles.ts";
import { LISTED_MAX } from "./findings.ts";
import { CAPS, DEFAULT_PROFILE, GRAPH_LIMITS, MANY, OP_NAMES, OPS, type ArgRow, type Count, type OpRow } from "./ops.ts";
import type { Amplitude, Unitary } from "./unitary.ts";

/** What a rule is about, and how severe it is. One line each. */
export const RULE_HELP: Readonly<Record<Rule, string>> = Object.freeze({
  schema: "The shape: fields, their types, names (`^[a-zA-Z_][a-zA-Z0-9_]*$`, not `__proto__`, `constructor`, `prototype`), capabilities that are none. A warning for what is tolerated: the format before 0.1, no `chs`, no `caps`, fields nobody reads.",
  version: `\`version\` is "${GRAPH_VERSION}".`,
  "duplicate-id": "Two nodes with one id.",
  undeclared: "A qubit, channel or event that `resources` does not list.",
  "never-allocated": "A declared qubit that no ALLOC_LQ allocates; handles declared by a graph without nodes.",
  "unproduced-event": "An event is read that no node writes. A warning when it is only declared.",
  "guard-order": "An event is read, by a guard or by `inputs`, before the node that writes it.",
  "guard-value": "A value the event cannot have: 0 and 1, 0 to 3 for the one event of a MEASURE_BELL. The index of a MEASURE_BELL as input of COND_PAULI.",
  "duplicate-event": "An event is written twice.",
  "unknown-op": "There is no such op.",
  arity: "Too many or too few qubits, channels or events; `n` of ALLOC_LQ or `mask` of COND_PAULI do not fit the qubits; COND_PAULI with neither inputs nor guard.",
  aliasing: "A qubit or channel twice in one node. A warning for an event twice in `inputs`.",
  argument: "An argument that is unknown, missing, given twice, of the wrong type or out of range.",
  profile: "A profile that is none; a distance that is even or not positive.",
  linearity: "Use before allocation, after being freed, a second allocation, a second FREE_LQ; ALLOC_LQ, FREE_LQ, OPEN_CHAN or CLOSE_CHAN under a guard; in mode `consume` anything after a measurement or RESET. A warning for INJECT_T_STATE on a qubit that may not be |0⟩.",
  leak: "Warning: a qubit never measured or freed (in mode `consume` reset will do); a channel never closed.",
  capability: "CAP_ALLOC, CAP_TELEPORT, CAP_MAGIC or CAP_LINK is needed and declared by neither node nor graph. A warning for one that no session can be granted.",
  channel: "A channel opened twice, used or closed when it is not open, or named in `args.channel` when it is not open between the two qubits. A warning when it is declared and never opened.",
  firewall: "A gate or MEASURE_BELL on qubits of different tenants without an open channel between just these in `args.channel`.",
  "measure-without-event": "A measurement that writes no event.",
  cycle: "Nodes that wait for each other in a circle over `inputs`.",
  size: `More than ${GRAPH_LIMITS.nodes} nodes. A warning beyond ${GRAPH_LIMITS.nodesWarned} nodes or ${GRAPH_LIMITS.qubitsWarned} qubits, for an empty graph, and for findings that are not listed (${LISTED_MAX} errors and as many warnings are).`,
});

const range = ({ least, most }: Count): string => (least === most ? String(least) : most === MANY ? `≥ ${least}` : `${least}–${most}`);

function argumentText(name: string, { kind, required, least, most, below, words, alias, help }: ArgRow): string {
  const limits = words !== undefined ? ` (${words.join(", ")})` : least === undefined && most === undefined ? "" : ` ${least ?? "…"} to ${below === undefined ? most ?? "…" : `below ${below}`}`;
  return `\`${name}\`${alias === undefined ? "" : ` (also \`${alias}\`)`}: ${kind}${limits}${required === true ? ", required" : ""}. ${help}`;
}

const number = (value: number): string => (value === Math.SQRT1_2 ? "√½" : value === -Math.SQRT1_2 ? "-√½" : String(value + 0));
function amplitude([re, im]: Amplitude): string {
  if (im === 0) return number(re);
  const imaginary = im === 1 ? "i" : im === -1 ? "-i" : `${number(im)}i`;
  return re === 0 ? imaginary : `${number(re)}${im > 0 ? "+" : ""}${imaginary}`;
}

function unitaryText(unitary: Unitary): string {
  switch (unitary.kind) {
    case "matrix": return `\`[${unitary.rows.map((row) => `[${row.map(amplitude).join(", ")}]`).join(", ")}]\``;
    case "rotation": return `exp(-i ${unitary.arg} ${unitary.axis.toUpperCase()}/2)`;
    case "pauli": return `one Pauli a qubit, as \`${unitary.arg}\` says`;
  }
}

function inverseText({ inverse }: OpRow): string {
  if (inverse === undefined) return "none";
  return `${inverse.op}${inverse.negates === undefined ? "" : ` with -${inverse.negates}`}`;
}

function opText(name: string, row: OpRow): string {
  const args = Object.entries(row.args);
  return [
    `### ${name}`, "", row.help, "",
    `- qubits: ${range(row.vqs)}${row.vqs.roles.length === 0 ? "" : ` (${row.vqs.roles.join(", ")}${row.vqs.most === MANY ? ", …" : ""})`}; channels: ${range(row.chs)}; writes events: ${range(row.produces)}`,
    `- class: ${row.class}; inverse: ${inverseText(row)}`,
    `- capability: ${row.cap === undefined ? "none" : `${row.cap}${row.declared ? ", declared by node or graph" : ", of the session alone"}`}`,
    ...(row.unitary === undefined ? [] : [`- unitary: ${unitaryText(row.unitary)}`]),
    ...args.map(([arg, rule]) => `- ${argumentText(arg, rule)}`), "",
  ].join("\n");
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [`| ${head.join(" | ")} |`, `|${head.map(() => "---").join("|")}|`, ...rows.map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)].join("\n");

const HANDLE_ORDER: readonly HandleKind[] = ["VQ", "CH", "EV", "CAP", "BND"];

const SHAPE = `## A graph

\`\`\`json
{"version": "0.1",
 "program": {"nodes": [
   {"id": "a", "op": "ALLOC_LQ", "args": {"n": 2, "profile": "logical:surface_code(d=7)"}, "vqs": ["q0", "q1"]},
   {"id": "h", "op": "APPLY_H", "vqs": ["q0"]},
   {"id": "c", "op": "APPLY_CNOT", "vqs": ["q0", "q1"]},
   {"id": "m", "op": "MEASURE_Z", "vqs": ["q0"], "produces": ["e"]},
   {"id": "x", "op": "APPLY_X", "vqs": ["q1"], "guard": {"event": "e", "equals": 1}}]},
 "resources": {"vqs": ["q0", "q1"], "chs": [], "events": ["e"]},
 "caps": ["CAP_ALLOC"]}
\`\`\`

A node has \`id\` and \`op\`, and may have \`args\`, \`vqs\`, \`chs\`, \`inputs\` (events read), \`produces\` (events written), \`caps\`, \`guard\`, \`metadata\`.
A guard is \`{"event", "equals"}\`, or \`{"type": "and" | "or", "conditions": […]}\` of such and of \`{"type": "eq", "event", "value"}\`; an event that
was not produced equals nothing. Angles are radians: a number, or text of numbers, \`pi\`, \`tau\`, \`+ - * /\` and brackets. The first qubit of a
gate is the most significant bit of its matrix.

Order: nodes that share a qubit, a channel or an event happen in the order in which they are written; FENCE_EPOCH is a barrier for all,
whether or not a guard on it holds; everything else is free.`;

const VERDICTS = `## Choices where the sources are silent or contradict each other

- A name has one life: a qubit is not allocated again after FREE_LQ, nor a channel opened again after CLOSE_CHAN.
- Two qubits have one channel at a time: a second OPEN_CHAN between them, under any name and from either end, is refused until the first is closed.
- In mode \`thread\` a measured or reset qubit may be used on; in mode \`consume\` nothing may be done with it, not even FREE_LQ.
- A leak is a qubit never measured or freed. \`--strict\` makes every warning an error.
- A graph without \`caps\` is read as declaring what its ops need. Declaring grants nothing: what a session holds decides at submission.
- FREE_LQ, CLOSE_CHAN and USE_CHAN ask CAP_ALLOC and CAP_LINK of the session, RESET and gates CAP_COMPUTE; none of these need be declared.
- An event is 0 or 1. The one event of a MEASURE_BELL is 2·m0+m1; it can be guarded on, but not be an input of COND_PAULI.
- After MEASURE_X, _Y and _ANGLE the qubit is in the state that was read, so that a repetition agrees.
- COND_PAULI under a guard and without inputs applies when the guard holds; with both, the guard and the exclusive or must hold.
- USE_CHAN with \`semantic\` acts on the ends of its channel in the order of OPEN_CHAN; with one qubit from that end to the other, with two from the first to the second.
- SET_POLICY.code_distance is for the ALLOC_LQ without a profile that follow it in the file; a profile that is named wins, and an even wish is met by the next odd distance.
- A mask is written in capitals; small letters are read as such.
- Unknown arguments are errors, unknown fields of nodes and graphs warnings: an argument misread changes what is computed.
- \`args.channel\` must be an open channel between just the qubits of the node, also within one tenant: a name alone crosses nothing.
- A legacy graph keeps the order of its nodes if that respects \`deps\` and \`edges\`, otherwise it is sorted by them.`;

/** The page, in Markdown. `npm run reference` writes it to kernel-abi/qvm/REFERENCE.md; a test compares. */
export function referencePage(): string {
  return [
    "# QVM graphs: reference", "",
    "Made from `kernel-abi/qvm/ops.ts` by `npm run reference`; changes belong there.", "",
    SHAPE, "",
    "## Handles", "", table(["kind", "linear", "what it is"], HANDLE_ORDER.map((kind) => [kind, HANDLE_KINDS[kind].linear ? "yes" : "no", HANDLE_KINDS[kind].help])), "",
    `Capabilities: ${CAPS.join(", ")}. Limits: ${GRAPH_LIMITS.nodes} nodes, guards ${GRAPH_LIMITS.guardDepth} deep with ${GRAPH_LIMITS.guardLeaves} conditions, names of ${GRAPH_LIMITS.name} characters, angles of ${GRAPH_LIMITS.angle} either way. Default profile: \`${DEFAULT_PROFILE}\`.`, "",
    "## Ops", "", table(["op", "qubits", "class", "capability", "in the 0.1 schema"], OP_NAMES.map((name) => [`[${name}](#${name.toLowerCase()})`, range(OPS[name].vqs), OPS[name].class, (OPS[name] as OpRow).cap ?? "–", OPS[name].standard ? "yes" : "no"])), "",
    ...OP_NAMES.map((name) => opText(name, OPS[name])),
    "## Rules", "", "A finding is `{rule, severity, node, message, fix}`. Errors refuse a graph; rules without \"warning\" are errors.", "",
    table(["rule", "refuses"], RULES.map((rule) => [`\`${rule}\``, RULE_HELP[rule]])), "",
    VERDICTS, "",
  ].join("\n");
}
