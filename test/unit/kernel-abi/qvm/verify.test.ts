// Every rule: a graph it refuses, with the node and a fix that says what to write; and the nearest graph it accepts.
import { describe, expect, it } from "vitest";
import { RULES, type Finding, type Rule } from "../../../../kernel-abi/qvm/graph.ts";
import { LISTED_MAX } from "../../../../kernel-abi/qvm/findings.ts";
import { verifyGraph, type VerifyOptions } from "../../../../kernel-abi/qvm/verify.ts";
import { alloc, graphOf, node, type GraphJson, type NodeJson } from "../../../support/graphs.ts";

const measure = (qubit: string, event: string, more: Partial<NodeJson> = {}): NodeJson => node("MEASURE_Z", qubit, { id: `m_${event}`, produces: [event], ...more });
const freed = (...qubits: string[]): NodeJson => node("FREE_LQ", qubits.join(" "), { id: "free" });
/** Nodes between the allocation and the release of q0 and q1. */
const within = (...nodes: NodeJson[]): GraphJson => graphOf([alloc("q0 q1", { id: "a" }), ...nodes, freed("q0", "q1")]);
const tenants = (...nodes: NodeJson[]): GraphJson => graphOf([alloc("q0", { id: "a", args: { tenant_id: "A" } }), alloc("q1", { id: "b", args: { tenant_id: "B" } }), ...nodes, freed("q0", "q1")]);
const open = node("OPEN_CHAN", "q0 q1", { id: "open", chs: ["c"] });
const use = (vqs: string, semantic: string): NodeJson => node("USE_CHAN", vqs, { id: "u", chs: ["c"], args: { semantic } });
const endOf = (ch: string): NodeJson => node("CLOSE_CHAN", "", { id: `close_${ch}`, chs: [ch] });
const close = { ...endOf("c"), id: "close" };
const another = (vqs: string): NodeJson => node("OPEN_CHAN", vqs, { id: "second", chs: ["d"] });

type Row = readonly [name: string, rule: Rule, severity: Finding["severity"], at: string | null, fix: RegExp, refused: unknown, accepted: unknown, options?: VerifyOptions];

const GOOD = within(node("APPLY_H", "q0"), measure("q0", "e"));
const ROWS: readonly Row[] = [
  ["a version there is none of", "version", "error", null, /"0.1"/, { ...GOOD, version: "0.2" }, GOOD],
  ["a version that is a number", "version", "error", null, /"0.1"/, { ...GOOD, version: 0.1 }, GOOD],
  ["no version", "schema", "error", null, /"version": "0.1"/, { ...GOOD, version: undefined }, GOOD],
  ["no program", "schema", "error", null, /program/, { ...GOOD, program: undefined }, GOOD],
  ["no resources", "schema", "error", null, /resources/, { ...GOOD, resources: undefined }, GOOD],
  ["no events", "schema", "error", null, /"events"/, { ...GOOD, resources: { vqs: [], chs: [] } }, GOOD],
  ["a handle declared twice", "schema", "error", null, /once/, { ...GOOD, resources: { ...GOOD.resources, events: ["e", "e"] } }, GOOD],
  ["an id with a dash", "schema", "error", "h-1", /letter/, within(node("APPLY_H", "q0", { id: "h-1" })), within(node("APPLY_H", "q0", { id: "h_1" }))],
  ["a name of the language", "schema", "error", null, /__proto__/, within(measure("q0", "__proto__")), within(measure("q0", "proto"))],
  ["a graph capability that is none", "schema", "error", null, /CAP_ALLOC/, { ...GOOD, caps: ["CAP_ALLOC", "CAP_FLY"] }, { ...GOOD, caps: ["CAP_ALLOC", "CAP_DEBUG"] }],
  ["a condition among the capabilities", "schema", "error", "x", /guard/, within(node("APPLY_X", "q0", { id: "x", caps: ["e == 1"] })), within(node("APPLY_X", "q0", { caps: ["CAP_COMPUTE"] }))],
  ["a guard of another form", "schema", "error", "x", /"event"/, within(measure("q0", "e"), node("APPLY_X", "q0", { id: "x", guard: { event: "e", equal: 1 } })), within(measure("q0", "e"), node("APPLY_X", "q0", { guard: { event: "e", equals: 1 } }))],
  ["a guard without conditions", "schema", "error", "x", /conditions/, within(node("APPLY_X", "q0", { id: "x", guard: { type: "and", conditions: [] } })), within(measure("q0", "e"), node("APPLY_X", "q0", { guard: { type: "or", conditions: [{ type: "eq", event: "e", value: 1 }] } }))],
  ["a guard that is null", "schema", "error", "x", /"event"/, within(node("APPLY_X", "q0", { id: "x", guard: null })), within(node("APPLY_X", "q0"))],
  ["fields nobody reads", "schema", "warning", "x", /metadata/, within(node("APPLY_X", "q0", { id: "x", guards: [] })), within(node("APPLY_X", "q0", { metadata: { guards: [] } }))],
  ["two nodes of one id", "duplicate-id", "error", "h", /id of its own/, within(node("APPLY_H", "q0", { id: "h" }), node("APPLY_H", "q1", { id: "h" })), within(node("APPLY_H", "q0", { id: "h" }), node("APPLY_H", "q1", { id: "h2" }))],
  ["a qubit not declared", "undeclared", "error", "h", /resources\.vqs/, { ...within(node("APPLY_H", "q0", { id: "h" })), resources: { vqs: ["q1"], chs: [], events: [] } }, within(node("APPLY_H", "q0"))],
  ["an event not declared", "undeclared", "error", "m_e", /resources\.events/, { ...within(measure("q0", "e")), resources: { vqs: ["q0", "q1"], chs: [], events: [] } }, within(measure("q0", "e"))],
  ["an input not declared", "undeclared", "error", "p", /resources\.events/, within(node("COND_PAULI", "q0", { id: "p", args: { mask: "X" }, inputs: ["e"] })), within(measure("q1", "e"), node("COND_PAULI", "q0", { args: { mask: "X" }, inputs: ["e"] }))],
  ["a channel not declared", "undeclared", "error", "open", /resources\.chs/, { ...within(open, close), resources: { vqs: ["q0", "q1"], chs: [], events: [] } }, within(open, close)],
  ["a qubit never allocated", "never-allocated", "error", null, /ALLOC_LQ/, { ...GOOD, resources: { ...GOOD.resources, vqs: ["q0", "q1", "q2"] } }, GOOD],
  ["handles without nodes", "never-allocated", "error", null, /declare nothing/, { ...graphOf([]), resources: { vqs: [], chs: [], events: ["e"] } }, graphOf([])],
  ["an event never produced", "unproduced-event", "error", "x", /Measure into "f"/, { ...within(measure("q0", "e"), node("APPLY_X", "q0", { id: "x", guard: { event: "f", equals: 1 } })), resources: { vqs: ["q0", "q1"], chs: [], events: ["e", "f"] } }, within(measure("q0", "f"), node("APPLY_X", "q0", { guard: { event: "f", equals: 1 } }))],
  ["an event only declared", "unproduced-event", "warning", null, /resources\.events/, { ...GOOD, resources: { ...GOOD.resources, events: ["e", "f"] } }, GOOD],
  ["a guard before its event", "guard-order", "error", "x", /m_e.*before this node/, within(node("APPLY_X", "q0", { id: "x", guard: { event: "e", equals: 1 } }), measure("q0", "e")), within(measure("q0", "e"), node("APPLY_X", "q0", { guard: { event: "e", equals: 1 } }))],
  ["a guard on one's own event", "guard-order", "error", "m_e", /before this node/, within(measure("q0", "e", { guard: { event: "e", equals: 0 } })), within(measure("q0", "e"))],
  ["an input before its event", "guard-order", "error", "p", /before this node/, within(node("COND_PAULI", "q0", { id: "p", args: { mask: "X" }, inputs: ["e"] }), measure("q1", "e")), within(measure("q1", "e"), node("COND_PAULI", "q0", { args: { mask: "X" }, inputs: ["e"] }))],
  ["a value no event has", "guard-value", "error", "x", /0 or 1/, within(measure("q0", "e"), node("APPLY_X", "q0", { id: "x", guard: { event: "e", equals: "1" } })), within(measure("q0", "e"), node("APPLY_X", "q0", { guard: { event: "e", equals: 0 } }))],
  ["a value this event never has", "guard-value", "error", "x", /0 to 1/, within(measure("q0", "e"), node("APPLY_X", "q0", { id: "x", guard: { event: "e", equals: 2 } })), within(node("MEASURE_BELL", "q0 q1", { produces: ["e"] }), node("APPLY_X", "q0", { guard: { event: "e", equals: 3 } }))],
  ["the index of a Bell measurement as an input", "guard-value", "error", "p", /two events/, within(node("MEASURE_BELL", "q0 q1", { produces: ["e"] }), node("COND_PAULI", "q0", { id: "p", args: { mask: "X" }, inputs: ["e"] })), within(node("MEASURE_BELL", "q0 q1", { produces: ["e", "f"] }), node("COND_PAULI", "q0", { args: { mask: "X" }, inputs: ["e", "f"] }))],
  ["an event written twice", "duplicate-event", "error", "again", /event of its own/, within(measure("q0", "e"), measure("q1", "e", { id: "again" })), within(measure("q0", "e"), measure("q1", "f"))],
  ["both halves of a Bell measurement in one event", "duplicate-event", "error", "b", /event of its own/, within(node("MEASURE_BELL", "q0 q1", { id: "b", produces: ["e", "e"] })), within(node("MEASURE_BELL", "q0 q1", { produces: ["e", "f"] }))],
  ["an op there is none of", "unknown-op", "error", "x", /APPLY_H/, within(node("H", "q0", { id: "x" })), within(node("APPLY_H", "q0"))],
  ["an op every object has", "unknown-op", "error", "x", /reference/, within(node("constructor", "q0", { id: "x" })), within(node("APPLY_H", "q0"))],
  ["too many qubits", "arity", "error", "h", /1 qubit in vqs/, within(node("APPLY_H", "q0 q1", { id: "h" })), within(node("APPLY_H", "q0"))],
  ["too few qubits", "arity", "error", "c", /2 qubits in vqs/, within(node("APPLY_CNOT", "q0", { id: "c" })), within(node("APPLY_CNOT", "q0 q1"))],
  ["qubits where there are none", "arity", "error", "f", /Leave vqs out/, within(node("FENCE_EPOCH", "q0", { id: "f" })), within(node("FENCE_EPOCH"))],
  ["an event of a gate", "arity", "error", "h", /Leave produces out/, within(node("APPLY_H", "q0", { id: "h", produces: ["e"] })), GOOD],
  ["three events of a Bell measurement", "arity", "error", "b", /1 to 2 events/, within(node("MEASURE_BELL", "q0 q1", { id: "b", produces: ["e", "f", "g"] })), within(node("MEASURE_BELL", "q0 q1", { produces: ["e", "f"] }))],
  ["another number than names", "arity", "error", "a", /"n": 1/, graphOf([alloc("q0", { id: "a", args: { n: 2 } }), freed("q0")]), graphOf([alloc("q0", { args: {} }), freed("q0")])],
  ["a mask of another length", "arity", "error", "p", /one for each/, within(measure("q0", "e"), node("COND_PAULI", "q0 q1", { id: "p", args: { mask: "XYZ" }, inputs: ["e"] })), within(measure("q0", "e"), node("COND_PAULI", "q0 q1", { args: { mask: "XZ" }, inputs: ["e"] }))],
  ["a condition without one", "arity", "error", "p", /APPLY_X/, within(node("COND_PAULI", "q0", { id: "p", args: { mask: "X" } })), within(measure("q1", "e"), node("COND_PAULI", "q0", { args: { pauli: "x" }, guard: { event: "e", equals: 1 } }))],
  ["a qubit twice in a gate", "aliasing", "error", "c", /different/, within(node("APPLY_CNOT", "q0 q0", { id: "c" })), within(node("APPLY_CNOT", "q0 q1"))],
  ["a qubit allocated twice at once", "aliasing", "error", "a", /different/, graphOf([alloc("q0 q0", { id: "a" }), freed("q0")]), graphOf([alloc("q0"), freed("q0")])],
  ["an input twice", "aliasing", "warning", "p", /once/, within(measure("q0", "e"), node("COND_PAULI", "q1", { id: "p", args: { mask: "X" }, inputs: ["e", "e"] })), within(measure("q0", "e"), node("COND_PAULI", "q1", { args: { mask: "X" }, inputs: ["e"] }))],
  ["an argument there is none of", "argument", "error", "h", /no arguments/, within(node("APPLY_H", "q0", { id: "h", args: { theta: 1 } })), within(node("APPLY_RX", "q0", { args: { theta: 1 } }))],
  ["an angle that is missing", "argument", "error", "r", /theta/, within(node("APPLY_RX", "q0", { id: "r" })), within(node("APPLY_RX", "q0", { args: { theta: "-3*pi/4" } }))],
  ["an angle that is none", "argument", "error", "r", /pi\/2/, within(node("APPLY_RX", "q0", { id: "r", args: { theta: "pi/" } })), within(node("APPLY_RX", "q0", { args: { theta: "pi/2" } }))],
  ["an angle beyond all measure", "argument", "error", "r", /at most/, within(node("APPLY_RX", "q0", { id: "r", args: { theta: 1e300 } })), within(node("APPLY_RX", "q0", { args: { theta: -7 } }))],
  ["an angle given twice", "argument", "error", "m", /angle, theta/, within(node("MEASURE_ANGLE", "q0", { id: "m", args: { angle: 1, theta: 1 }, produces: ["e"] })), within(node("MEASURE_ANGLE", "q0", { args: { angle: 1 }, produces: ["e"] }))],
  ["a fidelity above one", "argument", "error", "open", /from 0\.5, below 1/, within({ ...open, args: { opts: { fidelity: 1.5 } } }, close), within({ ...open, args: { opts: { fidelity: 0.95, type: "bell" } } }, close)],
  ["a fidelity no purification reaches", "argument", "error", "open", /from 0\.5, below 1/, within({ ...open, args: { fidelity: 1 } }, close), within({ ...open, args: { fidelity: 0.999 } }, close)],
  ["a fidelity that joins nothing", "argument", "error", "open", /from 0\.5, below 1/, within({ ...open, args: { fidelity: 0.2 } }, close), within({ ...open, args: { fidelity: 0.5 } }, close)],
  ["a purpose there is none of", "argument", "error", "u", /teleport, swap/, within(open, node("USE_CHAN", "", { id: "u", chs: ["c"], args: { semantic: "magic" } }), close), within(open, node("USE_CHAN", "", { chs: ["c"], args: { semantic: "swap" } }), close)],
  ["half a qubit", "argument", "error", "a", /integer/, graphOf([alloc("q0", { id: "a", args: { n: 0.5 } }), freed("q0")]), graphOf([alloc("q0"), freed("q0")])],
  ["a negative distance", "profile", "error", "a", /odd distance/, graphOf([alloc("q0", { id: "a", args: { profile: "logical:surface_code(d=-3)" } }), freed("q0")]), graphOf([alloc("q0", { args: { profile: "logical:Surface(d=5)" } }), freed("q0")])],
  ["a code there is none of", "profile", "error", "a", /odd distance/, graphOf([alloc("q0", { id: "a", args: { profile: "logical:toric(d=3)" } }), freed("q0")]), graphOf([alloc("q0", { args: { profile: "logical:qldpc(d=9,rate=0.2)" } }), freed("q0")])],
  ["a use before allocation", "linearity", "error", "h", /before this node/, graphOf([node("APPLY_H", "q0", { id: "h" }), alloc("q0"), freed("q0")]), graphOf([alloc("q0"), node("APPLY_H", "q0"), freed("q0")])],
  ["a second allocation", "linearity", "error", "a2", /another name/, graphOf([alloc("q0"), alloc("q0", { id: "a2" }), freed("q0")]), graphOf([alloc("q0"), alloc("q1", { id: "a2" }), freed("q0", "q1")])],
  ["a life after the first", "linearity", "error", "a2", /RESET/, graphOf([alloc("q0"), freed("q0"), alloc("q0", { id: "a2" })]), graphOf([alloc("q0"), node("RESET", "q0"), node("APPLY_H", "q0"), freed("q0")])],
  ["a use after the end", "linearity", "error", "h", /free the qubit later/, graphOf([alloc("q0"), freed("q0"), node("APPLY_H", "q0", { id: "h" })]), graphOf([alloc("q0"), node("APPLY_H", "q0"), freed("q0")])],
  ["a second end", "linearity", "error", "f2", /once/, graphOf([alloc("q0"), freed("q0"), node("FREE_LQ", "q0", { id: "f2" })]), graphOf([alloc("q0"), freed("q0")])],
  ["a transfer to an end that was freed", "linearity", "error", "u", /free the qubit later/, graphOf([alloc("q0 q1"), open, freed("q1"), use("q0", "teleport"), close, freed("q0")].map((one, at) => (one.op === "FREE_LQ" ? { ...one, id: `f${at}` } : one))), graphOf([alloc("q0 q1"), open, use("q0", "teleport"), close, freed("q0", "q1")])],
  ["a transfer to an end that was measured, to consume", "linearity", "error", "u", /thread/, graphOf([alloc("q0 q1"), open, measure("q1", "e"), use("q0", "swap"), close, measure("q0", "f")]), graphOf([alloc("q0 q1"), open, use("q0", "swap"), close, measure("q0", "f"), measure("q1", "e")]), { mode: "consume" }],
  ["a transfer by a channel's name to an end that was freed", "linearity", "error", "u", /free the qubit later/, graphOf([alloc("q0 q1"), open, freed("q1"), use("", "swap"), close, node("FREE_LQ", "q0", { id: "f" })]), graphOf([alloc("q0 q1"), open, use("", "swap"), freed("q1"), close, node("FREE_LQ", "q0", { id: "f" })])],
  ["a transfer by a channel's name from an end that was measured, to consume", "linearity", "error", "u", /thread/, graphOf([alloc("q0 q1"), open, measure("q0", "e"), use("", "teleport"), close, measure("q1", "f")]), graphOf([alloc("q0 q1"), open, use("", "teleport"), close, measure("q0", "e"), measure("q1", "f")]), { mode: "consume" }],
  ["a magic state over one that arrived by a channel", "linearity", "warning", "t", /reset/, within(open, use("", "swap"), close, node("INJECT_T_STATE", "q0", { id: "t" })), within(open, node("USE_CHAN", "", { chs: ["c"] }), close, node("INJECT_T_STATE", "q0"))],
  ["a life that depends on an event", "linearity", "error", "f", /guard/, graphOf([alloc("q0 q1"), measure("q1", "e"), node("FREE_LQ", "q0", { id: "f", guard: { event: "e", equals: 1 } })]), graphOf([alloc("q0 q1"), measure("q1", "e"), node("FREE_LQ", "q0")])],
  ["a gate after a measurement, to consume", "linearity", "error", "x", /thread/, graphOf([alloc("q0"), measure("q0", "e"), node("APPLY_X", "q0", { id: "x" })]), graphOf([alloc("q0"), node("APPLY_X", "q0"), measure("q0", "e")]), { mode: "consume" }],
  ["a gate after a reset, to consume", "linearity", "error", "x", /thread/, graphOf([alloc("q0"), node("RESET", "q0"), node("APPLY_X", "q0", { id: "x" })]), graphOf([alloc("q0"), node("APPLY_X", "q0"), node("RESET", "q0")]), { mode: "consume" }],
  ["the end after a measurement, to consume", "linearity", "error", "free", /thread/, graphOf([alloc("q0"), measure("q0", "e"), freed("q0")]), graphOf([alloc("q0"), measure("q0", "e")]), { mode: "consume" }],
  ["a magic state over another", "linearity", "warning", "t", /reset/, within(node("APPLY_H", "q0"), node("INJECT_T_STATE", "q0", { id: "t" })), within(node("APPLY_H", "q0"), node("RESET", "q0"), node("INJECT_T_STATE", "q0"))],
  ["a qubit left behind", "leak", "warning", "a", /FREE_LQ/, graphOf([alloc("q0", { id: "a" })]), graphOf([alloc("q0"), measure("q0", "e")])],
  ["a qubit reset and left behind", "leak", "warning", "a", /FREE_LQ/, graphOf([alloc("q0", { id: "a" }), node("RESET", "q0")]), graphOf([alloc("q0"), node("RESET", "q0"), freed("q0")])],
  ["a channel left open", "leak", "warning", "open", /CLOSE_CHAN/, within(open), within(open, close)],
  ["an allocation undeclared", "capability", "error", "a", /CAP_ALLOC/, graphOf([alloc("q0", { id: "a" }), freed("q0")], []), graphOf([alloc("q0", { caps: ["CAP_ALLOC"] }), freed("q0")], [])],
  ["magic undeclared", "capability", "error", "t", /CAP_MAGIC/, graphOf([alloc("q0"), node("INJECT_T_STATE", "q0", { id: "t" }), freed("q0")], ["CAP_ALLOC"]), graphOf([alloc("q0"), node("INJECT_T_STATE", "q0"), freed("q0")], ["CAP_ALLOC", "CAP_MAGIC"])],
  ["a link undeclared", "capability", "error", "open", /CAP_LINK/, graphOf([alloc("q0 q1"), open, close, freed("q0", "q1")], ["CAP_ALLOC"]), within(open, close)],
  ["a capability nobody can have", "capability", "warning", "h", /Leave it out/, within(node("APPLY_H", "q0", { id: "h", caps: ["CAP_FLY"] })), within(node("APPLY_H", "q0", { caps: ["CAP_DEBUG"] }))],
  ["a channel opened twice", "channel", "error", "again", /another name/, within(open, { ...open, id: "again" }, close), within(open, close)],
  ["a second channel between two qubits, from the other end", "channel", "error", "second", /close "c"/i, within(open, another("q1 q0"), close, endOf("d")), within(open, close, another("q1 q0"), endOf("d"))],
  ["a second channel between two qubits", "channel", "error", "second", /close "c"/i, within(open, another("q0 q1"), close, endOf("d")), graphOf([alloc("q0 q1 q2"), open, another("q1 q2"), close, endOf("d"), freed("q0", "q1", "q2")])],
  ["a channel closed before it is opened", "channel", "error", "close", /OPEN_CHAN/, within(close, open), within(open, close)],
  ["a channel closed twice", "channel", "error", "again", /once/, within(open, close, { ...close, id: "again" }), within(open, close)],
  ["a channel used when it is closed", "channel", "error", "u", /last use/, within(open, close, node("USE_CHAN", "", { id: "u", chs: ["c"] })), within(open, node("USE_CHAN", "", { chs: ["c"] }), close)],
  ["a channel used between others", "channel", "error", "u", /joins/, graphOf([alloc("q0 q1 q2"), open, use("q0 q2", "swap"), close, freed("q0", "q1", "q2")]), within(open, use("q1 q0", "swap"), close)],
  ["a channel's name and no channel", "channel", "error", "g", /OPEN_CHAN/, within(node("APPLY_CZ", "q0 q1", { id: "g", args: { channel: "fake" } })), within(open, node("APPLY_CZ", "q0 q1", { args: { channel: "c" } }), close)],
  ["a channel only declared", "channel", "warning", null, /resources\.chs/, { ...GOOD, resources: { ...GOOD.resources, chs: ["c"] } }, GOOD],
  ["a gate across tenants", "firewall", "error", "g", /OPEN_CHAN/, tenants(node("APPLY_CNOT", "q0 q1", { id: "g" })), tenants(open, node("APPLY_CNOT", "q0 q1", { args: { channel: "c" } }), close)],
  ["a teleported gate across tenants by a name", "firewall", "error", "g", /OPEN_CHAN/, tenants(node("TELEPORT_CNOT", "q0 q1", { id: "g", args: { channel: "fake" } })), tenants(open, node("TELEPORT_CNOT", "q0 q1", { args: { channel: "c" } }), close)],
  ["a gate across tenants by a channel that is closed", "firewall", "error", "g", /OPEN_CHAN/, tenants(open, close, node("APPLY_CNOT", "q0 q1", { id: "g", args: { channel: "c" } })), tenants(open, node("APPLY_CNOT", "q1 q0", { args: { channel: "c" } }), close)],
  ["a qubit of somebody beside one of nobody", "firewall", "error", "g", /OPEN_CHAN/, graphOf([alloc("q0", { id: "a", args: { tenant_id: "A" } }), alloc("q1", { id: "b" }), node("APPLY_SWAP", "q0 q1", { id: "g" }), freed("q0", "q1")]), tenants(open, close)],
  ["a measurement without an event", "measure-without-event", "error", "m", /produces/, within(node("MEASURE_X", "q0", { id: "m" })), within(node("MEASURE_X", "q0", { produces: ["e"] }))],
  ["a circle over inputs", "cycle", "error", "p", /circle/, within(measure("q0", "e", { id: "p", inputs: ["f"] }), measure("q1", "f", { inputs: ["e"] })), within(measure("q0", "e"), measure("q1", "f", { inputs: ["e"] }))],
  ["a wait for oneself", "cycle", "error", "p", /circle/, within(measure("q0", "e", { id: "p", inputs: ["e"] })), within(measure("q0", "e"))],
  ["an empty graph", "size", "warning", null, /Add nodes/, graphOf([]), GOOD],
];

const of = (findings: readonly Finding[], rule: Rule): readonly Finding[] => findings.filter((finding) => finding.rule === rule);

describe("a rule refuses", () => {
  it.each(ROWS.map((row) => [row[0], row] as const))("%s", (_, [, rule, severity, at, fix, refused, accepted, options = {}]) => {
    const bad = verifyGraph(refused, options);
    const [finding] = of(bad.findings, rule).filter((one) => one.severity === severity && one.node === at);
    expect(finding, JSON.stringify(bad.findings)).toBeDefined();
    expect([fix.test(finding?.fix ?? ""), finding?.message.endsWith("."), finding?.fix.endsWith(".")], JSON.stringify(finding)).toEqual([true, true, true]);
    expect([bad.valid, bad.graph !== undefined, verifyGraph(refused, { ...options, strict: true }).valid]).toEqual([severity === "warning", severity === "warning", false]);
    expect(of(verifyGraph(accepted, options).findings, rule)).toEqual([]);
  });

  it("every graph that it should, and there is a case for every rule", () => {
    expect(new Set(ROWS.map(([, rule]) => rule))).toEqual(new Set(RULES));
  });

  it("nothing in graphs that are right but for other rules", () => {
    for (const [name, rule, , , , , accepted, options = {}] of ROWS) {
      if (rule !== "never-allocated") expect([name, verifyGraph(accepted, options).valid]).toEqual([name, true]);
    }
  });
});

describe("the findings", () => {
  const wrong = (count: number): GraphJson => graphOf([alloc("q0"), ...Array.from({ length: count }, (_, at) => node("APPLY_CNOT", "q0", { id: `c${at}` })), freed("q0")]);

  it("are all listed, in the order of the nodes", () => {
    const { findings } = verifyGraph(wrong(20));
    expect(findings.map(({ node: at }) => at)).toEqual(Array.from({ length: 20 }, (_, at) => `c${at}`));
  });

  it("are listed up to a bound, and a last one says how many are not", () => {
    const { valid, findings } = verifyGraph(wrong(LISTED_MAX + 7));
    expect([valid, findings.length, findings.at(-1)]).toEqual([false, LISTED_MAX + 1, expect.objectContaining({ rule: "size", severity: "error", message: "7 more findings are not listed." })]);
  });

  it("quote what the graph says, clipped and escaped", () => {
    const [finding] = verifyGraph(graphOf([node(`X\u001b[2J${"y".repeat(5_000)}`)])).findings.filter(({ rule }) => rule === "unknown-op");
    expect(finding?.message).toMatch(/^There is no op "X\\u001b\[2Jy+…"\.$/);
    expect(finding?.message.length).toBeLessThan(120);
  });
});
