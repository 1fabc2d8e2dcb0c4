// Transforms of Φ by name, and the named sets a window may be reserved with (061; sets BASE, EXTENDED, FULL of the upstream
// profile, extended by ours). Names are permanent: they stand in terms and declarations.

/** Envelope transforms in the order of their upstream numbers 1 to 4, then the dynamics of our profile. */
export const TRANSFORMS = Object.freeze(["PHASE_ALIGN", "PHASE_SHIFT", "PHASE_MERGE", "PHASE_SPLIT", "KURAMOTO", "ISING", "SPECTRUM"] as const);
export type Transform = (typeof TRANSFORMS)[number];

/** Each set includes the one before it. */
export const TRANSFORM_SETS = Object.freeze({
  BASE: ["PHASE_ALIGN", "PHASE_SHIFT"],
  EXTENDED: ["PHASE_ALIGN", "PHASE_SHIFT", "PHASE_MERGE"],
  FULL: ["PHASE_ALIGN", "PHASE_SHIFT", "PHASE_MERGE", "PHASE_SPLIT"],
} as const satisfies Readonly<Record<string, readonly Transform[]>>);
export type TransformSet = keyof typeof TRANSFORM_SETS;

const isSet = (name: string): name is TransformSet => Object.hasOwn(TRANSFORM_SETS, name);

/** The transforms that sets and single names amount to, in the order of TRANSFORMS. */
export function transformsOf(names: readonly string[]): readonly Transform[] {
  const wanted = new Set<string>(names.flatMap((name) => (isSet(name) ? [...TRANSFORM_SETS[name]] : [name])));
  return TRANSFORMS.filter((name) => wanted.has(name));
}
