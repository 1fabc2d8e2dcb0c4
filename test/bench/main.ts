// The benchmark command: `npm run bench`. Every figure that matters is a ratio taken in one run; absolute figures tell about this
// machine at this hour. `--json` prints one object.
import { execFileSync } from "node:child_process";
import { arch, cpus, platform } from "node:os";
import { run as machines } from "./machine.bench.ts";
import { run as phase } from "./phase.bench.ts";
import { run as scheduler } from "./scheduler.bench.ts";
import { run as stabilizer } from "./stabilizer.bench.ts";
import { run as statevector } from "./statevector.bench.ts";
import { run as turns, type Figure } from "./turns.bench.ts";

const SUITES: readonly (readonly [name: string, run: () => Promise<readonly Figure[]>])[] = [
  ["turns and traces", turns], ["XState machines", machines], ["scheduler", scheduler], ["state vector", statevector], ["stabilizer tableau", stabilizer], ["phase kernels", () => phase()],
];

function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown";
  }
}

const figure = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 2 : 0 });

const machine = { node: process.versions.node, v8: process.versions.v8, platform: `${platform()}-${arch()}`, processor: cpus()[0]?.model ?? "unknown", cores: cpus().length, commit: commit() };
const json = process.argv.includes("--json");
const results: { readonly suite: string; readonly figures: readonly Figure[] }[] = [];
if (!json) console.log(`Triad benchmarks at ${machine.commit}: Node ${machine.node}, ${machine.platform}, ${machine.cores} × ${machine.processor}`);
for (const [suite, run] of SUITES) {
  const figures = await run();
  results.push({ suite, figures });
  if (json) continue;
  console.log(`\n${suite}`);
  for (const { name, value, unit } of figures) console.log(`  ${name.padEnd(58)} ${figure(value).padStart(14)} ${unit}`);
}
if (json) console.log(JSON.stringify({ schema: "triad.bench/1", machine, results }));
