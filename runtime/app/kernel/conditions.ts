// What an operator says is wrong with the machine, read from a file: a list of injections, as kernel/logical/conditions.ts has them.
import { Fault } from "../../../kernel-abi/fault.ts";
import { blame, blameByTag, compiled, Type } from "../../../kernel-abi/schema.ts";
import type { Injection } from "../../kernel/logical/conditions.ts";

const exact = { additionalProperties: false } as const;
const Name = Type.String({ minLength: 1, maxLength: 128 });
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

const Condition = Type.Union([
  Type.Object({ mode: Type.Literal("calibration-drift"), module: Name, factor: Type.Number({ minimum: 1, maximum: 1e6 }) }, exact),
  Type.Object({ mode: Type.Literal("link-degradation"), a: Name, b: Name, fidelity: Type.Number({ minimum: 0, maximum: 1 }), pairsPerEpoch: Count }, exact),
  Type.Object({ mode: Type.Literal("module-failure"), module: Name }, exact),
  Type.Object({ mode: Type.Literal("decoder-overload"), roundsPerEpoch: Count }, exact),
]);
const Conditions = Type.Array(Condition, { maxItems: 1_024 });
const oneOf = compiled(Condition);

const schema = compiled(Conditions);
const ALLOWED = "a list of {mode: calibration-drift, module, factor}, {mode: link-degradation, a, b, fidelity, pairsPerEpoch}, {mode: module-failure, module} and {mode: decoder-overload, roundsPerEpoch}";

/** @throws Fault ABI_MALFORMED */
export function parseConditions(value: unknown): readonly Injection[] {
  if (schema().Check(value)) return value;
  const index = Array.isArray(value) ? value.findIndex((one) => !oneOf().Check(one)) : -1;
  const { at, what } = Array.isArray(value) && index >= 0 ? blameByTag(Condition, "mode", value[index]) : blame(Conditions, value);
  throw new Fault("ABI_MALFORMED", { argument: "conditions", at: index < 0 ? at : `/${index}${at}`, what, allowed: ALLOWED });
}
