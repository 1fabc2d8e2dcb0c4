// The benchmark command: `npm run bench [-- SUITE…] [--json] [--write]`; `quantum` names all suites of quantum kernels. Prints a table (kernel, workload,
// time, ratio to proxy, goal, met or not) a suite. Every figure that matters is a ratio taken in one run; absolute figures tell about this machine at
// this hour. Behind them stands a profile of the suite that misses a goal by most. `--write` puts them into RESULTS.md beside this file.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { arch, cpus, platform } from "node:os";
import { join } from "node:path";
import { met, miss, tableOf, type Figure } from "./figure.ts";
import { profileOf } from "./profile.ts";
import { withSections } from "./results.ts";

interface Suite {
  readonly run: () => Promise<readonly Figure[]> | readonly Figure[];
  /** What to profile when this suite misses a goal by most. */
  readonly subject?: () => Promise<void>;
}
const load = async (file: string): Promise<Suite> => await import(`./${file}.bench.ts`) as Suite;

const SUITES: readonly (readonly [file: string, says: string])[] = [
  ["turns", "Turns and traces"], ["scale", "Scale"], ["machine", "XState machines"], ["scheduler", "Scheduler"],
  ["statevector", "State vector"], ["noise", "Noise by trajectories"], ["stabilizer", "Stabilizer tableau"], ["frames", "Pauli frames"], ["dem", "Circuits and error models"], ["decode", "Decoding"],
  ["phase", "Phase kernels"], ["qvm", "QVM graphs"], ["kernel", "Kernel over its socket"],
];
const GROUPS: Readonly<Record<string, readonly string[]>> = { quantum: ["statevector", "noise", "stabilizer", "frames", "dem", "decode"] };

function commit(): string {
  const git = (...args: string[]): string => execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "--untracked-files=no") === "" ? "" : " and changes");
  } catch {
    return "unknown";
  }
}

const given = process.argv.slice(2);
const wanted = given.filter((word) => !word.startsWith("-")).flatMap((word) => GROUPS[word] ?? [word]);
const unknown = wanted.filter((word) => !SUITES.some(([file]) => file === word));
if (unknown.length > 0) {
  console.error(`no such suite: ${unknown.join(", ")}; there are ${[...SUITES.map(([file]) => file), ...Object.keys(GROUPS)].join(", ")}`);
  process.exit(2);
}
const json = given.includes("--json");
const machine = { node: process.versions.node, v8: process.versions.v8, platform: `${platform()}-${arch()}`, processor: cpus()[0]?.model ?? "unknown", cores: cpus().length, commit: commit(), day: new Date().toISOString().slice(0, 10) };
const measuredAt = `Commit ${machine.commit}, ${machine.day}: Node ${machine.node}, ${machine.platform}, ${machine.cores} × ${machine.processor}`;
const say = (...lines: readonly string[]): void => { if (!json) for (const line of lines) console.log(line); };

say(measuredAt);
const results: { readonly suite: string; readonly says: string; readonly figures: readonly Figure[]; readonly lines: string[] }[] = [];
for (const [file, says] of SUITES) {
  if (wanted.length > 0 && !wanted.includes(file)) continue;
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${says} …`);
  const figures = await (await load(file)).run();
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  const lines = [...tableOf(file, figures)];
  results.push({ suite: file, says, figures, lines });
  say("", says, ...lines);
}

const missed = results.flatMap((result) => result.figures.filter((figure) => met(figure) === false).map((figure) => ({ result, figure }))).sort((a, b) => miss(b.figure) - miss(a.figure));
const [worst] = missed;
const goals = results.flatMap(({ figures }) => figures).filter(({ goal }) => goal !== undefined).length;
say("", `${goals - missed.length} of ${goals} goals met${worst === undefined ? "" : `; furthest from its goal: ${worst.figure.name}`}`);

/** Where the time goes in the suite that misses a goal by most. */
async function profileWorst(): Promise<void> {
  const subject = worst === undefined ? undefined : (await load(worst.result.suite)).subject;
  if (worst === undefined || subject === undefined) return;
  const shares = await profileOf(subject);
  const lines = ["", `Where the time goes in ${worst.result.suite}, which misses "${worst.figure.name}" (own time of each function)`, ...shares.map(({ place, percent }) => `  ${percent.toFixed(1).padStart(5)} %  ${place}`)];
  worst.result.lines.push(...lines);
  say(...lines);
}

await profileWorst();
if (json) console.log(JSON.stringify({ schema: "triad.bench/3", machine, results: results.map(({ suite, figures }) => ({ suite, figures })) }));
if (given.includes("--write")) {
  const path = join("test", "bench", "RESULTS.md");
  const fresh = new Map(results.map(({ says, lines }) => [says, [measuredAt, "", ...lines]]));
  writeFileSync(path, withSections(existsSync(path) ? readFileSync(path, "utf8") : "", fresh, SUITES.map(([, says]) => says)));
}
