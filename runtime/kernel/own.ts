// Own: what a program yields, as records of the kernel's own. Anything in it may be code of the program's: a getter, a proxy.
//   O1  Each field is read once, while the ambient traps act (turn.ts): later reads see what was checked.
//   O2  Handles and definitions are known by what they are, and bodies are encoded where they are judged: these stay the program's.
//   O3  One program stands for every other (unrunRefused): that it is one is all there is to say of it.
import { Fault } from "../../kernel-abi/fault.ts";
import { isHandle } from "../../kernel-abi/handle.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import type { Operation } from "../../kernel-abi/operation.ts";
import { isProgram } from "../../kernel-abi/shown.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Fields that hold records of the program's making. */
const RECORDS: Readonly<Partial<Record<Operation["op"], readonly string[]>>> = {
  reserve: ["request"], "reserve-all": ["requests"], submit: ["call", "refs"], attenuate: ["scope"], grant: ["scope"], spawn: ["grants"], select: ["arms"], inject: ["strike"],
};

const DEPTH_MAX = 32;
const TYPED: Readonly<Record<string, new (values: never) => ArrayBufferView>> = {
  Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array,
};
// By internal slots, whatever members an array was given.
const typedName = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get as (this: unknown) => string | undefined;

const UNRUN: unknown = Object.freeze((function* () { /* nobody runs it */ })());

/** Values that may still be read, and whether programs are told from records. */
interface Budget { left: number; readonly unrun: boolean }

function spend(budget: Budget, values: number): void {
  budget.left -= values;
  if (!(budget.left >= 0)) throw new Fault("ABI_LIMIT", { limit: "payload_bytes_max", value: LIMITS.payload_bytes_max });
}

function copyOf(value: unknown, budget: Budget, depth: number): unknown {
  if (typeof value !== "object" || value === null || isHandle(value)) return value;
  if (depth > DEPTH_MAX) throw new Fault("ABI_MALFORMED", { argument: "operation", what: `nested deeper than ${DEPTH_MAX}, or cyclic` });
  if (ArrayBuffer.isView(value)) {
    const typed = TYPED[typedName.call(value) ?? ""];
    return typed === undefined ? value : new typed(value as never);
  }
  if (budget.unrun && isProgram(value)) return UNRUN;
  if (Array.isArray(value)) {
    const { length } = value;
    spend(budget, length);
    const list: unknown[] = [];
    for (let at = 0; at < length; at++) list.push(copyOf(value[at], budget, depth + 1));
    return list;
  }
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    spend(budget, 1);
    put(copy, key, copyOf((value as Fields)[key], budget, depth + 1));
  }
  return copy;
}

/** A field of its own, whatever objects inherit under its name. Few inherit any, and arms by the thousand are copied at every select. */
function put(copy: Record<string, unknown>, key: string, value: unknown): void {
  if (key in copy) Object.defineProperty(copy, key, { value, enumerable: true, writable: true, configurable: true });
  else copy[key] = value;
}

/** An operation whose own fields were read already, with the records in them read too; `unrun`: programs stay what they are. @throws Fault ABI_LIMIT | ABI_MALFORMED; whatever a getter throws */
export function withOwnRecords<O extends Operation>(operation: O, unrun: boolean): O {
  const fields = RECORDS[operation.op];
  if (fields === undefined) return operation;
  const budget: Budget = { left: LIMITS.payload_bytes_max, unrun };
  return { ...operation, ...Object.fromEntries(fields.map((field) => [field, copyOf((operation as unknown as Fields)[field], budget, 0)])) };
}
