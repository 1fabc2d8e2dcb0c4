// triad trace: the events of a trace as a table or as JSON, one after another; nothing is executed and nothing is held.
import type { Command } from "commander";
import { sameBytes } from "../../../../kernel-abi/canonical.ts";
import { DOMAINS, type DomainName } from "../../../../kernel-abi/domain.ts";
import { EXIT, Fault } from "../../../../kernel-abi/fault.ts";
import { EVENT } from "../../../../kernel-abi/frame.ts";
import type { ByteSource } from "../../../../kernel-abi/ports.ts";
import { SYSCALL } from "../../../../kernel-abi/syscall.ts";
import { openUnits } from "../../../../replay/bundle.ts";
import { Debugger, stateDigest } from "../../../../replay/debugger.ts";
import { END_MARK } from "../../../../replay/chain.ts";
import { TURN_EVENTS, type TraceEvent } from "../../../../replay/entry/events.ts";
import { events, list, pattern, show, shown, type Filter, type ShownEvent } from "../../../../replay/list.ts";
import { openSource } from "../../../adapters/files.ts";
import { choiceOption, countOption, jsonOption } from "../arguments.ts";
import { runs, type Invocation } from "../command.ts";
import { coneLines, coneOf, conePieces, printCone } from "../cone.ts";
import { details } from "../event-details.ts";
import { printFacts, printJson } from "../output.ts";
import { cut, table, type Column } from "../table.ts";
import { nearest } from "../../nearest.ts";
import type { Io } from "../terminal.ts";
import { jsonText, prettyJson, printable, toJson } from "../values.ts";

interface Flags {
  readonly actor?: string;
  readonly event?: string;
  readonly domain?: DomainName;
  readonly from?: number;
  readonly to?: number;
  readonly failed?: boolean;
  readonly cone?: boolean;
  readonly limit?: number;
  readonly json?: boolean;
  readonly jsonl?: boolean;
}

const EVENT_NAMES: readonly string[] = [...Object.keys(SYSCALL), ...Object.keys(EVENT), ...TURN_EVENTS];

/** A name without `*` that no event has is a slip of the pen, not a filter. */
function eventPattern(text: string): string {
  const name = text.toUpperCase();
  if (name.includes("*") || EVENT_NAMES.includes(name)) return name;
  const near = nearest(name, EVENT_NAMES);
  throw new Fault("USAGE", { option: "--event", value: text.slice(0, 80), ...(near === undefined ? { allowed: EVENT_NAMES.join(", ") } : { suggestion: near }) });
}

const filterOf = ({ actor, event, domain, from, to, failed, limit }: Flags): Filter => ({
  ...(actor === undefined ? {} : { actor }),
  ...(event === undefined ? {} : { event: eventPattern(event) }),
  ...(domain === undefined ? {} : { domain }),
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { until: to }),
  ...(limit === undefined ? {} : { limit }),
  refused: failed === true,
});

/** What the trace says of itself before its first event; nothing here is verified. */
function headerOf(source: ByteSource): Readonly<Record<string, string | number | boolean>> {
  const { recording } = openUnits(source);
  const sealed = source.size >= END_MARK.length && sameBytes(source.read(source.size - END_MARK.length, END_MARK.length), END_MARK);
  if (recording === undefined) return { sealed, bytes: source.size };
  const { program, seed, policy } = recording.header;
  return { program: program.name, programDigest: program.digest, seed, policy: policy.name, sealed, bytes: source.size };
}

function headerLine(file: string, { program, programDigest, seed, sealed }: ReturnType<typeof headerOf>): string {
  const what = program === undefined ? "a journal that stops before its first event" : `program ${String(program)} (${String(programDigest).slice(0, 12)}), seed ${String(seed)}`;
  return printable(`${file}: ${what}, ${sealed === true ? "sealed" : "not sealed"}; listed unverified`);
}

const COLUMNS: readonly Column[] = [
  { title: "event", align: "right" }, { title: "tick", align: "right" }, { title: "actor" }, { title: "what" }, { title: "outcome" }, { title: "details" },
];

function* rows(events: Iterable<TraceEvent>): Generator<readonly string[]> {
  for (const event of events) {
    yield [String(event.eventId), String(event.tick), printable(event.processName), event.eventType, event.outcome, details(event)];
  }
}

function* jsonPieces(file: string, source: ByteSource, events: Iterable<TraceEvent>): Generator<string> {
  yield `{"schema":"triad.trace/1",${jsonText({ file, ...headerOf(source) }).slice(1, -1)},"events":[`;
  let first = true;
  for (const event of events) {
    yield `${first ? "" : ","}${jsonText(shown(event))}`;
    first = false;
  }
  yield "]}\n";
}

function* jsonLines(events: Iterable<TraceEvent>): Generator<string> {
  for (const event of events) yield `${jsonText(shown(event))}\n`;
}

/** The cone is of whole frames: filters that cut them up make no sense of it. */
async function causal(io: Io, file: string, source: ByteSource, { actor, to, event, domain, from, failed, limit, json, jsonl }: Flags): Promise<void> {
  const others = Object.entries({ event, domain, from, failed, limit }).filter(([, value]) => value !== undefined).map(([name]) => `--${name}`);
  if (actor === undefined || others.length > 0) throw new Fault("USAGE", { option: "--cone", allowed: "with --actor, and --to at most", ...(others.length === 0 ? {} : { given: others.join(", ") }) });
  const found = coneOf(source, actor, to);
  if (jsonl === true) return io.out.flow(coneLines(found));
  if (json === true) return io.out.flow(conePieces(jsonText({ schema: "triad.trace/1", file, ...headerOf(source) }), found));
  io.out.print(cut(headerLine(file, headerOf(source)), io.out.width));
  await printCone(io, found);
}

/** @throws Fault USAGE when no event is of a process of that name, with the name that was probably meant */
function checkActor(source: ByteSource, actor: string): void {
  const known = new Set<string>();
  const named = pattern(actor);
  for (const { processName } of events(source)) {
    if (named(processName)) return;
    known.add(processName);
  }
  const suggestion = nearest(actor, [...known]);
  throw new Fault("USAGE", { option: "--actor", value: actor.slice(0, 200), what: "no process has this name", ...(suggestion === undefined ? {} : { suggestion }) });
}

async function listing({ out }: Io, file: string, source: ByteSource, flags: Flags): Promise<void> {
  if (flags.actor !== undefined) checkActor(source, flags.actor);
  const listed = list(source, filterOf(flags));
  if (flags.jsonl === true) return out.flow(jsonLines(listed));
  if (flags.json === true) return out.flow(jsonPieces(file, source, listed));
  out.print(cut(headerLine(file, headerOf(source)), out.width));
  await out.flow(table(COLUMNS, rows(listed), out.width, out.paint.dim));
}

/** What stands behind a verb. @throws Fault USAGE that says what to give, and where to find it */
function numberOf(verb: string, given: string | undefined, what: string, form: RegExp): number {
  if (given !== undefined && form.test(given)) return Number(given);
  throw new Fault("USAGE", { ...(given === undefined ? { missing: `the event to ${verb}` } : { event: given.slice(0, 40) }), allowed: `triad trace FILE ${verb} N: ${what}, as \`triad trace FILE\` lists them` });
}

function one({ out }: Io, file: string, source: ByteSource, id: string | undefined, json: boolean): void {
  const number = numberOf("show", id, "an event's number from 1", /^[1-9]\d{0,15}$/);
  const event: ShownEvent = show(source, number);
  if (json) return printJson(out, "event", { file, event });
  printFacts(out, Object.entries(event).map(([name, value]) => [name, prettyJson(toJson(value))]));
}

/** How the run stood behind the frame of an event: a frame is a commit, so the answer may be for a later event of the same one, and says so. */
function standing({ out }: Io, file: string, source: ByteSource, at: string | undefined, json: boolean): void {
  const asked = numberOf("state", at, "the number of an event, or 0 for the beginning", /^(0|[1-9]\d{0,15})$/);
  const state = new Debugger(source).at(asked);
  const { event: answered } = state.position;
  const digest = stateDigest(state);
  if (json) return printJson(out, "state", { file, asked, answered, digest, state });
  const behind = answered === asked ? "" : `: the frame that holds event ${asked} ends there, and takes effect as a whole`;
  printFacts(out, [["asked", `event ${asked}`], ["answered", `behind event ${answered}${behind}`], ["digest", digest], ...Object.entries(state).map(([name, value]): readonly [string, string] => [name, prettyJson(toJson(value))])]);
}

export function configure(command: Command, invocation: Invocation): void {
  command
    .argument("<trace>", "a .triad or .triad.partial file")
    .argument("[verb]", "list (default) | show ID | state N: mailboxes, waits, contracts, capabilities at event N")
    .argument("[id]", "number of the event")
    .option("--actor <glob>", "only these processes: root/*, **solver#2")
    .option("--cone", "with --actor: its turns and everything that happened before them, frame by frame")
    .option("--event <name>", "only these events: IPC_SEND, CONTRACT_*")
    .addOption(choiceOption("--domain <name>", "only this domain", DOMAINS))
    .addOption(countOption("--from <tick>", "from this tick"))
    .addOption(countOption("--to <tick>", "up to and including this tick"))
    .option("--failed", "only what was refused or failed")
    .addOption(countOption("--limit <n>", "at most so many events"))
    .addOption(jsonOption())
    .option("--jsonl", "one JSON object per event and line");
  runs(command, invocation, async (file = "", verb = "list", id) => {
    const flags = command.opts<Flags>();
    if (verb !== "list" && verb !== "show" && verb !== "state") throw new Fault("USAGE", { verb: verb.slice(0, 80), allowed: "list, show, state" });
    const source = openSource(file);
    try {
      if (flags.cone === true) await causal(invocation.io, file, source, flags);
      else if (verb === "state") standing(invocation.io, file, source, id, flags.json === true || flags.jsonl === true);
      else if (verb === "list") await listing(invocation.io, file, source, flags);
      else one(invocation.io, file, source, id, flags.json === true || flags.jsonl === true);
    } finally {
      source.close();
    }
    return EXIT.ok;
  });
}
