// std/gates.qasm: gates the op table does not have, made of those it has. Phases and controls are exact up to a global phase.
export const GATES = `
; |00> becomes (|00> + |11>)/sqrt 2.
.macro BELL_PAIR(a, b)
  h: APPLY_H {a}
  cnot: APPLY_CNOT {a}, {b}
.endmacro

; diag(1, e^(i theta)), up to a global phase.
.macro PHASE(q, theta)
  rz: APPLY_RZ {q}, theta=theta
.endmacro

; diag(1, 1, 1, e^(i theta)), up to a global phase.
.macro CPHASE(a, b, theta)
  a: APPLY_RZ {a}, theta=theta/2
  b: APPLY_RZ {b}, theta=theta/2
  there: APPLY_CNOT {a}, {b}
  turn: APPLY_RZ {b}, theta=-theta/2
  back: APPLY_CNOT {a}, {b}
.endmacro

.macro CRY(control, target, theta)
  half: APPLY_RY {target}, theta=theta/2
  there: APPLY_CNOT {control}, {target}
  other: APPLY_RY {target}, theta=-theta/2
  back: APPLY_CNOT {control}, {target}
.endmacro

.macro CRZ(control, target, theta)
  half: APPLY_RZ {target}, theta=theta/2
  there: APPLY_CNOT {control}, {target}
  other: APPLY_RZ {target}, theta=-theta/2
  back: APPLY_CNOT {control}, {target}
.endmacro

; Phase theta where all qubits are 1, up to a global phase. No ancillas; the gates grow threefold with each qubit.
.macro MCPHASE(qubits, theta)
  .set n = len(qubits)
  .assert n > 0, "MCPHASE takes at least one qubit"
  .if n == 1
    PHASE(qubits[0], theta)
  .elif n == 2
    CPHASE(qubits[0], qubits[1], theta)
  .else
    CPHASE(qubits[n-2], qubits[n-1], theta/2)
    MCX(qubits[0..n-3], qubits[n-2])
    CPHASE(qubits[n-2], qubits[n-1], -theta/2)
    MCX(qubits[0..n-3], qubits[n-2])
    MCPHASE(qubits[0..n-3] + [qubits[n-1]], theta/2)
  .endif
.endmacro

; Sign where all qubits are 1.
.macro MCZ(qubits)
  .if len(qubits) == 1
    z: APPLY_Z {qubits[0]}
  .elif len(qubits) == 2
    cz: APPLY_CZ {qubits}
  .elif len(qubits) == 3
    h: APPLY_H {qubits[2]}
    ccx: APPLY_TOFFOLI {qubits}
    h: APPLY_H {qubits[2]}
  .else
    MCPHASE(qubits, pi)
  .endif
.endmacro

; X on the target where all controls are 1.
.macro MCX(controls, target)
  .if len(controls) == 1
    cx: APPLY_CNOT {controls}, {target}
  .elif len(controls) == 2
    ccx: APPLY_TOFFOLI {controls}, {target}
  .else
    h: APPLY_H {target}
    MCPHASE(controls + [target], pi)
    h: APPLY_H {target}
  .endif
.endmacro

.macro MEASURE_ALL(qubits, events)
  .assert len(qubits) == len(events), "MEASURE_ALL takes an event for each qubit"
  .for i in 0..len(qubits)-1
    m: MEASURE_Z {qubits[i]} -> {events[i]}
  .endfor
.endmacro
`;
