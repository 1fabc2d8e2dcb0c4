; An adder: a is in superposition, y is a number, and b, which begins as y, becomes a + y. Carry and both registers are read.
; `triad qvm asm examples/qvm/adder.qasm --param width=3 --param y=5` is a wider one.
.version 0.1
.caps CAP_ALLOC
.include "std/cuccaro.qasm"
.param width = 2
.param y = 3
.description "a + {y}, for every a of {width} bits at once"
.set a = ["a{i}" for i in 0..width-1]
.set b = ["b{i}" for i in 0..width-1]

; Qubits are |0> when they are allocated; X where the number has a 1, lowest bit first.
.macro WRITE(number, register)
  .for i in 0..len(register)-1
    .if (number >> i) & 1
      one: APPLY_X {register[i]}
    .endif
  .endfor
.endmacro

.macro READ(register)
  .for qubit in register
    read_{qubit}: MEASURE_Z {qubit} -> {qubit}
  .endfor
.endmacro

alloc: ALLOC_LQ n=2*width+2, profile="logical:surface_code(d=3)" -> {a + b + ["zero", "carry"]}
.for qubit in a
  any: APPLY_H {qubit}
.endfor
y: WRITE(y, b)
add: CUCCARO_ADD(a, b, "zero", "carry")
READ(a + b + ["carry"])
free: FREE_LQ zero
