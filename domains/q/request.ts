// Q contract requests: the schema, its defaults and how a request becomes terms (023). Owns no state.
import { compiled, Type, type Static } from "../../kernel-abi/schema.ts";
import type { Terms } from "../../kernel-abi/contract.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import { widerProviders } from "../../kernel-abi/version.ts";
import { CALIBRATION_SPAN, CHANNELS_MAX, DURATION_MAX, GATES, issueCalibration } from "./declared.ts";
import { REACH, REACH_BEFORE, type Reach } from "./provider-limits.ts";

/** Q circuits of this many clbits need no `channels` of their own. */
export const DEFAULT_CHANNELS = 65_536;

const reserveSchema = ({ stabilizer }: Reach) => Type.Object({
  qubits: Type.Integer({ minimum: 1, maximum: stabilizer, description: "Logical qubits; the largest circuit the contract runs." }),
  budget: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: "Decoherence budget in circuit-cost units: cost of the circuit times shots, summed over jobs." }),
  shots: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMITS.shots_max, description: "Shots in all. Default: as many as the budget could pay at one unit each." })),
  duration: Type.Optional(Type.Integer({ minimum: 1, maximum: DURATION_MAX, default: CALIBRATION_SPAN, description: "Ticks the contract lasts; calls also need its calibration to hold." })),
  channels: Type.Optional(Type.Integer({ minimum: 1, maximum: CHANNELS_MAX, default: DEFAULT_CHANNELS, description: "Classical bits one circuit may measure into." })),
  errorTolerance: Type.Optional(Type.Number({ minimum: 0, maximum: 1, default: 1, description: "Largest declared error probability of one shot; kept in parts per million." })),
  calibrationGrace: Type.Optional(Type.Integer({ minimum: 0, maximum: CALIBRATION_SPAN, default: 0, description: "Ticks the calibration in force at the reserve is honoured beyond its end." })),
  gates: Type.Optional(Type.Array(Type.String({ enum: [...GATES] }), { minItems: 1, uniqueItems: true, description: "Gates the contract permits. Default: all." })),
}, { additionalProperties: false, $id: "triad/q/reserve" });
export const QReserveSchema = reserveSchema(REACH);
export type QReserve = Static<typeof QReserveSchema>;

const checkNow = compiled(QReserveSchema);
const checkBefore = compiled(reserveSchema(REACH_BEFORE));

/** @throws Fault ABI_MALFORMED naming the first field that does not fit `QReserveSchema`, as it is for runs with these flags. */
export function parseReserve(request: unknown, flags?: ReadonlySet<string>): QReserve {
  const check = widerProviders(flags) ? checkNow : checkBefore;
  if (check().Check(request)) return request;
  const [first] = check().Errors(request);
  throw new Fault("ABI_MALFORMED", { argument: "q.reserve", at: first?.instancePath ?? "", what: first?.message ?? "" });
}

/** The terms a request amounts to at tick `now`: [now, now + duration), under the calibration in force at `now`. */
export function termsOf(request: QReserve, now: number): Terms {
  const { qubits, budget, shots, duration, channels, errorTolerance, calibrationGrace, gates } = request;
  return Object.freeze({
    domain: "Q",
    units: qubits,
    start: now,
    end: now + (duration ?? CALIBRATION_SPAN),
    budget,
    shots: shots ?? Math.min(budget, LIMITS.shots_max),
    channels: channels ?? DEFAULT_CHANNELS,
    errorPpm: Math.floor((errorTolerance ?? 1) * 1_000_000),
    noisePpm: 0,
    calibration: issueCalibration(now, calibrationGrace ?? 0),
    permitted: Object.freeze(gates === undefined ? [...GATES] : GATES.filter((gate) => gates.includes(gate))),
  });
}
