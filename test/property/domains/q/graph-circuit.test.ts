// Random well-formed graphs: the circuit means exactly what the plain reference says the graph means, and every provider that can
// run it gives samples of that.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { graphCircuit } from "../../../../domains/q/api/graph.ts";
import { chooseProvider } from "../../../../domains/q/declared.ts";
import { graphOdds } from "../../../support/plain-graph.ts";
import { plainOdds } from "../../../support/plain-odds.ts";
import { gTest, jobKey, sampleOf, sampled, type Odds } from "../../../support/qvm-graphs.ts";
import { randomGraph } from "../../../support/qvm-random.ts";
import type { Graph } from "../../../../kernel-abi/qvm/graph.ts";

const long = process.env["TRIAD_LONG"] !== undefined;
const SIZE = { live: 4, moves: 30, readouts: 6 };

const exactly = (graph: Graph): Odds => Object.fromEntries(graphOdds(graph));

/** What the lowered circuit's own exact distribution says of the events. */
function loweredOdds(graph: Graph): Odds {
  const { circuit, keyOf } = graphCircuit(graph);
  if (circuit === undefined) return { [keyOf("")]: 1 };
  const odds: Record<string, number> = {};
  for (const [bits, p] of plainOdds(circuit.lower())) odds[keyOf(bits)] = (odds[keyOf(bits)] ?? 0) + p;
  return odds;
}

function expectSame(left: Odds, right: Odds): void {
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) expect(Math.abs((left[key] ?? 0) - (right[key] ?? 0)), key).toBeLessThan(1e-9);
}

describe("random graphs", () => {
  it("as circuits have exactly the distribution of the graph", () => {
    fc.assert(fc.property(fc.boolean().chain((clifford) => randomGraph(clifford, SIZE)), (graph) => { expectSame(loweredOdds(graph), exactly(graph)); }), { numRuns: long ? 50_000 : 150 });
  });

  it("that are Clifford go to the stabilizer, which reads bit for bit what the state vector reads from the same draws", () => {
    fc.assert(fc.property(randomGraph(true, SIZE), fc.nat(), (graph, seed) => {
      const { circuit } = graphCircuit(graph);
      if (circuit === undefined) return;
      const lowered = circuit.lower();
      expect(chooseProvider(lowered).provider).toBe("stabilizer");
      const key = jobKey(String(seed));
      expect(sampleOf(lowered, 20, key, "q.stabilizer").bits).toEqual(sampleOf(lowered, 20, key, "q.statevector").bits);
    }), { numRuns: long ? 50_000 : 100 });
  });

  it("are sampled as the plain reference says", () => {
    fc.assert(fc.property(fc.boolean().chain((clifford) => randomGraph(clifford, SIZE)), fc.nat(), (graph, seed) => {
      expect(gTest(sampled(graphCircuit(graph), 1_000, jobKey(String(seed))), exactly(graph))).toBeGreaterThan(1e-9);
    }), { numRuns: long ? 50_000 : 60 });
  });

  it("cut anywhere say the same of the events that the part produces", () => {
    fc.assert(fc.property(randomGraph(true, SIZE), fc.nat(100), fc.nat(), (graph, cut, seed) => {
      const nodes = cut % (graph.program.nodes.length + 1);
      const [whole, part] = [graphCircuit(graph), graphCircuit(graph, { nodes })];
      if (whole.circuit === undefined || part.circuit === undefined) return;
      const one = whole.eventsOf(sampleOf(whole.circuit.lower(), 1, jobKey(String(seed)), "q.statevector").bits);
      const other = part.eventsOf(sampleOf(part.circuit.lower(), 1, jobKey(String(seed)), "q.statevector").bits);
      const made = new Set(graph.program.nodes.slice(0, nodes).flatMap(({ produces }) => produces));
      for (const name of part.events) expect(other[name]).toBe(made.has(name) ? one[name] : "-");
    }), { numRuns: long ? 50_000 : 100 });
  });
});
