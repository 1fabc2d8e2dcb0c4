// std/cuccaro.qasm, std/draper.qasm, std/comparator.qasm: integers in registers, element 0 the lowest bit.
// Sources: Cuccaro, Draper, Kutin and Moulton, quant-ph/0410184; Draper, quant-ph/0008033.

export const CUCCARO = `
.macro CUCCARO_MAJ(c, b, a)
  maj_b: APPLY_CNOT {a}, {b}
  maj_c: APPLY_CNOT {a}, {c}
  maj: APPLY_TOFFOLI {c}, {b}, {a}
.endmacro

.macro CUCCARO_UMA(c, b, a)
  uma: APPLY_TOFFOLI {c}, {b}, {a}
  uma_c: APPLY_CNOT {a}, {c}
  uma_b: APPLY_CNOT {c}, {b}
.endmacro

.macro CUCCARO_UNMAJ(c, b, a)
  unmaj: APPLY_TOFFOLI {c}, {b}, {a}
  unmaj_c: APPLY_CNOT {a}, {c}
  unmaj_b: APPLY_CNOT {a}, {b}
.endmacro

; b becomes a + b + carry_in mod 2^n, carry_out is flipped by the carry; a and carry_in are left as they were.
.macro CUCCARO_ADD(a, b, carry_in, carry_out)
  .set n = len(a)
  .assert n > 0 && n == len(b), "CUCCARO_ADD takes two registers of one length"
  .set chain = [carry_in] + a
  .for i in 0..n-1
    CUCCARO_MAJ(chain[i], b[i], a[i])
  .endfor
  carry: APPLY_CNOT {a[n-1]}, {carry_out}
  .for i in n-1..0 step -1
    CUCCARO_UMA(chain[i], b[i], a[i])
  .endfor
.endmacro
`;

export const DRAPER = `
.include "std/qft.qasm"
; b becomes a + b mod 2^len(b), without ancillas; b may be longer than a.
.macro DRAPER_ADD(a, b)
  .assert len(a) > 0 && len(b) > 0, "DRAPER_ADD takes two registers"
  QFT_PHASES(b)
  .for j in 0..len(b)-1
    .for i in 0..min(j, len(a)-1)
      CPHASE(a[i], b[j], pi / 2**(j-i))
    .endfor
  .endfor
  IQFT_PHASES(b)
.endmacro

; b becomes b + value mod 2^len(b); value is a number and may be negative.
.macro DRAPER_ADD_CONST(value, b)
  QFT_PHASES(b)
  .for j in 0..len(b)-1
    PHASE(b[j], 2*pi * (value % 2**(j+1)) / 2**(j+1))
  .endfor
  IQFT_PHASES(b)
.endmacro
`;

export const COMPARATOR = `
.include "std/cuccaro.qasm"
; result is flipped where a < b; everything else is left as it was. carry begins in |0>: what is read is the carry of b + (2^n - 1 - a).
.macro LESS_THAN(a, b, carry, result)
  .set n = len(a)
  .assert n > 0 && n == len(b), "LESS_THAN takes two registers of one length"
  .set chain = [carry] + a
  .for q in a
    not: APPLY_X {q}
  .endfor
  .for i in 0..n-1
    CUCCARO_MAJ(chain[i], b[i], a[i])
  .endfor
  less: APPLY_CNOT {a[n-1]}, {result}
  .for i in n-1..0 step -1
    CUCCARO_UNMAJ(chain[i], b[i], a[i])
  .endfor
  .for q in a
    not: APPLY_X {q}
  .endfor
.endmacro

; result is flipped where a <= b.
.macro LESS_OR_EQUAL(a, b, carry, result)
  LESS_THAN(b, a, carry, result)
  flip: APPLY_X {result}
.endmacro
`;
