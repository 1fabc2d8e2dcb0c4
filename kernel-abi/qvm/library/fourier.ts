// std/qft.qasm, std/phase.qasm: the Fourier transform and what is read with it. Register element 0 is the lowest bit.

export const QFT = `
.include "std/gates.qasm"
; Qubit j is left with |0> + e^(2 pi i x / 2^(j+1)) |1>: the transform of |x> with its qubits in reverse.
.macro QFT_PHASES(qubits)
  .for j in len(qubits)-1..0 step -1
    h: APPLY_H {qubits[j]}
    .for k in j-1..0 step -1
      CPHASE(qubits[k], qubits[j], pi / 2**(j-k))
    .endfor
  .endfor
.endmacro

.macro IQFT_PHASES(qubits)
  .for j in 0..len(qubits)-1
    .for k in 0..j-1
      CPHASE(qubits[k], qubits[j], -pi / 2**(j-k))
    .endfor
    h: APPLY_H {qubits[j]}
  .endfor
.endmacro

.macro REVERSE(qubits)
  .for i in 0..len(qubits)//2-1
    swap: APPLY_SWAP {qubits[i]}, {qubits[-1-i]}
  .endfor
.endmacro

; |x> becomes the sum over y of e^(2 pi i x y / N) |y>, over sqrt N, N = 2^n.
.macro QFT(qubits)
  QFT_PHASES(qubits)
  REVERSE(qubits)
.endmacro

.macro IQFT(qubits)
  REVERSE(qubits)
  IQFT_PHASES(qubits)
.endmacro
`;

export const PHASE_ESTIMATION = `
.include "std/qft.qasm"
; count (in |0>) is left with y, most probably next to 2^n phi, where U target = e^(2 pi i phi) target.
; unitary names a macro (control, target, power) that applies U^power under control.
.macro PHASE_ESTIMATION(count, target, unitary)
  .for q in count
    h: APPLY_H {q}
  .endfor
  .for k in 0..len(count)-1
    {unitary}(count[k], target, 2**k)
  .endfor
  IQFT(count)
.endmacro
`;
