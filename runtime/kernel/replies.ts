// What the kernel answers a process with.
import { Fault, faultByCode, type FaultDetail } from "../../kernel-abi/fault.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import { unpack } from "../../kernel-abi/packer.ts";
import type { Outcome } from "../../kernel-abi/ports.ts";
import type { Wait } from "../process/wait.ts";
import type { Answer } from "./transaction.ts";

export type Reply = Answer<Wait>;

export const value = (of: unknown): Reply => ({ kind: "value", value: of });
export const DONE: Reply = Object.freeze(value(undefined));
export const waiting = (wait: Wait): Reply => ({ kind: "wait", wait });

/** A recorded outcome as the program sees it: the decoded classical value, or the provider's fault. */
export function outcomeReply({ verdict, body }: Outcome): Extract<Reply, { readonly kind: "value" | "fault" }> {
  if (verdict === 0) return { kind: "value", value: unpack(body) };
  const name = faultByCode(verdict);
  invariant(name !== undefined, "E3", "outcome verdict", verdict);
  return { kind: "fault", fault: new Fault(name, plainDetail(unpack(body))) };
}

const plainDetail = (detail: unknown): FaultDetail =>
  (typeof detail === "object" && detail !== null
    ? Object.fromEntries(Object.entries(detail).filter(([, of]) => of === null || ["string", "number", "boolean"].includes(typeof of)))
    : {});
