// What a checkpoint says, and the one reader of it.
import { Fault } from "../../../kernel-abi/fault.ts";
import { compiled, Type, type Static } from "../../../kernel-abi/schema.ts";

const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Text = Type.String({ minLength: 1, maxLength: 256 });

export const CheckpointRecord = Type.Object({
  /** "ckpt_<job>_<n>" */
  checkpoint_id: Text,
  job: Text,
  tenant: Text,
  session: Text,
  /** Hex SHA-256 of the graph. */
  graph: Text,
  /** Epochs behind it, and the node the next begins with. */
  epoch: Count,
  node: Count,
  seed: Text,
  shots: Count,
  /** Events so far, by name. */
  events: Type.Record(Type.String(), Type.Integer()),
  /** Digest of the run of the prefix; empty at the beginning, where nothing has run. */
  prefix: Type.String({ maxLength: 256 }),
}, { additionalProperties: false });
export type CheckpointRecord = Readonly<Static<typeof CheckpointRecord>>;

const schema = compiled(CheckpointRecord);

export const checkpointId = (job: string, ordinal: number): string => `ckpt_${job}_${ordinal}`;

/** @throws Fault CHECKPOINT_REFUSED */
export function checkpointRecord(value: unknown): CheckpointRecord {
  if (!schema().Check(value)) throw new Fault("CHECKPOINT_REFUSED", { what: "its record has another shape" });
  return value;
}
