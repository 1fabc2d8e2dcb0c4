// A circuit as `.stim` text. Owns the one text of each circuit.
//   1  Canonical names, one instruction a line, four spaces a level of nesting, numbers in the shortest form that is read as the same number.
import { isRepeat, type StimCircuit, type StimItem } from "./circuit.ts";
import { argsText, tagText } from "./lines.ts";
import { targetsText } from "./targets.ts";

const INDENT = "    ";

/** The text of a circuit; lines end with a line feed, the last one too. */
export function printStim(circuit: StimCircuit): string {
  const lines: string[] = [];
  print(circuit, "", lines);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function print(items: StimCircuit, indent: string, lines: string[]): void {
  for (const item of items) {
    if (isRepeat(item)) {
      lines.push(`${indent}REPEAT${tagText(item.tag)} ${item.count} {`);
      print(item.body, indent + INDENT, lines);
      lines.push(`${indent}}`);
    } else lines.push(indent + instructionText(item));
  }
}

/** One instruction without its block, as it stands on its line. */
export function instructionText({ name, tag, ...item }: StimItem): string {
  if ("count" in item) return `REPEAT${tagText(tag)} ${item.count} {`;
  const targets = targetsText(item.targets);
  return `${name}${tagText(tag)}${argsText(item.args)}${targets === "" ? "" : ` ${targets}`}`;
}
