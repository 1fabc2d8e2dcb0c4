// Noise of gates, of waiting and of reading, as data. What it does at each place of a circuit is for whoever simulates it (statevector/).
//   N1  Behind each gate that acts: depolarizing, a uniformly drawn Pauli other than the identity over all the gate's qubits at once.
//   N2  Every qubit relaxes all the time: amplitude damping by T1, and dephasing for what T2 takes beside it. Instructions start as soon as their
//       qubits, and the classical bits they write or hang on, are free; behind a barrier, when all before it are over. They take their time
//       whether their condition holds or not. Gates act when they start, MEASURE and RESET when they end; barriers take no time.
//   N3  A rotation turns `overRotation` radians too far, always. What is read is recorded wrongly with a probability of its own for 0 and for 1.
import { Fault } from "../../kernel-abi/fault.ts";

/** Times and durations in one unit, whichever. T2 is at most 2·T1. */
export interface Relaxation {
  readonly t1: number;
  readonly t2: number;
  /** Of a gate of one qubit, and of more. */
  readonly gate1: number;
  readonly gate2: number;
  readonly measure: number;
  readonly reset: number;
}

export interface NoiseModel {
  /** Probabilities behind a gate of one qubit, and of more. */
  readonly depolarize1: number;
  readonly depolarize2: number;
  readonly relaxation?: Relaxation;
  /** Probability that a 0 is recorded as 1, and a 1 as 0. */
  readonly readout: { readonly zeroAsOne: number; readonly oneAsZero: number };
  /** Radians. */
  readonly overRotation: number;
}

export const NOISELESS: NoiseModel = Object.freeze({ depolarize1: 0, depolarize2: 0, readout: Object.freeze({ zeroAsOne: 0, oneAsZero: 0 }), overRotation: 0 });

const refuse = (argument: string, allowed: string): never => {
  throw new Fault("KERNEL_REFUSED", { argument, allowed });
};

/** @throws Fault KERNEL_REFUSED for what is no probability, no time, or relaxes in phase more slowly than its energy lets it */
export function checkNoise({ depolarize1, depolarize2, relaxation, readout, overRotation }: NoiseModel): void {
  for (const [name, p] of Object.entries({ depolarize1, depolarize2, ...readout })) if (!(p >= 0 && p <= 1)) refuse(`noise ${name}`, "a probability, 0 to 1");
  if (!Number.isFinite(overRotation)) refuse("noise overRotation", "a finite number of radians");
  if (relaxation === undefined) return;
  const { t1, t2, ...durations } = relaxation;
  if (!(t1 > 0 && t2 > 0 && t1 < Infinity)) refuse("noise relaxation", "times above 0");
  if (!(t2 <= 2 * t1)) refuse("noise t2", "at most 2·t1: energy that is lost takes phase with it");
  for (const [name, time] of Object.entries(durations)) if (!(time >= 0 && time < Infinity)) refuse(`noise ${name}`, "a duration of 0 or more");
}

type Fields = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const record = (value: unknown, what: string): Fields => (isRecord(value) ? value : refuse(what, "a record"));

function number(fields: Fields, name: string): number {
  const value = fields[name];
  return typeof value === "number" ? value : refuse(`noise ${name}`, "a number");
}

/** @throws Fault KERNEL_REFUSED for anything but a model that `checkNoise` takes */
export function readNoise(value: unknown): NoiseModel {
  const fields = record(value, "noise");
  const readout = record(fields["readout"], "noise readout");
  const relaxation = fields["relaxation"] === undefined ? undefined : record(fields["relaxation"], "noise relaxation");
  const model: NoiseModel = {
    depolarize1: number(fields, "depolarize1"), depolarize2: number(fields, "depolarize2"),
    ...(relaxation === undefined ? {} : { relaxation: {
      t1: number(relaxation, "t1"), t2: number(relaxation, "t2"), gate1: number(relaxation, "gate1"), gate2: number(relaxation, "gate2"),
      measure: number(relaxation, "measure"), reset: number(relaxation, "reset"),
    } }),
    readout: { zeroAsOne: number(readout, "zeroAsOne"), oneAsZero: number(readout, "oneAsZero") },
    overRotation: number(fields, "overRotation"),
  };
  checkNoise(model);
  return model;
}
