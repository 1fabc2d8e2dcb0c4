// What a bundle says before its entries: header, program, inputs. Typebox schemas give the types and the JSON Schema.
import { compiled, Type, type Static } from "./schema.ts";
import { Fault } from "./fault.ts";
import { FaultScriptSchema, RecoverySchema } from "./injection.ts";

const exact = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0 });
const Hex256 = Type.String({ pattern: "^[0-9a-f]{64}$" });

export const BoundsSchema = Type.Object({
  ticks: Count, turns: Count, messages: Count, shots: Count, bytes: Count,
}, exact);
export type Bounds = Static<typeof BoundsSchema>;

/** What a provider says of itself before anything may be bound to it (060, 061, 034 attestation record). */
export const ProviderDeclarationSchema = Type.Object({
  provider: Type.String(),
  domain: Type.Union([Type.Literal("Q"), Type.Literal("PHI")]),
  /** Always disclosed: no hardware stands behind a simulated provider. */
  attestation: Type.Literal("simulated"),
  version: Type.Integer({ minimum: 1 }),
  /** Declared total that contracts share: logical qubits, phase components. */
  units: Count,
  channels: Count,
  /** Gates or transforms. */
  permitted: Type.Array(Type.String()),
  /** Q: T1, T2 in circuit-cost units, error in parts per million. Φ: longest window in ticks, noise in parts per million. */
  figures: Type.Record(Type.String(), Type.Integer()),
  /** Kernels behind it, with the SHA-256 of their binaries. */
  kernels: Type.Array(Type.Object({ name: Type.String(), version: Type.Integer(), binary: Hex256 }, exact)),
}, exact);
export type ProviderDeclaration = Static<typeof ProviderDeclarationSchema>;

export const ReseedSchema = Type.Object({ after: Count, seed: Type.String({ minLength: 1 }) }, exact);
export type Reseed = Readonly<Static<typeof ReseedSchema>>;

export const HeaderSchema = Type.Object({
  format: Type.Integer({ minimum: 1 }),
  semantics: Type.Integer({ minimum: 1 }),
  abi: Type.Object({ major: Count, minor: Count, flags: Type.Array(Type.String()) }, exact),
  /** `exploratory` declares variability; runs are deterministic unless they say so. */
  channel: Type.Union([Type.Literal("deterministic"), Type.Literal("exploratory")]),
  seed: Type.String({ minLength: 1 }),
  bounds: BoundsSchema,
  policy: Type.Object({
    name: Type.String(), version: Type.Integer({ minimum: 1 }),
    /** SHA-256 of the canonical JSON of name, version, parameters where stated, and a plug-in's source and initial state. */
    digest: Hex256,
    /** Absent when a built-in policy has its defaults. */
    parameters: Type.Optional(Type.Record(Type.String(), Type.Integer())),
  }, exact),
  /** Operations a turn may make before its process has to go on at the next tick; absent: as many as the ABI allows. */
  slice: Type.Optional(Type.Integer({ minimum: 1 })),
  /** Cost tables by name, with the SHA-256 of their canonical JSON (T3). */
  costTables: Type.Array(Type.Object({ name: Type.String(), version: Type.Integer({ minimum: 1 }), digest: Hex256 }, exact)),
  providers: Type.Array(ProviderDeclarationSchema),
  /** Verbs the root process is granted; nothing in the program can add to them (A3). */
  allow: Type.Array(Type.String()),
  program: Type.Object({ name: Type.String(), digest: Hex256 }, exact),
  node: Type.Integer({ minimum: 0 }),
  vhm: Type.Integer({ minimum: 0 }),
  /** Faults that befall the run, in the order of their ticks; absent: none. */
  faults: Type.Optional(FaultScriptSchema),
  /** What is done about faults; absent: DEFAULT_RECOVERY. */
  recovery: Type.Optional(RecoverySchema),
  /** Of a run that went its own way from a position of another: that one's digest, and the last event they have in common, 0 for none; absent: no fork. */
  fork: Type.Optional(Type.Object({ digest: Hex256, event: Count }, exact)),
  /** Seeds of a fork's own: what frames behind event `after` draw, and jobs submitted there, is keyed by `seed`; by event, rising. */
  reseeds: Type.Optional(Type.Array(ReseedSchema, { minItems: 1 })),
}, exact);
export type Header = Static<typeof HeaderSchema>;

export const ProgramSchema = Type.Object({
  /** `closure`: the module closure stands below. `detached`: the caller handed over a definition; only its name is known. */
  kind: Type.Union([Type.Literal("closure"), Type.Literal("detached")]),
  /** Path of the entry module among `modules`. */
  entry: Type.String(),
  /** Sources as found, paths relative to the entry's folder, sorted by code units. */
  modules: Type.Array(Type.Object({ path: Type.String(), source: Type.String() }, exact)),
  /** The single script that is executed, made from `modules` by the pinned bundler. */
  executed: Type.String(),
  /** Source map (version 3, JSON, without sources) from `executed` to `modules`, so that a place is named as a person wrote it. */
  map: Type.String(),
}, exact);
export type ProgramSection = Static<typeof ProgramSchema>;

export const InputsSchema = Type.Object({
  /** Any JSON value; handed to the root program. */
  input: Type.Unknown(),
  /** Named text files, read by the program as `k.file(name)`. */
  files: Type.Record(Type.String(), Type.String()),
}, exact);
export interface InputsSection {
  readonly input: unknown;
  readonly files: Readonly<Record<string, string>>;
}

/** Where a journal stopped that was taken up again: what stood in whole blocks, and the tick of the last frame among it. */
export const ResumePointSchema = Type.Object({ blocks: Count, frames: Count, tick: Count }, exact);
export type ResumePoint = Readonly<Static<typeof ResumePointSchema>>;

/** Facts about the host: inside the signed seal, outside the digest (E2). */
export const HostFactsSchema = Type.Object({
  triad: Type.String(),
  node: Type.String(),
  v8: Type.String(),
  platform: Type.String(),
  workers: Type.Integer({ minimum: 0 }),
  /** RFC 3339, wall clock. */
  started: Type.String(),
  sealed: Type.String(),
  label: Type.String(),
  /** Present when the run was interrupted or killed and resumed: once for each time, in order. */
  resumed: Type.Optional(Type.Array(ResumePointSchema, { minItems: 1 })),
}, exact);
export type HostFacts = Static<typeof HostFactsSchema>;

export const DURABILITY = ["process", "power"] as const;
export type Durability = (typeof DURABILITY)[number];

const headerCheck = compiled(HeaderSchema);
const programCheck = compiled(ProgramSchema);
const inputsCheck = compiled(InputsSchema);

const refuse = (what: string, errors: Iterable<{ readonly instancePath: string; readonly message: string }>): never => {
  const [first] = errors;
  throw new Fault("ABI_MALFORMED", { argument: what, at: first?.instancePath ?? "", what: first?.message ?? "" });
};

/** @throws Fault ABI_MALFORMED */
export function parseHeader(value: unknown): Header {
  if (!headerCheck().Check(value)) return refuse("header", headerCheck().Errors(value));
  const { reseeds = [] } = value;
  const early = reseeds.findIndex(({ after }, at) => at > 0 && after <= (reseeds[at - 1]?.after ?? 0));
  return early === -1 ? value : refuse("header", [{ instancePath: `/reseeds/${early}/after`, message: "must be greater than the one before" }]);
}
/** @throws Fault ABI_MALFORMED */
export const parseProgram = (value: unknown): ProgramSection => (programCheck().Check(value) ? value : refuse("program", programCheck().Errors(value)));
/** @throws Fault ABI_MALFORMED */
export const parseInputs = (value: unknown): InputsSection => (inputsCheck().Check(value) ? value : refuse("inputs", inputsCheck().Errors(value)));
