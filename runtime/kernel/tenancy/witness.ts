// What is put into the audit log, and in what words. Owns that nothing a caller wrote can break an entry or swell it.
//   U5  Texts from outside are cut at 256 characters, and what is not printable ASCII reads "?".
import { Fault } from "../../../kernel-abi/fault.ts";
import type { AuditEntry, AuditValue } from "./audit-entry.ts";
import type { AuditLog } from "./audit-log.ts";

export type About = Pick<AuditEntry, "kind" | "tenant" | "session" | "subject">;
export type AuditDetail = Readonly<Record<string, AuditValue>>;

const SHOWN_MAX = 256;
const PLAIN = /^[\x20-\x7e]*$/;
export const shown = (text: string): string => (text.length <= SHOWN_MAX && PLAIN.test(text) ? text : text.slice(0, SHOWN_MAX).replaceAll(/[^\x20-\x7e]/g, "?"));
const shownOrNull = (text: string | null): string | null => (text === null ? null : shown(text));

export class Witness {
  readonly #log: AuditLog;
  constructor(log: AuditLog) { this.#log = log; }

  note({ kind, tenant, session, subject }: About, outcome: AuditEntry["outcome"], detail: AuditDetail): void {
    const tame: Record<string, AuditValue> = {};
    for (const [name, value] of Object.entries(detail)) tame[name] = typeof value === "string" ? shown(value) : value;
    this.#log.append({ kind, tenant: shown(tenant), session: shownOrNull(session), subject: shownOrNull(subject), outcome, detail: tame });
  }

  /** Does it; a refusal is noted before it is thrown on. */
  judged<T>(about: About, act: () => T): T {
    try {
      return act();
    } catch (fault) {
      if (fault instanceof Fault) this.note(about, "denied", { ...fault.detail, fault: fault.fault });
      throw fault;
    }
  }
}
