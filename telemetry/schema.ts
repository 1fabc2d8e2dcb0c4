// The records of telemetry: what XDV-070 and XDV-072 call them, with node, tenant, VHM and category beside (hybrid-runtime
// section 9, row 19). Typebox schemas give the types and the JSON Schema.
//   R1  Every record names its schema; a version rises when a field changes meaning or goes, not when one is added.
//   R2  All numbers but a program's own measurements are integers; no field holds raw state (A4).
import { Type, type Static, type TProperties } from "../kernel-abi/schema.ts";
import { END_STATUSES } from "../kernel-abi/frame.ts";

export const SCHEMA = Object.freeze({
  start: "triad.telemetry/1", metric: "triad.metric/2", fault: "triad.fault/2", diagnostic: "triad.diagnostic/1", alert: "triad.alert/1", end: "triad.telemetry-end/1",
} as const);

/** Numbers of XDV-070's categories. */
export const CATEGORY = Object.freeze({ performance: 1, resource: 2, stability: 3, security: 4, fault: 5, scheduling: 6 } as const);
export type Category = (typeof CATEGORY)[keyof typeof CATEGORY];
/** 1 is information, 2 a caller's mistake, 3 a breach or a provider's fault, 4 the runtime's, 5 of evidence. */
export type Severity = 1 | 2 | 3 | 4 | 5;

const exact = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0 });
const Ppm = Type.Integer({ description: "parts per million" });
const Domain = Type.Union([Type.Literal("K"), Type.Literal("Q"), Type.Literal("PHI")]);
const Severity = Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3), Type.Literal(4), Type.Literal(5)]);
const Category = Type.Union([...Severity.anyOf, Type.Literal(6)]);
const Hex256 = Type.String({ pattern: "^[0-9a-f]{64}$" });

export const SignatureSchema = Type.Object({
  keyId: Hex256,
  sig: Type.String({ description: "Ed25519 over the DSSE pre-authentication encoding of the record without its signature, strict base64" }),
}, exact);
export type Signature = Static<typeof SignatureSchema>;

/** What every record says of its place. */
const place = {
  node: Count,
  tenant: Type.Integer({ minimum: 0, description: "0: none was named" }),
  vhm: Count,
  sequence: Type.Integer({ minimum: 0, description: "position in the node's stream, from 0" }),
  logicalTimestamp: Type.Integer({ minimum: 0, description: "ticks" }),
  signature: Type.Optional(SignatureSchema),
};
/** Whom it concerns. */
const subject = {
  domain: Domain,
  sourceId: Type.String({ description: "what was measured: run, contract/3, envelope/7, qubit/0, a provider" }),
  processId: Type.Integer({ minimum: 0, description: "0: the run as a whole" }),
  process: Type.String({ description: "spawn path; empty for the run as a whole" }),
  resourceContractId: Type.Integer({ minimum: 0, description: "0: none" }),
};

export const MetricSchema = Type.Object({
  schema: Type.Literal(SCHEMA.metric),
  metricId: Type.String({ description: "a series' name, or user.NAME for what a program measured itself" }),
  category: Category,
  ...subject,
  value: Type.Number(),
  unit: Type.String(),
  severity: Severity,
  ...place,
}, { ...exact, $id: "triad/metric" });
/** MetricRecord of XDV-070. */
export type MetricRecord = Readonly<Static<typeof MetricSchema>>;

export const FaultSchema = Type.Object({
  schema: Type.Literal(SCHEMA.fault),
  faultId: Type.String({ description: "PROCESS:n, the n-th fault of that process, whoever else is watched" }),
  event: Type.Optional(Type.Integer({ minimum: 1, description: "number in the run, as `triad trace` counts; absent where a scope hides other tenants" })),
  ...subject,
  category: Category,
  severity: Severity,
  code: Count,
  name: Type.String({ description: "name in the fault registry, or UNKNOWN" }),
  description: Type.String(),
  ...place,
}, { ...exact, $id: "triad/fault" });
/** FaultEvent of XDV-070; Contract_ID is `resourceContractId`. */
export type FaultEvent = Readonly<Static<typeof FaultSchema>>;

const common = { schema: Type.Literal(SCHEMA.diagnostic), ...subject, ...place };
const diagnostic = <K extends string, F extends TProperties>(kind: K, fields: F) =>
  Type.Object({ kind: Type.Literal(kind), ...fields, ...common }, exact);
const Qubit = Type.Union([Count, Type.Null()], { description: "null: every qubit of the provider" });
const relaxation = { qubit: Qubit, estimate: Type.Integer({ description: "circuit-cost units" }), confidence: Type.Literal("declared") };

export const DiagnosticSchema = Type.Union([
  diagnostic("T1", relaxation),
  diagnostic("T2", { ...relaxation, limit: Type.Integer({ description: "2·T1" }), excess: Type.Integer({ minimum: 0, description: "above the limit" }) }),
  diagnostic("GateFidelity", { gate: Type.String(), fidelity: Ppm, errorRate: Ppm, calibration: Type.Integer({ minimum: 0, description: "version of the declaration" }) }),
  diagnostic("MeasurementError", {
    qubit: Count, probability: Ppm, mismatches: Count, samples: Count,
    window: Type.Object({ from: Count, until: Count }, exact),
  }),
  diagnostic("DecoherenceMargin", { used: Count, remaining: Type.Integer(), budget: Count }),
  diagnostic("StabilityIndex", { score: Ppm, threshold: Ppm }),
  diagnostic("NoiseGradient", {
    level: Ppm, change: Ppm, ticks: Count, gradient: Type.Integer({ description: "parts per million per million ticks" }),
  }),
  diagnostic("EnvelopeDrift", { magnitude: Type.Integer({ description: "microradians" }), tolerance: Type.Integer({ description: "microradians" }) }),
  diagnostic("TransformImpact", { transform: Type.String(), change: Ppm, before: Ppm, after: Ppm }),
], { $id: "triad/diagnostic" });
/** One measurement of XDV-072, by `kind`. */
export type Diagnostic = Readonly<Static<typeof DiagnosticSchema>>;

export const AlertSchema = Type.Object({
  schema: Type.Literal(SCHEMA.alert),
  ruleId: Type.String(),
  state: Type.Union([Type.Literal("raised"), Type.Literal("cleared")]),
  metricId: Type.String(),
  ...subject,
  category: Category,
  severity: Severity,
  value: Type.Union([Type.Number(), Type.Null()], { description: "null: what was measured is gone" }),
  threshold: Type.Number(),
  since: Type.Integer({ minimum: 0, description: "tick since which the rule has held" }),
  code: Type.Integer({ minimum: 0, description: "the fault it announces (row 20: duration, tolerance); 0: none" }),
  ...place,
}, { ...exact, $id: "triad/alert" });
export type Alert = Readonly<Static<typeof AlertSchema>>;

export const StartSchema = Type.Object({
  schema: Type.Literal(SCHEMA.start),
  program: Type.String({ description: "name of the root's definition" }),
  node: Count,
  tenant: Count,
  vhm: Count,
  every: Type.Integer({ minimum: 0, description: "flush interval in ticks; 0: at the end only" }),
  scope: Type.Union([Type.String(), Type.Null()], { description: "whom the stream is limited to; null: nobody is left out" }),
  schemas: Type.Array(Type.String()),
  signer: Type.Optional(Type.Object({ keyId: Hex256, public: Type.String({ description: "32 bytes, strict base64" }) }, exact)),
  signature: Type.Optional(SignatureSchema),
}, { ...exact, $id: "triad/telemetry-start" });
export type StreamStart = Readonly<Static<typeof StartSchema>>;

export const EndSchema = Type.Object({
  schema: Type.Literal(SCHEMA.end),
  status: Type.Union([Type.Enum([...END_STATUSES]), Type.Null()], { description: "null: the run has no end on record" }),
  run: Type.Union([Hex256, Type.Null()], { description: "digest of the run, where it is known" }),
  records: Count,
  logicalTimestamp: Count,
  signature: Type.Optional(SignatureSchema),
}, { ...exact, $id: "triad/telemetry-end" });
export type StreamEnd = Readonly<Static<typeof EndSchema>>;

export type TelemetryRecord = MetricRecord | FaultEvent | Diagnostic | Alert;
export type TelemetryLine = TelemetryRecord | StreamStart | StreamEnd;

export const LineSchema = Type.Union([StartSchema, MetricSchema, FaultSchema, DiagnosticSchema, AlertSchema, EndSchema], { $id: "triad/telemetry-line" });

/** JSON Schema 2020-12 of one line of a stream. */
export const telemetryJsonSchema = (): unknown => ({ $schema: "https://json-schema.org/draft/2020-12/schema", ...(JSON.parse(JSON.stringify(LineSchema)) as object) });
