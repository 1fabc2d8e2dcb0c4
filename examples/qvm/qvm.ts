// One graph, four errors: |+> in a three-qubit repetition code, read back after an X on one of its qubits, or on none. The syndrome
// differs, what was kept does not. The graph is plain data, so a program can write it; it is verified before it becomes a circuit.
import { defineProcess, graphCircuit, graphReserve, verifiedGraph } from "triad-runtime";

const DATA = ["d0", "d1", "d2"];
const ANCILLAS = ["a0", "a1"];
const gate = (op: string, ...vqs: readonly string[]) => ({ op, vqs });
const when = (s01: number, s12: number) => ({ guard: { type: "and", conditions: [{ event: "s01", equals: s01 }, { event: "s12", equals: s12 }] } });

/** The code with its error, as the JSON of a QVM graph. */
function repetition(error: string | undefined): unknown {
  const nodes = [
    { op: "ALLOC_LQ", vqs: [...DATA, ...ANCILLAS], args: { n: 5, profile: "logical:surface_code(d=5)" } },
    gate("APPLY_H", "d0"), gate("APPLY_CNOT", "d0", "d1"), gate("APPLY_CNOT", "d0", "d2"),
    gate("FENCE_EPOCH"), ...(error === undefined ? [] : [gate("APPLY_X", error)]), gate("FENCE_EPOCH"),
    gate("APPLY_CNOT", "d0", "a0"), gate("APPLY_CNOT", "d1", "a0"), { ...gate("MEASURE_Z", "a0"), produces: ["s01"] },
    gate("APPLY_CNOT", "d1", "a1"), gate("APPLY_CNOT", "d2", "a1"), { ...gate("MEASURE_Z", "a1"), produces: ["s12"] },
    { ...gate("APPLY_X", "d0"), ...when(1, 0) }, { ...gate("APPLY_X", "d1"), ...when(1, 1) }, { ...gate("APPLY_X", "d2"), ...when(0, 1) },
    gate("APPLY_CNOT", "d0", "d2"), gate("APPLY_CNOT", "d0", "d1"), { ...gate("MEASURE_X", "d0"), produces: ["kept"] },
    gate("FREE_LQ", ...DATA, ...ANCILLAS),
  ];
  return {
    version: "0.1", program: { nodes: nodes.map((node, at) => ({ id: `n${at}`, ...node })) },
    resources: { vqs: [...DATA, ...ANCILLAS], chs: [], events: ["s01", "s12", "kept"] }, caps: ["CAP_ALLOC"],
  };
}

export default defineProcess({
  name: "qvm",
  domains: ["Q"],
  *run({ k, q }) {
    const table: Record<string, Readonly<Record<string, number>>> = {};
    for (const error of [undefined, ...DATA]) {
      const { circuit, countsOf } = graphCircuit(verifiedGraph(repetition(error)));
      if (circuit === undefined) continue; // a graph that reads nothing out has nothing to run
      const contract = yield* q.reserve(graphReserve([{ circuit, shots: 100 }]));
      table[error ?? "none"] = countsOf([yield* q.measure(yield* q.sample(contract, circuit, 100))]);
      yield* q.release(contract);
      yield* k.log("kept", { error: error ?? "none" });
    }
    return table;
  },
});
