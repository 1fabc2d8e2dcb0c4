// Calls that were checked before, found again by what they say: a program that is run over and over makes the same call each time.
//   1  A call is known only when it says exactly what a checked one says, field by field and bit by bit, and nothing else.
//   2  Only the latest few small ones are kept, the latest first, so whoever calls pays little for it.
import type { LoweredCircuit } from "../kernels/circuit.ts";

type Fields = Readonly<Record<string, unknown>>;
type Numbers = Int32Array | Float64Array;

interface Checked {
  readonly mode: "bits" | "counts" | "expectation";
  readonly shots: number;
  readonly circuit: LoweredCircuit;
}

const KEPT_MAX = 16;
/** Fields of the circuit's instructions. */
const FIELDS_MAX = 16_384;

/** Own, enumerable, without getters, and no more than `most` of them. */
function plain(value: unknown, most: number): value is Fields {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false;
  const keys = Reflect.ownKeys(value);
  return keys.length <= most && keys.every((key) => Object.getOwnPropertyDescriptor(value, key)?.get === undefined);
}

const sameNumbers = (given: unknown, checked: Numbers): boolean =>
  ArrayBuffer.isView(given) && Object.getPrototypeOf(given) === Object.getPrototypeOf(checked) && (given as Numbers).length === checked.length
  && checked.every((value: number, at: number) => Object.is(value, (given as Numbers)[at]));

function sameCircuit(given: unknown, { qubits, clbits, ops, angles, conditions }: LoweredCircuit): boolean {
  return plain(given, 5) && given["qubits"] === qubits && given["clbits"] === clbits
    && sameNumbers(given["ops"], ops) && sameNumbers(given["angles"], angles) && sameNumbers(given["conditions"], conditions);
}

const sameCall = (given: Fields, { mode, shots, circuit }: Checked): boolean =>
  given["mode"] === mode && (given["shots"] === shots || (mode === "bits" && !("shots" in given))) && sameCircuit(given["circuit"], circuit);

export class KnownCalls<J extends Checked> {
  #latest: J[] = [];

  find(call: unknown): J | undefined {
    if (this.#latest.length === 0 || !plain(call, 3)) return undefined;
    const found = this.#latest.find((job) => sameCall(call, job));
    if (found !== undefined && found !== this.#latest[0]) this.#latest = [found, ...this.#latest.filter((job) => job !== found)];
    return found;
  }

  keep(job: J): void {
    if (job.mode === "expectation" || job.circuit.ops.length > FIELDS_MAX) return;
    this.#latest = [job, ...this.#latest.slice(0, KEPT_MAX - 1)];
  }
}
