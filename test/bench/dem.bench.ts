// From a code to its circuit, and from that to the decomposed detector error model: processor time warm (the best of many in one process) and cold (the
// first of a new process, most of it spent by V8 on code it has not compiled yet). Stim is told in exclusive ors of two planes, as in frames.bench.ts.
import { analyze } from "../../domains/q/dem/analyze.ts";
import { compileFrames } from "../../domains/q/stim/compile.ts";
import { fastestAlone, type Subjects } from "./alone.ts";
import { most, type Figure } from "./figure.ts";
import { addTime, PROXY_ADD_NS } from "./frames.bench.ts";
import { processorSeconds, surfaceCircuit } from "./surface.ts";

/** Milliseconds of Stim 1.16 in the minutes of PROXY_ADD_NS: `detector_error_model(decompose_errors=True)`, `Circuit.generated`. */
const STIM: readonly (readonly [distance: number, model: number, circuit: number])[] = [
  [3, 1.07, 0.0254], [5, 7.69, 0.0566], [7, 15.7, 0.152], [9, 27.2, 0.3], [11, 42.1, 0.491],
];
const P = 0.001;
const NAMES = ["d3", "d5", "d7", "d9", "d11"] as const;

/** What a new process takes for its first model, again and again. */
function firstModel(distance: number): () => number {
  const circuit = surfaceCircuit(distance, P);
  let first: number | undefined;
  return () => (first ??= processorSeconds(() => { analyze(circuit, { decompose: true }); }, 1));
}
export const alone: Subjects = Object.fromEntries(NAMES.map((name) => {
  let measured: (() => number) | undefined;
  return [name, () => (measured ??= firstModel(Number(name.slice(1))))()];
}));

export async function run(): Promise<readonly Figure[]> {
  const scale = addTime() / PROXY_ADD_NS;
  const cold = await fastestAlone(import.meta.url, 3, NAMES);
  return STIM.flatMap(([distance, model, generated]): readonly Figure[] => {
    const circuit = surfaceCircuit(distance, P);
    const warm = processorSeconds(() => { analyze(circuit, { decompose: true }); }, distance < 7 ? 60 : 15) * 1e3;
    const made = processorSeconds(() => { for (let again = 0; again < 20; again++) surfaceCircuit(distance, P); }, 10) * 50;
    const compiling = processorSeconds(() => { compileFrames(circuit); }, 15) * 1e3;
    const first = cold[`d${distance}` as keyof typeof cold] * 1e3;
    return [
      { name: `error model, decomposed, d=${distance}, warm, time to Stim's`, value: warm, unit: "ms", ratio: warm / (model * scale), goal: most(3) },
      { name: `error model, decomposed, d=${distance}, first of a process, to Stim's`, value: first, unit: "ms", ratio: first / (model * scale) },
      { name: `circuit of the generator, d=${distance}, time to Stim's`, value: made, unit: "ms", ratio: made / (generated * scale) },
      { name: `frame program of it, d=${distance}`, value: compiling, unit: "ms" },
    ];
  });
}

/** What to profile when an error model is late. */
export function subject(): Promise<void> {
  const circuit = surfaceCircuit(11, P);
  for (let again = 0; again < 10; again++) analyze(circuit, { decompose: true });
  return Promise.resolve();
}
