// QVM graphs: graph nodes a second over the shots of one job, with everything a run is: loading, verification, record, seal.
// Run directly to print; `run` is for the bench collector. Best of repeated runs: what others do on the machine only ever adds time.
import { availableParallelism } from "node:os";
import { pathToFileURL } from "node:url";
import { createMemorySink } from "../../runtime/adapters/memory.ts";
import { GRAPH_PROGRAM } from "../../runtime/app/qvm/program-file.ts";
import { record } from "../../runtime/app/record.ts";
import { testSigner } from "../support/signer.ts";
import { least, type Figure } from "./figure.ts";
import { oneShotJobs } from "./qvm-jobs.ts";

interface Written { readonly version: string; readonly program: { readonly nodes: readonly unknown[] }; readonly resources: object; readonly caps: readonly string[] }

/** H, a chain of CNOTs, all measured, as upstream's benchmark writes it: 2n + 1 nodes. */
export function ghzGraph(n: number): Written {
  const vqs = Array.from({ length: n }, (_, at) => `q${at}`);
  const events = vqs.map((_, at) => `m${at}`);
  return {
    version: "0.1", resources: { vqs, chs: [], events }, caps: ["CAP_ALLOC"],
    program: { nodes: [
      { id: "alloc", op: "ALLOC_LQ", args: { n, profile: "logical:surface_code(d=3)" }, vqs },
      { id: "h", op: "APPLY_H", vqs: ["q0"] },
      ...vqs.slice(1).map((vq, at) => ({ id: `c${at}`, op: "APPLY_CNOT", vqs: [`q${at}`, vq] })),
      ...vqs.map((vq, at) => ({ id: `r${at}`, op: "MEASURE_Z", vqs: [vq], produces: [`m${at}`] })),
    ] },
  };
}

const signer = testSigner();
/** A core each. */
const THREADS = availableParallelism();

/** Seconds of one sealed run. */
async function secondsOf(graph: Written, shots: number): Promise<number> {
  const begin = process.hrtime.bigint();
  const { end } = await record({ program: GRAPH_PROGRAM, input: { graph, shots }, seed: "bench", workers: 0, signer, out: createMemorySink() });
  if (end.status !== "completed") throw new Error(`the run ended ${end.status}`);
  return Number(process.hrtime.bigint() - begin) / 1e9;
}

const UPSTREAM = { Bell: 22_390, "GHZ-50": 29_130, "GHZ-500": 22_024 } as const;

/** Nodes a second over the shots of one job, one run, one seal. Upstream's figures: its own processor, one warmed executor, no evidence. */
async function overShots(name: keyof typeof UPSTREAM, qubits: number, shots: number, goal?: number): Promise<Figure> {
  const graph = ghzGraph(qubits);
  const seconds = [await secondsOf(graph, shots), await secondsOf(graph, shots), await secondsOf(graph, shots)];
  const value = (graph.program.nodes.length * shots) / Math.min(...seconds);
  return { name: `${name}, ${shots} shots in one sealed run (upstream ${UPSTREAM[name]})`, value, unit: "graph nodes/s", ...(goal === undefined ? {} : { goal: least(goal) }) };
}

export async function run(): Promise<readonly Figure[]> {
  return [
    await overShots("Bell", 2, 100_000, 200_000), await overShots("GHZ-50", 50, 10_000, 200_000), await overShots("GHZ-500", 500, 1_000),
    await oneShotJobs("Bell", ghzGraph(2), { jobs: 6_000, threads: 0 }), await oneShotJobs("Bell", ghzGraph(2), { jobs: 6_000, threads: THREADS, goal: 3_000 }),
    await oneShotJobs("GHZ-50", ghzGraph(50), { jobs: 300, threads: THREADS }), await oneShotJobs("GHZ-500", ghzGraph(500), { jobs: 20, threads: 0, goal: 20 }),
  ];
}

/** What is profiled when a goal is missed. */
export async function subject(): Promise<void> {
  for (let times = 0; times < 3; times++) await secondsOf(ghzGraph(50), 10_000);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) for (const { name, value, unit } of await run()) console.log(`${name}: ${value.toFixed(0)} ${unit}`);
