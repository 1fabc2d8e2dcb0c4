// QVM graphs: JSON that is nearly a graph, as text and as values, in both modes. A graph that is accepted must normalise once, be ordered,
// counted and undone; one that is refused must say by which rule. Angles and guards are altered as texts and trees of their own.
import { readAngle } from "../../kernel-abi/qvm/angles.ts";
import { LISTED_MAX } from "../../kernel-abi/qvm/findings.ts";
import { RULES, type Graph } from "../../kernel-abi/qvm/graph.ts";
import { orderOf } from "../../kernel-abi/qvm/order.ts";
import { OP_NAMES } from "../../kernel-abi/qvm/ops.ts";
import { segmentsOf, uncomputed } from "../../kernel-abi/qvm/rev.ts";
import { statsOf } from "../../kernel-abi/qvm/stats.ts";
import { verifyGraph } from "../../kernel-abi/qvm/verify.ts";
import { qmkJson, upstreamExamples, type NodeJson } from "../support/graphs.ts";
import type { Dice } from "./dice.ts";
import { alteredText, alteredValue } from "./mutate.ts";
import { demand, type Target } from "./target.ts";

interface Base { readonly program: { readonly nodes: readonly NodeJson[] } }
const cases = qmkJson("malformed.json") as readonly { readonly graph: Base }[];
const constructed = Object.values((qmkJson("distributions.json") as { readonly constructed: Readonly<Record<string, { readonly graph: Base }>> }).constructed);
const LEGACY = { nodes: [{ id: "a", op: "ALLOC_LQ", outputs: ["q0", "q1"] }, { id: "c", op: "CNOT", qubits: ["q0", "q1"], deps: ["a"] }, { id: "m", op: "MEASURE_Z", qubits: ["q0"], outputs: ["e"] }], edges: [{ from: "a", to: "m" }] };
const CHANNELS = {
  version: "0.1", caps: ["CAP_ALLOC", "CAP_LINK", "CAP_TELEPORT", "CAP_MAGIC"], resources: { vqs: ["a", "b"], chs: ["c"], events: ["e"] },
  program: { nodes: [
    { id: "a", op: "ALLOC_LQ", vqs: ["a"], args: { n: 1, tenant_id: "A" } }, { id: "b", op: "ALLOC_LQ", vqs: ["b"], args: { profile: "logical:qldpc(d=9,rate=0.2)", tenant_id: "B" } }, { id: "o", op: "OPEN_CHAN", vqs: ["a", "b"], chs: ["c"], args: { opts: { fidelity: 0.9 } } },
    { id: "t", op: "TELEPORT_CNOT", vqs: ["a", "b"], args: { channel: "c" } }, { id: "u", op: "USE_CHAN", chs: ["c"], args: { semantic: "swap" } }, { id: "k", op: "CLOSE_CHAN", chs: ["c"] }, { id: "m", op: "MEASURE_BELL", vqs: ["a", "b"], produces: ["e"], args: {} },
    { id: "p", op: "COND_PAULI", vqs: ["a"], args: { pauli: "Y" }, guard: { type: "or", conditions: [{ type: "eq", event: "e", value: 3 }, { event: "e", equals: 1 }] } }, { id: "f", op: "FREE_LQ", vqs: ["a", "b"] },
  ] },
};
const BASES: readonly unknown[] = [...upstreamExamples().map(([, graph]) => graph), ...cases.map(({ graph }) => graph), ...constructed.map(({ graph }) => graph), LEGACY, CHANNELS];
const TEXTS = BASES.map((base) => JSON.stringify(base));
const RULE_NAMES: ReadonlySet<string> = new Set(RULES);

/** What holds of every graph that was accepted. */
function accepted(graph: Graph): void {
  const again = verifyGraph(JSON.parse(JSON.stringify(graph)));
  demand(again.valid && JSON.stringify(again.graph) === JSON.stringify(graph), "what was read is read otherwise");
  demand(orderOf(graph).after.every((waits, at) => waits.every((before) => before >= 0 && before < at)), "a node waits for a later one");
  demand(statsOf(graph).needs.nodes === graph.program.nodes.length, "statistics of another graph");
  for (const segment of segmentsOf(graph).slice(0, 3)) demand(verifyGraph(uncomputed(graph, segment)).valid, "a segment that is undone is refused");
}

function judge(json: unknown, dice: Dice): string {
  const mode = dice.once(4) ? "consume" : "thread";
  const { valid, findings, graph } = verifyGraph(json, { mode, strict: dice.once(8) });
  demand(valid === (graph !== undefined), "a graph without a verdict");
  demand(valid || findings.some(({ severity }) => severity === "error"), "refused without a reason");
  demand(findings.length <= 2 * LISTED_MAX + 1, "findings without end");
  for (const { rule, message, fix } of findings) demand(RULE_NAMES.has(rule) && message.length < 1_000 && fix.length < 1_000, `a finding of another form: ${rule}`);
  if (graph !== undefined && mode === "thread") accepted(graph);
  return valid ? "ok" : findings.find(({ severity }) => severity === "error")?.rule ?? "";
}

function nodesAltered(dice: Dice): unknown {
  const base = structuredClone(dice.pick(BASES)) as { program?: { nodes?: Record<string, unknown>[] } };
  const nodes = base.program?.nodes;
  if (!Array.isArray(nodes) || nodes.length === 0) return base;
  const node = dice.pick(nodes);
  switch (dice.below(8)) {
    case 0: nodes.push({ ...dice.pick(nodes), id: `x${dice.below(9)}` }); break;
    case 1: nodes.splice(dice.below(nodes.length), 1); break;
    case 2: nodes.reverse(); break;
    case 3: node["op"] = dice.pick(OP_NAMES); break;
    case 4: node["args"] = { [dice.pick(["theta", "angle", "n", "mask", "pauli", "profile", "channel", "__proto__"])]: dice.pick(["pi/2", "XYZ", "logical:SHYPS(d=9)", 1, -1, 2.5, null, [], {}]) }; break;
    case 5: node["guard"] = dice.pick([{ event: "e", equals: 1 }, { event: "e0", equals: dice.below(5) }, { type: "and", conditions: [] }, { type: "or", conditions: [{ event: "m0", equals: 0 }] }]); break;
    case 6: node["vqs"] = [dice.pick(["q0", "q1", "a", "constructor"]), dice.pick(["q0", "q1", "b"])].slice(dice.below(3)); break;
    default: node["produces"] = dice.pick([["e0"], ["e"], ["e0", "e1"], [], "e0", ["__proto__"]]);
  }
  return base;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function angle(dice: Dice): string {
  let text = dice.pick(["pi/2", "-3*pi/4", "2*pi/3+0.1", "((1+2)*tau)/7", "1e-3"]);
  for (let left = dice.below(5); left > 0; left--) text = alteredText(dice, text);
  const read = readAngle(text);
  demand(read.ok ? Number.isFinite(read.value) && !Object.is(read.value, -0) : read.at >= 0 && read.at <= Math.max(text.length, 256), `angle of ${JSON.stringify(text)}`);
  return read.ok ? "angle ok" : "angle refused";
}

export const graph: Target = {
  name: "graph",
  once(dice) {
    switch (dice.below(8)) {
      case 0: return angle(dice);
      case 1: {
        const json = parsed(alteredText(dice, dice.pick(TEXTS)));
        return json === undefined ? "no JSON" : judge(json, dice);
      }
      case 2: case 3: case 4: {
        let json: unknown = dice.pick(BASES);
        for (let left = 1 + dice.below(4); left > 0; left--) json = alteredValue(dice, json);
        return judge(json, dice);
      }
      default: return judge(nodesAltered(dice), dice);
    }
  },
};
