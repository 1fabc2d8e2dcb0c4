// Invariants by tag. A tag names one line of the architecture, a room's header or LIMITS; a broken one
// is a defect of ours, never of the caller, so it is never caught inside the kernel: the runtime stops.

/** Tags: T time, D determinism, A authority, E evidence, L limits, M mailbox, S scheduler, C contracts, J journal, P process, W workers. */
export type InvariantTag = `${"T" | "D" | "A" | "E" | "L" | "M" | "S" | "C" | "J" | "P" | "W"}${number}`;

export class InvariantBroken extends Error {
  override readonly name = "InvariantBroken";
  readonly tag: InvariantTag;
  constructor(tag: InvariantTag, note?: string) {
    super(note === undefined ? tag : `${tag}: ${note}`);
    this.tag = tag;
  }
}

/** `of`: what the note is about, put into words only when the invariant is broken: most stand on every turn's way. @throws InvariantBroken when `holds` is false. */
export function invariant(holds: boolean, tag: InvariantTag, note?: string, of?: number): asserts holds {
  if (!holds) throw new InvariantBroken(tag, of === undefined ? note : `${note} ${of}`);
}

/** Closes an exhaustive switch: reaching it is a type error first and a thrown error second. */
export const unreachable = (value: never): never => {
  throw new TypeError(`unhandled variant ${String(value)}`);
};
