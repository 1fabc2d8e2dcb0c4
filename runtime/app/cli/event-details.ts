// The last column of a listing: what an event says of itself, in a few words. Payloads are named by size; `show` decodes one.
import { plainBody, bodyOf, field } from "../../../replay/entry/body.ts";
import type { TraceEvent } from "../../../replay/entry/events.ts";
import { jsonText, printable } from "./values.ts";

const textIn = (body: unknown, name: string): string => printable(String(field(body, name) ?? "?"));

/** Bodies of this size are shown whole; larger ones by `show`. */
const SHOWN_BYTES_MAX = 160;

/** Events whose body is a fact of the kernel's own. */
const FACTS: Readonly<Record<string, (body: unknown) => string>> = Object.freeze({
  PROCESS_DECLARED: (body) => `name=${textIn(body, "name")}`,
  PROC_SPAWN: (body) => `name=${textIn(body, "name")}`,
  TRANSITION: (body) => `${textIn(body, "machine")} ${textIn(body, "from")} → ${textIn(body, "to")}`,
  CAPABILITY_ISSUED: (body) => `verb=${textIn(body, "verb")} holder=${textIn(body, "holder")}`,
  PROVIDER_ATTESTED: (body) => `provider=${textIn(body, "provider")}`,
  METRIC_EMIT: (body) => `name=${textIn(body, "name")}`,
  JOB_INTENT: (body) => `due=${textIn(body, "due")}`,
  XDV_CALL: (body) => `due=${textIn(body, "due")}`,
  RUN_END: (body) => `status=${textIn(body, "status")}`,
});

function said({ eventType, verdict, body }: TraceEvent): string {
  if (body.length === 0) return "";
  if (eventType === "TURN_ABORTED") return textIn(bodyOf(body), "message");
  if (verdict !== 0 || eventType === "LOG") return jsonText(plainBody(body));
  const fact = FACTS[eventType];
  if (fact !== undefined) return fact(bodyOf(body));
  return body.length <= SHOWN_BYTES_MAX ? jsonText(plainBody(body)) : `${body.length} bytes`;
}

/** Zero is "none" for ids. */
export function details(event: TraceEvent): string {
  const { metadata, contractId, capabilityId } = event;
  const ids = [...Object.entries(metadata).filter(([name, value]) => name !== "subject" || value !== 0), ["contract", contractId], ["capability", capabilityId]] as const;
  const numbers = ids.filter(([name, value]) => value !== 0 || !["contract", "capability"].includes(name)).map(([name, value]) => `${name}=${value}`);
  return [said(event), ...numbers].filter((text) => text !== "").join(" ");
}
