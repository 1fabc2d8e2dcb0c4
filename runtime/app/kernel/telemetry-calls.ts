// q_get_telemetry and q_get_mapping: what a session or one of its jobs uses and has used.
import type { Handlers } from "../../../kernel-abi/rpc/handlers.ts";
import { Refusal } from "../../../kernel-abi/rpc/codes.ts";
import type { Parts } from "./parts.ts";
import type { Watching } from "./watching.ts";

export function telemetryCalls(_parts: Parts, _watching: Watching): Pick<Handlers, "q_get_telemetry" | "q_get_mapping"> {
  const none = (method: string) => (): never => { throw new Refusal("METHOD_NOT_FOUND", { method }); };
  return { q_get_telemetry: none("q_get_telemetry"), q_get_mapping: none("q_get_mapping") };
}
