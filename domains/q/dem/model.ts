// A detector error model, flattened: independent error mechanisms and what each flips. What decoders are built from.
//   1  Detectors and observables within a part are distinct and rising; a mechanism's symptoms are the symmetric difference of its parts.
//   2  A part is what one edge of a matching graph stands for; a model that was not decomposed has one part a mechanism.
//   3  Mechanisms keep the order of the file; nothing that is equal was merged.

export interface Symptoms {
  readonly detectors: readonly number[];
  readonly observables: readonly number[];
}

export interface ErrorMechanism {
  /** In [0, 1]. */
  readonly probability: number;
  /** At least one. */
  readonly parts: readonly Symptoms[];
}

export interface ErrorModel {
  /** One more than the largest index of a detector that is named anywhere. */
  readonly detectors: number;
  readonly observables: number;
  readonly mechanisms: readonly ErrorMechanism[];
  /** Of detectors that have any. */
  readonly coordinates: ReadonlyMap<number, readonly number[]>;
}
