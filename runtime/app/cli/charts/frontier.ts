// What an estimate can be traded for: physical qubits against time, every point the least of the one for so much of the other.
import type { ChartSpec } from "../../../adapters/charts.ts";
import type { PhysicalEstimate } from "../../../../domains/q/estimate/estimate.ts";
import { chart, INK, logTicks, PALETTE } from "./look.ts";
import { timeAxis } from "./time-axis.ts";

/** @param chosen the one that is reported */
export function frontierChart(estimates: readonly PhysicalEstimate[], chosen: PhysicalEstimate, subtitle: string): ChartSpec {
  const values = estimates.map(({ physicalQubits, runtimeNs, code }) => ({ qubits: physicalQubits, seconds: runtimeNs / 1e9, distance: `d = ${String(code.distance)}` })).sort((a, b) => a.seconds - b.seconds);
  const distances = [...new Set(values.map(({ distance }) => distance))].sort((a, b) => Number(a.slice(4)) - Number(b.slice(4)));
  const x = { field: "seconds", type: "quantitative", title: "run time", scale: { type: "log", nice: false, padding: 18 }, axis: { ...timeAxis(Math.min(...values.map(({ seconds }) => seconds)), Math.max(...values.map(({ seconds }) => seconds))), labelOverlap: true } };
  const y = { field: "qubits", type: "quantitative", title: "physical qubits", scale: { type: "log", nice: false, padding: 18 }, axis: { values: logTicks(Math.min(...values.map(({ qubits }) => qubits)), Math.max(...values.map(({ qubits }) => qubits))), format: ".9~s", labelOverlap: true } };
  const color = { field: "distance", type: "nominal", title: "code distance", sort: distances, scale: { domain: distances, range: distances.map((_, at) => PALETTE[at % PALETTE.length]) } };
  const own = { values: [{ qubits: chosen.physicalQubits, seconds: chosen.runtimeNs / 1e9, label: "reported" }] };
  return chart("Space and time", subtitle, {
    width: 520, height: 340,
    layer: [
      { data: { values }, mark: { type: "line", interpolate: "step-after", color: "#b5b5b5", strokeWidth: 1.4 }, encoding: { x, y } },
      { data: { values }, mark: { type: "point", filled: true, size: 55, opacity: 1 }, encoding: { x, y, color } },
      { data: own, mark: { type: "point", size: 190, stroke: INK, strokeWidth: 1.6, filled: false, opacity: 1 }, encoding: { x, y } },
      { data: own, mark: { type: "text", dx: 12, dy: -10, align: "left", color: INK, fontSize: 11 }, encoding: { x, y, text: { field: "label" } } },
    ],
  });
}
