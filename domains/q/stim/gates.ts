// The gates of `.stim`, one record each: what it is called, what it takes and what it does. Names, targets and signs are those of Stim
// 1.16's gate reference (github.com/quantumlib/Stim, doc/gates.md).
//   G1  A unitary's `images` are what conjugation makes of X and Z of each of its qubits; `expansion` is the same in H, S and CX, and both
//       agree with its matrix (property test). Whoever simulates needs one of the two.
//   G2  A name or alias belongs to one record; records are named canonically.

export type Pauli = "X" | "Y" | "Z";

/** How targets are grouped: each alone, in pairs, as Pauli products with `*`, as one product, as records, as the digits 0 and 1. */
export type Targets = "none" | "qubits" | "pairs" | "products" | "product" | "records" | "records or paulis" | "digits";

export type GateKind =
  /** `targets` pairs may have classical bits where `classical` says so. */
  | "unitary"
  /** exp(i·π/4·P) of each product, up to phase; `inverse` has the other sign. */
  | "product unitary"
  /** One record per target, pair or product; an argument is the probability that it is reported wrongly. */
  | "measure" | "reset" | "measure and reset"
  /** Records a constant. */
  | "pad"
  | "noise"
  /** Noise that records whether it struck. */
  | "herald"
  | "annotation";

/** Numbers in brackets. `disjoint` probabilities exclude one another: their sum is at most 1. */
export interface Arguments {
  readonly are: "none" | "probability" | "disjoint" | "coordinates" | "index";
  readonly least: number;
  readonly most: number;
}

export interface Gate {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly kind: GateKind;
  readonly args: Arguments;
  readonly targets: Targets;
  /** What undoes it; undefined where nothing does. */
  readonly inverse: string | undefined;
  /** Signed Paulis: X→, Z→ of one qubit; X_→, Z_→, _X→, _Z→ of two. Empty unless `unitary`. */
  readonly images: readonly string[];
  /** In time order, in H, S, CX, M and R on the qubits 0 and 1; "" for the identity and for what acts on products, noise and annotations. */
  readonly expansion: string;
  /** What is measured or prepared, on one qubit or on both. */
  readonly basis: Pauli | undefined;
  /** Which of a pair may be a bit (rec[-k], sweep[k]) that controls a Pauli on the other: 0, 1. */
  readonly classical: readonly number[];
  /** Whether `!` may stand before a target, to invert what is recorded, or the sign of a product. */
  readonly inverts: boolean;
}

const NO_ARGS: Arguments = Object.freeze({ are: "none", least: 0, most: 0 });
const FLIP: Arguments = Object.freeze({ are: "probability", least: 0, most: 1 });
const PROBABILITY: Arguments = Object.freeze({ are: "probability", least: 1, most: 1 });
const COORDINATES_MAX = 255;
const COORDINATES: Arguments = Object.freeze({ are: "coordinates", least: 0, most: COORDINATES_MAX });
const disjoint = (least: number, most = least): Arguments => Object.freeze({ are: "disjoint", least, most });

type Rest = Partial<Omit<Gate, "name" | "kind" | "targets">>;
const gate = (names: string, kind: GateKind, targets: Targets, rest: Rest = {}): Gate => {
  const [name = "", ...aliases] = names.split(" ");
  return Object.freeze({ name, aliases, kind, targets, args: NO_ARGS, inverse: undefined, images: [], expansion: "", basis: undefined, classical: [], inverts: false, ...rest });
};

/** `word`: one letter a generator, in time order. */
const one = (names: string, images: string, word: string, inverse = names.split(" ")[0]): Gate =>
  gate(names, "unitary", "qubits", { images: images.split(" "), expansion: [...word].map((letter) => `${letter} 0`).join(";"), inverse });
const two = (names: string, images: string, expansion: string, inverse = names.split(" ")[0], classical: readonly number[] = []): Gate =>
  gate(names, "unitary", "pairs", { images: images.split(" "), expansion, inverse, classical });
const controlled = (names: string, images: string, expansion: string, ...classical: readonly number[]): Gate => two(names, images, expansion, undefined, classical);

const measure = (names: string, basis: Pauli, expansion: string, targets: Targets = "qubits"): Gate =>
  gate(names, "measure", targets, { basis, expansion, args: FLIP, inverts: true });
const reset = (names: string, basis: Pauli, expansion: string): Gate => gate(names, "reset", "qubits", { basis, expansion });
const measureReset = (names: string, basis: Pauli, expansion: string): Gate => gate(names, "measure and reset", "qubits", { basis, expansion, args: FLIP, inverts: true });
const noise = (names: string, args: Arguments, targets: Targets = "qubits"): Gate => gate(names, "noise", targets, { args });
const annotation = (name: string, args: Arguments, targets: Targets): Gate => gate(name, "annotation", targets, { args });

const ROWS: readonly Gate[] = [
  one("I", "X Z", ""),
  one("X", "X -Z", "HSSH"),
  one("Y", "-X -Z", "HSSHSS"),
  one("Z", "-X Z", "SS"),
  // Period three: X→Y→Z→X and its kin; N stands before an axis whose sign turns.
  one("C_XYZ", "Y X", "HSHS", "C_ZYX"), one("C_ZYX", "Z Y", "HS", "C_XYZ"),
  one("C_NXYZ", "-Y -X", "HSHSSS", "C_ZYNX"), one("C_ZYNX", "-Z Y", "SSHS", "C_NXYZ"),
  one("C_XNYZ", "-Y X", "SH", "C_ZNYX"), one("C_ZNYX", "Z -Y", "HSSS", "C_XNYZ"),
  one("C_XYNZ", "Y -X", "SHSS", "C_NZYX"), one("C_NZYX", "-Z -Y", "HSHSSH", "C_XYNZ"),
  one("H H_XZ", "Z X", "H"), one("H_NXZ", "-Z -X", "SSHSS"),
  one("H_XY", "Y -Z", "HSSHS"), one("H_NXY", "-Y -Z", "SHSSH"),
  one("H_YZ", "-X Y", "HSHSS"), one("H_NYZ", "-X -Y", "SHSSS"),
  one("S SQRT_Z", "Y Z", "S", "S_DAG"), one("S_DAG SQRT_Z_DAG", "-Y Z", "SSS", "S"),
  one("SQRT_X", "X -Y", "HSH", "SQRT_X_DAG"), one("SQRT_X_DAG", "X Y", "SHS", "SQRT_X"),
  one("SQRT_Y", "-Z X", "SSH", "SQRT_Y_DAG"), one("SQRT_Y_DAG", "Z -X", "HSS", "SQRT_Y"),

  two("II", "X_ Z_ _X _Z", ""),
  controlled("CX CNOT ZCX", "XX Z_ _X ZZ", "CX 0 1", 0),
  controlled("CY ZCY", "XY Z_ ZX ZZ", "H 0;CX 1 0;H 0;S 0;CX 0 1", 0),
  controlled("CZ ZCZ", "XZ Z_ ZX _Z", "H 0;CX 1 0;H 0", 0, 1),
  controlled("XCX", "X_ ZX _X XZ", "H 0;CX 0 1;H 0"),
  controlled("XCY", "X_ ZY XX XZ", "CX 1 0;H 0;S 0;CX 0 1;H 0"),
  controlled("XCZ", "X_ ZZ XX _Z", "CX 1 0", 1),
  controlled("YCX", "XX ZX _X YZ", "CX 0 1;H 1;S 1;CX 1 0;H 1"),
  controlled("YCY", "XY ZY YX YZ", "H 0;H 1;S 0;CX 1 0;H 1;CX 1 0;S 0"),
  controlled("YCZ", "XZ ZZ YX _Z", "H 0;S 1;CX 1 0;H 0;CX 1 0", 1),
  two("SWAP", "_X _Z X_ Z_", "CX 0 1;CX 1 0;CX 0 1"),
  two("ISWAP", "ZY _Z YZ Z_", "CX 0 1;S 1;CX 1 0;CX 0 1", "ISWAP_DAG"),
  two("ISWAP_DAG", "-ZY _Z -YZ Z_", "CX 0 1;S 1;S 1;S 1;CX 1 0;CX 0 1", "ISWAP"),
  two("CXSWAP", "XX _Z X_ ZZ", "CX 1 0;CX 0 1", "SWAPCX"),
  two("SWAPCX", "_X ZZ XX Z_", "CX 0 1;CX 1 0", "CXSWAP"),
  two("CZSWAP SWAPCZ", "ZX _Z XZ Z_", "H 0;CX 0 1;CX 1 0;H 1"),
  two("SQRT_XX", "X_ -YX _X -XY", "CX 0 1;H 0;S 0;H 0;CX 0 1", "SQRT_XX_DAG"),
  two("SQRT_XX_DAG", "X_ YX _X XY", "S 0;CX 0 1;H 0;S 0;CX 0 1", "SQRT_XX"),
  two("SQRT_YY", "-ZY XY -YZ YX", "S 0;CX 1 0;H 1;S 0;S 0;CX 1 0;S 0", "SQRT_YY_DAG"),
  two("SQRT_YY_DAG", "ZY -XY YZ -YX", "CX 0 1;H 0;S 0;H 0;S 1;CX 1 0;CX 0 1", "SQRT_YY"),
  two("SQRT_ZZ", "YZ Z_ ZY _Z", "CX 0 1;S 1;CX 0 1", "SQRT_ZZ_DAG"),
  two("SQRT_ZZ_DAG", "-YZ Z_ -ZY _Z", "CX 0 1;S 1;S 1;S 1;CX 0 1", "SQRT_ZZ"),
  gate("SPP", "product unitary", "products", { inverse: "SPP_DAG", inverts: true }),
  gate("SPP_DAG", "product unitary", "products", { inverse: "SPP", inverts: true }),

  measure("M MZ", "Z", "M 0"), measure("MX", "X", "H 0;M 0;H 0"), measure("MY", "Y", "S 0;S 0;S 0;H 0;M 0;H 0;S 0"),
  reset("R RZ", "Z", "R 0"), reset("RX", "X", "R 0;H 0"), reset("RY", "Y", "R 0;H 0;S 0"),
  measureReset("MR MRZ", "Z", "M 0;R 0"), measureReset("MRX", "X", "H 0;M 0;R 0;H 0"), measureReset("MRY", "Y", "S 0;S 0;S 0;H 0;M 0;R 0;H 0;S 0"),
  measure("MXX", "X", "CX 0 1;H 0;M 0;H 0;CX 0 1", "pairs"),
  measure("MYY", "Y", "S 0;S 0;S 0;S 1;S 1;S 1;CX 0 1;H 0;M 0;H 0;CX 0 1;S 0;S 1", "pairs"),
  measure("MZZ", "Z", "CX 0 1;M 1;CX 0 1", "pairs"),
  gate("MPP", "measure", "products", { args: FLIP, inverts: true }),
  gate("MPAD", "pad", "digits", { args: FLIP }),

  noise("X_ERROR", PROBABILITY), noise("Y_ERROR", PROBABILITY), noise("Z_ERROR", PROBABILITY),
  noise("I_ERROR", disjoint(0, COORDINATES_MAX)), noise("II_ERROR", disjoint(0, COORDINATES_MAX), "pairs"),
  noise("DEPOLARIZE1", PROBABILITY), noise("DEPOLARIZE2", PROBABILITY, "pairs"),
  noise("PAULI_CHANNEL_1", disjoint(3)), noise("PAULI_CHANNEL_2", disjoint(15), "pairs"),
  noise("E CORRELATED_ERROR", PROBABILITY, "product"), noise("ELSE_CORRELATED_ERROR", PROBABILITY, "product"),
  gate("HERALDED_ERASE", "herald", "qubits", { args: PROBABILITY }),
  gate("HERALDED_PAULI_CHANNEL_1", "herald", "qubits", { args: disjoint(4) }),

  annotation("DETECTOR", COORDINATES, "records"),
  gate("OBSERVABLE_INCLUDE", "annotation", "records or paulis", { args: Object.freeze({ are: "index", least: 1, most: 1 }), inverts: true }),
  annotation("QUBIT_COORDS", COORDINATES, "qubits"),
  annotation("SHIFT_COORDS", COORDINATES, "none"),
  annotation("TICK", NO_ARGS, "none"),
];

/** By canonical name. REPEAT is no gate: it is a StimRepeat. */
export const GATES: ReadonlyMap<string, Gate> = new Map(ROWS.map((row) => [row.name, row]));

const BY_ANY_NAME: ReadonlyMap<string, Gate> = new Map(ROWS.flatMap((row) => [row.name, ...row.aliases].map((name): [string, Gate] => [name, row])));

/** By name or alias, in any case. */
export const gateCalled = (name: string): Gate | undefined => BY_ANY_NAME.get(name) ?? BY_ANY_NAME.get(name.toUpperCase());

/** Bits an instruction of `gate` appends to the record, per target, pair or product. */
export const records = ({ kind }: Gate): boolean => kind === "measure" || kind === "measure and reset" || kind === "pad" || kind === "herald";
