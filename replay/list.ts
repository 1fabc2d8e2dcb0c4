// Listing: the events of a trace, filtered, one after another; nothing is executed and only one block is held.
//   Bodies of logs are shown; of everything else the listing shows sizes, and `show` decodes one event on request.
import { Fault } from "../kernel-abi/fault.ts";
import type { DomainName } from "../kernel-abi/domain.ts";
import type { Json } from "../kernel-abi/canonical.ts";
import type { ByteSource } from "../kernel-abi/ports.ts";
import { framesOf, openUnits } from "./bundle.ts";
import { plainBody } from "./entry/body.ts";
import { Events, type TraceEvent } from "./entry/events.ts";
import { ProcessNames } from "./entry/names.ts";

export interface Filter {
  /** Name of the actor; `*` stands for part of a segment, `**` for anything: `root/*`, `**solver#2`. */
  readonly actor?: string;
  /** Event name, with `*` as above: `IPC_SEND`, `CONTRACT_*`, `TURN_ABORTED`. */
  readonly event?: string;
  readonly domain?: DomainName;
  /** First tick. */
  readonly from?: number;
  /** Last tick. */
  readonly until?: number;
  /** Only what was refused or failed. */
  readonly refused?: boolean;
  readonly limit?: number;
}

/** What a place in a pattern takes: one character, any run of them, or a run within a segment. */
type Piece = { readonly character: string } | { readonly run: "all" | "segment" };

function* piecesOf(text: string): Generator<Piece> {
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== "*") yield { character: text.charAt(at) };
    else if (text[at + 1] !== "*") yield { run: "segment" };
    else {
      yield { run: "all" };
      at += 1;
    }
  }
}

/** Places reachable from these without taking a character: a run may be empty. */
function withEmptyRuns(pieces: readonly Piece[], reached: Uint8Array): Uint8Array {
  pieces.forEach((piece, at) => { if (reached[at] === 1 && "run" in piece) reached[at + 1] = 1; });
  return reached;
}

function advanced(pieces: readonly Piece[], reached: Uint8Array, character: string): Uint8Array {
  const next = new Uint8Array(pieces.length + 1);
  pieces.forEach((piece, at) => {
    if (reached[at] !== 1) return;
    if ("character" in piece) next[at + 1] = piece.character === character ? 1 : next[at + 1] as number;
    else if (piece.run === "all" || character !== "/") next[at] = 1;
  });
  return withEmptyRuns(pieces, next);
}

/** Matcher of a pattern in which `*` does not cross `/` and `**` does. Its work grows with pattern × name, whatever the pattern. */
export function pattern(text: string): (name: string) => boolean {
  if (!text.includes("*")) return (name) => name === text;
  const pieces = [...piecesOf(text)];
  return (name) => {
    const start = new Uint8Array(pieces.length + 1);
    start[0] = 1;
    let reached = withEmptyRuns(pieces, start);
    for (let at = 0; at < name.length; at++) reached = advanced(pieces, reached, name.charAt(at));
    return reached[pieces.length] === 1;
  };
}

function matcher(filter: Filter): (event: TraceEvent) => boolean {
  const actor = filter.actor === undefined ? undefined : pattern(filter.actor);
  const name = filter.event === undefined ? undefined : pattern(filter.event);
  return (event) =>
    (actor === undefined || actor(event.processName))
    && (name === undefined || name(event.eventType))
    && (filter.domain === undefined || event.domain === filter.domain)
    && (filter.from === undefined || event.tick >= filter.from)
    && (filter.refused !== true || event.verdict !== 0);
}

/** Every event of the intact part of a trace, in order. @throws Fault TRACE_* */
export function* events(source: ByteSource): Generator<TraceEvent> {
  const { units, recording } = openUnits(source);
  if (recording === undefined) return;
  const flattened = new Events(new ProcessNames(recording.header));
  for (let block = units.next(); block !== undefined; block = units.next()) {
    for (const placed of framesOf(block)) yield* flattened.of(placed);
  }
}

/** The events that pass the filter, in order, at most `limit`. @throws Fault TRACE_* */
export function* list(source: ByteSource, filter: Filter = {}): Generator<TraceEvent> {
  const matches = matcher(filter);
  let left = filter.limit ?? Number.MAX_SAFE_INTEGER;
  for (const event of events(source)) {
    if (left === 0 || (filter.until !== undefined && event.tick > filter.until)) return;
    if (!matches(event)) continue;
    left -= 1;
    yield event;
  }
}

/** An event as JSON, ready to print. */
export type ShownEvent = Readonly<Record<string, Json>>;

/** What a list is mostly read for: what programs said, and what jobs gave them. */
const TELLING: readonly string[] = ["LOG", "JOB_OUTCOME"];

/** Without `whole`, other bodies are left out. */
export function shown(event: TraceEvent, whole = false): ShownEvent {
  const { hashes, body, ...rest } = event;
  const { prev, current } = hashes();
  const said = whole || TELLING.includes(event.eventType) ? { body: plainBody(body) } : {};
  return { ...rest, bodyBytes: body.length, ...said, hashPrev: prev, hashCurrent: current };
}

/** One event with its decoded body. @throws Fault USAGE when the trace has no such event, TRACE_* */
export function show(source: ByteSource, eventId: number): ShownEvent {
  let last = 0;
  for (const event of events(source)) {
    if (event.eventId === eventId) return shown(event, true);
    last = event.eventId;
  }
  throw new Fault("USAGE", { event: eventId, last });
}
