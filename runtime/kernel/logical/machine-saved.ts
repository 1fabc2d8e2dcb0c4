// A saved machine read back. Resources and links are checked by their own readers; everything else here, field by field.
import { Fault } from "../../../kernel-abi/fault.ts";
import { Type, compiled } from "../../../kernel-abi/schema.ts";
import type { AccountSaved } from "./accounts.ts";
import type { MoveRecord } from "./block.ts";
import type { LinksSaved } from "./channel.ts";
import type { Injection } from "./conditions.ts";
import type { FlowSaved } from "./flow.ts";
import { MoveSchema, ProfileSchema, type ResourcesSaved } from "./resources-saved.ts";

export interface MachineSaved {
  readonly resources: ResourcesSaved;
  readonly links: LinksSaved;
  readonly injections: readonly Injection[];
  readonly flows: Readonly<Record<"tStates" | "teleports" | "decoder", FlowSaved>>;
  readonly accounts: readonly (AccountSaved & { readonly job: string })[];
  readonly moved: readonly { readonly job: string; readonly moves: readonly MoveRecord[] }[];
  readonly struck: readonly string[];
  readonly granted: readonly { readonly job: string; readonly flows: readonly ("decoder" | "t-states" | "teleports")[] }[];
}
/** As far as this file reads it: the two tables have readers of their own. */
type Checked = Omit<MachineSaved, "resources" | "links"> & { readonly resources: unknown; readonly links: unknown };

const exact = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Real = Type.Number({ minimum: 0 });
const Name = Type.String({ maxLength: 1_024 });
const Rate = Type.Union([Count, Type.Null()]);

const FlowSchema = Type.Object({
  perEpoch: Rate, buffer: Count, stock: Count, made: Count, spent: Count, spilled: Count,
  waiting: Type.Array(Type.Object({ job: Name, asked: Count, got: Count }, exact)),
}, exact);
const InjectionSchema = Type.Union([
  Type.Object({ mode: Type.Literal("calibration-drift"), module: Name, factor: Real }, exact),
  Type.Object({ mode: Type.Literal("link-degradation"), a: Name, b: Name, fidelity: Real, pairsPerEpoch: Count }, exact),
  Type.Object({ mode: Type.Literal("module-failure"), module: Name }, exact),
  Type.Object({ mode: Type.Literal("decoder-overload"), roundsPerEpoch: Count }, exact),
]);
const FIGURES = { latencyMaxNs: Real, latencySumNs: Real, overloads: Count, overloadedRounds: Count } as const;
const QubitSchema = Type.Object({
  vq: Name, profile: ProfileSchema, module: Name, live: Type.Boolean(), gates: Count, measurements: Count, cycles: Count, decoderCycles: Count, decoderNs: Real,
  decoding: Type.Optional(Type.Object({ ...FIGURES, backlogMaxNs: Real, queue: Type.Object({ atNs: Real, backlogNs: Real, workNs: Real, overloaded: Type.Boolean() }, exact) }, exact)),
  corrections: Count, syndromeWeight: Count, errors: Type.Object({ depolarizing: Count, coherence: Count, measurement: Count }, exact), clockNs: Real,
}, exact);
const EpochSchema = Type.Object({
  epoch: Count, times: Type.Integer({ minimum: 1 }), from: Count, to: Count,
  mapping: Type.Array(Type.Object({ vq: Name, profile: Name, physicalQubits: Count, module: Name }, exact)),
  usage: Type.Object({ logicalQubits: Count, physicalQubits: Count, channels: Count, nodes: Count, measurements: Count, tStates: Count, decoderCycles: Count, pairs: Count }, exact),
  decoderNs: Real, backlogNs: Real, decoding: Type.Optional(Type.Object({ ...FIGURES, backlogEndNs: Real, overloaded: Count }, exact)), redone: Count, resets: Count, stalls: Count, moves: Type.Array(MoveSchema), conditions: Type.Array(Name),
  undone: Type.Optional(Type.Object({ nodes: Count, cost: Count }, exact)),
}, exact);

const schema = compiled(Type.Object({
  resources: Type.Unknown(), links: Type.Unknown(), injections: Type.Array(InjectionSchema),
  flows: Type.Object({ tStates: FlowSchema, teleports: FlowSchema, decoder: FlowSchema }, exact),
  accounts: Type.Array(Type.Object({ job: Name, qubits: Type.Array(QubitSchema), epochs: Type.Array(EpochSchema) }, exact)),
  moved: Type.Array(Type.Object({ job: Name, moves: Type.Array(MoveSchema) }, exact)), struck: Type.Array(Name),
  granted: Type.Array(Type.Object({ job: Name, flows: Type.Array(Type.Union([Type.Literal("decoder"), Type.Literal("t-states"), Type.Literal("teleports")])) }, exact)),
}, exact));

/** @throws Fault RESUME_REFUSED */
export function readMachine(data: unknown): Checked {
  if (!schema().Check(data)) throw new Fault("RESUME_REFUSED", { what: "the saved machine has another shape" });
  return data;
}
