// The program that runs a QVM graph: one run, one contract, one job for all shots that are the same circuit. Like any program it is
// loaded from its file and stands in the trace, so a graph's run is verified, replayed, reproduced and judged like any other.
import { defineProcess, graphCircuit, graphNoise, graphReserve, noisyCircuits, Type, verifiedGraph, type Counts, type Job } from "triad-runtime";

const Rate = Type.Number({ minimum: 0, maximum: 1 });

export default defineProcess({
  name: "qvm",
  domains: ["Q"],
  input: Type.Object({
    graph: Type.Unknown({ description: "A QVM graph, version 0.1." }),
    shots: Type.Integer({ minimum: 1, maximum: 10_000_000, default: 1 }),
    nodes: Type.Optional(Type.Integer({ minimum: 0, description: "Only the first so many nodes." })),
    noise: Type.Optional(Type.Union([Type.Boolean(), Type.Object({
      pauli: Rate, readout: Rate, qubits: Type.Optional(Type.Record(Type.String(), Type.Object({ pauli: Rate, readout: Rate }))),
    })], { description: "Rates of logical errors, or true for those of the profiles; none unless they are asked for." })),
  }),
  *run({ k, q }, { graph, shots, nodes, noise }) {
    const verified = verifiedGraph(graph);
    const plan = graphCircuit(verified, nodes === undefined ? {} : { nodes });
    if (plan.circuit === undefined) return { counts: plan.countsOf([{ "": shots }]) };
    const parts = noise === undefined || noise === false ? [{ circuit: plan.circuit, shots }]
      : noisyCircuits(plan.lowered, noise === true ? graphNoise(verified) : noise, shots, [yield* k.randomUint32("qvm.noise"), yield* k.randomUint32("qvm.noise")]);
    const contract = yield* q.reserve(graphReserve(parts));
    const jobs: Job<Counts, "Q">[] = [];
    for (const part of parts) jobs.push(yield* q.sample(contract, part.circuit, part.shots));
    const found: Counts[] = [];
    for (const job of jobs) found.push(yield* q.measure(job));
    yield* q.release(contract);
    return { counts: plan.countsOf(found) };
  },
});
