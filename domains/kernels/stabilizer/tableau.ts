// One tableau in one WebAssembly instance: moves programs, bits and letters across the border. Owns memory
// addresses and nothing else; what is asked of it has been checked by `kernel.ts`. The instance dies with its job, or its memory is
// put back to where it stood before it (kept.ts).
import { base64 } from "../build/stabilizer.ts";
import { OP_WIDTH } from "../circuit.ts";
import { allocated, guarded, outOfMemory, placed } from "../heap.ts";
import { compileKernel } from "../load.ts";

/** The binary's exports; addresses are bytes in `memory`, `program` records are OP_WIDTH int32. */
interface TableauBinary {
  readonly memory: WebAssembly.Memory;
  readonly allocate: (bytes: number) => number;
  readonly open: (qubits: number) => void;
  readonly start: (program: number, records: number, conditions: number, clbits: number) => void;
  readonly sample: (key0: number, key1: number, first: number, count: number, out: number) => void;
  readonly expectation: (letters: number) => number;
  readonly rowX: (qubit: number) => number;
  readonly rowZ: (qubit: number) => number;
}

/** A row as i^phase · X^x · Z^z, all X left of all Z. For tests of the tableau's invariants; never leaves the room. */
export interface TableauRow { readonly phase: number; readonly x: readonly boolean[]; readonly z: readonly boolean[] }

export interface Tableau {
  /** Applies the part of a Clifford program that is the same in every shot; the rest waits for `sample`. Once per tableau. */
  readonly start: (program: Int32Array, conditions: Int32Array, clbits: number) => void;
  /** Writes shots first … first + count − 1, shot-major. */
  readonly sample: (key: Uint32Array, first: number, bits: Uint8Array) => void;
  /** ⟨P⟩ in {-1, 0, 1} of one letter (0 I, 1 X, 2 Y, 3 Z) a qubit in the state `start` left. */
  readonly expectation: (letters: Uint8Array) => number;
  readonly row: (kind: "X" | "Z", qubit: number) => TableauRow;
  /**
   * After `start`, before the first `sample`: how the memory is put back to what it is now, once `bytes` of shots at most were sampled.
   * Nothing when it grew before; when it grew since, it is not put back and the answer is false.
   */
  readonly mark: (bytes: number) => (() => boolean) | undefined;
}

/** Bytes of shots that cross the border at once. */
const BATCH_BYTES = 1 << 22;

/** @throws Fault KERNEL_REFUSED when the instance cannot have the memory. */
export function openTableau(qubits: number): Tableau {
  const binary = instantiate();
  let measured = 0;
  let batch = { at: 0, shots: 0 };
  let letterAt = 0;
  guarded("job", () => { binary.open(qubits); });
  return {
    start(program, conditions, clbits) {
      const programAt = placed("job", binary, program);
      const conditionsAt = placed("job", binary, conditions);
      measured = clbits;
      guarded("job", () => { binary.start(programAt, program.length / OP_WIDTH, conditionsAt, clbits); });
    },
    sample(key, first, bits) {
      const [key0 = 0, key1 = 0] = key;
      if (batch.shots === 0) batch = openBatch(binary, bits.length, measured);
      for (let from = 0; from < bits.length; from += batch.shots * measured) {
        const length = Math.min(bits.length - from, batch.shots * measured);
        guarded("job", () => { binary.sample(key0, key1, first + from / measured, length / measured, batch.at); });
        bits.set(new Uint8Array(binary.memory.buffer, batch.at, length), from);
      }
    },
    expectation(letters) {
      if (letterAt === 0) letterAt = allocated("job", binary, qubits);
      new Uint8Array(binary.memory.buffer, letterAt, qubits).set(letters);
      return binary.expectation(letterAt);
    },
    mark(bytes) {
      if (batch.shots === 0) batch = openBatch(binary, bytes, measured);
      return memoryMark(binary);
    },
    row: (kind, qubit) => readRow(binary, kind === "X" ? binary.rowX(qubit) : binary.rowZ(qubit), qubits),
  };
}

const instantiate = (): TableauBinary => {
  const { exports } = new WebAssembly.Instance(compileKernel(base64), { env: { abort: () => outOfMemory("job") } });
  return exports as unknown as TableauBinary; // the one place that knows the binary's exports; every test calls each of them
};

function openBatch(binary: TableauBinary, bytes: number, clbits: number): { readonly at: number; readonly shots: number } {
  const shots = Math.max(1, Math.min(Math.floor(BATCH_BYTES / clbits), bytes / clbits));
  return { at: allocated("job", binary, shots * clbits), shots };
}

/** A page: what the binary begins with. */
const FIRST_BYTES = 65_536;

function memoryMark(binary: TableauBinary): (() => boolean) | undefined {
  const used = allocated("job", binary, 0); // nothing was ever written behind it
  const { buffer } = binary.memory;
  if (buffer.byteLength !== FIRST_BYTES) return undefined;
  const memory = new Uint8Array(buffer);
  const before = memory.slice(0, used);
  return () => {
    if (memory.length !== FIRST_BYTES) return false; // a memory that grows leaves its old views without any
    memory.fill(0, used);
    memory.set(before);
    return true;
  };
}

function readRow(binary: TableauBinary, address: number, qubits: number): TableauRow {
  const at = address >>> 0;
  const view = new DataView(binary.memory.buffer, at);
  const half = Math.ceil(qubits / 128) * 16;
  const bits = (from: number): boolean[] =>
    Array.from({ length: qubits }, (_, q) => ((view.getUint8(from + (q >> 3)) >> (q & 7)) & 1) === 1);
  return { phase: view.getUint32(0, true), x: bits(16), z: bits(16 + half) };
}
