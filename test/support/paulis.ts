// Signed Pauli strings, multiplied and conjugated the plain way; circuits are conjugated gate by gate from words in H, S and CX.

/** i^turns times one Pauli per qubit: "_", "X", "Y" or "Z". */
export interface PauliString {
  readonly turns: number;
  readonly letters: string;
}

/** Product of two Paulis on one qubit: letter and power of i. */
const TIMES: Readonly<Record<string, readonly [string, number]>> = {
  XY: ["Z", 1], YX: ["Z", 3], YZ: ["X", 1], ZY: ["X", 3], ZX: ["Y", 1], XZ: ["Y", 3], XX: ["_", 0], YY: ["_", 0], ZZ: ["_", 0], __: ["_", 0],
  _X: ["X", 0], _Y: ["Y", 0], _Z: ["Z", 0], X_: ["X", 0], Y_: ["Y", 0], Z_: ["Z", 0],
};

export function times(a: PauliString, b: PauliString): PauliString {
  let { turns } = a;
  turns += b.turns;
  let letters = "";
  for (let at = 0; at < a.letters.length; at++) {
    const [letter, quarter] = TIMES[`${a.letters[at] ?? ""}${b.letters[at] ?? ""}`] ?? ["?", 0];
    letters += letter;
    turns += quarter;
  }
  return { turns: turns % 4, letters };
}

export const pauliString = (text: string): PauliString => (text.startsWith("-") ? { turns: 2, letters: text.slice(1) } : { turns: 0, letters: text });
export const pauliText = ({ turns, letters }: PauliString): string => {
  if (turns % 2 !== 0) throw new Error(`not Hermitian: i^${turns} ${letters}`);
  return `${turns === 2 ? "-" : ""}${letters}`;
};

const GENERATORS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  H: { X: "Z", Z: "X" }, S: { X: "Y", Z: "Z" }, CX: { X_: "XX", Z_: "Z_", _X: "_X", _Z: "ZZ" },
};

/** `pauli` conjugated by one gate whose images of X and Z are given by letters, on `qubits` of it. */
export function conjugated(pauli: PauliString, images: Readonly<Record<string, string>>, qubits: readonly number[]): PauliString {
  const identity = "_".repeat(qubits.length);
  let local: PauliString = { turns: 0, letters: identity };
  qubits.forEach((qubit, at) => {
    const letter = pauli.letters[qubit] ?? "_";
    const factor = (axis: string): PauliString => pauliString(images[identity.slice(0, at) + axis + identity.slice(at + 1)] ?? "?");
    // Y is iXZ.
    if (letter === "Y") local = times(local, times({ turns: 1, letters: identity }, times(factor("X"), factor("Z"))));
    else if (letter !== "_") local = times(local, factor(letter));
  });
  const letters = [...pauli.letters];
  qubits.forEach((qubit, at) => { letters[qubit] = local.letters[at] ?? "?"; });
  return { turns: (pauli.turns + local.turns) % 4, letters: letters.join("") };
}

/** `pauli` conjugated by a word such as `H 0;CX 0 1`, in time order. */
export function conjugatedBy(word: string, pauli: PauliString): PauliString {
  let out = pauli;
  for (const step of word.split(";").filter((text) => text !== "")) {
    const [name = "", ...qubits] = step.split(" ");
    const images = GENERATORS[name];
    if (images === undefined) throw new Error(`no generator ${name}`);
    out = conjugated(out, images, qubits.map(Number));
  }
  return out;
}
