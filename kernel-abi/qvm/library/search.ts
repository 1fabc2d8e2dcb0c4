// std/grover.qasm: a sign for what is sought, the reflection about the even sum, and both as often as one likes.
export const GROVER = `
.include "std/gates.qasm"
; The sign of |target> is turned; target is a number, register element 0 its lowest bit.
.macro GROVER_ORACLE(qubits, target)
  .assert target >= 0 && target < 2**len(qubits), "GROVER_ORACLE takes a target below 2^n"
  .set zeros = [qubits[i] for i in range(len(qubits)) if bit(target, i) == 0]
  .for q in zeros
    flip: APPLY_X {q}
  .endfor
  MCZ(qubits)
  .for q in zeros
    flip: APPLY_X {q}
  .endfor
.endmacro

; The reflection about the even sum of all states, up to a global phase.
.macro GROVER_DIFFUSION(qubits)
  .for q in qubits
    h: APPLY_H {q}
  .endfor
  GROVER_ORACLE(qubits, 0)
  .for q in qubits
    h: APPLY_H {q}
  .endfor
.endmacro

; Of qubits in |0>; about (pi/4) sqrt(2^n) iterations find the target.
.macro GROVER(qubits, target, iterations)
  .for q in qubits
    h: APPLY_H {q}
  .endfor
  .for i in 1..iterations
    GROVER_ORACLE(qubits, target)
    GROVER_DIFFUSION(qubits)
  .endfor
.endmacro
`;
