// Terms of a mailbox, as a definition declares them: checked where a process is defined, and again where one is made.
import { Fault } from "./fault.ts";
import { LIMITS } from "./limits.ts";
import { OVERFLOWS, type MailboxTerms } from "./operation.ts";

/** A copy of what it is given. @throws Fault ABI_MALFORMED */
export function mailboxTerms(terms: MailboxTerms): MailboxTerms {
  const refuse = (): never => { throw new Fault("ABI_MALFORMED", { argument: "mailbox", allowed: `{ depth: 1 to ${LIMITS.mailbox_depth_max}, overflow: ${OVERFLOWS.join(", ")} }` }); };
  if (typeof terms !== "object" || terms === null) return refuse();
  const { depth, overflow } = terms;
  return Number.isSafeInteger(depth) && depth >= 1 && depth <= LIMITS.mailbox_depth_max && OVERFLOWS.includes(overflow) ? Object.freeze({ depth, overflow }) : refuse();
}
