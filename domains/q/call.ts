// Q calls as JSON Schema: the plain data `submit` carries, one form a mode. Typed arrays are named here and checked by domains/kernels/circuit.ts.
import { Type, type Static } from "../../kernel-abi/schema.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import { CHANNELS_MAX } from "./declared.ts";
import { NoiseSchema } from "./noise.ts";
import { REACH, REACH_BEFORE } from "./provider-limits.ts";
import { QEC_CALLS } from "./qec/call.ts";

const exact = { additionalProperties: false } as const;
const binary = (type: string, description: string) => Type.Unknown({ description: `${type}: ${description}`, "x-typed-array": type });

/** Typed arrays are checked by domains/kernels/circuit.ts; JSON Schema can only name them. */
const circuitSchema = (qubits: number) => Type.Object({
  qubits: Type.Integer({ minimum: 1, maximum: qubits }),
  clbits: Type.Integer({ minimum: 0, maximum: CHANNELS_MAX }),
  ops: binary("Int32Array", "eight fields an instruction: opcode, q0, q1, q2, clbit, condition, parameter, measurement ordinal; -1 where unused"),
  angles: binary("Float64Array", "radians, by the parameter field"),
  conditions: binary("Int32Array", "count, then count pairs (clbit, 0 or 1), by the condition field"),
}, exact);
type CircuitSchema = ReturnType<typeof circuitSchema>;
export const ObservableSchema = Type.Object({
  coefficients: binary("Float64Array", "one real weight a term"),
  paulis: binary("Uint8Array", "term after term, one letter a qubit: 0 I, 1 X, 2 Y, 3 Z"),
}, exact);
export const ParametersSchema = Type.Object({
  count: Type.Integer({ minimum: 0, maximum: LIMITS.circuit_operations_max }),
  entries: binary("Int32Array", "places among the circuit's angles"),
  of: binary("Int32Array", "which parameter moves each of them"),
  factors: binary("Float64Array", "by how much"),
}, exact);
const Shots = Type.Integer({ minimum: 1, maximum: LIMITS.shots_max });

/** What a circuit is run with besides; of runs from before `widerProviders` nothing. */
const RUN = {
  noise: Type.Optional(NoiseSchema),
  fusion: Type.Optional(Type.Union([Type.Literal("exact"), Type.Literal("fused")], { description: "How a state vector is evolved; fused reorders gates, and the outcome names the plan. Default: exact." })),
} as const;
const bits = (circuit: CircuitSchema) => Type.Object({ mode: Type.Literal("bits"), circuit, shots: Type.Optional(Type.Literal(1)), ...RUN }, exact);
const counts = (circuit: CircuitSchema) => Type.Object({ mode: Type.Literal("counts"), circuit, shots: Shots, ...RUN }, exact);
const expectation = (circuit: CircuitSchema) => Type.Object({ mode: Type.Literal("expectation"), circuit, shots: Shots, observable: ObservableSchema, ...RUN }, exact);
const gradient = (circuit: CircuitSchema) => Type.Object({
  mode: Type.Literal("gradient"), circuit, shots: Shots, observable: ObservableSchema, parameters: ParametersSchema,
  method: Type.Union([Type.Literal("adjoint"), Type.Literal("shift")]),
}, exact);

const now = circuitSchema(REACH.stabilizer);
const before = circuitSchema(REACH_BEFORE.stabilizer);
export const QCallSchema = Type.Union([bits(now), counts(now), expectation(now), gradient(now), ...QEC_CALLS], { $id: "triad/q/call" });
/** Of runs from before `widerProviders`. */
export const QCallSchemaBefore = Type.Union([
  Type.Object({ mode: Type.Literal("bits"), circuit: before, shots: Type.Optional(Type.Literal(1)) }, exact),
  Type.Object({ mode: Type.Literal("counts"), circuit: before, shots: Shots }, exact),
  Type.Object({ mode: Type.Literal("expectation"), circuit: before, shots: Shots, observable: ObservableSchema }, exact),
], { $id: "triad/q/call" });
/** The call as the api yields it: circuit arrays are `unknown` until `parseCall` has seen them. */
export type QCall = Static<typeof QCallSchema>;
