// The page of what is supported of `.stim`, found by trying: each instruction is parsed, printed, compiled for the frame sampler, run without
// noise by the tableau, and analyzed.
import { analyze } from "../../domains/q/dem/analyze.ts";
import { compileFrames } from "../../domains/q/stim/compile.ts";
import type { StimCircuit } from "../../domains/q/stim/circuit.ts";
import { GATES, type Arguments, type Gate } from "../../domains/q/stim/gates.ts";
import { referenceSample } from "../../domains/q/stim/noiseless.ts";
import { parseStim } from "../../domains/q/stim/parse.ts";
import { printStim } from "../../domains/q/stim/print.ts";
import { Fault } from "../../kernel-abi/fault.ts";

const TARGETS: Readonly<Record<Gate["targets"], string>> = {
  none: "", qubits: "0 1", pairs: "0 1 2 3", products: "X0*Y1*Z2 Z3", product: "X0 Y1 Z2", records: "rec[-1] rec[-2]", "records or paulis": "rec[-1] X0", digits: "0 1",
};
const arguments_ = ({ are, least, most }: Arguments): string => {
  const count = are === "coordinates" ? 2 : Math.max(least, Math.min(most, 1));
  return count === 0 ? "" : `(${Array.from({ length: count }, (_, at) => (are === "index" ? 0 : are === "coordinates" ? at + 0.5 : 0.01)).join(", ")})`;
};

/** An instruction that has everything its gate takes: `!` before a target, a record and a sweep bit where they control. */
export function exampleOf(gate: Gate): string {
  const bits = gate.classical.map((place) => (place === 0 ? " rec[-1] 0 sweep[0] 1" : " 0 rec[-1] 1 sweep[0]")).join("");
  const inverted = gate.inverts && gate.targets !== "records or paulis" ? TARGETS[gate.targets].replace(/^/, "!") : TARGETS[gate.targets];
  return `${gate.name}${arguments_(gate.args)} ${inverted}${bits}`.trim();
}

const circuitOf = (gate: Gate): StimCircuit => parseStim(`RX 0 1\nMX 0 1\n${gate.name === "ELSE_CORRELATED_ERROR" ? "E(0.1) X0\n" : ""}${exampleOf(gate)}\nM 0\n`);

function tried(run: () => unknown): string {
  try {
    run();
    return "yes";
  } catch (error) {
    if (error instanceof Fault) return `no: \`${error.fault}\``;
    throw error;
  }
}

function analyzed(circuit: StimCircuit): string {
  const exactly = tried(() => analyze(circuit));
  return exactly === "yes" || tried(() => analyze(circuit, { approximateDisjoint: 1 })) !== "yes" ? exactly : "with `approximateDisjoint`";
}

function row(gate: Gate): string {
  const circuit = circuitOf(gate);
  const printed = tried(() => { if (printStim(circuit) !== printStim(parseStim(printStim(circuit)))) throw new Error(gate.name); });
  const { name, aliases, targets, kind, args, inverse } = gate;
  const counts = args.least === args.most ? String(args.least) : args.most >= 255 ? "any" : `${args.least} or ${args.most}`;
  const cells = [name, aliases.join(", "), kind, counts, targets, inverse ?? "", printed, tried(() => compileFrames(circuit)), kind === "noise" ? "left out" : tried(() => referenceSample(circuit)), analyzed(circuit), `\`${exampleOf(gate)}\``];
  return `| ${cells.join(" | ")} |`;
}

/** The whole page. */
export const supportPage = (): string => `# What is supported of \`.stim\`

Made by \`npm run reference\` from trying each instruction; a test holds it against the code. Every row of Stim 1.16's gate reference is here.

- **text**: parsed, and printed as a text that parses to the same. **frames**: the sampler of detection events and records.
  **tableau**: the reference shot without noise. **error model**: \`domains/q/dem/analyze.ts\`.
- \`REPEAT N { … }\` (N up to 2^53 − 1, blocks 64 deep), tags, comments, \`!\`, \`rec[-k]\`, \`sweep[k]\`, \`*\` are read as in Stim.
- Not as in Stim: numbers are printed in the shortest form that reads the same; neighbours are not fused, so that refusals name lines;
  refused when read are \`CX 0 rec[-1]\` and its like (a bit that is acted on), \`rec[-0]\`, products that are not Hermitian, \`NAME()\`
  with nothing in the brackets, arguments of REPEAT, empty blocks, and \`!\` where nothing is recorded (errors, heralds).
- A model by \`approximateDisjoint\` may have other probabilities than Stim's: what excludes one another and flips the same adds up here, exactly
  (\`E(0.2) X0\`, \`ELSE_CORRELATED_ERROR(0.1) X0\`: 0.28); Stim takes the two for independent and has less.
- Refusals of a text: \`STIM_SYNTAX\`, \`STIM_VALUE\`, \`STIM_LIMIT\` with file, line, column and what to write instead; later ones name the line.

| instruction | also called | kind | arguments | targets | inverse | text | frames | tableau | error model | tried |
|---|---|---|---|---|---|---|---|---|---|---|
${[...GATES.values()].map(row).join("\n")}
`;
