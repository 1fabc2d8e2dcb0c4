// Logical error rates over the physical one: a line a distance on log-log axes, with error bars, and where they cross.
//   1  A point where no error was seen has no place on a logarithmic axis: it is an arrow at the upper end of its interval, on no line.
//   2  A lower end at zero is drawn to the foot of the chart.
import type { ChartSpec } from "../../../adapters/charts.ts";
import { chart, exponentOf, INK, logTicks, PALETTE, POWERS } from "./look.ts";

export interface RatePoint {
  readonly distance: number;
  /** Physical error rate. */
  readonly p: number;
  /** Logical error rate, with the ends of its interval. */
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

export interface Crossing {
  readonly threshold: number;
  readonly low: number;
  readonly high: number;
}

export interface RateWords {
  readonly title?: string;
  /** Code, decoder, shots: what the rates are of. */
  readonly subtitle?: string;
  /** Of the vertical axis: by round, by shot. */
  readonly rate?: string;
}

interface Drawn { readonly line: string; readonly p: number; readonly rate: number; readonly low: number; readonly high: number }

const decadeBelow = (value: number): number => Number(`1e${String(exponentOf(value))}`);

function drawn(points: readonly RatePoint[]): { readonly seen: readonly Drawn[]; readonly unseen: readonly Drawn[]; readonly foot: number } {
  const named = [...points].sort((a, b) => a.distance - b.distance || a.p - b.p).map(({ distance, p, rate, low, high }) => ({ line: `d = ${String(distance)}`, p, rate, low, high }));
  const positive = named.flatMap(({ rate, low, high }) => [rate, low, high]).filter((value) => value > 0);
  const foot = decadeBelow(Math.min(0.5, ...positive));
  return { foot, seen: named.filter(({ rate }) => rate > 0).map((one) => ({ ...one, low: Math.max(one.low, foot) })), unseen: named.filter(({ rate }) => rate <= 0) };
}

function crossingLayers({ threshold, low, high }: Crossing): readonly ChartSpec[] {
  const x = { field: "threshold", type: "quantitative" };
  const data = { values: [{ threshold, low, high, label: `p* = ${threshold.toPrecision(3)}` }] };
  return [
    { data, mark: { type: "rect", color: INK, opacity: 0.08 }, encoding: { x: { field: "low", type: "quantitative" }, x2: { field: "high" } } },
    { data, mark: { type: "rule", color: INK, strokeDash: [5, 4], strokeWidth: 1.2 }, encoding: { x } },
    { data, mark: { type: "text", align: "left", baseline: "top", dx: 6, y: 4, color: INK, fontSize: 11 }, encoding: { x, text: { field: "label" } } },
  ];
}

/** @param points at least one with a rate above zero */
export function thresholdChart(points: readonly RatePoint[], crossing?: Crossing, { title = "Logical error rate", subtitle = "", rate = "logical error rate" }: RateWords = {}): ChartSpec {
  const { seen, unseen, foot } = drawn(points);
  const lines = [...new Set([...seen, ...unseen].map(({ line }) => line))].sort((a, b) => Number(a.slice(4)) - Number(b.slice(4)));
  const color = { field: "line", type: "nominal", title: "distance", sort: lines, scale: { domain: lines, range: lines.map((_, at) => PALETTE[at % PALETTE.length]) } };
  const x = { field: "p", type: "quantitative", title: "physical error rate p", scale: { type: "log", nice: false, padding: 14 }, axis: { values: logTicks(Math.min(...points.map(({ p }) => p)), Math.max(...points.map(({ p }) => p))), format: "~g", labelOverlap: true } };
  const top = Math.max(...points.map(({ high }) => high));
  const y = { field: "rate", type: "quantitative", title: rate, scale: { type: "log", domain: [foot, top], nice: false, clamp: true }, axis: { values: logTicks(foot, top), labelExpr: POWERS, labelOverlap: true } };
  return chart(title, subtitle, {
    width: 520, height: 360,
    layer: [
      ...(crossing === undefined ? [] : crossingLayers(crossing)),
      { data: { values: seen }, mark: { type: "line", strokeWidth: 1.8 }, encoding: { x, y, color } },
      { data: { values: seen }, mark: { type: "rule", strokeWidth: 1.4 }, encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color } },
      ...(["low", "high"] as const).map((end) => ({ data: { values: seen }, mark: { type: "tick", orient: "horizontal", size: 7, thickness: 1.4 }, encoding: { x, y: { ...y, field: end }, color } })),
      { data: { values: seen }, mark: { type: "point", filled: true, size: 42, opacity: 1 }, encoding: { x, y, color } },
      { data: { values: unseen }, mark: { type: "point", shape: "triangle-down", size: 60, opacity: 1 }, encoding: { x, y: { ...y, field: "high" }, color } },
    ],
  });
}
