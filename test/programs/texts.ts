// A code's circuit and its error model, made and read again inside a program: texts in, texts out, nothing of the host.
import { analyze, CODES, defineProcess, flattened, generateCircuit, parseDem, parseStim, printDem, printModel, printStim } from "triad-runtime";

export default defineProcess({
  name: "texts",
  *run({ k }) {
    const circuit = generateCircuit("surface_code:rotated_memory_z", { distance: 3, rounds: 3, afterCliffordDepolarization: 0.001 });
    const stim = printStim(circuit);
    const model = analyze(parseStim(stim), { decompose: true });
    const dem = printModel(model);
    yield* k.log("texts", { stim: stim.length, dem: dem.length });
    return { again: printStim(parseStim(stim)) === stim, dem: printDem(parseDem(dem)) === dem, detectors: flattened(dem).detectors, errors: model.mechanisms.length, n: CODES.rotated_surface_code(3).n };
  },
});
