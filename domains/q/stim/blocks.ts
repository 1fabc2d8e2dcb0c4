// Instructions and the blocks that repeat them: what circuits and error models have in common. A block is REPEAT N { … } over several lines.
import { TEXT_LIMITS, type Head, type LineReader } from "./lines.ts";

/** How a language of instructions spells its blocks, and what it makes of them. */
export interface BlockGrammar<Item> {
  /** As it is written; found in any case. */
  readonly repeat: string;
  readonly instruction: (reader: LineReader, head: Head) => Item;
  readonly block: (head: Head, count: number, body: readonly Item[]) => Item;
  /** Whether a block may be repeated 0 times. */
  readonly never: boolean;
}

/** A block whose end has not been read. */
interface Open<Item> {
  readonly items: Item[];
  readonly head: Head | undefined;
  readonly count: number;
}

/** The whole text. @throws Fault STIM_SYNTAX, STIM_VALUE, STIM_LIMIT, with the place */
export function readBlocks<Item>(reader: LineReader, grammar: BlockGrammar<Item>): readonly Item[] {
  const open: Open<Item>[] = [];
  let block: Open<Item> = { items: [], head: undefined, count: 1 };
  for (;;) {
    const seen = reader.seek();
    if (seen === "end") break;
    if (seen === "close") {
      block = closed(reader, grammar, block, open);
      continue;
    }
    const head = reader.head();
    if (head.name.toUpperCase() !== grammar.repeat.toUpperCase()) {
      block.items.push(grammar.instruction(reader, head));
      continue;
    }
    if (open.length >= TEXT_LIMITS.nesting) reader.refuse("STIM_LIMIT", `blocks nest deeper than ${TEXT_LIMITS.nesting}`, "Multiply the counts of blocks that hold nothing but a block.", head);
    open.push(block);
    block = { items: [], head, count: repetitions(reader, head, grammar) };
  }
  if (block.head !== undefined) reader.refuse("STIM_SYNTAX", "a block that is not closed", `Close the ${grammar.repeat} block with } on a line of its own.`, block.head);
  return block.items;
}

function closed<Item>(reader: LineReader, { repeat, block }: BlockGrammar<Item>, { items, head, count }: Open<Item>, open: Open<Item>[]): Open<Item> {
  const outer = open.pop();
  if (head === undefined || outer === undefined) return reader.refuse("STIM_SYNTAX", "a } that closes nothing", `Remove it, or open a block with ${repeat} N {.`);
  if (items.length === 0) reader.refuse("STIM_SYNTAX", `an empty ${repeat} block`, "Put an instruction into the block, or remove it.", head);
  reader.skip(1);
  outer.items.push(block(head, count, items));
  return outer;
}

/** `N {` behind the word. */
function repetitions(reader: LineReader, { args }: Head, { repeat, never }: Pick<BlockGrammar<never>, "repeat" | "never">): number {
  if (args.length > 0) reader.refuse("STIM_SYNTAX", `${repeat} takes no arguments in brackets`, `Write ${repeat} N {.`);
  if (!reader.more()) reader.refuse("STIM_SYNTAX", `${reader.here} where the number of repetitions belongs`, `Write ${repeat} N { on one line.`);
  const at = { line: reader.line, column: reader.column };
  const count = reader.digits(TEXT_LIMITS.count, "the number of repetitions");
  if (count === 0 && !never) reader.refuse("STIM_VALUE", "a block that is repeated 0 times", "Repeat a block at least once, or remove it.", at);
  if (reader.more(true) || !reader.opens()) reader.refuse("STIM_SYNTAX", `${reader.here} where the { of ${repeat} belongs`, `Write ${repeat} N { on one line.`);
  return count;
}
