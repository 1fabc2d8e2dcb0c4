// A stabilizer circuit with noise and annotations, as `.stim` files spell it: the plain data everything in this room reads and writes.
//   1  Names are canonical (aliases are gone: CNOT is CX, MZ is M); what each takes stands in gates.ts.
//   2  A target is one integer: a value below 2^24 and flags. Pairs and Pauli products are runs of targets, as in the file.
//   3  `line` and `column` are where an instruction began in its file, from 1; line 0 and no column for one made in memory. Refusals name them.

/** What a target's integer is made of: `value | flags`. Y is X and Z together. */
export const TARGET = Object.freeze({
  VALUE: 0xff_ffff,
  X: 1 << 24,
  Z: 1 << 25,
  INVERTED: 1 << 26,
  /** rec[-value] */
  RECORD: 1 << 27,
  /** sweep[value] */
  SWEEP: 1 << 28,
  /** `*` between the factors of a Pauli product. */
  COMBINER: 1 << 29,
});

export interface StimInstruction {
  readonly name: string;
  /** Text in square brackets behind the name; "" where there is none. */
  readonly tag: string;
  /** Numbers in round brackets: probabilities, coordinates or an index. */
  readonly args: readonly number[];
  readonly targets: readonly number[];
  readonly line: number;
  readonly column?: number;
}

export interface StimRepeat {
  readonly name: "REPEAT";
  readonly tag: string;
  /** At least 1. */
  readonly count: number;
  readonly body: StimCircuit;
  readonly line: number;
  readonly column?: number;
}

export type StimItem = StimInstruction | StimRepeat;
export type StimCircuit = readonly StimItem[];

export const isRepeat = (item: StimItem): item is StimRepeat => "body" in item;
