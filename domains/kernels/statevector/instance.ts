// One instance of the state-vector module: typed exports over a private, zeroed memory. A job takes a fresh one and drops
// it, so no amplitude outlives its job (A4); the module itself is compiled once per thread.
import { guarded } from "../heap.ts";
import { compileKernel } from "../load.ts";
import { base64 } from "../build/statevector.ts";

/** A sweep narrowed to distinguished bits: byte values of up to three bits in rising order, the rest `total`. */
type Sweep = [state: number, total: number, span0: number, span1: number, span2: number];
type Pair = (...at: [...Sweep, a: number, b: number]) => void;
type Rotation = (...at: [...Sweep, a: number, b: number, cosine: number, sine: number]) => void;

/** What assembly/index.ts exports; addresses and sizes are bytes unless named otherwise. */
export interface StatevectorExports {
  readonly memory: WebAssembly.Memory;
  readonly hadamard: Pair;
  readonly pauliY: Pair;
  readonly exchange: Pair;
  readonly rotateX: Rotation;
  readonly rotateY: Rotation;
  readonly rotateZ: Rotation;
  readonly phase: (...at: [...Sweep, b: number, cosine: number, sine: number]) => void;
  readonly turn: (...at: [...Sweep, b: number, sign: number]) => void;
  readonly negate: (...at: [...Sweep, b: number]) => void;
  readonly weigh: (state: number, qubits: number, qubit: number, scratch: number) => number;
  readonly weighRow: (weights: number, bits: number, kept: number) => number;
  readonly weightOfOne: () => number;
  readonly clear: (state: number, total: number) => void;
  readonly project: (state: number, total: number, span: number, outcome: number) => void;
  readonly lower: (state: number, total: number, span: number) => void;
  readonly scale: (state: number, total: number, factor: number) => void;
  readonly openShots: (list: number, count: number, result: number, clbits: number, key0: number, key1: number) => void;
  readonly split: (from: number, to: number, ordinal: number, weight0: number, weight1: number) => number;
  readonly publish: (from: number, to: number, record: number) => void;
  readonly sampleRest: (state: number, qubits: number, step: number, end: number, from: number, to: number) => void;
  readonly openPass: (program: number, sync: number, pass: number, state: number, image: number) => void;
  readonly closePasses: (sync: number) => void;
  readonly help: (sync: number, buffer: number) => number;
  readonly blocksDone: (sync: number) => number;
  readonly foldedRow: (row: number, blocks: number, high: number, aside: number) => number;
}

/** Pages of a memory at most: all that 32-bit addresses reach. */
const PAGES_MAX = 65_536;

/** The module itself, for threads that share a memory. */
export const kernelModule = (): WebAssembly.Module => compileKernel(base64);

/** A fresh memory that threads may share, and the module on it. @throws Fault KERNEL_REFUSED when the host has no addresses for it */
export function openInstance(): StatevectorExports {
  const memory = guarded("memory", () => new WebAssembly.Memory({ initial: 1, maximum: PAGES_MAX, shared: true }));
  const instance = new WebAssembly.Instance(compileKernel(base64), { env: { memory } });
  return { ...instance.exports, memory } as unknown as StatevectorExports; // the build makes the exports; every one is exercised by tests
}
