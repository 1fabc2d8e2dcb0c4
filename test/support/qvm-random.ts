// Random well-formed graphs: every operation, guards of every form, qubits allocated and freed along the way. A move is a few numbers
// read in the light of what is live, so any list of moves is a graph and a shorter list is a simpler one.
import fc from "fast-check";
import type { Graph, GraphNode, Guard } from "../../kernel-abi/qvm/graph.ts";
import { graphOf, type Row } from "./qvm-graphs.ts";

export interface GraphSize {
  /** VQs live at once. */
  readonly live: number;
  readonly moves: number;
  /** Qubits measured at most. */
  readonly readouts: number;
}

interface Event { readonly name: string; readonly values: number }

const SINGLE = ["APPLY_H", "APPLY_S", "APPLY_SDG", "APPLY_X", "APPLY_Y", "APPLY_Z"];
const DOUBLE = ["APPLY_CNOT", "APPLY_CZ", "APPLY_SWAP", "TELEPORT_CNOT"];
const READOUTS = ["MEASURE_Z", "MEASURE_X", "MEASURE_Y", "MEASURE_ANGLE"];
const QUARTERS = [-4, -3, -2, -1, 0, 1, 2, 3, 4, 9].map((turns) => turns * (Math.PI / 2));

class Writer {
  readonly rows: Row[] = [];
  readonly #live: string[] = [];
  readonly #events: Event[] = [];
  #made = 0;
  #read = 0;
  #channels = 0;
  readonly #clifford: boolean;
  readonly #size: GraphSize;
  constructor(clifford: boolean, size: GraphSize) {
    this.#clifford = clifford;
    this.#size = size;
    this.#add(["ALLOC_LQ", [this.#fresh(), this.#fresh()]]);
  }

  #fresh(): string {
    const name = `q${this.#made++}`;
    this.#live.push(name);
    return name;
  }

  #add(row: Row): void { this.rows.push(row); }

  /** `count` different live qubits; undefined when there are not so many. */
  #some(count: number, a: number, b: number, c: number): readonly string[] | undefined {
    if (this.#live.length < count) return undefined;
    const left = [...this.#live];
    return [a, b, c].slice(0, count).map((n) => left.splice(n % left.length, 1)[0] ?? "");
  }

  #leaf(n: number): Guard {
    const { name, values } = this.#events[n % this.#events.length] ?? { name: "", values: 2 };
    return { event: name, equals: (n >> 4) % values };
  }

  /** None half of the time. */
  #guard(n: number): Partial<GraphNode> {
    if (this.#events.length === 0 || n % 2 === 0) return {};
    const [a, b, c] = [this.#leaf(n >> 3), this.#leaf(n >> 7), this.#leaf(n >> 11)];
    const forms: readonly Guard[] = [a, { type: "and", conditions: [a, b] }, { type: "or", conditions: [a, b] }, { type: "or", conditions: [{ type: "and", conditions: [a, b] }, c] },
      { type: "and", conditions: [{ type: "or", conditions: [a, c] }, { type: "or", conditions: [b, c] }] }];
    return { guard: forms[(n >> 1) % forms.length] ?? a };
  }

  #produce(vqs: readonly string[], count: number, op: string, more: Partial<GraphNode>): void {
    if (this.#read + vqs.length > this.#size.readouts) return;
    this.#read += vqs.length;
    const events = Array.from({ length: count }, (_, at): Event => ({ name: `e${this.#events.length + at}`, values: count < vqs.length ? 4 : 2 }));
    this.#events.push(...events);
    this.#add([op, vqs, { ...more, produces: events.map(({ name }) => name) }]);
  }

  move([kind, a, b, c, angle]: readonly [number, number, number, number, number]): void {
    const guard = this.#guard(c);
    const theta = this.#clifford || a % 3 === 0 ? QUARTERS[angle % QUARTERS.length] ?? 0 : (angle - 500) / 79;
    const [one, two, three] = [this.#some(1, a, b, c), this.#some(2, a, b, c), this.#some(3, a, b, c)];
    switch (kind % 14) {
      case 0: if (this.#live.length < this.#size.live) this.#add(["ALLOC_LQ", [this.#fresh()]]); return;
      case 1: if (one && this.#live.length > 1) { this.#add(["FREE_LQ", one]); this.#live.splice(this.#live.indexOf(one[0] ?? ""), 1); } return;
      case 2: case 3: if (one) this.#add([SINGLE[b % SINGLE.length] ?? "", one, guard]); return;
      case 4: case 5: if (two) this.#add([DOUBLE[angle % DOUBLE.length] ?? "", two, guard]); return;
      case 6: if (one) this.#add([["APPLY_RX", "APPLY_RY", "APPLY_RZ"][b % 3] ?? "", one, { ...guard, args: { theta } }]); return;
      case 7: case 8: if (one) this.#produce(one, 1, READOUTS[b % READOUTS.length] ?? "", { ...guard, args: b % READOUTS.length === 3 ? { angle: theta } : {} }); return;
      case 9: if (two) this.#produce(two, 1 + (angle % 2), "MEASURE_BELL", guard); return;
      case 10: if (one) this.#add(["RESET", one, guard]); return;
      case 11: this.#pauli(two ?? one ?? [], b, angle, guard); return;
      case 12: this.#neutral(two, angle, guard); return;
      default: if (!this.#clifford) this.#costly(one, three, angle, guard);
    }
  }

  #pauli(vqs: readonly string[], b: number, n: number, guard: Partial<GraphNode>): void {
    const bits = this.#events.filter(({ values }) => values === 2);
    const inputs = bits.length === 0 ? [] : Array.from({ length: b % 4 }, (_, at) => bits[(n + at * 7) % bits.length]?.name ?? "");
    if (vqs.length > 0) this.#add(["COND_PAULI", vqs, { ...guard, inputs, args: { mask: ["X", "Y", "Z", "XZ", "IY", "YX"].filter((mask) => mask.length === 1 || mask.length === vqs.length)[n % 3] ?? "X" } }]);
  }

  #neutral(two: readonly string[] | undefined, n: number, guard: Partial<GraphNode>): void {
    if (n % 3 === 0) return this.#add(["FENCE_EPOCH", [], guard]);
    if (n % 3 === 1) return this.#add(["SET_POLICY", [], { args: { priority: 3 } }]);
    const ch = `c${this.#channels++}`;
    if (two === undefined) return;
    const semantic = [undefined, "swap", "teleport"][Math.floor(n / 3) % 3];
    const named = [[], two.slice(0, 1), [], two.slice(1), two, [...two].reverse()][Math.floor(n / 9) % 6] ?? [];
    this.#add(["OPEN_CHAN", two, { chs: [ch] }]);
    this.#add(["USE_CHAN", named, { ...guard, chs: [ch], args: semantic === undefined ? {} : { semantic } }]);
    this.#add(["CLOSE_CHAN", [], { chs: [ch] }]);
  }

  #costly(one: readonly string[] | undefined, three: readonly string[] | undefined, n: number, guard: Partial<GraphNode>): void {
    if (n % 4 === 0 && three) return this.#add(["APPLY_TOFFOLI", three, guard]);
    if (one) this.#add([["APPLY_T", "APPLY_TDG", "INJECT_T_STATE"][n % 3] ?? "", one, guard]);
  }
}

const n = fc.nat(0xffff);

/** A graph that reads something out at its end. */
export const randomGraph = (clifford: boolean, size: GraphSize): fc.Arbitrary<Graph> =>
  fc.array(fc.tuple(n, n, n, n, fc.nat(999)), { maxLength: size.moves, size: "max" }).map((moves) => {
    const writer = new Writer(clifford, size);
    for (const move of moves) writer.move(move);
    return graphOf(...writer.rows);
  });
