// Streams of several nodes as one: by logical time, then node, then position in the node's own stream. Nothing else is looked
// at, so the merge is the same in whatever order streams arrived.
import type { TelemetryRecord } from "./schema.ts";

type Placed = Pick<TelemetryRecord, "logicalTimestamp" | "node" | "sequence">;

export const compareRecords = (a: Placed, b: Placed): number => a.logicalTimestamp - b.logicalTimestamp || a.node - b.node || a.sequence - b.sequence;

/**
 * Merges streams, each in its own order and of a node of its own, holding one record of each at a time.
 * @throws TypeError when two streams claim the same node and place, because then no order between them is anybody's.
 */
export function* mergeStreams<R extends Placed>(streams: readonly Iterable<R>[]): Generator<R> {
  const sources = streams.map((stream) => stream[Symbol.iterator]());
  const heads = sources.map((source) => source.next());
  for (;;) {
    let least: { readonly at: number; readonly record: R } | undefined;
    for (const [at, head] of heads.entries()) {
      if (head.done === true) continue;
      const order = least === undefined ? -1 : compareRecords(head.value, least.record);
      if (order === 0) throw new TypeError(`two streams of node ${head.value.node}`);
      if (order < 0) least = { at, record: head.value };
    }
    if (least === undefined) return;
    yield least.record;
    const source = sources[least.at];
    if (source !== undefined) heads[least.at] = source.next();
  }
}
