// `.stim` text to a circuit. Owns the grammar of instructions and blocks; what a gate takes stands in gates.ts, what targets are in targets.ts.
//   P1  What is accepted is printed as a text that parses to the same circuit (property test); what is refused is named with its place.
//   P2  Instructions stay as the file has them: neighbours are not fused, so that every refusal later on can name a line.
import type { StimCircuit, StimInstruction, StimItem } from "./circuit.ts";
import { gateCalled, type Gate } from "./gates.ts";
import { readBlocks } from "./blocks.ts";
import { LineReader, type Head, type TextOptions } from "./lines.ts";
import { readTargets } from "./targets.ts";

/**
 * The circuit of a `.stim` text.
 * @throws Fault STIM_SYNTAX, STIM_VALUE, STIM_LIMIT, each with file, line, column (from 1) and what to write instead
 */
export function parseStim(text: string, options: TextOptions = {}): StimCircuit {
  const reader = new LineReader(text, { file: "circuit", ...options });
  return readBlocks<StimItem>(reader, {
    repeat: "REPEAT", never: false, instruction,
    block: ({ tag, line, column }, count, body) => ({ name: "REPEAT", tag, count, body, line, column }),
  });
}

function instruction(reader: LineReader, head: Head): StimInstruction {
  const gate = gateCalled(head.name);
  if (gate === undefined) return reader.refuse("STIM_SYNTAX", `there is no instruction ${head.name.slice(0, 40)}`, "domains/q/stim/SUPPORT.md lists all instructions.", head);
  checkArguments(reader, gate, head);
  const targets = readTargets(reader, gate);
  if (reader.opens()) reader.refuse("STIM_SYNTAX", `${gate.name} opens no block`, "Only REPEAT N is followed by {.", head);
  return { name: gate.name, tag: head.tag, args: head.args, targets, line: head.line, column: head.column };
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
