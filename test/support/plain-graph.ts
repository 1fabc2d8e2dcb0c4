// What a QVM graph means, by the plainest means there are: a complex state vector over the live qubits, every branch of every
// measurement followed, probabilities added up. Shares no code with what it tests. File order; written to be read, not to be fast.
//   P1  Unitaries: RZ(θ) = diag(e^{-iθ/2}, e^{iθ/2}), RX and RY likewise; TELEPORT_CNOT is a CNOT; T is diag(1, e^{iπ/4}).
//   P2  A readout in X, Y or at an angle leaves the eigenstate it reported; MEASURE_BELL leaves the two Z readouts it is made of.
//   P3  FREE_LQ traces out: the qubit is measured and the result forgotten. RESET does that and leaves |0>.
//   P4  A guard leaf on an event that was never produced does not hold; COND_PAULI counts such an event as 0.
//   P5  Fences, regions and policies do nothing to the state, nor do channels, but for USE_CHAN with a `semantic`: from the first end that
//       OPEN_CHAN names to the second, or from the one named to the other, a swap, or a swap with what is reset to |0> before.

/** As much of a normalised graph as is executed. */
export interface PlainGraph {
  readonly program: { readonly nodes: readonly PlainNode[] };
  readonly resources: { readonly events: readonly string[] };
}

export type PlainGuard =
  | { readonly event: string; readonly equals: number }
  | { readonly type: "and" | "or"; readonly conditions: readonly PlainGuard[] };

export interface PlainNode {
  readonly id: string;
  readonly op: string;
  readonly args?: Readonly<Record<string, unknown>>;
  readonly vqs?: readonly string[];
  readonly chs?: readonly string[];
  readonly inputs?: readonly string[];
  readonly produces?: readonly string[];
  readonly guard?: PlainGuard | undefined;
}

export type Complex = readonly [re: number, im: number];
export type Matrix = readonly (readonly Complex[])[];

/** One branch: unnormalised, its squared norm is the probability of everything that led here. Qubit k is bit k of the index. */
export interface Branch {
  readonly qubits: readonly string[];
  readonly amplitudes: readonly Complex[];
  readonly events: ReadonlyMap<string, number>;
}

const times = ([a, b]: Complex, [c, d]: Complex): Complex => [a * c - b * d, a * d + b * c];
const plus = ([a, b]: Complex, [c, d]: Complex): Complex => [a + c, b + d];
const phase = (angle: number): Complex => [Math.cos(angle), Math.sin(angle)];
const ZERO: Complex = [0, 0];
const ONE: Complex = [1, 0];
const R: Complex = [Math.SQRT1_2, 0];

const diagonal = (a: Complex, b: Complex): Matrix => [[a, ZERO], [ZERO, b]];
const H: Matrix = [[R, R], [R, [-Math.SQRT1_2, 0]]];
const X: Matrix = [[ZERO, ONE], [ONE, ZERO]];
const FIXED: Readonly<Record<string, Matrix>> = {
  I: diagonal(ONE, ONE), H, X,
  Y: [[ZERO, [0, -1]], [[0, 1], ZERO]],
  Z: diagonal(ONE, [-1, 0]), S: diagonal(ONE, [0, 1]), SDG: diagonal(ONE, [0, -1]),
  T: diagonal(ONE, phase(Math.PI / 4)), TDG: diagonal(ONE, phase(-Math.PI / 4)),
};

const rotation = (axis: string, theta: number): Matrix => {
  const [c, s] = [Math.cos(theta / 2), Math.sin(theta / 2)];
  if (axis === "RX") return [[[c, 0], [0, -s]], [[0, -s], [c, 0]]];
  if (axis === "RY") return [[[c, 0], [-s, 0]], [[s, 0], [c, 0]]];
  return diagonal(phase(-theta / 2), phase(theta / 2));
};

/** A permutation of the basis, as a matrix; operand k is bit k of the local index. */
const permutation = (size: number, to: (from: number) => number): Matrix =>
  Array.from({ length: size }, (_, row) => Array.from({ length: size }, (__, column) => (to(column) === row ? ONE : ZERO)));
const CNOT = permutation(4, (from) => ((from & 1) === 1 ? from ^ 2 : from));
const SEVERAL: Readonly<Record<string, Matrix>> = {
  APPLY_CNOT: CNOT, TELEPORT_CNOT: CNOT,
  APPLY_CZ: permutation(4, (from) => from).map((row, at) => (at === 3 ? [ZERO, ZERO, ZERO, [-1, 0]] : row)),
  APPLY_SWAP: permutation(4, (from) => ((from & 1) << 1) | (from >> 1)),
  TOFFOLI: permutation(8, (from) => ((from & 3) === 3 ? from ^ 4 : from)),
};
const ADJOINT = (matrix: Matrix): Matrix => matrix.map((row, r) => row.map((_, c) => { const [re, im] = matrix[c]?.[r] ?? ZERO; return [re, -im] as const; }));

export class NotExecutable extends Error {}

const numberOf = (node: PlainNode, name: string): number => {
  const value = node.args?.[name];
  if (typeof value !== "number") throw new NotExecutable(`${node.id}: ${name} is ${String(value)}`);
  return value;
};

/** The matrix of a node's op, local index as above, or undefined when it has none. */
export function matrixOf(node: PlainNode): Matrix | undefined {
  const single = /^APPLY_(H|X|Y|Z|S|SDG|T|TDG)$/.exec(node.op)?.[1];
  if (single !== undefined) return FIXED[single];
  const axis = /^APPLY_(R[XYZ])$/.exec(node.op)?.[1];
  return axis === undefined ? SEVERAL[node.op === "APPLY_TOFFOLI" ? "TOFFOLI" : node.op] : rotation(axis, numberOf(node, "theta"));
}

const placesOf = ({ qubits }: Branch, names: readonly string[]): readonly number[] => names.map((name) => {
  const at = qubits.indexOf(name);
  if (at < 0) throw new NotExecutable(`${name} is not allocated`);
  return at;
});

export function applied(branch: Branch, matrix: Matrix, names: readonly string[]): Branch {
  const places = placesOf(branch, names);
  const amplitudes = branch.amplitudes.map(() => ZERO);
  branch.amplitudes.forEach((amplitude, from) => {
    if (amplitude[0] === 0 && amplitude[1] === 0) return;
    const column = places.reduce((local, place, bit) => local | (((from >> place) & 1) << bit), 0);
    const rest = places.reduce((bare, place) => bare & ~(1 << place), from);
    matrix.forEach((row, at) => {
      const to = places.reduce((whole, place, bit) => whole | (((at >> bit) & 1) << place), rest);
      const entry = row[column] ?? ZERO;
      if (entry !== ZERO) amplitudes[to] = plus(amplitudes[to] ?? ZERO, times(entry, amplitude));
    });
  });
  return { ...branch, amplitudes };
}

export const weight = ({ amplitudes }: Branch): number => amplitudes.reduce((sum, [re, im]) => sum + re * re + im * im, 0);

/** Both results of a Z readout that can be, each with its projected state. */
function readZ(branch: Branch, name: string): readonly (readonly [outcome: number, branch: Branch])[] {
  const [place = 0] = placesOf(branch, [name]);
  return [0, 1]
    .map((outcome) => [outcome, { ...branch, amplitudes: branch.amplitudes.map((value, index) => (((index >> place) & 1) === outcome ? value : ZERO)) }] as const)
    .filter(([, projected]) => weight(projected) > 1e-20);
}

/** Readout in the basis whose eigenstates are `basis` |0> and `basis` |1>. */
const readIn = (branch: Branch, name: string, basis: Matrix): readonly (readonly [number, Branch])[] =>
  readZ(applied(branch, ADJOINT(basis), [name]), name).map(([outcome, projected]) => [outcome, applied(projected, basis, [name])] as const);

const withEvents = (branch: Branch, entries: readonly (readonly [string | undefined, number])[]): Branch =>
  ({ ...branch, events: new Map([...branch.events, ...entries.filter((entry): entry is readonly [string, number] => entry[0] !== undefined)]) });

const allocated = (branch: Branch, name: string): Branch => {
  if (branch.qubits.includes(name)) throw new NotExecutable(`${name} is allocated already`);
  return { ...branch, qubits: [...branch.qubits, name], amplitudes: [...branch.amplitudes, ...branch.amplitudes.map(() => ZERO)] };
};

const reset = (branch: Branch, name: string): readonly Branch[] =>
  readZ(branch, name).map(([outcome, projected]) => (outcome === 1 ? applied(projected, X, [name]) : projected));

function freed(branch: Branch, name: string): readonly Branch[] {
  const [place = 0] = placesOf(branch, [name]);
  return readZ(branch, name).map(([outcome, projected]) => ({
    ...projected,
    qubits: branch.qubits.filter((other) => other !== name),
    amplitudes: projected.amplitudes.filter((_, index) => ((index >> place) & 1) === outcome),
  }));
}

function bell(branch: Branch, node: PlainNode): readonly Branch[] {
  const [first = "", second = ""] = node.vqs ?? [];
  const turned = applied(applied(branch, CNOT, [first, second]), H, [first]);
  const [one, two] = node.produces ?? [];
  return readZ(turned, first).flatMap(([m0, after]) => readZ(after, second).map(([m1, end]) =>
    withEvents(end, two === undefined ? [[one, 2 * m0 + m1]] : [[one, m0], [two, m1]])));
}

function pauli(branch: Branch, node: PlainNode): readonly Branch[] {
  const flips = (node.inputs ?? []).reduce((sum, event) => sum ^ (branch.events.get(event) ?? 0), 0);
  if ((node.inputs ?? []).length > 0 && flips === 0) return [branch];
  const mask = String(node.args?.["mask"] ?? node.args?.["pauli"]);
  return [(node.vqs ?? []).reduce((state, name, at) => {
    const matrix = FIXED[mask.length === 1 ? mask : mask.charAt(at)];
    if (matrix === undefined || !/^[IXYZ]+$/.test(mask)) throw new NotExecutable(`${node.id}: mask ${mask}`);
    return applied(state, matrix, [name]);
  }, branch)];
}

const BASES: Readonly<Record<string, (node: PlainNode) => Matrix>> = {
  MEASURE_Z: () => diagonal(ONE, ONE),
  MEASURE_X: () => H,
  MEASURE_Y: () => [[R, R], [[0, Math.SQRT1_2], [0, -Math.SQRT1_2]]],
  MEASURE_ANGLE: (node) => rotation("RY", numberOf(node, "angle")),
};
const IDLE = new Set(["FENCE_EPOCH", "BAR_REGION", "SET_POLICY", "OPEN_CHAN", "CLOSE_CHAN"]);

const each = (branch: Branch, names: readonly string[], step: (branch: Branch, name: string) => readonly Branch[]): readonly Branch[] =>
  names.reduce<readonly Branch[]>((branches, name) => branches.flatMap((one) => step(one, name)), [branch]);

const holds = (guard: PlainGuard, events: ReadonlyMap<string, number>): boolean =>
  "event" in guard ? events.get(guard.event) === guard.equals
    : guard.type === "and" ? guard.conditions.every((one) => holds(one, events)) : guard.conditions.some((one) => holds(one, events));

function transferred(branch: Branch, { vqs = [], args }: PlainNode): readonly Branch[] {
  const [, to = ""] = vqs;
  if (args?.["semantic"] === undefined) return [branch];
  const ready = args["semantic"] === "teleport" ? reset(branch, to) : [branch];
  return ready.map((one) => applied(one, SEVERAL["APPLY_SWAP"] ?? [], vqs));
}

/** Uses of channels name both their ends, in order. */
function spelledOut({ program: { nodes } }: PlainGraph): readonly PlainNode[] {
  return nodes.map((node, at) => {
    if (node.op !== "USE_CHAN" || node.vqs?.length === 2) return node;
    const opened = nodes.slice(0, at).find(({ op, chs }) => op === "OPEN_CHAN" && chs?.[0] === node.chs?.[0])?.vqs ?? [];
    return { ...node, vqs: node.vqs?.[0] === opened[1] && opened[1] !== undefined ? [...opened].reverse() : opened };
  });
}

/** What a node makes of a branch. @throws NotExecutable */
export function stepped(branch: Branch, node: PlainNode): readonly Branch[] {
  const { op, vqs = [], guard } = node;
  if (IDLE.has(op) || (guard !== undefined && !holds(guard, branch.events))) return [branch];
  const matrix = matrixOf(node);
  if (matrix !== undefined) return [applied(branch, matrix, vqs)];
  const basis = BASES[op]?.(node);
  if (basis !== undefined) return readIn(branch, vqs[0] ?? "", basis).map(([outcome, after]) => withEvents(after, [[node.produces?.[0], outcome]]));
  switch (op) {
    case "ALLOC_LQ": return [vqs.reduce(allocated, branch)];
    case "FREE_LQ": return each(branch, vqs, freed);
    case "RESET": return each(branch, vqs, reset);
    case "INJECT_T_STATE": return each(branch, vqs, (one, name) => reset(one, name).map((zero) => applied(applied(zero, H, [name]), FIXED["T"] ?? H, [name])));
    case "MEASURE_BELL": return bell(branch, node);
    case "COND_PAULI": return pauli(branch, node);
    case "USE_CHAN": return transferred(branch, node);
    default: throw new NotExecutable(`${node.id}: ${op}`);
  }
}

export const EMPTY: Branch = { qubits: [], amplitudes: [ONE], events: new Map() };

/** Every branch at the end of the graph, from a given beginning. */
export const branchesOf = (graph: PlainGraph, from: Branch = EMPTY): readonly Branch[] =>
  spelledOut(graph).reduce<readonly Branch[]>((branches, node) => branches.flatMap((branch) => stepped(branch, node)), [from]);

/** `name=value` of every declared event, sorted by name, joined by one space; `-` for an event that was never produced. */
export const eventKey = (events: readonly string[], values: ReadonlyMap<string, number>): string =>
  [...events].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).map((name) => `${name}=${String(values.get(name) ?? "-")}`).join(" ");

/** The exact distribution over what the events say. */
export function graphOdds(graph: PlainGraph): ReadonlyMap<string, number> {
  const odds = new Map<string, number>();
  for (const branch of branchesOf(graph)) {
    const key = eventKey(graph.resources.events, branch.events);
    odds.set(key, (odds.get(key) ?? 0) + weight(branch));
  }
  return odds;
}

/** The state a graph without readouts, resets and frees leaves, and the order of its qubits (qubit k is bit k of the index). */
export function graphState(graph: PlainGraph, from: Branch = EMPTY): Branch {
  const [only, more] = branchesOf(graph, from);
  if (only === undefined || more !== undefined) throw new NotExecutable("more than one branch");
  return only;
}

/** |index> over these qubits. */
export const basisState = (qubits: readonly string[], index: number): Branch =>
  ({ qubits, amplitudes: Array.from({ length: 1 << qubits.length }, (_, at) => (at === index ? ONE : ZERO)), events: new Map() });

/** Gates alone, allocations left out. */
const withoutAllocations = (graph: PlainGraph): PlainGraph =>
  ({ ...graph, program: { nodes: graph.program.nodes.filter(({ op }) => op !== "ALLOC_LQ") } });

/** The unitary of a graph of gates: `columns[j]` is the state made of |j> over `qubits`, which stand for the allocated ones. */
export const graphUnitary = (graph: PlainGraph, qubits: readonly string[]): readonly (readonly Complex[])[] =>
  Array.from({ length: 1 << qubits.length }, (_, index) => graphState(withoutAllocations(graph), basisState(qubits, index)).amplitudes);

/** |tr(U†V)| / N: 1 when two unitaries are equal up to a phase. */
export function fidelity(left: readonly (readonly Complex[])[], right: readonly (readonly Complex[])[]): number {
  const [re, im] = left.reduce((sum, column, j) => column.reduce((inner, [a, b], i) => plus(inner, times([a, -b], right[j]?.[i] ?? ZERO)), sum), ZERO);
  return Math.sqrt(re * re + im * im) / left.length;
}
