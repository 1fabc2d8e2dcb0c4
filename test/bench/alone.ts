// A subject alone: measured in a Node process of its own, as a user's command is one. What else the benchmark has run, and what it made
// of the types at shared call sites, is not part of the figure.
// alone.main.ts is that process.
import { fork } from "node:child_process";

/** Seconds of one run; called several times, the first only warms up. `given` is what the suite passes on. */
export type Subject = (given: string) => Promise<number> | number;
export type Subjects = Readonly<Record<string, Subject>>;

/** Seconds of the best of a few runs. */
function inOwnProcess(suite: string, name: string, given: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL(import.meta.url.endsWith(".ts") ? "./alone.main.ts" : "./alone.main.js", import.meta.url), [suite, name, given]);
    child.once("message", (seconds) => { resolve(Number(seconds)); });
    child.once("exit", (code) => { reject(new Error(`${name} ended with ${String(code)} and no figure`)); });
  });
}

/** The best of several rounds, each of them a process for each subject in turn, so that a busy minute strikes them alike. */
export async function fastestAlone<const N extends string>(suite: string, rounds: number, names: readonly N[], given = ""): Promise<Readonly<Record<N, number>>> {
  const best = Object.fromEntries(names.map((name) => [name, Infinity])) as Record<N, number>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) best[name] = Math.min(best[name], await inOwnProcess(suite, name, given));
  }
  return best;
}
