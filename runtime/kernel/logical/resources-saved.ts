// Saved resources read back. What comes from a disk is checked field by field before it is believed; conservation is asserted after.
import { Fault } from "../../../kernel-abi/fault.ts";
import { Type, compiled } from "../../../kernel-abi/schema.ts";
import type { Block, Holder, MoveRecord } from "./block.ts";
import type { ModuleSaved } from "./module.ts";

const exact = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Some = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const Rate = Type.Number({ minimum: 0, maximum: 1 });
const Real = Type.Number({ minimum: 0 });
const Name = Type.String({ maxLength: 512 });

export const ProfileSchema = Type.Object({
  text: Name, source: Type.Union([Type.Literal("family"), Type.Literal("azure"), Type.Literal("sampled"), Type.Literal("parameters")]), family: Name,
  distance: Some, physicalQubits: Some, cycleNs: Real,
  errors: Type.Object({ gate: Rate, measurement: Rate, idle: Rate, t1Us: Type.Optional(Real), t2Us: Type.Optional(Real) }, exact),
  decoder: Type.Object({ type: Name, roundNs: Real, syndromeWeightMax: Type.Optional(Real) }, exact),
  suppression: Type.Object({ threshold: Rate, prefactor: Real, distancePower: Count, physical: Rate }, exact),
  sampled: Type.Optional(Type.Object({ code: Name, distance: Some, decoder: Name, points: Type.Array(Type.Object({ p: Rate, rate: Rate }, exact), { minItems: 1 }) }, exact)),
  rate: Type.Optional(Rate), ignored: Type.Array(Name),
}, exact);

const RangeSchema = Type.Object({ from: Count, count: Some }, exact);
const HurtSchema = Type.Object({ from: Count, count: Some, state: Type.Union([Type.Literal("FAULTY"), Type.Literal("MAINTENANCE")]) }, exact);
const SiteSchema = Type.Object({ module: Name, profile: Name, physicalQubits: Some }, exact);
const Ranges = Type.Array(RangeSchema);

export const MoveSchema = Type.Object({ epoch: Count, job: Name, vq: Name, from: SiteSchema, to: Type.Union([SiteSchema, Type.Null()]), success: Type.Boolean(), reason: Name }, exact);

const ResourcesSchema = Type.Object({
  epoch: Count, next: Some,
  modules: Type.Array(Type.Object({ name: Name, physicalQubits: Some, free: Ranges, resetting: Ranges, faulty: Ranges, maintenance: Ranges }, exact)),
  moves: Type.Array(MoveSchema),
  holders: Type.Array(Type.Object({
    job: Name, session: Name, tenant: Name, fence: Type.Boolean(),
    blocks: Type.Array(Type.Object({
      id: Some, asked: ProfileSchema, profile: ProfileSchema, module: Name, ranges: Type.Array(RangeSchema, { minItems: 1 }), hurt: Type.Array(HurtSchema),
      state: Type.Union([Type.Literal("READY"), Type.Literal("PLACED"), Type.Literal("RESETTING")]), vq: Type.Union([Name, Type.Null()]),
    }, exact)),
  }, exact)),
}, exact);

export interface ResourcesSaved {
  readonly epoch: number;
  readonly next: number;
  readonly modules: readonly ModuleSaved[];
  readonly moves: readonly MoveRecord[];
  readonly holders: readonly (Holder & { readonly fence: boolean; readonly blocks: readonly Block[] })[];
}

const schema = compiled(ResourcesSchema);

/** @throws Fault RESUME_REFUSED */
export function readResources(data: unknown): ResourcesSaved {
  if (!schema().Check(data)) throw new Fault("RESUME_REFUSED", { what: "the saved logical resources have another shape" });
  return data;
}
