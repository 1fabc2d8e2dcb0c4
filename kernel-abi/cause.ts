// Causes: a failure that is passed on, by whoever awaits or supervises, says where it began, what it was there, and through how many
// processes it came. It grows no longer on its way.
import type { FaultDetail, FaultJson } from "./fault.ts";
import { LIMITS } from "./limits.ts";

/** Characters kept of what was said where it began. */
const SAID_MAX = 500;

export interface Beginning {
  /** Name of the process it began in; of a child known to its supervisor alone, its id there. */
  readonly from: string;
  readonly cause: string;
  readonly code: number;
  readonly said: string;
  /** Processes it has passed through since. */
  readonly levels: number;
}

const count = (value: unknown): number => (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : 0);
const text = (value: unknown, most = SAID_MAX): string => (typeof value === "string" ? value : "").slice(0, most).toWellFormed();

/** Where the failure of a process began: there, unless it says itself that it was passed on. */
export function beginningOf(process: string, { name, code, message, detail }: FaultJson): Beginning {
  const { process: failed, child, from, cause, code: its, message: words, last, levels } = detail;
  const passed = typeof cause === "string" && (name === "PROCESS_FAILED" || name === "SUPERVISION_ESCALATED");
  if (!passed) return { from: name === "PROCESS_FAILED" && typeof failed === "string" ? failed : process, cause: name, code, said: text(message), levels: 0 };
  const said = name === "PROCESS_FAILED" ? words : text(last).slice(cause.length + ": ".length);
  return { from: text(from ?? failed ?? child, LIMITS.process_name_bytes_max), cause: text(cause), code: count(its), said: text(said), levels: count(levels) + 1 };
}

/** Detail of PROCESS_FAILED, for whoever awaits the process. */
export function awaited(process: string, fault: FaultJson): FaultDetail {
  const { from, levels, cause, code, said } = beginningOf(process, fault);
  return { process, ...(levels === 0 ? {} : { levels, from }), cause, code, message: said };
}

/** What SUPERVISION_ESCALATED says of the last failure of a child. */
export function escalated(child: string, fault: FaultJson): FaultDetail {
  const { from, levels, cause, code, said } = beginningOf(child, fault);
  return { last: `${cause}: ${said}`, from, ...(levels === 0 ? {} : { levels }), cause, code };
}
