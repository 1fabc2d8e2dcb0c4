// Φ contract requests: the schema, its defaults and how a request becomes terms (023, 061). Owns no state.
import { compiled, Type, type Static } from "../../kernel-abi/schema.ts";
import type { Terms } from "../../kernel-abi/contract.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import { DURATION_MAX, issueWindow } from "./declared.ts";
import { TRANSFORMS, TRANSFORM_SETS, transformsOf } from "./transforms.ts";

export const DEFAULTS = Object.freeze({
  /** Drift a component may show against the noise-free reference, radians. */
  error: 0.25,
  /** 1 - stability. */
  noise: 0.01,
  budget: 1_000_000_000_000,
  envelopes: 64,
});
const LATEST_START = 4_503_599_627_370_496;
const Name = Type.String({ enum: [...Object.keys(TRANSFORM_SETS), ...TRANSFORMS] });

export const PhiReserveSchema = Type.Object({
  components: Type.Integer({ minimum: 1, maximum: LIMITS.phi_components_max, description: "Phase components; the widest call the window takes." }),
  duration: Type.Integer({ minimum: 1, maximum: DURATION_MAX, description: "Ticks the coherence window lasts: [start, start + duration)." }),
  start: Type.Optional(Type.Integer({ minimum: 0, maximum: LATEST_START, description: "Tick the window opens. Default: now." })),
  tolerance: Type.Optional(Type.Object({
    error: Type.Optional(Type.Number({ minimum: 0, maximum: 3.141593, default: DEFAULTS.error, description: "Error bound: largest drift, radians." })),
    noise: Type.Optional(Type.Number({ minimum: 0, maximum: 1, default: DEFAULTS.noise, description: "Noise threshold: largest 1 - stability." })),
  }, { additionalProperties: false })),
  transforms: Type.Optional(Type.Union([Name, Type.Array(Name, { minItems: 1 })], { description: "Sets and single transforms the window permits. Default: all." })),
  budget: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, default: DEFAULTS.budget, description: "Transform work units, summed over calls." })),
  envelopes: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMITS.phi_envelopes_max, default: DEFAULTS.envelopes, description: "Envelopes open at once." })),
}, { additionalProperties: false, $id: "triad/phi/reserve" });
export type PhiReserve = Static<typeof PhiReserveSchema>;

const check = compiled(PhiReserveSchema);

/** @throws Fault ABI_MALFORMED naming the first field that does not fit `PhiReserveSchema`. */
export function parseReserve(request: unknown): PhiReserve {
  if (check().Check(request)) return request;
  const [first] = check().Errors(request);
  throw new Fault("ABI_MALFORMED", { argument: "phi.reserve", at: first?.instancePath ?? "", what: first?.message ?? "" });
}

/**
 * The terms a request amounts to at tick `now`.
 * @throws Fault PHI_ERR_COHERENCE_TIMEOUT when the window would open in the past.
 */
export function termsOf(request: PhiReserve, now: number): Terms {
  const { components, duration, start = now, tolerance, transforms, budget, envelopes } = request;
  if (start < now) throw new Fault("PHI_ERR_COHERENCE_TIMEOUT", { start, now });
  const names = transforms === undefined ? TRANSFORMS : typeof transforms === "string" ? [transforms] : transforms;
  return Object.freeze({
    domain: "PHI",
    units: components,
    start,
    end: start + duration,
    budget: budget ?? DEFAULTS.budget,
    shots: 0,
    channels: envelopes ?? DEFAULTS.envelopes,
    errorPpm: Math.floor((tolerance?.error ?? DEFAULTS.error) * 1_000_000),
    noisePpm: Math.floor((tolerance?.noise ?? DEFAULTS.noise) * 1_000_000),
    calibration: issueWindow(now, start, start + duration),
    permitted: Object.freeze([...transformsOf(names)]),
  });
}
