// What Triad needs of a machine, one check each, with what to do when it is missing. What a check needs is loaded within it, so
// that something broken is one failed line and not a failed command.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { sameBytes } from "../../../../kernel-abi/canonical.ts";

export interface Check {
  readonly name: string;
  /** What was found, in a few words; throws when it does not do. */
  readonly look: () => string | Promise<string>;
  readonly next: string;
}

/** The floor of package.json, `engines`. */
const NODE_FLOOR = [20, 19] as const;

function node(): string {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor < NODE_FLOOR[1])) throw new Error(`node ${process.versions.node} is older than ${NODE_FLOOR.join(".")}`);
  return `${process.versions.node}, V8 ${process.versions.v8}`;
}

/** A module whose only function splats a byte over a vector: valid where SIMD is. */
const SIMD = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);

function wasm(): string {
  new WebAssembly.Module(SIMD); // refuses what it does not know
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  if (!(memory.buffer instanceof SharedArrayBuffer)) throw new Error("no shared memory");
  return "128-bit SIMD, shared memory";
}

async function kernels(): Promise<string> {
  const { failingKernels, PROBES } = await import("./self-test.ts");
  const failing = failingKernels();
  if (failing.length > 0) throw new Error(`not what the reference computes: ${failing.join(", ")}`);
  return `${Object.keys(PROBES).length} kernels give the bytes of their references`;
}

async function worker(): Promise<string> {
  const [{ createRunner }, { PROBES }] = await Promise.all([import("../../outcomes.ts"), import("./self-test.ts")]);
  const probe = PROBES["q.stabilizer"];
  if (probe === undefined) throw new Error("no job to try");
  const runner = createRunner({ workers: 1 });
  try {
    const answer = await runner.run({ kernel: "q.stabilizer", input: probe.input });
    if (!sameBytes(answer, probe.expected())) throw new Error("a worker gave other bytes than this thread");
    return "a thread started and gave the same bytes";
  } finally {
    await runner.close();
  }
}

const PROGRAM = `import { defineProcess } from "triad-runtime";
export default defineProcess({ name: "probe", *run({ k }) { return yield* k.now(); } });
`;

async function bundler(): Promise<string> {
  const { programClosure } = await import("../../program/closure.ts");
  const folder = mkdtempSync(join(tmpdir(), "triad-doctor-"));
  try {
    const file = join(folder, "probe.ts");
    writeFileSync(file, PROGRAM);
    const { loadTrapped } = await import("../../record.ts");
    return `a program was bundled and loaded: ${loadTrapped(await programClosure(file)).name}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function folder(): Promise<string> {
  const [{ configurationFolder }, { mkdirSync }] = await Promise.all([import("../../../adapters/keys.ts"), import("node:fs")]);
  const home = configurationFolder();
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const probe = mkdtempSync(join(home, ".doctor-"));
  rmSync(probe, { recursive: true });
  return home;
}

async function key(): Promise<string> {
  const { listKeys } = await import("../../../adapters/keys.ts");
  const keys = listKeys();
  const own = keys.find((known) => known.own);
  const others = keys.length - (own === undefined ? 0 : 1);
  return `${own === undefined ? "none yet, made with the first run" : `signing as ${own.keyId}`}; ${others} others trusted`;
}

export const CHECKS: readonly Check[] = Object.freeze([
  { name: "node", look: node, next: `Install Node.js ${NODE_FLOOR.join(".")} or later.` },
  { name: "wasm", look: wasm, next: "Run a Node.js whose WebAssembly is not restricted (no --jitless, no old build)." },
  { name: "kernels", look: kernels, next: "Install triad-runtime again; if it recurs, this machine computes wrongly: do not trust its runs." },
  { name: "worker", look: worker, next: "Allow this user to start threads (ulimit -u, container limits), or run with --workers 0." },
  { name: "bundler", look: bundler, next: "Run `npm install` again without --omit=optional: esbuild needs its binary for this platform." },
  { name: "folder", look: folder, next: "Make the folder writable, or point TRIAD_HOME at one that is." },
  { name: "key", look: key, next: "Mend the key named here (chmod 600 if it is yours alone); a damaged one: move it away and a new one is made." },
]);

export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly says: string;
  /** What to do; null when nothing is. */
  readonly next: string | null;
}

export async function examine({ name, look, next }: Check): Promise<Finding> {
  try {
    return { name, ok: true, says: await look(), next: null };
  } catch (error) {
    return { name, ok: false, says: error instanceof Error ? error.message : String(error), next };
  }
}
