// Assembly: texts that are nearly programs, made of others by damage to characters and lines or written by dice. What assembles has a
// text that assembles to the same graph; what does not is refused with a place inside a file that was read.
import { Fault } from "../../kernel-abi/fault.ts";
import { assemble, readParameter } from "../../kernel-abi/qvm/asm/assemble.ts";
import { disassemble } from "../../kernel-abi/qvm/asm/disassemble.ts";
import { graphText } from "../../kernel-abi/qvm/asm/wire.ts";
import { LIBRARY } from "../../kernel-abi/qvm/library/library.ts";
import { verifyGraph } from "../../kernel-abi/qvm/verify.ts";
import type { Dice } from "./dice.ts";
import { alteredText } from "./mutate.ts";
import { demand, faultName, verdict, type Target } from "./target.ts";

/** Small enough that a bomb costs a millisecond, large enough for every program below. */
const LIMITS = { work: 20_000, nodes: 400, text: 1 << 16, texts: 1 << 18, depth: 24, value: 4_096 };

const PROGRAMS: readonly string[] = [
  ".version 0.1\n.caps CAP_ALLOC CAP_MEASURE\nalloc: ALLOC_LQ n=2, profile=\"logical:surface_code(d=3)\" -> q0, q1 [CAP_ALLOC]\nh: APPLY_H q0\ncnot: APPLY_CNOT q0, q1\nm0: MEASURE_Z q0 -> m0\nx: APPLY_X q1 if m0 == 1 && !(m0 != 1 || m0==0)\nFREE_LQ q0, q1",
  ".param n = 3\n.set names = [f\"q{i}\" for i in range(n) if i != 7]\nALLOC_LQ n={n} -> {\", \".join(names)}\n.for i in 0..n-1\n.if i % 2 == 0\nh{i}: APPLY_RZ q{i}, theta={pi}/2**i\n.elif i == 1\nAPPLY_X {names[i]}\n.else\n.error \"no {i}\"\n.endif\n.endfor",
  ".macro M(a, b)\nl: APPLY_CNOT {a}, {b}\n.if len(a) > 1\nM(b, a[0])\n.endif\n.endmacro\nz: M(q0, q1)\nM(q2, q3)",
  ".metadata a = {\"k\": [1, null, true]}\n.description \"; {{text}} \\u00e9\"\nOPEN_CHAN a, b -> c\nUSE_CHAN c, semantic=\"swap\"\nCLOSE_CHAN @c\nMEASURE_BELL a, b -> k\nCOND_PAULI a, mask=\"X\" <- k if k != 2 meta {\"x\": 1e-3}\n.vqs b a\n.events k",
  ".include \"std/qft.qasm\"\nQFT([a, b, c])\n", ".include \"std/grover.qasm\"\nGROVER([a, b], 2, 1)\n", ".include \"lib/more.qasm\"\n.include \"std/comparator.qasm\"\nLESS_THAN([a], [b], c, r)\n",
  ".set s = \"ab\"\n.for i in 0..9\n.set s = s + s\n.endfor\n.set l = [s, [1, 2][-1], 3 // 2, -2 ** 2, 1 << 3 | 1, min([1, 2])]\nBAR_REGION tag={l}", ...[...LIBRARY.values()].map((text) => text.slice(0, 900)),
];
const WORDS: readonly string[] = [
  "\n", "\n", "\n", " ", ";", ":", ",", "(", ")", "[", "]", "{", "}", "{{", "\"", "'", "->", "<-", "if ", "==", "!=", "&&", "||", "!", "=", "..", "+", "-", "*", "/", "//", "**", "%", "@", "$", "<<", "|", "&", "^", "not ", "and ", "or ", "step ", "for ", "in ",
  ".set x = ", ".param x = ", ".for i in ", ".endfor\n", ".if ", ".elif ", ".else\n", ".endif\n", ".macro M(a)\n", ".endmacro\n", ".include ", "\"std/gates.qasm\"", "\"lib/more.qasm\"", ".caps ", ".metadata k=", ".description ", ".version 0.1\n", ".assert ", ".error ", ".vqs ", ".events ",
  "M(1)\n", "x", "i", "q0", "q{i}", "m0", "pi", "n", "0", "1", "2", "9999999", "1e-3", "0.5", "\"t\"", "range(3)", "len(x)", "[1, 2]", "{\"a\": 1}", "APPLY_H q0\n", "APPLY_CNOT q0, q1\n", "MEASURE_Z q0 -> m0\n", "ALLOC_LQ n=1 -> q0\n", "COND_PAULI q0, mask=\"X\" <- m0\n", "l: ", "[CAP_ALLOC]", "meta {}", "\u2028", "\ufeff", "\r\n", "é",
];

const written = (dice: Dice): string => Array.from({ length: 1 + dice.below(40) }, () => dice.pick(WORDS)).join("");

function lineShuffled(dice: Dice, text: string): string {
  const all = text.split("\n");
  const from = dice.below(all.length);
  const moved = all.splice(from, 1 + dice.below(2));
  all.splice(dice.below(all.length + 1), 0, ...(dice.once(3) ? [] : moved), ...(dice.once(3) ? moved : []));
  return all.join("\n");
}

function program(dice: Dice): string {
  if (dice.once(4)) return written(dice);
  let text = dice.pick(PROGRAMS);
  for (let left = 1 + dice.below(dice.once(3) ? 4 : 1); left > 0; left--) {
    const at = dice.below(text.length + 1);
    text = dice.once(3) ? lineShuffled(dice, text) : dice.once(2) ? text.slice(0, at) + dice.pick(WORDS) + text.slice(at + dice.below(3)) : alteredText(dice, text);
  }
  return text;
}

/** Exactly one of these is what any refusal says. */
const REFUSALS: ReadonlySet<string> = new Set(["QVM_ASM_SYNTAX", "QVM_ASM_VALUE", "QVM_ASM_INCLUDE", "QVM_ASM_LIMIT"]);

function assembled(dice: Dice): string {
  const files = new Map([["program", program(dice)], ["lib/more.qasm", dice.once(2) ? "APPLY_H more\n" : program(dice)]]);
  const read = (path: string): string | undefined => {
    demand(!path.startsWith("/") && !path.split("/").includes("..") && !path.includes("\\") && !path.startsWith("std/"), `asked for ${path}`);
    return files.get(path);
  };
  try {
    const graph = assemble(files.get("program") ?? "", { read, limits: LIMITS, ...(dice.once(8) ? { parameters: { n: dice.below(6) } } : {}) });
    demand(graph.program.nodes.length <= LIMITS.nodes, "more nodes than allowed");
    const text = disassemble(graph);
    const again = assemble(text);
    demand(graphText(again) === graphText(graph) && disassemble(again) === text, "its text is another graph");
    verifyGraph(graph);
    return "ok";
  } catch (error) {
    const name = faultName(error);
    demand(error instanceof Fault && REFUSALS.has(name), `refused with ${name}`);
    const { file, line, column } = error.detail;
    const [source] = [files.get(String(file)) ?? LIBRARY.get(String(file))];
    demand(source !== undefined && typeof line === "number" && typeof column === "number", `no place: ${error.message}`);
    const there = source.split("\n")[line - 1];
    demand(there !== undefined && column >= 1 && column <= there.length + 1, `a place outside the text: ${String(line)}:${String(column)}`);
    return name;
  }
}

export const asm: Target = {
  name: "asm",
  once: (dice) => (dice.once(16) ? `parameter ${verdict(() => readParameter(alteredText(dice, dice.pick(["3", "pi/4", "[q0, \"a\"]", "{\"a\": 1}", "-2**3"]))))}` : `program ${assembled(dice)}`),
};
