// Noise a call may ask for: its schema, and the model it amounts to. Owns nothing; what noise does is for domains/kernels/noise.ts to say.
import { Type, type Static } from "../../kernel-abi/schema.ts";
import { ANGLE_LIMIT } from "../kernels/libm/portable.ts";
import type { NoiseModel } from "../kernels/noise.ts";

const exact = { additionalProperties: false } as const;
const Probability = (description: string) => Type.Optional(Type.Number({ minimum: 0, maximum: 1, description }));
const Duration = (description: string) => Type.Optional(Type.Number({ minimum: 0, description }));

export const NoiseSchema = Type.Object({
  depolarize1: Probability("Of a Pauli other than the identity behind a gate of one qubit."),
  depolarize2: Probability("The same behind a gate of more, over all its qubits at once."),
  relaxation: Type.Optional(Type.Object({
    t1: Type.Number({ exclusiveMinimum: 0, description: "Energy decays as e^(-t/T1)." }),
    t2: Type.Number({ exclusiveMinimum: 0, description: "Coherence decays as e^(-t/T2); at most 2·T1." }),
    gate1: Duration("A gate of one qubit takes so long."),
    gate2: Duration("A gate of more does."),
    measure: Duration("A measurement does."),
    reset: Duration("A reset does."),
  }, { ...exact, description: "Times in one unit, whichever. Instructions start as soon as they can, and qubits relax while they wait." })),
  readout: Type.Optional(Type.Object({
    zeroAsOne: Probability("Of recording a 0 as 1."),
    oneAsZero: Probability("Of recording a 1 as 0."),
  }, exact)),
  overRotation: Type.Optional(Type.Number({ minimum: -ANGLE_LIMIT, maximum: ANGLE_LIMIT, description: "Radians every rotation turns too far." })),
}, { ...exact, description: "What is left out is 0." });
/** Noise of gates, of waiting and of reading; what is left out is 0. */
export type Noise = Readonly<Static<typeof NoiseSchema>>;

/** With every member in its place, so that the same noise gives the same bytes. A zero has no sign. */
export function noiseModel({ depolarize1 = 0, depolarize2 = 0, relaxation, readout: { zeroAsOne = 0, oneAsZero = 0 } = {}, overRotation = 0 }: Noise): NoiseModel {
  return {
    depolarize1: depolarize1 + 0, depolarize2: depolarize2 + 0,
    ...(relaxation === undefined ? {} : { relaxation: relaxationOf(relaxation) }),
    readout: { zeroAsOne: zeroAsOne + 0, oneAsZero: oneAsZero + 0 },
    overRotation: overRotation + 0,
  };
}

const relaxationOf = ({ t1, t2, gate1 = 0, gate2 = 0, measure = 0, reset = 0 }: NonNullable<Noise["relaxation"]>): NonNullable<NoiseModel["relaxation"]> =>
  ({ t1, t2, gate1: gate1 + 0, gate2: gate2 + 0, measure: measure + 0, reset: reset + 0 });
