// Saved links read back: checked field by field before they are believed.
import { Fault } from "../../../kernel-abi/fault.ts";
import { Type, compiled } from "../../../kernel-abi/schema.ts";
import type { LinksSaved } from "./channel.ts";

const exact = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Fidelity = Type.Number({ minimum: 0, maximum: 1 });
const Name = Type.String({ maxLength: 1_024 });

const schema = compiled(Type.Object({
  epoch: Count,
  links: Type.Array(Type.Object({ a: Name, b: Name, fidelity: Fidelity, pairsPerEpoch: Count, used: Count, spent: Count }, exact)),
  channels: Type.Array(Type.Object({
    id: Name, session: Name, job: Type.Union([Name, Type.Null()]), a: Name, b: Name, link: Name, wanted: Fidelity, fidelity: Fidelity,
    rounds: Count, pairs: Count, made: Count, state: Type.Union([Type.Literal("PENDING"), Type.Literal("OPEN")]), openedEpoch: Count, uses: Count,
  }, exact)),
}, exact));

/** @throws Fault RESUME_REFUSED */
export function readLinks(data: unknown): LinksSaved {
  if (!schema().Check(data)) throw new Fault("RESUME_REFUSED", { what: "the saved links have another shape" });
  return data;
}
