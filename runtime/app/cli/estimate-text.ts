// An estimate as people read it, and as rows.
import type { LogicalCounts } from "../../../domains/q/estimate/counts.ts";
import type { PhysicalEstimate, Slack } from "../../../domains/q/estimate/estimate.ts";
import type { EstimateRequest } from "../../../domains/q/estimate/request.ts";
import type { Facts } from "./output.ts";
import type { Cells, RowColumn } from "./rows-file.ts";
import type { Column, Row } from "./table.ts";
import { plural, printable } from "./values.ts";

/** 1234567 → 1,234,567 */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

const LONGER = [["d", 86_400], ["h", 3_600], ["min", 60]] as const;
const SHORTER = [["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1]] as const;
const digits = (value: number): string => String(Number(value.toPrecision(4)));

/** 23.4 ms, 17 h 43 min, 32 d 5 h. */
export function durationText(ns: number): string {
  const seconds = ns / 1e9;
  const at = LONGER.findIndex(([, length]) => seconds >= length);
  if (at < 0) {
    const [unit, length] = SHORTER.find(([, one]) => ns >= one) ?? ["ns", 1];
    return `${digits(ns / length)} ${unit}`;
  }
  const [unit, length] = LONGER[at] ?? ["min", 60];
  const [below, part] = LONGER[at + 1] ?? ["s", 1];
  const rest = Math.floor((seconds % length) / part);
  return `${Math.floor(seconds / length)} ${unit}${rest === 0 ? "" : ` ${rest} ${below}`}`;
}

const rate = (value: number): string => (value === 0 ? "0" : value >= 0.01 ? digits(value) : value.toExponential(2));
const percent = (share: number): string => `${(100 * share).toFixed(share >= 0.1 ? 0 : 1)} %`;

const COUNT_WORDS: readonly (readonly [keyof LogicalCounts, string])[] = [["tCount", "T gate"], ["rotationCount", "rotation"], ["cczCount", "CCZ"], ["ccixCount", "CCiX"], ["measurementCount", "measurement"]];

export function countsText(counts: LogicalCounts): string {
  const parts = COUNT_WORDS.filter(([name]) => counts[name] > 0).map(([name, word]) => `${grouped(counts[name])} ${word}${counts[name] === 1 || word.startsWith("CC") ? "" : "s"}${name === "rotationCount" ? ` in ${grouped(counts.rotationDepth)} ${counts.rotationDepth === 1 ? "layer" : "layers"}` : ""}`);
  return [plural(counts.numQubits, "logical qubit"), ...parts].join(", ");
}

function factoryText({ factories, tStates }: PhysicalEstimate): string {
  if (factories === null) return "none needed";
  const { count, factory } = factories;
  const rounds = factory.rounds.map(({ unit, units, distance }) => `${grouped(units)} × ${unit} (${distance === 1 ? "physical qubits" : `d=${distance}`})`).join(", then ");
  return `${grouped(count)} of ${grouped(factory.physicalQubits)} qubits, a state every ${durationText(factory.runtimeNs)}, each wrong with ${rate(factory.errorRate)}\n${rounds}\nfor ${grouped(tStates.count)} T states${tStates.perRotation === 0 ? "" : `, ${tStates.perRotation} of them a rotation`}`;
}

export function estimateFacts(estimate: PhysicalEstimate, { hardware: { qubits, scheme, unused = [], assumed = [] } }: EstimateRequest): Facts {
  const { algorithm, code, factories, physicalQubits, runtimeNs } = estimate;
  return [
    ["qubits", `${grouped(physicalQubits)} physical: ${grouped(algorithm.physicalQubits)} for ${grouped(algorithm.logicalQubits)} logical ones after layout${factories === null ? "" : `, ${grouped(factories.physicalQubits)} in T factories (${percent(factories.physicalQubits / physicalQubits)})`}`],
    ["time", `${durationText(runtimeNs)}: ${grouped(algorithm.cycles)} cycles of ${durationText(code.cycleNs)}${algorithm.cycles > algorithm.depth ? ` (the algorithm alone: ${grouped(algorithm.depth)})` : ""}`],
    ["code", `${printable(scheme.name)} at distance ${code.distance} on ${printable(qubits.name)}: ${grouped(code.physicalQubits)} physical a logical qubit, wrong with ${rate(code.errorRate)} a cycle, at most ${rate(code.errorRateMax)} wanted`],
    ["factories", factoryText(estimate)],
    assumed.length === 0 ? undefined : ["assumed", `${assumed.map(printable).join("\n")}\nbecause the file does not say`],
    unused.length === 0 ? undefined : ["unused", `${unused.join(", ")}: an estimate has no use for them`],
  ];
}

const WORDS: Readonly<Record<Slack["what"], string>> = Object.freeze({
  logical: "logical errors", tStates: "T-state errors", rotations: "rotation errors", physicalQubits: "physical qubits", runtimeNs: "run time", tFactories: "T factories",
});
const shown = ({ what }: Slack, value: number): string => (what === "runtimeNs" ? durationText(value) : what === "physicalQubits" || what === "tFactories" ? grouped(value) : rate(value));

/** What makes the answer no smaller, in a sentence. */
export const bindingText = (first: Slack): string =>
  `${WORDS[first.what]}: ${shown(first, first.used)} of ${shown(first, first.allowed)} used, ${first.slack >= 0 ? `${percent(first.slack)} left` : `${percent(-first.slack)} over`}`;

export const SLACK_COLUMNS: readonly Column[] = [{ title: "allowance" }, { title: "allowed", align: "right" }, { title: "used", align: "right" }, { title: "left", align: "right" }, { title: "" }];
const BAR = 24;
export const slackRow = (one: Slack): Row => {
  const full = Math.round(BAR * Math.min(1, Math.max(0, 1 - one.slack)));
  return [WORDS[one.what], shown(one, one.allowed), shown(one, one.used), percent(Math.max(0, one.slack)), `${"█".repeat(full)}${"·".repeat(BAR - full)}`];
};

export const FRONTIER_COLUMNS: readonly Column[] = [
  { title: "" }, { title: "physical qubits", align: "right" }, { title: "time", align: "right" }, { title: "distance", align: "right" }, { title: "T factories", align: "right" }, { title: "qubit-seconds", align: "right" },
];
export const frontierRow = (one: PhysicalEstimate, chosen: PhysicalEstimate): Row => [
  one.physicalQubits === chosen.physicalQubits && one.runtimeNs === chosen.runtimeNs ? "→" : "", grouped(one.physicalQubits), durationText(one.runtimeNs), String(one.code.distance), grouped(one.factories?.count ?? 0), digits(one.physicalQubits * one.runtimeNs / 1e9),
];

export const ROW_COLUMNS: readonly RowColumn[] = [
  ...["physical_qubits", "runtime_ns", "code_distance", "logical_qubits", "cycles", "algorithm_qubits", "factory_qubits", "factories", "t_states"].map((name) => ({ name, type: "DOUBLE" as const })),
  { name: "cycle_ns", type: "DOUBLE" }, { name: "logical_error_rate", type: "DOUBLE" }, { name: "t_state_error_rate", type: "DOUBLE" },
];
export const rowCells = ({ physicalQubits, runtimeNs, code, algorithm, factories, tStates }: PhysicalEstimate): Cells => ({
  physical_qubits: physicalQubits, runtime_ns: runtimeNs, code_distance: code.distance, logical_qubits: algorithm.logicalQubits, cycles: algorithm.cycles, algorithm_qubits: algorithm.physicalQubits,
  factory_qubits: factories?.physicalQubits ?? 0, factories: factories?.count ?? 0, t_states: tStates.count, cycle_ns: code.cycleNs, logical_error_rate: code.errorRate, t_state_error_rate: factories?.factory.errorRate ?? null,
});
