// How a frame divides into events (FORMAT.md, section 7): a turn is its delivery, its entries and its completion, so that
// delivered and completed are events of their own (E1); a kernel frame is its entries. Every byte belongs to one event.
import type { Entry, Frame } from "../../kernel-abi/frame.ts";

export const eventCount = (frame: Frame): number => frame.entries.length + (frame.kind === "turn" ? 2 : 0);

/** Bytes of a minimal LEB128 integer. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes;
}

const entryBytes = ({ verdict, capability, contract, subject, body }: Entry): number =>
  2 + varintBytes(verdict) + varintBytes(capability) + varintBytes(contract) + varintBytes(subject) + varintBytes(body.length) + body.length;

/**
 * Where each event of a frame of `size` bytes ends, counted from the frame's first byte. What stands before the entries belongs
 * to the delivery of a turn, and to the first entry of a kernel frame.
 */
export function eventEnds(frame: Frame, size: number): readonly number[] {
  const { entries } = frame;
  const start = frame.kind === "turn"
    ? 2 + varintBytes(frame.tick) + varintBytes(frame.actor) + varintBytes(frame.ready)
      + varintBytes(frame.delivery.from) + varintBytes(frame.delivery.seq) + varintBytes(entries.length)
    : 1 + varintBytes(frame.tick) + varintBytes(frame.actor) + varintBytes(entries.length);
  const ends = frame.kind === "turn" ? [start] : [];
  let end = start;
  for (const entry of entries) ends.push(end += entryBytes(entry));
  if (frame.kind === "turn") ends.push(size);
  return ends;
}
