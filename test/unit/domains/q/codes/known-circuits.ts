// Circuits as Stim prints them. Source: the expected texts of Stim's own tests (quantumlib/Stim, src/stim/gen/*.test.cc at 0c63f6c and 5a40b19)
// and, for `rotated_memory_x`, the output of `stim gen --code surface_code --task rotated_memory_x --distance 3 --after_clifford_depolarization 0.001`
// as the tests of TensorQEC.jl quote it, at 3 rounds.
import type { CodeTask } from "../../../../../domains/q/codes/generate.ts";

interface KnownCircuit {
  readonly code: string;
  readonly task: CodeTask;
  readonly text: string;
}

const KNOBS = {
  afterCliffordDepolarization: 0.125,
  afterResetFlipProbability: 0.25,
  beforeMeasureFlipProbability: 0.375,
  beforeRoundDataDepolarization: 0.0625,
};

const REPETITION_ROUND = `
  TICK
  DEPOLARIZE1(0.0625) 0 2 4 6
  CX 0 1 2 3 4 5
  DEPOLARIZE2(0.125) 0 1 2 3 4 5
  TICK
  CX 2 1 4 3 6 5
  DEPOLARIZE2(0.125) 2 1 4 3 6 5
  TICK
  X_ERROR(0.375) 1 3 5
  MR 1 3 5
  X_ERROR(0.25) 1 3 5`;

const UNROTATED_PLACES = `
  QUBIT_COORDS(0, 0) 0
  QUBIT_COORDS(1, 0) 1
  QUBIT_COORDS(2, 0) 2
  QUBIT_COORDS(0, 1) 3
  QUBIT_COORDS(1, 1) 4
  QUBIT_COORDS(2, 1) 5
  QUBIT_COORDS(0, 2) 6
  QUBIT_COORDS(1, 2) 7
  QUBIT_COORDS(2, 2) 8`;

const UNROTATED_ROUND = `
  TICK
  DEPOLARIZE1(0.0625) 0 2 4 6 8
  H 1 7
  DEPOLARIZE1(0.125) 1 7
  TICK
  CX 1 2 7 8 4 3
  DEPOLARIZE2(0.125) 1 2 7 8 4 3
  TICK
  CX 1 4 6 3 8 5
  DEPOLARIZE2(0.125) 1 4 6 3 8 5
  TICK
  CX 7 4 0 3 2 5
  DEPOLARIZE2(0.125) 7 4 0 3 2 5
  TICK
  CX 1 0 7 6 4 5
  DEPOLARIZE2(0.125) 1 0 7 6 4 5
  TICK
  H 1 7
  DEPOLARIZE1(0.125) 1 7
  TICK
  X_ERROR(0.375) 1 3 5 7
  MR 1 3 5 7
  X_ERROR(0.25) 1 3 5 7`;

const ROTATED_ROUND = `
  TICK
  DEPOLARIZE1(0.0625) 1 3 6 8
  H 2 12
  DEPOLARIZE1(0.125) 2 12
  TICK
  CX 2 3 8 7
  DEPOLARIZE2(0.125) 2 3 8 7
  TICK
  CX 2 1 3 7
  DEPOLARIZE2(0.125) 2 1 3 7
  TICK
  CX 12 8 6 7
  DEPOLARIZE2(0.125) 12 8 6 7
  TICK
  CX 12 6 1 7
  DEPOLARIZE2(0.125) 12 6 1 7
  TICK
  H 2 12
  DEPOLARIZE1(0.125) 2 12
  TICK
  X_ERROR(0.375) 2 7 12
  MR 2 7 12
  X_ERROR(0.25) 2 7 12`;

const ROTATED_3_ROUND = `
  TICK
  H 2 11 16 25
  DEPOLARIZE1(0.001) 2 11 16 25
  TICK
  CX 2 3 16 17 11 12 15 14 10 9 19 18
  DEPOLARIZE2(0.001) 2 3 16 17 11 12 15 14 10 9 19 18
  TICK
  CX 2 1 16 15 11 10 8 14 3 9 12 18
  DEPOLARIZE2(0.001) 2 1 16 15 11 10 8 14 3 9 12 18
  TICK
  CX 16 10 11 5 25 19 8 9 17 18 12 13
  DEPOLARIZE2(0.001) 16 10 11 5 25 19 8 9 17 18 12 13
  TICK
  CX 16 8 11 3 25 17 1 9 10 18 5 13
  DEPOLARIZE2(0.001) 16 8 11 3 25 17 1 9 10 18 5 13
  TICK
  H 2 11 16 25
  DEPOLARIZE1(0.001) 2 11 16 25
  TICK
  MR 2 9 11 13 14 16 18 25`;

const COLOR_ROUND = `
  TICK
  DEPOLARIZE1(0.0625) 0 1 3 5 6 7 9
  C_XYZ 0 1 3 5 6 7 9
  DEPOLARIZE1(0.125) 0 1 3 5 6 7 9
  TICK
  CX 5 4 3 2
  DEPOLARIZE2(0.125) 5 4 3 2
  TICK
  CX 7 4 6 2
  DEPOLARIZE2(0.125) 7 4 6 2
  TICK
  CX 1 4 6 8
  DEPOLARIZE2(0.125) 1 4 6 8
  TICK
  CX 1 2 7 8
  DEPOLARIZE2(0.125) 1 2 7 8
  TICK
  CX 5 2 9 8
  DEPOLARIZE2(0.125) 5 2 9 8
  TICK
  CX 0 4 5 8
  DEPOLARIZE2(0.125) 0 4 5 8
  TICK
  X_ERROR(0.375) 2 4 8
  MR 2 4 8
  X_ERROR(0.25) 2 4 8`;

export const KNOWN_CIRCUITS: readonly KnownCircuit[] = [
  {
    code: "repetition_code:memory",
    task: { ...KNOBS, rounds: 5000, distance: 4 },
    text: `
      R 0 1 2 3 4 5 6
      X_ERROR(0.25) 0 1 2 3 4 5 6
      ${REPETITION_ROUND}
      DETECTOR(1, 0) rec[-3]
      DETECTOR(3, 0) rec[-2]
      DETECTOR(5, 0) rec[-1]
      REPEAT 4999 {
        ${REPETITION_ROUND}
        SHIFT_COORDS(0, 1)
        DETECTOR(1, 0) rec[-3] rec[-6]
        DETECTOR(3, 0) rec[-2] rec[-5]
        DETECTOR(5, 0) rec[-1] rec[-4]
      }
      X_ERROR(0.375) 0 2 4 6
      M 0 2 4 6
      DETECTOR(1, 1) rec[-3] rec[-4] rec[-7]
      DETECTOR(3, 1) rec[-2] rec[-3] rec[-6]
      DETECTOR(5, 1) rec[-1] rec[-2] rec[-5]
      OBSERVABLE_INCLUDE(0) rec[-1]`,
  },
  {
    code: "surface_code:unrotated_memory_z",
    task: { ...KNOBS, rounds: 5, distance: 2 },
    text: `
      ${UNROTATED_PLACES}
      R 0 2 4 6 8
      X_ERROR(0.25) 0 2 4 6 8
      R 1 3 5 7
      X_ERROR(0.25) 1 3 5 7
      ${UNROTATED_ROUND}
      DETECTOR(0, 1, 0) rec[-3]
      DETECTOR(2, 1, 0) rec[-2]
      REPEAT 4 {
        ${UNROTATED_ROUND}
        SHIFT_COORDS(0, 0, 1)
        DETECTOR(1, 0, 0) rec[-4] rec[-8]
        DETECTOR(0, 1, 0) rec[-3] rec[-7]
        DETECTOR(2, 1, 0) rec[-2] rec[-6]
        DETECTOR(1, 2, 0) rec[-1] rec[-5]
      }
      X_ERROR(0.375) 0 2 4 6 8
      M 0 2 4 6 8
      DETECTOR(0, 1, 1) rec[-2] rec[-3] rec[-5] rec[-8]
      DETECTOR(2, 1, 1) rec[-1] rec[-3] rec[-4] rec[-7]
      OBSERVABLE_INCLUDE(0) rec[-4] rec[-5]`,
  },
  {
    code: "surface_code:unrotated_memory_x",
    task: { ...KNOBS, rounds: 1, distance: 2 },
    text: `
      ${UNROTATED_PLACES}
      RX 0 2 4 6 8
      Z_ERROR(0.25) 0 2 4 6 8
      R 1 3 5 7
      X_ERROR(0.25) 1 3 5 7
      ${UNROTATED_ROUND}
      DETECTOR(1, 0, 0) rec[-4]
      DETECTOR(1, 2, 0) rec[-1]
      Z_ERROR(0.375) 0 2 4 6 8
      MX 0 2 4 6 8
      DETECTOR(1, 0, 1) rec[-3] rec[-4] rec[-5] rec[-9]
      DETECTOR(1, 2, 1) rec[-1] rec[-2] rec[-3] rec[-6]
      OBSERVABLE_INCLUDE(0) rec[-2] rec[-5]`,
  },
  {
    code: "surface_code:rotated_memory_z",
    task: { ...KNOBS, rounds: 5, distance: 2 },
    text: `
      QUBIT_COORDS(1, 1) 1
      QUBIT_COORDS(2, 0) 2
      QUBIT_COORDS(3, 1) 3
      QUBIT_COORDS(1, 3) 6
      QUBIT_COORDS(2, 2) 7
      QUBIT_COORDS(3, 3) 8
      QUBIT_COORDS(2, 4) 12
      R 1 3 6 8
      X_ERROR(0.25) 1 3 6 8
      R 2 7 12
      X_ERROR(0.25) 2 7 12
      ${ROTATED_ROUND}
      DETECTOR(2, 2, 0) rec[-2]
      REPEAT 4 {
        ${ROTATED_ROUND}
        SHIFT_COORDS(0, 0, 1)
        DETECTOR(2, 0, 0) rec[-3] rec[-6]
        DETECTOR(2, 2, 0) rec[-2] rec[-5]
        DETECTOR(2, 4, 0) rec[-1] rec[-4]
      }
      X_ERROR(0.375) 1 3 6 8
      M 1 3 6 8
      DETECTOR(2, 2, 1) rec[-1] rec[-2] rec[-3] rec[-4] rec[-6]
      OBSERVABLE_INCLUDE(0) rec[-3] rec[-4]`,
  },
  {
    code: "surface_code:rotated_memory_x",
    task: { afterCliffordDepolarization: 0.001, rounds: 3, distance: 3 },
    text: `
      QUBIT_COORDS(1, 1) 1
      QUBIT_COORDS(2, 0) 2
      QUBIT_COORDS(3, 1) 3
      QUBIT_COORDS(5, 1) 5
      QUBIT_COORDS(1, 3) 8
      QUBIT_COORDS(2, 2) 9
      QUBIT_COORDS(3, 3) 10
      QUBIT_COORDS(4, 2) 11
      QUBIT_COORDS(5, 3) 12
      QUBIT_COORDS(6, 2) 13
      QUBIT_COORDS(0, 4) 14
      QUBIT_COORDS(1, 5) 15
      QUBIT_COORDS(2, 4) 16
      QUBIT_COORDS(3, 5) 17
      QUBIT_COORDS(4, 4) 18
      QUBIT_COORDS(5, 5) 19
      QUBIT_COORDS(4, 6) 25
      RX 1 3 5 8 10 12 15 17 19
      R 2 9 11 13 14 16 18 25
      ${ROTATED_3_ROUND}
      DETECTOR(2, 0, 0) rec[-8]
      DETECTOR(2, 4, 0) rec[-3]
      DETECTOR(4, 2, 0) rec[-6]
      DETECTOR(4, 6, 0) rec[-1]
      REPEAT 2 {
        ${ROTATED_3_ROUND}
        SHIFT_COORDS(0, 0, 1)
        DETECTOR(2, 0, 0) rec[-8] rec[-16]
        DETECTOR(2, 2, 0) rec[-7] rec[-15]
        DETECTOR(4, 2, 0) rec[-6] rec[-14]
        DETECTOR(6, 2, 0) rec[-5] rec[-13]
        DETECTOR(0, 4, 0) rec[-4] rec[-12]
        DETECTOR(2, 4, 0) rec[-3] rec[-11]
        DETECTOR(4, 4, 0) rec[-2] rec[-10]
        DETECTOR(4, 6, 0) rec[-1] rec[-9]
      }
      MX 1 3 5 8 10 12 15 17 19
      DETECTOR(2, 0, 1) rec[-8] rec[-9] rec[-17]
      DETECTOR(2, 4, 1) rec[-2] rec[-3] rec[-5] rec[-6] rec[-12]
      DETECTOR(4, 2, 1) rec[-4] rec[-5] rec[-7] rec[-8] rec[-15]
      DETECTOR(4, 6, 1) rec[-1] rec[-2] rec[-10]
      OBSERVABLE_INCLUDE(0) rec[-3] rec[-6] rec[-9]`,
  },
  {
    code: "color_code:memory_xyz",
    task: { ...KNOBS, rounds: 100, distance: 3 },
    text: `
      QUBIT_COORDS(0, 0) 0
      QUBIT_COORDS(1, 0) 1
      QUBIT_COORDS(2, 0) 2
      QUBIT_COORDS(3, 0) 3
      QUBIT_COORDS(0.5, 1) 4
      QUBIT_COORDS(1.5, 1) 5
      QUBIT_COORDS(2.5, 1) 6
      QUBIT_COORDS(1, 2) 7
      QUBIT_COORDS(2, 2) 8
      QUBIT_COORDS(1.5, 3) 9
      R 0 1 2 3 4 5 6 7 8 9
      X_ERROR(0.25) 0 1 2 3 4 5 6 7 8 9
      REPEAT 2 {
        ${COLOR_ROUND}
      }
      DETECTOR(2, 0, 0) rec[-3] rec[-6]
      DETECTOR(0.5, 1, 0) rec[-2] rec[-5]
      DETECTOR(2, 2, 0) rec[-1] rec[-4]
      REPEAT 98 {
        ${COLOR_ROUND}
        SHIFT_COORDS(0, 0, 1)
        DETECTOR(2, 0, 0) rec[-3] rec[-6] rec[-9]
        DETECTOR(0.5, 1, 0) rec[-2] rec[-5] rec[-8]
        DETECTOR(2, 2, 0) rec[-1] rec[-4] rec[-7]
      }
      Z_ERROR(0.375) 0 1 3 5 6 7 9
      MX 0 1 3 5 6 7 9
      DETECTOR(2, 0, 1) rec[-3] rec[-4] rec[-5] rec[-6] rec[-13]
      DETECTOR(0.5, 1, 1) rec[-2] rec[-4] rec[-6] rec[-7] rec[-12]
      DETECTOR(2, 2, 1) rec[-1] rec[-2] rec[-3] rec[-4] rec[-11]
      OBSERVABLE_INCLUDE(0) rec[-5] rec[-6] rec[-7]`,
  },
];

/** Qubits of a layout as Stim draws it (`gen_surface_code.test.cc`, `gen_color_code.test.cc`), by what they are. L: data that the observable crosses. */
interface KnownLayout {
  readonly name: "rotated" | "color";
  readonly distance: number;
  readonly rows: readonly string[];
}

export const KNOWN_LAYOUTS: readonly KnownLayout[] = [
  {
    name: "rotated",
    distance: 4,
    rows: [
      "X38 X42", "d28 d30 d32 d34", "Z29 X31 Z33", "d19 d21 d23 d25", "Z18 X20 Z22 X24 Z26", "d10 d12 d14 d16", "Z11 X13 Z15", "L1 L3 L5 L7", "X2 X6",
    ],
  },
  {
    name: "rotated",
    distance: 5,
    rows: [
      "X59 X63", "d45 d47 d49 d51 d53", "Z44 X46 Z48 X50 Z52", "d34 d36 d38 d40 d42", "Z35 X37 Z39 X41 Z43", "d23 d25 d27 d29 d31",
      "Z22 X24 Z26 X28 Z30", "d12 d14 d16 d18 d20", "Z13 X15 Z17 X19 Z21", "L1 L3 L5 L7 L9", "X2 X6",
    ],
  },
  {
    name: "color",
    distance: 5,
    rows: ["d27", "d25 Z26", "Z22 d23 d24", "d18 d19 Z20 d21", "d13 Z14 d15 d16 Z17", "Z7 d8 d9 Z10 d11 d12", "L0 L1 Z2 L3 L4 Z5 L6"],
  },
];

/**
 * SHA-256 of the texts of Stim 1.16 (`str(stim.Circuit.generated(…))`, a line feed behind each), one after the other: distances 2, 3, 4, 5, 7, for each
 * rounds 1, 2, 3, 4, 10, for each the knobs of KNOWN_KNOBS; of the colour code those that there are.
 */
export const KNOWN_DIGESTS: Readonly<Record<string, string>> = {
  "repetition_code:memory": "3b4849eef6ca84141e3270fa79a55af7ed5bccba364f20461caa88a4e54864ba",
  "surface_code:rotated_memory_x": "f58609852b333a4043543ffdc5474b6893480e8642f17d939bec83fd1254fa76",
  "surface_code:rotated_memory_z": "13e4d182e895433d77763f1456bfdb23b91d0b6848764a507a309627c490abee",
  "surface_code:unrotated_memory_x": "7fe9e096a78e3be3c4d40cbbb2e2e96960f4e5466fd9821b0f7cb157a93fa7c2",
  "surface_code:unrotated_memory_z": "a7a7822912bdb99f6b2361f5b8cbe3021afd14a11e2e60e15b40885cf35abcd4",
  "color_code:memory_xyz": "ccb18df833caa95c990ff49c599c78d454b6a6fd7ee09a03bd12667749d01451",
};

export const KNOWN_KNOBS = [[0, 0, 0, 0], [0.001, 0.001, 0.001, 0.001], [0.01, 0, 0, 0], [0, 0.02, 0, 0], [0, 0, 0.125, 0], [0, 0, 0, 0.3]].map(
  ([afterCliffordDepolarization = 0, beforeRoundDataDepolarization = 0, beforeMeasureFlipProbability = 0, afterResetFlipProbability = 0]) =>
    ({ afterCliffordDepolarization, beforeRoundDataDepolarization, beforeMeasureFlipProbability, afterResetFlipProbability }));
