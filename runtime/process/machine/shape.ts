// Shape: what of an XState machine the stepping leans on, as plain interfaces. XState types these members `any`, or leaves them out of its
// types; the one cast from its types to ours is made here, and the property tests hold what is assumed against XState itself.
import type { AnyStateMachine } from "xstate";

export interface EventObject {
  readonly type: string;
  readonly [field: string]: unknown;
}

export type StateValue = string | { readonly [state: string]: StateValue };

/** An action as a configuration names it: a name, a name with parameters, or a function. */
export type Action = string | { readonly type: string; readonly params?: unknown } | CustomAction;
export type CustomAction = (info: ActionInfo, params: unknown) => unknown;

export interface ActionInfo {
  readonly context: unknown;
  readonly event: EventObject;
  readonly self: unknown;
  readonly system: unknown;
}

/** What XState hands an action executor. */
export interface ResolvedAction {
  readonly type: string;
  readonly info: ActionInfo;
  readonly params: unknown;
  readonly exec: CustomAction | undefined;
}

export interface TransitionShape {
  readonly source: NodeShape;
  readonly target: readonly NodeShape[] | undefined;
  readonly reenter: boolean;
  /** The interpreter puts a watched one in its place (guards.ts). */
  guard: unknown;
  readonly actions: readonly Action[];
  readonly eventType: string;
}

export interface InvokeShape {
  readonly id: string;
  readonly src: string;
  readonly onSnapshot?: unknown;
}

export interface NodeShape {
  readonly id: string;
  readonly key: string;
  readonly path: readonly string[];
  readonly type: "atomic" | "compound" | "parallel" | "final" | "history";
  readonly history: "shallow" | "deep" | false;
  readonly order: number;
  readonly parent: NodeShape | undefined;
  readonly states: Readonly<Record<string, NodeShape>>;
  readonly entry: readonly Action[];
  readonly exit: readonly Action[];
  readonly invoke: readonly InvokeShape[];
  readonly transitions: ReadonlyMap<string, readonly TransitionShape[]>;
  readonly always: readonly TransitionShape[] | undefined;
  readonly initial: { readonly target: readonly NodeShape[]; readonly actions: readonly Action[] };
  readonly output: unknown;
  readonly tags: readonly string[];
  readonly config: Readonly<Record<string, unknown>>;
}

/** A child as XState holds it: an address. Ours are never started. */
export interface ChildShape {
  readonly id: string;
  sessionId: string;
  readonly src: unknown;
  readonly systemId: string | undefined;
}

export interface SnapshotShape {
  readonly status: "active" | "done" | "error" | "stopped";
  readonly output: unknown;
  readonly error: unknown;
  context: unknown;
  value: StateValue;
  _nodes: readonly NodeShape[];
  tags: ReadonlySet<string>;
  readonly children: Readonly<Record<string, ChildShape>>;
  historyValue: Readonly<Record<string, readonly NodeShape[]>>;
}

/** XState's ActorScope: what its steps are given to reach the world through. */
export interface ScopeShape {
  readonly self: unknown;
  readonly id: string;
  readonly sessionId: string;
  readonly logger: (...words: unknown[]) => void;
  readonly defer: (later: () => void) => void;
  readonly stopChild: (child: unknown) => void;
  readonly emit: (event: unknown) => void;
  readonly system: unknown;
  actionExecutor: (action: ResolvedAction) => void;
}

export interface Implementations {
  readonly actions: Readonly<Record<string, unknown>>;
  readonly guards: Readonly<Record<string, unknown>>;
  readonly delays: Readonly<Record<string, unknown>>;
  readonly actors: Readonly<Record<string, unknown>>;
}

export interface MachineShape {
  readonly id: string;
  readonly root: NodeShape;
  readonly config: Readonly<Record<string, unknown>>;
  readonly implementations: Implementations;
  readonly options: { maxIterations: number };
  transition(snapshot: SnapshotShape, event: EventObject, scope: ScopeShape): SnapshotShape;
  getInitialSnapshot(scope: ScopeShape, input: unknown): SnapshotShape;
  getTransitionData(snapshot: SnapshotShape, event: EventObject): readonly TransitionShape[];
  restoreSnapshot(persisted: object, scope: ScopeShape): SnapshotShape;
  getStateNodeById(id: string): NodeShape;
}

/** XState's types on one side, what is used of them on the other: the one place where they meet. */
export const shapeOf = (machine: AnyStateMachine): MachineShape => machine as unknown as MachineShape;

/** An action, or a guard, that XState resolves itself: `assign`, `raise`, `and` and their kin. */
export interface Builtin {
  readonly type: string;
  readonly resolve: (scope: ScopeShape, snapshot: object, info: ActionInfo, params: unknown, action: unknown, extra: object) => readonly [unknown, unknown, readonly Action[] | undefined];
}

export const isBuiltin = (action: unknown): action is Builtin => typeof action === "function" && "resolve" in action && typeof action.resolve === "function";

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

export const isEvent = (value: unknown): value is EventObject => isRecord(value) && typeof value["type"] === "string";

export const asList = <T>(value: T | readonly T[] | undefined): readonly T[] => (value === undefined ? [] : Array.isArray(value) ? value as readonly T[] : [value as T]);

/** Every state node, in document order. */
export const nodesOf = (root: NodeShape): readonly NodeShape[] => [root, ...Object.values(root.states).flatMap(nodesOf)];

/** `states.outer.states.inner`, as the configuration spells it. */
export const placeOf = ({ path }: NodeShape): string => (path.length === 0 ? "the machine" : path.map((key) => `states.${key}`).join("."));
