// `.stim` text to a circuit. Owns the grammar of instructions and blocks; what a gate takes stands in gates.ts, what targets are in targets.ts.
//   P1  What is accepted is printed as a text that parses to the same circuit (property test); what is refused is named with its place.
//   P2  Instructions stay as the file has them: neighbours are not fused, so that every refusal later on can name a line.
import type { StimCircuit, StimInstruction, StimItem } from "./circuit.ts";
import { gateCalled, type Gate } from "./gates.ts";
import { LineReader, TEXT_LIMITS, type Head, type TextOptions } from "./lines.ts";
import { readTargets } from "./targets.ts";

/** A block whose end has not been read. */
interface Open {
  readonly items: StimItem[];
  readonly head: Head | undefined;
  readonly count: number;
}

/**
 * The circuit of a `.stim` text.
 * @throws Fault STIM_SYNTAX, STIM_VALUE, STIM_LIMIT, each with file, line, column (from 1) and what to write instead
 */
export function parseStim(text: string, options: TextOptions = {}): StimCircuit {
  const reader = new LineReader(text, { file: "circuit", ...options });
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
    if (head.name.toUpperCase() !== "REPEAT") {
      block.items.push(instruction(reader, head));
      continue;
    }
    if (open.length >= TEXT_LIMITS.nesting) reader.refuse("STIM_LIMIT", `blocks nest deeper than ${TEXT_LIMITS.nesting}`, "Multiply the counts of blocks that hold nothing but a block.", head);
    open.push(block);
    block = { items: [], head, count: repetitions(reader, head) };
  }
  if (block.head !== undefined) reader.refuse("STIM_SYNTAX", "a block that is not closed", "Close the REPEAT block with } on a line of its own.", block.head);
  return block.items;
}

function closed(reader: LineReader, { items, head, count }: Open, open: Open[]): Open {
  const outer = open.pop();
  if (head === undefined || outer === undefined) return reader.refuse("STIM_SYNTAX", "a } that closes nothing", "Remove it, or open a block with REPEAT N {.");
  if (items.length === 0) reader.refuse("STIM_SYNTAX", "an empty REPEAT block", "Put an instruction into the block, or remove it.", head);
  reader.skip(1);
  outer.items.push({ name: "REPEAT", tag: head.tag, count, body: items, line: head.line });
  return outer;
}

/** `N {` behind REPEAT. */
function repetitions(reader: LineReader, { args }: Head): number {
  if (args.length > 0) reader.refuse("STIM_SYNTAX", "REPEAT takes no arguments in brackets", "Write REPEAT N {.");
  if (!reader.more()) reader.refuse("STIM_SYNTAX", `${reader.here} where the number of repetitions belongs`, "Write REPEAT N { on one line.");
  const at = { line: reader.line, column: reader.column };
  const count = reader.digits(TEXT_LIMITS.count, "the number of repetitions");
  if (count === 0) reader.refuse("STIM_VALUE", "a block that is repeated 0 times", "Repeat a block at least once, or remove it.", at);
  if (reader.more(true) || !reader.opens()) reader.refuse("STIM_SYNTAX", `${reader.here} where the { of REPEAT belongs`, "Write REPEAT N { on one line.");
  return count;
}

function instruction(reader: LineReader, head: Head): StimInstruction {
  const gate = gateCalled(head.name);
  if (gate === undefined) return reader.refuse("STIM_SYNTAX", `there is no instruction ${head.name.slice(0, 40)}`, "domains/q/stim/SUPPORT.md lists all instructions.", head);
  checkArguments(reader, gate, head);
  const targets = readTargets(reader, gate);
  if (reader.opens()) reader.refuse("STIM_SYNTAX", `${gate.name} opens no block`, "Only REPEAT N is followed by {.", head);
  return { name: gate.name, tag: head.tag, args: head.args, targets, line: head.line };
}

/** Of sums of probabilities that were rounded when they were written. */
const SUM_SLACK = 1e-6;

function checkArguments(reader: LineReader, { name, args: { are, least, most } }: Gate, head: Head): void {
  const { args } = head;
  if (args.length < least || args.length > most) {
    const wanted = least === most ? String(least) : `${least} to ${most}`;
    reader.refuse("STIM_VALUE", `${name} with ${args.length} arguments`, `${name} takes ${wanted} arguments in round brackets.`, head);
  }
  if (are === "index" && args.some((value) => !Number.isSafeInteger(value) || value < 0 || value > INDEX_MAX)) {
    reader.refuse("STIM_VALUE", `${name} with the index ${args.join(", ")}`, `Write an integer from 0 to ${INDEX_MAX}.`, head);
  }
  if ((are === "probability" || are === "disjoint") && (args.some((value) => value < 0 || value > 1) || args.reduce((sum, value) => sum + value, 0) > 1 + SUM_SLACK)) {
    reader.refuse("STIM_VALUE", `${name} with the probability ${args.join(", ")}`, are === "disjoint" ? "Write probabilities from 0 to 1 whose sum is at most 1." : "Write a probability from 0 to 1.", head);
  }
}

/** Of an observable: there is one bit a shot for each up to the largest. */
export const INDEX_MAX = 0xff_ffff;
