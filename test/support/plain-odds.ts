// The distribution of a circuit's records, by the plainest means there are: dense matrices on a copy of the state, every outcome of
// every measurement and reset followed, probabilities added up. Shares with what it tests the meaning of circuit.ts, nothing else.
import { ARITY, OP, OP_WIDTH, type LoweredCircuit } from "../../domains/kernels/circuit.ts";
import { gateMatrix, zeroState, type Matrix, type State } from "../../domains/kernels/statevector/reference.ts";

const copyOf = ({ qubits, re, im }: State): State => ({ qubits, re: re.slice(), im: im.slice() });

function multiplied(state: State, matrix: Matrix, on: readonly number[]): State {
  const result = { qubits: state.qubits, re: new Float64Array(state.re.length), im: new Float64Array(state.re.length) };
  for (let index = 0; index < state.re.length; index++) {
    const row = on.reduce((local, qubit, bit) => local | (((index >> qubit) & 1) << bit), 0);
    const rest = on.reduce((bare, qubit) => bare & ~(1 << qubit), index);
    (matrix[row] ?? []).forEach(([re, im], column) => {
      const from = on.reduce((whole, qubit, bit) => whole | (((column >> bit) & 1) << qubit), rest);
      result.re[index] = (result.re[index] ?? 0) + re * (state.re[from] ?? 0) - im * (state.im[from] ?? 0);
      result.im[index] = (result.im[index] ?? 0) + re * (state.im[from] ?? 0) + im * (state.re[from] ?? 0);
    });
  }
  return result;
}

/** Unnormalised: its squared norm is the probability of everything that led here. */
function projected(state: State, qubit: number, outcome: number): State {
  const result = copyOf(state);
  for (let index = 0; index < result.re.length; index++) if (((index >> qubit) & 1) !== outcome) result.re[index] = result.im[index] = 0;
  return result;
}

const normOf = ({ re, im }: State): number => re.reduce((sum, value, index) => sum + value * value + (im[index] ?? 0) * (im[index] ?? 0), 0);

function meets({ conditions }: LoweredCircuit, at: number, clbits: readonly number[]): boolean {
  for (let pair = 0; at >= 0 && pair < (conditions[at] ?? 0); pair++) if (clbits[conditions[at + 1 + 2 * pair] ?? 0] !== conditions[at + 2 + 2 * pair]) return false;
  return true;
}

/** Record (clbit 0 leftmost) → probability; records of probability below 1e-25 are left out. */
export function plainOdds(circuit: LoweredCircuit): ReadonlyMap<string, number> {
  const odds = new Map<string, number>();
  const follow = (state: State, at: number, clbits: readonly number[]): void => {
    if (at >= circuit.ops.length) {
      odds.set(clbits.join(""), (odds.get(clbits.join("")) ?? 0) + normOf(state));
      return;
    }
    const [opcode = 0, q0 = 0, q1 = 0, q2 = 0, clbit = 0, condition = -1, parameter = -1] = circuit.ops.subarray(at, at + OP_WIDTH);
    if (opcode === OP.BARRIER || !meets(circuit, condition, clbits)) return follow(state, at + OP_WIDTH, clbits);
    if (opcode !== OP.MEASURE && opcode !== OP.RESET) {
      return follow(multiplied(state, gateMatrix(opcode, circuit.angles[parameter] ?? 0), [q0, q1, q2].slice(0, ARITY[opcode])), at + OP_WIDTH, clbits);
    }
    for (const outcome of [0, 1]) {
      const branch = projected(state, q0, outcome);
      if (normOf(branch) < 1e-25) continue;
      const reset = opcode === OP.RESET && outcome === 1;
      follow(reset ? multiplied(branch, gateMatrix(OP.X, 0), [q0]) : branch, at + OP_WIDTH, opcode === OP.MEASURE ? clbits.with(clbit, outcome) : clbits);
    }
  };
  follow(zeroState(circuit.qubits), 0, new Array<number>(circuit.clbits).fill(0));
  return odds;
}
