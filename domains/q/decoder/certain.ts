// Errors that always happen, apart from those that may: a chance of 1 has no weight, so they are no edge and no column but a flip of every shot.
import type { Certain } from "../../kernels/qec/certain.ts";
import type { ErrorModel } from "../dem/model.ts";
import { symptomsOf } from "./columns.ts";

/**
 * The model without what always happens, and what that flips; undefined where nothing always happens. `from`: errors at least so likely
 * (above 1/2) are taken for certain ones and for as rare ones that undo them, which is the same shots: for decoders that begin with nothing.
 */
export function withoutCertain(model: ErrorModel, from = 1): { readonly model: ErrorModel; readonly certain: Certain | undefined } {
  const sure = model.mechanisms.filter(({ probability }) => probability >= from);
  if (sure.length === 0) return { model, certain: undefined };
  const certain = { events: new Uint8Array((model.detectors + 7) >> 3), flips: new Uint8Array((model.observables + 7) >> 3) };
  const flip = (row: Uint8Array, bit: number): void => { row[bit >> 3] = (row[bit >> 3] ?? 0) ^ (1 << (bit & 7)); };
  for (const mechanism of sure) {
    const { detectors, observables } = symptomsOf(mechanism);
    for (const each of detectors) flip(certain.events, each);
    for (const each of observables) flip(certain.flips, each);
  }
  const mechanisms = model.mechanisms.filter(({ probability }) => probability < 1)
    .map((each) => (each.probability >= from ? { ...each, probability: 1 - each.probability } : each));
  return { model: { ...model, mechanisms }, certain };
}
