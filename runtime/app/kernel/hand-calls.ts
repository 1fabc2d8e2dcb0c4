// q_alloc, q_release, q_open_chan, q_close_chan, q_chan_status: what a session holds by hand.
import type { Handlers } from "../../../kernel-abi/rpc/handlers.ts";
import { Refusal } from "../../../kernel-abi/rpc/codes.ts";
import type { Parts } from "./parts.ts";

export type HandMethods = "q_alloc" | "q_release" | "q_open_chan" | "q_close_chan" | "q_chan_status";

export function handCalls(_parts: Parts): Pick<Handlers, HandMethods> {
  const none = (method: string) => (): never => { throw new Refusal("METHOD_NOT_FOUND", { method }); };
  return { q_alloc: none("q_alloc"), q_release: none("q_release"), q_open_chan: none("q_open_chan"), q_close_chan: none("q_close_chan"), q_chan_status: none("q_chan_status") };
}
