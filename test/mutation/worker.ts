// One vitest that is kept running: is sent a mutant, serves the mutated text in place of the file (the file itself is not touched),
// runs the tests that hold it, one file after the other, and says whether one of them failed.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createVitest, type TestSpecification } from "vitest/node";
import { mutated, type Mutant } from "./mutants.ts";

export interface Task {
  readonly mutant: Mutant | undefined;
  readonly tests: readonly string[];
  /** Processor time in ms, so that a busy machine makes no difference. Whoever needs more is in a loop without end. */
  readonly limit: number;
}
export interface Answer {
  readonly verdict: "killed" | "survived" | "endless";
  /** Processor time in ms. */
  readonly spent: number;
}

const root = resolve(import.meta.dirname, "../..");
let current: { readonly path: string; readonly text: string } | undefined;

const vitest = await createVitest("test", {
  config: false, root, watch: false, include: ["test/**/*.test.ts"], setupFiles: ["test/mutation/setup.ts"], pool: "threads", maxWorkers: 1, fileParallelism: false,
  testTimeout: 120_000, bail: 1, reporters: [{}],
}, {
  server: { watch: null },
  plugins: [{ name: "mutant", enforce: "pre", load: (id: string) => (id.split("?")[0] === current?.path ? current?.text : undefined) }],
});
const specifications = new Map<string, TestSpecification>((await vitest.globTestSpecifications()).map((each) => [each.moduleId, each]));

const processor = (): number => { const { user, system } = process.cpuUsage(); return (user + system) / 1_000; };

/** Whether a test of the file fails. */
async function fails(test: string): Promise<boolean> {
  const specification = specifications.get(resolve(root, test));
  if (specification === undefined) throw new Error(`no such test: ${test}`);
  // A run stops at its first failure, which is counted over everything remembered: so nothing may be.
  vitest.state.clearErrors();
  vitest.state.filesMap.clear();
  vitest.state.idMap.clear();
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications([specification]);
  return unhandledErrors.length > 0 || !testModules.every((module) => module.ok() && module.errors().length === 0);
}

async function verdictOn({ mutant, tests }: Task): Promise<"killed" | "survived"> {
  const previous = current?.path;
  const path = mutant === undefined ? undefined : resolve(root, mutant.file);
  current = mutant === undefined || path === undefined ? undefined : { path, text: mutated(readFileSync(path, "utf8"), mutant) };
  for (const stale of [previous, path]) if (stale !== undefined) vitest.invalidateFile(stale);
  for (const test of tests) if (await fails(test)) return "killed";
  return "survived";
}

function answer(verdict: Answer["verdict"], spent: number, then: () => void): void {
  process.send?.({ verdict, spent } satisfies Answer, then);
}

process.on("message", (task: Task) => {
  const started = processor();
  // The tests run in a thread of their own, so this one is there to see that they do not end.
  const watch = setInterval(() => {
    if (processor() - started > task.limit) answer("endless", task.limit, () => process.exit(0));
  }, 500);
  verdictOn(task).then((verdict) => {
    clearInterval(watch);
    answer(verdict, processor() - started, () => undefined);
  }, (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
});
process.send?.("ready");
