// Effects: what a step of a machine asks for, as data. XState's resolved action objects come in, one at a time and in its order; what is
// left of them is what a process can do. `raise` without a delay and `assign` have no effect: they are over when the step is.
import { Fault } from "../../../kernel-abi/fault.ts";
import { isRecord, type ActionInfo, type ChildShape, type CustomAction, type EventObject, type ResolvedAction } from "./shape.ts";

export type Effect =
  /** `to`: an address (scope.ts) or a child. */
  | { readonly kind: "send"; readonly to: unknown; readonly event: EventObject }
  /** Due so many ticks later; `id` is what `cancel` names. */
  | { readonly kind: "delayed"; readonly to: unknown; readonly event: EventObject; readonly ticks: number; readonly id: string | undefined }
  | { readonly kind: "cancel"; readonly id: string }
  | { readonly kind: "log"; readonly label: string | undefined; readonly value: unknown }
  | { readonly kind: "emit"; readonly event: unknown }
  | { readonly kind: "spawn"; readonly child: ChildShape; readonly input: unknown }
  | { readonly kind: "stop"; readonly child: ChildShape }
  /** An action of the user's: what it returns is done. */
  | { readonly kind: "call"; readonly type: string; readonly exec: CustomAction; readonly info: ActionInfo; readonly params: unknown };

/** Parameters as XState resolves them, by action type. */
interface Params {
  readonly to?: unknown;
  readonly event?: EventObject;
  readonly delay?: unknown;
  readonly id?: string;
  readonly sendId?: string;
  readonly value?: unknown;
  readonly label?: string;
  readonly input?: unknown;
  readonly actorRef?: ChildShape;
}

const paramsOf = (params: unknown): Params => (isRecord(params) ? params : {});

/** The effect of an action, undefined when it has none. @throws Fault MACHINE_INVALID for a built-in action this version of ours does not know */
export function effectOf({ type, info, params, exec }: ResolvedAction): Effect | undefined {
  if (!type.startsWith("xstate.")) return exec === undefined ? undefined : { kind: "call", type, exec, info, params };
  const { to, event, delay, id, sendId, value, label, input, actorRef } = paramsOf(params);
  switch (type) {
    case "xstate.raise":
      return event === undefined || typeof delay !== "number" ? undefined : { kind: "delayed", to: info.self, event, ticks: delay, id };
    case "xstate.sendTo":
      if (event === undefined) return undefined;
      return typeof delay === "number" ? { kind: "delayed", to, event, ticks: delay, id } : { kind: "send", to, event };
    case "xstate.cancel": return { kind: "cancel", id: String(sendId) };
    case "xstate.log": return { kind: "log", label, value };
    case "xstate.emit": return { kind: "emit", event };
    case "xstate.spawnChild": return actorRef === undefined ? undefined : { kind: "spawn", child: actorRef, input };
    case "xstate.stopChild": return isRecord(params) ? { kind: "stop", child: params as unknown as ChildShape } : undefined;
    default: throw new Fault("MACHINE_INVALID", { action: type, what: "an action of XState's that processes do not know" });
  }
}
