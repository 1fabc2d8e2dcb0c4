// std/ghz.qasm, std/w.qasm, std/teleport.qasm: states to begin with, and one to hand on.

export const GHZ = `
; (|0...0> + |1...1>)/sqrt 2 of qubits in |0>.
.macro GHZ(qubits)
  .assert len(qubits) > 0, "GHZ takes at least one qubit"
  h: APPLY_H {qubits[0]}
  .for i in 1..len(qubits)-1
    cnot: APPLY_CNOT {qubits[i-1]}, {qubits[i]}
  .endfor
.endmacro
`;

export const W = `
.include "std/gates.qasm"
; The even sum of all states with a single 1, of qubits in |0>: the excitation begins at the first and is handed on, keeping 1/k of it
; where k qubits are left.
.macro W_STATE(qubits)
  .set n = len(qubits)
  .assert n > 0, "W_STATE takes at least one qubit"
  x: APPLY_X {qubits[0]}
  .for i in 0..n-2
    CRY(qubits[i], qubits[i+1], 2*acos(sqrt(1/(n-i))))
    hand: APPLY_CNOT {qubits[i+1]}, {qubits[i]}
  .endfor
.endmacro
`;

export const TELEPORT = `
.include "std/gates.qasm"
; The state of source goes to far, by way of a Bell pair of half and far, which begin in |0>; m0 and m1 are the two results.
.macro TELEPORT(source, half, far, m0, m1)
  BELL_PAIR(half, far)
  join: APPLY_CNOT {source}, {half}
  turn: APPLY_H {source}
  read: MEASURE_Z {source} -> {m0}
  read: MEASURE_Z {half} -> {m1}
  fix_x: APPLY_X {far} if {m1} == 1
  fix_z: APPLY_Z {far} if {m0} == 1
.endmacro
`;
