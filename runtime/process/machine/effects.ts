// Effects: what a step of a machine asks for, as data. XState's resolved action objects come in, one at a time and in its order; what is
// left of them is what a process can do. `raise` without a delay and `assign` have no effect: they are over when the step is.
//   X7  A state's entry may send to a child that the state invokes: entry comes before start, so the child finds it when it starts.
import { Fault } from "../../../kernel-abi/fault.ts";
import { isRecord, type ActionInfo, type ChildShape, type CustomAction, type EventObject, type ResolvedAction } from "./shape.ts";

export type Effect =
  /** `to`: an address (scope.ts), a child, or one that is yet to be made (`Early`). */
  | { readonly kind: "send"; readonly to: unknown; readonly event: EventObject }
  /** Due so many ticks later; `id` is what `cancel` names. */
  | { readonly kind: "delayed"; readonly to: unknown; readonly event: EventObject; readonly ticks: number; readonly id: string | undefined }
  | { readonly kind: "cancel"; readonly id: string }
  | { readonly kind: "log"; readonly label: string | undefined; readonly value: unknown }
  | { readonly kind: "emit"; readonly event: unknown }
  /** `mail`: what was sent to it before it started. */
  | { readonly kind: "spawn"; readonly child: ChildShape; readonly input: unknown; readonly mail?: readonly EventObject[] }
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

/** A child that is sent to before it is made. XState has its name until the entry is over, and then writes into the same parameters who it is. */
export class Early {
  readonly name: string;
  readonly #params: Params;
  constructor(name: string, params: Params) {
    this.name = name;
    this.#params = params;
  }
  get child(): unknown { return this.#params.to; }
}

type EarlyEffect = Extract<Effect, { readonly kind: "send" | "delayed" }> & { readonly to: Early };

export const isEarly = (effect: Effect): effect is EarlyEffect => "to" in effect && effect.to instanceof Early;

/** What one step asks for, with what it sends early put where it is found (X7). A child that is gone again before it started finds nothing. */
export function reaching(effects: readonly Effect[]): readonly Effect[] {
  const mail = new Map<unknown, EventObject[]>();
  for (const effect of effects) if (effect.kind === "spawn") mail.set(effect.child, []);
  const sent = effects.flatMap((effect): readonly Effect[] => {
    if (!isEarly(effect)) return [effect];
    const { child } = effect.to;
    if (effect.kind === "delayed") return mail.has(child) ? [{ ...effect, to: child }] : [];
    mail.get(child)?.push(effect.event);
    return [];
  });
  return sent.map((effect) => (effect.kind === "spawn" ? { ...effect, mail: mail.get(effect.child) ?? [] } : effect));
}

/** As it was before `entriesReachInvoked`: a name is nobody's. */
export const unreached = (effects: readonly Effect[]): readonly Effect[] => effects.map((effect) => (isEarly(effect) ? { ...effect, to: effect.to.name } : effect));

/** The effect of an action, undefined when it has none. @throws Fault MACHINE_INVALID for a built-in action this version of ours does not know */
export function effectOf({ type, info, params, exec }: ResolvedAction): Effect | undefined {
  if (!type.startsWith("xstate.")) return exec === undefined ? undefined : { kind: "call", type, exec, info, params };
  const given = paramsOf(params);
  const { event, delay, id, sendId, value, label, input, actorRef } = given;
  switch (type) {
    case "xstate.raise":
      return event === undefined || typeof delay !== "number" ? undefined : { kind: "delayed", to: info.self, event, ticks: delay, id };
    case "xstate.sendTo": {
      if (event === undefined) return undefined;
      const to = typeof given.to === "string" ? new Early(given.to, given) : given.to;
      return typeof delay === "number" ? { kind: "delayed", to, event, ticks: delay, id } : { kind: "send", to, event };
    }
    case "xstate.cancel": return { kind: "cancel", id: String(sendId) };
    case "xstate.log": return { kind: "log", label, value };
    case "xstate.emit": return { kind: "emit", event };
    case "xstate.spawnChild": return actorRef === undefined ? undefined : { kind: "spawn", child: actorRef, input };
    case "xstate.stopChild": return isRecord(params) ? { kind: "stop", child: params as unknown as ChildShape } : undefined;
    default: throw new Fault("MACHINE_INVALID", { action: type, what: "an action of XState's that processes do not know" });
  }
}
