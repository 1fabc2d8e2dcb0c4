// Mail: from a message to an event of the machine's. What is no event, or would be taken for one of XState's or ours, is refused.
import type { ProcessId } from "../../../kernel-abi/ids.ts";
import type { Message } from "../../../kernel-abi/operation.ts";
import { isEvent, type EventObject } from "./shape.ts";

/** An event of another process's: the kernel says who sent it, whatever the event says. */
export interface SentEvent extends EventObject {
  sender: ProcessId;
}

/** Types only the machine's own process makes: a message of such a type would forge an outcome, a timer or an end. */
const isReserved = (type: string): boolean => type === "" || type === "*" || type.startsWith("xstate.") || type.startsWith("triad.");

export type Mail = { readonly kind: "event"; readonly event: EventObject } | { readonly kind: "refused"; readonly type: string; readonly why: string };

export function mailOf({ from, body }: Message): Mail {
  if (!isEvent(body) || Array.isArray(body)) return { kind: "refused", type: "", why: "not an event: no record with a type" };
  if (isReserved(body.type)) return { kind: "refused", type: body.type, why: "a reserved type" };
  return { kind: "event", event: stamped(body, from) };
}

/** The body is decoded for this receiver alone, so it can be written to. */
function stamped(body: EventObject, from: ProcessId): EventObject {
  (body as SentEvent).sender = from;
  return body;
}
