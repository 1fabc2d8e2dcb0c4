// Scenes of trouble, each in a process of its own (workers/trouble.main.ts).
import { execFile, execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

const MAIN = fileURLToPath(new URL("./workers/trouble.main.ts", import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/** Where a process can be told how much memory there is, and can count its threads. */
export const canBeShort = ((): boolean => {
  try {
    return process.platform === "linux" && execFileSync("prlimit", ["--version"]).length > 0;
  } catch {
    return false;
  }
})();

/** What came of a scene. @throws when the process did not come to its end */
export async function scene(name: string, workers: number, flags: readonly string[] = []): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, "--import", TSX, MAIN, name, String(workers)], { timeout: 100_000 });
  return JSON.parse(stdout);
}
