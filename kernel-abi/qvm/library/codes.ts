// std/repetition.qasm, std/surface.qasm: one round of syndrome extraction. Ancillas begin in |0> and are left there; when there are fewer
// than checks they are used in turn.

export const REPETITION = `
; a|0> + b|1> of the first becomes a|0...0> + b|1...1>.
.macro REPETITION_ENCODE(data)
  .for i in 1..len(data)-1
    copy: APPLY_CNOT {data[0]}, {data[i]}
  .endfor
.endmacro

; Event i is the parity of data i and i+1.
.macro REPETITION_SYNDROME(data, ancillas, events)
  .assert len(ancillas) > 0 && len(events) == len(data)-1, "REPETITION_SYNDROME takes ancillas, and an event for each pair of neighbours"
  .for i in 0..len(data)-2
    .set a = ancillas[i % len(ancillas)]
    left: APPLY_CNOT {data[i]}, {a}
    right: APPLY_CNOT {data[i+1]}, {a}
    read: MEASURE_Z {a} -> {events[i]}
    clear: RESET {a}
  .endfor
.endmacro

; Undoes the one flip of three that the two events tell of.
.macro REPETITION_CORRECT(data, events)
  .assert len(data) == 3 && len(events) == 2, "REPETITION_CORRECT takes three data qubits and two events"
  fix: APPLY_X {data[0]} if {events[0]} == 1 && {events[1]} == 0
  fix: APPLY_X {data[1]} if {events[0]} == 1 && {events[1]} == 1
  fix: APPLY_X {data[2]} if {events[0]} == 0 && {events[1]} == 1
.endmacro
`;

export const SURFACE = `
; One round of the rotated surface code of odd distance d: d*d data qubits row by row, d*d-1 events. Faces (i, j) stand between rows
; i-1 and i, columns j-1 and j, and are read row by row: X where i+j is even, Z where it is odd; on the upper and lower edge only X,
; on the left and right only Z.
.macro SURFACE_SYNDROME(d, data, ancillas, events)
  .assert d >= 3 && d % 2 == 1 && len(data) == d*d, "SURFACE_SYNDROME takes an odd distance from 3 and d*d data qubits"
  .assert len(ancillas) > 0 && len(events) == d*d-1, "SURFACE_SYNDROME takes ancillas and d*d-1 events"
  .set check = 0
  .for i in 0..d
    .for j in 0..d
      .set even = (i + j) % 2 == 0
      .set inside = i > 0 && i < d && j > 0 && j < d
      .if inside or ((i == 0 or i == d) and j > 0 and j < d and even) or ((j == 0 or j == d) and i > 0 and i < d and not even)
        .set face = []
        .for r in max(0, i-1)..min(d-1, i)
          .for c in max(0, j-1)..min(d-1, j)
            .set face = face + [data[r*d+c]]
          .endfor
        .endfor
        .set a = ancillas[check % len(ancillas)]
        .if even
          turn: APPLY_H {a}
        .endif
        .for q in face
          .if even
            x: APPLY_CNOT {a}, {q}
          .else
            z: APPLY_CNOT {q}, {a}
          .endif
        .endfor
        .if even
          turn: APPLY_H {a}
        .endif
        read: MEASURE_Z {a} -> {events[check]}
        clear: RESET {a}
        .set check = check + 1
      .endif
    .endfor
  .endfor
.endmacro
`;
