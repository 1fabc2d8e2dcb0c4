// Calls that were checked before, found again by what they say: a program that is run over and over makes the same call each time.
//   1  A call is known only when it says exactly what a checked one says, field by field and bit by bit, and nothing else.
//   2  Only the latest few small ones are kept, the latest first, so whoever calls pays little for it.
import type { LoweredCircuit } from "../kernels/circuit.ts";

type Fields = Readonly<Record<string, unknown>>;
type Numbers = Int32Array | Float64Array;

interface Checked {
  readonly mode: "bits" | "counts" | "expectation" | "gradient";
  readonly shots: number;
  readonly circuit: LoweredCircuit;
  readonly noise?: unknown;
  readonly fusion?: unknown;
}

const KEPT_MAX = 16;
/** Fields of the circuit's instructions. */
const FIELDS_MAX = 16_384;

/** Own, enumerable, without getters, and no more than `most` of them. */
function plain(value: unknown, most: number): value is Fields {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false;
  const keys = Reflect.ownKeys(value);
  if (keys.length > most) return false;
  for (const key of keys) if (Object.getOwnPropertyDescriptor(value, key)?.get !== undefined) return false;
  return true;
}

function sameNumbers(given: unknown, checked: Numbers): boolean {
  if (!ArrayBuffer.isView(given) || Object.getPrototypeOf(given) !== Object.getPrototypeOf(checked)) return false;
  const numbers = given as Numbers;
  if (numbers.length !== checked.length) return false;
  for (let at = 0; at < checked.length; at++) if (!Object.is(numbers[at], checked[at])) return false;
  return true;
}

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
    if (job.mode === "expectation" || job.mode === "gradient" || job.noise !== undefined || job.fusion !== undefined || job.circuit.ops.length > FIELDS_MAX) return;
    this.#latest = [job, ...this.#latest.slice(0, KEPT_MAX - 1)];
  }
}
