// State-vector kernel: the WebAssembly side. Owns every loop over amplitudes; the host lays out the memory and passes
// addresses, so a module instance holds no job of its own.
//   V1  Amplitude i is a complex128 at state + 16·i; qubit q is bit q of i.
//   V2  Every function walks its indices in one fixed order and reduces along one fixed tree (weigh.ts).
export { hadamard, pauliY, rotateX, rotateY, rotateZ, phase, turn, negate, exchange } from "./gates";
export { weigh, weighRow, weightOfOne, clear, project, lower, scale } from "./weigh";
export { openShots, split, publish, sampleRest } from "./shots";
export { foldedRow } from "./expect";
export { openPass, closePasses, help, blocksDone } from "./passes";
