// A plain printer of circuits for known answers: the layout of `.stim` files as Stim prints it, a dozen lines, apart from the one under test.
import { isRepeat, TARGET, type StimCircuit, type StimInstruction } from "../../domains/q/stim/circuit.ts";

const target = (value: number): string => ((value & TARGET.RECORD) === 0 ? String(value) : `rec[-${String(value & TARGET.VALUE)}]`);

const line = ({ name, args, targets }: StimInstruction): string =>
  [`${name}${args.length === 0 ? "" : `(${args.join(", ")})`}`, ...targets.map(target)].join(" ");

export const stimLines = (circuit: StimCircuit): readonly string[] => circuit.flatMap((item) =>
  isRepeat(item) ? [`REPEAT ${String(item.count)} {`, ...stimLines(item.body), "}"] : [line(item)]);

/** The lines of a text without their indentation. */
export const linesOf = (text: string): readonly string[] => text.split("\n").map((row) => row.trim()).filter((row) => row !== "");
