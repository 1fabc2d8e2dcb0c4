// Guards: both ways of writing one, read into one form, and walked without a stack of unknown depth.
//   {event, equals} | {type: "eq", event, value}  →  {event, equals};   {type: "and" | "or", conditions}  →  the same, normalised.
//   U1  A compound guard has at least one condition; depth and leaves are bounded (GRAPH_LIMITS), so a guard never exhausts a stack.
//   U2  Nothing is guessed: a field that belongs to neither form is refused, for a guard misread is a gate made unconditional.
import { Unreadable, field, isFields, itemsOf, keysOf } from "./fields.ts";
import { quoted } from "./findings.ts";
import { isLeaf, type Guard, type GuardLeaf } from "./graph.ts";
import { GRAPH_LIMITS } from "./ops.ts";

/** A value no event can have. */
export class ImpossibleValue extends Error {
  override readonly name = "ImpossibleValue";
}

const LEAF_FIELDS: ReadonlySet<string> = new Set(["type", "event", "equals", "value"]);
const COMPOUND_FIELDS: ReadonlySet<string> = new Set(["type", "conditions"]);

function only(fields: object, allowed: ReadonlySet<string>): void {
  const stranger = keysOf(fields).find((key) => !allowed.has(key));
  if (stranger !== undefined) throw new Unreadable(`a guard has no field ${quoted(stranger)}`);
}

function leaf(fields: object): GuardLeaf {
  only(fields, LEAF_FIELDS);
  const event = field(fields, "event");
  const [equals, value] = [field(fields, "equals"), field(fields, "value")];
  if (typeof event !== "string") throw new Unreadable("a guard names an event");
  if (equals === undefined && value === undefined) throw new Unreadable("a guard says which value its event must have");
  if (equals !== undefined && value !== undefined && equals !== value) throw new Unreadable("equals and value contradict each other");
  const wanted = equals ?? value;
  if (typeof wanted !== "number" || !Number.isInteger(wanted) || wanted < 0 || wanted > 3) throw new ImpossibleValue(`no event has the value ${quoted(wanted)}`);
  return { event, equals: wanted + 0 };
}

/** @throws Unreadable, ImpossibleValue */
export function readGuard(value: unknown): Guard {
  let leaves = 0;
  const read = (given: unknown, depth: number): Guard => {
    if (!isFields(given)) throw new Unreadable("a guard is an object");
    if (depth > GRAPH_LIMITS.guardDepth) throw new Unreadable(`a guard nests at most ${GRAPH_LIMITS.guardDepth} deep`);
    const type = field(given, "type");
    if (type === undefined || type === "eq") {
      if (++leaves > GRAPH_LIMITS.guardLeaves) throw new Unreadable(`a guard has at most ${GRAPH_LIMITS.guardLeaves} conditions`);
      return leaf(given);
    }
    if (type !== "and" && type !== "or") throw new Unreadable(`a guard's type is eq, and or or, not ${quoted(type)}`);
    only(given, COMPOUND_FIELDS);
    const conditions = field(given, "conditions");
    if (!Array.isArray(conditions) || conditions.length === 0) throw new Unreadable(`${type} needs conditions`);
    return { type, conditions: itemsOf(conditions, GRAPH_LIMITS.guardLeaves).map((condition) => read(condition, depth + 1)) };
  };
  return read(value, 1);
}

/** The leaves of a guard, in the order they are written. */
export function leavesOf(guard: Guard | undefined): readonly GuardLeaf[] {
  if (guard === undefined) return [];
  return isLeaf(guard) ? [guard] : guard.conditions.flatMap(leavesOf);
}

/** Whether a guard holds; an event that was not produced equals nothing. */
export function holds(guard: Guard, valueOf: (event: string) => number | undefined): boolean {
  if (isLeaf(guard)) return valueOf(guard.event) === guard.equals;
  return guard.type === "and" ? guard.conditions.every((one) => holds(one, valueOf)) : guard.conditions.some((one) => holds(one, valueOf));
}
