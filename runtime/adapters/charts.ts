// Charts: a Vega-Lite specification as SVG text. vega and vega-lite are optional packages, loaded when the first chart is asked for, and
// nowhere else in the house. No browser, no canvas: text is measured by an estimate, so the same specification gives the same bytes.
import { Fault } from "../../kernel-abi/fault.ts";

/** A Vega-Lite specification as plain JSON. */
export type ChartSpec = Readonly<Record<string, unknown>>;

const VERSIONS = "vega@6.4.0 vega-lite@6.4.3";

interface Drawing {
  readonly compile: (spec: never) => { readonly spec: never };
  readonly parse: (spec: never) => never;
  readonly View: new (runtime: never, options: { readonly renderer: "none" }) => { toSVG(): Promise<string>; finalize(): void };
}

async function load(): Promise<Drawing> {
  try {
    const [{ compile }, { parse, View }] = await Promise.all([import("vega-lite"), import("vega")]);
    return { compile, parse, View } as unknown as Drawing; // their own types want every property of a chart; JSON has none (tested in charts.test.ts)
  } catch (cause) {
    throw new Fault("ENVIRONMENT", { what: "the packages vega and vega-lite are not installed", needs: VERSIONS }, { cause, next: `Install them with \`npm install ${VERSIONS}\`, or leave out the chart.` });
  }
}

let loaded: Promise<Drawing> | undefined;

/** Whether charts can be drawn here: asked before anything long is begun. @throws Fault ENVIRONMENT */
export async function checkCharts(): Promise<void> { await (loaded ??= load()); }

/** @throws Fault ENVIRONMENT without the packages */
export async function svgOf(spec: ChartSpec): Promise<string> {
  const { compile, parse, View } = await (loaded ??= load());
  const view = new View(parse(compile(spec as never).spec), { renderer: "none" });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
