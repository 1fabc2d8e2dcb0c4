// Which errors noise put into a run: drawn again, from the seed, as the run's program (qvm/program.ts) drew them. Nothing of the run is touched, and
// its result says nothing of them.
import { toHex } from "../../../kernel-abi/canonical.ts";
import { processName } from "../../../kernel-abi/ids.ts";
import { rootKey, streamKey } from "../../../kernel-abi/streams.ts";
import { seededRandom } from "../../../domains/k/random.ts";
import { graphCircuit } from "../../../domains/q/api/graph.ts";
import { noiseStrikes, type GraphNoise } from "../../../domains/q/api/graph-noise.ts";
import { graphNoise } from "../../../domains/q/api/graph-rates.ts";
import { sha256 } from "../../adapters/sha256.ts";
import type { ErrorCounts } from "../../kernel/logical/accounts.ts";
import type { JobRun } from "./job-runs.ts";

/** Stream of the program that draws the key. */
const NOISE_STREAM = "k/qvm.noise";

const isNoise = (noise: unknown): noise is GraphNoise => typeof noise === "object" && noise !== null && "pauli" in noise && "readout" in noise;

/** By qubit, over all shots: X, Y and Z alike, in whichever basis they show, are what depolarises it at work, and what it loses of its coherence while it waits; a readout that lied is one of measurement. */
export function strikesOf({ graph, seed, shots, nodes, noise }: Pick<JobRun, "graph" | "seed" | "shots" | "nodes" | "noise">): ReadonlyMap<string, Partial<ErrorCounts>> {
  const rates = noise === true ? graphNoise(graph) : isNoise(noise) ? noise : undefined;
  const { circuit, lowered } = graphCircuit(graph, nodes === undefined ? {} : { nodes });
  if (rates === undefined || circuit === undefined) return new Map();
  const stream = seededRandom.stream(toHex(streamKey(sha256, rootKey(sha256, seed), processName("root"), NOISE_STREAM)));
  const strikes = noiseStrikes(lowered, rates, shots, [stream.uint32(), stream.uint32()]);
  return new Map([...strikes].map(([vq, { x, y, z, waiting, readout }]) => [vq, { depolarizing: x + y + z, coherence: waiting, measurement: readout }]));
}
