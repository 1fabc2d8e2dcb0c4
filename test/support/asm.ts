// Assembly in tests: programs of lines, and the fault a program is refused with.
import { Fault } from "../../kernel-abi/fault.ts";
import { assemble, type AssembleOptions } from "../../kernel-abi/qvm/asm/assemble.ts";
import type { Graph } from "../../kernel-abi/qvm/graph.ts";

export const lines = (...text: readonly string[]): string => `${text.join("\n")}\n`;
export const graphOf = (...text: readonly string[]): Graph => assemble(lines(...text));

/** `id op vqs` of each node. */
export const shape = ({ program: { nodes } }: Graph): readonly string[] => nodes.map(({ id, op, vqs }) => [id, op, ...vqs].join(" "));

/** Where and why a program is refused: `FAULT line:column what`. */
export function refusal(text: string, options: AssembleOptions = {}): string {
  try {
    assemble(text, options);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return `${error.fault} ${String(error.detail["line"])}:${String(error.detail["column"])} ${String(error.detail["what"])}`;
  }
  throw new Error("accepted");
}
