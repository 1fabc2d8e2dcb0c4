// Logical counts of a QVM graph, node by node in file order. What an operation is in gates is what executing it would do
// (../api/graph-gates.ts), except that a Toffoli is one CCZ and a channel or gate teleportation is Clifford with two readouts.
import type { Graph, GraphNode } from "../../../kernel-abi/qvm/graph.ts";
import { needsOf } from "../../../kernel-abi/qvm/needs.ts";
import type { LogicalCounts } from "./counts.ts";
import { Tally } from "./tally.ts";

function add(tally: Tally<string>, { op, vqs, args }: GraphNode): void {
  const [a = "", b = "", c = ""] = vqs;
  switch (op) {
    case "ALLOC_LQ": for (const name of vqs) tally.fresh(name); break;
    case "APPLY_T": case "APPLY_TDG": case "INJECT_T_STATE": tally.t(a); break;
    case "APPLY_RX": case "APPLY_RY": case "APPLY_RZ": tally.rotation(a, args["theta"]); break;
    case "APPLY_TOFFOLI": tally.ccz(a, b, c); break;
    case "APPLY_CNOT": case "APPLY_CZ": case "APPLY_SWAP": tally.clifford(a, b); break;
    case "TELEPORT_CNOT":
      tally.clifford(a, b);
      tally.measurement(2);
      break;
    case "USE_CHAN": if (args["semantic"] === "teleport") tally.measurement(2); else if (args["semantic"] === "swap") tally.measurement(4); break;
    case "MEASURE_ANGLE": // turned into Z, read, and turned back into what was read
      tally.rotation(a, args["angle"]);
      tally.measurement();
      tally.rotation(a, args["angle"]);
      break;
    case "MEASURE_BELL":
      tally.clifford(a, b);
      tally.measurement(2);
      break;
    case "MEASURE_Z": case "MEASURE_X": case "MEASURE_Y": tally.measurement(); break;
    default: break; // Paulis and other Clifford gates on one qubit, fences, policies, channels
  }
}

/** @param graph valid (verify.ts) and with qubits */
export function countsOfGraph(graph: Graph): LogicalCounts {
  const tally = new Tally<string>();
  for (const node of graph.program.nodes) add(tally, node);
  return tally.counts(Math.max(1, needsOf(graph).peakQubits));
}
