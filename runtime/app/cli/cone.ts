// The causal cone on the command line: an actor's turns and everything that led to them, as a table or as JSON, frame by frame.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Json } from "../../../kernel-abi/canonical.ts";
import type { ByteSource } from "../../../kernel-abi/ports.ts";
import { cone, type Cone, type ConeMember } from "../../../replay/cone.ts";
import type { Why } from "../../../replay/causes.ts";
import { counted } from "../../../replay/past.ts";
import { pattern, shown } from "../../../replay/list.ts";
import { details } from "./event-details.ts";
import { nearest } from "../nearest.ts";
import { table, type Column } from "./table.ts";
import type { Io } from "./terminal.ts";
import { jsonText, plural, printable } from "./values.ts";

/** @throws Fault USAGE when nobody of that name acts in the run, with the name that was probably meant */
export function coneOf(source: ByteSource, actor: string, until: number | undefined): Cone {
  const found = cone(source, { actor: pattern(actor), until });
  if (found.actors.length > 0) return found;
  const suggestion = nearest(actor, found.known);
  throw new Fault("USAGE", { option: "--actor", value: actor.slice(0, 200), what: "nobody of that name acts in the run", ...(suggestion === undefined ? {} : { suggestion }) });
}

const COLUMNS: readonly Column[] = [{ title: "event", align: "right" }, { title: "tick", align: "right" }, { title: "" }, { title: "actor" }, { title: "what" }, { title: "after" }, { title: "did" }];

const WHY: Readonly<Record<Why, string>> = Object.freeze({
  sent: "message of", spawned: "spawn by", exited: "end of", answered: "outcome of", asked: "job of", touched: "act of",
});

const after = ({ causes }: ConeMember): string => causes.map(({ why, event, name }) => `${WHY[why]} ${printable(name)} #${event}`).join(", ");

function what({ turn, events: [first] }: ConeMember): string {
  if (first === undefined) return "";
  return turn ? `turn (${String(first.metadata["delivery"])})` : first.eventType;
}

/** What a turn called and how it ended; what the kernel recorded, in a few words. */
function did({ turn, events }: ConeMember): string {
  const [first] = events;
  if (!turn) return events.length === 1 && first !== undefined ? details(first) : counted(events.slice(1).map(({ eventType }) => eventType)).join(", ");
  const end = events.at(-1);
  const calls = counted(events.slice(1, -1).map(({ eventType, verdict, outcome }) => `${eventType}${verdict === 0 ? "" : ` ${outcome}`}`));
  return `${calls.join(", ")} → ${end?.eventType.slice("TURN_".length) ?? ""}${end?.metadata["on"] === undefined ? "" : ` for ${String(end.metadata["on"])}`}`.trimStart();
}

function* rows(members: Iterable<ConeMember>): Generator<readonly string[]> {
  for (const member of members) {
    yield [String(member.events[0]?.eventId ?? ""), String(member.tick), member.own ? "*" : "", printable(member.actor), what(member), after(member), did(member)];
  }
}

const headline = ({ actors, turns, frames, of }: Cone): string =>
  printable(`${actors.join(", ")}: ${plural(turns, "turn")}; ${frames} of ${plural(of, "frame")} happened before, or are theirs (*)`);

export async function printCone({ out }: Io, found: Cone): Promise<void> {
  out.print(headline(found));
  await out.flow(table(COLUMNS, rows(found.members()), out.width, out.paint.dim));
}

const member = ({ frame, tick, actor, own, turn, causes, events }: ConeMember): Json => ({
  frame, tick, actor, own, turn,
  causes: causes.map(({ why, frame: of, event, tick: at, name }) => ({ why, frame: of, event, tick: at, actor: name })),
  events: events.map((event) => shown(event)),
});

/** A JSON object of `facts` (its text) with the cone as its last member, in pieces: a cone may be as long as its run. */
export function* conePieces(facts: string, { actors, turns, frames, of, members }: Cone): Generator<string> {
  yield `${facts.trimEnd().slice(0, -1)},"cone":{${jsonText({ actors: [...actors], turns, frames, of }).slice(1, -1)},"members":[`;
  let first = true;
  for (const one of members()) {
    yield `${first ? "" : ","}${jsonText(member(one))}`;
    first = false;
  }
  yield "]}}\n";
}

export function* coneLines({ members }: Cone): Generator<string> {
  for (const one of members()) yield `${jsonText(member(one))}\n`;
}
