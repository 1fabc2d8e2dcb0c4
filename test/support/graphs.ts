// Graphs to test with: short ways of writing one, the data from upstream, and random ones.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";

export interface NodeJson {
  readonly id: string;
  readonly op: string;
  readonly args?: Readonly<Record<string, unknown>>;
  readonly vqs?: readonly string[];
  readonly chs?: readonly string[];
  readonly inputs?: readonly string[];
  readonly produces?: readonly string[];
  readonly caps?: readonly string[];
  readonly guard?: unknown;
  readonly [field: string]: unknown;
}
export interface GraphJson {
  readonly version: string;
  readonly program: { readonly nodes: readonly NodeJson[] };
  readonly resources: { readonly vqs: readonly string[]; readonly chs: readonly string[]; readonly events: readonly string[] };
  readonly caps: readonly string[];
}

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

/** A graph that declares just what its nodes name. */
export function graphOf(nodes: readonly NodeJson[], caps: readonly string[] = ["CAP_ALLOC", "CAP_TELEPORT", "CAP_MAGIC", "CAP_LINK"]): GraphJson {
  return {
    version: "0.1", program: { nodes }, caps,
    resources: { vqs: unique(nodes.flatMap(({ vqs = [] }) => vqs)), chs: unique(nodes.flatMap(({ chs = [] }) => chs)), events: unique(nodes.flatMap(({ produces = [] }) => produces)) },
  };
}

/** `node("APPLY_CNOT", "q0 q1")`; the id is the op and a number unless given. */
export function node(op: string, vqs = "", more: Partial<NodeJson> = {}): NodeJson {
  return { id: `n_${op}_${vqs.replaceAll(" ", "_")}`, op, ...(vqs === "" ? {} : { vqs: vqs.split(" ") }), ...more };
}
export const alloc = (vqs: string, more: Partial<NodeJson> = {}): NodeJson => node("ALLOC_LQ", vqs, { args: { n: vqs.split(" ").length, profile: "logical:surface_code(d=3)" }, ...more });

/** The data stands beside the sources; compiled, this file stands in dist. */
const DATA = [join(import.meta.dirname, "../data/qmk"), join(import.meta.dirname, "../../../test/data/qmk")].find(existsSync) ?? "";
export const qmkJson = (name: string): unknown => JSON.parse(readFileSync(join(DATA, name), "utf8"));
/** The graphs upstream ships, by file name. */
export const upstreamExamples = (): readonly (readonly [name: string, graph: unknown])[] => readdirSync(join(DATA, "examples")).sort().map((name) => [name, qmkJson(`examples/${name}`)]);

const ONE = ["APPLY_H", "APPLY_S", "APPLY_SDG", "APPLY_T", "APPLY_TDG", "APPLY_X", "APPLY_Y", "APPLY_Z"];
const TURNS = ["APPLY_RX", "APPLY_RY", "APPLY_RZ"];
const TWO = ["APPLY_CNOT", "APPLY_CZ", "APPLY_SWAP", "TELEPORT_CNOT"];

/** Chance for one step of a random graph: everything a step needs is drawn, used or not. */
const step = fc.record({
  kind: fc.integer({ min: 0, max: 19 }), which: fc.nat(), first: fc.nat(), second: fc.nat(), third: fc.nat(), angle: fc.oneof({ weight: 3, arbitrary: fc.double({ min: -7, max: 7, noNaN: true }) }, fc.constantFrom("pi/2", "-3*pi/4", " tau / 8 ", "2*(π - 1)/3")),
  event: fc.nat(), equals: fc.constantFrom(0, 1), guarded: fc.boolean(), letters: fc.array(fc.constantFrom("I", "X", "Y", "Z"), { minLength: 3, maxLength: 3 }),
});
export interface Shape { readonly qubits?: number; readonly steps?: number; readonly reversible?: boolean }

/** Well-formed graphs of everything there is: gates, readouts, resets, guards of both forms, fences. `reversible`: gates and fences alone. */
export const wellFormed = ({ qubits = 3, steps = 24, reversible = false }: Shape = {}): fc.Arbitrary<GraphJson> =>
  fc.tuple(fc.integer({ min: 1, max: qubits }), fc.array(step, { maxLength: steps })).map(([count, drawn]) => {
    const names = Array.from({ length: count }, (_, at) => `q${at}`);
    const events: string[] = [];
    const nodes: NodeJson[] = [alloc(names.join(" "), { id: "alloc" })];
    const pick = (at: number, from: number): string => names[(at + from) % count] ?? "q0";
    const guardOf = ({ guarded, event, equals, which }: { guarded: boolean; event: number; equals: number; which: number }): Partial<NodeJson> => {
      const known = events[event % Math.max(1, events.length)];
      const other = events[which % Math.max(1, events.length)];
      if (!guarded || known === undefined || other === undefined) return {};
      const both = { type: which % 2 === 0 ? "and" : "or", conditions: [{ type: "eq", event: known, value: equals }, { event: other, equals: 1 }] };
      return { guard: which % 3 === 0 ? both : { event: known, equals } };
    };
    drawn.forEach((one, at) => {
      const id = `s${at}`;
      const guard = guardOf(one);
      const [a, b, c] = [pick(one.first, 0), pick(one.first, 1 + (one.second % Math.max(1, count - 1))), pick(one.first, 2)];
      const measure = (op: string, vqs: readonly string[], outcomes: number, args: NodeJson["args"] = {}): void => {
        const written = Array.from({ length: outcomes }, (_, bit) => `e${at}_${bit}`);
        events.push(...written);
        nodes.push({ id, op, vqs, args, produces: written, ...guard });
      };
      const apply = (op: string, vqs: readonly string[], args: NodeJson["args"] = {}): void => { nodes.push({ id, op, vqs, args, ...guard }); };
      const kind = reversible ? one.kind % 11 : one.kind;
      if (kind < 5) apply(ONE[one.which % ONE.length] ?? "APPLY_H", [a]);
      else if (kind < 7) apply(TURNS[one.which % 3] ?? "APPLY_RX", [a], { theta: one.angle });
      else if (kind < 9 && count > 1) apply(TWO[one.which % 4] ?? "APPLY_CNOT", [a, b]);
      else if (kind === 9 && count > 2) apply("APPLY_TOFFOLI", [a, pick(one.first, 1), c]);
      else if (kind < 10) apply("APPLY_H", [a]);
      else if (kind === 10) nodes.push({ id, op: "FENCE_EPOCH" });
      else if (kind === 11) nodes.push({ id, op: "RESET", vqs: [a], ...guard });
      else if (kind < 14) measure(["MEASURE_Z", "MEASURE_X", "MEASURE_Y"][one.which % 3] ?? "MEASURE_Z", [a], 1);
      else if (kind === 14) measure("MEASURE_ANGLE", [a], 1, { angle: one.angle });
      else if (kind === 15 && count > 1) measure("MEASURE_BELL", [a, b], 2);
      else if (kind > 15 && events.length > 0) nodes.push({ id, op: "COND_PAULI", vqs: names, args: { mask: one.letters.join("").slice(0, count) }, inputs: [events[one.event % events.length] ?? ""], ...guard });
    });
    if (!reversible) nodes.push({ id: "free", op: "FREE_LQ", vqs: names });
    return graphOf(nodes);
  });
