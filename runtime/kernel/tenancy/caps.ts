// Capabilities by name. Owns which there are, which of them a session can be granted over the wire, and sets of them in one order.
// What an op demands stands in kernel-abi/qvm/ops.ts; ops of the supervisor itself stand here. Nothing unknown is ever permitted.

/** Grantable to a session. */
export const WIRE_CAPS = Object.freeze([
  "CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE", "CAP_TELEPORT", "CAP_MAGIC", "CAP_LINK", "CAP_CHECKPOINT", "CAP_DEBUG",
] as const);
/** Of tokens and delegations alone. */
export const TOKEN_CAPS = Object.freeze(["CAP_RESET", "CAP_SEND", "CAP_RECV", "CAP_ADMIN", "CAP_DELEGATE"] as const);
export const ALL_CAPS = Object.freeze([...WIRE_CAPS, ...TOKEN_CAPS] as const);

export type WireCap = (typeof WIRE_CAPS)[number];
export type Cap = (typeof ALL_CAPS)[number];

const KNOWN: ReadonlySet<string> = new Set(ALL_CAPS);
const WIRE: ReadonlySet<string> = new Set(WIRE_CAPS);

export const isCap = (name: string): name is Cap => KNOWN.has(name);
export const isWireCap = (name: string): name is WireCap => WIRE.has(name);

/** Each once, by code units: the one order in which sets are written, signed and compared. */
export const sortedCaps = (caps: Iterable<string>): readonly string[] => [...new Set(caps)].sort();

/** What of `wanted` is not in `held`, in the order of `wanted`. */
export const missingCaps = (wanted: readonly string[], held: ReadonlySet<string>): readonly string[] => wanted.filter((cap) => !held.has(cap));
