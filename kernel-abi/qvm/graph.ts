// The QVM graph as every room sees it once it has been read: plain data, every array present, one spelling of everything.
//   G1  Order is the order of the nodes. A handle's life (VQ, CH) and an event's (EV) run along it; FENCE_EPOCH is a total barrier.
//   G2  Angles are numbers of radians, `mask` is in capitals, a guard's leaf is {event, equals}: aliases end in `read.ts`.
//   G3  A Graph is what was written, not yet what is allowed: `verify.ts` judges it.
// Wire form: version 0.1 of the QVM specification (see REFERENCE.md, generated).

/** The only version there is. */
export const GRAPH_VERSION = "0.1";

/** Handle names and node ids. */
export const NAME_PATTERN = "^[a-zA-Z_][a-zA-Z0-9_]*$";
export const CAP_PATTERN = "^CAP_[A-Z_]+$";

/** Kinds of handle. VQ and CH are linear: one owner, one life. EV is 0/1 (0–3 for a Bell index), CAP a right, BND policy metadata. */
export type HandleKind = "VQ" | "CH" | "EV" | "CAP" | "BND";

/** Holds when the event has that value. An event that was never produced equals nothing. */
export interface GuardLeaf {
  readonly event: string;
  readonly equals: number;
}
/** An empty `and` cannot be written: `read.ts` refuses a compound guard without conditions. */
export interface GuardNode {
  readonly type: "and" | "or";
  readonly conditions: readonly Guard[];
}
export type Guard = GuardLeaf | GuardNode;

export interface GraphNode {
  readonly id: string;
  /** As written; `isOpName` of ops.ts tells whether there is such an op. */
  readonly op: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly vqs: readonly string[];
  readonly chs: readonly string[];
  /** Events read. */
  readonly inputs: readonly string[];
  /** Events written. */
  readonly produces: readonly string[];
  readonly caps: readonly string[];
  readonly guard?: Guard;
  /** For people and tools; decides nothing. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface GraphResources {
  readonly vqs: readonly string[];
  readonly chs: readonly string[];
  readonly events: readonly string[];
}

export interface Graph {
  readonly version: typeof GRAPH_VERSION;
  readonly program: { readonly nodes: readonly GraphNode[] };
  readonly resources: GraphResources;
  readonly caps: readonly string[];
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Everything a verdict can be about. Permanent: a rule is retired, never renamed. */
export const RULES = Object.freeze([
  "schema", "version", "duplicate-id", "undeclared", "never-allocated", "unproduced-event", "guard-order", "guard-value", "duplicate-event",
  "unknown-op", "arity", "aliasing", "argument", "profile", "linearity", "leak", "capability", "channel", "firewall", "measure-without-event",
  "cycle", "size",
] as const);
export type Rule = (typeof RULES)[number];

export interface Finding {
  readonly rule: Rule;
  readonly severity: "error" | "warning";
  /** The id of the node it is about, or null for the graph as a whole. */
  readonly node: string | null;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** One sentence: what to write instead. */
  readonly fix: string;
}

export const isLeaf = (guard: Guard): guard is GuardLeaf => "event" in guard;

/** The events a guard asks for, as often as it does. */
export const guardEvents = (guard: Guard | undefined): readonly string[] =>
  (guard === undefined ? [] : isLeaf(guard) ? [guard.event] : guard.conditions.flatMap(guardEvents));
