import { generateCircuit } from "./domains/q/codes/generate.ts";
import { analyze } from "./domains/q/dem/analyze.ts";
import { decodingProblem } from "./domains/q/decoder/columns.ts";
import { openBpOsd } from "./domains/kernels/bposd/decoder.ts";
const d = Number(process.argv[2] ?? 6), p = Number(process.argv[3] ?? 0.003), shots = Number(process.argv[4] ?? 200);
const now = () => Number(process.hrtime.bigint()) / 1e6;
let t = now();
const circuit = generateCircuit(process.argv[5] ?? "bivariate_bicycle_code:memory_z", { distance: d, rounds: d, afterCliffordDepolarization: p, beforeRoundDataDepolarization: p, beforeMeasureFlipProbability: p, afterResetFlipProbability: p });
console.log("generate", (now() - t).toFixed(0)); t = now();
const model = analyze(circuit);
console.log("analyze", (now() - t).toFixed(0), model.mechanisms.length); t = now();
const problem = decodingProblem(model);
console.log("columns", (now() - t).toFixed(0), problem.probabilities.length, problem.rows.length, problem.detectors); 
const rowBytes = (model.detectors + 7) >> 3;
const events = new Uint8Array(shots * rowBytes), w = (model.observables + 7) >> 3, actual = new Uint8Array(shots * w);
let x = 88172645463325252n;
let s0 = 1234567;
const rnd = () => { s0 ^= s0 << 13; s0 ^= s0 >>> 17; s0 ^= s0 << 5; return (s0 >>> 0) / 4294967296; };
for (let s = 0; s < shots; s++) for (const m of model.mechanisms) if (rnd() < m.probability) for (const part of m.parts) { for (const d of part.detectors) events[s * rowBytes + (d >> 3)]! ^= 1 << (d & 7); for (const o of part.observables) actual[w * s + (o >> 3)]! ^= 1 << (o & 7); }
for (const o of [{ iterations: 30 }, { iterations: 100 }, { iterations: 100, scale: 0.625 }, { iterations: 100, sweep: 7 }, { iterations: 1000, sweep: 7 }] as const) {
  t = now(); const dec = openBpOsd(problem, o); const to = now() - t;
  const predictions = new Uint8Array(shots * w), stages = new Uint8Array(shots);
  t = now(); const without = dec.decode({ events, shots, rowBytes, predictions, stages }); const ms = (now() - t) / shots;
  let bad = 0; for (let s = 0; s < shots; s++) { let b = 0; for (let k = 0; k < w; k++) b |= predictions[s * w + k]! ^ actual[s * w + k]!; if (b) bad++; }
  console.log(JSON.stringify(o), "open ms", to.toFixed(0), "ms/shot", ms.toFixed(3), "fails", bad, "osd", stages.reduce((a, b) => a + b, 0), without.length);
}
