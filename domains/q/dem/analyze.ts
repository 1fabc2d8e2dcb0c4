// From a circuit to its detector error model: every way noise can strike, as independent mechanisms with what they flip.
//   A1  Whatever has the same symptoms and parts is one mechanism; it happens when an odd number of its causes does.
//   A2  A detector or observable that noise-free runs do not fix is refused, with the collapse that leaves it open.
//   A3  Time and memory grow with the unrolled circuit, which is bounded.
import type { StimCircuit } from "../stim/circuit.ts";
import { boundedCounts, detectorCoordinates } from "../stim/flatten.ts";
import { splitByModel, type Splitting } from "./decompose.ts";
import { ErrorClasses } from "./error-classes.ts";
import { refuseUndetermined } from "./explain.ts";
import type { ErrorModel, Symptoms } from "./model.ts";
import { Noise } from "./noise.ts";
import { Sensitivity } from "./sensitivity.ts";
import { SymptomSets } from "./symptom-sets.ts";
import { Walk } from "./walk.ts";

export interface AnalyzeOptions extends Partial<Splitting> {
  /** Split errors into parts of at most two detectors, for matching decoders. Off unless told. */
  readonly decompose?: boolean;
  /**
   * Disjoint probabilities up to this may be taken for independent ones where no independent ones are the same channel (as for
   * PAULI_CHANNEL_2, ELSE_CORRELATED_ERROR and heralds): an error of the order of its square. 0 unless told: refused.
   */
  readonly approximateDisjoint?: number;
}

/**
 * The detector error model of a circuit: mechanisms in the order of their symptoms, coordinates absolute.
 * @throws Fault DETECTOR_UNDETERMINED, ERROR_UNDECOMPOSED, STIM_UNSUPPORTED, STIM_VALUE, STIM_LIMIT, with the line where there is one
 */
export function analyze(circuit: StimCircuit, options: AnalyzeOptions = {}): ErrorModel {
  const { decompose = false, approximateDisjoint = 0, unsplittable = "refuse", newParts = true } = options;
  const counts = boundedCounts(circuit);
  const sets = new SymptomSets();
  const sensitivity = new Sensitivity(sets, counts.qubits);
  const classes = new ErrorClasses(sets, { decompose });
  const noise = new Noise(sets, sensitivity, classes, approximateDisjoint);
  new Walk(sets, sensitivity, counts, {
    noise: (item) => { noise.strike(item); },
    other: () => { noise.other(); },
    misreported: (probability, symptoms) => { noise.misreported(probability, symptoms); },
    herald: (item, qubit, symptoms) => { noise.herald(item, qubit, symptoms); },
    followed: () => true,
    passed: () => undefined,
    open: (open) => { refuseUndetermined(circuit, counts, { ...open, symptoms: [...sets.items(open.symptoms)] }); },
  }).run(circuit);
  if (decompose) splitByModel(sets, classes, { unsplittable, newParts });
  const known: Symptoms[] = []; // errors share their parts
  const symptomsOf = (part: number): Symptoms => (known[part] ??= sets.split(part));
  const mechanisms = classes.sorted().map((list) => ({ probability: classes.probability(list), parts: sets.parts(list).map(symptomsOf) }));
  return { detectors: counts.detectors, observables: counts.observables, mechanisms, coordinates: detectorCoordinates(circuit) };
}
