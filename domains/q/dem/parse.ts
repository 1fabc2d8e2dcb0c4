// `.dem` text to a program. Owns the grammar of error models; lines, tags and arguments are read as those of circuits.
//   P1  What is accepted is printed as a text that parses to the same program (property test); what is refused is named with its place.
import { INDEX_MAX } from "../stim/parse.ts";
import { LineReader, TEXT_LIMITS, type Head, type TextOptions } from "../stim/lines.ts";
import { observableTarget, type DemInstruction, type DemItem, type DemProgram } from "./program.ts";

interface Open {
  readonly items: DemItem[];
  readonly head: Head | undefined;
  readonly count: number;
}

const CARET = 94;
const DETECTOR = ["D", "d"] as const, OBSERVABLE = ["L", "l"] as const;

/**
 * The program of a `.dem` text.
 * @throws Fault STIM_SYNTAX, STIM_VALUE, STIM_LIMIT, each with file, line, column (from 1) and what to write instead
 */
export function parseDem(text: string, options: TextOptions = {}): DemProgram {
  const reader = new LineReader(text, { file: "error model", ...options });
  const open: Open[] = [];
  let block: Open = { items: [], head: undefined, count: 1 };
  for (;;) {
    const seen = reader.seek();
    if (seen === "end") break;
    if (seen === "close") {
      block = closed(reader, block, open);
      continue;
    }
    const head = reader.head();
    if (head.name.toLowerCase() !== "repeat") {
      block.items.push(instruction(reader, head));
      continue;
    }
    if (open.length >= TEXT_LIMITS.nesting) reader.refuse("STIM_LIMIT", `blocks nest deeper than ${TEXT_LIMITS.nesting}`, "Multiply the counts of blocks that hold nothing but a block.", head);
    open.push(block);
    block = { items: [], head, count: repetitions(reader, head) };
  }
  if (block.head !== undefined) reader.refuse("STIM_SYNTAX", "a block that is not closed", "Close the repeat block with } on a line of its own.", block.head);
  return block.items;
}

function closed(reader: LineReader, { items, head, count }: Open, open: Open[]): Open {
  const outer = open.pop();
  if (head === undefined || outer === undefined) return reader.refuse("STIM_SYNTAX", "a } that closes nothing", "Remove it, or open a block with repeat N {.");
  if (items.length === 0) reader.refuse("STIM_SYNTAX", "an empty repeat block", "Put an instruction into the block, or remove it.", head);
  reader.skip(1);
  outer.items.push({ name: "repeat", tag: head.tag, count, body: items, line: head.line });
  return outer;
}

function repetitions(reader: LineReader, { args }: Head): number {
  if (args.length > 0) reader.refuse("STIM_SYNTAX", "repeat takes no arguments in brackets", "Write repeat N {.");
  if (!reader.more()) reader.refuse("STIM_SYNTAX", `${reader.here} where the number of repetitions belongs`, "Write repeat N { on one line.");
  const count = reader.digits(TEXT_LIMITS.count, "the number of repetitions");
  if (reader.more(true) || !reader.opens()) reader.refuse("STIM_SYNTAX", `${reader.here} where the { of repeat belongs`, "Write repeat N { on one line.");
  return count;
}

function instruction(reader: LineReader, head: Head): DemInstruction {
  const name = head.name.toLowerCase();
  const rest = (known: DemInstruction["name"], parts: DemInstruction["parts"]): DemInstruction => {
    if (reader.opens()) reader.refuse("STIM_SYNTAX", `${known} opens no block`, "Only repeat N is followed by {.", head);
    return { name: known, tag: head.tag, args: head.args, parts, line: head.line };
  };
  switch (name) {
    case "error": return rest(name, errorParts(reader, head));
    case "detector": return rest(name, [declared(reader, head, DETECTOR)]);
    case "logical_observable": {
      if (head.args.length > 0) reader.refuse("STIM_VALUE", "logical_observable with arguments", "Write logical_observable L0.", head);
      return rest(name, [declared(reader, head, OBSERVABLE)]);
    }
    case "shift_detectors": return rest(name, [[shift(reader)]]);
    default: return reader.refuse("STIM_SYNTAX", `there is no instruction ${head.name.slice(0, 40)}`, "Write error, detector, logical_observable, shift_detectors or repeat.", head);
  }
}

function errorParts(reader: LineReader, head: Head): DemInstruction["parts"] {
  const [probability, ...others] = head.args;
  if (probability === undefined || others.length > 0 || probability < 0 || probability > 1) reader.refuse("STIM_VALUE", `error with the arguments ${head.args.slice(0, 4).join(", ")}`, "Write one probability from 0 to 1: error(0.001) D0 D1.", head);
  let part: number[] = [];
  const parts = [part];
  while (reader.more()) {
    if (reader.next !== CARET) {
      part.push(target(reader, "D0, L0 or ^"));
      continue;
    }
    if (part.length === 0) reader.refuse("STIM_SYNTAX", "a ^ that separates nothing", "Put ^ between targets: D0 D1 ^ D2 L0.");
    reader.skip(1);
    part = [];
    parts.push(part);
  }
  if (parts.length > 1 && part.length === 0) reader.refuse("STIM_SYNTAX", "a ^ that separates nothing", "Put ^ between targets: D0 D1 ^ D2 L0.");
  return parts;
}

function declared(reader: LineReader, head: Head, kind: typeof DETECTOR | typeof OBSERVABLE): readonly number[] {
  const targets: number[] = [];
  const example = `${kind[0]}0`;
  while (reader.more()) {
    const at = { line: reader.line, column: reader.column };
    const value = target(reader, example);
    if (value < 0 !== (kind === OBSERVABLE)) reader.refuse("STIM_VALUE", `${head.name} of the other kind of target`, `Write ${head.name} ${example}.`, at);
    targets.push(value);
  }
  if (targets.length === 0) reader.refuse("STIM_SYNTAX", `${head.name} without a target`, `Write ${head.name} ${example}.`, head);
  return targets;
}

function target(reader: LineReader, allowed: string): number {
  if (DETECTOR.some((letter) => reader.take(letter))) return reader.digits(Number.MAX_SAFE_INTEGER, "a detector's index");
  if (OBSERVABLE.some((letter) => reader.take(letter))) return observableTarget(reader.digits(INDEX_MAX, "an observable's index"));
  return reader.refuse("STIM_SYNTAX", `${reader.here} where a target belongs`, `Write ${allowed}.`);
}

function shift(reader: LineReader): number {
  if (!reader.more()) reader.refuse("STIM_SYNTAX", "shift_detectors without a number", "Write shift_detectors 0 if detectors do not shift.");
  const by = reader.digits(Number.MAX_SAFE_INTEGER, "a number of detectors");
  if (reader.more(true)) reader.refuse("STIM_SYNTAX", `${reader.here} behind the number of detectors`, "Give shift_detectors one number.");
  return by;
}
