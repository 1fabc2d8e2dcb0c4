// The benchmark command: `npm run bench [-- SUITE…] [--json] [--write]`. Every figure that matters is a ratio taken in one run; absolute
// figures tell about this machine at this hour. Behind them stands a profile of the suite that misses a goal by most. `--write` puts the table into RESULTS.md beside this file.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { arch, cpus, platform } from "node:os";
import { join } from "node:path";
import { profileOf } from "./profile.ts";
import { goalText, met, miss, valueText, verdictText, type Figure } from "./figure.ts";

interface Suite {
  readonly run: () => Promise<readonly Figure[]> | readonly Figure[];
  /** What to profile when this suite misses a goal by most. */
  readonly subject?: () => Promise<void>;
}
const load = async (file: string): Promise<Suite> => await import(`./${file}.bench.ts`) as Suite;

const SUITES: readonly (readonly [file: string, says: string])[] = [
  ["turns", "Turns and traces"], ["scale", "Scale"], ["machine", "XState machines"], ["scheduler", "Scheduler"],
  ["statevector", "State vector"], ["stabilizer", "Stabilizer tableau"], ["frames", "Pauli frames"], ["decode", "Decoding"], ["phase", "Phase kernels"], ["qvm", "QVM graphs"], ["kernel", "Kernel over its socket"],
];

function commit(): string {
  const git = (...args: string[]): string => execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "--untracked-files=no") === "" ? "" : " and changes");
  } catch {
    return "unknown";
  }
}

const given = process.argv.slice(2);
const wanted = given.filter((word) => !word.startsWith("-"));
const unknown = wanted.filter((word) => !SUITES.some(([file]) => file === word));
if (unknown.length > 0) {
  console.error(`no such suite: ${unknown.join(", ")}; there are ${SUITES.map(([file]) => file).join(", ")}`);
  process.exit(2);
}
const json = given.includes("--json");
const machine = { node: process.versions.node, v8: process.versions.v8, platform: `${platform()}-${arch()}`, processor: cpus()[0]?.model ?? "unknown", cores: cpus().length, commit: commit(), day: new Date().toISOString().slice(0, 10) };
const lines: string[] = [];
const say = (line: string): void => {
  lines.push(line);
  if (!json) console.log(line);
};

say(`Commit ${machine.commit}, ${machine.day}: Node ${machine.node}, ${machine.platform}, ${machine.cores} × ${machine.processor}`);
const results: { readonly suite: string; readonly figures: readonly Figure[] }[] = [];
for (const [file, says] of SUITES) {
  if (wanted.length > 0 && !wanted.includes(file)) continue;
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${says} …`);
  const figures = await (await load(file)).run();
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  results.push({ suite: file, figures });
  say(`\n${says}`);
  for (const figure of figures) say(`  ${figure.name.padEnd(66)} ${valueText(figure).padStart(11)} ${figure.unit.padEnd(13)} ${goalText(figure).padEnd(20)} ${verdictText(figure)}`.trimEnd());
}
/** The suite that misses a goal by most, and where its time goes. */
async function profileWorst(): Promise<void> {
  const [worst] = results.flatMap(({ suite, figures }) => figures.filter((figure) => met(figure) === false).map((figure) => ({ suite, figure }))).sort((a, b) => miss(b.figure) - miss(a.figure));
  const subject = worst === undefined ? undefined : (await load(worst.suite)).subject;
  if (worst === undefined || subject === undefined) return;
  say(`\nWhere the time goes in ${worst.suite}, which misses "${worst.figure.name}" (own time of each function)`);
  for (const { place, percent } of await profileOf(subject)) say(`  ${percent.toFixed(1).padStart(5)} %  ${place}`);
}

const held = results.flatMap(({ figures }) => figures).filter(({ goal }) => goal !== undefined);
const missed = held.filter((figure) => met(figure) === false).sort((a, b) => miss(b) - miss(a));
say(`\n${held.length - missed.length} of ${held.length} goals met${missed.length === 0 ? "" : `; furthest from its goal: ${missed[0]!.name}`}`);
await profileWorst();
if (json) console.log(JSON.stringify({ schema: "triad.bench/2", machine, results }));
if (given.includes("--write")) {
  writeFileSync(join("test", "bench", "RESULTS.md"), ["# Results of the benchmark command", "", "Made by `npm run bench -- --write`. Goals are ratios wherever they can be; where a goal is a rate it was set on another machine.", "", "```", ...lines, "```", ""].join("\n"));
}
