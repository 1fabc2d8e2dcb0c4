// What an estimate is spent on: physical qubits, cycles and the error budget, each as one bar of parts that come to its whole.
import type { ChartSpec } from "../../../adapters/charts.ts";
import type { LogicalCounts } from "../../../../domains/q/estimate/counts.ts";
import type { PhysicalEstimate, Slack } from "../../../../domains/q/estimate/estimate.ts";
import { chart, INK, PALETTE } from "./look.ts";

const LEFT = "left over";

interface Part { readonly part: string; readonly amount: number }

const spent = (slacks: readonly Slack[], what: Slack["what"]): number => slacks.find((one) => one.what === what)?.used ?? 0;

/** Bars by name; parts that are nothing are left out. */
export function breakdownOf({ algorithm, factories, tStates, budget }: PhysicalEstimate, counts: LogicalCounts, slacks: readonly Slack[]): Readonly<Record<string, readonly Part[]>> {
  const products = counts.cczCount + counts.ccixCount;
  const used = { logical: spent(slacks, "logical"), tStates: spent(slacks, "tStates"), rotations: spent(slacks, "rotations") };
  const bars: Readonly<Record<string, readonly Part[]>> = {
    "physical qubits": [{ part: "algorithm", amount: algorithm.physicalQubits }, { part: "T factories", amount: factories?.physicalQubits ?? 0 }],
    "logical cycles": [
      { part: "measurements", amount: counts.measurementCount }, { part: "T gates", amount: counts.tCount }, { part: "CCZ, CCiX", amount: 3 * products },
      { part: "rotations", amount: counts.rotationCount + tStates.perRotation * counts.rotationDepth }, { part: "waiting for T states", amount: algorithm.cycles - algorithm.depth },
    ],
    "error budget": [
      { part: "logical qubits", amount: used.logical }, { part: "T states", amount: used.tStates }, { part: "rotations", amount: used.rotations },
      { part: LEFT, amount: budget.logical + budget.tStates + budget.rotations - used.logical - used.tStates - used.rotations },
    ],
  };
  return Object.fromEntries(Object.entries(bars).map(([bar, parts]) => [bar, parts.filter(({ amount }) => amount > 0)]));
}

const bar = (title: string, parts: readonly Part[]): ChartSpec => {
  const whole = parts.reduce((sum, { amount }) => sum + amount, 0);
  const values = parts.map(({ part, amount }, order) => ({ part, amount, order, share: amount / whole, label: amount / whole < 0.06 ? "" : `${(100 * amount / whole).toFixed(0)} %` }));
  const names = parts.map(({ part }) => part);
  const x = { field: "share", type: "quantitative", stack: "zero", axis: null, scale: { domain: [0, 1] } };
  const order = { field: "order", type: "quantitative" };
  return {
    title: { text: title, anchor: "start", fontSize: 12, fontWeight: "normal", offset: 6 }, width: 460, height: 34, data: { values },
    layer: [
      { mark: { type: "bar", height: 34, stroke: "white", strokeWidth: 1 }, encoding: { x, order, color: { field: "part", type: "nominal", title: null, sort: names, scale: { domain: names, range: names.map((name, at) => (name === LEFT ? "#d9d9d9" : PALETTE[at % PALETTE.length])) }, legend: { orient: "right", offset: 14, rowPadding: 1 } } } },
      { mark: { type: "text", fontSize: 11, fontWeight: 600 }, encoding: { x: { ...x, bandPosition: 0.5 }, order, color: { condition: { test: `datum.part === '${LEFT}'`, value: INK }, value: "white" }, text: { field: "label" }, detail: { field: "part" } } },
    ],
  };
};

export function breakdownChart(bars: Readonly<Record<string, readonly Part[]>>, subtitle: string): ChartSpec {
  return chart("What it is spent on", subtitle, { vconcat: Object.entries(bars).map(([title, parts]) => bar(title, parts)), spacing: 22, resolve: { scale: { color: "independent" } } });
}
