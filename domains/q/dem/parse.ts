// `.dem` text to a program. Owns the grammar of error models; lines, tags and arguments are read as those of circuits.
//   P1  What is accepted is printed as a text that parses to the same program (property test); what is refused is named with its place.
import { INDEX_MAX } from "../stim/parse.ts";
import { readBlocks } from "../stim/blocks.ts";
import { LineReader, type Head, type TextOptions } from "../stim/lines.ts";
import { observableTarget, type DemInstruction, type DemItem, type DemProgram } from "./program.ts";

const CARET = 94;
const DETECTOR = ["D", "d"] as const, OBSERVABLE = ["L", "l"] as const;

/**
 * The program of a `.dem` text.
 * @throws Fault STIM_SYNTAX, STIM_VALUE, STIM_LIMIT, each with file, line, column (from 1) and what to write instead
 */
export function parseDem(text: string, options: TextOptions = {}): DemProgram {
  const reader = new LineReader(text, { file: "error model", ...options });
  return readBlocks<DemItem>(reader, {
    repeat: "repeat", never: true, instruction,
    block: ({ tag, line, column }, count, body) => ({ name: "repeat", tag, count, body, line, column }),
  });
}

function instruction(reader: LineReader, head: Head): DemInstruction {
  const name = head.name.toLowerCase();
  const rest = (known: DemInstruction["name"], parts: DemInstruction["parts"]): DemInstruction => {
    if (reader.opens()) reader.refuse("STIM_SYNTAX", `${known} opens no block`, "Only repeat N is followed by {.", head);
    return { name: known, tag: head.tag, args: head.args, parts, line: head.line, column: head.column };
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
