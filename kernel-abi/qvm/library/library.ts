// The standard library, by the path an .include names. Text in modules: it is there wherever the package is.
//   S1  Every circuit is tested against its truth table or unitary (test/unit/kernel-abi/qvm/library).
import { COMPARATOR, CUCCARO, DRAPER } from "./arithmetic.ts";
import { REPETITION, SURFACE } from "./codes.ts";
import { PHASE_ESTIMATION, QFT } from "./fourier.ts";
import { GATES } from "./gates.ts";
import { GROVER } from "./search.ts";
import { GHZ, TELEPORT, W } from "./states.ts";

export const LIBRARY: ReadonlyMap<string, string> = new Map([
  ["std/gates.qasm", GATES], ["std/ghz.qasm", GHZ], ["std/w.qasm", W], ["std/teleport.qasm", TELEPORT],
  ["std/qft.qasm", QFT], ["std/phase.qasm", PHASE_ESTIMATION],
  ["std/cuccaro.qasm", CUCCARO], ["std/draper.qasm", DRAPER], ["std/comparator.qasm", COMPARATOR],
  ["std/grover.qasm", GROVER], ["std/repetition.qasm", REPETITION], ["std/surface.qasm", SURFACE],
]);
