// Priorities of processes: advisory weight for scheduling policies (020 affinity, 012). Pure data and one rule.
//   A3  A child's priority is never above its parent's: asking for more grants nothing.
import { Fault } from "./fault.ts";

/** Higher goes first, where the policy looks at it. Numbers are permanent. */
export const PRIORITY = Object.freeze({ IDLE: 0, LOW: 1, NORMAL: 2, HIGH: 3, CRITICAL: 4 } as const);
export type PriorityName = keyof typeof PRIORITY;
export type Priority = (typeof PRIORITY)[PriorityName];

export const PRIORITY_LEVELS = 5;
export const HIGHEST_PRIORITY: Priority = PRIORITY.CRITICAL;

const isPriority = (value: unknown): value is Priority =>
  typeof value === "number" && Number.isInteger(value) && value >= PRIORITY.IDLE && value <= PRIORITY.CRITICAL;

/** @throws Fault ABI_MALFORMED */
export function priority(value: unknown): Priority {
  if (!isPriority(value)) throw new Fault("ABI_MALFORMED", { argument: "priority", value: String(value).slice(0, 80), allowed: "0 idle, 1 low, 2 normal, 3 high, 4 critical" });
  return value;
}

/**
 * What a process gets: what whoever spawns it asks for, else what its definition declares, else NORMAL; at most what the parent has.
 * The root has no parent: its declaration stands.
 */
export function grantedPriority(asked: Priority | undefined, declared: Priority | undefined, parent: Priority = HIGHEST_PRIORITY): Priority {
  const wanted = asked ?? declared ?? PRIORITY.NORMAL;
  return wanted < parent ? wanted : parent;
}
