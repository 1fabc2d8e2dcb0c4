// Charts: specifications that draw what they are given, and draw it the same every time.
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseCounts } from "../../../../domains/q/estimate/counts.ts";
import { formulaEstimate } from "../../../../domains/q/estimate/formula.ts";
import { slacks } from "../../../../domains/q/estimate/slack.ts";
import { readHardware } from "../../../../kernel-abi/qvm/qec/parameters.ts";
import { svgOf } from "../../../../runtime/adapters/charts.ts";
import { breakdownChart, breakdownOf } from "../../../../runtime/app/cli/charts/breakdown.ts";
import { frontierChart } from "../../../../runtime/app/cli/charts/frontier.ts";
import { logTicks } from "../../../../runtime/app/cli/charts/look.ts";
import { timeAxis } from "../../../../runtime/app/cli/charts/time-axis.ts";
import { thresholdChart, type RatePoint } from "../../../../runtime/app/cli/charts/threshold.ts";

const POINTS: readonly RatePoint[] = [3, 5, 7].flatMap((distance) => [0.004, 0.006, 0.009].map((p) => {
  const rate = 0.1 * (p / 0.0075) ** ((distance + 1) / 2);
  return { distance, p, rate, low: rate * 0.8, high: rate * 1.3 };
}));
const times = (svg: string, what: RegExp): number => svg.match(what)?.length ?? 0;
const texts = (svg: string): readonly string[] => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) => text);

const hardware = readHardware({});
if ("reason" in hardware) throw new Error(hardware.reason);
const COUNTS = parseCounts({ numQubits: 20, tCount: 100, rotationCount: 30, rotationDepth: 5, cczCount: 40, measurementCount: 70 });
const ESTIMATE = formulaEstimate({ counts: COUNTS, hardware, budget: 1e-3 });

describe("the threshold plot", () => {
  it("has a line a distance, three marks of an error bar a point, the crossing with its band", async () => {
    const svg = await svgOf(thresholdChart(POINTS, { threshold: 0.0075, low: 0.0072, high: 0.0078 }, { title: "T", subtitle: "S" }));
    expect(texts(svg)).toEqual(expect.arrayContaining(["T", "S", "p* = 0.00750", "d = 3", "d = 5", "d = 7", "10⁻²", "0.005"]));
    expect([times(svg, /aria-roledescription="line mark"/g), times(svg, /aria-roledescription="circle"/g) + times(svg, /aria-roledescription="point"/g)]).toEqual([3, 9]);
    expect(times(svg, /aria-roledescription="rule mark"/g)).toBe(9 + 1);
    expect(times(svg, /aria-roledescription="tick"/g)).toBe(18);
  });

  it("leaves a point without errors off its line, at the end of its interval", async () => {
    const svg = await svgOf(thresholdChart([...POINTS, { distance: 9, p: 0.004, rate: 0, low: 0, high: 1e-4 }]));
    expect(texts(svg)).toContain("d = 9");
    expect([times(svg, /aria-roledescription="line mark"/g), times(svg, /aria-roledescription="point"/g) + times(svg, /aria-roledescription="circle"/g)]).toEqual([3, 10]);
    expect(svg).not.toContain("NaN");
  });

  it("is the same text every time", async () => {
    const spec = thresholdChart(POINTS, { threshold: 0.0075, low: 0.0072, high: 0.0078 });
    expect(await svgOf(spec)).toBe(await svgOf(structuredClone(spec)));
    expect(await svgOf(spec)).not.toMatch(/\sid="/); // names are counted on through a process
  });
});

describe("the charts of an estimate", () => {
  it("show every point of the frontier and the one reported", async () => {
    const all = [1, 2, 4].map((slower) => ({ ...ESTIMATE, runtimeNs: ESTIMATE.runtimeNs * slower, physicalQubits: Math.round(ESTIMATE.physicalQubits / slower) }));
    const svg = await svgOf(frontierChart(all, all[1] ?? ESTIMATE, "S"));
    expect(times(svg, /aria-roledescription="(point|circle)"/g)).toBe(3 + 1);
    expect(texts(svg)).toEqual(expect.arrayContaining(["Space and time", "reported", `d = ${ESTIMATE.code.distance}`]));
  });

  it("have ticks where qubits differ little, and time in the tables' units", async () => {
    const hour = 3_600e9;
    const all = [[82_000, 19.5 * hour], [71_500, 30 * hour], [70_200, 44 * hour]].map(([physicalQubits = 0, runtimeNs = 0]) => ({ ...ESTIMATE, runtimeNs, physicalQubits }));
    const shown = texts(await svgOf(frontierChart(all, all[0] ?? ESTIMATE, "S")));
    expect(shown).toEqual(expect.arrayContaining(["72k", "74k", "76k", "78k", "80k", "82k", "20 h", "30 h", "40 h"]));
  });

  it("break down into parts that come to the whole", async () => {
    const bars = breakdownOf(ESTIMATE, COUNTS, slacks(ESTIMATE, COUNTS));
    const whole = (bar: string): number => (bars[bar] ?? []).reduce((sum, { amount }) => sum + amount, 0);
    expect([whole("physical qubits"), whole("logical cycles")]).toEqual([ESTIMATE.physicalQubits, ESTIMATE.algorithm.cycles]);
    expect(whole("error budget")).toBeCloseTo(1e-3, 12);
    const svg = await svgOf(breakdownChart(bars, "S"));
    expect(texts(svg)).toEqual(expect.arrayContaining(["physical qubits", "T factories", "left over", "rotations"]));
  });
});

describe("ticks of a logarithmic axis", () => {
  it.each([[1e-5, 0.5, [1e-5, 1e-4, 1e-3, 0.01, 0.1]], [0.002, 0.012, [0.002, 0.005, 0.01]], [3, 8, [3, 4, 5, 6, 7, 8]], [20, 5_000, [20, 50, 100, 200, 500, 1_000, 2_000, 5_000]], [1.2, 2.6, [1.5, 2, 2.5]], [71_000, 84_000, [72_000, 74_000, 76_000, 78_000, 80_000, 82_000, 84_000]], [160_000, 190_000, [160_000, 170_000, 180_000, 190_000]], [70_000, 70_000, [70_000]]])("from %d to %d", (least, most, ticks) => {
    expect(logTicks(least, most)).toEqual(ticks);
  });
});

describe("ticks of time", () => {
  const [second, minute, hour, day] = [1, 60, 3_600, 86_400];
  it.each<[string, number, number, readonly string[]]>([
    ["in one unit", 20 * hour, 90 * hour, ["20 h", "30 h", "40 h", "50 h", "60 h", "70 h", "80 h", "90 h"]],
    ["of a narrow range", 2.1 * day, 2.6 * day, ["2.2 d", "2.4 d", "2.6 d"]],
    ["below a second", 3e-6, 9e-6, ["3 µs", "4 µs", "5 µs", "6 µs", "7 µs", "8 µs", "9 µs"]],
    ["across units", 20 * minute, 3 * day, ["20 min", "50 min", "1 h", "2 h", "5 h", "10 h", "20 h", "1 d", "2 d"]],
    ["across many", 5e-4 * second, 20 * day, ["1 ms", "10 ms", "100 ms", "1 s", "10 s", "1 min", "10 min", "1 h", "10 h", "1 d", "10 d"]],
  ])("%s", async (_, least, most, labels) => {
    const x = { field: "s", type: "quantitative", scale: { type: "log", nice: false, padding: 18 }, axis: { ...timeAxis(least, most), labelOverlap: false } };
    expect(texts(await svgOf({ width: 900, data: { values: [{ s: least }, { s: most }] }, mark: "point", encoding: { x } }))).toEqual(expect.arrayContaining([...labels]));
    expect(timeAxis(least, most).values).toHaveLength(labels.length);
  });
});

describe("without the packages", () => {
  afterEach(() => { vi.doUnmock("vega"); vi.resetModules(); });
  it("a chart is refused with what to install", async () => {
    vi.resetModules();
    vi.doMock("vega", () => { throw new Error("Cannot find package 'vega'"); });
    const { svgOf: draw } = await import("../../../../runtime/adapters/charts.ts");
    await expect(draw({})).rejects.toMatchObject({ fault: "ENVIRONMENT", detail: { needs: "vega@6.4.0 vega-lite@6.4.3" } });
  });
});
